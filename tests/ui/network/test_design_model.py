"""The list of layers while it is being edited: rows, selection, what is typed, undo; and what is said of each layer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cifar_gui.networks.design import (
    KINDS,
    Activation,
    AveragePooling,
    BatchNorm,
    Convolution,
    Dense,
    Design,
    Dropout,
    Flatten,
    GlobalAverage,
    MaxPooling,
)
from cifar_gui.ui.network.design_model import DesignModel
from cifar_gui.ui.network.layer_words import UNKNOWN, lines_of, settings_words

WORDS = "convolution depth=12; activation; max_pooling; flatten; dense"


@pytest.fixture
def model() -> DesignModel:
    return DesignModel(Design.from_text(WORDS))


def kinds(model: DesignModel) -> list[str]:
    return [row.layer.kind for row in model.rows]


def test_a_layer_is_added_after_the_selected_one_and_selected(model):
    model.select(1)
    model.add(BatchNorm)
    assert kinds(model) == ["convolution", "activation", "batch_norm", "max_pooling", "flatten", "dense"]
    assert model.selected == 2
    assert model.undo_words == "add Batch norm"


def test_the_first_layer_of_an_empty_design_is_selected():
    model = DesignModel(Design())
    assert (model.selected, model.misfit()[0]) == (-1, -1)
    assert model.misfit()[1].startswith("There is no layer yet")
    for nothing in (model.remove, model.duplicate, model.move_up, model.move_down):
        nothing()
    assert model.undo_words == ""
    model.add(Flatten)
    assert (kinds(model), model.selected) == (["flatten"], 0)


def test_the_last_layer_can_be_removed_and_comes_back(model):
    model.select(4)
    model.remove()
    assert (kinds(model)[-1], model.selected) == ("flatten", 3)
    assert model.undo_words == "remove layer 5, Dense"
    model.undo()
    assert (model.design.to_text(), model.selected) == (WORDS, 4)


def test_a_duplicate_stands_behind_and_has_its_own_settings(model):
    model.duplicate()
    model.enter("depth", "7")
    assert [row.layer.depth for row in model.rows[:2]] == [12, 7]
    assert model.selected == 1


@pytest.mark.parametrize(
    ("place", "gap", "order", "selected"),
    [(0, 2, "bacd", 1), (3, 0, "dabc", 0), (0, 4, "bcda", 3), (2, 1, "acbd", 1)],
)
def test_a_layer_moves_to_a_gap_and_stays_selected(place, gap, order, selected):
    sizes = {"a": 1, "b": 2, "c": 3, "d": 4}
    model = DesignModel(Design(tuple(MaxPooling(size=size) for size in sizes.values())))
    model.move(place, gap)
    assert [row.layer.size for row in model.rows] == [sizes[letter] for letter in order]
    assert model.selected == selected


@pytest.mark.parametrize(("place", "gap"), [(0, 0), (0, 1), (4, 5), (4, 4), (0, -1), (4, 6), (9, 0)])
def test_a_layer_that_would_stay_where_it_is_is_no_change(model, place, gap):
    model.move(place, gap)
    assert (model.design.to_text(), model.undo_words) == (WORDS, "")


def test_up_and_down_are_the_reverse_of_each_other(model):
    model.select(1)
    model.move_down()
    assert (kinds(model)[1:3], model.selected) == (["max_pooling", "activation"], 2)
    assert model.undo_words == "move layer 2, Activation to place 3"
    model.move_up()
    assert (model.design.to_text(), model.selected) == (WORDS, 1)


def test_what_is_typed_into_a_field_is_one_change_until_it_is_left(model):
    for text in ("1", "16"):
        model.enter("depth", text)
    assert model.rows[0].layer.depth == 16
    model.settle()
    model.enter("depth", "163")
    model.undo()
    assert model.rows[0].layer.depth == 16
    model.undo()
    assert (model.rows[0].layer.depth, model.undo_words, model.redo_words) == (
        12, "", "change the depth of layer 1, Convolution",
    )  # fmt: skip


def test_two_fields_are_two_changes(model):
    model.enter("depth", "5")
    model.enter("height", "1")
    model.undo()
    assert (model.rows[0].layer.depth, model.rows[0].layer.height) == (5, 3)


def test_the_same_field_of_another_layer_is_another_change(model):
    model.duplicate()
    model.enter("depth", "5")
    model.select(0)
    model.enter("depth", "6")
    model.undo()
    assert [row.layer.depth for row in model.rows[:2]] == [12, 5]


def test_what_is_typed_back_is_no_change(model):
    model.enter("depth", "1")
    model.enter("depth", "12")
    assert model.undo_words == ""


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("depth", "", "Convolution: depth is empty: it must be a whole number from 1 to 4,096."),
        ("depth", "3.5", "Convolution: depth must be a whole number from 1 to 4,096, not 3.5."),
        ("padding", "sam", "Convolution: padding must be same or valid, or a whole number from 0 to 31, not 'sam'."),
    ],
)
def test_what_a_layer_cannot_take_is_kept_and_does_not_enter_the_design(model, name, raw, said):
    model.enter(name, raw)
    row = model.rows[0]
    assert model.design.to_text() == WORDS
    assert (row.raws()[name], row.problems()) == (raw, {name: said})
    assert model.misfit() == model.mistyped() == (0, f"Layer 1: {said}")


def test_what_has_been_typed_stays_at_its_layer_wherever_that_goes(model):
    model.enter("depth", "many")
    model.move_down()
    model.select(0)
    model.enter("function", "tanh")
    assert model.rows[1].problems().keys() == {"depth"}
    model.undo()
    model.undo()
    assert model.rows[0].raws()["depth"] == "many"
    model.undo()
    assert model.rows[0].raws()["depth"] == "12"
    assert model.misfit() == (-1, "")


def test_a_field_that_is_mended_takes_its_reason_away_and_leaves_that_of_others(model):
    model.enter("depth", "x")
    model.enter("stride", "y")
    model.enter("depth", "8")
    assert model.rows[0].problems().keys() == {"stride"}
    assert model.design.layers[0] == Convolution(depth=8)


def test_another_design_replaces_everything_and_can_be_undone(model):
    model.enter("depth", "x")
    other = Design.from_text("flatten; dense")
    model.replace(other, "open mine.toml")
    assert (model.design, model.selected, model.mistyped(), model.undo_words) == (other, 0, None, "open mine.toml")
    model.undo()
    assert (model.design.to_text(), model.rows[0].raws()["depth"]) == (WORDS, "x")


def test_the_same_design_again_is_no_change_unless_something_half_typed_goes(model):
    model.replace(model.design, "open mine.toml")
    assert model.undo_words == ""
    model.enter("depth", "x")
    model.replace(model.design, "open mine.toml")
    assert (model.undo_words, model.mistyped()) == ("open mine.toml", None)


def test_what_has_been_undone_is_gone_once_something_else_is_done(model):
    model.remove()
    model.undo()
    assert model.redo_words == "remove layer 1, Convolution"
    model.add(Flatten)
    assert model.redo_words == ""
    model.redo()
    assert kinds(model)[1] == "flatten"


def test_the_first_layer_that_does_not_fit_is_named(model):
    model.select(3)
    model.remove()
    assert model.misfit()[0] == 3
    assert model.misfit()[1].startswith("Layer 4 (Dense) does not fit. It needs a row of values")
    assert [line.figures[0] for line in lines_of(model)] == ["12 × 32 × 32", "12 × 32 × 32", "12 × 16 × 16", UNKNOWN]
    assert [bool(line.problems) for line in lines_of(model)] == [False, False, False, True]


def test_what_follows_a_layer_that_does_not_fit_is_unknown(model):
    model.enter("padding", "valid")
    model.enter("height", "32")
    model.select(2)
    lines = lines_of(model)
    assert lines[0].figures == ("12 × 1 × 30", "3,468", "104 k", "32")
    assert lines[0].exactly == "103,680 multiply-adds for one picture. Receptive field: 32 pixels."
    assert lines[2].problems == ("Its window of 2 is larger than the one pixel that is left.",)
    assert [line.figures for line in lines[2:]] == [(UNKNOWN,) * 4] * 3
    assert "Does not fit: Its window of 2" in lines[2].spoken()
    assert lines[3].spoken() == "Layer 4, Flatten. What it gives is not known."


@pytest.mark.parametrize("typed", [("4", "40"), ("0",), ("7", "")])
def test_what_a_field_cannot_take_leaves_nothing_half_meant_and_all_from_there_on_unknown(model, typed):
    model.duplicate()
    for text in typed:
        model.enter("height", text)
    assert model.design.layers[1] == Convolution(depth=12)
    lines = lines_of(model)
    assert lines[0].figures[0] == "12 × 32 × 32"
    assert [line.figures for line in lines[1:]] == [(UNKNOWN,) * 4] * 5
    assert (lines[1].settings, len(lines[1].problems)) == ("", 1)
    model.enter("height", "5")
    assert lines_of(model)[1].settings == "12 of 5 × 3, padding same"
    model.undo()
    assert model.design.layers[1] == Convolution(depth=12)


def test_of_two_layers_that_do_not_fit_the_first_is_named(model):
    model.select(1)
    model.add(Dense)
    model.select(0)
    model.enter("depth", "x")
    assert model.misfit()[0] == 0
    model.move_down()
    model.move_down()
    assert [row.layer.kind for row in model.rows[:3]] == ["activation", "dense", "convolution"]
    assert model.misfit()[0] == 1


def test_a_line_is_spoken_with_its_figures(model):
    assert lines_of(model)[1].spoken() == (
        "Layer 2, Activation, ReLU. Output 12 × 32 × 32, no parameters, no multiply-adds, receptive field 3."
    )


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (Convolution(), "32 of 3 × 3, padding same"),
        (Convolution(1024, 5, 1, 2, "valid", bias=False), "1,024 of 5 × 1, stride 2, no padding, no bias"),
        (Convolution(padding=2), "32 of 3 × 3, padding 2"),
        (Activation("gelu"), "GELU"),
        (Activation("leaky_relu", 0.2), "leaky ReLU, slope 0.2"),
        (MaxPooling(), "2 × 2, stride 2"),
        (AveragePooling(3, 2, 1), "3 × 3, stride 2, padding 1"),
        (GlobalAverage(), ""),
        (BatchNorm(), ""),
        (Dropout(0.25), "25 % silenced"),
        (Dense(), "one unit for each class"),
        (Dense(1024, bias=False), "1,024 units, no bias"),
    ],
)
def test_the_settings_of_a_layer_are_said_in_words(layer, words):
    assert settings_words(layer) == words


changes = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(list(KINDS.values()))),
    st.tuples(st.sampled_from(["remove", "duplicate", "move_up", "move_down", "settle"])),
    st.tuples(st.just("select"), st.integers(-2, 9)),
    st.tuples(st.just("move"), st.integers(-1, 9), st.integers(-1, 9)),
    st.tuples(st.just("enter"), st.just("depth"), st.sampled_from(["1", "12", "x", ""])),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(changes, max_size=25))
def test_everything_can_be_undone_and_done_again(done):
    model = DesignModel(Design.from_text(WORDS))
    first = model.rows
    for name, *arguments in done:
        if name == "enter" and not (model.rows and isinstance(model.rows[model.selected].layer, Convolution)):
            continue
        getattr(model, name)(*arguments)
        assert model.selected in range(len(model.rows)) or (model.selected, model.rows) == (-1, ())
    last = model.rows
    while model.undo_words:
        model.undo()
    assert model.rows == first
    while model.redo_words:
        model.redo()
    assert model.rows == last
