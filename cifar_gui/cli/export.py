"""`cifar-gui export`: a network in a form that other programs run."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cifar_gui.cli.command import COMMANDS, ExitCode, Run
from cifar_gui.cli.console import Progress, say, write, write_json

FORMATS = ("onnx", "exported-program", "code")


@COMMANDS.register("export", label="write a model as ONNX, a PyTorch program or Python code", order=8)
def configure(parser: ArgumentParser) -> Run:
    """Write a model in a form that other programs run, and check that it answers the same there. Normalisation and
    calibration go with it: bytes of pictures in, probabilities out."""
    parser.add_argument("model", metavar="MODEL", help="a shipped model, a model file, or a run")
    parser.add_argument("--format", choices=FORMATS, required=True, help="the form to write it in")
    parser.add_argument("out", metavar="OUT", type=Path, help="the file to write")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.shipped import find_model
    from cifar_gui.export.base import export

    snapshot = load_snapshot(find_model(arguments.model))
    with Progress() as progress:
        done = export(snapshot, arguments.format, arguments.out, progress)
    if arguments.json:
        write_json({"files": [str(file) for file in done.files], "difference": done.difference, "n": done.pictures})
    else:
        for file in done.files:
            write(str(file))
        say(f"Compared on {done.pictures:,} pictures: probabilities differ by {done.difference:.1g} at most.")
    return ExitCode.OK
