"""`cifar-gui doctor`: what works here, what does not, why, and what to do."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from cifar_gui.cli.command import COMMANDS, ExitCode, Run
from cifar_gui.cli.console import table, write, write_json
from cifar_gui.cli.examination import Place, Report, examine


@COMMANDS.register("doctor", label="what works on this machine, what does not, and what to do", order=9)
def configure(parser: ArgumentParser) -> Run:
    """Versions, folders, devices and shipped models: what works, what does not, why, and what to do. The exit code is 0
    once all has been looked at, whatever was found."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return run


def run(arguments: Namespace) -> int:
    report = examine()
    if arguments.json:
        write_json(asdict(report))
    else:
        write(_as_text(report))
    return ExitCode.OK


def _as_text(report: Report) -> str:
    versions = [(name, version or "not installed") for name, version in report.versions.items()]
    folders = [(name, _state(place), _free(place), place.path) for name, place in report.paths.items()]
    devices = [(each.name, "yes" if each.usable else "no", each.reason) for each in report.devices]
    lines = [table(("Package", "Version"), versions), ""]
    lines += [table(("Folder", "State", "Free", "Path"), folders, right=(2,)), ""]
    lines += [table(("Device", "Usable", "Why"), devices), ""]
    if not report.problems:
        return "\n".join([*lines, "No problems found."])
    lines += ["Problems", ""]
    lines += [f"{number}. {each.what}\n   {each.do}" for number, each in enumerate(report.problems, 1)]
    return "\n".join(lines)


def _state(place: Place) -> str:
    if not place.writable:
        return "not writable"
    return "there" if place.exists else "not made yet"


def _free(place: Place) -> str:
    return "–" if place.free_bytes is None else f"{place.free_bytes / 2**30:,.1f} GiB"
