"""What `doctor` looks at. Every finding is a plain value, and nothing that is broken keeps the rest from being seen."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import __version__, paths
from cifar_gui.errors import CheckpointError
from cifar_gui.preflight import Problem, window_problem

if TYPE_CHECKING:
    from cifar_gui.compute.device import DeviceStatus

PACKAGES = ("torch", "numpy", "pillow", "pillow-heif", "safetensors", "platformdirs", "tomli-w", "pyqtgraph")
_QT = "PySide6-Essentials"
_ENOUGH_SPACE = 2 * 2**30  # bytes: a data set, its archive and a few runs


@dataclass(frozen=True, slots=True)
class Place:
    """A folder that the app uses."""

    path: str
    exists: bool
    writable: bool  # or could be made
    free_bytes: int | None


@dataclass(frozen=True, slots=True)
class Device:
    """A device and what is known of it."""

    name: str
    usable: bool
    reason: str


@dataclass(slots=True)
class Report:
    """All findings."""

    versions: dict[str, str] = field(default_factory=dict)
    paths: dict[str, Place] = field(default_factory=dict)
    devices: list[Device] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def examine() -> Report:
    """Look at everything; takes a few seconds for the precision probe the first time."""
    report = Report(versions=_versions(), paths={name: _place(path) for name, path in _folders().items()})
    report.problems += [
        Problem(f"{name} is not installed.", "Install cifar-gui anew: pip install --force-reinstall cifar-gui.")
        for name, version in report.versions.items()
        if not version
    ]
    report.problems += [problem for name, place in report.paths.items() for problem in _complaints(name, place)]
    if (window := window_problem()) is not None:
        report.problems.append(window)
    try:
        import torch  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: a DLL on Windows
        report.problems.append(Problem(f"PyTorch cannot be loaded: {error}.", "Install torch anew."))
        return report
    report.problems += _model_complaints()
    _examine_devices(report)
    return report


def _versions() -> dict[str, str]:
    known = {"cifar-gui": __version__, "python": platform.python_version(), "system": platform.platform()}
    return known | {name: _version(name) for name in (*PACKAGES, _QT)}


def _version(package: str) -> str:
    """ "" if the package is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _folders() -> dict[str, Path]:
    own = {"data": paths.data_sets, "runs": paths.runs, "settings": paths.settings, "cache": paths.cache}
    return {name: folder() for name, folder in {**own, "logs": paths.logs}.items()}


def _place(path: Path) -> Place:
    """`path`, or the folder in which it would be made."""
    nearest = next(parent for parent in (path, *path.parents) if paths.exists(parent) or parent == parent.parent)
    writable = paths.is_folder(nearest) and os.access(nearest, os.W_OK | os.X_OK)
    try:
        free = shutil.disk_usage(nearest).free
    except OSError:
        free = None
    return Place(str(path), paths.is_folder(path), writable, free)


def _complaints(name: str, place: Place) -> Iterator[Problem]:
    if not place.writable:
        what = f"The folder for {name}, {place.path}, cannot be written to."
        yield Problem(what, "Change its permissions, or set CIFAR_GUI_HOME to a folder of yours.")
    elif name in ("data", "runs") and place.free_bytes is not None and place.free_bytes < _ENOUGH_SPACE:
        what = f"There is little room for {name}: {place.free_bytes / 2**30:.1f} GiB are free at {place.path}."
        yield Problem(what, "Make room, or set CIFAR_GUI_HOME to a folder on another disk.")


def _model_complaints() -> Iterator[Problem]:
    """Load every shipped model, as the classifier would."""
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.rebuild import rebuild
    from cifar_gui.checkpoint.shipped import shipped_models

    models = shipped_models()
    if not models:
        yield Problem(f"No trained model is shipped in {paths.shipped_models()}.", "Install cifar-gui anew, or train.")
    for path in models:
        try:
            rebuild(load_snapshot(path))
        except CheckpointError as error:
            yield Problem(str(error), "Install cifar-gui anew.")


def _examine_devices(report: Report) -> None:
    from cifar_gui.compute.device import devices

    for status in devices():
        reason = f"{status.reason}; {_best_precision(status)}" if status.usable else status.reason
        report.devices.append(Device(status.name, status.usable, reason))
        if status.present and not status.usable:
            what = f"{status.name} is there but cannot be used: {status.reason}."
            report.problems.append(Problem(what, "Until that is put right another device, at worst the CPU, is used."))


def _best_precision(status: DeviceStatus) -> str:
    """What the trainer would compute in, by its own probe with the default network."""
    import torch

    from cifar_gui.compute.precision import choose_precision
    from cifar_gui.networks.base import build, presets

    recipe = presets("airnet")["best"]
    device = torch.device(status.name)
    images = torch.randn(64, 3, 32, 32, generator=torch.Generator().manual_seed(0)).to(device)
    model = build(recipe.network, 10, recipe.network_settings).to(device)
    chosen = choose_precision(recipe, model, images, torch.arange(64, device=device) % 10)
    return f"trains in {chosen.name}, {'channels last' if chosen.channels_last else 'contiguous'}"
