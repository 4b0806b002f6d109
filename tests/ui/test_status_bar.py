from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from cifar_gui.training.events import EpochReport, SettingsChanged, Started, StepReport
from cifar_gui.ui.status_bar import Progress, TrainingFigures

STARTED = Started("airnet", 1, 8, 100, 0, "cpu", "bfloat16", "channels_last", 45_000, 5_000)


def epoch_report(epoch: int) -> EpochReport:
    return EpochReport(epoch, 100 * epoch, 1.5, 0.4, 1.2, 0.5, 0.1, True, None, 2.0, 1000.0)  # type: ignore[arg-type]


def test_figures_follow_the_run() -> None:
    figures = TrainingFigures()
    figures.follow(STARTED)
    assert figures.text() == "epoch 1 of 8"
    figures.follow(StepReport(200, 2.0, 1.0, 0.5, 0.1, images_per_second=1000))
    assert figures.share == 0.25
    assert figures.seconds_left == pytest.approx(6 * 45 + 8 * 5 / 3), "no epoch has been validated yet"
    figures.follow(epoch_report(2))
    assert figures.seconds_left == pytest.approx(6 * (45 + 5 / 3))
    assert figures.text() == "epoch 3 of 8 · 1,000 images/s · 4 min 40 s left"
    figures.follow(SettingsChanged(200, 0.1, 4))
    assert figures.share == 0.5


def test_speed_is_smoothed() -> None:
    figures = TrainingFigures()
    figures.follow(STARTED)
    for speed in (1000, 2000, 0):
        figures.follow(StepReport(1, 0.01, 1.0, 0.5, 0.1, images_per_second=speed))
    assert figures.images_per_second == pytest.approx(1200)


def test_a_run_on_all_pictures_has_nothing_to_validate() -> None:
    figures = TrainingFigures()
    figures.follow(replace(STARTED, training_pictures=50_000, validation_pictures=0))
    figures.follow(StepReport(200, 2.0, 1.0, 0.5, 0.1, images_per_second=1000))
    assert figures.seconds_left == pytest.approx(6 * 50)


def test_the_next_run_has_no_speed_until_it_has_one_of_its_own() -> None:
    figures = TrainingFigures()
    figures.follow(STARTED)
    figures.follow(StepReport(200, 2.0, 1.0, 0.5, 0.1, images_per_second=1000))
    figures.follow(STARTED)
    assert (figures.share, figures.seconds_left, figures.text()) == (0.0, 0.0, "epoch 1 of 8")


def test_progress_can_be_read_aloud(qtbot) -> None:
    progress = Progress()
    qtbot.addWidget(progress)
    progress.show_state("Training", 0.41, "epoch 3 of 8")
    assert progress.text() == "Training · epoch 3 of 8"
    assert progress.accessibleName() == progress.text()
    assert progress.bar.value() == 410
    progress.show_state("Loading", -1)
    assert progress.bar.maximum() == 0  # busy
    progress.show_state("Ready")
    assert progress.bar.isHidden()


def test_a_run_that_goes_on_begins_where_it_was_and_never_passes_its_end() -> None:
    figures = TrainingFigures()
    figures.follow(replace(STARTED, first_step=400))
    assert (figures.share, figures.epoch) == (0.5, "epoch 5 of 8")
    figures.follow(StepReport(400, 4.0, 1.0, 0.5, 0.1, images_per_second=1000))
    assert figures.seconds_left == pytest.approx(4 * (45 + 5 / 3))
    figures.follow(epoch_report(5))
    assert (figures.epoch, figures.images_per_second) == ("epoch 6 of 8", 1000)
    figures.follow(SettingsChanged(500, 0.1, 2))
    assert (figures.share, figures.epoch, figures.seconds_left) == (1.0, "epoch 2 of 2", 0.0)


def test_the_bar_is_busy_only_when_nothing_is_known(qtbot) -> None:
    progress = Progress()
    qtbot.addWidget(progress)
    seen = []
    for share in (-1.0, 0.0, 0.25):
        progress.show_state("Loading", share)
        seen.append((progress.bar.maximum(), progress.bar.value()))
    assert seen[0][0] == 0
    assert seen[1:] == [(1000, 0), (1000, 250)]


def test_long_work_in_the_background_is_told_while_nothing_else_is(window, qtbot) -> None:
    gate = threading.Event()
    window.context.jobs.run(lambda: gate.wait(60), lambda _done: None, doing="Looking at the networks…")
    assert window.activity.text() == "Looking at the networks…"
    window.activity.show_importing(importing=True)
    assert window.activity.text() == "Loading PyTorch…"
    window.activity.show_importing(importing=False)
    gate.set()
    qtbot.waitUntil(lambda: window.activity.text() == "Ready")
