"""Runs to and from other machines: asks for the file, does the work in the background, says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.runs import pack, unpack
from cifar_gui.runs.layout import EXPORTED

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context
    from cifar_gui.ui.runs.rows import RunRow

_FILES = f"Exported runs (*{EXPORTED})"


class Transfers:
    """Exports a run as one file and imports such files. `arrived` is called with the folder of a run that has come."""

    def __init__(self, parent: QWidget, context: Context, arrived: Callable[[Path], None]) -> None:
        self._parent, self._context, self._arrived = parent, context, arrived

    def export(self, row: RunRow) -> None:
        """Ask where to, and write the run there."""
        proposed = Path(self._folder()) / f"run-{row.summary.number}{EXPORTED}"
        file, _ = QFileDialog.getSaveFileName(self._parent, "Export the run", str(proposed), _FILES)
        if file:
            self._remember(Path(file))
            work = partial(pack, row.path, Path(file))
            self._context.jobs.run(work, partial(self._on_packed, row), doing=f"Exporting run {row.summary.number}…")

    def import_run(self, file: Path | None = None) -> None:
        """Take in the run in a file, the one that the user chooses if None."""
        if file is None:
            chosen, _ = QFileDialog.getOpenFileName(
                self._parent, "Import a run", self._folder(), f"{_FILES};;All files (*)"
            )
            if not chosen:
                return
            file = Path(chosen)
        self._remember(file)
        self._context.jobs.run(partial(unpack, file), partial(self._on_unpacked, file), doing=f"Importing {file.name}…")

    def _on_packed(self, row: RunRow, file: Path) -> None:
        folder = QUrl.fromLocalFile(str(file.parent))
        self._context.messages.info(
            f"Run {row.summary.number} was written as {file.name}. Drop that file on this app on another machine to go "
            "on with the run there.",
            ("Show folder", lambda: QDesktopServices.openUrl(folder)),
        )

    def _on_unpacked(self, file: Path, run: Path) -> None:
        self._context.messages.info(f"{file.name} is run {run.name} now.")
        self._arrived(run)

    def _folder(self) -> str:
        return str(self._context.settings.get("folder", ""))

    def _remember(self, file: Path) -> None:
        self._context.settings.set("folder", str(file.parent))
