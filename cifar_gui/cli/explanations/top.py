"""`cifar-gui explain top`: the held-out pictures that excite each unit most."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from cifar_gui.cli.command import Run
from cifar_gui.cli.explaining import EXPLANATIONS, add_arguments, explain, read_pictures

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.base import Request


@EXPLANATIONS.register("top", label="the held-out pictures that excite each filter most", order=3)
def configure(parser: ArgumentParser) -> Run:
    """The nine held-out pictures that excite each filter most, cut to what it sees of them; dead filters are named."""
    add_arguments(parser)
    parser.add_argument(
        "--data",
        metavar="PATH",
        default="",
        help="cifar10, shapes, an archive or an image folder (default: what it was trained on)",
    )
    return run


def run(arguments: Namespace) -> int:
    return explain(arguments, "top", _numbers, pictures=lambda snapshot: read_pictures(arguments, snapshot))


def _numbers(snapshot: ModelSnapshot, request: Request, units: Sequence[int]) -> list[Mapping[str, Any]]:
    """Mean answer, how often it is above 0, what is the matter, and the pictures."""
    from cifar_gui.explain.health import finding_of, findings
    from cifar_gui.explain.survey import survey
    from cifar_gui.explain.top_pictures import top_pictures

    found = survey(snapshot, request.layer, request.pictures)
    wrong = findings(snapshot, request.layer, found, request.pictures)
    return [
        {
            "mean": float(found.mean[unit]),
            "active": float(found.active[unit]),
            "findings": [each.text for each in finding_of(wrong, unit)],
            "pictures": [
                {"number": top.number, "label": top.label, "answer": top.answer, "sees": list(astuple(top.box))}
                for top in top_pictures(found, unit, request.pictures)
            ],
        }
        for unit in units
    ]
