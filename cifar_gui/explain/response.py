"""Where the answer of a unit is read: behind the activation that follows its layer, and which part of the picture each
place of its map sees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from torch import Tensor, nn

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import IMAGE_SIZE
from cifar_gui.explain.layers import ConvLayer, forward_steps
from cifar_gui.explain.names import kind_word
from cifar_gui.networks.layer_table import Step, View

_PASSED_THROUGH = ("BatchNorm1d", "BatchNorm2d", "MaxPool2d", "AvgPool2d", "Dropout", "Dropout2d")
"""What may stand between a layer and its activation: each map stays a map of its own."""

_RECTIFIERS = ("ReLU", "GELU")
_ACTIVATIONS = (*_RECTIFIERS, "LeakyReLU", "Tanh", "Sigmoid")

BEFORE = "before "
"""In front of a module's name: what that module is given, and not what it gives."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture, in pixels; `bottom` and `right` are the first row and column outside."""

    top: int
    left: int
    bottom: int
    right: int

    def clipped(self) -> Box:
        """Without what lies outside the picture."""
        top, left, bottom, right = (
            min(max(edge, 0), IMAGE_SIZE) for edge in (self.top, self.left, self.bottom, self.right)
        )
        return Box(top, left, bottom, right)


@dataclass(frozen=True, slots=True)
class Response:
    """How the units of a layer answer."""

    answer: str  # the module that gives the maps, that of the activation; "" is the whole network; or `BEFORE` one
    drive: str  # what comes before it: what can always be raised, where a ReLU may be flat
    words: str  # where that is: "after norm and relu"
    rectified: bool  # whether what is not above 0 is silence: behind a ReLU or its like
    size: tuple[int, int]  # height and width of a map
    view: View

    def field(self) -> tuple[int, int]:
        """Height and width of what a unit sees, as far as it fits into the picture."""
        return min(self.view.field[0], IMAGE_SIZE), min(self.view.field[1], IMAGE_SIZE)

    def box(self, row: int, column: int) -> Box:
        """What a place of the map sees of the picture; where padding is seen it sticks out."""
        top = self.view.start[0] + row * self.view.jump[0]
        left = self.view.start[1] + column * self.view.jump[1]
        return Box(top, left, top + self.view.field[0], left + self.view.field[1])

    def window(self, row: int, column: int) -> Box:
        """The same, not larger than the picture: of a unit that sees more than that, the picture."""
        seen, (height, width) = self.box(row, column), self.field()
        top = seen.top if height == self.view.field[0] else 0
        left = seen.left if width == self.view.field[1] else 0
        return Box(top, left, top + height, left + width)


def response_of(snapshot: ModelSnapshot, layer: ConvLayer) -> Response:
    """Where to read a layer of the network of a snapshot."""
    found = forward_steps(snapshot)
    if layer.classes:
        whole = View((IMAGE_SIZE, IMAGE_SIZE), (1, 1))
        return Response("", "", "before the softmax", rectified=False, size=(1, 1), view=whole)
    if layer.name.startswith(BEFORE):
        given = _given_to(layer.name.removeprefix(BEFORE), found)
        return Response(layer.name, layer.name, "as it is", rectified=False, size=_size(given), view=given.view)
    passed = _passed(layer.name, found)
    behind = passed[-1].row
    activated = behind.kind in _ACTIVATIONS
    return Response(
        answer=behind.name,
        drive=(passed[-2].row.name if len(passed) > 1 else BEFORE + behind.name) if activated else behind.name,
        words=_words([step.row.kind for step in passed[1:]]),
        rectified=behind.kind in _RECTIFIERS,
        size=_size(passed[-1]),
        view=passed[-1].view,
    )


@contextmanager
def tapped(model: nn.Module, name: str) -> Iterator[list[Tensor]]:
    """Inside, a forward pass leaves the output of the module `name`, or what stands `BEFORE` it, in the list and ends
    there, raising `Enough`."""
    kept: list[Tensor] = []

    def note(found: Tensor) -> None:
        kept.append(found)
        raise Enough

    module = model.get_submodule(name.removeprefix(BEFORE))
    if name.startswith(BEFORE):
        handle = module.register_forward_pre_hook(lambda _module, inputs: note(inputs[0]))
    else:
        handle = module.register_forward_hook(lambda _module, _inputs, output: note(output))
    try:
        yield kept
    finally:
        handle.remove()


def maps_at(model: nn.Module, name: str, inputs: Tensor) -> Tensor:
    """Standardised (N, 3, 32, 32) → what the module `name` gives, or is given `BEFORE` it, (N, units, h, w); no more
    than that is computed.

    Rows of values, such as the answers (N, classes), become maps of one place."""
    with tapped(model, name) as kept, suppress(Enough):
        model(inputs)
    return kept[0] if kept[0].dim() == 4 else kept[0][:, :, None, None]


@contextmanager
def silenced(model: nn.Module, name: str, unit: int, silence: float = 0.0) -> Iterator[None]:
    """Inside, the map of one unit of the module `name` is held at `silence` wherever the network goes on to use it."""

    def hold(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        changed = output.clone()
        changed[:, unit] = silence
        return changed

    handle = model.get_submodule(name).register_forward_hook(hold)
    try:
        yield
    finally:
        handle.remove()


class Enough(Exception):
    """Ends a forward pass whose rest nobody wants."""


def step_of(name: str, found: list[Step]) -> Step:
    """The step of the module with this name."""
    return next(step for step in found if step.op == "layer" and step.row.name == name)


def _given_to(name: str, found: list[Step]) -> Step:
    """The step whose result a module is given."""
    source = step_of(name, found).sources[0]
    return next(step for step in found if step.key == source)


def _size(step: Step) -> tuple[int, int]:
    """Height and width of the maps that a step gives; of plain numbers, one place each."""
    shape = step.row.output_shape
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _passed(name: str, found: list[Step]) -> list[Step]:
    """The step of a layer and those after it up to its activation; up to its norm if no activation follows."""
    chain = [step_of(name, found)]
    while (step := _only_user(chain[-1], found)) is not None and step.row.kind in (*_PASSED_THROUGH, *_ACTIVATIONS):
        chain.append(step)
        if step.row.kind in _ACTIVATIONS:
            return chain
    return chain[:2] if len(chain) > 1 and chain[1].row.kind.startswith("BatchNorm") else chain[:1]


def _only_user(step: Step, found: list[Step]) -> Step | None:
    """The one layer that uses what a step gives, and is used nowhere else; None if there is no such."""
    users = [each for each in found if step.key in each.sources]
    if len(users) != 1 or users[0].op != "layer":
        return None
    return users[0] if sum(each.row.name == users[0].row.name for each in found) == 1 else None


def _words(kinds: list[str]) -> str:
    words = [kind_word(kind) for kind in kinds]
    if not words:
        return "straight from the convolution"
    return "after " + " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
