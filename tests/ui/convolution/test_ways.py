"""The Convolution page shows what is set up, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QWidget

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.ui.convolution.page import ConvolutionPage
from cifar_gui.ui.convolution.pictures import SmallPicture

STEPS = 40
LEARNED: Any = {"coloured": True, "kernel": np.full((3, 2, 2), 0.25), "kernel_name": "layer 1, filter 3", "bias": 0.125}
STATS = [ChannelStats((120, 110, 100), (60, 50, 40)), ChannelStats((90, 80, 70), (70, 60, 50))]


def snapshot(stats: ChannelStats) -> ModelSnapshot:
    return ModelSnapshot(ModelCard("simple", tuple("abcdefghij"), stats), {})


def a_picture(chance: random.Random) -> SmallPicture:
    pixels = np.random.default_rng(chance.randrange(99)).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    return SmallPicture(pixels, f"picture {chance.randrange(9)}.png", chance.choice(["", "cat"]))


def use(part: QWidget, chance: random.Random) -> None:
    """One of the things that can be done with a button, a slider, a list or a field."""
    if isinstance(part, QAbstractButton):
        part.click()
    elif isinstance(part, QSlider):
        part.setValue(chance.randint(part.minimum(), part.maximum()))
    elif isinstance(part, QComboBox):
        part.setCurrentIndex(chance.randrange(part.count()))
        part.activated.emit(part.currentIndex())
    elif isinstance(part, QLineEdit) and not part.isReadOnly():
        text = chance.choice(["2", "-1", "0.5", "nonsense", ""])
        part.setText(text)
        part.textEdited.emit(text)
        part.editingFinished.emit()


def usable(page: ConvolutionPage) -> list[QWidget]:
    """What can be clicked, moved, chosen or typed into, and asks for nothing in a dialog."""
    left, right = page.input_panel, page.settings
    asks = {left.open, left.paste, left.held_out}
    inside = [part for panel in (left, right, page.guide, page.operator.player) for part in panel.findChildren(QWidget)]
    kinds = (QAbstractButton, QSlider, QComboBox, QLineEdit)
    seen = [part for part in inside if isinstance(part, kinds) and part.isVisibleTo(page) and part.isEnabled()]
    return [part for part in seen if part not in asks and "From a layer" not in getattr(part, "text", str)()]


def wander(page: ConvolutionPage, chance: random.Random) -> None:
    others: list[Callable[[], Any]] = [
        lambda: page.pictures.taken.emit(a_picture(chance)),
        lambda: page.on_model(chance.choice([None, *map(snapshot, STATS)])),
        lambda: page.operator.go((chance.randrange(8), chance.randrange(8))),
        lambda: page.show_setup(replace(page.setup, **LEARNED)),
    ]
    for _ in range(STEPS):
        if chance.random() < 0.2:
            chance.choice(others)()
        else:
            use(chance.choice(usable(page)), chance)


def come_to_rest(page: ConvolutionPage) -> None:
    """What is not to be remembered: lessons, the pen, the speed, places that have been seen."""
    page.operator.player.stop()
    page.end_guide()
    page.input_panel.reveal.put(False)
    page.operator.set_reveals(reveals=False)
    page.input_panel.pen.show_value(1)
    page.operator.player.speed.setValue(page.operator.player.speed.minimum())
    page.operator.restart()


def look_at_slices_of(page: ConvolutionPage, fresh: ConvolutionPage) -> None:
    """As the user would: first the kernel's, as a slice of the input leads to that of the kernel, too."""
    if page.setup.coloured:
        fresh.settings.kernel.slices.button(str(page.settings.kernel.slice)).click()
        fresh.input_panel.slices.button(str(page.operator.slice)).click()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_set_up_looks_as_on_a_page_that_has_shown_nothing_else(make_page, assert_look_alike, seed) -> None:
    page, fresh, chance = make_page(), make_page(), random.Random(seed)
    wander(page, chance)
    page.on_model(snapshot(STATS[0]))
    come_to_rest(page)
    fresh.on_model(snapshot(STATS[0]))
    fresh.restore_state(page.save_state())
    fresh.show_setup(replace(page.setup))
    look_at_slices_of(page, fresh)
    come_to_rest(fresh)
    assert_look_alike(page, fresh)
