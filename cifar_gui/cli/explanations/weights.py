"""`cifar-gui explain weights`: the filters of a layer."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cifar_gui.cli.command import Run
from cifar_gui.cli.explaining import EXPLANATIONS, add_arguments, explain

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.base import Request


@EXPLANATIONS.register("weights", label="the filters of a layer", order=1)
def configure(parser: ArgumentParser) -> Run:
    """The weights of each filter: in colour where they look at colours, else slice by slice; dead filters and those
    that look for the same thing are named."""
    add_arguments(parser)
    return run


def run(arguments: Namespace) -> int:
    return explain(arguments, "", lambda *asked: _numbers(*asked, in_full=bool(arguments.unit)))


def _numbers(
    snapshot: ModelSnapshot, request: Request, units: Sequence[int], *, in_full: bool
) -> list[Mapping[str, Any]]:
    """Mean, deviation, norm and what is the matter; the weights themselves of a single unit."""
    from cifar_gui.explain.health import finding_of, findings
    from cifar_gui.explain.units import unit_details

    found = findings(snapshot, request.layer, None)
    return [
        {
            "mean": details.mean,
            "deviation": details.deviation,
            "norm": details.norm,
            "rank": details.rank,
            "bias": details.bias,
            "findings": [each.text for each in finding_of(found, details.unit)],
            **({"weights": details.weights.tolist()} if in_full else {}),
        }
        for details in (unit_details(snapshot, request.layer, unit) for unit in units)
    ]
