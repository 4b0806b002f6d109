"""What the Convolution page says, word for word, of one operator and of the walk through a whole network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cifar_gui.ui.convolution.pictures import SmallPicture
from cifar_gui.ui.convolution.stages import STAGES

from .test_walk_ways import choose, network

PICTURE = SmallPicture(np.random.default_rng(5).integers(0, 256, (3, 32, 32)).astype(np.uint8), "one.png", "dog")
CLASSES = ("cat", "dog", "frog", "ship")


def test_as_it_opens(page, stays_said):
    stays_said(page, "opens")


def test_another_place_stride_and_padding(page, stays_said):
    page.show_setup(replace(page.setup, stride=2, padding=1, bias=0.5, activation="relu", pooling="max"))
    page.operator.go((1, 2))
    stays_said(page, "stride-padding")


def test_a_picture_in_colour(page, stays_said):
    page.pictures.taken.emit(PICTURE)
    page.input_panel.channels.button("rgb").click()
    page.operator.go((3, 1))
    stays_said(page, "in-colour")


@pytest.mark.parametrize("lesson", range(8))
def test_each_step_of_the_tour(page, stays_said, lesson):
    page.begin_tour()
    for _ in range(lesson):
        page.guide.next.click()
    stays_said(page, f"tour-{lesson + 1}")


@pytest.mark.parametrize("stage", range(len(STAGES)))
def test_each_stage_of_the_walk(page, qtbot, stays_said, stage):
    choose(page, network(1, CLASSES, 4))
    page.pictures.taken.emit(PICTURE)
    page.views.button("network").click()
    qtbot.waitUntil(lambda: page.network.walk is not None and page.context.jobs.idle)
    page.network.stages.button(STAGES[stage]).click()
    stays_said(page, f"walk-{stage + 1}")
