"""Which model file is meant: a shipped model by its name, a run by its number, or any file by its path. No torch."""

from __future__ import annotations

import re
from pathlib import Path

from cifar_gui import paths
from cifar_gui.errors import CheckpointError

SUFFIX = ".safetensors"
DEFAULT_NETWORK = "airnet"

_RUN = re.compile(r"(?P<run>\d+)(/(?P<which>best|last|epoch-(?P<epoch>\d+)))?")


def shipped_models() -> list[Path]:
    """The model files that come with the app, by name."""
    return sorted(paths.shipped_models().glob(f"*{SUFFIX}"))


def default_shipped() -> Path | None:
    """The model that is used when none is named: the shipped AirNet; None if nothing is shipped."""

    def distance(path: Path) -> tuple[bool, bool, str]:
        return path.stem != DEFAULT_NETWORK, not path.stem.startswith(DEFAULT_NETWORK), path.stem

    return min(shipped_models(), key=distance, default=None)


def find_model(name_or_path: str | Path = "") -> Path:
    """A model file from what a person typed: "" for the default, the name of a shipped model, a path of a file or run
    folder, or a run: "0007" or "7" (its best epoch), "7/best", "7/last", "7/epoch-3". Raises CheckpointError."""
    text = str(name_or_path)
    if not text:
        return _default()
    shipped = {path.stem: path for path in shipped_models()}
    if text in shipped:
        return shipped[text]
    path = Path(text)
    if match := _RUN.fullmatch(text.replace("\\", "/")):
        run = paths.run_name(match["run"])
        if run == match["run"] or not paths.exists(path):  # "7" may be a folder that is meant
            return _of_run(paths.runs() / run, match["which"] or "", text)
    if paths.is_folder(path):
        return _of_run(path, "", text)
    if paths.is_file(path):
        return path
    known = ", ".join(shipped) or "none"
    raise CheckpointError(
        f"There is no model {text!r}: neither a file nor a run nor a shipped model (shipped here: {known})."
    )


def epoch_file(run: Path, epoch: int) -> Path:
    """Where a run keeps the float16 weights of an epoch."""
    return run / "epochs" / f"{epoch:03d}{SUFFIX}"


def _default() -> Path:
    path = default_shipped()
    if path is None:
        raise CheckpointError(f"No model is shipped in {paths.shipped_models()}. Name a model file or a run.")
    return path


def _of_run(run: Path, which: str, text: str) -> Path:
    if which.startswith("epoch-"):
        candidates = [epoch_file(run, int(which.removeprefix("epoch-")))]
    else:
        candidates = [run / f"{name}{SUFFIX}" for name in ([which] if which else ["best", "last"])]
    for path in candidates:
        if paths.is_file(path):
            return path
    if not paths.is_folder(run):
        raise CheckpointError(f"There is no run {text!r} in {run.parent}.")
    raise CheckpointError(f"The run {run.name} has not kept {which or 'a network'}: see {run} for what is there.")
