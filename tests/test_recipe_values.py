"""What a recipe means that names only some settings, and how far each may go: files written today rely on both."""

from __future__ import annotations

import math

import pytest

from cifar_gui.errors import RecipeError
from cifar_gui.recipe import Recipe, settings

DEFAULTS = {
    "network": "airnet", "network_settings": {}, "data": "cifar10", "preset": "custom", "all_data": False, "seed": 0,
    "epochs": 8, "batch_size": 500, "micro_batch": 500, "optimiser": "sgd", "lr": 0.1, "bias_lr": None, "head_lr": None,
    "momentum": 0.9, "nesterov": True, "weight_decay": 0.0, "decoupled_decay": False, "lookahead_every": 0,
    "schedule": "one_cycle", "warm_up": 0.25, "initial_lr": 0.2, "final_lr": 0.0, "lr_decay": 0.9, "lr_step_epochs": 10,
    "loss_reduction": "mean", "label_smoothing": 0.0, "pixel_scaling": "standardise", "crop": 0, "flip": "random",
    "cutout": 0, "early_stopping": 0, "device": "auto", "precision": "auto", "memory_format": "auto",
    "promised_minutes": None, "promised_accuracy": None,
}  # fmt: skip

RANGES = {
    "seed": (0, 2**31 - 1), "epochs": (1, 10_000), "batch_size": (1, 50_000), "micro_batch": (1, 50_000),
    "lr": (1e-9, 1e6), "bias_lr": (1e-9, 1e6), "head_lr": (1e-9, 1e6), "momentum": (0, 0.9999), "weight_decay": (0, 10),
    "lookahead_every": (0, 1000), "warm_up": (0, 0.9), "initial_lr": (0, 1), "final_lr": (0, 1), "lr_decay": (1e-6, 1),
    "lr_step_epochs": (1, 10_000), "label_smoothing": (0, 0.9), "crop": (0, 16), "cutout": (0, 31),
    "early_stopping": (0, 1000), "promised_minutes": (0, 1e6), "promised_accuracy": (0, 1),
}  # fmt: skip

CHOICES = {
    "preset": ("quick", "best", "textbook", "minutes", "custom"),
    "optimiser": ("sgd", "adam", "adamw", "adamax", "muon"),
    "schedule": ("one_cycle", "cosine", "linear", "exponential", "step", "constant"),
    "loss_reduction": ("mean", "sum"),
    "pixel_scaling": ("standardise", "centre"),
    "flip": ("none", "random", "alternating"),
    "precision": ("auto", "float32", "bfloat16"),
    "memory_format": ("auto", "channels_last", "contiguous"),
}


def test_what_is_not_named_has_its_default():
    assert Recipe.from_toml("").to_dict() == {name: value for name, value in DEFAULTS.items() if value is not None}
    assert list(settings()) == list(DEFAULTS)


def test_there_is_no_other_range_nor_choice():
    ranges = {name: (each.low, each.high) for name, each in settings().items() if each.low is not None}
    assert ranges == RANGES
    assert {name: each.choices for name, each in settings().items() if each.choices} == CHOICES


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_a_range_are_in_it_and_nothing_beyond(name):
    whole = isinstance(DEFAULTS[name], int)
    beyond = (lambda end, way: end + way) if whole else (lambda end, way: math.nextafter(end, way * math.inf))
    number = int if whole else float
    for end, way in zip(RANGES[name], (-1, 1), strict=True):
        # The batch is the largest, for a micro-batch is never larger.
        assert getattr(Recipe(**{"batch_size": 50_000, name: number(end)}), name) == end
        with pytest.raises(RecipeError) as caught:
            Recipe(**{name: beyond(number(end), way)})
        assert caught.value.setting == name


def test_a_value_that_is_nothing_or_off_is_written_down_too():
    recipe = Recipe(nesterov=False, momentum=0.0, initial_lr=0.0, warm_up=0.0)
    assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_a_damaged_recipe_file_is_named(tmp_path):
    (tmp_path / "wide.toml").write_text("epochs = = 3")
    with pytest.raises(RecipeError, match=r"^wide\.toml is not valid TOML"):
        Recipe.load(tmp_path / "wide.toml")
