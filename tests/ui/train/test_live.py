"""The right side of the Train page: the wall of held-out pictures, and the filters as they form."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QSize

from cifar_gui.errors import CheckpointError
from cifar_gui.explain.base import ImageGrid
from cifar_gui.networks.base import NETWORKS
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.train.forming_filters import Forming, FormingFilters, fitting, look_at
from cifar_gui.ui.train.live_panel import LivePanel, Looked, look
from cifar_gui.ui.train.picture_strip import PictureStrip
from cifar_gui.ui.train.wall import Wall
from cifar_gui.ui.train.wall_rows import bars, chosen, in_words

# The wall


def test_the_wall_takes_one_picture_of_each_class_in_turn():
    assert chosen([2, 2, 0, 1, 0, 2], 4) == [2, 3, 0, 4]
    assert chosen([0, 0], 16) == [0, 1]


def test_bars_tell_the_truth_a_wrong_winner_and_the_others_apart():
    names = ("cat", "dog", "ship", "frog")
    said = bars(np.array([0.1, 0.6, 0.25, 0.05], np.float32), 2, names)
    assert [(bar.label, bar.role) for bar in said] == [("dog", "wrong"), ("ship", "right"), ("cat", "other")]
    said = bars(np.array([0.1, 0.6, 0.25, 0.05], np.float32), 1, names)
    assert [bar.role for bar in said] == ["right", "other", "other"]


def test_the_wall_in_words_counts_what_is_right():
    rows = [bars(np.array([0.9, 0.1], np.float32), truth, ("cat", "dog")) for truth in (0, 1)]
    assert in_words(rows, ["cat", "dog"]) == "1 of 2 right. cat: cat 90 %, right; dog: cat 90 %, wrong"


def test_the_wall_shows_whole_rows_only_and_paints_good_and_bad(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(240, 3 * 72 + 40)
    wall.set_pictures(np.full((8, 3, 32, 32), 77, np.uint8), [0] * 8, ("cat", "dog", "ship"))
    assert wall.shown == 3
    probabilities = np.tile(np.array([0.7, 0.2, 0.1], np.float32), (8, 1))
    probabilities[1] = [0.2, 0.7, 0.1]
    wall.show_probabilities(probabilities)
    assert wall.right == (7, 8)
    picture = wall.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {tokens().good.name(), tokens().bad.name(), tokens().control_line.name()} <= colours
    assert "7 of 8 right" in wall.accessibleDescription()


def test_what_the_wall_has_right_is_the_same_in_a_larger_window(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.set_pictures(np.zeros((8, 3, 32, 32), np.uint8), [0, 1] * 4, ("cat", "dog"))
    wall.show_probabilities(np.tile(np.array([0.7, 0.3], np.float32), (8, 1)))
    found = []
    for height in (3 * 72, 6 * 72):
        wall.resize(240, height)
        found.append((wall.shown, wall.right))
    assert found == [(3, (4, 8)), (6, (4, 8))]
    assert wall.text().startswith("4 of 8 right. ")


def test_what_is_no_number_is_no_answer_and_never_right(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(240, 2 * 72)
    wall.set_pictures(np.full((2, 3, 32, 32), 77, np.uint8), [0, 1], ("cat", "dog"))
    unsaid = wall.grab().toImage()
    wall.show_probabilities(np.full((2, 2), np.nan, np.float32))
    assert wall.right == (0, 2)
    assert wall.text() == "0 of 2 right. cat: no answer; dog: no answer"
    assert wall.grab().toImage() == unsaid, "no bar is painted"
    wall.show_probabilities(np.array([[0.9, 0.1], [np.nan, np.nan]], np.float32))
    assert wall.text() == "1 of 2 right. cat: cat 90 %, right; dog: no answer"
    assert wall.grab().toImage() != unsaid
    wall.set_pictures(np.full((2, 3, 32, 32), 77, np.uint8), [0, 1], ("cat", "dog"))
    assert wall.accessibleDescription() == wall.text() == "2 pictures, not classified yet."


def test_the_wall_shows_each_picture_in_its_place_the_right_way_up(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(500, 150)
    pictures = np.zeros((4, 3, 32, 32), np.uint8)
    pictures[3, 0, :16, 16:] = 255  # the last one: red at the top right
    wall.set_pictures(pictures, [0] * 4, ("cat",))
    seen = wall.grab().toImage()
    left, top = 250, 72  # of the second column and row
    reds = {
        (x, y) for x in (0, 1) for y in (0, 1) if seen.pixelColor(left + 16 + 32 * x, top + 16 + 32 * y).red() > 200
    }
    assert reds == {(1, 0)}


def test_a_wide_wall_has_more_columns(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(500, 150)
    wall.set_pictures(np.zeros((16, 3, 32, 32), np.uint8), [0] * 16, ("cat",))
    assert wall.shown == 4


@pytest.mark.parametrize(("seconds", "period"), [(0.001, 1000), (0.03, 1000), (0.3, 10_000), (3.0, 100_000)])
def test_the_dearer_a_look_the_less_often_it_is_taken(qtbot, seconds, period):
    panel = LivePanel(SimpleNamespace())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel._on_looked(Looked(None, Forming(None, "", ""), seconds))
    assert panel._timer.interval() == period


@pytest.fixture
def live(qtbot):
    """A live panel whose looks are taken when the test says so, by `answer`, `fail` or `break_down`."""
    asked: list = []

    def run(function, done, failed, *, key, broken):
        asked.append(SimpleNamespace(function=function, answer=done, fail=failed, break_down=broken))

    said: list[str] = []
    context = SimpleNamespace(
        jobs=SimpleNamespace(run=run, cancel=lambda _key: asked.clear()),
        messages=SimpleNamespace(warn=said.append),
        session=SimpleNamespace(request_snapshot=lambda: asked.append("a snapshot")),
    )
    panel = LivePanel(context)  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.asked, panel.messages = asked, said
    return panel


def looked(caption="all 4", probabilities=None, stem="") -> Looked:
    return Looked(probabilities, Forming(None, caption, "", stem), 0.0)


def test_a_look_that_fails_is_told_and_the_next_network_is_looked_at(live):
    for outcome in ("fail", "break_down"):
        live.show_snapshot("a network")
        (look_,) = live.asked
        live.asked.clear()
        look_.fail(CheckpointError("It is torn.")) if outcome == "fail" else look_.break_down()
    live.show_snapshot("the next")
    assert len(live.asked) == 1
    assert live.messages == ["It is torn."]


def test_while_it_trains_a_second_passes_between_two_looks_and_the_newest_counts(live):
    live.watch(watching=True)
    live.show_snapshot("first")
    live.show_snapshot("second")
    live.asked.pop().answer(looked())
    live.show_snapshot("third")
    assert live.asked == [], "not before the next tick"
    live._on_tick()
    assert len(live.asked) == 1
    live._on_tick()
    assert len(live.asked) == 1, "one at a time, and no other snapshot is asked for meanwhile"
    live.asked.pop().answer(looked())
    live._on_tick()
    assert live.asked == ["a snapshot"]
    live.watch(watching=False)


def test_a_new_run_takes_away_what_was_seen_and_what_is_being_looked_at(live, tiny_data):
    live.set_data(tiny_data)
    live.show_snapshot("first")
    probabilities = np.zeros((16, 3), np.float32)
    probabilities[:, 0] = 1
    live.asked.pop().answer(looked("all 64", probabilities, "Seen through the stem"))
    said = (live._said, live._filter_caption, live._stem)
    assert [label.text() for label in said] == ["6 of 16 right", "all 64", "Seen through the stem"]
    assert not live._stem.isHidden()
    live.show_snapshot("second")
    live.show_snapshot("third")
    live.clear()
    assert live.asked == []
    assert [label.text() for label in said] == ["", "", ""]
    assert live._stem.isHidden()
    assert "not classified yet" in live.wall.text()
    live.watch(watching=False)
    assert live.asked == [], "nothing waits any more"
    live.show_snapshot("of the new run")
    assert len(live.asked) == 1


def test_other_data_or_none_leaves_nothing_said_of_the_pictures_before(live, tiny_data):
    live.set_data(tiny_data)
    live._said.setText("6 of 16 right")
    live.set_data(None)
    live.set_data(tiny_data)
    assert live._said.text() == "6 of 16 right"
    live.set_data(dataclasses.replace(tiny_data, name="Other"))
    assert live._said.text() == ""
    pictures = tiny_data.split("validation").images.numpy()
    assert all((pictures == shown.numpy()).all((1, 2, 3)).any() for shown in live._images), "held-out ones"


def test_a_network_of_other_classes_has_nothing_to_say_of_the_pictures():
    snapshot, images = snapshot_of("simple"), torch.zeros((2, 3, 32, 32), dtype=torch.uint8)
    assert look(snapshot, images, tuple("abcdefghij")).probabilities.shape == (2, 10)
    assert look(snapshot, images, tuple("ABCDEFGHIJ")).probabilities is None
    assert look(snapshot, None, tuple("abcdefghij")).probabilities is None


def test_a_row_of_pictures_shows_whole_ones(qtbot):
    strip = PictureStrip("Pictures")
    qtbot.addWidget(strip)
    strip.show_pictures(np.zeros((5, 3, 32, 32), np.uint8))
    seen = []
    for width in (10, 67, 68, 103, 104, 1000):
        strip.resize(width, 32)
        seen.append(strip.shown)
    assert seen == [1, 1, 2, 2, 3, 5]
    assert strip.accessibleDescription() == "5 pictures"


# Filters


def test_filters_are_as_large_as_whole_pixels_allow():
    assert fitting(12, QSize(3, 3), QSize(240, 140)) == (5, 14)
    columns, magnification = fitting(64, QSize(4, 4), QSize(240, 140))
    assert -(-64 // columns) * (4 * magnification + 2) + 2 <= 140
    assert columns * (4 * magnification + 2) + 2 <= 240
    assert fitting(1000, QSize(9, 9), QSize(50, 50)) == (4, 1)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_the_first_learned_filters_of_every_network_are_shown_or_it_says_why_not(name, qtbot):
    snapshot = snapshot_of(name)
    forming = look_at(snapshot)
    widget = FormingFilters()
    qtbot.addWidget(widget)
    widget.resize(240, 140)
    widget.show_forming(forming)
    assert widget.image.isNull() == (forming.grid is None)
    assert widget.accessibleDescription() == forming.note
    assert forming.note.endswith(".")


def test_a_fixed_stem_is_called_computed_not_learned():
    forming = look_at(snapshot_of("airnet"))
    assert forming.stem == "Seen through the stem, which is computed, not learned"
    assert forming.caption == "all 64"


def test_filters_that_are_not_square_fill_the_room_there_is(qtbot):
    widget = FormingFilters()
    qtbot.addWidget(widget)
    tiles = np.full((6, 3, 5, 4), 255, np.uint8)  # each 5 wide and 3 high
    grid = ImageGrid("conv 1", "filters", tiles, tuple(range(6)), ("",) * 6, "weights.")
    sizes = []
    for width in (100, 240):
        widget.resize(width, 140)
        widget.show_forming(Forming(grid, "all 6", "conv 1: weights."))
        assert widget.image.width() <= width + 4
        assert widget.sizeHint().height() <= 140
        sizes.append((widget.image.width(), widget.image.height()))
    assert sizes[0] < sizes[1]
    assert (widget.toolTip(), widget.accessibleDescription()) == ("conv 1: weights.", "conv 1: weights.")
    widget.set_empty_text("They form here.")
    widget.show_forming(None)
    assert widget.image.isNull()
    assert (widget.toolTip(), widget.accessibleDescription()) == ("", "They form here.")


def test_of_filters_as_large_as_the_picture_those_are_shown_that_fit():
    forming = look_at(snapshot_of("mlp"))
    assert (len(forming.grid), forming.caption) == (28, "28 of 512")
    assert forming.grid.units == tuple(range(28))
    whole = look_at(snapshot_of("simple"))
    assert whole.caption == f"all {len(whole.grid)}"


def test_no_filters_leave_room_for_the_reason(qtbot):
    widget = FormingFilters()
    qtbot.addWidget(widget)
    widget.resize(240, 140)
    widget.show_forming(Forming(None, "", "This network has no convolution layer."))
    assert widget.grab().toImage() != FormingFilters().grab().toImage()


def snapshot_of(name):
    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build

    return capture(build(name, 10), ModelCard(name, tuple("abcdefghij"), CENTRED))
