"""`cifar-gui explain maps`: what each unit answers to a picture."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

from cifar_gui.cli.command import Run
from cifar_gui.cli.explaining import EXPLANATIONS, add_arguments, explain, read_subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.base import Request
    from cifar_gui.explain.response import Response


@EXPLANATIONS.register("maps", label="what each filter answers to a picture, place by place", order=2)
def configure(parser: ArgumentParser) -> Run:
    """The map of each filter for a picture, read behind the activation that follows the layer."""
    add_arguments(parser)
    parser.add_argument("picture", metavar="PICTURE", help="a picture of any size and format")
    return run


def run(arguments: Namespace) -> int:
    subject = read_subject(arguments.picture)
    return explain(arguments, "maps", lambda *asked: _numbers(*asked, in_full=bool(arguments.unit)), subject=subject)


def _numbers(
    snapshot: ModelSnapshot, request: Request, units: Sequence[int], *, in_full: bool
) -> list[Mapping[str, Any]]:
    """Mean and highest answer, and where that is; all of them of a single unit."""
    from cifar_gui.explain.feature_maps import feature_maps, subject_of
    from cifar_gui.explain.response import response_of

    (maps,) = feature_maps(snapshot, [request.layer], subject_of(request).pixels)
    response = response_of(snapshot, request.layer)
    return [_of_map(maps[unit], response, in_full=in_full) for unit in units]


def _of_map(values: NDArray[np.float32], response: Response, *, in_full: bool) -> Mapping[str, Any]:
    row, column = divmod(int(values.argmax()), values.shape[1])
    seen = response.box(row, column).clipped()
    return {
        "mean": float(values.mean()),
        "highest": float(values.max()),
        "place": [row, column],
        "sees": list(astuple(seen)),  # top, left, bottom, right in the 32×32 pixels
        **({"map": values.tolist()} if in_full else {}),
    }
