"""Asking where to save something."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath

from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui import paths
from cifar_gui.ui.widgets.open_dialog import last_folder
from cifar_gui.ui.widgets.question import Role, ask


def ask_where_to_save(parent: QWidget, title: str, name: str, kinds: Mapping[str, str]) -> Path | None:
    """The file that is to be written; None if the user thinks better of it.

    `name` is proposed, in the folder of the last dialog. `kinds`: what each kind of file is called, and its suffix:
    {"Picture": ".png"}. A name without one of the suffixes gets that of the kind chosen. If that makes it the name of a
    file that is there, which the system's dialog cannot know of, the user is asked whether to replace it, and if not,
    for another name."""
    proposed = Path(last_folder.path) / name
    filters = {f"{words} (*{suffix})": suffix for words, suffix in kinds.items()}
    while True:
        typed, chosen = QFileDialog.getSaveFileName(parent, title, str(proposed), ";;".join(filters))
        if not typed:
            return None
        path = with_suffix(Path(typed), filters.get(chosen, next(iter(filters.values()))), filters.values())
        if path == Path(typed) or not paths.exists(path) or _may_replace(parent, path):
            last_folder.follow(path)
            return path
        proposed = path


def with_suffix(path: Path, suffix: str, allowed: Iterable[str] = ()) -> Path:
    """`path` if it ends in the suffix, or in another that is allowed; else with the suffix behind its name.

    "run 0.5" becomes "run 0.5.csv". Of a suffix of two parts the second may be there already: "rates.toml" becomes
    "rates.lesson.toml"."""
    name = path.name
    if name.lower().endswith((suffix, *allowed)):
        return path
    last = PurePath(f"_{suffix}").suffix
    if last != suffix and name.lower().endswith(last):
        name = name[: -len(last)]
    return path.with_name(name + suffix)


def _may_replace(parent: QWidget, path: Path) -> bool:
    answers = {"replace": ("&Replace", Role.DestructiveRole), "other": ("&Another name…", Role.RejectRole)}
    text = f"{path.name} is there already. Replace it?"
    details = "What is in it now will be lost."
    return ask(parent, "replace", "The file is there already", text, details, answers, usual="other") == "replace"
