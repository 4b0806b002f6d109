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

from cifar_gui.networks.tracing import Tracer


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
class View:
    """How far a value sees, in input pixels, the distance between what two neighbours see, and where the first one's
    field begins, which padding puts outside the picture; all (down, across)."""

    field: tuple[int, int] = (1, 1)
    jump: tuple[int, int] = (1, 1)
    start: tuple[int, int] = (0, 0)

    def through(self, window: tuple[int, int], stride: tuple[int, int], padding: tuple[int, int] = (0, 0)) -> View:
        """A window k at stride s behind padding p: the field grows by (k − 1) · jump, its start moves back by p · jump,
        the jump grows by s (Dumoulin and Visin 2016, arXiv 1603.07285)."""
        field, jump, start = zip(
            *map(_through, self.field, self.jump, self.start, window, stride, padding), strict=True
        )
        return View((field[0], field[1]), (jump[0], jump[1]), (start[0], start[1]))

    def joined(self, other: View) -> View:
        """Where paths meet, the result sees what any of them sees."""
        start = min(self.start[0], other.start[0]), min(self.start[1], other.start[1])
        ends = [max(a + b, c + d) for a, b, c, d in zip(self.start, self.field, other.start, other.field, strict=True)]
        jump = max(self.jump[0], other.jump[0]), max(self.jump[1], other.jump[1])
        return View((ends[0] - start[0], ends[1] - start[1]), jump, start)


def _through(field: int, jump: int, start: int, window: int, stride: int, padding: int) -> tuple[int, int, int]:
    """Of one direction: the new field, jump and start."""
    return field + (window - 1) * jump, jump * stride, start - padding * jump


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a forward pass: the picture, a layer, an operation on tensors between layers, or the answer."""

    key: str  # unlike any other step's
    op: Literal["input", "layer", "operation", "output"]
    row: LayerRow  # of what is no layer the name is empty and the kind says what is done: "add", "cat"
    sources: tuple[str, ...]  # keys of the steps whose results it uses, each once
    modules: tuple[tuple[str, str], ...]  # those around it, the outermost first: path and class
    view: View = View()


class _Tracer(Tracer):
    """Layers are torch.nn's own modules; everything of ours is walked through."""

    def is_leaf_module(self, module: nn.Module, name: str) -> bool:
        return not any(True for _ in module.children())


class _Walk(fx.Interpreter):
    """Runs a traced network and notes each step that comes of the picture."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.steps: list[Step] = []
        self._views: dict[fx.Node, View] = {}
        self._sources: dict[fx.Node, tuple[str, ...]] = {}  # what a node's result is, or was worked out from

    def run_node(self, node: fx.Node) -> Any:
        output = super().run_node(node)
        used = node.all_input_nodes
        seen = [self._views[each] for each in used if each in self._views]
        view = reduce(View.joined, seen) if seen else View()
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
            self.steps.append(
                Step(node.name, _OPS.get(node.op, "operation"), row, sources, _modules_around(node), view)
            )
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
    own = _with_memory(copy.deepcopy(model)).eval()
    walk = _Walk(fx.GraphModule(own, _Tracer().trace(own)))
    with torch.inference_mode():
        walk.run(torch.zeros(1, *input_shape))
    return walk.steps


def _with_memory(model: nn.Module) -> nn.Module:
    """The same network with weights on the CPU that hold anything, wherever they were, if they were anywhere.

    As `to_empty`, which asks of meta tensors how they lie in memory, and so imports what their first use does."""
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            setattr(module, name, nn.Parameter(torch.empty(parameter.shape, dtype=parameter.dtype)))
        for name, buffer in module.named_buffers(recurse=False):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))
    return model


def total_parameters(model: nn.Module) -> int:
    """All weights and biases, frozen ones included; running statistics are not parameters."""
    return sum(parameter.numel() for parameter in model.parameters())


def total_multiply_adds(rows: Iterable[LayerRow]) -> int:
    """For one picture."""
    return sum(row.multiply_adds for row in rows)


def _row(name: str, layer: nn.Module, output: Tensor, view: View) -> LayerRow:
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


def _after(layer: nn.Module, view: View, source: Tensor) -> View:
    if isinstance(layer, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
        spread = (1, 1) if isinstance(layer, nn.AvgPool2d) else _pair(layer.dilation)
        window = [(side - 1) * far + 1 for side, far in zip(_pair(layer.kernel_size), spread, strict=True)]
        padding = _padding_of(layer, (window[0], window[1]))
        return view.through((window[0], window[1]), _pair(layer.stride), padding)
    if isinstance(layer, nn.Flatten | nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d) and source.dim() == 4:
        return view.through((source.shape[-2], source.shape[-1]), (1, 1))
    return view


def _padding_of(layer: nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d, window: tuple[int, int]) -> tuple[int, int]:
    """Rows above and columns to the left; torch lets convolutions say it in words."""
    if layer.padding == "same":
        return (window[0] - 1) // 2, (window[1] - 1) // 2
    return (0, 0) if layer.padding == "valid" else _pair(layer.padding)


def _pair(value: Any) -> tuple[int, int]:
    """(down, across)."""
    down, across = value if isinstance(value, tuple) else (value, value)
    return int(down), int(across)
