"""A network as a list of layers that a person puts together: checked, measured, written down; free of torch.

Shapes follow the arithmetic of convolutions: floor((size + 2·padding − kernel) / stride) + 1 for each side (Dumoulin
and Visin 2016, arXiv 1603.07285). Every number here agrees with `layer_table` of the network that `custom` builds.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from cifar_gui.errors import RecipeError, not_read
from cifar_gui.recipe import Setting, toml_values
from cifar_gui.words import given, grouped, what_there_is

Shape = tuple[int, ...]
"""(channels, height, width) of maps, or (values,)."""

Sides = tuple[int, int]
"""(down, across)."""

PICTURE: Shape = (3, 32, 32)
CLASSES = "classes"
"""For the units of a dense layer: as many as there are classes."""
ACTIVATIONS = ("relu", "leaky_relu", "gelu", "tanh", "sigmoid")
MAX_LAYERS = 100
MAX_PARAMETERS = 100_000_000
"""Of any network, designed or not."""
MAX_DROPOUT = 0.99
"""The largest share of values that dropout may silence: with all of them nothing is learned."""
MAX_MULTIPLY_ADDS = 20_000_000_000


class DesignError(RecipeError):
    """A design does not make sense. `layer` is the place of the first layer that does not fit, from 0; -1: none."""

    def __init__(self, message: str, layer: int = -1) -> None:
        super().__init__(message, "network_settings")
        self.layer = layer


class Misfit(ValueError):
    """Why a layer cannot stand where it stands, as the end of a sentence."""


def _field(
    default: Any, label: str, help: str, low: float | None = None, high: float | None = None, **more: Any
) -> Any:
    return field(default=default, metadata={"setting": Setting(label, help, low, high, **more)})


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer and its settings. Construction checks them all and raises RecipeError naming the first unfit one."""

    kind: ClassVar[str] = ""
    label: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for name, setting in fields_of(type(self)).items():
            _check(self.label, setting, getattr(self, name), type(self).__dataclass_fields__[name].default)

    def output(self, shape: Shape, classes: int) -> Shape:
        """What becomes of an input of this shape. Raises Misfit."""
        return shape

    def parameters(self, shape: Shape, classes: int) -> int:
        """Weights and biases, for an input of this shape."""
        return 0

    def multiply_adds(self, shape: Shape, classes: int) -> int:
        """For one picture."""
        return 0

    def window(self, shape: Shape) -> tuple[Sides, Sides]:
        """What one output value looks at in an input of this shape, and how far it is to the next."""
        return (1, 1), (1, 1)

    def settings(self) -> dict[str, Any]:
        """Those that are not at their defaults."""
        own = {name: getattr(self, name) for name in fields_of(type(self))}
        return {name: value for name, value in own.items() if value != type(self).__dataclass_fields__[name].default}


@dataclass(frozen=True, slots=True)
class Convolution(Layer):
    """Filters of height × width over all channels."""

    kind: ClassVar[str] = "convolution"
    label: ClassVar[str] = "Convolution"
    depth: int = _field(32, "Depth", "How many filters, and so maps.", 1, 4096)
    height: int = _field(3, "Kernel height", "Rows of each filter.", 1, 32)
    width: int = _field(3, "Kernel width", "Columns of each filter.", 1, 32)
    stride: int = _field(1, "Stride", "How far a filter moves from one place to the next.", 1, 32)
    padding: int | str = _field(
        "same",
        "Padding",
        "same: zeros around, so that stride 1 keeps the size; valid: none; or so many rows and columns on each side.",
        0,
        31,
        choices=("same", "valid"),
    )
    bias: bool = _field(True, "Bias", "A number of its own for each filter; needless before batch norm.")

    def output(self, shape: Shape, classes: int) -> Shape:
        _, *sides = _maps(shape)
        kernels = (self.height, self.width)
        made = [
            _places(side, kernel, self.stride, padding)
            for side, kernel, padding in zip(sides, kernels, self.paddings, strict=True)
        ]
        return (self.depth, *made)

    @property
    def paddings(self) -> tuple[int, int]:
        """Rows above and below, columns left and right. Raises Misfit."""
        if isinstance(self.padding, int):
            return self.padding, self.padding
        if self.padding == "valid":
            return 0, 0
        if self.height % 2 == 0 or self.width % 2 == 0:
            raise Misfit(
                "padding “same” needs a kernel with odd sides, such as 3 or 5; or give the padding as a number"
            )
        return self.height // 2, self.width // 2

    def parameters(self, shape: Shape, classes: int) -> int:
        return self.depth * (shape[0] * self.height * self.width + self.bias)

    def multiply_adds(self, shape: Shape, classes: int) -> int:
        return math.prod(self.output(shape, classes)) * shape[0] * self.height * self.width

    def window(self, shape: Shape) -> tuple[Sides, Sides]:
        return (self.height, self.width), (self.stride, self.stride)


@dataclass(frozen=True, slots=True)
class Activation(Layer):
    """A bend for each value, without which layers one after the other could be one."""

    kind: ClassVar[str] = "activation"
    label: ClassVar[str] = "Activation"
    function: str = _field("relu", "Function", "How each value is bent.", choices=ACTIVATIONS)
    slope: float = _field(0.1, "Slope", "Of the leaky ReLU for negative values.", 0, 1)


@dataclass(frozen=True, slots=True)
class _Pooling(Layer):
    size: int = _field(2, "Size", "Rows and columns of the window.", 1, 32)
    stride: int = _field(2, "Stride", "How far the window moves from one place to the next.", 1, 32)
    padding: int = _field(0, "Padding", "Rows and columns around that do not count; at most half the size.", 0, 16)

    def output(self, shape: Shape, classes: int) -> Shape:
        channels, *sides = _maps(shape)
        if 2 * self.padding > self.size:
            raise Misfit(f"its padding can be at most half its size, {self.size // 2}")
        return (channels, *(_places(side, self.size, self.stride, self.padding) for side in sides))

    def window(self, shape: Shape) -> tuple[Sides, Sides]:
        return (self.size, self.size), (self.stride, self.stride)


@dataclass(frozen=True, slots=True)
class MaxPooling(_Pooling):
    """The largest value of each window."""

    kind: ClassVar[str] = "max_pooling"
    label: ClassVar[str] = "Max pooling"


@dataclass(frozen=True, slots=True)
class AveragePooling(_Pooling):
    """The mean of each window, padding included."""

    kind: ClassVar[str] = "average_pooling"
    label: ClassVar[str] = "Average pooling"


@dataclass(frozen=True, slots=True)
class GlobalAverage(Layer):
    """The mean of each map: one value for each channel."""

    kind: ClassVar[str] = "global_average"
    label: ClassVar[str] = "Mean of each map"

    def output(self, shape: Shape, classes: int) -> Shape:
        return (_maps(shape)[0],)

    def window(self, shape: Shape) -> tuple[Sides, Sides]:
        return (shape[1], shape[2]), (1, 1)


@dataclass(frozen=True, slots=True)
class BatchNorm(Layer):
    """Each channel to mean 0 and deviation 1 over the batch, then scaled and shifted as learned."""

    kind: ClassVar[str] = "batch_norm"
    label: ClassVar[str] = "Batch norm"

    def parameters(self, shape: Shape, classes: int) -> int:
        return 2 * shape[0]


@dataclass(frozen=True, slots=True)
class Dropout(Layer):
    """Silences values at random while training, so that none is trusted alone."""

    kind: ClassVar[str] = "dropout"
    label: ClassVar[str] = "Dropout"
    share: float = _field(0.5, "Share", "Of the values that are silenced.", 0, MAX_DROPOUT)


@dataclass(frozen=True, slots=True)
class Flatten(Layer):
    """All values of all maps in one row, as dense layers want them."""

    kind: ClassVar[str] = "flatten"
    label: ClassVar[str] = "Flatten"

    def output(self, shape: Shape, classes: int) -> Shape:
        return (math.prod(_maps(shape)),)

    def window(self, shape: Shape) -> tuple[Sides, Sides]:
        return (shape[1], shape[2]), (1, 1)


@dataclass(frozen=True, slots=True)
class Dense(Layer):
    """Units that each look at every value."""

    kind: ClassVar[str] = "dense"
    label: ClassVar[str] = "Dense"
    units: int | str = _field(CLASSES, "Units", "How many; classes: one for each class.", 1, 65_536, choices=(CLASSES,))
    bias: bool = _field(True, "Bias", "A number of its own for each unit.")

    def output(self, shape: Shape, classes: int) -> Shape:
        if len(shape) != 1:
            raise Misfit("it needs a row of values, not maps: put Flatten or the mean of each map before it")
        return (self._units(classes),)

    def parameters(self, shape: Shape, classes: int) -> int:
        return self._units(classes) * (shape[0] + self.bias)

    def multiply_adds(self, shape: Shape, classes: int) -> int:
        return self._units(classes) * shape[0]

    def _units(self, classes: int) -> int:
        return self.units if isinstance(self.units, int) else classes


KINDS: dict[str, type[Layer]] = {
    each.kind: each
    for each in (
        Convolution, Activation, MaxPooling, AveragePooling, GlobalAverage, BatchNorm, Dropout, Flatten, Dense,
    )
}  # fmt: skip
"""What a layer can be, in the order in which they are offered."""


_NO_LOGITS = "The last layer must give one value for each class: end with Dense, units “classes”."


@dataclass(frozen=True, slots=True)
class Step:
    """A layer in its place. Where it or something before it does not fit, nothing is known: `shape` is None. What is
    known of a last layer that gives no logits is said all the same."""

    layer: Layer
    shape: Shape | None  # of the output, without the batch
    parameters: int = 0
    multiply_adds: int = 0
    receptive_field: int = 0  # the longer side in input pixels, padding included
    problem: str = ""  # why it does not fit, a sentence


@dataclass(frozen=True, slots=True)
class Design:
    """The layers from the picture to the logits."""

    layers: tuple[Layer, ...] = ()

    def steps(self, classes: int = 10, picture: Shape = PICTURE) -> list[Step]:
        """Each layer with its shape, size, work and view, as far as the layers fit."""
        made: list[Step] = []
        shape: Shape | None = picture
        view, jump = (1, 1), (1, 1)
        for place, layer in enumerate(self.layers):
            if shape is None:
                made.append(Step(layer, None))
                continue
            try:
                after = layer.output(shape, classes)
            except Misfit as misfit:
                made.append(Step(layer, None, problem=_sentence(misfit)))
                shape = None
                continue
            window, stride = layer.window(shape)
            view = view[0] + (window[0] - 1) * jump[0], view[1] + (window[1] - 1) * jump[1]
            jump = jump[0] * stride[0], jump[1] * stride[1]
            own = layer.parameters(shape, classes), layer.multiply_adds(shape, classes)
            ends_badly = place == len(self.layers) - 1 and after != (classes,)
            made.append(Step(layer, after, *own, max(view), _NO_LOGITS if ends_badly else ""))
            shape = after
        return _within_bounds(made)

    def check(self, classes: int = 10) -> None:
        """Raise DesignError naming the first layer that does not fit."""
        if not self.layers:
            raise DesignError("There is no layer yet. The last one must be Dense with one unit for each class.")
        if len(self.layers) > MAX_LAYERS:
            raise DesignError(f"{len(self.layers)} layers are too many: {MAX_LAYERS} at most.", MAX_LAYERS)
        for place, step in enumerate(self.steps(classes)):
            if step.problem:
                raise DesignError(f"Layer {place + 1} ({step.layer.label}) does not fit. {step.problem}", place)

    # Written down

    def to_text(self) -> str:
        """One line: "convolution depth=12; activation; flatten; dense"."""
        return "; ".join(_words(layer) for layer in self.layers)

    @classmethod
    def from_text(cls, text: str) -> Design:
        """The reverse of `to_text`. Raises DesignError, naming the layer."""
        if not isinstance(text, str):  # a recipe or a model file may hold anything
            raise DesignError(f"Layers are written as a text, such as 'flatten; dense', not as {given(text)}.")
        parts = [part.split() for part in text.replace("\n", ";").split(";")]
        return cls._of(_table(words, place) for place, words in enumerate(words for words in parts if words))

    def to_toml(self) -> str:
        """A table `[[layers]]` for each layer, with every setting."""
        import tomli_w

        tables = [
            {"kind": each.kind, **{name: getattr(each, name) for name in fields_of(type(each))}} for each in self.layers
        ]
        return tomli_w.dumps({"layers": tables})

    @classmethod
    def from_toml(cls, text: str, where: str = "The design") -> Design:
        """The reverse of `to_toml`. Raises DesignError naming the line, or the layer and its setting."""
        try:
            values = toml_values(text, where)
        except RecipeError as error:
            raise DesignError(str(error)) from error
        tables = values.get("layers")
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise DesignError(f"{where} is no network: it must hold tables called [[layers]], and nothing else.")
        if others := [given(name) for name in values if name != "layers"]:
            what = f"Take out {', '.join(others)}."
            raise DesignError(f"{where} must hold tables called [[layers]], and nothing else. {what}")
        try:
            return cls._of(tables)
        except DesignError as error:
            raise DesignError(f"{where} cannot be used. {error}", error.layer) from error

    @classmethod
    def load(cls, path: Path) -> Design:
        """The design in a TOML file. Raises DesignError naming the file."""
        try:
            return cls.from_toml(path.read_text(encoding="utf-8"), where=path.name)
        except (OSError, UnicodeDecodeError) as error:
            raise DesignError(not_read(path, error)) from error

    @classmethod
    def _of(cls, tables: Iterable[Mapping[str, Any]]) -> Design:
        return cls(tuple(_layer(table, place) for place, table in enumerate(tables)))


def is_design_file(path: Path) -> bool:
    """Whether a file is taken for a design, by its name; some systems write ".TOML"."""
    return path.suffix.lower() == ".toml"


def fields_of(kind: type[Layer]) -> dict[str, Setting]:
    """Name → what a person needs to know about each setting of a kind of layer."""
    return {each.name: each.metadata["setting"] for each in dataclasses.fields(kind)}


def _layer(table: Mapping[str, Any], place: int) -> Layer:
    """Raises DesignError."""
    own = dict(table)
    if "kind" not in own:
        raise DesignError(f"Layer {place + 1} does not say its kind. Known: {', '.join(KINDS)}.", place)
    name = own.pop("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise DesignError(f"Layer {place + 1} is of no known kind: {given(name)}. {what_there_is(name, KINDS)}", place)
    known = fields_of(kind)
    for key in own:
        if key not in known:
            has = what_there_is(key, known, "It has")
            raise DesignError(f"Layer {place + 1} ({kind.label}) has no setting called {given(key)}. {has}", place)
    try:
        return kind(**own)
    except RecipeError as error:
        raise DesignError(f"Layer {place + 1}: {error}", place) from error


def _table(words: list[str], place: int) -> dict[str, Any]:
    """["dense", "units=10"] → {"kind": "dense", "units": 10}."""
    table: dict[str, Any] = {"kind": words[0]}
    for word in words[1:]:
        key, equals, value = word.partition("=")
        if not equals:
            raise DesignError(f"Layer {place + 1}: {given(word)} is not NAME=VALUE, such as depth=32.", place)
        if key in table:
            raise DesignError(f"Layer {place + 1}: {key} is given twice.", place)
        table[key] = value_of(value)
    return table


def value_of(word: str) -> Any:
    """What a person means who types a setting: true or false, a number, else the word itself. As in recipes, numbers
    have neither underscores nor the digits of other scripts."""
    if word in ("true", "false"):
        return word == "true"
    if "_" in word or not word.isascii():
        return word
    for number in (int, float):
        try:
            return number(word)
        except ValueError:
            continue
    return word


def _words(layer: Layer) -> str:
    own = {key: str(value).lower() if isinstance(value, bool) else value for key, value in layer.settings().items()}
    return " ".join([layer.kind, *(f"{key}={value}" for key, value in own.items())])


def _maps(shape: Shape) -> Shape:
    if len(shape) != 3:
        raise Misfit("it needs maps, and there is only a row of values here: put it before Flatten")
    return shape


def _places(side: int, kernel: int, stride: int, padding: int) -> int:
    """How often a window fits. Raises Misfit when it does not."""
    if kernel > side + 2 * padding:
        around = f" with {padding} around" if padding else ""
        left = "the one pixel that is left" if side == 1 else f"the {side} pixels that are left"
        raise Misfit(f"its window of {kernel} is larger than {left}{around}")
    return (side + 2 * padding - kernel) // stride + 1


def _within_bounds(steps: list[Step]) -> list[Step]:
    """The same steps; that which makes the network too large to be built says so, and nothing is known after it."""
    parameters = work = 0
    for place, step in enumerate(steps):
        parameters, work = parameters + step.parameters, work + step.multiply_adds
        for much, most, what in (
            (parameters, MAX_PARAMETERS, "parameters"),
            (work, MAX_MULTIPLY_ADDS, "multiply-adds for one picture"),
        ):
            if much > most:
                why = _sentence(
                    f"the network would have {grouped(much)} {what} by then, and {grouped(most)} are the most"
                )
                rest = [Step(each.layer, None) for each in steps[place + 1 :]]
                return [*steps[:place], Step(step.layer, None, problem=why), *rest]
    return steps


def _sentence(words: object) -> str:
    text = str(words)
    return f"{text[0].upper()}{text[1:]}."


def _check(label: str, setting: Setting, value: Any, default: Any) -> None:
    """Raise RecipeError unless a setting's value is of the kind of its default, and within its bounds."""
    name = f"{label}: {setting.label.lower()}"
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise RecipeError(f"{name} must be true or false, not {given(value)}.")
        return
    if value in setting.choices and isinstance(value, str):
        return
    fits = isinstance(value, int | float if isinstance(default, float) else int) and not isinstance(value, bool)
    low, high = setting.low, setting.high
    if low is None or high is None:
        raise RecipeError(f"{name} must be one of {', '.join(setting.choices)}, not {given(value)}.")
    kind = "a number" if isinstance(default, float) else "a whole number"
    either = f"{' or '.join(setting.choices)}, or " if setting.choices else ""
    if not fits or not low <= value <= high:
        must = f"must be {either}{kind} from {grouped(low)} to {grouped(high)}"
        raise RecipeError(f"{name} is empty: it {must}." if value == "" else f"{name} {must}, not {given(value)}.")
