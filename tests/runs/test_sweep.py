"""What a sweep tries, and how it is written down."""

from __future__ import annotations

import math

import pytest

from cifar_gui.errors import RecipeError
from cifar_gui.recipe import Recipe
from cifar_gui.runs.axis import Axis
from cifar_gui.runs.sweep import RANDOM, Sweep

BASE = Recipe(network="mlp", network_settings={"hidden": 8}, data="shapes", epochs=2, batch_size=100, bias_lr=0.4)
RATES = Axis("lr", (0.1, 0.2))
RANGE = Axis("lr", low=0.001, high=1.0, logarithmic=True)


def values(sweep: Sweep) -> list[tuple[object, ...]]:
    return [trial.values for trial in sweep.trials()]


def test_a_grid_tries_every_combination_and_numbers_them() -> None:
    sweep = Sweep(BASE, (RATES, Axis("flip", ("none", "random"))))
    assert values(sweep) == [(0.1, "none"), (0.1, "random"), (0.2, "none"), (0.2, "random")]
    assert [trial.number for trial in sweep.trials()] == [1, 2, 3, 4]
    assert [(each.recipe.lr, each.recipe.flip) for each in sweep.trials()] == values(sweep)


def test_a_random_search_is_the_same_for_the_same_seed_and_a_longer_one_begins_with_a_shorter_one() -> None:
    axes = (RANGE, Axis("optimiser", ("sgd", "adam")))
    short, long = (values(Sweep(BASE, axes, RANDOM, runs, seed=3)) for runs in (5, 12))
    assert long[:5] == short
    assert len(set(long)) == 12
    assert values(Sweep(BASE, axes, RANDOM, 5, seed=4)) != short


def test_what_is_drawn_lies_within_its_bounds_and_on_its_scale() -> None:
    axes = (
        RANGE,
        Axis("crop", low=1, high=4),
        Axis("momentum", low=0.5, high=0.9),
        Axis("epochs", low=1, high=8, logarithmic=True),
    )
    rates, crops, momenta, epochs = zip(*values(Sweep(BASE, axes, RANDOM, 200)), strict=True)
    assert all(0.001 <= rate <= 1 for rate in rates)
    assert 80 < sum(rate < math.sqrt(0.001) for rate in rates) < 120, "half of them below the geometric middle"
    assert sorted({*crops}) == [1, 2, 3, 4]
    assert all(35 < crops.count(each) < 65 for each in (1, 2, 3, 4)), "each as often as the others"
    assert all(0.5 <= each <= 0.9 and each == float(f"{each:.3g}") for each in momenta)
    assert sorted({*epochs}) == list(range(1, 9))
    assert 60 < epochs.count(1) < 95, "as far from a half to one and a half as it is, of all up to eight and a half"


def test_a_range_of_fractions_of_the_network_may_begin_with_a_whole_number() -> None:
    alexnet = Recipe(network="alexnet", data="shapes", epochs=2)
    shares = values(Sweep(alexnet, (Axis("network_settings.dropout", low=0, high=0.5),), RANDOM, 3))
    assert all(0 < share < 0.5 for (share,) in shares)


def test_what_belongs_to_a_setting_follows_it() -> None:
    (rate, *_rest) = Sweep(BASE.changed(lr=0.1), (Axis("lr", (0.2,)),)).trials()
    assert (rate.recipe.lr, rate.recipe.bias_lr) == (0.2, 0.8)
    (both,) = Sweep(BASE, (Axis("lr", (0.2,)), Axis("bias_lr", (0.5,)))).trials()
    assert (both.recipe.lr, both.recipe.bias_lr) == (0.2, 0.5)
    (batch,) = Sweep(BASE, (Axis("batch_size", (200,)),)).trials()
    assert (batch.recipe.micro_batch, batch.recipe.preset) == (200, "custom")
    same, other = Sweep(BASE, (Axis("network", ("mlp", "lenet")),)).trials()
    assert (same.recipe.network_settings, other.recipe.network_settings) == ({"hidden": 8}, {})
    (wide,) = Sweep(BASE, (Axis("network_settings.hidden", (16,)),)).trials()
    assert wide.recipe.network_settings == {"hidden": 16}


@pytest.mark.parametrize(
    "sweep",
    [
        Sweep(BASE, (RATES, Axis("nesterov", (True, False)), Axis("network_settings.hidden", (8, 16)))),
        Sweep(BASE, (RANGE, Axis("crop", low=0, high=4), Axis("flip", ("none", "random"))), RANDOM, 7, 5),
    ],
)
def test_what_is_written_is_read_again(sweep: Sweep) -> None:
    again = Sweep.from_toml(sweep.to_toml())
    assert again == sweep
    assert again.trials() == sweep.trials()


def test_whole_numbers_may_be_typed_for_fractions_and_no_value_is_tried_twice() -> None:
    text = '[[vary]]\nsetting = "lr"\nvalues = [1, 1.0, 2]\n[recipe]\nnetwork = "mlp"'
    assert [type(value) for (value,) in values(Sweep.from_toml(text))] == [float, float]


@pytest.mark.parametrize(
    ("vary", "said", "setting"),
    [
        ('setting = "lr"\nvalues = [0.1, -1]', "Learning rate must be more than 0, not -1", "lr"),
        ('setting = "lr"\nvalues = ["fast"]', "Learning rate must be a number, not 'fast'", "lr"),
        ('setting = "flip"\nvalues = ["often"]', "Flip must be one of none, random, alternating", "flip"),
        ('setting = "speed"\nvalues = [1]', "'speed' cannot be varied. What can: network, seed", "speed"),
        ('setting = "data"\nvalues = ["shapes"]', "'data' cannot be varied", "data"),
        ('setting = "lr"', "Learning rate needs the values that are to be tried, such as 0.1, 0.2, 0.4", "lr"),
        ('setting = "lr"\nfrom = 0.1\nto = 1', "Learning rate needs the values", "lr"),
        ('setting = "lr"\nvalues = 0.1', r"The values of lr must be a list, such as \[0.1", "lr"),
        ('setting = "lr"\nvalues = [[0.1]]', "The values of lr must be a list", "lr"),
        ('setting = "lr"\nvalues = [1]\nto = 3', "lr has values and bounds. Give it one of them", "lr"),
        ('setting = "lr"\nscale = "log"', "The scale of lr must be linear or logarithmic, not 'log'", "lr"),
        ('setting = "lr"\nvalue = [1]', "lr has 'value'. It may have: values, or from", "lr"),
        ("values = [1]", r'needs a setting = "…" in each', ""),
    ],
)
def test_what_does_not_fit_is_told_with_its_setting(vary: str, said: str, setting: str) -> None:
    with pytest.raises(RecipeError, match=said) as caught:
        Sweep.from_toml(f"[[vary]]\n{vary}\n[recipe]\nnetwork = 'mlp'")
    assert caught.value.setting == setting


@pytest.mark.parametrize(
    ("axis", "said"),
    [
        (Axis("lr", low=0.2, high=0.1), "needs two numbers, from and to, the smaller one first"),
        (Axis("lr", low=0.0, high=math.inf), "needs two numbers"),
        (Axis("momentum", low=0.0, high=0.9, logarithmic=True), "a logarithmic range begins above 0, not at 0"),
        (Axis("flip", low=0.0, high=1.0), "Flip needs the values that are to be tried, such as none, random"),
        (Axis("crop", low=20, high=30), "Crop must be at most 16"),
        (Axis("epochs", low=0.5, high=8, logarithmic=True), "Epochs needs whole numbers, from and to"),
    ],
)
def test_ranges_that_are_none_are_told(axis: Axis, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        Sweep(BASE, (axis,), RANDOM, 3)


def test_sweeps_that_cannot_be_are_refused() -> None:
    with pytest.raises(RecipeError, match="a network trained on everything has none"):
        Sweep(BASE.changed(all_data=True), (RATES,))
    with pytest.raises(RecipeError, match="Learning rate is there twice"):
        Sweep(BASE, (RATES, RATES))
    with pytest.raises(RecipeError, match="Choose one to 6 settings to be varied, not 0"):
        Sweep(BASE, ())
    with pytest.raises(RecipeError, match="These are 1,001 runs, and a sweep has at most 1,000"):
        Sweep(BASE, (Axis("seed", tuple(range(1001))),))
    with pytest.raises(RecipeError, match="There are not 3 different trials here, but about 2"):
        Sweep(BASE, (Axis("nesterov", (True, False)),), RANDOM, 3)
    with pytest.raises(RecipeError, match="The number of runs must be a whole number from 1 to 1,000, not 0"):
        Sweep(BASE, (RATES,), RANDOM)
    with pytest.raises(RecipeError, match=r"has 'sweeps'\. It may have: search"):
        Sweep.from_toml("sweeps = 1")
    with pytest.raises(RecipeError, match=r"needs a table \[recipe\]"):
        Sweep.from_toml("recipe = 1")
