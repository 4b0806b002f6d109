"""The Filters page shows what is chosen, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtWidgets import QAbstractButton, QComboBox

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.ui.filters.page import FiltersPage

STEPS = 16


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three networks that have learned nothing: two alike, one of other layers and with one class more."""
    made = []
    for name, classes, seed in (("simple", 3, 1), ("simple", 3, 2), ("lenet", 4, 3)):
        torch.manual_seed(seed)
        card = ModelCard(
            name, ("bright", "dark", "striped", "none of these")[:classes], CENTRED, title=f"Number {seed}"
        )
        made.append(tmp_path / f"{seed}.safetensors")
        save_snapshot(capture(build(name, classes), card), made[-1])
    return made


def actions_on(page: FiltersPage, files: list[Path], chance: random.Random) -> list[Callable[[], object]]:
    """Choosing and asking for this and that; leaving the page and coming back."""
    panel = page.grid_panel

    def choose_layer() -> None:
        if page.layers.count():
            page.layers.setCurrentRow(chance.randrange(page.layers.count()))

    def choose_unit() -> None:
        if panel.grid.chosen is not None:
            panel.grid.choose(chance.randrange(6))

    def choose_from_list() -> None:
        boxes = [each for each in panel.findChildren(QComboBox) if each.isVisibleTo(page) and each.isEnabled()]
        if boxes:
            box = chance.choice(boxes)
            box.setCurrentIndex(chance.randrange(box.count()))
            box.activated.emit(box.currentIndex())

    def come_back() -> None:
        page.page_hidden()
        page.page_shown()

    return [
        lambda: page.context.models.choose_file(chance.choice(files)),
        page.material.take_random,
        lambda: click_one_of(views_of(page), page, chance),
        lambda: click_one_of([page.detail.tops.button, page.detail.switch_off.button], page, chance),
        *(choose_layer, choose_unit, choose_from_list, come_back),
    ]


def click_one_of(buttons: list[QAbstractButton], page: FiltersPage, chance: random.Random) -> None:
    """If one can be clicked."""
    if offered := [each for each in buttons if each.isVisibleTo(page) and each.isEnabled()]:
        chance.choice(offered).click()


def views_of(page: FiltersPage) -> list[QAbstractButton]:
    """What leads to the views that do not take long."""
    buttons = page.grid_panel.findChildren(QAbstractButton)
    return [each for each in buttons if each.text() in ("Weights", "Feature maps", "Top pictures")]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_chosen_looks_as_on_a_page_that_has_shown_nothing_else(
    window, qtbot, files, tiny_data, wander, assert_look_alike, seed
) -> None:
    page, models, jobs = window.show_page("filters"), window.context.models, window.context.jobs

    def settle() -> None:
        qtbot.waitUntil(lambda: jobs.idle and not page._pace._timer.isActive() and models.loaded is not None)

    window.context.data.adopt("tiny", tiny_data)
    chance = random.Random(seed)
    wander(actions_on(page, files, chance), chance, jobs, STEPS)
    settle()
    models.choose_file(files[seed % len(files)])
    settle()
    unit = page.grid_panel.grid.chosen or 0
    page.grid_panel.grid.choose(unit + 1)  # what has been found out about this one is not asked of the other page
    settle()
    page.grid_panel.grid.choose(unit)
    settle()
    fresh = FiltersPage(window.context)
    qtbot.addWidget(fresh)
    fresh.resize(page.size())
    fresh.restore_state(page.save_state())
    fresh.material._show(page.material.subject)
    fresh.on_data(tiny_data)
    fresh.on_model(models.snapshot)
    fresh.show()
    fresh.page_shown()
    settle()
    qtbot.waitUntil(lambda: jobs.idle and not fresh._pace._timer.isActive())
    fresh.show_layer(page._wanted_layer, unit)
    settle()
    fresh.resize(page.size())  # above it a message may have come or gone
    assert_look_alike(page, fresh)
    fresh.page_hidden()
