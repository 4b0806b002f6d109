"""What the command line says, word for word: tables, sentences and numbers of small networks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build

from .conftest import COLOURS

SPEED = r'\d[\d,.]* (pictures a second|s\b|ms)|"(seconds|images_per_second)": [\d.e-]+'


@pytest.fixture(scope="module")
def filters(tmp_path_factory) -> Path:
    """A network of six filters: one dead, two alike, and no two of the others of one norm."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        network = build("simple", 3, {"filters": 6})
    with torch.no_grad():
        first, head = (each for each in network.modules() if hasattr(each, "weight"))
        first.weight *= torch.linspace(0.5, 1.5, 6)[[2, 5, 0, 3, 1, 4]].view(6, 1, 1, 1)
        first.weight[1], first.bias[1] = 0, -1
        first.weight[4], first.bias[4] = first.weight[3], first.bias[3]
        head.weight *= 4
    card = ModelCard("simple", COLOURS, ChannelStats((90.0, 95.0, 100.0), (50.0,) * 3), {"filters": 6})
    path = tmp_path_factory.mktemp("said") / "filters.safetensors"
    save_snapshot(capture(network, card), path)
    return path


@pytest.fixture
def says(cli, stays_as_kept):
    """Fails unless a command line says what it said when that was last kept."""

    def compare(name: str, *arguments: object, code: int = 0) -> None:
        found = cli(*arguments)
        assert found.code == code, found.err
        out = found.out
        if "--json" in arguments:
            out = json.dumps(json.loads(out), indent=1, ensure_ascii=False) + "\n"
        stays_as_kept(
            f"{out}\n--- beside it ---\n{found.err}", name, SPEED, r"/\S*/(said|model|colours)\d+/", r"colours\d+"
        )

    return compare


@pytest.fixture
def pictures(tmp_path) -> Path:
    """Pictures in folders named after classes, one in another, one larger than it is seen, and one that is none."""
    folder = tmp_path / "pictures"
    for name, colour, size in (
        ("red/1.png", (200, 40, 30), (32, 32)), ("red/2.png", (40, 60, 190), (48, 40)),
        ("blue/3.png", (20, 60, 220), (32, 32)), ("blue/4.png", (100, 120, 110), (32, 32)),
        ("others/5.png", (30, 200, 40), (90, 60)), ("green/6.png", (30, 130, 120), (32, 32)),
    ):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, colour).save(folder / name)
    (folder / "green" / "broken.png").write_bytes(b"\x89PNG broken")
    return folder


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
def test_many_pictures(says, model, pictures, form) -> None:
    says(f"classify{form}", "classify", pictures, "--model", model, *([form] if form else []))


def test_one_picture_in_other_ways(says, model, pictures) -> None:
    asked = ("--crop", "whole", "--one-view", "--sure-from", "60", "--top", "2")
    says("classify-otherwise", "classify", pictures / "others" / "5.png", pictures / "red", "--model", model, *asked)


@pytest.mark.parametrize("form", ["", "--json"])
@pytest.mark.parametrize("more", ["", "--tta", "--robustness"])
def test_how_good_a_network_is(says, model, colours, form, more) -> None:
    asked = [each for each in (form, more) if each]
    says(f"evaluate{form}{more}", "evaluate", "--model", model, "--data", colours, "--split", "test", *asked)


@pytest.mark.parametrize("order", ["index", "norm", "similarity"])
@pytest.mark.parametrize("form", ["", "--json"])
def test_weights(says, filters, form, order) -> None:
    asked = ("--layer", "1", "--order", order, *([form] if form else []))
    says(f"weights-{order}{form}", "explain", "weights", filters, *asked)


@pytest.mark.parametrize("form", ["", "--json"])
def test_maps_and_top_pictures(says, filters, colours, form) -> None:
    more = [form] if form else []
    picture = colours / "test" / "red" / "0.png"
    says(f"maps{form}", "explain", "maps", filters, picture, "--layer", "1", *more)
    says(f"top{form}", "explain", "top", filters, "--data", colours, "--layer", "1", *more)


@pytest.mark.parametrize("method", ["occlusion", "grad_cam", "integrated_gradients"])
def test_attributions(says, filters, colours, method) -> None:
    picture = colours / "test" / "red" / "0.png"
    asked = ("--method", method, "--class", "blue")
    says(f"attribution-{method}", "explain", "attribution", filters, picture, *asked)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("no-layer", ("weights", "--layer", "9")), ("no-unit", ("weights", "--layer", "1", "--unit", "6")),
        ("no-picture", ("maps", "gone.png", "--layer", "1")), ("no-class", ("ideal", "--unit", "pink")),
    ],
)  # fmt: skip
def test_what_there_is_not(cli, stays_as_kept, filters, name, asked) -> None:
    kind, *more = asked
    found = cli("explain", kind, filters, *more)
    stays_as_kept(f"{found.code}\n{found.out}{found.err}", name, r"/\S*/said\d+/")
