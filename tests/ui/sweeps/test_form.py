"""What is typed into the sweep dialog, and what is said of it. Without a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.axis import Axis, sweepable
from cifar_gui.runs.sweep import GRID, RANDOM, Sweep
from cifar_gui.runs.sweep_files import create_sweep, state_of
from cifar_gui.ui.sweeps.form import AxisText, assembled, offered, proposal, proposed_name, size_words, takes_range
from cifar_gui.ui.sweeps.results import list_rows, result_rows, scatter_of

BEST = presets("simple")["best"].changed(data="shapes", epochs=3)


def axes(*texts: AxisText, search: str = GRID) -> tuple[Axis, ...]:
    found = assembled(BEST, texts, search=search, runs="4", seed="0")
    assert found.sweep is not None, found.problems
    return found.sweep.axes


def test_values_are_typed_as_people_write_them() -> None:
    assert axes(
        AxisText("lr", "0.1, 2e-3 ,1"),
        AxisText("epochs", "2, 4"),
        AxisText("optimiser", "SGD, AdamW"),
        AxisText("nesterov", "yes, off"),
        AxisText("network_settings.filters", "6, 12,"),
    ) == (
        Axis("lr", (0.1, 0.002, 1.0)),
        Axis("epochs", (2, 4)),
        Axis("optimiser", ("sgd", "adamw")),
        Axis("nesterov", (True, False)),
        Axis("network_settings.filters", (6, 12)),
    )
    assert axes(AxisText("network", "Simple CNN, lenet")) == (Axis("network", ("simple", "lenet")),)
    (rate,) = axes(AxisText("lr", low="0.001", high="1", logarithmic=True), search=RANDOM)
    assert rate == Axis("lr", low=0.001, high=1.0, logarithmic=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (AxisText("lr", "0.1, fast"), "Learning rate must be a number, such as 0.1: “fast” is not."),
        (AxisText("lr", " , "), "Learning rate needs the values that are to be tried, such as 0.1, 0.2, 0.4."),
        (AxisText("epochs", "1.5"), "Epochs must be a whole number, such as 8: “1.5” is not."),
        (AxisText("weight_decay", "90"), "Weight decay must be at most 10, not 90."),
        (AxisText("nesterov", "maybe"), "Nesterov can be yes or no: “maybe” is neither."),
        (AxisText("optimiser", "best"), "Optimiser can be sgd, adam, adamw, adamax, muon: “best” is none of them."),
        (AxisText("network_settings.filters", "many"), "Filters must be a number, such as 12: “many” is not."),
    ],
)
def test_nonsense_is_told_at_its_row(text: AxisText, said: str) -> None:
    found = assembled(BEST, [text, AxisText("crop", "0, 1")])
    assert (found.sweep, dict(found.problems)) == (None, {text.setting: said})


def test_what_is_wrong_with_the_whole_is_told_too() -> None:
    texts = [AxisText("crop", low="0", high="4")]
    assert assembled(BEST, texts, search=RANDOM, runs="x", seed="").problems == {
        "runs": "The number of runs must be a whole number.",
        "seed": "The seed must be a whole number.",
    }
    assert "runs" in assembled(BEST, texts, search=RANDOM, runs="6", seed="0").problems, "there are five crops"
    twice = assembled(BEST, [AxisText("crop", "0, 1"), AxisText("crop", "2")])
    assert twice.problems == {"crop": "Crop is there twice."}


@pytest.mark.parametrize("network", NETWORKS.names())
def test_whatever_is_proposed_fits_and_can_be_swept(network: str) -> None:
    recipe = presets(network)["best"]
    names = [name for name, _label in offered(recipe)]
    assert set(sweepable()) <= set(names)
    for name in names:
        text = proposal(name, recipe)
        assert assembled(recipe, [text]).problems == {}, text
        if takes_range(name, recipe):
            assert assembled(recipe, [text], search=RANDOM, runs="2", seed="0").problems == {}, text


def test_the_size_is_told_and_how_long_it_takes_if_that_is_known(make_run: Callable[..., Run]) -> None:
    sweep = Sweep(BEST, (Axis("lr", (0.1, 0.2)), Axis("epochs", (1, 3))))
    assert size_words(sweep, []) == (
        "4 runs of 1 to 3 epochs each. How long that takes is not known: not each of these networks has been trained "
        "on this data yet."
    )
    make_run((0.3,))
    assert size_words(sweep, list_runs()) == "4 runs of 1 to 3 epochs each. About 17 s, going by run 0001."
    assert size_words(Sweep(BEST.changed(epochs=1), (Axis("lr", (0.1,)),)), []).startswith("One run of 1 epoch.")
    assert proposed_name([AxisText("lr"), AxisText("crop")]) == "learning-rate-crop"


# What came of it


@pytest.fixture
def state(make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch):
    """A sweep of six, of which the first two and the fourth have been trained."""
    sweep = Sweep(BEST, (Axis("lr", (0.001, 0.01, 0.1)), Axis("flip", ("none", "random"))))
    path = create_sweep(sweep, "rates")
    create = Run.create
    monkeypatch.setattr(Run, "create", lambda recipe: create(recipe, sweep="rates"))
    for place, accuracies in ((0, (0.3, 0.4)), (1, (0.5, 0.45)), (3, (0.2,))):
        recipe = sweep.trials()[place].recipe
        make_run(accuracies, **{name: value for name, (value, _old) in recipe.differences(BEST).items()})
    return state_of(path)


def test_the_tables_say_what_each_run_reached_and_what_waits(state) -> None:
    titles, rows = result_rows(state)
    assert titles == ["Trial", "Run", "Learning rate", "Flip", "Accuracy", "Status", "Epochs", "Time"]
    assert [cell.text for cell in rows[1]] == [
        "2", "0002", "0.001", "at random", "50.00 %", "completed", "2 of 3", "4.0 s",
    ]  # fmt: skip
    assert [cell.text for cell in rows[2]] == ["3", "–", "0.01", "never", "–", "waiting", "–", "–"]
    assert [row[4].bold for row in rows] == [False, True, False, False, False, False]
    _titles, (row,) = list_rows([state])
    assert [cell.text for cell in row] == ["rates", "Learning rate, Flip", "grid", "3 of 6", "50.0 %", "0002"]
    assert [row[3].value, row[4].value] == [0.5, 0.5], "sorted by the share that is done, and by accuracy"


def test_why_a_run_of_a_sweep_has_failed_is_said_at_its_status(state) -> None:
    failed = state.trials[1]
    record = replace(failed.run.record, message="Out of memory.")
    trials = tuple(
        replace(each, run=replace(each.run, record=record)) if each is failed else each for each in state.trials
    )
    _titles, rows = result_rows(replace(state, trials=trials))
    assert [row[5].note for row in rows] == ["", "Out of memory.", "", "", "", ""]
    assert [row[5].muted for row in rows] == [False, False, True, False, True, True]


def test_numbers_that_reach_far_stand_on_a_logarithmic_axis_and_words_side_by_side(state) -> None:
    rates = scatter_of(state, 0)
    assert [(dot.trial, round(dot.x, 3), dot.best) for dot in rates.dots] == [
        (1, 0.06, False), (2, 0.06, True), (4, 0.5, False),
    ]  # fmt: skip
    assert [(round(at, 3), words) for at, words in rates.ticks] == [(0.06, "0.001"), (0.5, "0.01"), (0.94, "0.1")]
    assert rates.dots[1].words == "Run 0002: 50.00 %, learning rate 0.001, flip at random"
    assert rates.low < 0.2 < 0.5 < rates.high
    flips = scatter_of(state, 1)
    assert [words for _at, words in flips.ticks] == ["never", "at random"]
    assert {dot.trial: dot.x for dot in flips.dots} == {1: 0.25, 2: 0.75, 4: 0.75}


def test_numbers_close_together_stand_on_a_linear_axis() -> None:
    path = create_sweep(Sweep(BEST, (Axis("lr", (0.1, 0.2, 0.4)),)), "close")
    assert [round(at, 3) for at, _words in scatter_of(state_of(path), 0).ticks] == [0.06, 0.353, 0.94]
    wide = create_sweep(Sweep(BEST, (Axis("lr", low=0.01, high=1.0, logarithmic=True),), RANDOM, 3), "wide")
    ticks = scatter_of(state_of(wide), 0).ticks
    assert (round(ticks[0][0], 3), ticks[0][1], ticks[-1][1]) == (0.06, "0.01", "1")


@pytest.mark.parametrize(("high", "logarithmic"), [(1.0, False), (0.09, True)])
def test_a_range_stands_on_the_axis_that_it_is_drawn_from_however_far_it_reaches(
    high: float, logarithmic: bool
) -> None:
    axis = Axis("lr", low=0.01, high=high, logarithmic=logarithmic)
    state = state_of(create_sweep(Sweep(BEST, (axis,), RANDOM, 3), "drawn"))
    middle = (0.01 * high) ** 0.5 if logarithmic else (0.01 + high) / 2
    places = {float(words): at for at, words in scatter_of(state, 0).ticks}
    assert all((value < middle) == (at < 0.5) for value, at in places.items() if value != middle)
    assert any(at < 0.5 for at in places.values())
    assert any(at > 0.5 for at in places.values())
