"""As Python: the network written out, layer by layer, as a PyTorch module to read, change and train on.

The layers and the way through them are what `torch.fx` records of the network at work; here they become lines of code.
"""

from __future__ import annotations

import inspect
import json
import keyword
import operator
import runpy
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from torch import fx, nn

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.export.base import EXPORTERS, ExportError
from cifar_gui.export.deployed import CHUNK, Deployed
from cifar_gui.export.scripts import PREPARE, plain
from cifar_gui.inference.calibration import SHARPNESS
from cifar_gui.networks.base import NETWORKS
from cifar_gui.networks.tracing import Tracer

_FILE = Template('''\
"""$title, written out by cifar-gui.

    python $file PICTURE ...

Needs torch, safetensors, numpy and Pillow. The weights are in $weights, beside this file.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.torch import load_file
from torch import nn

CLASSES = $classes
MEAN = $mean  # of the training pictures, for red, green and blue
STD = $std
TEMPERATURE = $temperature  # logits are divided by it, so that probabilities mean what they say
SMOOTHING = $smoothing  # is taken off each class, as a share of 1 / classes, for the same reason


class Network(nn.Module):
    """Standardised pictures, float (N, 3, 32, 32) → logits (N, $count)."""

    def __init__(self):
        super().__init__()
$layers

    def forward(self, $argument):
$steps


def load():
    """The network with its weights, ready to answer."""
    network = Network()
    network.load_state_dict(load_file(Path(__file__).with_name($weights_name)))
    return network.eval()


def standardise(images):
    """uint8 (N, 3, 32, 32) → float of the same shape, as the network wants it."""
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (MEAN, STD))
    return (images.float() - mean) / std


def probabilities(network, images):
    """uint8 (N, 3, 32, 32) → (N, $count)."""
    with torch.inference_mode():
        shares = torch.softmax(network(standardise(torch.from_numpy(images))) / TEMPERATURE, 1)
        if SMOOTHING:
            shares = nn.functional.softplus($sharpness * (shares * $count - SMOOTHING))
            shares /= shares.sum(1, keepdim=True)
        return shares.numpy()


$prepare


if __name__ == "__main__":
    network = load()
    for path in sys.argv[1:]:
        shares = probabilities(network, prepare(path))[0]
        print(f"{path}: {CLASSES[shares.argmax()]}, {shares.max():.1%}")
''')

_FUNCTIONS: dict[Any, str] = {
    operator.add: "{} + {}",
    operator.mul: "{} * {}",
    operator.neg: "-{}",
    torch.cat: "torch.cat({}, dim={dim})",
}


class Code:
    """A .py file, and its weights as a .safetensors file."""

    suffix = ".py"

    def why_not(self) -> str:
        return ""

    def files(self, snapshot: ModelSnapshot, name: str) -> dict[str, bytes]:
        deployed, card = Deployed(snapshot), snapshot.card
        source = Source(deployed.network)
        weights = f"{name}_weights.safetensors"
        label = card.title or NETWORKS.entry(card.network).label
        text = _FILE.substitute(
            title=plain(f"{label}, trained on {card.data_name}" if card.data_name else label),
            file=plain(f"{name}{self.suffix}"),
            weights=plain(weights),
            weights_name=repr(weights),
            classes=json.dumps(card.class_names, ensure_ascii=False),
            mean=tuple(card.stats.mean),
            std=tuple(card.stats.std),
            temperature=repr(deployed.calibration.temperature),
            smoothing=repr(deployed.calibration.smoothing),
            sharpness=SHARPNESS,
            count=len(card.class_names),
            argument=source.argument,
            prepare=PREPARE,
            layers="\n".join(f"        {line}" for line in source.layers),
            steps="\n".join(f"        {line}" for line in source.steps),
        )
        return {f"{name}{self.suffix}": text.encode(), weights: safetensors.torch.save(source.weights)}

    def answers(self, path: Path, inputs: NDArray[np.uint8]) -> NDArray[np.float32]:
        written: dict[str, Any] = runpy.run_path(str(path))
        network = written["load"]()
        parts = np.array_split(inputs, max(len(inputs) // CHUNK, 1))
        return np.concatenate([written["probabilities"](network, part) for part in parts])


class Source:
    """The lines of `__init__` and `forward` of a network, and its weights under the names they have there."""

    def __init__(self, network: nn.Module) -> None:
        """Raises ExportError if it does something for which there is no line of code here."""
        graph = _Tracer().trace(network)
        nodes = list(graph.nodes)
        self._names = {node: _name_of(node, after) for node, after in zip(nodes, [*nodes[1:], None], strict=True)}
        self._made: set[str] = set()
        self.argument = ""
        self.layers: list[str] = []
        self.steps: list[str] = []
        self.weights: dict[str, torch.Tensor] = {}
        for node in nodes:
            self._add(node, network)

    def _add(self, node: fx.Node, network: nn.Module) -> None:
        if node.op == "placeholder":
            self.argument = self._names[node]
        elif node.op == "output":
            self.steps.append(f"return {self._text(node.args[0])}")
        else:
            expression = self._module(node, network) if node.op == "call_module" else self._call(node)
            self.steps.append(f"{self._names[node]} = {expression}")

    def _module(self, node: fx.Node, network: nn.Module) -> str:
        layer, name = network.get_submodule(str(node.target)), _attribute(str(node.target))
        if name not in self._made:  # a layer may be used twice
            self._made.add(name)
            self.layers.append(f"self.{name} = {_constructor(layer)}")
            self.weights |= {f"{name}.{key}": value.contiguous() for key, value in layer.state_dict().items()}
        return f"self.{name}({self._text(node.args[0])})"

    def _call(self, node: fx.Node) -> str:
        arguments = [self._text(each) for each in node.args]
        named = {key: self._text(value) for key, value in node.kwargs.items()}
        if node.op == "call_method":
            rest = [*arguments[1:], *(f"{key}={value}" for key, value in named.items())]
            return f"{arguments[0]}.{node.target}({', '.join(rest)})"
        if node.op == "call_function" and node.target in _FUNCTIONS:
            return _FUNCTIONS[node.target].format(*arguments, **{"dim": arguments[-1], **named})
        raise ExportError(
            f"This network does something ({node.target}) that cannot be written as code. Choose another format."
        )

    def _text(self, value: Any) -> str:
        if isinstance(value, fx.Node):
            return self._names[value]
        if isinstance(value, list | tuple):
            return f"[{', '.join(map(self._text, value))}]"
        return repr(value)


class _Tracer(Tracer):
    """Dropout of our own is dropout: what it does while training is no business of those who read."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, nn.Dropout) or super().is_leaf_module(m, module_qualified_name)


def _name_of(node: fx.Node, after: fx.Node | None) -> str:
    """`x` for what only the next step reads, a name of its own for what is needed later."""
    return "x" if set(node.users) <= {after} else node.name


def _attribute(path: str) -> str:
    """The name of a layer in the class that is written: "blocks.0.conv1" → "blocks_0_conv1"."""
    name = path.replace(".", "_")
    return name if name.isidentifier() and not keyword.iskeyword(name) else f"layer_{name}"


def _constructor(layer: nn.Module) -> str:
    """The expression that makes such a layer, without what goes without saying. Raises ExportError for one that is not
    torch's."""
    kind = nn.Dropout if isinstance(layer, nn.Dropout) else type(layer)
    if getattr(nn, kind.__name__, None) is not kind:
        raise ExportError(f"The layer {kind.__name__} cannot be written as code. Choose another format.")
    arguments = []
    for name, parameter in inspect.signature(kind).parameters.items():
        value = _setting(layer, name, parameter.default)
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue  # nn.Identity takes anything, for nothing
        if parameter.default is parameter.empty:
            arguments.append(repr(value))
        elif value != parameter.default:
            arguments.append(f"{name}={value!r}")
    return f"nn.{kind.__name__}({', '.join(arguments)})"


def _setting(layer: nn.Module, name: str, usual: Any) -> Any:
    """What a layer was made with; `usual` where that makes no difference."""
    value = getattr(layer, name, usual)  # device and dtype are nothing that a layer keeps
    if name == "inplace":
        return usual
    if name == "bias":
        return usual if not getattr(layer, "affine", True) else value is not None and value is not False
    if name == "stride" and usual is None and value == getattr(layer, "kernel_size", value):
        return usual
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


EXPORTERS.register(
    "code",
    label="Python code",
    order=3,
    about="The network as a PyTorch module to read, change and train on, its weights beside it.",
)(Code())
