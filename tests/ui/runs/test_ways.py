"""The Runs page shows what is chosen, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QToolButton

from cifar_gui.runs import list_runs, list_trash
from cifar_gui.ui.actions import Actions
from cifar_gui.ui.runs.page import RunsPage

STEPS = 24


def actions_on(page: RunsPage, chance: random.Random) -> list[Callable[[], object]]:
    """Choosing and changing this and that."""

    def select() -> None:
        rows = page.model.rows
        page.table.select({row.path for row in chance.sample(rows, chance.randint(0, len(rows)))})

    def trigger(name: str) -> Callable[[], None]:
        return lambda: page.commands.action(name).trigger() if page.commands.action(name).isEnabled() else None

    def tag() -> None:
        if (rows := page.table.selected()) and not page.commands.shows_trash:
            page._tag(rows[0], chance.choice(["", "good", "good, bad"]))

    return [
        select,
        select,
        tag,
        lambda: page._choose_view(chance.choice(["runs", "runs", "sweeps", "trash"])),
        lambda: page.compare.measure.button(chance.choice(["accuracy", "loss"])).click(),
        lambda: page.filter.text.put(chance.choice(["", "", "sgd", "0.5", "nothing is called so"])),
        trigger("trash"),
        trigger("restore"),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_chosen_looks_as_on_a_page_that_has_shown_nothing_else(
    window, qtbot, make_run, wander, assert_look_alike, seed
) -> None:
    for number, accuracies in enumerate([(0.3, 0.5, 0.4), (0.2,), (0.6, 0.7, 0.8), ()]):
        make_run(accuracies, optimiser="sgd" if number % 2 else "adam", seed=number)
    page, jobs, chance = window.show_page("runs"), window.context.jobs, random.Random(seed)

    def settle(*pages: RunsPage) -> None:
        qtbot.waitUntil(lambda: jobs.idle and not any(each._soon.isActive() for each in (page, *pages)))

    settle()
    wander(actions_on(page, chance), chance, jobs, STEPS)
    settle()
    view = "trash" if seed % 2 else "runs"
    there = (list_trash if view == "trash" else list_runs)()
    chosen = {run.path for run in chance.sample(there, chance.randint(0, len(there)))}
    fresh = RunsPage(replace(window.context, actions=Actions()))
    qtbot.addWidget(fresh)
    fresh.resize(page.size())
    fresh.restore_state(page.save_state())
    fresh.show()
    fresh.page_shown()
    for each in (page, fresh):
        each._choose_view(view)
        settle(fresh)
        each.filter.text.put("any")  # a clear button whose fading ends out of sight stays, at full transparency
        each.filter.clear()
        each.table.select(chosen)
        settle(fresh)
        (clear,) = each.filter.text.findChildren(QToolButton)
        qtbot.waitUntil(lambda clear=clear: not clear.isVisible())  # it fades away
    assert_look_alike(page, fresh)
    fresh.page_hidden()
