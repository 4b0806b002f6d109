"""Columns remember their borders, whatever the window went through."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.columns import Columns


@pytest.fixture
def columns(qtbot):
    made = Columns(QWidget(), QWidget(), QWidget(), widths=(200, 260))
    qtbot.addWidget(made)
    made.resize(1200, 600)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_side_panels_become_tabs_in_a_narrow_window_and_columns_again_in_a_wide_one(columns):
    before = columns.splitter.sizes()
    columns.resize(800, 600)
    assert columns.is_narrow
    assert columns.tabs.count() == 2
    columns.resize(1200, 600)
    assert not columns.is_narrow
    assert columns.splitter.sizes() == before
    assert (before[0], before[2]) == (200, 260)


def test_no_panel_moves_while_fonts_and_colours_are_pushed_into_all_widgets(columns, monkeypatch):
    monkeypatch.setattr(theme(), "is_pushing", True)
    columns.resize(800, 600)
    assert not columns.is_narrow
    monkeypatch.setattr(theme(), "is_pushing", False)
    theme().changed.emit()
    assert columns.is_narrow


def test_dragged_borders_survive_a_narrow_window_and_the_next_start(columns, qtbot):
    columns.splitter.setSizes([300, 568, 300])
    columns.splitter.splitterMoved.emit(300, 1)
    dragged = columns.splitter.sizes()
    columns.resize(800, 600)
    state = columns.save_state()
    columns.resize(1200, 600)
    assert columns.splitter.sizes() == dragged
    other = Columns(QWidget(), QWidget(), QWidget(), widths=(200, 260))
    qtbot.addWidget(other)
    other.restore_state(state)
    other.resize(640, 480)
    other.show()
    other.resize(1200, 600)
    assert other.splitter.sizes() == dragged


def test_the_border_of_a_single_side_panel_survives_the_next_start(qtbot):
    def made() -> Columns:
        columns = Columns(None, QWidget(), QWidget(), widths=(0, 336))
        qtbot.addWidget(columns)
        columns.resize(1200, 600)
        columns.show()
        return columns

    first, second = made(), made()
    first.splitter.setSizes([784, 400])
    second.restore_state(first.save_state())
    assert second.splitter.sizes() == first.splitter.sizes() == [784, 400]


@pytest.mark.parametrize("state", [None, 7, "", "wide", "1 2", "-5 200", "200", "9999 9999"])
def test_a_state_that_means_nothing_is_ignored(columns, state):
    before = columns.splitter.sizes()
    columns.restore_state(state)
    assert columns.splitter.sizes() == before


def test_side_panels_are_as_wide_as_before_when_one_has_zoomed_in_and_out(columns):
    columns.resize(2400, 600)
    theme().set_look(zoom=1.5)
    larger = columns.splitter.sizes()
    state = columns.save_state()
    theme().set_look(zoom=1.0)
    assert (larger[0], larger[2]) == (300, 390)
    assert (columns.splitter.sizes()[0], columns.splitter.sizes()[2]) == (200, 260)
    assert state == "200 260"


def test_panels_that_stand_one_above_the_other_are_as_high_as_they_wish(qtbot):
    panels = [QWidget() for _ in range(3)]
    for panel in panels:
        panel.setMinimumWidth(300)
    made = Columns(*panels)
    qtbot.addWidget(made)
    made.resize(500, 600)
    made.show()
    assert (made.is_narrow, made.is_stacked) == (True, True)
    before = made.splitter.sizes()
    made.restore_state("100 400")
    assert made.splitter.sizes() == before
    assert made.save_state() == "100 400"
    made.resize(700, 600)
    assert (made.is_narrow, made.is_stacked) == (True, False)


@pytest.mark.parametrize(("place", "state"), [(0, "300 260"), (2, "200 300")])
def test_the_border_of_a_panel_that_is_not_there_stays_as_it_was(qtbot, place, state):
    panels = [QWidget() if each in (place, 1) else None for each in range(3)]
    made = Columns(*panels, widths=(200, 260))
    qtbot.addWidget(made)
    made.resize(1200, 600)
    made.show()
    assert not made.is_narrow
    assert made.splitter.sizes()[0 if place == 0 else -1] == (200 if place == 0 else 260)
    sizes = [300, 1200 - 16 - 300]
    made.splitter.setSizes(sizes if place == 0 else sizes[::-1])
    assert made.save_state() == state


def test_a_window_that_is_wide_enough_has_tabs_all_the_same_if_a_panel_needs_the_room(columns):
    assert not columns.is_narrow
    columns.splitter.widget(2).setMinimumWidth(900)
    columns.splitter.widget(0).setMinimumWidth(400)
    QApplication.sendPostedEvents()
    QApplication.processEvents()
    assert columns.is_narrow


def test_zooming_in_makes_a_window_narrow_at_once_and_out_wide_again(columns):
    theme().set_look(zoom=2.0)
    assert columns.is_narrow
    theme().set_look(zoom=1.0)
    assert not columns.is_narrow
