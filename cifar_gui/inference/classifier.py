"""`Classifier`: a snapshot and a picture → an answer. One picture or thousands; every method may be called from any
thread, and several at a time."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, islice

import numpy as np
import torch
from torch import Tensor

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import Progress
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import Picture, network_input, open_picture
from cifar_gui.errors import PictureError
from cifar_gui.inference.prediction import Crop, Prediction
from cifar_gui.inference.proposals import SQUARES, Way, deciding, proposals
from cifar_gui.inference.quickest import quickest
from cifar_gui.inference.sight import Seen, Sight
from cifar_gui.inference.verdict import verdict, voters

FIRST_BATCH, BATCH = 4, 32
"""Pictures of a folder that are computed together: few at first, so that answers appear at once, then twice as many
each time."""

MANY = 400
"""From so many squares and views on, it is worth a second to find out how they are looked at quickest: some 70 pictures
with one square each, or 20 photos. Twice found out, it is known."""

LOOK_AHEAD = 2 * BATCH
"""Pictures that may be decoded, or wait for it, before their turn. What is kept of each is 3 kB a square."""

DECODERS = min(4, os.cpu_count() or 1)
"""Threads that decode; each holds one picture in full."""


@dataclass(frozen=True, eq=False, slots=True)
class _Squares:
    """Where to look in a picture, and what the network sees there."""

    places: Sequence[Crop | None]
    inputs: Tensor  # uint8 (places, 3, 32, 32)


@dataclass(frozen=True, eq=False, slots=True)
class _Prepared:
    """A picture reduced to what the network needs, or the reason why there is none."""

    source: PictureSource
    found: _Squares | PictureError


class Classifier:
    """Answers for pictures with one network, by six views or one. Building it takes as long as loading."""

    def __init__(self, snapshot: ModelSnapshot, *, six_views: bool = True) -> None:
        """Raises CheckpointError if the weights do not fit the network the card names."""
        self.snapshot = snapshot
        self.six_views = six_views
        self._sight = Sight(snapshot)

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.snapshot.card.class_names

    def classify(self, picture: Picture, crop: Crop | None = None) -> Prediction:
        """The answer for a square of `picture`: `crop`, or those of its squares that look most familiar."""
        places = [crop] if crop is not None else proposals(picture.width, picture.height)
        return self._decided([_squares(picture, places)])[0]

    def predict(self, inputs: Tensor, crops: Sequence[Crop | None] | None = None) -> list[Prediction]:
        """Answers for network inputs, uint8 (N, 3, 32, 32); `crops` says which part of a picture each was."""
        places = crops or [None] * len(inputs)
        return self._decided([_Squares([places[n]], inputs[n : n + 1]) for n in range(len(inputs))])

    def classify_inputs(self, inputs: Tensor) -> Tensor:
        """uint8 (N, 3, 32, 32) → calibrated probabilities, float32 (N, classes)."""
        return self._sight.see(inputs, self._views(1)).probabilities

    def logits(self, inputs: Tensor) -> Tensor:
        """uint8 (N, 3, 32, 32) → calibrated logits, float32 (N, classes), the mean over the views."""
        return self._sight.see(inputs, self._views(1)).logits

    def classify_many(
        self, sources: Iterable[PictureSource], progress: Progress | None = None, way: Way = "proposed"
    ) -> Generator[tuple[PictureSource, Prediction | PictureError], None, None]:
        """Answers in the order of `sources`; for a picture that cannot be read, the reason, and the others go on.

        `way`: where to look in each. After `MANY` looks it goes on in the precision that is quickest here. Decodes in
        a small pool, a bounded number of pictures ahead. Close the generator, or raise Cancelled in `progress`, to give
        up: pictures not yet begun are dropped.
        """
        total = len(sources) if isinstance(sources, Sequence) else 0
        done, looks, size, precision = 0, 0, FIRST_BATCH, None
        with closing(_prepared(sources, way)) as prepared:
            while batch := list(islice(prepared, size)):
                if looks >= MANY and precision is None:
                    precision = self._quickest(batch)
                yield from self._answers(batch, precision)
                looks += sum(self._looks(each.found) for each in batch if isinstance(each.found, _Squares))
                done, size = done + len(batch), min(2 * size, BATCH)
                if progress is not None:
                    progress(done / total if total else 0.0, f"{done:,} pictures classified")

    def _answers(
        self, batch: list[_Prepared], precision: Precision | None
    ) -> list[tuple[PictureSource, Prediction | PictureError]]:
        answers = iter(self._decided([each.found for each in batch if isinstance(each.found, _Squares)], precision))
        return [(each.source, next(answers) if isinstance(each.found, _Squares) else each.found) for each in batch]

    def _quickest(self, batch: list[_Prepared]) -> Precision | None:
        """In which precision pictures are answered quickest and right, tried with some; None if none is readable."""
        readable = [each.found.inputs for each in batch if isinstance(each.found, _Squares)]
        return quickest(self.snapshot, torch.cat(readable)) if readable else None

    def _views(self, squares: int) -> int:
        """In how many views each of so many squares is looked at: several squares are views of a kind themselves."""
        return 1 if not self.six_views else 6 if squares == 1 else 2

    def _looks(self, squares: _Squares) -> int:
        """How often the network looks at a picture, but for the few squares that decide."""
        count = len(squares.places)
        return count if count > 1 else self._views(1)

    def _decided(self, pictures: Sequence[_Squares], precision: Precision | None = None) -> list[Prediction]:
        """One answer for each picture. Those that are looked at in as many views are computed together."""
        answers: dict[int, Prediction] = {}
        for views in (1, 2, 6):
            group = [n for n, each in enumerate(pictures) if self._views(len(each.places)) == views]
            if group:
                found = self._together([pictures[n] for n in group], views, precision)
                answers |= dict(zip(group, found, strict=True))
        return [answers[n] for n in range(len(pictures))]

    def _together(self, pictures: Sequence[_Squares], views: int, precision: Precision | None) -> list[Prediction]:
        """One answer for each picture. Where there is a choice of squares, all are looked at as they are, and in the
        other views only those that decide, the ones that look most familiar."""
        counts = [len(each.places) for each in pictures]
        inputs = torch.cat([each.inputs for each in pictures])
        values = self._sight.look(inputs, slice(1 if max(counts) > 1 else views), precision)
        glances = self._sight.understood(values, several=views > 1).parts(counts)
        kept = [deciding(each.familiarity.tolist()) for each in glances]
        starts = accumulate(counts, initial=0)
        rows = torch.tensor([start + place for start, places in zip(starts, kept, strict=False) for place in places])
        values = values[:, rows]
        if len(values) < views:
            values = torch.cat([values, self._sight.look(inputs[rows], slice(len(values), views), precision)])
        parts = self._sight.understood(values, several=views > 1).parts([len(places) for places in kept])
        return [
            self._answer([each.places[place] for place in places], part)
            for each, places, part in zip(pictures, kept, parts, strict=True)
        ]

    def _answer(self, places: Sequence[Crop | None], seen: Seen) -> Prediction:
        """What the squares that decide say: the mean of their probabilities. Shown is that one of them that is surest
        of the answer."""
        each = seen.probabilities
        shares = each.mean(0)
        familiarity = float(seen.familiarity.mean())
        favourites = seen.favourites[0] if len(places) == 1 else each.argmax(1)
        votes = tuple(torch.bincount(favourites, minlength=len(self.class_names)).tolist())
        standing = self._sight.standing(familiarity)
        return Prediction(
            class_names=self.class_names,
            probabilities=tuple(shares.tolist()),
            verdict=verdict(self.class_names, shares.tolist(), standing, votes, of=voters(len(places))),
            familiarity=familiarity,
            crop=places[int(each[:, int(shares.argmax())].argmax())],
            views=seen.favourites.shape[1],
            crops=len(places),
            standing=standing,
            votes=votes,
        )


def _prepared(sources: Iterable[PictureSource], way: Way) -> Generator[_Prepared, None, None]:
    """Every picture in order, decoded by a pool that works a bounded number of pictures ahead of the consumer."""
    pool = ThreadPoolExecutor(DECODERS, thread_name_prefix="decode")
    waiting: deque[Future[_Prepared]] = deque()
    remaining = iter(sources)
    try:
        waiting.extend(pool.submit(_prepare, source, way) for source in islice(remaining, LOOK_AHEAD))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(_prepare, source, way) for source in islice(remaining, 1))
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _prepare(source: PictureSource, way: Way) -> _Prepared:
    """Runs in the pool: decode one picture and keep only what the network sees of it."""
    try:
        picture = open_picture(source)
        return _Prepared(source, _squares(picture, SQUARES[way](picture.width, picture.height)))
    except PictureError as error:
        return _Prepared(source, error)


def _squares(picture: Picture, places: Sequence[Crop]) -> _Squares:
    return _Squares(places, torch.from_numpy(np.stack([network_input(picture, crop) for crop in places])))
