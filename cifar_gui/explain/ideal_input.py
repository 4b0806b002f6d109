"""The picture that a unit, or a class, would like to see: found by climbing, from grey, along its own gradient.

After Yosinski et al. 2015, "Understanding Neural Networks Through Deep Visualization" (arXiv 1506.06579), and Olah et
al. 2017, "Feature Visualization": steps of one size, a picture that is shifted a little before each (jitter), blurred
now and then, and pulled towards grey all the time (decay), so that what remains is what the network keeps asking for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import IMAGE_SIZE, Progress, no_progress
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.arrange import units_in_order
from cifar_gui.explain.base import EXPLAINERS, ImageGrid, Request
from cifar_gui.explain.kept import Kept
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Response, maps_at, response_of
from cifar_gui.inference.calibration import temperature
from cifar_gui.inference.threads import one_core
from cifar_gui.words import modest_percent

STEPS = 64
STATES = (0, 4, 10, 20, 40, 64)
"""After how many steps a picture is kept, to show how it forms."""

_PORTION = 64
"""Units that are worked on together."""

_SIDES = (8, 12, 16, 20, 24)
"""Pictures smaller than the usual ones, for what sees little: the rest would be worked out for nothing."""

_FEW = 16
"""So many are too few to be shared out among cores."""

_CALMED = 8
"""Units that see less than so many pixels are shown what they ask for as it is: there is no room for noise."""

_TOGETHER = ((1.0, 0.6, 0.4), (0.6, 1.0, 0.6), (0.4, 0.6, 1.0))
"""How much red, green and blue of photos have in common, about."""

_RATE = 16.0
"""How far a step moves the picture, root mean square, in grey levels of 255; it falls to a quarter of that."""
_DECAY = 0.01
_BLUR_EVERY = 4
_JITTER = 2
_GREY = 128.0
_CONTRAST = 60.0
"""How far from grey the pixels of a photo are, root mean square: those of CIFAR-10."""


@dataclass(frozen=True, eq=False, slots=True)
class Ideals:
    """Ideal inputs of some units, as they form."""

    units: tuple[int, ...]
    states: NDArray[np.uint8]  # (states, units, 3, h, w): after `STATES` steps, at the size the units see
    answers: NDArray[np.float32]  # (units) to the last state: before the activation, or a class's probability

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        return self.states.nbytes + self.answers.nbytes


def ideal_inputs(
    snapshot: ModelSnapshot, layer: ConvLayer, units: Sequence[int] | None = None, progress: Progress = no_progress
) -> Ideals:
    """Of some units of a layer, or of all; kept. The same every time. Raises what `progress` raises."""
    wanted = tuple(range(layer.units)) if units is None else tuple(units)
    everything = _KEPT.find((snapshot.digest, layer.label, tuple(range(layer.units))))
    if everything is not None:
        return _of(everything, wanted)
    return _KEPT.get((snapshot.digest, layer.label, wanted), lambda: _climb_all(snapshot, layer, wanted, progress))


def known_ideals(snapshot: ModelSnapshot, layer: ConvLayer) -> Ideals | None:
    """Those of a whole layer, if they have been made already."""
    return _KEPT.find((snapshot.digest, layer.label, tuple(range(layer.units))))


_KEPT: Kept[Ideals] = Kept(96_000_000, lambda kept: kept.nbytes)


@EXPLAINERS.register("ideal", label="Ideal input", order=30, suits=lambda layer: True, slow=True)
def ideal_pictures(snapshot: ModelSnapshot, request: Request) -> ImageGrid:
    """The ideal input of every unit of a layer, or of one. Raises what the request's progress raises."""
    layer = request.layer
    found = ideal_inputs(snapshot, layer, None if request.unit is None else [request.unit], request.progress)
    shown = units_in_order(snapshot, request) if request.unit is None else [request.unit]
    pictures = found.states[-1, [found.units.index(unit) for unit in shown]].transpose(0, 2, 3, 1)
    tiles = np.concatenate([pictures, np.full_like(pictures[..., :1], 255)], -1)
    height, width = tiles.shape[1:3]
    size = f"{height}×{width} pixels, which is what each sees" if height * width < IMAGE_SIZE**2 else "32×32 pixels"
    note = f"Made by climbing from grey, {STEPS} steps along the gradient: {size}. The picture is not of anything seen."
    captions = tuple(f"{layer.unit_words(unit)} · {_answer_words(layer, found, unit)}" for unit in shown)
    labels = tuple(layer.classes[unit] for unit in shown) if layer.classes else ()
    return ImageGrid(layer.label, "inputs", tiles, tuple(shown), captions, note, None, labels)


def _answer_words(layer: ConvLayer, found: Ideals, unit: int) -> str:
    answer = float(found.answers[found.units.index(unit)])
    return f"the network says so with {modest_percent(answer)}" if layer.classes else f"answers {answer:.3g}"


def _of(everything: Ideals, units: tuple[int, ...]) -> Ideals:
    if units == everything.units:
        return everything
    return Ideals(units, everything.states[:, list(units)], everything.answers[list(units)])


def _climb_all(snapshot: ModelSnapshot, layer: ConvLayer, units: tuple[int, ...], progress: Progress) -> Ideals:
    response, memory_format = response_of(snapshot, layer), Precision().memory_format
    model = rebuild(snapshot).requires_grad_(False).to(memory_format=memory_format)
    sharpness = temperature(snapshot.card.calibration, six_views=False) if layer.classes else None
    states, answers = [], []
    what = f"Drawing ideal inputs of {len(units)} {layer.nouns}"
    for start in range(0, len(units), _PORTION):
        portion = torch.tensor(units[start : start + _PORTION])

        def tell(share: float, first: int = start, count: int = len(portion)) -> None:
            progress((first + share * count) / len(units), what)

        climb = _Climb(model, response, portion, snapshot.card.stats, memory_format, sharpness)
        with one_core() if climb.small else nullcontext():
            made, answer = climb.run(tell)
        states.append(made)
        answers.append(answer)
    return Ideals(units, np.concatenate(states, 1), np.concatenate(answers))


class _Climb:
    """A portion of units on their way, each with a picture of its own."""

    def __init__(
        self,
        model: nn.Module,
        response: Response,
        units: Tensor,
        stats: ChannelStats,
        memory_format: torch.memory_format,
        temperature: float | None,
    ) -> None:
        """`temperature`: of the answers, if the units are classes."""
        self._model, self._units, self._place = model, units, response.drive
        self._format, self._temperature = memory_format, temperature
        self._mean, self._std = (torch.tensor(each).view(1, 3, 1, 1) for each in (stats.mean, stats.std))
        self._side, self._middle = self._fitting(response)
        self._window = response.window(*self._middle)
        field = min(response.field())
        self._jitter = min(field // 8, _JITTER)
        self._calms = field >= _CALMED
        self._draw = torch.Generator().manual_seed(0)

    @property
    def small(self) -> bool:
        """Whether it is too little work to be shared out among cores."""
        return self._side < IMAGE_SIZE or len(self._units) <= _FEW

    def _fitting(self, response: Response) -> tuple[int, tuple[int, int]]:
        """The side of the smallest picture that holds all that the middle of the map sees, and that middle."""
        for side in _SIDES:
            grey = torch.zeros(1, 3, side, side)
            with torch.inference_mode(), suppress(RuntimeError):  # too small for a layer on the way
                size = maps_at(self._model, self._place, grey).shape[2:]
                middle = size[0] // 2, size[1] // 2
                seen = response.box(*middle)
                if min(seen.top, seen.left) >= 0 and max(seen.bottom, seen.right) <= side:
                    return side, middle
        return IMAGE_SIZE, (response.size[0] // 2, response.size[1] // 2)

    def run(self, tell: Callable[[float], None]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The states, uint8 (states, units, 3, h, w), and the answers to the last."""
        noise = torch.randn(1, 3, self._side, self._side, generator=self._draw)
        pictures = (_GREY + 4 * noise).repeat(len(self._units), 1, 1, 1)
        states = []
        for step in range(STEPS + 1):
            tell(step / STEPS)
            if step in STATES:
                states.append(self._cut(pictures))
            if step < STEPS:
                pictures = self._stepped(pictures, step)
        with torch.inference_mode():
            answers = self._answers(pictures.round())
        return np.stack(states), answers.numpy()

    def _stepped(self, pictures: Tensor, step: int) -> Tensor:
        shift = [int(torch.randint(-self._jitter, self._jitter + 1, (), generator=self._draw)) for _ in range(2)]
        shifted = pictures.roll(shift, (2, 3)).requires_grad_()
        with torch.enable_grad():
            (gradient,) = torch.autograd.grad(self._drives(shifted).sum(), shifted)
        gradient = gradient.roll([-each for each in shift], (2, 3))
        if self._calms:
            gradient = _calmed(gradient)
        seen = self._window.clipped()
        part = gradient[:, :, seen.top : seen.bottom, seen.left : seen.right]
        size = part.square().mean((1, 2, 3), keepdim=True).sqrt()
        rate = _RATE * (1 - 0.75 * step / STEPS)
        moved = pictures + rate * gradient / size.clamp_min(1e-20)
        if self._calms and step % _BLUR_EVERY == 0 and step < 0.8 * STEPS:
            moved = _blurred(moved)
        return self._decayed(moved).clamp(0, 255)

    def _decayed(self, pictures: Tensor) -> Tensor:
        """Pulled towards grey, and so far that no picture has more contrast than photos have: what a linear filter
        wants then looks like its weights, and not like their signs."""
        contrast = (pictures - _GREY) * (1 - _DECAY)
        seen = self._window.clipped()
        part = contrast[:, :, seen.top : seen.bottom, seen.left : seen.right]
        size = part.square().mean((1, 2, 3), keepdim=True).sqrt()
        return _GREY + contrast * (_CONTRAST / size.clamp_min(_CONTRAST))

    def _answers(self, pictures: Tensor) -> Tensor:
        """(units) what each says of its picture: a class its probability, a filter its answer."""
        values = self._values(pictures)
        if self._temperature is not None:
            values = torch.softmax(values / self._temperature, 1)
        return self._own(values)

    def _drives(self, pictures: Tensor) -> Tensor:
        """(units) what each is to be raised in: a class how far it is above the others together."""
        values = self._values(pictures)
        if self._temperature is None:
            return self._own(values)
        others = values.scatter(1, self._units[:, None], -torch.inf)
        return self._own(values) - torch.logsumexp(others, 1)

    def _values(self, pictures: Tensor) -> Tensor:
        """(units, units of the layer) what the middle of each map says."""
        inputs = ((pictures - self._mean) / self._std).contiguous(memory_format=self._format)
        return maps_at(self._model, self._place, inputs)[:, :, *self._middle]

    def _own(self, values: Tensor) -> Tensor:
        return values.gather(1, self._units[:, None])[:, 0]

    def _cut(self, pictures: Tensor) -> NDArray[np.uint8]:
        """What the units see of their pictures; where they see beyond the border, what is there is grey."""
        window, inside = self._window, self._window.clipped()
        edges = (inside.left - window.left, window.right - inside.right)
        whole = F.pad(
            pictures[:, :, inside.top : inside.bottom, inside.left : inside.right],
            (*edges, inside.top - window.top, window.bottom - inside.bottom),
            value=_GREY,
        )
        cut: NDArray[np.uint8] = whole.round().to(torch.uint8).numpy()
        return cut


def _calmed(gradient: Tensor) -> Tensor:
    """(N, 3, s, s) → the same with its frequencies and colours as strong, one beside the other, as photos have them:
    amplitudes fall with the frequency, and the three channels mostly rise and fall together."""
    side = gradient.shape[-1]
    down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None, :]
    frequency = (down.square() + across.square()).sqrt().clamp_min(1 / side)
    spectrum = torch.fft.rfft2(gradient) / frequency
    calm = torch.fft.irfft2(spectrum, s=(side, side))
    return torch.einsum("kc,nchw->nkhw", torch.tensor(_TOGETHER), calm)


def _blurred(pictures: Tensor) -> Tensor:
    """By a 3×3 binomial filter, borders repeated."""
    row = torch.tensor([0.25, 0.5, 0.25])
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
