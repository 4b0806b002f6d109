"""What the Filters page says, word for word, of a network whose units are known."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build
from cifar_gui.ui.filters.material import Subject
from cifar_gui.ui.filters.page import FiltersPage

pytestmark = pytest.mark.usefixtures("nothing_is_kept")

NAMES = ("bright", "dark", "striped")


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    """Its second filter is dead, its fourth the negative of its third, its sixth the same as its fifth."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = build("simple", 3)
    with torch.no_grad():
        convolution = next(each for each in model.modules() if isinstance(each, torch.nn.Conv2d))
        convolution.weight[1] = 0
        convolution.bias[1] = -1
        convolution.weight[3] = -convolution.weight[2]
        convolution.weight[5], convolution.bias[5] = convolution.weight[4], convolution.bias[4]
    stats = ChannelStats((129.0, 127.0, 130.0), (60.0, 61.0, 62.0))
    path = tmp_path_factory.mktemp("said") / "known.safetensors"
    save_snapshot(capture(model, ModelCard("simple", NAMES, stats, title="Known")), path)
    return path


@pytest.fixture
def page(window, qtbot, network, tiny_data) -> FiltersPage:
    """With the network, the data and one picture of it."""
    page = window.show_page("filters")
    window.resize(1500, 1000)
    window.context.data.adopt("tiny", tiny_data)
    window.context.models.choose_file(network)
    qtbot.waitUntil(lambda: window.context.models.loaded is not None)
    settle(page, qtbot)
    page.material._show(Subject(tiny_data.split("validation").images[2].numpy(), "Tiny, validation picture 2"))
    settle(page, qtbot)
    return page


def settle(page: FiltersPage, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle and not page._pace._timer.isActive())


def look_at(page: FiltersPage, qtbot, layer: int, view: str, unit: int) -> None:
    page.layers.setCurrentRow(layer)
    settle(page, qtbot)
    page.grid_panel.view_choice.button(view).click()
    settle(page, qtbot)
    page.grid_panel.grid.choose(unit)
    settle(page, qtbot)


@pytest.mark.parametrize("view", ["weights", "maps", "top"])
@pytest.mark.parametrize(("layer", "unit"), [(0, 0), (0, 1), (0, 5), (1, 2)])
def test_what_is_said_of_a_unit(page, qtbot, stays_said, view, layer, unit) -> None:
    look_at(page, qtbot, layer, view, unit)
    stays_said(page, f"{view}-{layer}-{unit}")


def test_what_is_said_of_the_pictures_that_excite_a_unit_and_of_what_it_is_for(page, qtbot, stays_said) -> None:
    look_at(page, qtbot, 0, "weights", 2)
    page.detail.tops.button.click()
    settle(page, qtbot)
    page.detail.switch_off.button.click()
    settle(page, qtbot)
    stays_said(page.detail, "tops-and-switched-off")
