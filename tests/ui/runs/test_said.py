"""What the Runs page says, word for word, of runs that differ, of one of them, and of the trash."""

from __future__ import annotations

import pytest

from cifar_gui.ui.runs.page import RunsPage

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
    stays_said(page, f"one-{number}", DATE)


@pytest.mark.parametrize("numbers", [("0001", "0002"), ("0001", "0003", "0004")])
def test_several_runs(page, qtbot, stays_said, numbers) -> None:
    select(page, qtbot, *numbers)
    stays_said(page, f"{len(numbers)}", DATE)


def test_runs_that_are_alike(make_run, window, qtbot, stays_said) -> None:
    make_run((0.3,))
    make_run((0.4,))
    page = window.show_page("runs")
    settle(page, qtbot)
    select(page, qtbot, "0001", "0002")
    stays_said(page.details, "alike", DATE)


def test_the_trash(page, qtbot, stays_said) -> None:
    select(page, qtbot, "0002", "0003")
    page.commands.action("trash").trigger()
    settle(page, qtbot)
    page.commands.view.button("trash").click()
    settle(page, qtbot)
    stays_said(page, "trash", DATE)
