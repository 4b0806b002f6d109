"""Earlier runs under the curves: which are ticked, what places they have, and the list they are ticked in."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from cifar_gui.ui.theme import theme, tokens
from cifar_gui.ui.train.earlier import read_earlier
from cifar_gui.ui.train.earlier_chooser import EarlierChooser
from cifar_gui.ui.train.earlier_curves import LOOKS
from cifar_gui.ui.train.laid_under import FULL, MOST, LaidUnder
from cifar_gui.ui.widgets.plot_shapes import SHAPES

RUNS = [(f"/runs/{number:04d}", f"run {number:04d} · simple on shapes") for number in range(9, 0, -1)]
PATHS = [path for path, _ in RUNS]
ENABLED = Qt.ItemFlag.ItemIsEnabled


def ticked(*paths: str) -> LaidUnder:
    laid_under = LaidUnder()
    for path in paths:
        laid_under = laid_under.toggled(path)
    return laid_under


@pytest.fixture
def chooser(qtbot) -> EarlierChooser:
    made = EarlierChooser()
    qtbot.addWidget(made)
    return made


def said_by(chooser: EarlierChooser) -> list[LaidUnder]:
    said: list[LaidUnder] = []
    chooser.chosen.connect(said.append)
    return said


def ticks(chooser: EarlierChooser) -> list[str]:
    rows = chooser.popup.runs
    items = [rows.item(row) for row in range(rows.count())]
    return [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]


def test_a_run_keeps_its_place_when_others_come_and_go():
    laid_under = ticked("a", "b", "c").toggled("a")
    assert laid_under.runs == [(1, "b"), (2, "c")]
    assert laid_under.toggled("d").runs == [(0, "d"), (1, "b"), (2, "c")]


def test_no_more_runs_are_laid_under_than_can_be_told_apart():
    full = ticked(*PATHS[:MOST])
    assert (full.is_full, full.toggled("another")) == (True, full)
    assert full.toggled(PATHS[2]).toggled("another").place_of("another") == 2
    assert len(LOOKS) == MOST == len(set(LOOKS)) == len({shape for _, shape in LOOKS} & set(SHAPES) - {"dot"})


@pytest.mark.parametrize(
    ("count", "words"), [(0, "Earlier runs"), (1, "1 earlier run"), (2, "2 earlier runs"), (6, "6 earlier runs")]
)
def test_the_button_says_how_many_there_are(count, words):
    assert ticked(*PATHS[:count]).in_words() == words


def test_without_other_runs_there_is_nothing_to_choose_and_the_button_says_why(chooser):
    assert (chooser.isEnabled(), "no other run" in chooser.toolTip()) == (False, True)
    chooser.offer(RUNS)
    assert (chooser.isEnabled(), "up to 6" in chooser.toolTip()) == (True, True)


def test_ticking_in_the_list_lays_runs_under_and_one_button_takes_all_away(chooser, qtbot):
    chooser.offer(RUNS)
    said = said_by(chooser)
    qtbot.mouseClick(chooser, Qt.MouseButton.LeftButton)
    rows = chooser.popup.runs
    for row in (0, 2):
        place = rows.visualItemRect(rows.item(row)).center()
        qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chooser.popup.isVisible(), "it stays open for the next tick"
    assert ticks(chooser) == [RUNS[0][1], RUNS[2][1]]
    assert (chooser.text(), chooser.accessibleName()) == ("2 earlier runs", "2 earlier runs under the curves")
    qtbot.mouseClick(chooser.popup.clear, Qt.MouseButton.LeftButton)
    assert said == [ticked(PATHS[0]), ticked(PATHS[0], PATHS[2]), LaidUnder()]
    assert (ticks(chooser), chooser.popup.clear.isEnabled()) == ([], False)


def test_the_list_is_worked_from_the_keyboard(chooser, qtbot):
    chooser.offer(RUNS)
    said = said_by(chooser)
    qtbot.mouseClick(chooser, Qt.MouseButton.LeftButton)
    rows = chooser.popup.runs
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Space):
        qtbot.keyClick(rows, key)
    assert said == [ticked(PATHS[1]), ticked(PATHS[1], PATHS[2]), ticked(PATHS[1])]
    qtbot.keyClick(rows, Qt.Key.Key_Escape)
    assert not chooser.popup.isVisible()


def test_when_six_are_ticked_the_list_says_so_and_the_others_wait(chooser, qtbot):
    chooser.offer(RUNS)
    for path in PATHS[:MOST]:
        chooser.popup.toggled.emit(path)
    rows, said = chooser.popup.runs, said_by(chooser)
    can = [bool(rows.item(row).flags() & ENABLED) for row in range(rows.count())]
    assert (chooser.popup.note.text(), can) == (FULL, [True] * 6 + [False] * 3)
    rows.itemClicked.emit(rows.item(7))
    rows.itemClicked.emit(rows.item(1))
    assert said == [ticked(*PATHS[:MOST]).toggled(PATHS[1])]
    assert all(rows.item(row).flags() & ENABLED for row in range(rows.count()))
    assert chooser.popup.note.text() != FULL


def test_a_run_that_is_gone_drops_out_and_has_its_place_again_when_it_comes_back(chooser):
    chooser.offer(RUNS)
    for path in PATHS[:2]:
        chooser.popup.toggled.emit(path)
    said = said_by(chooser)
    chooser.offer(RUNS[1:])
    assert (said[-1].runs, ticks(chooser), chooser.text()) == ([(1, PATHS[1])], [RUNS[1][1]], "1 earlier run")
    chooser.offer(RUNS)
    assert said[-1] == ticked(*PATHS[:2])
    chooser.offer([("/runs/0010", "run 0010"), *RUNS])
    assert len(said) == 2, "what lies under the curves is as before"


def test_what_one_ticks_while_a_run_is_gone_settles_the_matter(chooser):
    chooser.offer(RUNS)
    for path in PATHS[:MOST]:
        chooser.popup.toggled.emit(path)
    chooser.offer(RUNS[1:])
    chooser.popup.toggled.emit(PATHS[7])
    chooser.offer(RUNS)
    assert set(path for _, path in chooser.laid_under.runs) == {*PATHS[1:MOST], PATHS[7]}


def test_a_list_that_says_so_already_is_left_alone(chooser):
    chooser.offer(RUNS)
    chooser.popup.runs.setCurrentRow(5)
    chooser.offer([*RUNS])
    chooser.popup.toggled.emit(PATHS[5])
    assert chooser.popup.runs.currentRow() == 5
    chooser.offer(RUNS[:3])
    assert chooser.popup.runs.count() == 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_line_of_the_list_shows_a_sample_of_its_curve(chooser, scheme):
    theme().set_look(scheme=scheme)
    chooser.offer(RUNS)
    for path in PATHS[:MOST]:
        chooser.popup.toggled.emit(path)
    for row, (colour, _) in enumerate(LOOKS):
        picture = chooser.popup.runs.item(row).icon().pixmap(36, 16).toImage()
        assert QColor(getattr(tokens(), colour)).name() in colours_of(picture)
    assert not colours_of(chooser.popup.runs.item(MOST).icon().pixmap(36, 16).toImage())


def colours_of(picture: QImage) -> set[str]:
    pixels = (picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_a_run_that_cannot_be_read_does_not_keep_the_others_from_being_shown(make_run, tmp_path):
    run = make_run((0.3, 0.4))
    runs, (problem,) = read_earlier(ticked(str(tmp_path / "gone"), str(run.path)))
    assert [(each.place, each.number, len(each.history.epoch_rows)) for each in runs] == [(1, run.number, 2)]
    assert "gone" in problem
