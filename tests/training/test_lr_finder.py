"""The learning rate finder: which rates it tries, what it says of them, and that it leaves everything as it was."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from cifar_gui.errors import DataError, TrainingError
from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training import lr_finder
from cifar_gui.training.bench import Bench
from cifar_gui.training.control import Control
from cifar_gui.training.lr_finder import Tried, affordable, find_lr, holds_for, rate_range, suggest
from cifar_gui.words import grouped

OPTIMISERS = settings()["optimiser"].choices


@pytest.fixture
def short(monkeypatch):
    """Few steps are enough to see how the rates go."""
    monkeypatch.setattr(lr_finder, "_PICTURES", 0)


@pytest.fixture
def found(quick, tiny_data, short):
    def find(control: Control | None = None, **changes) -> list[Tried]:
        return list(find_lr(tiny_data, quick.changed(**changes), control or Control()))

    return find


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_gets_a_rate_at_which_its_run_learns(quick, tiny_data, run, short, optimiser, reduction):
    recipe = quick.changed(optimiser=optimiser, loss_reduction=reduction, network="lenet", epochs=6)
    answer = suggest(list(find_lr(tiny_data, recipe, Control())))
    assert answer.lr is not None, answer.reason
    low, high = rate_range(recipe)
    assert low < answer.lr < high
    reports = [event for event in run(recipe.with_lr(answer.lr)) if hasattr(event, "validation_accuracy")]
    assert max(report.validation_accuracy for report in reports) >= 0.9


def test_the_rate_rises_evenly_from_the_lowest_to_the_highest(found, quick):
    tried = found(optimiser="muon")  # whose loss does not run away
    low, high = rate_range(quick.changed(optimiser="muon"))
    assert [each.step for each in tried] == list(range(1, 101))
    assert {each.steps for each in tried} == {100}
    assert (tried[0].lr, tried[-1].lr) == (pytest.approx(low), pytest.approx(high))
    factors = [after.lr / before.lr for before, after in itertools.pairwise(tried)]
    assert factors == pytest.approx([(high / low) ** (1 / 99)] * 99)


def test_it_makes_the_very_steps_that_a_run_with_this_rate_would_make(quick, tiny_data, run, short, monkeypatch):
    monkeypatch.setattr(lr_finder, "rate_range", lambda recipe: (recipe.lr, recipe.lr))
    recipe = quick.changed(schedule="constant", network_settings={"filters": 4})
    wanted = [event.loss for event in run(recipe) if type(event).__name__ == "StepReport"]
    assert [each.loss for each in find_lr(tiny_data, recipe, Control())][: len(wanted)] == wanted


def test_the_rates_of_biases_and_heads_rise_along(quick, tiny_data, short, monkeypatch):
    rates, step = [], Bench.step

    def noting(bench, fraction, *rest):
        rates.append([group.lr * fraction for part in bench.optimiser.parts for group in part.groups])
        step(bench, fraction, *rest)

    monkeypatch.setattr(Bench, "step", noting)
    tried = list(find_lr(tiny_data, quick.changed(bias_lr=0.06, head_lr=0.002), Control()))
    assert len(rates) == len(tried) > 30
    for now, each in zip(rates, tried, strict=True):
        assert now == pytest.approx([each.lr, each.lr / 10, each.lr * 3])


def test_lookahead_averages_nothing_yet_as_at_the_beginning_of_a_long_run(found):
    plain = [each.loss for each in found(optimiser="muon")]
    assert [each.loss for each in found(optimiser="muon", lookahead_every=2)] == plain


def test_the_network_is_as_at_the_beginning_of_its_run_however_few_pictures_there_are(found, monkeypatch):
    told = []
    monkeypatch.setattr(Bench, "start_epoch", lambda _bench, epoch: told.append(epoch))
    tried = found(optimiser="muon")
    assert len(tried) * 40 > 20 * 179, "a hundred steps are many epochs here"
    assert told == [1]


def test_it_ends_when_the_loss_runs_away(found):
    tried = found(lr=1e4)
    assert 10 < len(tried) < 100
    assert all(math.isfinite(each.loss) for each in tried)
    lowest = list(itertools.accumulate((each.smoothed for each in tried), min))
    ran_away = [each.smoothed > 4 * low for each, low in zip(tried, lowest, strict=True)]
    assert not any(ran_away[:-1])


def test_the_smoothed_loss_is_the_average_of_the_last_steps_without_a_bias_at_the_start(found):
    tried = found()
    share = 1 / (0.05 * 100)
    assert tried[0].smoothed == pytest.approx(tried[0].loss)
    for last in range(1, 8):
        weights = [(1 - share) ** (last - each) for each in range(last + 1)]
        expected = sum(w * each.loss for w, each in zip(weights, tried, strict=False)) / sum(weights)
        assert tried[last].smoothed == pytest.approx(expected)


def test_a_search_ends_within_one_micro_batch_when_asked_to(quick, tiny_data, short, monkeypatch):
    control, computed, forward = Control(), [], Bench.forward_backward

    def noting(bench, *rest):
        computed.append(1)
        if len(computed) == 8:  # in the middle of the third step
            control.stop()
        forward(bench, *rest)

    monkeypatch.setattr(Bench, "forward_backward", noting)
    assert len(list(find_lr(tiny_data, quick, control))) == 2
    assert len(computed) == 8


def test_small_batches_are_given_more_steps(quick, tiny_data):
    first = next(find_lr(tiny_data, quick.changed(batch_size=100, micro_batch=100), Control()))
    assert first.steps == 250
    assert next(find_lr(tiny_data, quick.changed(batch_size=4, micro_batch=4), Control())).steps == 400


def test_a_slow_network_is_given_fewer_steps_as_soon_as_that_is_known(found, monkeypatch):
    clock = itertools.count(step=0.75)  # read twice a step
    monkeypatch.setattr(lr_finder.time, "perf_counter", lambda: next(clock))
    tried = found(optimiser="muon")
    assert [each.steps for each in tried] == [100, 100] + [80] * 78
    assert tried[-1].lr == pytest.approx(10.0), "the rates still go up to the highest"


def test_a_first_step_that_takes_long_says_nothing_of_the_others(found, monkeypatch):
    clock = itertools.chain([0.0, 30.0], itertools.count(31.0, step=0.01))
    monkeypatch.setattr(lr_finder.time, "perf_counter", lambda: next(clock))
    assert {each.steps for each in found(optimiser="muon")} == {100}


@pytest.mark.parametrize(
    ("planned", "seconds", "steps"),
    [(100, 0.01, 100), (100, 0.75, 80), (100, 2.0, 30), (100, 60.0, 30), (400, 0.15, 400), (20, 60.0, 20)],
)
def test_a_search_takes_a_minute_unless_that_is_too_short_to_see_anything(planned, seconds, steps):
    assert affordable(planned, seconds) == steps


def test_a_second_search_finds_the_same_whatever_has_been_drawn_meanwhile(found):
    drops_out = {"network": "mlp", "network_settings": {"hidden": 4, "dropout": 0.5}}
    first = found(**drops_out)
    torch.rand(7)
    assert found(**drops_out) == first
    assert found(**drops_out, seed=1) != first


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_around_the_rates_of_an_optimiser_there_is_room_for_a_recipes_own(optimiser):
    usual = rate_range(Recipe(optimiser=optimiser, lr=0.01))
    assert usual[1] / usual[0] >= 1e4
    assert rate_range(Recipe(optimiser=optimiser, lr=1e-7))[0] == pytest.approx(1e-8)
    assert rate_range(Recipe(optimiser=optimiser, lr=100.0))[1] == pytest.approx(1000.0)


def test_rates_for_losses_that_are_summed_are_as_many_times_smaller():
    for name in ("quick", "best", "textbook"):
        recipe = presets("airnet")[name]
        low, high = rate_range(recipe)
        assert low < recipe.lr / 10
        assert recipe.lr * 3 < high
    low, high = rate_range(presets("airnet")["textbook"])
    assert (low, high) == (pytest.approx(1e-7), pytest.approx(max(1e-2, 10 * presets("airnet")["textbook"].lr)))


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_only_sgd_steps_by_the_length_of_a_summed_gradient(optimiser):
    mean = Recipe(optimiser=optimiser, lr=1e-3, batch_size=100)
    (low, high), summed = rate_range(mean), rate_range(mean.changed(loss_reduction="sum"))
    times = 100 if optimiser == "sgd" else 1
    assert summed == (pytest.approx(low / times), pytest.approx(high / times))


# What the losses say


def course(losses, low=1e-4, high=10.0, steps=None) -> list[Tried]:
    """A search whose batches all agree: the smoothed loss is the loss."""
    steps = steps or len(losses)
    rates = [low * (high / low) ** (each / (steps - 1)) for each in range(steps)]
    return [Tried(n + 1, steps, rates[n], loss, loss) for n, loss in enumerate(losses)]


def valley() -> list[float]:
    """Flat to step 40, down by 0.95 to step 60, by 0.05 more to step 80, then steeply up."""
    bends = ([0, 40, 60, 80, 99], [2.3, 2.3, 1.35, 1.3, 6.0])
    return np.interp(np.arange(100), *bends).tolist()


def test_the_rate_is_where_nine_tenths_of_the_fall_are_done():
    tried = course(valley())
    found = suggest(tried)
    assert tried[59].lr == pytest.approx(0.0955, abs=1e-4)
    assert found.lr == 0.1
    assert found.reason == (
        "The loss falls from 2.30 to 1.30 at a rate of 1.1 and runs away beyond it. At 0.1 nine tenths of the fall are "
        "done."
    )


def test_the_rate_is_at_most_half_of_that_of_the_lowest_loss():
    steep = [2.3] * 68 + [1.3, 1.3] + [5.0] * 10
    tried = course(steep, steps=100)
    found = suggest(tried)
    assert found.lr == float(f"{tried[68].lr / 2:.2g}") == 0.14
    assert "keeps clear of that" in found.reason


def test_where_few_steps_were_made_the_rate_keeps_as_many_of_them_clear_of_the_lowest_loss():
    tried = course([2.3] * 20 + [1.3] + [5.0] * 9)  # the rate rises by half in each step
    assert suggest(tried).lr == float(f"{tried[15].lr:.1g}") == 0.04
    assert tried[20].lr / 2 > 0.13


def test_a_long_way_down_needs_no_such_care():
    found = suggest(course([2.3 - 1.2 * min(n / 90, 1) for n in range(100)]))
    assert found.lr is not None
    assert found.reason.endswith(f"At {grouped(found.lr)} nine tenths of the fall are done.")
    assert "runs away" not in found.reason


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        ([], "only 0 steps"),
        ([2.3] * 9, "only 9 steps"),
        ([2.3] * 100, "has not fallen at any from 0.0001 to 10"),
        ([2.3] * 60 + [2.3 + n for n in range(20)], "has not fallen"),
        ([2.3] * 50 + [2.25] * 50, "has not fallen"),
    ],
)
def test_where_nothing_is_learned_no_rate_is_named_and_it_is_said_why(losses, words):
    found = suggest(course(losses, steps=100))
    assert found.lr is None
    assert words in found.reason


def test_the_first_batches_alone_decide_nothing():
    """A lucky first batch is lower than anything that comes; the average has not settled yet."""
    lucky = valley()
    lucky[0] = 0.5
    assert suggest(course(lucky)).lr == suggest(course(valley())).lr


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("deviation", [0.05, 0.5])
def test_chance_is_not_taken_for_learning(seed, deviation):
    random = np.random.default_rng(seed)
    assert suggest(noisy(np.full(100, 2.3), deviation, random)).lr is None


@pytest.mark.parametrize("seed", range(20))
def test_what_falls_by_more_than_chance_is_learning(seed):
    found = suggest(noisy(np.array(valley()), 0.2, np.random.default_rng(seed)))
    assert found.lr is not None
    assert 0.02 <= found.lr <= 0.6


def noisy(losses: np.ndarray, deviation: float, random: np.random.Generator) -> list[Tried]:
    """A search whose batches differ by chance, smoothed as it is done."""
    average = lr_finder._Average()
    raw = (losses + deviation * random.standard_normal(len(losses))).tolist()
    return [
        Tried(each.step, 100, each.lr, loss, average.of(loss, 1 / 5))
        for each, loss in zip(course(raw), raw, strict=True)
    ]


# The recipe


def test_a_rate_is_taken_over_with_those_of_biases_and_heads_in_proportion():
    recipe = Recipe(lr=0.1, bias_lr=0.2, head_lr=0.01)
    assert recipe.with_lr(0.05) == recipe.changed(lr=0.05, bias_lr=0.1, head_lr=0.005)
    assert Recipe(lr=0.1).with_lr(0.05) == Recipe(lr=0.05)


@pytest.mark.parametrize(
    ("changes", "holds"),
    [
        ({}, True),
        ({"lr": 0.5, "epochs": 99, "schedule": "constant", "preset": "best"}, True),
        ({"network": "mlp"}, False),
        ({"batch_size": 64}, False),
        ({"optimiser": "adam"}, False),
        ({"data": "shapes"}, False),
        ({"network_settings": {"size": "93"}}, False),
        ({"label_smoothing": 0.1}, False),
    ],
)
def test_a_rate_holds_for_another_recipe_if_the_search_would_not_see_the_difference(changes, holds):
    assert holds_for(Recipe(), Recipe().changed(**changes)) is holds


# What goes wrong


def test_without_pictures_there_is_nothing_to_search(quick, tiny_data):
    from cifar_gui.data.base import assemble

    empty = assemble("None", tiny_data.images[:4], tiny_data.labels[:4], tiny_data.class_names, test=torch.ones(4) > 0)
    with pytest.raises(DataError, match="None has no training pictures"):
        next(find_lr(empty, quick, Control()))


def test_lost_memory_is_told_in_words(quick, tiny_data, monkeypatch):
    def fail(*_):
        raise torch.OutOfMemoryError

    monkeypatch.setattr(Bench, "forward_backward", fail)
    with pytest.raises(TrainingError, match="Go on with micro-batches of"):
        list(find_lr(tiny_data, quick, Control()))
