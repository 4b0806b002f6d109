"""From a snapshot back to a network, built without weights, so that none are drawn only to be overwritten."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.container import Header, Refusal
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.checkpoint.tensors import DTYPES
from cifar_gui.errors import CheckpointError, CifarGuiError
from cifar_gui.networks.skeleton import build_without_weights

MAX_CLASSES = 100_000


def rebuild(snapshot: ModelSnapshot) -> nn.Module:
    """The network of a snapshot, on the CPU, in evaluation mode, with weights of its own: training it later leaves
    the snapshot as it is. Draws no random numbers. Raises CheckpointError when the weights do not fit."""
    card = snapshot.card
    try:
        model = _skeleton(card)
        expected = model.state_dict()
        _compare(expected, {name: tuple(value.shape) for name, value in snapshot.weights.items()}, card.network)
        shared = _shared_parameters(model)
        model.load_state_dict({name: value.clone() for name, value in snapshot.weights.items()}, assign=True)
        _share_again(model, shared)
    except Refusal as refusal:
        raise CheckpointError(f"This model cannot be rebuilt: {refusal}.") from refusal
    return model.eval()


def expected_tensors(card: ModelCard, header: Header) -> dict[str, Tensor]:
    """The network's tensors by name, on the meta device, found to agree with the header. Raises Refusal."""
    expected = dict(_skeleton(card).state_dict())
    _compare(expected, {each.name: each.shape for each in header.tensors}, card.network)
    for each in header.tensors:
        wanted = expected[each.name].dtype
        stored = DTYPES[each.dtype]
        if stored != wanted and not (wanted == torch.float32 and stored in (torch.float16, torch.bfloat16)):
            raise Refusal(f"the tensor {each.name} is stored as {each.dtype}, which {card.network} cannot use")
    return expected


def check_and_widen(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights in the network's own number types. Raises Refusal if one is NaN or infinite."""
    widened = {name: weights[name].to(like.dtype) for name, like in expected.items()}
    for name, value in widened.items():
        if value.is_floating_point() and not bool(torch.isfinite(value).all()):
            raise Refusal(f"the tensor {name} holds values that are not numbers")
    return widened


def _skeleton(card: ModelCard) -> nn.Module:
    """The network without memory for its weights. Raises Refusal."""
    if len(card.class_names) > MAX_CLASSES:
        raise Refusal(f"it names {len(card.class_names)} classes")
    try:
        return build_without_weights(card.network, len(card.class_names), card.network_settings)
    except (CifarGuiError, RuntimeError) as error:
        raise Refusal(f"its network cannot be built ({error!s:.200})") from error


def _compare(expected: Mapping[str, Tensor], found: Mapping[str, tuple[int, ...]], network: str) -> None:
    for name in expected:
        if name not in found:
            raise Refusal(f"the tensor {name} of {network} is missing")
    for name, shape in found.items():
        if name not in expected:
            raise Refusal(f"{network} has no tensor called {name!r:.80}")
        if tuple(expected[name].shape) != shape:
            raise Refusal(f"the tensor {name} has the shape {shape}; {network} wants {tuple(expected[name].shape)}")


def _shared_parameters(model: nn.Module) -> list[list[str]]:
    """Groups of names under which one and the same parameter is known."""
    names: dict[int, list[str]] = {}
    for name, parameter in model.named_parameters(remove_duplicate=False):
        names.setdefault(id(parameter), []).append(name)
    return [group for group in names.values() if len(group) > 1]


def _share_again(model: nn.Module, groups: list[list[str]]) -> None:
    """`load_state_dict(assign=True)` gives each name a parameter of its own; make them one again."""
    for first, *others in groups:
        parameter = model.get_parameter(first)
        for other in others:
            owner, _, attribute = other.rpartition(".")
            setattr(model.get_submodule(owner), attribute, parameter)
