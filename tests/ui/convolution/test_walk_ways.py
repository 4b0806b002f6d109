"""The walk through a whole small network shows what is chosen, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build
from cifar_gui.ui.convolution.page import ConvolutionPage
from cifar_gui.ui.convolution.pictures import SmallPicture
from cifar_gui.ui.convolution.stages import STAGES
from cifar_gui.ui.theme import theme

STEPS = 24
SIZE = QSize(1172, 900)


def network(seed: int, classes: tuple[str, ...], filters: int) -> ModelSnapshot:
    """One that has learned nothing, with statistics of its own."""
    torch.manual_seed(seed)
    settings = {"filters": filters}
    stats = ChannelStats((120.0 - seed, 110.0, 100.0), (60.0, 50.0, 40.0 + seed))
    card = ModelCard("simple", classes, stats, settings, title=f"Number {seed}")
    return capture(build("simple", len(classes), settings), card)


@pytest.fixture(scope="module")
def networks() -> list[ModelSnapshot]:
    """Two of other weights and with their classes in another order, and one of other volumes."""
    classes = ("cat", "dog", "frog", "ship")
    return [network(1, classes, 4), network(2, classes[::-1], 4), network(3, classes[:3], 6)]


def a_picture(chance: random.Random) -> SmallPicture:
    pixels = np.random.default_rng(chance.randrange(99)).integers(0, 256, (3, 32, 32)).astype(np.uint8)
    return SmallPicture(pixels, chance.choice(["one.png", "other.png"]), chance.choice(["", "cat", "horse"]))


def choose(page: ConvolutionPage, snapshot: ModelSnapshot | None) -> None:
    """None: one with random numbers stands in for it."""
    label = snapshot.card.title if snapshot is not None else ""
    page.context.models.loaded = SimpleNamespace(label=label) if snapshot is not None else None
    page.on_model(snapshot)


def actions_on(
    page: ConvolutionPage, networks: list[ModelSnapshot], chance: random.Random
) -> list[Callable[[], object]]:
    """Choosing, clicking and pointing at this and that; leaving the page and coming back."""
    walk = page.network

    def say_class() -> None:
        if walk.walk is not None:
            chance.choice([walk.answer.class_chosen, walk.dense.class_chosen]).emit(
                chance.randrange(len(walk.walk.class_names))
            )

    def come_back() -> None:
        page.page_hidden()
        page.page_shown()

    return [
        lambda: choose(page, chance.choice([*networks, None])),
        lambda: page.pictures.taken.emit(a_picture(chance)),
        lambda: page.views.button(chance.choice(["operator", "network"])).click(),
        lambda: walk.walk is None or walk.stages.button(chance.choice(STAGES)).click(),
        lambda: walk.maps.choose(chance.randrange(4)),
        lambda: walk.operator.go((chance.randrange(32), chance.randrange(32))),
        lambda: walk.slices.maps[1].pointed.emit(chance.randrange(32), chance.randrange(32)),
        lambda: walk.convolves and walk.operator.player.play.click(),
        *(say_class, come_back),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_what_is_walked_through_looks_as_on_a_page_that_has_shown_nothing_else(
    make_page, qtbot, networks, wander, assert_look_alike, seed
) -> None:
    page, chance, last = make_page(), random.Random(seed), networks[seed % 3]
    jobs, walk = page.context.jobs, page.network
    wander(actions_on(page, networks, chance), chance, jobs, STEPS)
    page.views.button("network").click()
    qtbot.waitUntil(lambda: jobs.idle)
    walk.operator.player.stop()
    picture = a_picture(chance)
    walk.operator.restart()  # where the window has been is not to be remembered
    for change in chance.sample([lambda: page.pictures.taken.emit(picture), lambda: choose(page, last)], 2):
        change()
        qtbot.waitUntil(lambda: jobs.idle)
    theme().set_look(scheme=chance.choice(["light", "dark"]))
    page.on_theme()
    qtbot.waitUntil(lambda: jobs.idle)
    page.resize(SIZE)
    fresh = make_page()
    fresh.restore_state(page.save_state())
    fresh.pictures.taken.emit(picture)
    choose(fresh, last)
    qtbot.waitUntil(lambda: jobs.idle)
    fresh.network.slices._go(*walk.slices._place)
    for stage in ("", *STAGES):  # first as it is: whatever is clicked is drawn anew
        for each in (page, fresh):
            if stage:
                each.network.stages.button(stage).click()
            each.network.maps.choose(walk.maps.chosen)  # as soon as there are any
            QApplication.processEvents()
            each.resize(SIZE)  # a window of its own grows for what needs more room, and does not shrink again
        assert_look_alike(walk, fresh.network)
