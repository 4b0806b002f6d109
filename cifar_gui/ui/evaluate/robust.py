"""How much networks still recognise of pictures that have been made worse: asking, and saying it. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.device import choose_device
from cifar_gui.data.base import Progress, Split
from cifar_gui.data.corruptions import CORRUPTIONS, Corruption
from cifar_gui.errors import DataError
from cifar_gui.inference.evaluate import evaluate, other_classes
from cifar_gui.inference.robustness import SAMPLE, Robustness, robustness
from cifar_gui.ui.evaluate.outcome import Outcome, Question
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import modest_percent, percent

Key = tuple[str, str]
"""Of a result: the digest of what the network computes, and the fingerprint of the pictures."""

LABELS = {each.name: each.label.lower() if each.label != "JPEG" else each.label for each in CORRUPTIONS}
"""The ways to make pictures worse, as they are called within a sentence."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One network, and what came of it."""

    key: Key
    model: str  # as the chooser calls it
    found: Robustness

    def curve(self, way: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Strengths from 0, which is intact, and accuracies, 0–1."""
        accuracies = [self.found.intact, *self.found.corrupted[way]]
        return np.arange(len(accuracies), dtype=np.float64), np.array(accuracies)


@dataclass(frozen=True, slots=True)
class SecondFile:
    """Another network that is to be asked, too."""

    path: Path
    model: str


def key_of(question: Question) -> Key:
    """Of what this network does with these pictures. Hashes the weights once: quick where that has been done."""
    return question.snapshot.function_digest, question.pictures.fingerprint


def measuring(
    question: Question, second: SecondFile | None, known: Mapping[Key, Measured]
) -> Callable[[Progress], list[Measured]]:
    """Work for a worker: what is not known yet of the network and of the second one. Raises CifarGuiError."""

    def work(progress: Progress) -> list[Measured]:
        asked = [(question.snapshot, question.model)]
        if second is not None:
            asked.append((_of_the_same_classes(second, question), second.model))
        keys = [(snapshot.function_digest, question.pictures.fingerprint) for snapshot, _model in asked]
        missing = [each for each, key in enumerate(keys) if key not in known]
        found = []
        for place, (snapshot, model) in enumerate(asked):
            if place in missing:
                part = _part(progress, missing.index(place), len(missing), model)
                answer = robustness(snapshot, question.pictures, progress=part, device=choose_device("auto").device)
            else:
                answer = known[keys[place]].found
            found.append(Measured(keys[place], model, answer))
        return found

    return work


def _of_the_same_classes(second: SecondFile, question: Question) -> ModelSnapshot:
    """What it gave for pictures of other classes would look like accuracies, and be none: said before anybody waits."""
    snapshot = load_snapshot(second.path)
    if problem := other_classes(snapshot.card.class_names, question.data.class_names):
        raise DataError(f"{second.model} cannot be asked about these pictures. {problem}")
    return snapshot


def _part(progress: Progress, part: int, parts: int, model: str) -> Progress:
    """The progress of one of several."""
    return lambda share, doing: progress((part + share) / parts, f"{model}: {doing}")


@dataclass(frozen=True, eq=False, slots=True)
class Example:
    """A picture, intact or worse, and what the network says of it."""

    pixels: NDArray[np.uint8]  # (32, 32, 3)
    strength: str  # "intact", "12°"
    answer: str  # "cat"
    sure: str  # "93 %"
    right: bool

    @property
    def words(self) -> str:
        return f"{self.strength}: {self.answer} {self.sure}, {'right' if self.right else 'wrong'}"


Examples = dict[str, list[Example]]
"""Name of the way → the picture intact and at the strengths 1–5."""


def examples(question: Question, number: int) -> Examples:
    """One of the pictures that are looked at, in every way and strength, and what the network says of it."""
    some = question.pictures.some(SAMPLE)
    place = number % len(some)
    picture, label = some.images[place : place + 1], int(some.labels[place])
    worse = [each.apply(picture, strength) for each in CORRUPTIONS for strength in _strengths(each)]
    images = torch.cat([picture, *worse])
    pictures = Split(some.name, images, torch.full((len(images),), label), "")
    answered = evaluate(question.snapshot, pictures, keep_probabilities=True, class_names=question.data.class_names)
    assert answered.probabilities is not None  # they were asked for
    said = [
        (answered.class_names[int(answer)], float(sure), int(answer) == label)
        for sure, answer in zip(*answered.probabilities.max(1), strict=True)
    ]

    def example(at: int, strength: str) -> Example:
        name, sure, right = said[at]
        pixels = np.ascontiguousarray(images[at].permute(1, 2, 0).numpy())
        return Example(pixels, strength, name, modest_percent(sure), right)

    shown: Examples = {}
    at = 1
    for each in CORRUPTIONS:
        row = [example(0, "intact")]
        for strength in _strengths(each):
            row.append(example(at, each.words(strength)))
            at += 1
        shown[each.name] = row
    return shown


def _strengths(corruption: Corruption) -> range:
    return range(1, len(corruption.amounts) + 1)


def sample_words(outcome: Outcome) -> str:
    """Which pictures are looked at."""
    count, split = len(outcome.question.pictures), outcome.question.split
    if count <= SAMPLE:
        return f"On all {count:,} {split} pictures."
    return f"On {SAMPLE:,} of the {count:,} {split} pictures, always the same."


def loss_words(measured: Measured) -> str:
    """By what a network loses most and least, if it loses anything."""
    found = measured.found
    ends = {name: values[-1] for name, values in found.corrupted.items()}
    worst, best = min(ends, key=ends.__getitem__), max(ends, key=ends.__getitem__)
    if ends[worst] >= found.intact:  # it guesses, or the pictures are few
        least = f"{percent(ends[worst])} or more are left of {percent(found.intact)}, whatever is done"
        return f"{measured.model} loses nothing: {least}. {percent(_mean(found))} on average."
    lost = f"{percent(found.intact)} → {percent(ends[worst])} at the strongest"
    return (
        f"{measured.model} loses most by {LABELS[worst]}: {lost}; least by {LABELS[best]}: {percent(ends[best])} are "
        f"left. {percent(_mean(found))} on average."
    )


def comparison_words(first: Measured, second: Measured) -> str:
    """Two networks that have been asked about the same pictures."""
    better = [
        LABELS[name]
        for name in first.found.corrupted
        if sum(second.found.corrupted[name]) > sum(first.found.corrupted[name])
    ]
    what = _listed(better) if better else "nothing"
    return f"{second.model}: {percent(_mean(second.found))} on average, bears {what} better."


def _mean(found: Robustness) -> float:
    values = [value for row in found.corrupted.values() for value in row]
    return sum(values) / len(values)


def _listed(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def as_csv(measured: Sequence[Measured]) -> str:
    """One row for each network, way and strength, in full precision; strength 0 is intact."""
    rows: list[Sequence[object]] = [["network", "way", "strength", "amount", "accuracy", "pictures"]]
    for each in measured:
        rows.append([each.model, "intact", 0, "", each.found.intact, each.found.n])
        for corruption in CORRUPTIONS:
            for strength, accuracy in enumerate(each.found.corrupted[corruption.name], start=1):
                amount = corruption.words(strength)
                rows.append([each.model, corruption.name, strength, amount, accuracy, each.found.n])
    return csv_text(rows)
