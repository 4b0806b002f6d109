"""The Evaluate page shows what has been run, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from cifar_gui.data.base import ImageData
from cifar_gui.ui.evaluate import outcome
from cifar_gui.ui.evaluate.page import EvaluatePage
from cifar_gui.ui.evaluate.views_panel import VIEWS

from .conftest import small_network

STEPS = 24
AT_ONCE = [view for view in VIEWS if view not in ("robustness", "compare", "epochs", "twins")]
"""Views that are there with the result; what the others have found out stays theirs."""


Look = Callable[[EvaluatePage], None]


def actions_on(
    page: EvaluatePage, data: list[ImageData], chance: random.Random, looks: list[Look]
) -> list[Callable[[], object]]:
    """Choosing this and that, and running it. What is looked at is added to `looks`."""

    def choose_network() -> None:
        seed = chance.randrange(3)
        page.context.models.current = page.context.models.loaded = replace(
            page.context.models.loaded, key=f"file/{seed}", label=f"Small {seed}"
        )
        page.on_model(small_network(seed))

    def look(at: Look) -> None:
        if page.outcome is not None:
            looks.append(at)
            at(page)

    def look_at_cell() -> None:
        row, column = chance.randrange(3), chance.randrange(3)
        look(lambda page: page.views.confusion.table.open_cell(row, column))

    def look_at_class() -> None:
        row = chance.randrange(3)
        look(lambda page: page.score.table.selectRow(row))

    return [
        choose_network,
        look_at_cell,
        look_at_class,
        lambda: page.on_data(chance.choice(data)),
        lambda: page.controls.split.button(chance.choice(["validation", "train"])).click(),
        page.controls.six_views.click,
        page.controls.run.click,
        page.controls.run.click,
        lambda: page.views.choose(chance.choice(list(VIEWS))),
        page.examiner.cancel,
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_run_looks_as_on_a_page_that_has_shown_nothing_else(
    page, qtbot, tiny_data, wander, assert_look_alike, monkeypatch, seed
) -> None:
    plain = outcome.evaluate
    monkeypatch.setattr(outcome, "evaluate", lambda *given, **more: replace(plain(*given, **more), seconds=2.0))

    def settle() -> None:
        qtbot.waitUntil(lambda: page.context.jobs.idle)

    chance = random.Random(seed)
    other = replace(tiny_data, name="Other", fingerprints=tuple("abcd"))
    page.on_data(tiny_data)
    looks: list[Look] = []
    wander(actions_on(page, [tiny_data, other], chance, looks), chance, page.context.jobs, STEPS)
    settle()
    network = small_network(seed)
    fresh = EvaluatePage(page.context)
    qtbot.addWidget(fresh)
    fresh.resize(page.size())
    fresh.show()
    for each in (page, fresh):
        each.on_data(other if seed % 2 else tiny_data)
        each.on_model(network)
        each.controls.split.button("train" if seed // 2 else "validation").click()
        each.views.choose(AT_ONCE[seed % len(AT_ONCE)])
        if each.controls.six_views.isChecked() != page.controls.six_views.isChecked():
            each.controls.six_views.click()
        if each is page or each.outcome is None:
            each.controls.run.click()
        settle()
    for look in looks:
        look(fresh)
    assert_look_alike(page, fresh)
