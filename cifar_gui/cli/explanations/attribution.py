"""`cifar-gui explain attribution`: which parts of a picture speak for a class."""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.cli.command import ExitCode, Run, UsageError
from cifar_gui.cli.console import Progress, write, write_json
from cifar_gui.cli.explaining import EXPLANATIONS, check_out, class_number, load_model, read_subject, write_pictures
from cifar_gui.words import what_there_is

if TYPE_CHECKING:
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.examined import Examined

METHODS = ("occlusion", "grad_cam", "integrated_gradients")
_MAGNIFIED = 8


@EXPLANATIONS.register("attribution", label="which parts of a picture speak for a class", order=5)
def configure(parser: ArgumentParser) -> Run:
    """A heat map on the 32×32 pixels that the network sees: amber speaks for the class, blue against it."""
    parser.add_argument("model", metavar="MODEL", help="a model file, a run (0007, 0007/last) or a shipped model")
    parser.add_argument("picture", metavar="PICTURE", help="a picture of any size and format")
    parser.add_argument("--class", dest="of_class", metavar="NAME", default="", help="default: what the answer is")
    parser.add_argument("--method", choices=METHODS, default=METHODS[0], help="default: %(default)s")
    parser.add_argument("--out", metavar="FILE.png|DIR", type=Path, help="the heat map as a picture")
    parser.add_argument("--json", action="store_true", help="print one JSON object with all 32×32 numbers")
    for of_the_others in ("--layer", "--unit"):
        parser.add_argument(of_the_others, default="", help=SUPPRESS)  # to be refused in a sentence
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.explain.attribution.base import heat
    from cifar_gui.explain.examined import Examined
    from cifar_gui.explain.mind import attribution_of

    _refuse_layers(arguments)
    check_out(arguments.out)
    examined = Examined(load_model(arguments))
    pixels = read_subject(arguments.picture).pixels
    target = _target(examined, pixels, arguments.of_class)
    with Progress() as progress:
        found, words = attribution_of(arguments.method, examined, pixels, target, progress)
    changes = {"changes": words} if words else {}
    if arguments.out is not None:
        picture = heat(found.values, pixels).repeat(_MAGNIFIED, axis=0).repeat(_MAGNIFIED, axis=1)
        named = {"": picture, paths.file_stem(f"{arguments.method}-{found.class_name}"): picture}
        write_pictures(named, arguments.out, f"the heat map of {found.class_name}")
    if arguments.json:
        told = {"model": arguments.model, "class": found.class_name, "method": arguments.method}
        write_json({**told, "caption": found.caption, **changes, "note": found.note, "values": found.values.tolist()})
    else:
        write("\n".join([found.caption, *changes.values(), found.note]))
    return ExitCode.OK


def _refuse_layers(arguments: Namespace) -> None:
    """Raises UsageError where one is asked for."""
    if arguments.layer or arguments.unit:
        raise UsageError(
            "An attribution is of what the whole network answers, not of one layer: leave out --layer and --unit, name "
            "a class with --class, or see what a layer answers to the picture with `cifar-gui explain maps`."
        )


def _target(examined: Examined, pixels: Pixels, name: str) -> int:
    """The number of a class by its name; without one that of the answer. Raises UsageError."""
    import torch

    if not name:
        with torch.inference_mode():
            return int(examined.logits(examined.inputs(pixels)).argmax())
    if (number := class_number(examined.class_names, name)) is None:
        has = what_there_is(name, examined.class_names, "It knows")
        raise UsageError(f"This model has no class {name!r}. {has}")
    return number
