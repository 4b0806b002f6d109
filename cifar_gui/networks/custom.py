"""A network of one's own: whatever layers a person has put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import nn

from cifar_gui.errors import RecipeError
from cifar_gui.networks import design
from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.blocks import Dropout, he
from cifar_gui.networks.design import Design, DesignError, Layer, Shape
from cifar_gui.networks.skeleton import build_without_weights
from cifar_gui.recipe import Recipe

NAME = "custom"

START = Design(
    (
        design.Convolution(depth=32),
        design.BatchNorm(),
        design.Activation(),
        design.MaxPooling(),
        design.Convolution(depth=64),
        design.BatchNorm(),
        design.Activation(),
        design.MaxPooling(),
        design.Flatten(),
        design.Dense(units=128),
        design.Activation(),
        design.Dropout(),
        design.Dense(),
    )
)
"""What a new design begins with; its best preset should reach about 80 %."""

_BEST = Recipe(
    network=NAME,
    preset="best",
    epochs=20,
    batch_size=250,
    micro_batch=250,
    optimiser="adam",
    lr=2e-3,
    schedule="one_cycle",
    warm_up=0.25,
    crop=2,
    flip="alternating",
)


@NETWORKS.register(
    NAME,
    label="Own design",
    order=90,
    designed=True,
    about="Layers that you put together yourself, on the Network page or in a file.",
    presets={
        "quick": _BEST.changed(preset="quick", epochs=5),
        "best": _BEST,
        "textbook": _BEST.changed(
            preset="textbook", batch_size=32, micro_batch=32, lr=1e-3, schedule="constant", crop=0, flip="none"
        ),
    },
)
def build(classes: int = 10, layers: str = START.to_text()) -> nn.Module:
    """(N, 3, 32, 32) → (N, classes). `layers` as `Design.to_text` writes them.

    545,290 parameters for ten classes, 6,128,896 multiply-adds as it begins."""
    made = Design.from_text(layers)
    made.check(classes)
    shape: Shape = design.PICTURE
    modules: list[nn.Module] = []
    for place, layer in enumerate(made.layers):
        modules.append(_module(layer, shape, classes, last=place == len(made.layers) - 1))
        shape = layer.output(shape, classes)
    return nn.Sequential(*modules)


def settings_from(path: Path) -> dict[str, Any]:
    """The settings that make this network the one in a design file. Raises DesignError naming the file."""
    made = Design.load(path)
    try:
        made.check()
    except DesignError as error:
        raise DesignError(f"{path.name} cannot be used. {error}", error.layer) from error
    return {"layers": made.to_text()}


def _module(layer: Layer, shape: Shape, classes: int, *, last: bool) -> nn.Module:
    """The layer of torch for an input of this shape. Weights begin as torch's in the last layer, as He et al. 2015 say
    in the others."""
    match layer:
        case design.Convolution():
            size = layer.height, layer.width
            return he(nn.Conv2d(shape[0], layer.depth, size, layer.stride, layer.paddings, bias=layer.bias))
        case design.Dense():
            dense = nn.Linear(shape[0], layer.output(shape, classes)[0], bias=layer.bias)
            return dense if last else he(dense)
        case design.BatchNorm():
            return nn.BatchNorm2d(shape[0]) if len(shape) == 3 else nn.BatchNorm1d(shape[0])
    return _MODULES[type(layer)](layer)


_FUNCTIONS: dict[str, Callable[[design.Activation], nn.Module]] = {
    "relu": lambda _: nn.ReLU(),
    "leaky_relu": lambda layer: nn.LeakyReLU(layer.slope),
    "gelu": lambda _: nn.GELU(),
    "tanh": lambda _: nn.Tanh(),
    "sigmoid": lambda _: nn.Sigmoid(),
}
_MODULES: dict[type[Layer], Callable[[Any], nn.Module]] = {
    design.Activation: lambda layer: _FUNCTIONS[layer.function](layer),
    design.MaxPooling: lambda layer: nn.MaxPool2d(layer.size, layer.stride, layer.padding),
    design.AveragePooling: lambda layer: nn.AvgPool2d(layer.size, layer.stride, layer.padding),
    design.GlobalAverage: lambda _: nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    design.Dropout: lambda layer: Dropout(layer.share),
    design.Flatten: lambda _: nn.Flatten(),
}


def design_of(model: nn.Module, classes: int = 10) -> Design | None:
    """The layers of a network that is a plain sequence of what a design knows; None for any other. Draws no random
    numbers."""
    leaves = [each for each in _leaves(model) if not (isinstance(each, nn.Dropout) and each.p == 0)]
    try:
        made = Design(_joined([_layer(each, classes) for each in leaves]))
        same = build_without_weights(NAME, classes, {"layers": made.to_text()})
    except RecipeError:
        return None
    return made if [_settings(each) for each in leaves] == [_settings(each) for each in _leaves(same)] else None


def _leaves(module: nn.Module) -> Iterator[nn.Module]:
    """What a sequence of sequences holds, in order; anything else is its own leaf."""
    if isinstance(module, nn.Sequential):
        for child in module:
            yield from _leaves(child)
    else:
        yield module


def _settings(module: nn.Module) -> tuple[type[nn.Module], list[str], dict[str, Any]]:
    """What a module without parts does, but for whether it does so in place."""
    kind = nn.Dropout if isinstance(module, nn.Dropout) else type(module)  # ours is quicker and does the same
    passing = ("training", "inplace")
    own = {name: value for name, value in vars(module).items() if not name.startswith("_") and name not in passing}
    return kind, [name for name, _ in module.named_parameters()], own


def _layer(module: nn.Module, classes: int) -> Layer:
    """The layer of a design that comes nearest to a module of torch. Raises RecipeError."""
    if isinstance(module, nn.Linear):
        units = design.CLASSES if module.out_features == classes else module.out_features
        return design.Dense(units, bias=module.bias is not None)
    for kind, nearest in _NEAREST.items():
        if isinstance(module, kind):
            return nearest(module)
    raise RecipeError(f"No layer of a design is a {type(module).__name__}.")


def _convolution(module: nn.Conv2d) -> Layer:
    height, width = module.kernel_size
    padding: int | str = int(module.padding[0]) if isinstance(module.padding, tuple) else module.padding
    if module.padding == (height // 2, width // 2) and height % 2 and width % 2:
        padding = "same"
    elif padding == 0:
        padding = "valid"
    return design.Convolution(
        module.out_channels, height, width, module.stride[0], padding, bias=module.bias is not None
    )


_NEAREST: dict[type[nn.Module], Callable[[Any], Layer]] = {
    nn.Conv2d: _convolution,
    nn.MaxPool2d: lambda module: design.MaxPooling(module.kernel_size, module.stride, module.padding),
    nn.AvgPool2d: lambda module: design.AveragePooling(module.kernel_size, module.stride, module.padding),
    nn.AdaptiveAvgPool2d: lambda _: design.GlobalAverage(),
    nn.BatchNorm2d: lambda _: design.BatchNorm(),
    nn.BatchNorm1d: lambda _: design.BatchNorm(),
    nn.Dropout: lambda module: design.Dropout(module.p),
    nn.Flatten: lambda _: design.Flatten(),
    nn.ReLU: lambda _: design.Activation("relu"),
    nn.LeakyReLU: lambda module: design.Activation("leaky_relu", module.negative_slope),
    nn.GELU: lambda _: design.Activation("gelu"),
    nn.Tanh: lambda _: design.Activation("tanh"),
    nn.Sigmoid: lambda _: design.Activation("sigmoid"),
}


def _joined(layers: list[Layer]) -> tuple[Layer, ...]:
    """Without the Flatten that follows the mean of each map, which is a row of values already."""
    before: list[Layer | None] = [None, *layers[:-1]]
    return tuple(
        layer
        for previous, layer in zip(before, layers, strict=True)
        if not (isinstance(layer, design.Flatten) and isinstance(previous, design.GlobalAverage))
    )
