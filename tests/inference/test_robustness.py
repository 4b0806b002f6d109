"""Accuracy on pictures that were made worse."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
import torch

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Split
from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.errors import Cancelled
from cifar_gui.inference import robustness as worse
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.evaluate import Evaluation, evaluate
from cifar_gui.inference.robustness import robustness


@pytest.fixture
def split(snapshot: ModelSnapshot, inputs: torch.Tensor) -> Split:
    """Labels are what the network says, so that it is always right on what is intact."""
    answers = Classifier(snapshot, six_views=False).classify_inputs(inputs).argmax(1)
    return Split("validation", inputs, answers, "fingerprint")


def test_every_way_and_strength_is_an_evaluation_of_changed_pictures(snapshot: ModelSnapshot, split: Split) -> None:
    told: list[str] = []
    found = robustness(snapshot, split, progress=lambda _share, doing: told.append(doing))
    assert (found.n, found.intact) == (20, 1.0)
    assert list(found.corrupted) == [each.name for each in CORRUPTIONS]
    for each in CORRUPTIONS[:2]:
        worse = dataclasses.replace(split, images=each.apply(split.images, 4))
        assert found.corrupted[each.name][3] == evaluate(snapshot, worse).accuracy
    in_turn = list(dict.fromkeys(told))
    assert len(in_turn) == 31
    assert in_turn[1] == "noise, 8 of 255"


def test_a_sample_is_enough(snapshot: ModelSnapshot, split: Split) -> None:
    labels = split.labels.clone()
    labels[10:] = (labels[10:] + 1) % 10  # what is not in the sample is wrong
    found = robustness(snapshot, dataclasses.replace(split, labels=labels), sample=10)
    assert (found.n, found.intact) == (10, 1.0)


def test_each_evaluation_is_as_exact_and_on_the_device_that_was_asked_for(
    snapshot: ModelSnapshot, split: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def note(*given: Any, progress: object, **how: object) -> Evaluation:
        asked.append(how)
        return evaluate(*given)

    monkeypatch.setattr(worse, "evaluate", note)
    exact = Precision("bf16")
    robustness(snapshot, split, sample=2, precision=exact, device="meta")
    assert asked == [{"precision": exact, "device": "meta"}] * 31


def test_it_can_be_cancelled(snapshot: ModelSnapshot, split: Split) -> None:
    def give_up(share: float, _doing: str) -> None:
        if share > 0:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        robustness(snapshot, split, progress=give_up)
