"""The registry of networks, how one is built by name, and what a network may ask of the training loop."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cifar_gui.errors import RecipeError
from cifar_gui.networks.design import MAX_DROPOUT, MAX_PARAMETERS
from cifar_gui.recipe import Recipe
from cifar_gui.registry import Registry
from cifar_gui.words import given, grouped, percent_range, what_there_is


class Builder(Protocol):
    """Builds a network that turns float (N, 3, 32, 32) into (N, classes) logits. Keyword arguments are its settings."""

    def __call__(self, classes: int = 10, **settings: Any) -> nn.Module: ...


NETWORKS: Registry[Builder] = Registry("network", "cifar_gui.networks")


@runtime_checkable
class LearnsFromSample(Protocol):
    """A network that sets some of its weights from a sample of the training pictures before the first step."""

    def fit_sample(self, images: Tensor) -> None:
        """`images`: standardised float (n, 3, 32, 32)."""


@runtime_checkable
class FollowsEpochs(Protocol):
    """A network in which something changes with the epoch, such as a stem that freezes."""

    def start_epoch(self, epoch: int) -> None:
        """Called before the first step of `epoch`, counted from 1, and again on resume."""


@runtime_checkable
class HasSideClassifiers(Protocol):
    """A network with classifiers at its side that only help to train."""

    def side_logits(self) -> list[Tensor]:
        """What each says of the pictures that were last passed through in training, (N, classes); given once."""


@dataclass(frozen=True, slots=True)
class Rung:
    """A recipe whose result is known for several lengths: networks that have some register them as their `ladder`."""

    recipe: Recipe
    reached: tuple[tuple[int, float], ...]
    """(epochs, accuracy 0–1 of the 5,000 validation pictures of CIFAR-10 after a run of so many), rising."""


SIDE_WEIGHT = 0.3
"""Of the loss of each side classifier, beside the network's own (Szegedy et al. 2015, section 5)."""


def build(name: str, classes: int, settings: Mapping[str, Any] | None = None) -> nn.Module:
    """The network called `name`. Raises CifarGuiError for unknown names, RecipeError for settings it does not have and
    those with which it would have more than `MAX_PARAMETERS`, before there is memory for them."""
    builder = NETWORKS[name]
    known = network_settings(name)
    for key, value in (settings or {}).items():
        if key not in known:
            has = what_there_is(key, known, "It has")
            raise RecipeError(f"{name} has no setting called {given(key)}. {has}", "network_settings")
        if not isinstance(value, int | float | list | tuple | str):
            raise RecipeError(f"{name} cannot take {given(value)} as {key}.", "network_settings")
    try:
        with _Bounded():
            return builder(classes=classes, **(settings or {}))
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:  # the last from torch
        raise RecipeError(
            f"{name} cannot be built with {given(dict(settings or {}))}: {error}.", "network_settings"
        ) from error


class _Bounded(TorchFunctionMode):
    """`torch.empty`, which is what layers take their weights from, raises ValueError when there are too many."""

    def __init__(self) -> None:
        super().__init__()
        self._parameters = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        if func is torch.empty:
            self._parameters += func(*args, **{**named, "device": "meta"}).numel()
            if self._parameters > MAX_PARAMETERS:
                raise ValueError(f"it would have more than {MAX_PARAMETERS:,} parameters")
        return func(*args, **named)


# For builders: what they are given comes from files and from people, and may be of any kind, NaN among them.


def is_whole(value: Any) -> bool:
    """Whether a setting is a whole number; `True`, which Python counts as 1, is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_whole(key: str, value: Any, low: int, high: int) -> None:
    """Raise ValueError unless the setting `key` is a whole number from `low` to `high`."""
    if not is_whole(value) or not low <= value <= high:
        raise ValueError(f"{key} must be a whole number from {low:,} to {high:,}")


def check_number(key: str, value: Any, low: float, high: float) -> None:
    """Raise ValueError unless the setting `key` is a number from `low` to `high`."""
    if not (isinstance(value, float) or is_whole(value)) or not low <= value <= high:
        raise ValueError(f"{key} must be a number from {grouped(low)} to {grouped(high)}")


def check_share(key: str, value: Any) -> None:
    """Raise ValueError unless the setting `key` is a share that dropout may silence: not all values."""
    check_number(key, value, 0, MAX_DROPOUT)


def check_flag(key: str, value: Any) -> None:
    """Raise ValueError unless the setting `key` is true or false: the text "False" would count as true."""
    if not isinstance(value, bool):
        raise ValueError(f"{key} must be true or false")


def network_settings(name: str) -> dict[str, Any]:
    """The settings a network takes and their defaults, `classes` aside."""
    parameters = inspect.signature(NETWORKS[name]).parameters
    return {key: each.default for key, each in parameters.items() if key != "classes"}


def is_designed(name: str) -> bool:
    """Whether a network's settings are the layers it is made of, so that no preset can know them."""
    return bool(NETWORKS.entry(name).details.get("designed", False))


def presets(name: str) -> dict[str, Recipe]:
    """The recipes that come with a network: quick, best, textbook."""
    return dict(NETWORKS.entry(name).details["presets"])


Reach = tuple[float, float]
"""The validation accuracy that may be expected of a network, from and to, 0–1."""

_SMALL = 0.8
"""What is not even meant to reach this is modest."""


def reach(name: str) -> Reach | None:
    """What a network reaches with CIFAR-10 and its best preset; None of one that may be any."""
    found: Reach | None = NETWORKS.entry(name).details.get("reach")
    return found


def about(name: str) -> str:
    """Two or three sentences on where a network comes from and what it should reach."""
    words = str(NETWORKS.entry(name).details["about"])
    if (expected := reach(name)) is None:
        return words
    return f"{words} Its best preset should reach {percent_range(*expected)}."


def is_modest(name: str) -> bool:
    """Whether what a network is meant to reach is so little that one might take it for a fault."""
    expected = reach(name)
    return expected is not None and expected[1] < _SMALL
