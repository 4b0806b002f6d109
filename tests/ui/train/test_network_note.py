"""What the Train page says of the network that is trained."""

from __future__ import annotations

from cifar_gui.networks.base import about, presets
from cifar_gui.networks.custom import START
from cifar_gui.networks.design import Design
from cifar_gui.ui.train.network_note import network_note

MINE = Design.from_text("convolution depth=1200; activation; flatten; dense units=20; dense")


def test_of_a_network_that_is_always_the_same_it_says_what_is_known_of_it():
    assert network_note(presets("airnet")["best"], MINE) == about("airnet")
    assert network_note(presets("lenet")["best"], MINE) == f"{about('lenet')} That is normal, not a fault."


def test_of_a_design_it_names_the_layers_that_are_trained():
    recipe = presets("custom")["best"].changed(network_settings={"layers": MINE.to_text()})
    words = "convolution 1,200, activation, flatten, dense 20, dense."
    assert network_note(recipe, MINE).startswith("Your own design, as it is on the Network page. 5 layers with 24,")
    assert network_note(recipe, MINE).endswith(words)
    other = network_note(recipe, START)
    assert other.startswith("5 layers with 24,")
    assert "another one now" in other
    assert "as it is on the Network page" not in other


def test_a_preset_without_layers_is_that_of_the_first_design():
    assert network_note(presets("custom")["best"], START).startswith(
        "Your own design, as it is on the Network page. 13"
    )


def test_of_layers_that_do_not_fit_it_says_why():
    recipe = presets("custom")["best"].changed(network_settings={"layers": "dense"})
    assert network_note(recipe, MINE).startswith("Layer 1 (Dense) does not fit. It needs a row of values")
