"""A picture on its way up: from grey along the gradient of what a unit, or a class, answers to it.

After Yosinski et al. 2015, "Understanding Neural Networks Through Deep Visualization" (arXiv 1506.06579), and Olah et
al. 2017, "Feature Visualization": steps of one size, a picture that is shifted a little before each (jitter), blurred
now and then, and pulled towards grey all the time (decay), so that what remains is what the network keeps asking for.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.explain.response import Response, maps_at
from cifar_gui.inference.calibration import Calibration

STEPS = 64
STATES = (0, 4, 10, 20, 40, 64)
"""After how many steps a picture is kept, to show how it forms."""

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


class Climb:
    """A portion of units on their way, each with a picture of its own."""

    def __init__(
        self,
        model: nn.Module,
        response: Response,
        units: Tensor,
        stats: ChannelStats,
        memory_format: torch.memory_format,
        calibration: Calibration | None,
    ) -> None:
        """`calibration`: of the answers, if the units are classes."""
        self._model, self._units, self._place = model, units, response.drive
        self._format, self._calibration = memory_format, calibration
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
            moved = blurred(moved)
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
        if self._calibration is not None:
            values = self._calibration.probabilities(self._calibration.logits(values))
        return self._own(values)

    def _drives(self, pictures: Tensor) -> Tensor:
        """(units) what each is to be raised in: a class how far it is above the others together."""
        values = self._values(pictures)
        if self._calibration is None:
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


def blurred(pictures: Tensor) -> Tensor:
    """By a 3×3 binomial filter, borders repeated."""
    row = torch.tensor([0.25, 0.5, 0.25])
    kernel = (row[:, None] * row).expand(3, 1, 3, 3)
    return F.conv2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), kernel, groups=3)
