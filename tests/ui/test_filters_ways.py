"""The Filters page shows what is chosen, whatever has been on it before."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

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
    """Three networks that have learned nothing: two alike, one of other layers. One class has no name of CIFAR-10's."""
    made = []
    for name, classes, seed in (("simple", 3, 1), ("simple", 3, 2), ("lenet", 4, 3)):
        torch.manual_seed(seed)
        card = ModelCard(
            name, ("bright", "dark", "striped", "none of these")[:classes], CENTRED, title=f"Number {seed}"
        )
        made.append(tmp_path / f"{seed}.safetensors")
        save_snapshot(capture(build(name, classes), card), made[-1])
    return made


def wander(page: FiltersPage, files: list[Path], chance: random.Random, settle: Any) -> None:
    """Choose this and that, often before what was chosen last is there."""
    panel, models = page.grid_panel, page.context.models
    for _ in range(STEPS):
        what = chance.randrange(6)
        if what == 0:
            models.choose_file(chance.choice(files))
        elif what == 1 and page.layers.count():
            page.layers.setCurrentRow(chance.randrange(page.layers.count()))
        elif what == 2 and panel.grid.chosen is not None:
            panel.grid.choose(chance.randrange(6))
        elif what == 3:
            page.material.take_random()
        elif what == 4:
            boxes = [each for each in panel.findChildren(QComboBox) if each.isVisibleTo(page) and each.isEnabled()]
            if boxes:
                box = chance.choice(boxes)
                box.setCurrentIndex(chance.randrange(box.count()))
                box.activated.emit(box.currentIndex())
        elif views := views_of(page):
            chance.choice(views).click()
        if chance.random() < 0.5:
            settle()


def views_of(page: FiltersPage) -> list[QAbstractButton]:
    """What leads to the views that do not take long."""
    buttons = page.grid_panel.findChildren(QAbstractButton)
    offered = [each for each in buttons if each.isVisibleTo(page) and each.isEnabled()]
    return [each for each in offered if each.text() in ("Weights", "Feature maps", "Top pictures")]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_chosen_looks_as_on_a_page_that_has_shown_nothing_else(
    window, qtbot, files, tiny_data, assert_look_alike, seed
) -> None:
    page, models, jobs = window.show_page("filters"), window.context.models, window.context.jobs

    def settle() -> None:
        qtbot.waitUntil(lambda: jobs.idle and not page._pace._timer.isActive() and models.loaded is not None)

    window.context.data.adopt("tiny", tiny_data)
    wander(page, files, random.Random(seed), settle)
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
    assert_look_alike(page, fresh)
    fresh.page_hidden()
