"""Three colours to tell apart, and a network that knows them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cifar_gui.__main__ import main
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.cli import signals
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe

COLOURS = ("blue", "green", "red")


@dataclass(frozen=True)
class Outcome:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are not run in the repository."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signals that tests send to their own process do not end it, however busy the machine is."""
    monkeypatch.setattr(signals, "PATIENCE", 600)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command line in this process."""

    def run(*arguments: object) -> Outcome:
        capfd.readouterr()
        try:
            code = main([str(each) for each in arguments])
        except SystemExit as exit:
            code = int(exit.code or 0)
        return Outcome(code, *capfd.readouterr())

    return run


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image folder of three classes, each picture mostly of one colour: 20 to train on and 8 to test, of each."""
    folder = tmp_path_factory.mktemp("colours")
    random = np.random.default_rng(0)
    for part, count in (("train", 20), ("test", 8)):
        for channel, name in zip((2, 1, 0), COLOURS, strict=True):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(0, 100, (32, 32, 3), dtype=np.uint8)
                pixels[..., channel] += 120
                Image.fromarray(pixels).save(folder / part / name / f"{number}.png")
    return folder


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file of a network that answers with the colour a picture has most of."""
    network = build("mlp", 3, {"hidden": 3})
    first, second = (layer for layer in network.modules() if isinstance(layer, torch.nn.Linear))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        second.weight += torch.eye(3)
        for unit, channel in enumerate((2, 1, 0)):
            first.weight[unit, 1024 * channel : 1024 * (channel + 1)] = 4 / 1024  # four times the channel's mean
    stats = ChannelStats((80.0,) * 3, (60.0,) * 3)
    card = ModelCard("mlp", COLOURS, stats, network_settings={"hidden": 3}, recipe=Recipe(network="mlp"))
    path = tmp_path_factory.mktemp("model") / "colours.safetensors"
    save_snapshot(capture(network, card), path)
    return path


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command line in a process of its own, pipes attached. It does not outlive the test."""
    with ExitStack() as started:

        def start(*arguments: object, **more: Any) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "cifar_gui", *map(str, arguments)],
                stdin=more.pop("stdin", subprocess.DEVNULL),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                **more,
            )
            started.enter_context(process)
            started.callback(process.kill)  # before the context waits for its end; harmless if it has ended
            return process

        yield start
