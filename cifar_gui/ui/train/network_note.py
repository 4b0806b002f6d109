"""What the Train page says of the network that a recipe trains; of one's own design, which layers. Free of Qt."""

from __future__ import annotations

from cifar_gui.errors import CifarGuiError
from cifar_gui.networks.base import about, is_designed, is_modest, network_settings
from cifar_gui.networks.design import Convolution, Dense, Design, Layer
from cifar_gui.recipe import Recipe
from cifar_gui.words import grouped

_NORMAL = " That is normal, not a fault."
_ELSEWHERE = "The design on the Network page is another one now: “Train this” there brings it here."


def network_note(recipe: Recipe, own: Design) -> str:
    """A paragraph. `own`: the design that is on the Network page."""
    if not is_designed(recipe.network):
        return about(recipe.network) + (_NORMAL if is_modest(recipe.network) else "")
    usual = network_settings(recipe.network) | dict(recipe.network_settings)
    try:
        design = Design.from_text(str(usual["layers"]))
        design.check()
    except CifarGuiError as error:
        return str(error)
    size = grouped(sum(step.parameters for step in design.steps()))
    words = f"{len(design.layers)} layers with {size} parameters: {', '.join(map(_name, design.layers))}."
    if design != own:
        return f"{words} {_ELSEWHERE}"
    return f"Your own design, as it is on the Network page. {words}"


def _name(layer: Layer) -> str:
    """As short as it can be: "convolution 32"."""
    much = {Convolution: "depth", Dense: "units"}.get(type(layer))
    number = getattr(layer, much) if much else ""
    return f"{layer.label.lower()} {grouped(number)}" if isinstance(number, int) else layer.label.lower()
