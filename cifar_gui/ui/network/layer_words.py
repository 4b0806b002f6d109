"""What the designer says of each layer, in words and numbers. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.networks import design
from cifar_gui.networks.design import Layer, Step
from cifar_gui.ui.network.design_model import DesignModel, Row
from cifar_gui.ui.network.shapes import shape_text
from cifar_gui.words import NOTHING, choice_words, grouped, percent, short_number

UNKNOWN = "?"
"""What stands where nothing can be known, because something before does not fit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list."""

    number: str
    label: str
    settings: str
    figures: tuple[str, str, str, str]  # output shape, parameters, multiply-adds, receptive field
    exactly: str = ""  # work and view in a sentence
    problems: tuple[str, ...] = ()

    def spoken(self) -> str:
        """The row for a screen reader."""
        shape, parameters, work, field = self.figures
        known = (
            "What it gives is not known"
            if shape == UNKNOWN
            else f"Output {shape}, {parameters} parameters, {work} multiply-adds, receptive field {field}"
        )
        what = ", ".join(filter(None, (f"Layer {self.number}", self.label, self.settings)))
        wrong = f"Does not fit: {' '.join(self.problems)} " if self.problems else ""
        return f"{what}. {wrong}{known.replace(f'{NOTHING} ', 'no ')}."


def lines_of(model: DesignModel) -> list[Line]:
    """A line for each layer of a design."""
    rows = zip(model.rows, model.steps, strict=True)
    return [_line(number, row, step) for number, (row, step) in enumerate(rows, start=1)]


def refusal(place: int) -> str:
    """That the layer at a place does not fit, where the reason is to be read elsewhere; -1: there is none."""
    return "There is no layer." if place < 0 else f"Layer {place + 1} does not fit."


def settings_words(layer: Layer) -> str:
    """The settings of a layer as one would say them: "32 of 3 × 3, padding same"."""
    match layer:
        case design.Convolution():
            padding = {"valid": "no padding"}.get(str(layer.padding), f"padding {layer.padding}")
            stride, bias = _unless(layer.stride, 1, "stride {}"), _unless(layer.bias, True, "no bias")
            return _joined(f"{grouped(layer.depth)} of {layer.height} × {layer.width}", stride, padding, bias)
        case design.MaxPooling() | design.AveragePooling():
            padding = _unless(layer.padding, 0, "padding {}")
            return _joined(f"{layer.size} × {layer.size}", f"stride {layer.stride}", padding)
        case design.Activation():
            slope = f"slope {layer.slope:g}" if layer.function == "leaky_relu" else ""
            return _joined(choice_words(layer.function), slope)
        case design.Dropout():
            return f"{percent(layer.share, 0)} silenced"
        case design.Dense():
            units = f"{grouped(layer.units)} units" if isinstance(layer.units, int) else "one unit for each class"
            return _joined(units, _unless(layer.bias, True, "no bias"))
    return ""


def _line(number: int, row: Row, step: Step) -> Line:
    problems = (*row.problems().values(), *([step.problem] if step.problem else []))
    settings = "" if row.typed else settings_words(row.layer)
    return Line(str(number), row.layer.label, settings, _figures(step), _exactly(step), problems)


def _exactly(step: Step) -> str:
    if step.shape is None:
        return ""
    work = f"{grouped(step.multiply_adds)} multiply-adds for one picture. " if step.multiply_adds else ""
    return f"{work}Receptive field: {step.receptive_field} pixels."


def _figures(step: Step) -> tuple[str, str, str, str]:
    if step.shape is None:
        return (UNKNOWN,) * 4
    parameters = grouped(step.parameters) if step.parameters else NOTHING
    work = short_number(step.multiply_adds) if step.multiply_adds else NOTHING
    return shape_text(step.shape), parameters, work, str(step.receptive_field)


def _unless(value: object, usual: object, words: str) -> str:
    return "" if value == usual else words.format(value)


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))
