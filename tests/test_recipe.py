"""Recipes: checked when made, TOML there and back, every refusal names the setting."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import Recipe, settings


@pytest.mark.parametrize("name", NETWORKS.names())
@pytest.mark.parametrize("preset", ["quick", "best", "textbook"])
def test_every_preset_survives_toml(name, preset):
    recipe = presets(name)[preset]
    assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_what_has_no_value_is_left_out_of_toml():
    assert "bias_lr" not in tomllib.loads(Recipe().to_toml())
    assert Recipe.from_toml(Recipe(bias_lr=0.5).to_toml()).bias_lr == 0.5


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("epochs", 0, "Epochs must be at least 1"),
        ("epochs", 2.5, "Epochs must be a whole number"),
        ("epochs", True, "Epochs must be a whole number"),
        ("epochs", "many", "Epochs must be a whole number"),
        ("lr", 0.0, "Learning rate must be more than 0, not 0"),
        ("lr", float("nan"), "finite"),
        ("lr", float("inf"), "finite"),
        ("lr", "fast", "Learning rate must be a number"),
        ("momentum", 1.0, "Momentum must be at most"),
        ("flip", "sideways", "Flip must be one of none, random, alternating"),
        ("nesterov", 1, "Nesterov must be true or false"),
        ("network_settings", 3, "Network settings must be a table"),
        ("crop", -1, "Crop must be at least 0"),
        ("seed", 2**31, "Seed must be at most 2,147,483,647, not 2,147,483,648"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_name(setting, value, words):
    with pytest.raises(RecipeError, match=words) as caught:
        Recipe(**{setting: value})
    assert caught.value.setting == setting


def test_a_misspelt_setting_is_refused_with_the_known_ones():
    with pytest.raises(RecipeError, match=r"no setting called 'epoch'. Did you mean 'epochs'.*epochs, "):
        Recipe.from_dict({"epoch": 3})
    with pytest.raises(RecipeError, match=r"'learning_rate'. Did you mean 'lr'\?"):
        Recipe().changed(learning_rate=0.1)
    with pytest.raises(RecipeError, match=r"'lerning_rate'. Did you mean 'lr'\?"):
        Recipe.from_dict({"lerning_rate": 0.1})


def test_toml_that_is_none_is_refused_with_the_line(tmp_path):
    with pytest.raises(RecipeError, match=r"recipe\.toml is not valid TOML.*line 2"):
        Recipe.from_toml("epochs = 3\nlr = = 2", "recipe.toml")
    with pytest.raises(RecipeError, match=r"missing\.toml cannot be read: there is no such file or folder\. Check"):
        Recipe.load(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"data = '\xff'")
    with pytest.raises(RecipeError, match=r"latin\.toml cannot be read: it is not text in UTF-8\. Save"):
        Recipe.load(tmp_path / "latin.toml")


@pytest.mark.parametrize(
    "text",
    [f"epochs = {'9' * 5000}", f"epochs = 0x{'f' * 5000}", f"network_settings.x = {'[' * 3000}{']' * 3000}"],
    ids=["digits", "hexadecimal", "brackets"],
)
def test_what_python_cannot_read_or_write_again_is_refused_in_a_sentence(text):
    with pytest.raises(RecipeError, match=r"^mine\.toml cannot be read: a number in it has thousands of digits"):
        Recipe.from_toml(text, "mine.toml")


@pytest.mark.parametrize("number", [10**5000, -(10**5000)], ids=["above", "below"])
def test_a_number_beyond_all_bounds_is_refused_in_a_sentence_that_can_be_read(number):
    for name in settings():
        with pytest.raises(RecipeError) as caught:
            Recipe.from_dict({name: number})
        assert caught.value.setting == name
        assert len(str(caught.value)) < 150


def test_a_whole_number_will_do_for_a_float():
    assert Recipe.from_toml("lr = 1") == Recipe(lr=1.0)
    assert isinstance(Recipe.from_toml("lr = 1").lr, float)


def test_a_micro_batch_is_never_larger_than_its_batch():
    assert Recipe(batch_size=32, micro_batch=500).micro_batch == 32


def test_a_copy_with_changes_leaves_the_original():
    recipe = Recipe()
    assert recipe.changed(epochs=3).epochs == 3
    assert recipe.epochs == 8
    assert recipe.differences(recipe.changed(epochs=3, flip="none")) == {"epochs": (8, 3), "flip": ("random", "none")}


def test_every_setting_is_explained_and_its_default_fits():
    for name, setting in settings().items():
        assert setting.label, name
        assert setting.help.endswith("."), name
        default = getattr(Recipe(), name)
        if setting.choices:
            assert default in setting.choices, name
    assert list(settings()) == [each.name for each in dataclasses.fields(Recipe)]


@given(st.text())
def test_any_text_is_a_recipe_or_a_sentence(text):
    try:
        recipe = Recipe.from_toml(text)
    except RecipeError as error:
        assert str(error)  # noqa: PT017 - either outcome is right
    else:
        assert Recipe.from_toml(recipe.to_toml()) == recipe


@given(
    st.dictionaries(st.sampled_from(list(settings())), st.one_of(st.integers(), st.floats(), st.text(), st.booleans()))
)
def test_any_values_make_a_recipe_or_name_the_setting(values):
    try:
        recipe = Recipe.from_dict(values)
    except RecipeError as error:
        assert error.setting in values  # noqa: PT017 - either outcome is right
    else:
        assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_what_was_promised_of_a_recipe_is_not_promised_of_another():
    promising = Recipe(preset="minutes", epochs=6, promised_minutes=2.5, promised_accuracy=0.9)
    assert promising.changed(epochs=6, seed=3).promised_minutes == 2.5
    longer = promising.changed(epochs=7)
    assert (longer.promised_minutes, longer.promised_accuracy) == (None, None)
    assert promising.changed(epochs=7, promised_minutes=3.0).promised_minutes == 3.0
