"""Why there is no held-out picture is said in the same words wherever it is said."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.data.held_out import none_held_out
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import DataError
from cifar_gui.explain.held_out import held_out
from cifar_gui.recipe import Recipe
from cifar_gui.ui.held_out import HeldOutPictures, RandomHeldOut, usual_data, why_none


def test_explanations_and_the_window_give_the_same_reason_and_the_way_out(tiny_data):
    train, _validation, test = tiny_data.counts
    without = replace(tiny_data, counts=(train, 0, test))
    card = ModelCard("simple", without.class_names, CENTRED)
    with pytest.raises(DataError) as refused:
        held_out(without, card)
    assert str(refused.value) == why_none(without, None) == none_held_out("Tiny")
    assert "Use a data set with" in none_held_out("Tiny")


@pytest.fixture
def asked(library) -> Any:
    """Who draws a picture at random, with what the window would have told meanwhile."""
    told: list[Any] = []
    context: Any = SimpleNamespace(
        data=library,
        models=SimpleNamespace(snapshot=None),
        messages=SimpleNamespace(info=lambda text, *actions: told.append((text, [label for label, _do in actions]))),
        actions={"get_data": SimpleNamespace(trigger=None)},
    )
    random, drawn = RandomHeldOut(context), []
    random.drawn.connect(lambda data, place: drawn.append((data, place)))
    return SimpleNamespace(random=random, data=context.data, told=told, drawn=drawn)


def test_a_random_picture_has_the_data_set_read_first_and_comes_when_it_is_there(asked, tiny_data):
    asked.random.take()
    assert asked.data.requested == ["usual"]
    asked.data.current = tiny_data
    for _ in range(2):  # once is enough
        asked.random.on_data(tiny_data)
    ((data, place),) = asked.drawn
    assert data is tiny_data
    assert 0 <= place < len(tiny_data.split("validation"))
    asked.random.take()
    assert len(asked.drawn) == 2


def test_the_pictures_read_for_a_network_are_its_own_else_some_that_fit(library, class_folders):
    farm = class_folders("farm", "cow", "hen")
    pets, own = (class_folders(name, "cat", "dog") for name in ("pets", "own"))
    library.available = lambda: [(farm, "Farm"), (pets, "Pets")]

    def read_for(*names: str, data: str = "") -> str:
        recipe = Recipe(network="simple", data=data) if data else None
        return usual_data(ModelCard("simple", names, CENTRED, recipe=recipe), library)

    assert read_for("cat", "dog", data=own) == own
    assert read_for("cat", "dog", data="/gone") == pets
    assert read_for("ant", "bee", data="/gone") == "/gone"  # it is said then what is not there
    assert read_for("ant", "bee") == "usual"


def test_a_random_picture_that_is_given_up_or_cannot_be_had_does_not_come_later(asked, tiny_data):
    asked.random.take()
    asked.random.give_up()
    asked.data.current = tiny_data
    asked.random.on_data(tiny_data)
    asked.data.current = None
    asked.random.take()
    for _ in range(2):
        asked.data.failed.emit("It is not here.")
    asked.random.on_data(tiny_data)
    assert asked.told == [("It is not here.", ["Get data"])]
    assert asked.drawn == []


def test_where_no_picture_was_held_out_none_is_drawn_and_it_is_said_why(asked, tiny_data):
    train, _validation, test = tiny_data.counts
    asked.data.current = replace(tiny_data, counts=(train, 0, test))
    asked.random.take()
    assert (asked.told, asked.drawn) == ([(none_held_out("Tiny"), [])], [])


def test_those_who_wait_for_held_out_pictures_hear_once_what_came_of_it(library, tiny_data):
    context: Any = SimpleNamespace(data=library)
    pictures, told = HeldOutPictures(context), []
    pictures.came.connect(lambda: told.append("came"))
    pictures.missing.connect(told.append)
    card = ModelCard("simple", tiny_data.class_names, CENTRED)

    def read(*ends: str) -> list[str]:
        told.clear()
        for end in ends:
            if end:
                library.failed.emit(end)
            else:
                library.loaded.emit(tiny_data)
        return list(told)

    assert read("", "Not here.") == [], "nobody has asked"
    pictures.ask(card)
    assert library.requested == ["usual"]
    assert read("", "", "Not here.") == ["came"]
    pictures.ask(card)
    assert read("Not here.", "Nor there.", "") == ["Not here."], "what others have read since is not for them"
    pictures.ask(card)
    pictures.give_up()
    assert read("", "Not here.") == []
    assert pictures.known(card) is None
    library.current = replace(tiny_data, counts=(200, 0, 40))
    assert pictures.known(card) is None
    with pytest.raises(DataError):
        pictures.of(card)
    library.current = tiny_data
    for found in (pictures.of(card), pictures.known(card)):
        assert len(found.split) == len(tiny_data.split("validation"))
