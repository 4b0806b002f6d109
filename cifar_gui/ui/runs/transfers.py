"""Runs to and from other machines: asks for the file, does the work in the background, says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from cifar_gui.errors import CifarGuiError
from cifar_gui.runs import pack, unpack
from cifar_gui.runs.layout import EXPORTED
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.widgets.open_dialog import ask_for_file
from cifar_gui.ui.widgets.progress_row import ProgressRow
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context
    from cifar_gui.ui.runs.rows import RunRow

_FILES = "Exported runs"


class Transfers:
    """Exports a run as one file and imports such files, one at a time; `row` shows how far that is, and ends it.
    `arrived` is called with the folder of a run that has come."""

    def __init__(self, parent: QWidget, context: Context, arrived: Callable[[Path], None]) -> None:
        self._parent, self._context, self._arrived = parent, context, arrived
        self.work = LongWork(context.jobs, "runs.transfer", parent)
        self.row = ProgressRow()
        self.row.cancelled.connect(self._on_cancelled)
        self.work.progressed.connect(self.row.show_progress)
        self.work.ended.connect(self.row.hide)

    def export(self, row: RunRow) -> None:
        """Ask where to, and write the run there."""
        proposed = f"run-{row.summary.number}{EXPORTED}"
        file = ask_where_to_save(self._parent, "Export the run", proposed, {_FILES: EXPORTED})
        if file is not None and not self._busy():
            work = partial(pack, row.path, file)
            doing = f"Exporting run {row.summary.number}…"
            self.work.start(work, partial(self._on_packed, row), self._on_failed, doing=doing)

    def import_run(self, file: Path | None = None) -> None:
        """Take in the run in a file, the one that the user chooses if None."""
        if file is None:
            file = ask_for_file(self._parent, "Import a run", f"{_FILES} (*{EXPORTED})")
        if file is not None and not self._busy():
            work, done = partial(unpack, file, None), partial(self._on_unpacked, file)
            self.work.start(work, done, self._on_failed, doing=f"Importing {file.name}…")

    def _busy(self) -> bool:
        """Whether another run is on its way: that one is not given up for this."""
        if self.work.running:
            self._context.messages.warn("Another run is being packed or unpacked. Wait for it, or cancel that.")
        return self.work.running

    def _on_failed(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error))

    def _on_cancelled(self) -> None:
        self.work.stop(lambda: self._context.messages.info("Cancelled. Nothing was written."))

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
