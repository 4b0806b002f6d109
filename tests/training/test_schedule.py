"""Learning rates at chosen places, against the formulae worked out by hand."""

from __future__ import annotations

import pytest

from cifar_gui.recipe import Recipe
from cifar_gui.training.schedule import fraction_at


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # shares of the largest learning rate after 0, 25, 50, 75 and 100 of 100 steps, 10 to an epoch
        ({"schedule": "constant"}, [1, 1, 1, 1, 1]),
        ({"schedule": "linear", "final_lr": 0.2}, [1, 0.8, 0.6, 0.4, 0.2]),
        ({"schedule": "one_cycle", "warm_up": 0.5, "initial_lr": 0.2}, [0.2, 0.6, 1, 0.5, 0]),
        ({"schedule": "cosine", "warm_up": 0.0}, [1, 0.853553, 0.5, 0.146447, 0]),
        ({"schedule": "cosine", "warm_up": 0.5, "initial_lr": 0.0, "final_lr": 0.1}, [0, 0.5, 1, 0.55, 0.1]),
        ({"schedule": "exponential", "lr_decay": 0.5}, [1, 0.25, 0.03125, 0.0078125, 0.0009765625]),
        ({"schedule": "step", "lr_decay": 0.1, "lr_step_epochs": 4}, [1, 1, 0.1, 0.1, 0.01]),
    ],
)
def test_a_schedule_is_where_it_should_be(settings, expected):
    recipe = Recipe(**settings)
    shares = [fraction_at(recipe, step, 100, 10) for step in (0, 25, 50, 75, 100)]
    assert shares == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("schedule", ["constant", "linear", "one_cycle", "cosine", "exponential", "step"])
def test_beyond_the_end_the_learning_rate_stays(schedule):
    recipe = Recipe(schedule=schedule)
    assert fraction_at(recipe, 150, 100, 10) == fraction_at(recipe, 100, 100, 10)
