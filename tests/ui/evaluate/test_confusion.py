"""How the confusion matrix looks."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor

from cifar_gui.inference.confusion import Confusion
from cifar_gui.ui.tokens import DARK, LIGHT
from cifar_gui.ui.widgets.confusion_paint import cell_ground, elided
from cifar_gui.ui.widgets.confusion_table import ConfusionTable

CONFUSION = Confusion(("bright", "dark", "striped"), ((1, 0, 0), (0, 1, 0), (0, 1, 1)))


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: QColor, other: QColor) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("diagonal", [True, False])
def test_numbers_can_be_read_on_every_colour(colours, diagonal):
    grounds = [cell_ground(share / 100, colours, diagonal=diagonal) for share in range(101)]
    assert min(contrast(colours.text, ground) for ground in grounds) >= 4.5
    assert contrast(colours.muted, grounds[0]) >= 4.5  # a zero
    steps = [contrast(colours.panel, ground) for ground in grounds]
    assert all(after >= before for before, after in itertools.pairwise(steps))  # more is never paler
    assert grounds[0] == colours.panel
    assert steps[3] > 1.02  # a few are seen


@pytest.fixture
def table(qtbot):
    made = ConfusionTable()
    qtbot.addWidget(made)
    made.show_confusion(CONFUSION)
    made.show()
    return made


def test_names_stand_upright_only_where_there_is_no_room(table):
    header = table.horizontalHeader()
    table.resize(900, 500)
    assert not header.turned
    low = header.sizeHint().height()
    table.resize(table.minimumSizeHint())
    assert header.turned
    assert header.sizeHint().height() > low


def test_names_beside_the_cells_take_what_they_need_and_leave_room_for_them(qtbot):
    made = ConfusionTable()
    qtbot.addWidget(made)
    made.show_confusion(CONFUSION)
    short = made.verticalHeader().width()
    names = ("a", "b", "the name of a class that is longer than most are")
    made.show_confusion(replace(CONFUSION, class_names=names))
    made.resize(400, 300)
    made.show()
    assert short < made.verticalHeader().width() <= 200
    for width in (400, 360, 380):
        made.resize(width, 300)
        assert made.verticalHeader().width() + made.horizontalHeader().length() <= made.width()


def test_one_sees_that_a_long_name_above_goes_on(table):
    assert elided("cat", 200) == "cat"
    assert elided("a name that is longer than there is room", 80).endswith("…")


def test_cells_share_the_room_and_their_numbers_always_fit(table):
    table.resize(220, 260)
    small = table.columnWidth(0)
    table.resize(280, 260)
    assert table.columnWidth(0) > small
    table.resize(50, 50)
    assert table.columnWidth(0) >= table.fontMetrics().horizontalAdvance("2")
    table.resize(3000, 3000)
    assert table.columnWidth(0) < 100


def test_the_chosen_cell_stays_when_the_classes_do(table):
    table.open_cell(2, 1)
    table.show_confusion(replace(CONFUSION, counts=((0, 1, 0), (0, 0, 0), (0, 0, 0))))
    assert (table.currentIndex().row(), table.currentIndex().column()) == (2, 1)
    assert table.currentIndex().data() == "0"


def test_a_name_beside_the_cells_is_not_cut_off_while_there_is_room(qtbot):
    """As painted: with more room beside them nothing more of the names is to be seen."""
    made = ConfusionTable()
    qtbot.addWidget(made)
    names = ("airplane", "automobile", "bird")
    made.show_confusion(replace(CONFUSION, class_names=names))
    made.resize(400, 300)
    made.show()
    header = made.verticalHeader()
    row = QRect(0, header.sectionViewportPosition(1), header.width(), header.sectionSize(1))
    tight = header.viewport().grab(row).toImage()
    header.setFixedWidth(row.width() + 20)
    roomy = header.viewport().grab(row.translated(20, 0)).toImage()
    assert tight == roomy
