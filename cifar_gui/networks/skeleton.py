"""A network without memory for its weights: for counting them, and for filling it with weights that exist already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from cifar_gui.errors import RecipeError
from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.recipe import Recipe
from cifar_gui.words import given, what_there_is


def build_without_weights(name: str, classes: int, settings: Mapping[str, Any] | None = None) -> nn.Module:
    """As `networks.base.build`, with all weights on the meta device. Draws no random numbers: another thread may be
    training, and its dropout shares torch's global generator."""
    with _Uninitialised():
        return build(name, classes, settings)


def refused_settings(name: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Setting → why the network cannot be built with it; all of them where only together they do not fit."""
    reasons = {key: reason for key, value in settings.items() if (reason := _refusal(name, {key: value}))}
    if not reasons and (reason := _refusal(name, settings)):
        return dict.fromkeys(settings, reason)
    return reasons


def check_network(recipe: Recipe) -> None:
    """Raise RecipeError, naming the setting, if the network of a recipe is not known or cannot be built."""
    network, own = recipe.network, recipe.network_settings
    if network not in NETWORKS:
        known = what_there_is(network, NETWORKS.names())
        raise RecipeError(f"There is no network called {given(network)}. {known}", "network")
    for key, reason in refused_settings(network, own).items():
        raise RecipeError(
            f"{network} cannot be built with {key} {given(own[key])}: {reason}.", f"network_settings.{key}"
        )


def _refusal(name: str, settings: Mapping[str, Any]) -> str:
    try:
        build_without_weights(name, 10, settings)
    except RecipeError as error:
        return str(error.__cause__ or error).partition("\n")[0].rstrip(".")
    return ""


class _Uninitialised(TorchFunctionMode):
    """`torch.empty`, which is what layers take their weights from, gives tensors without memory (on the meta device),
    and what would initialise them is skipped. Everything else a network computes when it is made, it computes.

    The meta device for everything would be simpler, but there the first subtraction imports torch's compiler, seconds
    of it, and buffers that are computed and not stored would be lost.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = dict(kwargs or {})
        if func is torch.empty:
            return func(*args, **{**named, "device": named.get("device") or "meta"})
        first = args[0] if args else named.get("tensor")
        name = getattr(func, "__name__", "")
        if isinstance(first, Tensor) and first.is_meta:
            if name.endswith("_") and not name.endswith("__") and name != "requires_grad_":
                return first
            if name in ("std", "var", "norm", "mean"):
                return torch.ones(())
        return func(*args, **named)
