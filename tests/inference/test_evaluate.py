"""Evaluation against figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Split
from cifar_gui.data.preprocess import standardise
from cifar_gui.errors import Cancelled, DataError
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.evaluate import ClassScore, class_scores, confusion_matrix, evaluate, wilson_interval
from cifar_gui.inference.reliability import calibration_error, reliability


@pytest.fixture
def split(snapshot: ModelSnapshot, inputs: torch.Tensor) -> Split:
    """Half of the labels are what the network says, the others are one further."""
    answers = Classifier(snapshot, six_views=False).classify_inputs(inputs).argmax(1)
    labels = torch.where(torch.arange(len(inputs)) % 2 == 0, answers, (answers + 1) % 10)
    return Split("validation", inputs, labels, "fingerprint")


def test_figures_are_those_of_a_plain_count(snapshot: ModelSnapshot, split: Split) -> None:
    found = evaluate(snapshot, split)
    with torch.inference_mode():
        logits = rebuild(snapshot)(standardise(split.images, snapshot.card.stats))
    answers, labels = logits.argmax(1).tolist(), split.labels.tolist()
    pairs = list(zip(labels, answers, strict=True))
    assert (found.accuracy, found.n, found.views) == (0.5, 20, 1)
    assert found.interval == pytest.approx((0.2993, 0.7007), abs=1e-4)
    assert found.loss == pytest.approx(float(F.cross_entropy(logits, split.labels)), abs=1e-5)
    for row in range(10):
        for column in range(10):
            assert found.confusion[row][column] == pairs.count((row, column))
    for number, name in enumerate(snapshot.card.class_names):
        right, called, true = pairs.count((number, number)), answers.count(number), labels.count(number)
        score = found.per_class[name]
        assert score == ClassScore(right / called if called else None, right / true if true else None, true)
    assert found.probabilities is None
    assert found.images_per_second == pytest.approx(20 / found.seconds)


def test_the_calibration_error_is_told_with_the_calibration_and_without(snapshot: ModelSnapshot, split: Split) -> None:
    warm = ModelSnapshot(replace(snapshot.card, calibration={"temperature": 0.7, "smoothing": 0.2}), snapshot.weights)
    found = evaluate(warm, split, keep_probabilities=True)
    plain = evaluate(ModelSnapshot(replace(snapshot.card, calibration={}), snapshot.weights), split)
    assert found.probabilities is not None
    said = found.probabilities.max(1)
    expected = calibration_error(reliability(said.values, said.indices == split.labels))
    assert found.calibration_error == pytest.approx(expected, abs=1e-6)
    assert found.uncalibrated_error == plain.uncalibrated_error == plain.calibration_error != found.calibration_error


@pytest.mark.parametrize("six_views", [False, True])
def test_kept_probabilities_are_what_the_classifier_answers(
    snapshot: ModelSnapshot, split: Split, six_views: bool
) -> None:
    found = evaluate(snapshot, split, six_views=six_views, keep_probabilities=True)
    expected = Classifier(snapshot, six_views=six_views).classify_inputs(split.images)
    assert found.probabilities is not None
    assert torch.allclose(found.probabilities, expected, atol=1e-5)
    assert found.views == (6 if six_views else 1)


def test_precision_and_recall_of_a_small_matrix() -> None:
    confusion = confusion_matrix(torch.tensor([0, 0, 1, 1, 1]), torch.tensor([0, 1, 1, 1, 2]), 3)
    assert confusion.tolist() == [[1, 0, 0], [1, 2, 0], [0, 1, 0]]
    assert class_scores(confusion, ("a", "b", "c")) == {
        "a": ClassScore(0.5, 1.0, 1),
        "b": ClassScore(2 / 3, 2 / 3, 3),
        "c": ClassScore(None, 0.0, 1),
    }


@pytest.mark.parametrize(
    ("right", "n", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),  # Newcombe 1998, Statistics in Medicine 17, table I: the score method
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (29, 29, (0.8830, 1.0)),
        (9400, 10_000, (0.9352, 0.9445)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_intervals_are_wilsons(right: int, n: int, expected: tuple[float, float]) -> None:
    assert wilson_interval(right, n) == pytest.approx(expected, abs=1e-4)


def test_progress_counts_up_and_may_cancel(snapshot: ModelSnapshot, split: Split) -> None:
    shares: list[float] = []
    evaluate(snapshot, split, progress=lambda share, _text: shares.append(share))
    assert shares[-1] == 1

    def give_up(_share: float, _text: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        evaluate(snapshot, split, progress=give_up)


@pytest.mark.parametrize(
    ("change", "expected"),
    [("empty", "no pictures in the validation split"), ("labels", "more classes than the 10"), ("names", "3 classes")],
)
def test_what_does_not_fit_is_refused(snapshot: ModelSnapshot, split: Split, change: str, expected: str) -> None:
    names = ("cat", "dog", "cow") if change == "names" else None
    if change == "empty":
        split = Split("validation", split.images[:0], split.labels[:0], "")
    if change == "labels":
        split = Split("validation", split.images, torch.where(split.labels == split.labels.max(), 10, split.labels), "")
    with pytest.raises(DataError, match=expected):
        evaluate(snapshot, split, class_names=names)


def test_names_that_agree_are_accepted(snapshot: ModelSnapshot, split: Split) -> None:
    assert evaluate(snapshot, split, class_names=list(snapshot.card.class_names)).n == 20


def test_another_precision_is_used_when_asked_for(snapshot: ModelSnapshot, split: Split) -> None:
    exact, half = (evaluate(snapshot, split, precision=Precision(name)).loss for name in ("float32", "bfloat16"))
    assert half != exact
    assert half == pytest.approx(exact, rel=0.1)
