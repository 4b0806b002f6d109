"""The table of many pictures with what is around it, by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionViewItem

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CheckpointError, PictureError
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import verdict
from cifar_gui.ui.background import Background
from cifar_gui.ui.classify.answers import ClassifierShelf
from cifar_gui.ui.classify.badge import state_colour
from cifar_gui.ui.classify.batch import Asking
from cifar_gui.ui.classify.results import COLUMNS, Row
from cifar_gui.ui.classify.table import shortened
from cifar_gui.ui.classify.table_page import TablePage
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.theme import tokens

NAMES = ("cat", "dog", "ship")
CAT, DOG = (Prediction(NAMES, each, verdict(NAMES, each)) for each in ((0.9, 0.08, 0.02), (0.1, 0.5, 0.4)))


class Asked:
    """In place of what asks the network about many pictures: keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], bool]] = []

    def start(self, sources: list[PictureSource], asking: Asking) -> None:
        self.asked.append(([source.name for source in sources], asking.six_views))


@pytest.fixture
def table(qtbot, monkeypatch) -> Iterator[TablePage]:
    jobs, messages = Background(), Messages()
    context: Any = SimpleNamespace(jobs=jobs, messages=messages)
    made = TablePage(context, ClassifierShelf())
    made.asked = Asked()
    monkeypatch.setattr(made.batch, "start", made.asked.start)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    yield made
    jobs.shutdown()


def fill(table: TablePage, snapshot: Any, *answers: Prediction | PictureError) -> None:
    """A table of pictures 0.png, 1.png … with these answers."""
    sources = [PictureSource.from_bytes(b"", f"{place}.png") for place in range(len(answers))]
    table.show_sources(sources, Asking(snapshot, six_views=False))
    table.batch.found.emit(list(enumerate(answers)))
    table.batch.ended.emit("")


BROKEN = PictureError("3.png cannot be read.")


def test_the_tally_counts_all_or_says_how_many_are_shown(table, decided_snapshot):
    fill(table, decided_snapshot, CAT, DOG, CAT, BROKEN)
    assert table.asked.asked == [([f"{place}.png" for place in range(4)], False)]
    assert table._tally.text() == "4 pictures: 2 confident, 1 unsure, 1 cannot be read"
    table._by_state.setCurrentIndex(table._by_state.findData("confident"))
    assert table._tally.text() == "2 of 4 pictures shown"
    table._by_state.setCurrentIndex(0)
    table._by_class.setCurrentText("dog")
    assert [row.source.name for row in table.model.shown_rows()] == ["1.png"]


def test_what_is_traded_is_that_of_the_network_asked(table, decided_snapshot):
    fill(table, decided_snapshot, CAT)
    assert "not measured" in table.sure.popup.words.text()
    card = replace(decided_snapshot.card, trade=((0.85, 0.8, 0.98),))
    table.classify(Asking(replace(decided_snapshot, card=card), six_views=False))
    assert "80 %" in table.sure.popup.words.text()


def test_progress_is_shown_while_pictures_are_classified_and_not_after(table, decided_snapshot):
    parts = (table._progress, table._doing, table.cancel_button)
    assert not any(part.isVisible() for part in parts)
    table.show_sources([PictureSource.from_bytes(b"", "a")] * 3, Asking(decided_snapshot, six_views=True))
    assert all(part.isVisible() for part in parts)
    assert (table._doing.text(), table._progress.value()) == ("Starting…", 0)
    table.batch.progressed.emit(1200, 1500, 61.0)
    assert (table._progress.value(), table._progress.maximum()) == (1200, 1500)
    assert table._doing.text() == "1,200 of 1,500 classified · 1 min 1 s left"
    table.batch.progressed.emit(3, 1500, 0.0)
    assert table._doing.text() == "3 of 1,500 classified", "nobody knows yet how long it takes"
    table.batch.ended.emit("")
    assert not any(part.isVisible() for part in parts)
    table.classify(Asking(decided_snapshot, six_views=True))
    assert (table._doing.text(), table._progress.value()) == ("Starting…", 0)


def test_a_table_without_a_network_waits_for_one(table, decided_snapshot):
    table.show_sources([PictureSource.from_bytes(b"", "a")], None)
    assert table._tally.text() == "1 picture: 1 waiting · the answers follow when the network is loaded"
    assert not table.cancel_button.isVisible()
    table.classify(Asking(decided_snapshot, six_views=True))
    assert (table.asked.asked, table._tally.text()) == ([(["a"], True)], "1 picture: 1 waiting")


def test_nothing_is_asked_about_a_table_without_pictures(table, decided_snapshot):
    table.classify(Asking(decided_snapshot, six_views=True))
    assert (table.asked.asked, table.cancel_button.isVisible()) == ([], False)


def test_after_cancelling_only_what_has_no_answer_is_asked_about(table, decided_snapshot):
    table.show_sources(
        [PictureSource.from_bytes(b"", name) for name in "abcd"], Asking(decided_snapshot, six_views=True)
    )
    table.batch.found.emit([(0, CAT), (1, BROKEN)])
    assert not table._go_on_button.isVisible()
    table.batch.ended.emit("cancelled")
    assert table._tally.text().endswith(" · cancelled")
    table._go_on_button.click()
    assert table.asked.asked == [(list("abcd"), True), (list("cd"), True)]
    assert not table._tally.text().endswith(" · cancelled")
    assert (table._go_on_button.isVisible(), table.cancel_button.isVisible()) == (False, True)
    table.batch.found.emit([(0, DOG), (1, CAT)])
    table.batch.ended.emit("")
    assert [row.prediction and row.prediction.label for row in table.model.rows] == ["cat", None, "dog", "cat"]


def test_there_is_nothing_to_go_on_with_when_all_is_asked_anew(table, decided_snapshot):
    fill(table, decided_snapshot, CAT, DOG)
    table.classify(Asking(decided_snapshot, six_views=True))
    table.batch.ended.emit("cancelled")
    assert table._go_on_button.isVisible()
    table.classify(Asking(decided_snapshot, six_views=False))
    assert (table._go_on_button.isVisible(), table.cancel_button.isVisible()) == (False, True)


def test_a_network_that_cannot_be_used_is_told_once_and_the_table_stays(table, decided_snapshot):
    fill(table, decided_snapshot, CAT)
    table.classify(Asking(decided_snapshot, six_views=True))
    table.batch.refused.emit(CheckpointError("The weights do not fit."))
    assert [(message.severity, message.text) for message in table._messages.all] == [
        ("error", "The weights do not fit.")
    ]
    assert table._tally.text() == "1 picture: 1 waiting · this network cannot be used"
    table._by_state.setCurrentText("Confident")
    assert table._tally.text() == "0 of 1 picture shown · this network cannot be used", "whatever is shown of it"
    assert not table.cancel_button.isVisible()
    assert not table._go_on_button.isVisible(), "it would be refused again"


def test_a_quicker_way_is_offered_only_while_it_would_take_long(table, decided_snapshot):
    sources = [PictureSource.from_bytes(b"", f"{number}.png") for number in range(200)]
    slow = Asking(decided_snapshot, six_views=True)
    table.show_sources(sources, slow)
    seen = [table._quicker_button.isVisible()]
    for left in (60.0, 61.0, 59.0, 61.0):
        table.batch.progressed.emit(3, 200, left)
        seen.append(table._quicker_button.isVisible())
    assert seen == [False, False, True, False, True]
    table.batch.ended.emit("cancelled")
    assert not table._quicker_button.isVisible()
    table.batch.progressed.emit(3, 200, 61.0)
    table.table.scrollToBottom()
    table.show_sources(sources, slow)
    assert not table._quicker_button.isVisible(), "nobody knows yet how long this takes"
    assert table.table.verticalScrollBar().value() == 0, "another table is seen from its beginning"
    table.batch.progressed.emit(3, 200, 61.0)
    table._asking = Asking(decided_snapshot, six_views=False, way="centre")
    table.batch.progressed.emit(4, 200, 61.0)
    assert not table._quicker_button.isVisible(), "it could not be quicker"


def test_the_filter_offers_the_classes_of_the_network(table, decided_snapshot):
    def offered() -> list[str]:
        return [table._by_class.itemText(place) for place in range(table._by_class.count())]

    assert offered() == ["All classes"]
    fill(table, decided_snapshot, CAT, DOG)
    assert offered() == ["All classes", *decided_snapshot.card.class_names]
    table._by_class.setCurrentText("ship")
    table.classify(Asking(decided_snapshot, six_views=True))
    assert table._by_class.currentText() == "ship", "the same network: what was chosen stays"
    other = replace(decided_snapshot, card=replace(decided_snapshot.card, class_names=("oak", "elm")))
    table.classify(Asking(other, six_views=True))
    assert (offered(), table._by_class.currentText()) == (["All classes", "oak", "elm"], "All classes")


def test_answers_move_rows_and_count_soon_after_they_have_come(table, decided_snapshot, qtbot):
    table.show_sources([PictureSource.from_bytes(b"", name) for name in "ab"], Asking(decided_snapshot, six_views=True))
    table.table.sort_by(COLUMNS.index("probability"))
    table.batch.found.emit([(0, CAT), (1, DOG)])
    assert [row.source.name for row in table.model.shown_rows()] == ["a", "b"]
    table._rearrange.setInterval(0)
    table._rearrange.start()
    qtbot.waitUntil(lambda: [row.source.name for row in table.model.shown_rows()] == ["b", "a"])
    assert table._tally.text() == "2 pictures: 1 confident, 1 unsure"
    begun = []
    table._rearrange.start = lambda: (begun.append(True), QTimer.start(table._rearrange))
    for _ in range(3):
        table.batch.found.emit([(0, CAT)])
    assert (begun, table._rearrange.isActive()) == ([True], True), "what keeps coming does not put it off"
    table._rearrange.stop()


def test_a_new_table_is_unsorted_unselected_and_shows_all(table, decided_snapshot):
    fill(table, decided_snapshot, DOG, CAT, CAT)
    table.table.sort_by(COLUMNS.index("probability"))
    table._by_class.setCurrentText("cat")
    table.table.selectRow(0)
    fill(table, decided_snapshot, CAT, DOG, CAT)
    assert [row.source.name for row in table.model.shown_rows()] == ["0.png", "1.png", "2.png"]
    assert table.table.selectionModel().selectedRows() == []
    assert table.table.horizontalHeader().sortIndicatorSection() == -1


def test_rows_are_copied_saved_and_opened_by_button_and_by_key(table, decided_snapshot, qtbot, heard):
    fill(table, decided_snapshot, CAT, DOG, CAT)
    copied, saved, back = heard(table.copy_wanted), heard(table.export_wanted), heard(table.back_wanted)
    opened = heard(table.row_opened)
    table.copy_button.click()
    qtbot.keyClick(table.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    table.export_button.click()
    table.back_button.click()
    table.table.setCurrentIndex(table.model.index(1, 0))
    qtbot.keyClick(table.table, Qt.Key.Key_Return)
    assert (len(copied), len(saved), len(back)) == (2, 1, 1)
    assert [row.source.name for row in opened] == ["1.png"]


def test_the_selected_rows_count_from_the_top_and_all_if_none_is_selected(table, decided_snapshot):
    fill(table, decided_snapshot, CAT, DOG, CAT)

    def selected() -> list[str]:
        return [row.source.name for row in table.table.selected_rows()]

    assert selected() == ["0.png", "1.png", "2.png"]
    ways = table.sort_away.button.menu()
    table.table.selectRow(2)
    assert table._hint.text().startswith("Double-click")
    assert len(table.taken_rows()) == 3, "one row is where the keys stand, and no choice of what is to be sorted"
    selection = table.table.selectionModel()
    selection.select(table.model.index(0, 0), selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    assert selected() == [row.source.name for row in table.taken_rows()] == ["0.png", "2.png"]
    assert table._hint.text() == "2 selected: only these are copied, saved and sorted."
    ways.aboutToShow.emit()
    assert ways.actions()[1].text().startswith("Move 0 pictures "), "these are no files"
    table.show_sources([], None)
    assert table._hint.text().startswith("Double-click")


def test_rows_are_not_numbered(table, decided_snapshot):
    fill(table, decided_snapshot, CAT)
    assert table.table.verticalHeader().isHidden(), "the numbers would not be those of any file"


def test_tool_tips_of_the_table_say_what_there_is_no_room_for(table, decided_snapshot, make_picture):
    path = make_picture()
    sources = [
        PictureSource.from_path(path),
        PictureSource.from_bytes(b"", "pasted"),
        PictureSource.from_bytes(b"", "x"),
    ]
    table.show_sources(sources, Asking(decided_snapshot, six_views=True))
    table.batch.found.emit([(0, DOG), (1, BROKEN)])
    reason = COLUMNS.index("reason")

    def tip(row: int, column: int) -> object:
        return table.model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)

    assert [tip(row, 0) for row in range(3)] == [str(path), "pasted", "x"]
    assert [tip(row, reason) for row in range(3)] == [DOG.verdict.reason, str(BROKEN), ""]
    table._rearrange.stop()


def test_thumbnails_are_painted_when_they_have_come(table, qtbot, make_picture):
    table.show_sources([PictureSource.from_path(make_picture(size=(40, 40)))], None)
    place = table.table.visualRect(table.model.index(0, 0))
    left = place.topLeft() + type(place.topLeft())(8 + 5, place.height() // 2)
    qtbot.waitUntil(lambda: table.table.viewport().grab().toImage().pixelColor(left) == QColor("orange"))


def test_a_row_of_an_unread_picture_that_is_read_later_loses_its_problem(table, decided_snapshot):
    fill(table, decided_snapshot, BROKEN, CAT)
    table.batch.found.emit([(0, CAT), (1, BROKEN)])
    first, second = table.model.rows
    assert (first.state, second.state) == ("confident", "unreadable")
    table._rearrange.stop()


def test_which_classes_folders_and_network_disagree_on_is_told_however_wide_the_window_is(
    table, decided_snapshot, make_picture
):
    sources = [PictureSource.from_path(make_picture(f"dog/{number}.png")) for number in range(2)]
    table.show_sources(sources, Asking(decided_snapshot, six_views=True))
    folder = COLUMNS.index("folder")
    assert table.table.isColumnHidden(folder)
    table.batch.found.emit([(0, CAT), (1, DOG)])
    table.batch.ended.emit("")
    for width in (1400, 500):
        table.resize(width, 500)
        assert table._tally.toolTip().endswith("1 of 2 as folders say\ndog taken for cat: 1")
    assert not table.table.isColumnHidden(folder)
    assert table._tally.text() == "50.0 % as folders say · 2 pictures: 1 confident, 1 unsure"
    table._by_class.setCurrentIndex(1)
    assert "of all, 50.0 % as folders say" in table._tally.text(), "it is not of those that are shown"


def test_where_folders_are_named_after_classes_the_confusion_matrix_leads_to_the_pictures(
    table, qtbot, decided_snapshot, make_picture
):
    table.show_sources([PictureSource.from_bytes(b"", "a")], Asking(decided_snapshot, six_views=True))
    table.batch.found.emit([(0, CAT)])
    table.batch.ended.emit("")
    assert table.confusion.isHidden()
    paths = [make_picture(f"{name}.png") for name in ("dog/0", "dog/1", "cat/2")]
    table.show_sources([PictureSource.from_path(path) for path in paths], Asking(decided_snapshot, six_views=True))
    table.batch.found.emit([(0, CAT), (1, DOG), (2, CAT)])
    table.batch.ended.emit("")
    table.confusion.click()
    popup = table.confusion.popup
    assert popup.words.text() == "66.7 % as folders say, 2 of 3. Most often: dog taken for cat (1)."
    names = popup.table.confusion.class_names
    assert names == decided_snapshot.card.class_names
    table.batch.found.emit([(2, DOG)])
    table._rearrange.timeout.emit()
    assert popup.words.text().startswith("33.3 % as folders say"), "it follows what comes in"
    popup.table.open_cell(names.index("dog"), names.index("cat"))
    assert popup.isHidden()
    assert table._by_state.currentText() == "dog taken for cat"
    assert [row.source.name for row in table.model.shown_rows()] == ["0.png"]
    table.confusion.pair_chosen.emit("dog", "dog")
    assert [row.source.name for row in table.model.shown_rows()] == ["1.png"]
    assert [table._by_state.itemText(place) for place in range(table._by_state.count())].count("dog, recognised") == 1
    assert table._by_state.findText("dog taken for cat") == -1, "only the last one asked for is offered"
    table.show_sources([], None)
    assert table._by_state.findText("dog, recognised") == -1
    assert table._by_state.currentIndex() == 0


def test_pictures_taken_for_a_class_are_asked_for_no_more_when_the_network_knows_others(
    table, decided_snapshot, make_picture
):
    sources = [PictureSource.from_path(make_picture(f"dog/{number}.png")) for number in range(2)]
    table.show_sources(sources, Asking(decided_snapshot, six_views=True))
    table.batch.found.emit([(0, CAT), (1, DOG)])
    table.confusion.pair_chosen.emit("dog", "cat")
    assert table.model.rowCount() == 1
    other = replace(decided_snapshot, card=replace(decided_snapshot.card, class_names=("oak", "elm")))
    table.classify(Asking(other, six_views=True))
    assert table._by_state.findText("dog taken for cat") == -1
    assert table._by_state.currentText() == "Sure or not"
    assert table.model.rowCount() == 2


def test_cells_are_written_in_the_colour_of_their_state_and_second_thoughts_in_grey(table, decided_snapshot):
    fill(table, decided_snapshot, CAT, DOG, BROKEN)
    table.model.show_rows([*table.model.rows, Row(PictureSource.from_bytes(b"", "3.png"))])
    written: list[tuple[str, QColor, QRectF]] = []

    class Painter(QPainter):
        def drawText(self, *given) -> None:
            written.append((given[-1], self.pen().color(), given[0]))

    def cell(row: int, column: str, state: QStyle.StateFlag = QStyle.StateFlag.State_None) -> QImage:
        image, option = QImage(700, 40, QImage.Format.Format_RGB32), QStyleOptionViewItem()
        image.fill("white")
        option.rect, option.state = QRect(10, 0, 680, 40), state
        painter = Painter(image)
        table.table.itemDelegate().paint(painter, option, table.model.index(row, COLUMNS.index(column)))
        painter.end()
        return image

    colours = tokens()
    wanted = [
        (0, "verdict", "cat", colours.text), (0, "second", "dog, 8.0 %", colours.muted),
        (1, "verdict", DOG.verdict.headline, state_colour("unsure")), (1, "reason", DOG.verdict.reason, colours.muted),
        (1, "probability", "50.0 %", colours.text), (2, "verdict", "cannot be read", state_colour("unreadable")),
        (2, "reason", str(BROKEN), state_colour("unreadable")), (2, "name", "2.png", colours.text),
        (3, "verdict", "waiting", colours.muted), (3, "name", "3.png", colours.muted),
    ]  # fmt: skip
    images = [cell(row, column) for row, column, _text, _colour in wanted]
    assert [(text, colour) for text, colour, _where in written] == [(text, colour) for _, _, text, colour in wanted]
    left = [where.left() for _text, _colour, where in written]
    assert (left[0], left[1], left[7]) == (10 + 8 + 9 + 8, 10 + 8, 10 + 8 + 32 + 10), "beside its sign, or thumbnail"
    assert images[0].pixelColor(22, 20) == state_colour("confident")
    assert images[2].pixelColor(22, 22) == state_colour("unsure")
    white = QColor("white")
    assert images[1].pixelColor(22, 20) == white
    assert any(images[7].pixelColor(x, 4) != white for x in range(18, 50)), "a frame until there is a thumbnail"
    assert cell(0, "second", QStyle.StateFlag.State_Selected).pixelColor(280, 3) == colours.accent_ground
    assert images[1].pixelColor(280, 3) == white


def test_a_class_with_a_long_name_leaves_room_for_the_tally(table):
    table._name_classes(("cat", "a name that is much longer than most names of classes are"))
    table._by_class.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # as if shown for the first time
    assert table._by_class.sizeHint().width() > 200 >= table._by_class.maximumWidth()


def test_a_guess_keeps_its_percentage_and_a_file_its_ending_where_there_is_no_room(qapp):
    assert shortened("second", "a name that is much longer than most, 31.2 %", 120).endswith("31.2 %")
    assert shortened("name", "a picture with a very long name of its own.jpeg", 120).endswith(".jpeg")
    assert shortened("reason", "The network gives two classes nearly the same.", 120).startswith("The network")
