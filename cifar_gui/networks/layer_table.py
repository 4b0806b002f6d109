"""What each layer of a network is: shape, parameters, work, how far it sees. The table that Keras calls the summary."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from typing import Any, Literal

import torch
from torch import Tensor, fx, nn


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer. Shapes are without the batch; the receptive field is its longer side in input pixels, with padding."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    receptive_field: int


@dataclass(frozen=True, slots=True)
class _View:
    """How far a value sees, in input pixels, and the distance between two of its neighbours; both (down, across)."""

    field: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)

    def through(self, window: tuple[int, int], stride: tuple[int, int]) -> _View:
        """A window k at stride s: the field grows by (k − 1) · jump, the jump by s (Dumoulin and Visin 2016, arXiv
        1603.07285)."""
        grown = [field + (side - 1) * jump for field, side, jump in zip(self.field, window, self.jump, strict=True)]
        jumps = [jump * step for jump, step in zip(self.jump, stride, strict=True)]
        return _View((grown[0], grown[1]), (jumps[0], jumps[1]))

    def joined(self, other: _View) -> _View:
        """Where paths meet, the result sees as far as the path that sees farthest."""
        field = max(self.field[0], other.field[0]), max(self.field[1], other.field[1])
        return _View(field, (max(self.jump[0], other.jump[0]), max(self.jump[1], other.jump[1])))


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a forward pass: the picture, a layer, an operation on tensors between layers, or the answer."""

    key: str  # unlike any other step's
    op: Literal["input", "layer", "operation", "output"]
    row: LayerRow  # of what is no layer the name is empty and the kind says what is done: "add", "cat"
    sources: tuple[str, ...]  # keys of the steps whose results it uses, each once
    modules: tuple[tuple[str, str], ...]  # those around it, the outermost first: path and class


class _Tracer(fx.Tracer):
    """Layers are torch.nn's own modules; everything of ours is walked through."""

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return not any(True for _ in module.children())


class _Walk(fx.Interpreter):
    """Runs a traced network and notes each step that comes of the picture."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.steps: list[Step] = []
        self._views: dict[fx.Node, _View] = {}
        self._sources: dict[fx.Node, tuple[str, ...]] = {}  # what a node's result is, or was worked out from

    def run_node(self, node: fx.Node) -> Any:
        output = super().run_node(node)
        used = node.all_input_nodes
        view = reduce(_View.joined, (self._views[each] for each in used if each in self._views), _View())
        sources = tuple(dict.fromkeys(chain.from_iterable(self._sources[each] for each in used)))
        if node.op == "call_module":
            layer = self.fetch_attr(str(node.target))
            view = _after(layer, view, self.inputs_of(node)[0])
            row = _row(str(node.target), layer, output, view)
        else:
            shape = tuple(output.shape[1:]) if isinstance(output, Tensor) else ()
            row = LayerRow("", _kind(node), shape, 0, 0, max(view.field))
        self._views[node] = view
        self._sources[node] = sources
        if isinstance(output, Tensor) and (sources or node.op == "placeholder"):
            self.steps.append(Step(node.name, _OPS.get(node.op, "operation"), row, sources, _modules_around(node)))
            self._sources[node] = (node.name,)
        return output

    def inputs_of(self, node: fx.Node) -> tuple[Tensor, ...]:
        """The tensors that a layer is called with."""
        return self.fetch_args_kwargs_from_env(node)[0]


def layer_table(model: nn.Module, input_shape: tuple[int, int, int] = (3, 32, 32)) -> list[LayerRow]:
    """One row for each layer, in the order in which they run. `model` is not changed. Raises as `steps` does."""
    return [step.row for step in steps(model, input_shape) if step.op == "layer"]


def steps(model: nn.Module, input_shape: tuple[int, int, int] = (3, 32, 32)) -> list[Step]:
    """What becomes of one picture on its way through, in the order of computation. `model` is not changed.

    A copy is traced and run on one black picture. Meta tensors would compute nothing, but their first use imports
    torch's compiler, which takes seconds. Raises torch.fx's TraceError for a path that depends on the input."""
    own = copy.deepcopy(model).to_empty(device="cpu").eval()  # wherever its weights are, if it has any
    walk = _Walk(fx.GraphModule(own, _Tracer().trace(own)))
    with torch.inference_mode():
        walk.run(torch.zeros(1, *input_shape))
    return walk.steps


def total_parameters(model: nn.Module) -> int:
    """All weights and biases, frozen ones included; running statistics are not parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def total_multiply_adds(rows: Iterable[LayerRow]) -> int:
    """For one picture."""
    return sum(row.multiply_adds for row in rows)


def _row(name: str, layer: nn.Module, output: Tensor, view: _View) -> LayerRow:
    own = sum(parameter.numel() for parameter in layer.parameters(recurse=False))
    return LayerRow(
        name, type(layer).__name__, tuple(output.shape[1:]), own, _multiply_adds(layer, output), max(view.field)
    )


_OPS: dict[str, Literal["input", "layer", "output"]] = {
    "placeholder": "input",
    "call_module": "layer",
    "output": "output",
}


def _kind(node: fx.Node) -> str:
    """What a node that is no layer does, in place or not: "add" for `+`, `+=` and `.add_()`."""
    if node.op in _OPS:
        return _OPS[node.op]
    name = str(getattr(node.target, "__name__", node.target)).strip("_")
    return {"concat": "cat", "concatenate": "cat"}.get(name, name)


def _modules_around(node: fx.Node) -> tuple[tuple[str, str], ...]:
    """A module that is called a second time is another one there: its path then ends in "@1"."""
    stack = [(path, kind.__name__) for path, (_, kind) in node.meta.get("nn_module_stack", {}).items()]
    return tuple(stack[:-1] if node.op == "call_module" else stack)


def _multiply_adds(layer: nn.Module, output: Tensor) -> int:
    if isinstance(layer, nn.Conv2d):
        return math.prod(output.shape[1:]) * math.prod(layer.weight.shape[1:])
    if isinstance(layer, nn.Linear):
        return layer.weight.numel()
    return 0


def _after(layer: nn.Module, view: _View, source: Tensor) -> _View:
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        spread = (1, 1) if isinstance(layer, nn.AvgPool2d) else _pair(layer.dilation)
        window = [(side - 1) * far + 1 for side, far in zip(_pair(layer.kernel_size), spread, strict=True)]
        return view.through((window[0], window[1]), _pair(layer.stride))
    if isinstance(layer, nn.Flatten | nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d) and source.dim() == 4:
        return view.through((source.shape[-2], source.shape[-1]), (1, 1))
    return view


def _pair(value: Any) -> tuple[int, int]:
    """(down, across)."""
    down, across = value if isinstance(value, tuple) else (value, value)
    return int(down), int(across)
