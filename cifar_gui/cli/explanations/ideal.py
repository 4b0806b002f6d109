"""`cifar-gui explain ideal`: the picture that each unit, or class, would like to see."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cifar_gui.cli.command import Run
from cifar_gui.cli.explaining import EXPLANATIONS, add_arguments, explain

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.base import Request


@EXPLANATIONS.register("ideal", label="the picture that each filter, or class, would like to see", order=4)
def configure(parser: ArgumentParser) -> Run:
    """The picture that each filter would like to see, found by climbing along its gradient from grey; with --layer
    classes that of each class."""
    add_arguments(parser)
    return run


def run(arguments: Namespace) -> int:
    return explain(arguments, "ideal", _numbers)


def _numbers(snapshot: ModelSnapshot, request: Request, units: Sequence[int]) -> list[Mapping[str, Any]]:
    """The answers to the finished pictures: of a class its probability, of a filter before the activation."""
    from cifar_gui.explain.ideal_input import ideal_inputs

    name = "probability" if request.layer.classes else "answer"
    return [{name: answer} for answer in ideal_inputs(snapshot, request.layer, units).answers.tolist()]
