"""`Classifier`: a snapshot and a picture → an answer. One picture or thousands; every method may be called from any
thread, and several at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, nullcontext
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress
from cifar_gui.data.decode import Pixels
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import Picture, centre_crop, network_input, open_picture
from cifar_gui.errors import PictureError
from cifar_gui.inference.calibration import temperature
from cifar_gui.inference.forward import logits_of
from cifar_gui.inference.prediction import Crop, Prediction
from cifar_gui.inference.threads import one_core
from cifar_gui.inference.verdict import verdict
from cifar_gui.inference.views import six_view_logits_of

FIRST_BATCH, BATCH = 4, 32
"""Pictures of a folder that are computed together: few at first, so that answers appear at once, then twice as many
each time."""

FEW_VIEWS = 36
"""Up to so many views are computed on one core: quick enough when idle, and not much slower while a network trains."""

LOOK_AHEAD = 2 * BATCH
"""Pictures that may be decoded, or wait for it, before their turn. What is kept of each is 3 kB."""

DECODERS = min(4, os.cpu_count() or 1)
"""Threads that decode; each holds one picture in full."""


@dataclass(frozen=True, eq=False, slots=True)
class _Prepared:
    """A picture reduced to what the network needs, or the reason why there is none."""

    source: PictureSource
    pixels: Pixels | None
    crop: Crop | None
    error: PictureError | None


class Classifier:
    """Answers for pictures with one network, in float32, by six views or one. Building it takes as long as loading."""

    def __init__(self, snapshot: ModelSnapshot, *, six_views: bool = True) -> None:
        """Raises CheckpointError if the weights do not fit the network the card names."""
        self.snapshot = snapshot
        self.six_views = six_views
        self._precision = Precision()
        self._model = rebuild(snapshot).eval().to(memory_format=self._precision.memory_format)
        self._temperature = temperature(snapshot.card.calibration, six_views=six_views)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.snapshot.card.class_names

    def classify(self, picture: Picture, crop: Crop | None = None) -> Prediction:
        """The answer for a square of `picture`: `crop`, or the central one."""
        used = crop or centre_crop(picture.width, picture.height)
        return self.predict(torch.from_numpy(network_input(picture, used)[None]), [used])[0]

    def predict(self, inputs: Tensor, crops: Sequence[Crop | None] | None = None) -> list[Prediction]:
        """Answers for network inputs, uint8 (N, 3, 32, 32); `crops` says which part of a picture each was."""
        logits = self.logits(inputs)
        probabilities = torch.softmax(logits, 1).tolist()
        familiarity = torch.logsumexp(logits, 1).tolist()
        return [
            Prediction(
                class_names=self.class_names,
                probabilities=tuple(row),
                verdict=verdict(self.class_names, row),
                familiarity=energy,
                crop=crop,
                views=6 if self.six_views else 1,
            )
            for row, energy, crop in zip(probabilities, familiarity, crops or [None] * len(inputs), strict=True)
        ]

    def classify_inputs(self, inputs: Tensor) -> Tensor:
        """uint8 (N, 3, 32, 32) → calibrated probabilities, float32 (N, classes)."""
        return torch.softmax(self.logits(inputs), 1)

    def logits(self, inputs: Tensor) -> Tensor:
        """uint8 (N, 3, 32, 32) → calibrated logits, float32 (N, classes), the mean over the views."""
        forward = six_view_logits_of if self.six_views else logits_of
        views = len(inputs) * (6 if self.six_views else 1)
        with torch.inference_mode(), one_core() if views <= FEW_VIEWS else nullcontext():
            parts = list(forward(self._model, inputs, self.snapshot.card.stats, self._precision))
        logits = torch.cat(parts) if parts else torch.zeros(0, len(self.class_names))
        return logits / self._temperature

    def classify_many(
        self, sources: Iterable[PictureSource], progress: Progress | None = None
    ) -> Generator[tuple[PictureSource, Prediction | PictureError], None, None]:
        """Answers in the order of `sources`; for a picture that cannot be read, the reason, and the others go on.

        Decodes in a small pool, a bounded number of pictures ahead. Close the generator, or raise Cancelled in
        `progress`, to give up: pictures not yet begun are dropped.
        """
        total = len(sources) if isinstance(sources, Sequence) else 0
        done, size = 0, FIRST_BATCH
        with closing(_prepared(sources)) as prepared:
            while batch := list(islice(prepared, size)):
                yield from self._answers(batch)
                done, size = done + len(batch), min(2 * size, BATCH)
                if progress is not None:
                    progress(done / total if total else 0.0, f"{done:,} pictures classified")

    def _answers(self, batch: list[_Prepared]) -> list[tuple[PictureSource, Prediction | PictureError]]:
        readable = [each for each in batch if each.pixels is not None]
        answers: Iterator[Prediction] = iter(())
        if readable:
            inputs = torch.from_numpy(np.stack([each.pixels for each in readable if each.pixels is not None]))
            answers = iter(self.predict(inputs, [each.crop for each in readable]))
        return [(each.source, each.error or next(answers)) for each in batch]


def _prepared(sources: Iterable[PictureSource]) -> Generator[_Prepared, None, None]:
    """Every picture in order, decoded by a pool that works a bounded number of pictures ahead of the consumer."""
    pool = ThreadPoolExecutor(DECODERS, thread_name_prefix="decode")
    waiting: deque[Future[_Prepared]] = deque()
    remaining = iter(sources)
    try:
        waiting.extend(pool.submit(_prepare, source) for source in islice(remaining, LOOK_AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_prepare, source) for source in islice(remaining, 1))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare(source: PictureSource) -> _Prepared:
    """Runs in the pool: decode one picture and keep only what the network sees of it."""
    try:
        picture = open_picture(source)
    except PictureError as error:
        return _Prepared(source, None, None, error)
    crop = centre_crop(picture.width, picture.height)
    return _Prepared(source, network_input(picture, crop), crop, None)
