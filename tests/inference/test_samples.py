"""The drawings that come with the app: there for every class, drawn from their sources, and recognised."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from cifar_gui import paths
from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.checkpoint.shipped import default_shipped
from cifar_gui.data.picture import PictureSource, picture_files
from cifar_gui.data.preprocess import open_picture
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.prediction import Prediction

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
SAMPLES = paths.resources() / "samples"


def test_there_is_a_drawing_and_a_picture_of_every_class() -> None:
    assert tuple(path.stem for path in picture_files(SAMPLES)) == CLASSES
    assert {path.stem for path in SAMPLES.glob("*.svg")} == set(CLASSES)


@pytest.mark.parametrize("name", CLASSES)
def test_a_picture_is_what_its_source_draws(name: str, tmp_path: Path, qtbot: QtBot) -> None:
    render = runpy.run_path(str(Path(__file__).parents[1] / "render_samples.py"))["render"]
    render(SAMPLES / f"{name}.svg", tmp_path / "drawn.png")
    drawn, kept = (open_picture(PictureSource.from_path(path)) for path in (tmp_path / "drawn.png", sample(name)))
    assert (kept.width, kept.height) == (256, 256)
    difference = np.abs(drawn.pixels.astype(int) - kept.pixels)
    assert difference.mean() < 2  # other versions of Qt may smooth edges a little differently


def test_the_shipped_network_recognises_at_least_eight() -> None:
    model = default_shipped()
    assert model is not None
    classifier = Classifier(load_snapshot(model))
    answers = dict(classifier.classify_many([PictureSource.from_path(sample(name)) for name in CLASSES]))
    right = [
        source.path.stem
        for source, answer in answers.items()
        if source.path and isinstance(answer, Prediction) and answer.label == source.path.stem
        if answer.verdict.confidence == "confident"
    ]
    assert len(right) >= 8, f"only {', '.join(right)}"


def sample(name: str) -> Path:
    return SAMPLES / f"{name}.png"
