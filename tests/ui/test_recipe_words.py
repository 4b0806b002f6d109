"""What the table of runs calls a recipe: the nearest preset and what differs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import Recipe
from cifar_gui.ui.recipe_words import OWN, Change, change_words, nearest_preset, recipe_tip, recipe_words
from cifar_gui.ui.runs.model import RECIPE, Role, RunsModel
from cifar_gui.ui.runs.rows import RunRow, read_rows, told_apart
from cifar_gui.words import value_words

BEST = presets("simple")["best"]
AIRNET = presets("airnet")["best"]
FAR = BEST.changed(preset="custom", lr=0.5, seed=3, cutout=5, batch_size=77)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (BEST, "Best"),
        (BEST.changed(preset="custom"), "Best"),
        (BEST.changed(data="shapes", device="cpu", precision="float32", promised_minutes=3.0), "Best"),
        (BEST.changed(epochs=1), "Best, 1 epoch"),
        (BEST.changed(epochs=3, seed=5, lr=0.01), "Best, 3 epochs, learning rate 0.01, seed 5"),
        (BEST.changed(preset="custom", all_data=True, lr=0.5), "Best, learning rate 0.5, train on everything"),
        (BEST.changed(optimiser="adamw", flip="none"), "Best, AdamW, flip never"),
        (BEST.changed(nesterov=not BEST.nesterov, head_lr=0.02), "Best, head learning rate 0.02, nesterov off"),
        (BEST.changed(micro_batch=50), "Best, micro-batch 50"),
        (presets("airnet")["textbook"], "As in the textbook"),
        (presets("airnet")["quick"].changed(preset="custom", crop=7), "Quick, crop 7"),
        (AIRNET.changed(network_settings={"widths": [64, 128, 128]}), "Best, widths 64 × 128 × 128"),
        (FAR, "own settings"),
        (Recipe(network="gone"), "own settings"),
    ],
)
def test_a_recipe_is_called_by_the_nearest_preset_and_what_differs(recipe, words):
    assert recipe_words(recipe) == words


def test_runs_of_a_sweep_say_in_what_they_differ_from_each_other():
    def rows(sweep: str, *recipes: Recipe) -> list[RunRow]:
        record = SimpleNamespace(sweep=sweep)
        summaries: Any = [SimpleNamespace(record=record, recipe=recipe) for recipe in recipes]
        return [RunRow(each, "", "", recipe_words(each.recipe)) for each in summaries]

    grid = [FAR.changed(lr=lr, batch_size=batch, micro_batch=batch, seed=1) for lr in (0.1, 0.2) for batch in (64, 77)]
    near = [BEST, BEST.changed(lr=0.5)]
    told = told_apart([*rows("grid", *grid), *rows("near", *near), *rows("", FAR), *rows("one", FAR)])
    assert [row.recipe for row in told] == [
        *(f"batch size {batch}, learning rate {lr}" for lr in ("0.1", "0.2") for batch in (64, 77)),
        *("Best", "Best, learning rate 0.5", OWN, OWN),
    ]


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_preset_is_called_by_its_own_name(network):
    for name, preset in presets(network).items():
        nearest = nearest_preset(preset)
        assert nearest is not None
        assert (nearest.preset, nearest.changes) == (name, ())


def test_of_presets_as_near_as_each_other_it_is_the_one_that_the_recipe_names_or_the_best(monkeypatch):
    same = {"quick": BEST.changed(preset="quick"), "best": BEST}
    monkeypatch.setattr("cifar_gui.ui.recipe_words.presets", lambda _network: same)
    named = [nearest_preset(BEST.changed(preset=preset, epochs=3)) for preset in ("best", "quick", "custom")]
    assert [each and each.preset for each in named] == ["best", "quick", "best"]


def test_the_layers_of_a_design_are_no_difference():
    design = presets("custom")["best"].changed(network_settings={"layers": "flatten\ndense"})
    assert recipe_words(design) == "Best"


def test_the_tip_says_all_that_differs_and_what_the_preset_has():
    assert recipe_tip(BEST) == "The settings of the preset Best"
    lines = recipe_tip(FAR).splitlines()
    assert lines[0] == "Nearest to the preset Best, with"
    assert f"learning rate 0.5 instead of {value_words(BEST.lr)}" in lines
    assert len(lines) == 1 + 4, "the micro-batch follows the batch"
    assert "head learning rate 0.2 instead of none" in recipe_tip(BEST.changed(head_lr=0.2))
    assert recipe_tip(Recipe(network="gone")) == "own settings"


def test_the_table_shows_the_tip(make_run, qtbot):
    make_run((0.3,), epochs=1)
    model = RunsModel()
    model.show_rows(read_rows({}))
    index = model.index(0, RECIPE)
    assert model.data(index) == "Best, 1 epoch"
    assert model.data(index, Role.ToolTipRole) == (
        f"Nearest to the preset Best, with\n1 epoch instead of {BEST.epochs}"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("head_lr", None, 0.1), "no head learning rate"),
        (Change("unit_head", False, None), "unit head off"),
        (Change("schedule", "one_cycle", "cosine"), "schedule one cycle"),
    ],
)
def test_a_change_says_of_what_it_is(change, words):
    assert change_words(change) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.000123456, "0.0001235"),
        (True, "yes"),
        (None, "–"),
        ([64, 256], "64 × 256"),
        ({"size": "94", "unit_head": False}, "size 94, unit_head no"),
        ({}, "–"),
        ("one_cycle", "one cycle"),
    ],
)
def test_values_are_written_as_people_write_them(value, words):
    assert value_words(value) == words
