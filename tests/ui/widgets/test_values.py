"""The histogram and the table of values."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from cifar_gui.ui.theme import theme, tokens
from cifar_gui.ui.widgets.framed import Framed
from cifar_gui.ui.widgets.histogram import Histogram
from cifar_gui.ui.widgets.value_table import Cell, ValueTable


def test_a_histogram_reads_its_bars_and_copies_itself_as_a_table(qtbot):
    histogram = Histogram("weights")
    qtbot.addWidget(histogram)
    histogram.resize(100, 90)
    histogram.show_counts(np.array([1, 5, 0, 2]), np.array([-1.0, -0.5, 0.0, 0.5, 1.0]), "eight weights")
    assert histogram.bar_at(30) == 1
    assert histogram.text_of(1) == "−0.5 to 0: 5 weights"
    assert histogram.accessibleDescription() == "eight weights"
    histogram.copy_table()
    assert QGuiApplication.clipboard().text().splitlines()[:2] == ["from\tto\tweights", "-1.0\t-0.5\t1"]
    assert not histogram.grab().isNull()
    histogram.clear()
    assert histogram.bar_at(30) == -1


def test_a_table_of_pictures_has_rows_as_high_as_they_are_and_copies_their_words(qtbot):
    table = ValueTable(pictures=True)
    qtbot.addWidget(table)
    image = QImage(32, 32, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    picture = Framed(image, None, "all red")
    table.resize(300, 200)
    table.show_rows(["from", "map"], [[Cell("a", "a"), Cell("all red", "", picture=picture)], [Cell("b", "b")] * 2])
    assert table.rowHeight(0) >= 32 > table.rowHeight(1)
    assert table.columnWidth(1) >= 32
    place = table.visualRect(table.model().index(0, 1)).center()
    assert table.viewport().grab().toImage().pixelColor(place) == QColor("red")
    assert table.model().index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "all red"
    assert table.as_text().splitlines()[1] == "a\tall red"


def test_rows_with_other_values_stay_selected_and_the_keyboard_on_its_own(qtbot):
    table = ValueTable()
    qtbot.addWidget(table)

    def rows(**values: float) -> list[list[Cell]]:
        return [[Cell(name, name), Cell(value, str(value))] for name, value in values.items()]

    table.renew_rows(["unit", "share"], rows(a=1, b=2, c=3))
    assert (table.chosen_rows, table.currentIndex().isValid()) == ((), False)
    table.choose_rows([0, 2])
    table.selectionModel().setCurrentIndex(table.model().index(2, 1), QItemSelectionModel.SelectionFlag.NoUpdate)
    table.renew_rows(["unit", "share"], rows(b=8, c=9, a=7))
    assert (table.chosen_rows, table.currentIndex().row()) == ((1, 2), 1), "not on the first of those selected"
    table.renew_rows(["unit", "share"], rows(a=7, b=8, c=9))
    assert (table.chosen_rows, table.currentIndex().row()) == ((0, 2), 2)
    table.renew_rows(["unit", "share"], rows(c=9, b=8, d=7))
    assert table.as_text(selected=True).splitlines() == ["unit\tshare", "c\t9"]
    assert (table.currentIndex().row(), table.currentIndex().column()) == (0, 1)
    table.renew_rows(["unit"], [[Cell("x", "x")]])
    assert (table.chosen_rows, table.currentIndex().isValid()) == ((), False)


@pytest.fixture
def histogram(qtbot):
    """Four bars of 40 pixels, of which the third is empty and the second nearly so."""
    made = Histogram("weights")
    qtbot.addWidget(made)
    made.resize(160, 96)
    made.show_counts(np.array([9999, 1, 0, 5000]), np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), "many weights")
    return made


def test_a_histogram_draws_its_bars_and_where_zero_is(histogram):
    shown, floor = histogram.grab().toImage(), 96 - 16
    heights = [sum(shown.pixelColor(40 * bar + 20, y) == tokens().accent for y in range(floor + 1)) for bar in range(4)]
    assert heights[0] == pytest.approx(floor - 2, abs=1)
    assert heights[1:3] == [1, 0]  # what is there can be seen, however little
    assert heights[3] == pytest.approx(heights[0] / 2, abs=1)
    ticks = [x for x in range(160) if shown.pixelColor(x, floor + 1) == tokens().control_line]
    assert ticks == pytest.approx([40], abs=1)


@pytest.mark.parametrize(("x", "bar"), [(-5, 0), (0, 0), (39.9, 0), (40, 1), (159, 3), (160, 3), (999, 3)])
def test_every_place_belongs_to_a_bar(histogram, x, bar):
    assert histogram.bar_at(x) == bar


def test_pointing_at_a_bar_reads_it_and_at_nothing_says_nothing(histogram, monkeypatch):
    told = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, _widget: told.append(text))

    def point_at(x):
        none, place = Qt.MouseButton.NoButton, QPointF(x, 50)
        event = QMouseEvent(QMouseEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(histogram, event)

    for x in (10, 150):
        point_at(x)
    assert told == ["−1 to 0: 9,999 weights", "2 to 3: 5,000 weights"]
    assert histogram.hasMouseTracking()
    histogram.clear()
    point_at(10)
    assert len(told) == 2
    assert (histogram.accessibleDescription(), histogram.table()) == ("", "from\tto\tweights\n")


def test_a_histogram_copies_itself_from_its_menu(histogram):
    (copy,) = histogram.actions()
    copy.trigger()
    assert QGuiApplication.clipboard().text() == histogram.table()
    assert histogram.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu


def test_a_table_copies_selected_rows_in_full_precision_and_all_when_none_is_selected(qtbot):
    table = ValueTable()
    qtbot.addWidget(table)
    table.show_rows(["name", "two\nlines"], [[Cell("a", "A"), Cell(1 / 3, "0.33")], [Cell("b, c", "B"), Cell(2, "2")]])
    assert table.as_text() == f"name\ttwo lines\na\t{1 / 3!r}\nb, c\t2\n"
    assert table.as_text(",").splitlines()[2] == '"b, c",2'
    table.selectRow(1)
    table.copy_rows()
    assert QGuiApplication.clipboard().text() == "name\ttwo lines\nb, c\t2\n"


def test_columns_of_a_table_share_the_width_that_is_left(qtbot):
    table = ValueTable(spreads=True)
    qtbot.addWidget(table)
    table.show_rows(["a", "b"], [[Cell("x", "x"), Cell(1, "1")]])
    table.resize(600, 200)
    table.show()
    assert table.horizontalHeader().length() == pytest.approx(table.viewport().width(), abs=2)


@pytest.fixture
def table(qtbot):
    made = ValueTable()
    qtbot.addWidget(made)
    plain, loud = Cell("a", "A", note="what a is"), Cell(0.5, "50 %", muted=True, bold=True)
    made.show_rows(["name", "share"], [[plain, loud], [Cell("b", "B"), Cell(1, "100 %")], [plain, loud]])
    return made


def test_cells_look_as_what_they_are(table):
    model, role = table.model(), Qt.ItemDataRole
    looks = [
        [model.index(row, column).data(each) for each in (role.DisplayRole, role.ToolTipRole)]
        for row, column in ((0, 0), (0, 1), (1, 0))
    ]
    assert looks == [["A", "what a is"], ["50 %", None], ["B", None]]
    text, number = (model.index(0, column) for column in (0, 1))
    assert text.data(role.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
    assert number.data(role.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert (text.data(role.ForegroundRole), number.data(role.ForegroundRole)) == (None, tokens().muted)
    assert text.data(role.FontRole) is None
    assert number.data(role.FontRole).bold()


def test_headings_stand_over_their_column(table):
    across, role = Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole
    model = table.model()
    assert [model.headerData(column, across) for column in (0, 1)] == ["name", "share"]
    assert [model.headerData(column, across, role) for column in (0, 1)] == [
        model.index(0, column).data(role) for column in (0, 1)
    ]
    table.show_rows(["name", "share"], [])
    assert model.headerData(1, across, role) is None
    assert (model.rowCount(), model.columnCount()) == (0, 2)


def test_rows_are_copied_in_their_order_whatever_was_selected_first(table):
    for row in (2, 0):
        table.selectionModel().select(
            table.model().index(row, 0),
            table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows,
        )
    (copy,) = table.actions()
    copy.trigger()
    assert QGuiApplication.clipboard().text() == "name\tshare\na\t0.5\na\t0.5\n"
    table.clearSelection()
    copy.trigger()
    assert QGuiApplication.clipboard().text().count("\n") == 4
    table.selectRow(1)
    assert table.as_text().count("\n") == 4  # an export is of everything


def test_a_table_is_for_reading_and_grows_with_the_zoom(table, qtbot):
    assert table.editTriggers() == ValueTable.EditTrigger.NoEditTriggers
    small = ValueTable(small=True)
    qtbot.addWidget(small)
    before = [(each.font().pixelSize(), each.verticalHeader().defaultSectionSize()) for each in (table, small)]
    assert before[1] < before[0]
    theme().set_look(zoom=2.0)
    after = [(each.font().pixelSize(), each.verticalHeader().defaultSectionSize()) for each in (table, small)]
    assert after == [(2 * size, 2 * height) for size, height in before]


def test_columns_that_do_not_spread_stay_as_wide_as_they_are(table):
    before = table.horizontalHeader().length()
    table.show()
    table.resize(900, 200)
    assert table.horizontalHeader().length() == before


def test_new_columns_share_the_width_at_once(qtbot):
    table = ValueTable(spreads=True)
    qtbot.addWidget(table)
    table.resize(600, 200)
    table.show()
    for count in (2, 3):
        table.show_rows(list("abc")[:count], [[Cell("x", "x")] * count])
        assert table.horizontalHeader().length() == pytest.approx(table.viewport().width(), abs=count)


def test_columns_that_can_be_spared_are_left_out_where_there_is_no_room_and_copied_all_the_same(qtbot):
    table = ValueTable(spreads=True, spare=("long", "longer"))
    qtbot.addWidget(table)
    table.show()
    words = ["a", "a long text", "b", "a longer text"]
    table.show_rows(["a", "longer", "b", "long"], [[Cell(word, word) for word in words]])
    header, shown = table.horizontalHeader(), []
    for width in (600, 180, 160, 600):
        table.resize(width, 200)
        shown.append("".join(str(n) for n in range(4) if not header.isSectionHidden(n)))
    assert (shown[0], shown[-1]) == ("0123", "0123")
    assert shown[1] == "012", "the first of them first"
    assert table.as_text().splitlines()[1] == "\t".join(words)


def test_rows_are_chosen_from_elsewhere_without_a_word_and_by_the_user_with_one(table, qtbot):
    told = []
    table.rows_chosen.connect(told.append)
    table.choose_rows([0, 1])
    assert (table.chosen_rows, told) == ((0, 1), [])
    table.choose_rows([1])
    assert (table.chosen_rows, told) == ((1,), [])
    assert table.currentIndex().row() == 1, "an arrow key goes on from there"
    table.selectRow(0)
    assert told == [(0,)]
    table.choose_rows([])
    assert (table.chosen_rows, told) == ((), [(0,)])


def test_chosen_rows_are_scrolled_into_sight_once(qtbot):
    table = ValueTable()
    qtbot.addWidget(table)
    table.resize(200, 120)
    table.show()
    table.show_rows(["number"], [[Cell(row, str(row))] for row in range(100)])
    table.choose_rows([70, 71])
    assert table.rowAt(table.viewport().height() // 2) in range(60, 75)
    table.verticalScrollBar().setValue(0)
    table.renew_rows(["number"], [[Cell(row, f"{row}.")] for row in range(100)])
    assert (table.chosen_rows, table.rowAt(0)) == ((70, 71), 0), "who looks elsewhere goes on looking there"


def test_a_table_is_sorted_by_its_values_where_that_is_wanted(qtbot):
    sortable, plain = ValueTable(spreads=True, sortable=True), ValueTable(spreads=True)
    rows = [[Cell(name, name), Cell(value, f"{value}")] for name, value in (("b", 10), ("a", 9), ("c", 100))]
    for table in (sortable, plain):
        qtbot.addWidget(table)
        table.resize(200, 120)
        table.show_rows(["name", "value"], rows)
        table.show()
        header = table.horizontalHeader()
        where = QPoint(header.sectionViewportPosition(1) + 20, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert [row[0].value for row in sortable.rows] == ["a", "b", "c"]
    assert [row[0].value for row in plain.rows] == ["b", "a", "c"]
    sortable.show_rows(["name", "value"], rows[::-1])
    assert [row[0].value for row in sortable.rows] == ["a", "b", "c"]


def test_what_there_is_none_of_is_sorted_below_the_rest_and_copied_as_nothing(qtbot):
    table = ValueTable(spreads=True, sortable=True)
    qtbot.addWidget(table)
    values = (("b", None), ("a", -2.0), ("c", 0.0), ("d", None))
    table.show_rows(["name", "value"], [[Cell(name, name), Cell(value, "–")] for name, value in values])
    names = []
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(1, order)
        names.append("".join(str(row[0].value) for row in table.rows))
    assert names == ["bdac", "cabd"]
    assert table.as_text(",") == "name,value\nc,0.0\na,-2.0\nb,\nd,\n"


def test_a_long_name_is_cut_short_before_the_numbers_beside_it_are_out_of_sight(qtbot):
    table = ValueTable(small=True, spreads=True)
    qtbot.addWidget(table)
    table.resize(280, 160)
    name = "the name of a class that is longer than most of them are"
    table.show_rows(["Class", "Precision", "Recall"], [[Cell(name, name), Cell(0.5, "50.0 %"), Cell(0.6, "60.0 %")]])
    table.show()
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert table.columnWidth(0) >= 56
    assert table.columnWidth(2) >= table.sizeHintForColumn(2)
