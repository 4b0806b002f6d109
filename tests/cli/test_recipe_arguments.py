"""Which setting wins: defaults < preset < recipe file < flags."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

import pytest

from cifar_gui.cli.command import UsageError
from cifar_gui.cli.recipe_arguments import add_recipe_arguments, recipe_from
from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import PRESETS, Recipe


@pytest.fixture
def parse(tmp_path: Path):
    """Flags, and the text of a recipe file → the recipe."""

    def read(*flags: str, file: str | None = None) -> Recipe:
        parser = ArgumentParser()
        add_recipe_arguments(parser)
        if file is not None:
            (tmp_path / "mine.toml").write_text(file, encoding="utf-8")
            flags = (*flags, "--recipe", str(tmp_path / "mine.toml"))
        return recipe_from(parser.parse_args(flags))

    return read


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_taken_as_it_is(parse, network, preset):
    assert parse("--network", network, "--preset", preset) == presets(network)[preset]


def test_without_a_preset_it_is_the_best(parse):
    assert parse("--network", "mlp") == presets("mlp")["best"]


@pytest.mark.parametrize("name", ["layers.toml", "LAYERS.TOML"])
def test_layers_of_ones_own_are_trained_as_the_preset_says(parse, tmp_path, name):
    file = tmp_path / name
    file.write_text('[[layers]]\nkind = "flatten"\n[[layers]]\nkind = "dense"\n', encoding="utf-8")
    recipe = parse("--network", str(file), "--preset", "quick")
    assert recipe == presets("custom")["quick"].changed(network_settings={"layers": "flatten; dense"})
    assert parse("--network", str(file), "--lr", "0.5").preset == "custom"
    file.write_text('[[layers]]\nkind = "flatten"\n', encoding="utf-8")
    with pytest.raises(RecipeError, match=rf"^{name} cannot be used\. Layer 1 \(Flatten\) does not fit"):
        parse("--network", str(file))


def test_flags_outrank_the_preset_which_is_then_custom(parse):
    recipe = parse("--network", "mlp", "--lr", "0.5", "--batch-size", "64", "--epochs", "3")
    assert (recipe.lr, recipe.batch_size, recipe.epochs, recipe.preset) == (0.5, 64, 3, "custom")
    assert recipe.weight_decay == presets("mlp")["best"].weight_decay


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--batch-size", "1e99"), "argument --batch-size: '1e99' is not a whole number"),
        (("--lr", "fast"), "argument --lr: 'fast' is not a number"),
    ],
)
def test_what_is_no_number_is_named(parse, capsys, flags, said):
    with pytest.raises(SystemExit):
        parse("--network", "mlp", *flags)
    assert said in capsys.readouterr().err


def test_another_seed_or_data_set_leaves_the_preset_what_it_is(parse):
    recipe = parse("--network", "mlp", "--seed", "7", "--data", "shapes", "--device", "cpu", "--all-data")
    assert (recipe.seed, recipe.data, recipe.device, recipe.all_data) == (7, "shapes", "cpu", True)
    assert recipe.preset == "best"


def test_the_file_outranks_the_preset_and_the_flags_the_file(parse):
    file = 'network = "mlp"\nlr = 0.3\nepochs = 9\n'
    recipe = parse("--preset", "quick", "--lr", "0.4", file=file)
    assert (recipe.lr, recipe.epochs) == (0.4, 9)
    assert recipe.batch_size == presets("mlp")["quick"].batch_size


def test_the_network_asked_for_is_the_one_whose_preset_is_taken(parse):
    recipe = parse("--preset", "quick", "--network", "airnet", file='network = "mlp"\n')
    mine, other = (presets(network)["quick"] for network in ("airnet", "mlp"))
    assert (recipe.network, recipe.lr, recipe.optimiser) == ("airnet", mine.lr, mine.optimiser)
    assert (mine.lr, mine.optimiser) != (other.lr, other.optimiser)


def test_what_a_file_does_not_say_is_as_it_is_without_a_preset(parse):
    assert parse(file='network = "airnet"\n') == Recipe(network="airnet") != presets("airnet")["best"]


def test_a_preset_can_be_named_for_settings_that_are_not_its_own(parse):
    assert parse("--network", "mlp", "--lr", "0.5", "--set", "preset=best").preset == "best"
    assert parse("--network", "mlp", "--set", "precision=float32", "--set", "memory_format=contiguous").preset == "best"
    assert parse("--network", "mlp", "--lr", str(presets("mlp")["best"].lr)).preset == "best"  # the same


def test_a_file_alone_says_it_all(parse):
    recipe = Recipe(network="simple", lr=0.02, seed=3, preset="best")
    assert parse(file=recipe.to_toml()) == recipe


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("momentum=0.5", "momentum", 0.5),
        ("nesterov=false", "nesterov", False),
        ("schedule=cosine", "schedule", "cosine"),
        ('schedule="cosine"', "schedule", "cosine"),
        ("cutout=8", "cutout", 8),
        ("bias_lr=", "bias_lr", None),
        ("weight_decay=1", "weight_decay", 1.0),
    ],
)
def test_any_setting_can_be_set(parse, assignment, name, value):
    assert getattr(parse("--network", "mlp", "--set", assignment), name) == value


def test_settings_of_the_network_are_changed_one_by_one(parse):
    recipe = parse("--network", "mlp", "--set", "network_settings.hidden=64")
    assert recipe.network_settings == {**presets("mlp")["best"].network_settings, "hidden": 64}


def test_another_network_does_not_inherit_the_settings_of_the_files(parse):
    file = 'network = "mlp"\n[network_settings]\nhidden = 64\n'
    recipe = parse("--network", "simple", file=file)
    assert (recipe.network, recipe.network_settings) == ("simple", {})


def test_of_the_networks_settings_the_flags_outrank_the_file(parse):
    file = 'network = "airnet"\n[network_settings]\nbatch_norm_weight = 0.5\nsize = "96"\n'
    recipe = parse(*(f"--set=network_settings.batch_norm_weight={weight}" for weight in (0.75, 0.25)), file=file)
    assert recipe.network_settings == {"batch_norm_weight": 0.25, "size": "96"}


def test_another_network_has_the_settings_given_with_it_and_no_others(parse):
    file = 'network = "mlp"\n[network_settings]\nhidden = 64\n'
    recipe = parse("--network", "simple", "--set", "network_settings.kernel=5", file=file)
    assert (recipe.network, recipe.network_settings) == ("simple", {"kernel": 5})


def test_all_the_data_is_taken_if_the_file_says_so(parse):
    assert parse(file='network = "mlp"\nall_data = true\n').all_data


@pytest.mark.parametrize(
    ("text", "words"), [("epochs = ", "TOML"), ("epochs = 0", "at least 1"), ("epoch = 1", "'epoch'")]
)
def test_a_file_that_is_no_recipe_is_refused(parse, text, words):
    with pytest.raises(RecipeError, match=words):
        parse("--network", "mlp", file=text)


def test_a_file_that_is_not_there_is_refused(parse, tmp_path):
    with pytest.raises(RecipeError, match=r"nowhere\.toml"):
        parse("--network", "mlp", "--recipe", str(tmp_path / "nowhere.toml"))


@pytest.mark.parametrize(
    "flags",
    [
        ("--batch-size", "0"), ("--set", "flip=sideways"), ("--lr", "nan"), ("--seed", "-1"),
        ("--set", f"cutout={'9' * 5000}"), ("--set", f"cutout={'[' * 3000}{']' * 3000}"),
    ],
    ids=lambda flags: " ".join(flags)[:25],
)  # fmt: skip
def test_flags_out_of_range_are_usage_errors(parse, flags):
    with pytest.raises(UsageError):
        parse("--network", "mlp", *flags)
