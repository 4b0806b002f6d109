"""How signals fare on their way through a network: activations forwards, gradients backwards, layer by layer.

A deep network learns only if both keep their size. Gradients that shrink layer by layer (vanishing) leave the first
layers as they began; those that grow (exploding) tear the weights apart (Glorot and Bengio 2010; He et al. 2015).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.preprocess import standardise
from cifar_gui.explain.names import readable_names
from cifar_gui.words import percent

VANISHING, EXPLODING = 1e-3, 1e3
"""So many times the gradient of the last layer, in proportion to its weights, is lost or blown up."""

SILENT = 0.9
"""So large a share of zeros among a layer's answers leaves hardly any gradient to pass on."""

State = Literal["fine", "vanishing", "exploding", "silent", "broken"]


@dataclass(frozen=True, slots=True)
class LayerSignals:
    """One layer with weights. Root mean squares over all of a layer's values, and over the pictures looked at."""

    name: str  # "block 1 · conv 2"
    weight: float  # of its weights
    gradient: float  # of the loss by its weights
    activation: float  # of what it hands on, after the activation function that follows
    silent: float  # share of that which is 0, 0–1

    @property
    def ratio(self) -> float:
        """Gradient in proportion to the weights: by how much a step moves them. 0 for weights that are all 0."""
        return self.gradient / self.weight if self.weight > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What the signals say: a headline and a sentence or two."""

    state: State
    headline: str
    detail: str


def layer_signals(snapshot: ModelSnapshot, images: Tensor, labels: Tensor) -> list[LayerSignals]:
    """Pass pictures, uint8 (N, 3, 32, 32) with labels (N), through the network and the loss back, as in training but
    without dropout. Layers that are not learned are left out. The snapshot stays as it is; draws no random numbers."""
    model = rebuild(snapshot).train()
    for module in model.modules():
        if isinstance(module, nn.modules.dropout._DropoutNd):
            module.eval()
    with _answers(model) as found:
        logits = model(standardise(images, snapshot.card.stats))
        F.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
    learned = [each for each in found if each.layer.weight.grad is not None]
    names = readable_names([each.name for each in learned], [type(each.layer).__name__ for each in learned])
    return [_signals(name, each) for name, each in zip(names, learned, strict=True)]


def judge(layers: Sequence[LayerSignals]) -> Finding:
    """Whether anything is wrong with the signals, and what to do. The last layer, where gradients begin, is the measure
    of the others."""
    if not layers:
        return Finding("fine", "No layers.", "This network has nothing that learns.")
    if not all(math.isfinite(each.gradient) and math.isfinite(each.activation) for each in layers):
        return Finding("broken", "No numbers any more.", "The loss has run away. Lower the learning rate.")
    measure = layers[-1].ratio
    moved = [each for each in layers if each.weight > 0] or layers  # weights that are all 0 have only begun to learn
    weakest, strongest = min(moved, key=lambda each: each.ratio), max(moved, key=lambda each: each.ratio)
    if measure > 0 and weakest.ratio < VANISHING * measure:
        return Finding(
            "vanishing",
            "Vanishing gradients.",
            f"In {weakest.name} they are {_times(measure, weakest.ratio)} smaller, in proportion, than in "
            f"{layers[-1].name}: it hardly learns. Batch norm, ReLU in place of tanh or sigmoid, or ways round help.",
        )
    if measure > 0 and strongest.ratio > EXPLODING * measure:
        return Finding(
            "exploding",
            "Exploding gradients.",
            f"In {strongest.name} they are {_times(strongest.ratio, measure)} larger, in proportion, than in "
            f"{layers[-1].name}. Lower the learning rate, or let batch norm keep the values in range.",
        )
    quiet = [each for each in layers[:-1] if each.silent > SILENT]
    if quiet:
        return Finding(
            "silent",
            "Silent units.",
            f"Of what {quiet[0].name} hands on {percent(quiet[0].silent, 0)} is 0: most units answer to nothing, and "
            "what does not answer does not learn. Lower the learning rate, or take a leaky ReLU.",
        )
    return Finding("fine", "Signals keep their size.", "Every layer gets gradients to learn from, and answers.")


@dataclass(slots=True)
class _Answer:
    """A layer with weights, as it was met on the way, and what was handed on from it."""

    name: str
    layer: nn.Conv2d | nn.Linear
    output: Tensor


@contextmanager
def _answers(model: nn.Module) -> Iterator[list[_Answer]]:
    """Inside, layers with weights are noted in the order of computation, with what they or the activation function
    behind them give."""
    found: list[_Answer] = []
    names = {module: name for name, module in model.named_modules()}

    def note(module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if isinstance(module, nn.Conv2d | nn.Linear):
            found.append(_Answer(names[module], module, output.detach().clone()))  # what follows may work in place
        elif found:
            found[-1].output = output.detach().clone()

    watched = [module for module in names if isinstance(module, (nn.Conv2d, nn.Linear, *_BENDS))]
    handles = [module.register_forward_hook(note) for module in watched]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


_BENDS = (nn.ReLU, nn.LeakyReLU, nn.GELU, nn.Tanh, nn.Sigmoid)


def _signals(name: str, answer: _Answer) -> LayerSignals:
    gradient = answer.layer.weight.grad
    return LayerSignals(
        name=name,
        weight=_root_mean_square(answer.layer.weight),
        gradient=_root_mean_square(gradient) if gradient is not None else 0.0,
        activation=_root_mean_square(answer.output),
        silent=float((answer.output == 0).float().mean()),
    )


def _root_mean_square(values: Tensor) -> float:
    return float(values.detach().double().square().mean().sqrt())


def _times(larger: float, smaller: float) -> str:
    """ "2,400 times", or "infinitely"."""
    return f"{larger / smaller:,.0f} times" if smaller > 0 else "infinitely"
