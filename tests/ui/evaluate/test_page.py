"""The Evaluate page: what can be asked, what comes of it, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QStyle, QStyleOptionViewItem

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input, open_picture
from cifar_gui.ui.evaluate import examiner
from cifar_gui.ui.evaluate.gallery import HINT
from cifar_gui.ui.evaluate.picture_list import PictureList
from cifar_gui.ui.evaluate.telling import cell_words, missed_words
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.evaluate.views_panel import VIEWS
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets.help_button import topic_at

from .conftest import small_network


def seen_by(snapshot, fingerprint):
    return ModelSnapshot(replace(snapshot.card, trained_on=fingerprint), snapshot.weights)


def front(page):
    return page._stack.currentWidget()


def test_it_stands_between_filters_and_network():
    names = PAGES.names()
    assert names[names.index("filters") :][:3] == ["filters", "evaluate", "network"]


def test_the_validation_pictures_are_chosen_and_run_evaluates_them(evaluated, tiny_data, snapshot):
    assert evaluated.controls.split.current == "validation"
    question = evaluated.outcome.question
    assert (question.split, question.data, question.snapshot) == ("validation", tiny_data, snapshot)
    assert evaluated.score.accuracy.text() == f"{100 * evaluated.outcome.right.mean():.1f} %"
    assert "of 21 right" in evaluated.score.interval.text()
    assert evaluated.score.seen.isHidden()
    assert evaluated.controls.stale.text() == ""
    assert front(evaluated) is evaluated._columns


@pytest.mark.parametrize("view", ["", "robustness", "compare", "twins"])
def test_after_a_fault_of_the_app_nothing_is_waited_for(evaluated, qtbot, monkeypatch, tmp_path, view):
    told: list[BaseException] = []
    monkeypatch.setattr(evaluated.context.jobs, "_unexpected", told.append)
    monkeypatch.setattr(LongWork, "_reporter", lambda _work, _given_up: "no function")
    evaluated.context.models.offered = [ModelChoice("other", "Other", "", "shipped", tmp_path / "other")]
    evaluated.page_shown()
    evaluated.views.choose(view)
    shown = getattr(evaluated.views, view) if view else evaluated.controls
    (shown.button if view else shown.run).click()
    qtbot.waitUntil(lambda: bool(told) and evaluated.context.jobs.idle)
    waiting = shown.waiting if view else evaluated._waiting
    qtbot.waitUntil(lambda: not waiting.isVisible())
    assert (shown.button if view else shown.run).isEnabled()


def test_without_a_network_it_says_so(page):
    assert front(page) is page._no_network
    assert not page.controls.run.isEnabled()
    page._no_network.button.click()
    assert page.said == ["train"]


def test_pictures_that_are_not_read_yet_are_read_first(page, qtbot, snapshot, tiny_data):
    page.on_model(snapshot)
    page._nothing.button.click()
    assert page.context.data.requested == ["usual"]
    assert front(page) is page._waiting
    page.context.data.progress.emit(0.0, "reading")  # of more than nothing it would, in time, be told how long it takes
    assert page._waiting.text.text() == "reading."
    page.on_data(tiny_data)
    qtbot.waitUntil(lambda: page.outcome is not None)


def test_pictures_that_turn_out_to_be_others_are_not_waited_for_any_longer(page, tiny_data):
    page.on_model(small_network(2, names=("cat", "dog")))
    page.controls.run.click()
    page.on_data(tiny_data)
    assert front(page) is page._nothing
    assert "knows 2 classes (cat, dog), but the data set has 3" in page.controls.note.text()
    assert not page.examiner.busy


def test_where_there_are_no_pictures_they_are_offered(page, snapshot):
    page.on_model(snapshot)
    page.controls.run.click()
    page.context.data.failed.emit("CIFAR-10 is not here.")
    assert front(page) is page._no_data
    assert page._no_data.text_label.text() == "CIFAR-10 is not here."
    page._no_data.button.click()
    assert page.said == ["get data"]


def test_reading_pictures_can_be_given_up(page, snapshot, tiny_data):
    page.on_model(snapshot)
    page.controls.run.click()
    told: list[str] = []
    page.context.data.cancelled.connect(lambda: told.append("the library reads on for nobody"))
    page._waiting.cancel.click()
    assert (front(page), len(told)) == (page._nothing, 1)
    page.examiner.cancel()
    assert len(told) == 1, "what others read is not ours to give up"
    page.on_data(tiny_data)  # comes all the same
    assert not page.examiner.busy


def test_evaluating_can_be_given_up_and_what_was_there_comes_back(evaluated, qtbot, monkeypatch, release):
    before = evaluated.outcome
    monkeypatch.setattr(examiner, "examine", release.wait_for)
    evaluated.controls.run.click()
    assert front(evaluated) is evaluated._waiting
    assert not evaluated.controls.run.isEnabled()
    evaluated._waiting.cancel.click()
    assert front(evaluated) is evaluated._columns
    assert evaluated.controls.run.isEnabled()
    assert evaluated.outcome is before
    release.go()
    qtbot.waitUntil(lambda: evaluated.context.jobs.idle)
    assert evaluated.outcome is before


@pytest.fixture
def release():
    """Work that lasts until a test lets it end, and then notices that it was given up."""
    import threading

    class Release:
        def __init__(self) -> None:
            self._event = threading.Event()
            self.go = self._event.set

        def wait_for(self, _question, progress):
            progress(0.1, "begun")
            self._event.wait(60)
            progress(0.2, "not given up")
            raise AssertionError("the progress should have raised Cancelled")

    made = Release()
    yield made
    made.go()


def test_test_pictures_are_looked_at_after_a_click_of_their_own_only(evaluated, qtbot):
    controls = evaluated.controls
    controls.split.button("test").click()
    assert not controls.run.isEnabled()
    evaluated.examiner.run()
    assert not evaluated.examiner.busy
    assert controls.way.text() == "Use the test pictures"
    controls.way.click()
    assert controls.way.isHidden()
    evaluated.on_data(evaluated.outcome.question.data)
    controls.split.button("test").click()
    assert controls.run.isEnabled(), "the same pictures, once more"
    controls.run.click()
    qtbot.waitUntil(lambda: evaluated.outcome.question.split == "test")


@pytest.mark.parametrize("change", ["network", "split", "data"])
def test_the_yes_to_the_test_pictures_is_for_this_once(evaluated, tiny_data, change):
    controls = evaluated.controls
    controls.split.button("test").click()
    controls.way.click()
    assert controls.run.isEnabled()
    if change == "network":
        evaluated.on_model(small_network(2))
    elif change == "split":
        controls.split.button("validation").click()
        controls.split.button("test").click()
    else:
        evaluated.on_data(replace(tiny_data, name="Other"))
    assert not controls.run.isEnabled()


def test_no_split_is_ever_remembered(evaluated):
    evaluated.controls.six_views.setChecked(True)
    evaluated.controls.split.button("test").click()
    state = evaluated.save_state()
    assert set(state) == {"six_views", "view", "columns"}
    assert state["six_views"] is True


def test_what_was_chosen_last_time_is_chosen_again_and_damaged_settings_change_nothing(page):
    page.restore_state({"six_views": True, "view": "twins"})
    assert (page.controls.six_views.isChecked(), page.examiner._six_views, page.views.current) == (True, True, "twins")
    page.restore_state({"six_views": "yes", "columns": [1]})
    assert not page.controls.six_views.isChecked()


def test_a_network_of_other_classes_is_not_asked_and_pictures_that_fit_are_offered(page, tiny_data, class_folders):
    library = page.context.data
    page.on_data(tiny_data)
    page.on_model(small_network(1, names=("cat", "dog")))
    assert "The network knows 2 classes" in page.controls.note.text()
    assert not page.controls.run.isEnabled()
    assert (front(page), page._nothing.button.isEnabled()) == (page._nothing, False)
    assert page.controls.way.text() == "Get data"  # no other pictures are here
    page.controls.way.click()
    assert (page.said, library.requested) == (["get data"], [])
    pets = class_folders("pets", "cat", "dog")
    library.available = lambda: [("usual", "The usual"), ("shapes", "Shapes"), (pets, "Pets")]
    page.on_data(tiny_data)
    assert page.controls.way.text() == "Read Pets"  # not those used last, nor others that do not fit either
    page.controls.way.click()
    assert library.requested == [pets]


def test_a_network_that_knows_more_classes_is_evaluated_on_those_there_are(page, qtbot, tiny_data):
    names = ("striped", "cat", "dark", "bright")
    page.on_data(tiny_data)
    page.on_model(small_network(1, names=names))
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    per_class = page.outcome.evaluation.per_class
    counts = tiny_data.split("validation").labels.bincount().tolist()
    assert {name: score.count for name, score in per_class.items()} == dict(
        zip(tiny_data.class_names, counts, strict=True), cat=0
    )
    (cat,) = (row for row in page.score.table.rows if row[0].value == "cat")
    assert (cat[2].text, cat[2].note) == ("–", "There is no picture of it.")
    found = page.outcome
    page.on_model(small_network(2, names=names))
    page.on_model(small_network(1, names=names))
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.outcome.question.data is found.question.data


def test_a_network_that_has_seen_everything_has_no_default(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(seen_by(snapshot, tiny_data.fingerprints[3]))
    assert page.controls.split.current == ""
    assert not page.controls.run.isEnabled()
    page.controls.split.button("validation").click()
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    assert not page.score.seen.isHidden()


def test_the_keyboard_goes_from_the_way_out_to_run_and_is_left_alone_elsewhere(evaluated, qtbot):
    controls = evaluated.controls
    evaluated.activateWindow()
    controls.six_views.setFocus()
    qtbot.waitUntil(controls.six_views.hasFocus)
    controls.six_views.click()
    assert controls.six_views.hasFocus()
    controls.split.button("test").click()
    controls.way.setFocus()
    controls.way.click()
    assert controls.run.hasFocus()


def test_what_is_shown_of_something_else_is_marked(evaluated):
    controls = evaluated.controls
    controls.split.button("train").click()
    assert controls.stale.text() == "Still shown below: Small · shipped, validation."
    controls.split.button("validation").click()
    assert controls.stale.text() == ""
    controls.six_views.setChecked(True)
    assert controls.stale.text()
    controls.six_views.setChecked(False)
    evaluated.on_model(small_network(2))
    assert controls.stale.text()
    assert front(evaluated) is evaluated._columns


def test_six_views_are_asked_for(evaluated, qtbot):
    evaluated.controls.six_views.setChecked(True)
    evaluated.controls.run.click()
    qtbot.waitUntil(lambda: evaluated.outcome.evaluation.views == 6)


def test_a_cell_shows_its_pictures_and_a_picture_opens_on_classify(evaluated, qtbot, tiny_data):
    outcome, table, gallery = evaluated.outcome, evaluated.views.confusion.table, evaluated.gallery
    row, column = max(((i, j) for i in range(3) for j in range(3)), key=lambda cell: len(outcome.cell(*cell)))
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(row, column)).center()
    )
    assert [tile.pictures[0][1] for tile in gallery.list.tiles] == outcome.cell(row, column).tolist()
    assert gallery.words.text().startswith(outcome.class_names[row])
    first = gallery.list.model().index(0, 0)
    qtbot.mouseClick(gallery.list.viewport(), Qt.MouseButton.LeftButton, pos=gallery.list.visualRect(first).center())
    ((source,),) = evaluated.said
    assert isinstance(source, PictureSource)
    place = outcome.cell(row, column)[0]
    assert f"validation picture {place} (labelled" in source.name
    assert (network_input(open_picture(source)) == tiny_data.split("validation").images[place].numpy()).all()


def test_the_matrix_and_the_pictures_work_from_the_keyboard(evaluated, qtbot):
    table, gallery = evaluated.views.confusion.table, evaluated.gallery
    table.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(table, key)
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, 0)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert gallery.words.text().startswith("dark, taken for bright: ")
    assert len(gallery.list.tiles) == evaluated.outcome.evaluation.confusion[1][0]
    fullest = max(range(3), key=lambda row: evaluated.outcome.evaluation.confusion[row][row])
    table.open_cell(fullest, fullest)
    qtbot.keyClick(gallery.list, Qt.Key.Key_Return)
    assert len(evaluated.said) == 1


def test_loss_pace_and_time_are_told_each_under_its_name(evaluated, make_outcome):
    score, outcome = evaluated.score, make_outcome([0] * 6, [0, 0, 0, 0, 1, 1], [0.9] * 6)
    outcome = replace(outcome, evaluation=replace(outcome.evaluation, n=3000, loss=0.4567, seconds=2.0))
    score.show_outcome(outcome)
    found = [each.text() for each in (score.loss, score.speed, score.time)]
    assert found == ["0.457", "1,500", "2.0 s"]
    for number, words in ((score.loss, "loss"), (score.speed, "pictures/s"), (score.time, "in all")):
        assert words in [label.text() for label in number.parentWidget().findChildren(QLabel)]


def test_a_row_of_the_table_shows_what_was_missed(evaluated):
    table = evaluated.score.table
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert [row[0].value for row in table.rows] == ["striped", "dark", "bright"]
    table.selectRow(0)
    assert evaluated.gallery.words.text().startswith("striped, taken for something else")
    assert [tile.pictures[0][1] for tile in evaluated.gallery.list.tiles] == evaluated.outcome.missed(2).tolist()


def test_a_new_result_has_its_own_pictures_of_the_class_that_was_chosen(evaluated, qtbot):
    table, gallery, before = evaluated.score.table, evaluated.gallery, evaluated.outcome
    table.selectRow(1)
    told = gallery.words.text()
    evaluated.on_model(small_network(2))
    evaluated.controls.run.click()
    qtbot.waitUntil(lambda: evaluated.outcome is not before)
    assert (table.chosen_rows, table.currentIndex().row()) == ((1,), 1), "the keyboard stays where it was"
    assert [tile.pictures[0][1] for tile in gallery.list.tiles] == evaluated.outcome.missed(1).tolist()
    assert gallery.words.text() == missed_words(evaluated.outcome, 1) != told


def test_a_new_result_has_its_own_pictures_of_the_cell_that_was_chosen(evaluated, qtbot):
    evaluated.score.table.selectRow(1)
    evaluated.views.confusion.table.open_cell(0, 2)
    assert evaluated.score.table.chosen_rows == (), "a click on the class shows its pictures again"
    before = evaluated.outcome
    evaluated.controls.run.click()
    qtbot.waitUntil(lambda: evaluated.outcome is not before)
    places = [tile.pictures[0][1] for tile in evaluated.gallery.list.tiles]
    assert places == evaluated.outcome.cell(0, 2).tolist()
    assert evaluated.gallery.words.text() == cell_words(evaluated.outcome, 0, 2)


def test_a_result_with_other_classes_takes_the_old_pictures_away(evaluated, qtbot):
    evaluated.score.table.selectRow(0)
    before = evaluated.outcome
    names = ("bright", "dim", "dotted")
    found = replace(before.evaluation, class_names=names)
    evaluated.examiner.found.emit(replace(before, evaluation=found))
    gallery = evaluated.gallery
    assert evaluated.score.table.chosen_rows == ()
    assert len(gallery.list.tiles) == 0
    assert gallery.words.text() == gallery.list.accessibleDescription() == HINT
    for _ in range(2):  # the second has the classes of the one before
        evaluated.examiner.found.emit(before)
        assert gallery.words.text() == HINT
        assert gallery.list.toolTip() == "", "there is nothing to click"


CELL = QRect(20, 10, 180, 100)
SPARE = QStyle.StateFlag.State_None
CHOSEN = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_HasFocus


@pytest.fixture
def drawn(qtbot, tiny_data):
    """Draws a tile in CELL, on white, of which validation picture 0 is all magenta and train picture 1 all cyan."""
    images = tiny_data.images.clone()
    images[tiny_data.counts[0]] = torch.tensor([255, 0, 255], dtype=torch.uint8)[:, None, None]
    images[1] = torch.tensor([0, 255, 255], dtype=torch.uint8)[:, None, None]
    made = PictureList()
    qtbot.addWidget(made)

    def draw(tile: Tile, state: QStyle.StateFlag = SPARE) -> QImage:
        made.show_tiles(replace(tiny_data, images=images), [tile])
        image, option = QImage(220, 120, QImage.Format.Format_RGB32), QStyleOptionViewItem()
        image.fill("white")
        option.rect, option.state = CELL, state
        painter = QPainter(image)
        made.itemDelegate().paint(painter, option, made.model().index(0, 0))
        painter.end()
        return image

    return draw


def across(image: QImage, wanted: Callable[[QColor], bool]) -> list[int]:
    """The columns with a pixel of such a colour."""
    return [x for x in range(image.width()) if any(wanted(image.pixelColor(x, y)) for y in range(image.height()))]


def is_green(colour: QColor) -> bool:
    return colour.green() > max(colour.red() + 40, colour.blue())


def is_red(colour: QColor) -> bool:
    return colour.red() > max(colour.green() + 40, colour.blue())


def is_ink(colour: QColor) -> bool:
    return colour.value() < 140 and colour.saturation() < 100


def test_pictures_of_a_tile_stand_beside_each_other_in_their_order(drawn):
    pair = drawn(Tile((("validation", 0), ("train", 1)), "", ""))
    first, second = (across(pair, QColor(name).__eq__) for name in ("magenta", "cyan"))
    assert (len(first), len(second), second[0] - first[-1]) == (64, 64, 5)
    assert first[0] - CELL.left() == pytest.approx(CELL.right() - second[-1], abs=1)
    alone = across(drawn(Tile((("train", 1),), "", "")), QColor("cyan").__eq__)
    assert sum(alone) / len(alone) == pytest.approx(CELL.center().x(), abs=1)


def test_a_tick_or_a_cross_stands_before_the_words_under_a_picture(drawn):
    def tile(words: str, right: bool | None) -> Tile:
        return Tile((("train", 1),), words, "", right)

    plain, right, wrong = (drawn(tile("cat", right)) for right in (None, True, False))
    found = [(bool(across(each, is_green)), bool(across(each, is_red))) for each in (plain, right, wrong)]
    assert found == [(False, False), (True, False), (False, True)]
    assert across(right, is_green)[-1] < across(right, is_ink)[0]
    long = across(drawn(tile("a name that is much longer than a picture is wide", True)), is_ink)
    assert CELL.left() < long[0] < long[-1] < CELL.right(), "what does not fit is left out in the middle"
    words, ground = across(plain, is_ink), QColor("white").rgb()
    assert CELL.left() + 64 < sum(words) / len(words) < CELL.right() - 64
    picture = max(y for y in range(plain.height()) if plain.pixelColor(CELL.center().x(), y) == QColor("cyan"))
    below = [y for y in range(picture + 1, 120) if any(plain.pixel(x, y) != ground for x in range(220))]
    assert below
    assert below[-1] < CELL.bottom()


@pytest.mark.parametrize(
    ("state", "frame"),
    [
        (SPARE, ""),
        (QStyle.StateFlag.State_Selected, ""),
        (QStyle.StateFlag.State_HasFocus, ""),
        (CHOSEN, "accent"),
        (QStyle.StateFlag.State_MouseOver, "panel_line"),
        (CHOSEN | QStyle.StateFlag.State_MouseOver, "accent"),
    ],
)
def test_a_picture_is_framed_where_the_keyboard_or_the_mouse_is(drawn, state, frame):
    image = drawn(Tile((("train", 1),), "", ""), state)
    edge = image.pixelColor(CELL.left() + 1, CELL.center().y())
    assert edge == (getattr(tokens(), frame) if frame else QColor("white"))


def test_pictures_are_spread_over_the_width_and_pairs_have_cells_twice_as_wide(qtbot, tiny_data):
    made = PictureList()
    qtbot.addWidget(made)
    made.show_tiles(tiny_data, [Tile((("train", 1),), "cat", "")])
    made.resize(700, 300)
    made.show()
    grid = made.gridSize()
    columns = 700 // grid.width()
    assert columns > 3
    assert 700 - columns * grid.width() < grid.width() / 2
    assert 64 < grid.height() < grid.width() < 200
    made.show_tiles(tiny_data, [Tile((("train", 1), ("train", 2)), "cat", "")])
    assert (made.gridSize().height(), made.gridSize().width() > 132) == (grid.height(), True)


def test_copy_takes_the_classes_and_the_matrix_where_it_has_the_focus(evaluated, qtbot):
    evaluated.copy()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "Class\tPrecision\tRecall\tPictures"
    evaluated.activateWindow()
    evaluated.views.confusion.table.setFocus()
    qtbot.waitUntil(evaluated.views.confusion.table.hasFocus)
    evaluated.copy()
    assert QGuiApplication.clipboard().text().splitlines()[0] == "\tbright\tdark\tstriped"


def test_what_is_not_in_front_is_neither_copied_nor_saved(evaluated, monkeypatch):
    told: list[str] = []
    monkeypatch.setattr(evaluated, "tell", told.append)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", pytest.fail)
    QGuiApplication.clipboard().setText("as it was")
    evaluated._play(playing=True)
    evaluated.copy()
    evaluated.save()
    evaluated._play(playing=False)
    evaluated.controls.run.click()
    evaluated.copy()
    evaluated.save()
    assert QGuiApplication.clipboard().text() == "as it was"
    game = "leave the game first, to have the evaluation."
    assert told == [
        f"Nothing is {done}: {why}" for why in (game, "no result is shown.") for done in ("copied", "saved")
    ]


def test_it_is_saved_as_numbers_or_as_a_picture(evaluated, tmp_path, monkeypatch):
    def answer(name, kind):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(name) if name else "", kind))

    answer(tmp_path / "numbers", "Numbers (*.csv)")
    evaluated.views.save_button.click()
    assert (tmp_path / "numbers.csv").read_text().startswith("class,precision,recall,pictures,called bright,")
    evaluated.views.choose("reliability")
    answer(tmp_path / "numbers.csv", "Numbers (*.csv)")
    evaluated.save()
    titles, *groups = (tmp_path / "numbers.csv").read_text().splitlines()
    assert (titles, len(groups)) == ("least sure,surest,mean confidence,right,pictures", 15)
    answer(tmp_path / "picture", "Picture (*.png)")
    evaluated.save()
    assert QImage(str(tmp_path / "picture.png")).width() > 300
    answer(tmp_path / "away" / "numbers.csv", "")
    evaluated.save()
    assert "could not be written" in evaluated.context.messages.all[0].text
    answer(tmp_path / "picture.png", "Picture (*.png)")
    evaluated.save()
    assert not any("could not" in message.text for message in evaluated.context.messages.all), "it has been, since"
    answer("", "")
    evaluated.save()
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["numbers.csv", "picture.png"]


def test_a_picture_of_the_matrix_holds_all_of_it_whatever_is_scrolled(evaluated):
    table = evaluated.views.confusion.table
    large = table.picture().size()
    table.resize(60, 60)
    assert table.picture().size() == large


def test_the_question_mark_explains_the_view_in_front(evaluated):
    views = evaluated.views
    for name in VIEWS:
        views.choose(name)
        assert views._help.topic == topic_at(views._stack.currentWidget(), ""), name


def test_everything_has_a_name_and_the_matrix_a_summary(evaluated):
    for name in ("evaluate.run", "evaluate.confusion", "evaluate.gallery", "evaluate.table"):
        found = evaluated.findChild(object, name)
        assert found.accessibleName() or isinstance(found, QPushButton)
    assert evaluated.views.confusion.table.accessibleDescription() == evaluated.views.confusion.words.text()


def test_who_runs_by_keys_can_run_again_by_keys(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.activateWindow()
    page.controls.run.setFocus()
    qtbot.waitUntil(page.controls.run.hasFocus)
    page.controls.run.click()
    assert not page.controls.game.hasFocus(), "Space would begin a game"
    qtbot.waitUntil(lambda: page.outcome is not None)
    assert page.controls.run.hasFocus()


def test_the_keyboard_is_at_run_when_it_has_been_given_up_or_asked_from_below(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.activateWindow()
    for end in (page._waiting.cancel.click, lambda: qtbot.waitUntil(lambda: page.outcome is not None)):
        page._nothing.button.setFocus()
        qtbot.waitUntil(page._nothing.button.hasFocus)
        page._nothing.button.click()
        page._waiting.cancel.setFocus()
        end()
        assert page.controls.run.hasFocus()


def test_a_failure_is_said_and_run_can_be_pressed_again(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    broken = ModelSnapshot(replace(snapshot.card, network="simple"), dict(list(snapshot.weights.items())[1:]))
    page.on_model(broken)
    page.controls.run.click()
    qtbot.waitUntil(lambda: bool(page.context.messages.all))
    assert page.controls.run.isEnabled()
    page.controls.run.click()
    assert page.context.messages.all == [], "it may go well this time"
    qtbot.waitUntil(lambda: bool(page.context.messages.all))
    page.on_model(snapshot)
    assert page.context.messages.all == [], "it is not the one that is chosen any more"
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    assert page.context.messages.all == []
