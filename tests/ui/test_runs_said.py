"""What the Runs page says, word for word, of runs that differ, of one of them, of a sweep, and of the trash."""

from __future__ import annotations

import pytest

from cifar_gui.networks.base import presets
from cifar_gui.ui.runs.page import RunsPage

BEST = presets("simple")["best"].changed(data="shapes", epochs=3)
DATE = r"(today|yesterday|\d{1,2} [A-Z][a-z]{2}) (\d\d:\d\d|\d{4})"


@pytest.fixture
def page(make_run, window, qtbot) -> RunsPage:
    """Four runs: two from the same weights, one stopped, one that ran away; the newest is selected."""
    make_run((0.3, 0.5, 0.4), seed=1)
    make_run((0.35, 0.55, 0.6), seed=1, optimiser="adamw", lr=0.002)
    make_run((0.2,), "stopped", seed=4, network="lenet", cutout=8)
    make_run((0.6, 0.1), "diverged", seed=5, lr=50.0)
    window.resize(1500, 1000)
    page = window.show_page("runs")
    settle(page, qtbot)
    return page


def settle(page: RunsPage, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle and not page._soon.isActive())


def select(page: RunsPage, qtbot, *numbers: str) -> None:
    page.table.select({row.path for row in page.model.rows if row.summary.number in numbers})
    settle(page, qtbot)


@pytest.mark.parametrize("number", ["0001", "0003", "0004"])
def test_one_run(page, qtbot, stays_said, number) -> None:
    select(page, qtbot, number)
    stays_said(page, f"runs-one-{number}", DATE)


@pytest.mark.parametrize("numbers", [("0001", "0002"), ("0001", "0003", "0004")])
def test_several_runs(page, qtbot, stays_said, numbers) -> None:
    select(page, qtbot, *numbers)
    stays_said(page, f"runs-{len(numbers)}", DATE)


def test_runs_that_are_alike(make_run, window, qtbot, stays_said) -> None:
    make_run((0.3,))
    make_run((0.4,))
    page = window.show_page("runs")
    settle(page, qtbot)
    select(page, qtbot, "0001", "0002")
    stays_said(page.details, "runs-alike", DATE)


def test_the_trash(page, qtbot, stays_said) -> None:
    select(page, qtbot, "0002", "0003")
    page.commands.action("trash").trigger()
    settle(page, qtbot)
    page.commands.view.button("trash").click()
    settle(page, qtbot)
    stays_said(page, "runs-trash", DATE)


def test_a_sweep_of_which_half_has_been_trained(half_swept, window, qtbot, stays_said) -> None:
    window.resize(1500, 1000)
    page = window.show_page("runs")
    page.commands.view.button("sweeps").click()
    qtbot.waitUntil(lambda: bool(page.sweeps.view.sweeps.rows) and window.context.jobs.idle)
    page.sweeps.view.results.selectRow(1)
    stays_said(page, "runs-sweep", DATE)


def test_the_dialog_of_a_sweep(make_run, window, qtbot, stays_said) -> None:
    make_run((0.3,))
    page = window.show_page("runs")
    settle(page, qtbot)
    page.sweep_over(BEST)
    dialog = page.sweeps.dialog
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    stays_said(dialog, "runs-sweep-dialog")
    dialog.close()
