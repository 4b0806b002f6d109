"""How far a sweep is, what comes next, and how long it takes: all of it as its runs tell it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cifar_gui import paths
from cifar_gui.errors import CheckpointError, RecipeError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs, move_to_trash, pack, unpack
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.sweep import Sweep, Trial
from cifar_gui.runs.sweep_files import create_sweep, list_sweeps, load_sweep, state_of
from cifar_gui.runs.sweep_pace import check_networks, expected_seconds
from cifar_gui.runs.sweep_queue import SweepQueue
from cifar_gui.training.events import SettingsChanged

from .conftest import RECIPE, epoch_events, started, story

SWEEP = Sweep(RECIPE, (Axis("lr", (0.1, 0.2, 0.4)),))


@pytest.fixture
def folder() -> Path:
    return create_sweep(SWEEP, "rates")


def train(trial: Trial, accuracies: tuple[float, ...], reason: str = "completed", sweep: str = "rates") -> Path:
    with Run.create(trial.recipe, sweep=sweep) as run:
        for event in story(accuracies, reason):
            run.record(event)
    return run.path


def crash(trial: Trial) -> Path:
    """A run that was killed in its second epoch."""
    with Run.create(trial.recipe, sweep="rates") as run:
        run.record(started())
        for event in epoch_events(1, 0.5, is_best=True):
            run.record(event)
    return run.path


def progress(folder: Path) -> list[tuple[str, str]]:
    return [(each.run.number, each.run.status) if each.run else ("", "") for each in state_of(folder).trials]


def test_a_sweep_is_kept_as_one_file_under_a_name_of_its_own(folder: Path) -> None:
    assert (folder, [path.name for path in folder.iterdir()]) == (paths.sweeps() / "rates", ["sweep.toml"])
    assert load_sweep(folder) == SWEEP
    assert create_sweep(SWEEP, "rates").name == "rates-2"
    assert create_sweep(SWEEP, "../a b/").name == "a-b"
    assert {state.name for state in list_sweeps()} == {"rates", "rates-2", "a-b"}


def test_the_name_of_a_sweep_in_the_trash_is_not_given_again(folder: Path) -> None:
    move_to_trash(folder)
    assert list_sweeps() == []
    assert create_sweep(SWEEP, "rates").name == "rates-2"


def test_how_far_it_is_stands_in_the_runs(folder: Path) -> None:
    first, second, third = SWEEP.trials()
    train(first, (0.5, 0.7))
    train(second, (0.8,), "diverged")
    train(third, (0.9,), sweep="another")
    state = state_of(folder)
    assert progress(folder) == [("0001", "completed"), ("0002", "diverged"), ("", "")]
    assert (state.done, state.finished, len(state.runs)) == (2, False, 2)
    assert state.best is not None
    assert (state.best.trial.number, state.best.accuracy) == (2, 0.8)
    train(third, (0.3,))
    assert state_of(folder).finished


def test_what_has_ended_is_not_repeated_and_what_was_killed_in_the_middle_goes_on_first(folder: Path) -> None:
    first, second, _third = SWEEP.trials()
    train(first, (0.5,))
    killed = crash(second)
    queue = SweepQueue(folder)
    assert queue.open().done == 1
    _state, now = queue.next()
    assert now is not None
    assert now.run is not None
    assert (now.trial.number, now.run.path, now.run.status) == (2, killed, "interrupted")
    with Run.open(killed) as run:
        resumed = run.resume_state()
        assert resumed is not None
        assert resumed.values == {"epoch": 1}
    _state, now = queue.next()
    assert now is not None
    assert (now.trial.number, now.run) == (3, None)
    assert queue.next()[1] is None, "what did not end is not tried twice in one go"
    queue.close()


def test_a_trial_that_has_begun_comes_before_those_that_have_not(folder: Path) -> None:
    crash(SWEEP.trials()[2])
    _state, now = SweepQueue(folder).next()
    assert now is not None
    assert now.trial.number == 3


def test_a_trial_that_has_failed_is_tried_again_in_the_next_go_alone(folder: Path) -> None:
    for trial in SWEEP.trials()[:2]:
        train(trial, (0.5,))
    with Run.create(SWEEP.trials()[2].recipe, sweep="rates") as run:
        run.failed("no memory")
    for _go in range(2):
        queue = SweepQueue(folder)
        queue.open()
        assert [now.trial.number if now else None for _, now in (queue.next(), queue.next())] == [3, None]
        queue.close()


def test_a_trial_that_another_process_trains_is_left_to_it(folder: Path) -> None:
    first, *_others = SWEEP.trials()
    with Run.create(first.recipe, sweep="rates") as run:
        run.record(started())
        _state, now = SweepQueue(folder).next()
    assert now is not None
    assert now.trial.number == 2


def test_only_one_at_a_time_works_at_a_sweep(folder: Path) -> None:
    queue, other = SweepQueue(folder), SweepQueue(folder)
    queue.open()
    with pytest.raises(CheckpointError, match="Sweep rates is in use by another window or process"):
        other.open()
    with pytest.raises(CheckpointError, match="Sweep rates is in use"):
        move_to_trash(folder, "Sweep")
    queue.close()
    other.open()
    other.close()


def test_a_trial_stays_one_though_its_settings_were_changed_while_it_trained(folder: Path) -> None:
    path = train(SWEEP.trials()[0], (0.5,))
    with Run.open(path) as run:
        run.record(started(10))
        run.record(SettingsChanged(10, 0.7, 9))
        run.failed("")
    assert list_runs()[0].recipe.lr == 0.7
    assert progress(folder)[0] == ("0001", "failed")


def test_runs_in_the_trash_count_no_more_and_imported_ones_do(folder: Path, tmp_path: Path) -> None:
    path = train(SWEEP.trials()[0], (0.5,))
    packed = pack(path, tmp_path / "one")
    move_to_trash(path)
    assert state_of(folder).done == 0
    unpack(packed)
    assert progress(folder)[0] == ("0002", "completed")


@pytest.mark.parametrize("ended_first", [True, False])
def test_of_two_runs_of_a_trial_one_that_has_ended_counts_though_the_other_has_come_farther(
    folder: Path, ended_first: bool
) -> None:
    first = SWEEP.trials()[0]
    runs = [((0.5,), "early"), ((0.5, 0.6), "stopped")]
    for accuracies, reason in runs if ended_first else reversed(runs):
        train(first, accuracies, reason)
    state = state_of(folder)
    assert state.trials[0].run is not None
    assert (state.trials[0].run.status, state.done) == ("early", 1), "what has ended is not trained again"


def test_a_damaged_sweep_is_told_and_not_begun(folder: Path) -> None:
    (folder / "sweep.toml").write_text("search = ")
    (state,) = list_sweeps()
    assert state.sweep is None
    assert "sweep.toml is not valid TOML" in state.problem
    with pytest.raises(CheckpointError, match="not valid TOML"):
        SweepQueue(folder).open()
    shutil.rmtree(folder)
    assert list_sweeps() == []


def test_how_long_it_takes_is_told_by_runs_of_the_same_networks_on_the_same_data() -> None:
    recipes = [trial.recipe for trial in SWEEP.trials()]
    assert expected_seconds(recipes, list_runs()) is None
    with Run.create(RECIPE.changed(data="elsewhere")) as other:
        for event in story():
            other.record(event)
    assert expected_seconds(recipes, list_runs()) is None
    train(SWEEP.trials()[0], (0.5, 0.6))  # 2 s an epoch, on 400 pictures, and 40 held out
    assert expected_seconds(recipes, list_runs()) == (pytest.approx(3 * 4 * 2 * (1 + 40 / 400 / 3)), "0002")


@pytest.mark.parametrize(
    ("changed", "tells"),
    [
        ({"network": "mlp"}, False),
        ({"network_settings": {"kernel": 5}}, False),
        ({"data": "elsewhere"}, False),
        ({"all_data": True}, False),
        ({"device": "cuda"}, False),
        ({"precision": "bfloat16"}, False),
        ({"memory_format": "channels_last"}, False),
        ({"batch_size": 64}, True),
        ({"lr": 0.5}, True),
    ],
)
def test_only_what_takes_as_long_tells_the_pace(changed: dict[str, Any], tells: bool) -> None:
    train(SWEEP.trials()[0], (0.5, 0.6))
    assert (expected_seconds([RECIPE.changed(**changed)], list_runs()) is not None) == tells


@pytest.mark.parametrize("nothing", [{"epochs_done": 0}, {"seconds": 0.0}, {"training_pictures": 0}])
def test_a_run_that_has_measured_nothing_tells_no_pace(nothing: dict[str, Any]) -> None:
    train(SWEEP.trials()[0], (0.5, 0.6))
    (run,) = list_runs()
    begun = replace(run, number="0002", record=replace(run.record, **nothing))
    assert expected_seconds([RECIPE], [begun]) is None
    assert expected_seconds([RECIPE], [begun, run]) == expected_seconds([RECIPE], [run])


def test_of_several_runs_of_a_network_the_newest_tells_the_pace() -> None:
    for _ in range(2):
        train(SWEEP.trials()[0], (0.5, 0.6))
    recipes = [trial.recipe for trial in SWEEP.trials()]
    newest, oldest = list_runs()
    usual = expected_seconds(recipes, [newest, oldest])
    slow = replace(oldest, record=replace(oldest.record, seconds=10 * oldest.seconds))
    assert expected_seconds(recipes, [newest, slow]) == usual == (pytest.approx(24.8), "0002")


def test_of_runs_of_several_networks_the_newest_is_named() -> None:
    trials = Sweep(RECIPE, (Axis("network", ("mlp", "simple")),)).trials()
    for trial in reversed(trials):
        train(trial, (0.5, 0.6))
    found = expected_seconds([trial.recipe for trial in trials], list_runs())
    assert found is not None
    assert found[1] == "0002"
    longer = {"0001": "9999", "0002": "10000"}
    later = expected_seconds(
        [trial.recipe for trial in trials], [replace(run, number=longer[run.number]) for run in list_runs()]
    )
    assert later == (found[0], "10000")


def test_networks_that_cannot_be_built_are_told_before_anything_is_trained() -> None:
    base = Recipe(network="simple")
    check_networks(Sweep(base, (Axis("network_settings.kernel", (3, 5)),)))
    with pytest.raises(RecipeError, match="simple cannot be built with kernel 4: kernel must be odd") as caught:
        check_networks(Sweep(base, (Axis("network_settings.kernel", (3, 4)),)))
    assert caught.value.setting == "network_settings.kernel"
    with pytest.raises(RecipeError, match=r"no network called 'simpel'\. Did you mean 'simple'\?"):
        check_networks(Sweep(base, (Axis("network", ("simple", "simpel")),)))
