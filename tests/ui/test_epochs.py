"""Which epochs can be replayed, and the slider that does it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

from cifar_gui.ui.epoch_bar import EpochBar
from cifar_gui.ui.epoch_replay import EpochReplay
from cifar_gui.ui.epochs import EpochTrack, epoch_track, position_of
from cifar_gui.ui.model_choices import ModelChoice


def choice(key: str, group: str = "runs") -> ModelChoice:
    return ModelChoice(key, key, "", group, Path(key))  # type: ignore[arg-type]


BEST = choice("runs/0007/best")
RUN = [BEST, *(choice(f"runs/0007/epoch/{epoch}") for epoch in (1, 3, 4)), choice("runs/0008/epoch/9")]
LIVE = ModelChoice("live", "Live", "", "live", None)
SHIPPED = choice("shipped/airnet", "shipped")


def test_the_track_of_a_run_holds_its_own_kept_epochs_only():
    track = epoch_track(RUN, BEST, "", shown_epoch=3.0)
    assert (track.run, track.epochs, track.position, track.note) == ("0007", (1, 3, 4), 1, "of 4 · best")
    assert track.playable
    assert track.key(2) == "runs/0007/epoch/4"


def test_live_follows_the_last_epoch_of_the_run_in_training():
    track = epoch_track(RUN, LIVE, "0007", shown_epoch=4.6)
    assert (track.position, track.note) == (2, "of 4 · live")


@pytest.mark.parametrize(
    ("current", "live", "words"),
    [
        (None, "", "No network"),
        (SHIPPED, "", "without its earlier epochs"),
        (choice("/tmp/a.safetensors", "opened"), "", "without its earlier epochs"),
        (LIVE, "0009", "not kept an epoch yet"),
        (choice("runs/0008/best"), "", "one epoch so far"),
    ],
)
def test_where_nothing_can_be_replayed_the_reason_is_given(current, live, words):
    track = epoch_track(RUN, current, live, shown_epoch=0)
    assert not track.playable
    assert words in track.reason


def test_an_epoch_that_was_thinned_out_stands_at_the_one_before():
    assert [position_of((2, 4, 8), epoch) for epoch in (1, 2, 5, 8, 9)] == [0, 0, 1, 2, 2]


@pytest.fixture
def bar(qtbot):
    made = EpochBar()
    qtbot.addWidget(made)
    made.show_track(EpochTrack((1, 3, 4), 2, "0007", "of 4 · best"))
    return made


def test_moving_the_slider_asks_for_that_epoch(bar, qtbot):
    with qtbot.waitSignal(bar.epoch_chosen) as asked:
        bar.slider.setValue(0)
    assert asked.args == ["runs/0007/epoch/1"]
    assert bar.slider.accessibleDescription() == "Epoch 1 of 4"


def test_being_shown_a_track_asks_for_nothing(bar, qtbot):
    with qtbot.assertNotEmitted(bar.epoch_chosen):
        bar.show_track(EpochTrack((1, 2), 0, "0008", "of 2"))
    assert bar.slider.maximum() == 1


def test_a_shipped_model_disables_the_slider_and_says_why(bar):
    bar.show_track(epoch_track([SHIPPED], SHIPPED, "", 0))
    assert not bar.slider.isEnabled()
    assert not bar.play.isEnabled()
    assert "without its earlier epochs" in bar.slider.toolTip()


def test_playing_goes_from_the_first_epoch_to_the_last_and_waits_for_each_to_arrive(bar):
    asked: list[str] = []
    bar.epoch_chosen.connect(asked.append)
    bar.play.setChecked(True)
    assert bar.playing
    assert bar.slider.value() == 0
    bar._on_tick()
    assert bar.slider.value() == 0  # the first has not arrived
    for _ in range(3):
        bar.arrived()
        bar._on_tick()
    assert asked == [f"runs/0007/epoch/{epoch}" for epoch in (1, 3, 4)]
    assert not bar.playing
    assert not bar.play.isChecked()


def test_playing_begins_anew_where_an_epoch_that_was_asked_for_never_came(bar):
    bar.slider.setValue(0)
    bar.stop()
    bar.play.setChecked(True)
    bar._on_tick()
    bar.stop()
    assert bar.slider.value() == 1


def test_playing_stops_when_the_epoch_asked_for_is_not_what_is_chosen(bar):
    bar.play.setChecked(True)
    bar.give_up_unless("runs/0007/epoch/1")
    assert bar.playing
    bar.give_up_unless("runs/0007/best")
    assert (bar.playing, bar.play.isChecked()) == (False, False)


def test_playing_stops_when_there_is_nothing_left_to_play(bar):
    bar.play.setChecked(True)
    bar.show_track(EpochTrack(reason="gone"))
    assert not bar.playing


class Models(QObject):
    """In place of the window's networks: some are offered, and any can be chosen."""

    choices_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.current, self.offered, self.asked = BEST, RUN, []

    def choices(self) -> list[ModelChoice]:
        return self.offered

    def choose(self, key: str) -> None:
        self.asked.append(key)
        self.current = next((each for each in self.offered if each.key == key), self.current)


def test_the_slider_follows_the_networks_and_tells_of_a_track_that_is_another_once(bar):
    models, told = Models(), []
    context: Any = SimpleNamespace(models=models, session=SimpleNamespace(run=None))
    replay = EpochReplay(context, bar, bar)
    replay.track_changed.connect(lambda track: told.append((track.epochs, track.position, track.note)))
    models.choices_changed.emit()
    replay.show()
    assert told == [((1, 3, 4), 0, "of 4 · best")]
    replay.set_snapshot(SimpleNamespace(card=SimpleNamespace(epoch=3.0)))  # type: ignore[arg-type]
    assert (bar.slider.value(), told[1:]) == (1, [((1, 3, 4), 1, "of 4 · best")])
    models.offered = RUN[:-2]
    models.choices_changed.emit()
    assert (bar.slider.maximum(), told[2:]) == (1, [((1, 3), 1, "of 3 · best")])
    models.offered = [RUN[0], RUN[2]]  # the first is thinned out, and the slider has not heard of it
    bar.play.setChecked(True)
    assert models.asked == ["runs/0007/epoch/1"]
    assert (bar.playing, bar.slider.isEnabled(), bar._number.text()) == (False, False, "3")
    assert "one epoch so far" in bar._reason.text()
