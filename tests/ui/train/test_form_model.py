"""What is typed into the fields becomes a recipe, or a sentence at the field."""

from __future__ import annotations

import pytest

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import presets as presets_of
from cifar_gui.recipe import PROMISES, Recipe, settings
from cifar_gui.ui.train.form_model import (
    assembled,
    field_names,
    help_text,
    network_value,
    parsed,
    preset_of,
    with_preset,
)
from cifar_gui.ui.typed import written
from cifar_gui.words import choice_words


def raws(recipe: Recipe) -> dict[str, str | bool]:
    shown, folded = field_names()
    return {name: written(getattr(recipe, name)) for name in (*shown, *folded)}


def test_every_setting_has_a_field_exactly_once():
    shown, folded = field_names()
    assert sorted([*shown, *folded, "network_settings", *PROMISES]) == sorted(settings())
    assert not set(shown) & set(folded)


@pytest.mark.parametrize("name", [name for name in settings() if name != "network_settings"])
def test_every_setting_explains_itself(name):
    assert len(help_text(name)) > 15
    assert settings()[name].label


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("seed", "0 or more."), ("lr", "More than 0."), ("batch_size", "From 1 to 50,000."),
        ("warm_up", "From 0 to 0.9."), ("lr_decay", "More than 0 and at most 1."),
    ],
)  # fmt: skip
def test_the_tip_of_a_field_gives_its_bounds_as_people_write_them(name, words):
    assert help_text(name).splitlines()[-1] == words


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(),
        Recipe(optimiser="muon", lr=0.24, bias_lr=0.053, head_lr=0.67, batch_size=2000, weight_decay=2e-6, epochs=37),
        Recipe(lr=1 / 3, warm_up=0.1, early_stopping=5, all_data=True, data="/somewhere/with spaces", seed=2**31 - 1),
    ],
)
def test_a_recipe_survives_being_shown_and_read_back(recipe):
    assert assembled(raws(recipe), {}) == (recipe, {})


@pytest.mark.parametrize("text", ["", "abc", "1,5", "1_000", "٣", "0x10", "--3", "1e", "∞"])
@pytest.mark.parametrize("name", ["epochs", "lr"])
def test_nonsense_is_named_with_its_field(name, text):
    with pytest.raises(RecipeError, match=settings()[name].label) as caught:
        parsed(name, text)
    assert caught.value.setting == name


def test_whole_numbers_may_be_written_in_other_ways():
    assert parsed("epochs", " 8 ") == 8
    assert parsed("batch_size", "2e3") == 2000
    assert parsed("lr", "1") == 1.0
    with pytest.raises(RecipeError, match="whole number"):
        parsed("epochs", "8.5")


def test_an_optional_number_may_be_empty():
    assert parsed("bias_lr", " ") is None


def test_all_wrong_fields_are_told_at_once():
    recipe, problems = assembled(raws(Recipe()) | {"epochs": "0", "lr": "fast", "crop": "99", "flip": "sometimes"}, {})
    assert recipe is None
    assert set(problems) == {"epochs", "lr", "crop", "flip"}
    assert "at least 1" in problems["epochs"]
    assert "“fast” is not" in problems["lr"]
    assert "at most 16" in problems["crop"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e6, "1000000"), (0.1, "0.1"), (0.0001, "0.0001"), (1e-5, "1e-5"), (1e20, "1e20"), (2.0, "2"), (8, "8"),
        (1 / 3, "0.3333333333333333"),
    ],
)  # fmt: skip
def test_fields_show_numbers_as_people_type_them_and_read_them_back(value, text):
    assert written(value) == text
    assert float(text) == value


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("0", "Learning rate must be more than 0, not 0."),
        ("-1", "Learning rate must be more than 0, not -1."),
        ("1e-10", "Learning rate must be at least 1e-9, not 1e-10."),
        ("2e6", "Learning rate must be at most 1,000,000, not 2,000,000."),
        ("1e300", "Learning rate must be at most 1,000,000, not 1e300."),
        ("1e400", "Learning rate must be a finite number, not inf."),
    ],
)
def test_absurd_rates_are_refused_at_the_field_in_numbers_that_people_write(typed, why):
    assert assembled(raws(Recipe()) | {"lr": typed}, {})[1] == {"lr": why}


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_no_number_and_infinity_are_refused(value):
    assert set(assembled(raws(Recipe()) | {"lr": value}, {})[1]) == {"lr"}


def test_settings_of_the_network_are_read_by_the_kind_of_their_defaults():
    defaults = {"size": "94", "dropout": 0.25, "deep": False, "width": 64}
    typed = {"network.size": "96", "network.dropout": "0.25", "network.deep": True, "network.width": "32"}
    recipe, problems = assembled(raws(Recipe()) | typed, defaults)
    assert problems == {}
    assert recipe.network_settings == {"size": "96", "deep": True, "width": 32}
    with pytest.raises(RecipeError, match=r"Dense dropout must be a number, such as 0\.5: “much” is not"):
        network_value("dense_dropout", "much", 0.5)


def test_a_preset_is_recognised_whatever_data_and_seed():
    presets = {"quick": Recipe(epochs=4, preset="quick"), "best": Recipe(epochs=8, preset="best")}
    assert preset_of(Recipe(epochs=8, data="shapes", seed=5), presets) == "best"
    assert preset_of(Recipe(epochs=9), presets) == "custom"


def test_choosing_a_preset_keeps_data_seed_device_and_which_pictures_are_trained_on():
    kept = {
        "data": "shapes", "seed": 7, "device": "cpu", "precision": "float32", "memory_format": "contiguous",
        "all_data": True,
    }  # fmt: skip
    preset = Recipe(preset="best", lr=0.24, epochs=12)
    assert with_preset(Recipe(lr=5.0, epochs=3, **kept), preset) == preset.changed(**kept)


PROMISED = presets_of("airnet")["quick"].changed(
    preset="minutes", epochs=6, data="shapes", seed=3, promised_minutes=2.5, promised_accuracy=0.9
)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "minutes"),
        ({"seed": 9, "promised_minutes": None}, "minutes"),
        ({"data": "cifar10"}, "custom"),
        ({"epochs": 7}, "custom"),
        ({"epochs": 4}, "quick"),
        ({"device": "cuda"}, "custom"),
        ({"all_data": True}, "custom"),
    ],
)
def test_a_promise_holds_for_the_same_settings_on_the_same_data_and_device(changes, name):
    assert preset_of(PROMISED.changed(**changes), presets_of("airnet"), PROMISED) == name
    assert preset_of(PROMISED.changed(**changes), presets_of("airnet")) in ("custom", "quick")


def test_a_preset_promises_nothing():
    chosen = with_preset(PROMISED, presets_of("airnet")["best"])
    assert (chosen.preset, chosen.promised_minutes, chosen.promised_accuracy) == ("best", None, None)
    assert (chosen.data, chosen.seed) == ("shapes", 3)


def test_the_layers_of_a_design_are_no_part_of_a_preset():
    known = presets_of("custom")
    own = known["quick"].changed(network_settings={"layers": "flatten; dense"}, data="shapes")
    assert preset_of(own, known) == "quick"
    assert preset_of(own.changed(lr=0.5), known) == "custom"
    assert with_preset(own, known["best"]) == known["best"].changed(
        network_settings=own.network_settings, data="shapes"
    )
    other = presets_of("mlp")
    assert with_preset(own, other["best"]) == other["best"].changed(data="shapes"), "another network, other settings"
    mine = with_preset(PROMISED, known["best"], "flatten; dense")
    assert mine.network_settings == {"layers": "flatten; dense"}, "one's own, where it had none"
    assert with_preset(own, known["best"], "flatten; dense").network_settings == own.network_settings
    assert with_preset(own, other["best"], "flatten; dense") == with_preset(own, other["best"])
    assert preset_of(other["best"].changed(network_settings={"hidden": 3}), other) == "custom"


def test_choices_have_names_for_people():
    assert choice_words("one_cycle") == "one cycle"
    assert choice_words("sgd") == "SGD"
    assert choice_words("something new") == "something new"


@pytest.mark.parametrize("space", ["\N{THIN SPACE}", "\N{NO-BREAK SPACE}"])
def test_thousands_may_stand_apart_as_they_are_printed(space):
    assert parsed("batch_size", f"50{space}000") == 50_000


def test_a_whole_number_that_no_float_holds_exactly_is_refused():
    with pytest.raises(RecipeError, match="whole number"):
        parsed("seed", "1e17")


def test_an_empty_field_of_the_network_is_called_empty():
    assert network_value("width", " 8 ", 64) == 8
    with pytest.raises(RecipeError, match="such as 64: it is empty"):
        network_value("width", "  ", 64)


@pytest.mark.parametrize(
    "changes",
    [{"device": "cpu"}, {"precision": "float32"}, {"memory_format": "contiguous"}, {"all_data": True}, {"seed": 9}],
    ids=lambda changes: next(iter(changes)),
)
def test_where_and_on_what_is_trained_does_not_make_another_preset(changes):
    preset = Recipe(epochs=8, preset="best")
    assert preset.changed(**changes) != preset
    assert preset_of(preset.changed(**changes), {"best": preset}) == "best"
