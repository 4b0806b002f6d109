"""Pictures and a small network for tests of the pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@pytest.fixture(scope="session")
def decided_snapshot() -> ModelSnapshot:
    """A network that has learned nothing but is sure of everything: its answer depends on the picture."""
    import torch

    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build

    torch.manual_seed(5)
    model = build("simple", len(CLASSES))
    with torch.no_grad():
        for parameter in list(model.parameters())[-2:]:
            parameter.mul_(30)
    return capture(model, ModelCard("simple", CLASSES, CENTRED, title="Decided"))


@pytest.fixture(scope="session")
def decided_model(decided_snapshot: ModelSnapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network in a file."""
    from cifar_gui.checkpoint.files import save_snapshot

    path = tmp_path_factory.mktemp("models") / "decided.safetensors"
    save_snapshot(decided_snapshot, path)
    return path


@pytest.fixture
def no_shipped_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be asked for before `window`: it then has no network until a test chooses one."""
    from cifar_gui.checkpoint import shipped

    monkeypatch.setattr(shipped, "shipped_models", list)
    monkeypatch.setattr(shipped, "default_shipped", lambda: None)


@pytest.fixture
def make_picture(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture of one colour with a darker right half, so that crops of it differ."""

    def make(name: str = "picture.png", size: tuple[int, int] = (80, 60), colour: str = "orange") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", size, colour)
        picture.paste("navy", (size[0] // 2, 0, size[0], size[1]))
        picture.save(path)
        return path

    return make
