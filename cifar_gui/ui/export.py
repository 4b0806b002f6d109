"""Model → Export: the chosen network as a file that other programs run."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from cifar_gui import paths
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.export.base import Exported
    from cifar_gui.ui.context import Context

TOPIC = "export"


class ModelExport:
    """Asks where to and in which form, writes in the background, and says how well the answers agree. One at a time."""

    def __init__(self, window: QWidget, context: Context) -> None:
        self._window, self._context = window, context
        self._doing = ""  # what the message bar says meanwhile
        self._work = LongWork(context.jobs, "export", window)
        self._work.ended.connect(self._on_ended)
        context.models.snapshot_changed.connect(self._on_snapshot)
        self._on_snapshot(context.models.snapshot)

    def ask(self) -> None:
        """Open the dialog; nothing happens if it is given up."""
        from cifar_gui.export.base import EXPORTERS  # torch: there is a network, so it has been imported

        models = self._context.models
        snapshot, name = models.snapshot, models.loaded.label if models.loaded else ""  # not yet what is being loaded
        if snapshot is None:
            return
        kinds = {each.label: each.value.suffix for each in EXPORTERS}
        proposed = paths.file_stem(name).lower()
        path = ask_where_to_save(self._window, "Export the network", proposed, kinds)
        if path is None:
            return
        form = next(each.name for each in EXPORTERS if each.value.suffix == path.suffix.lower())
        self._write(snapshot, form, path)

    def _write(self, snapshot: ModelSnapshot, form: str, path: Path) -> None:
        from cifar_gui.export.base import export

        messages = self._context.messages
        if self._work.running:
            messages.warn("Another network is being exported. Wait for it, or cancel that.", topic=TOPIC)
            return
        messages.resolve(TOPIC)
        self._doing = f"Exporting {path.name}, and comparing its answers with those here."
        messages.info(self._doing, ("Cancel", self._cancel))
        self._work.start(
            partial(export, snapshot, form, path), self._on_written, self._on_failed, doing=f"Exporting {path.name}…"
        )

    def _cancel(self) -> None:
        self._doing = "The export is being cancelled…"
        self._context.messages.info(self._doing)
        self._work.stop(lambda: self._context.messages.info("The export was cancelled. Nothing was written."))

    def _on_ended(self) -> None:
        self._context.messages.dismiss(self._doing)

    def _on_written(self, done: Exported) -> None:
        first, *others = (file.name for file in done.files)
        beside = f", with {' and '.join(others)} beside it" if others else ""
        agreement = f"at most {done.difference:.1g}" if done.difference else "nothing"
        folder = QUrl.fromLocalFile(str(done.files[0].parent))
        self._context.messages.info(
            f"Written as {first}{beside}. Read back and asked about {done.pictures:,} pictures, it gives "
            f"probabilities that differ from those here by {agreement}.",
            ("Show folder", lambda: QDesktopServices.openUrl(folder)),
        )

    def _on_failed(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error), topic=TOPIC)

    def _on_snapshot(self, snapshot: ModelSnapshot | None) -> None:
        self._context.actions.allow("export_model", "" if snapshot is not None else "No network is loaded yet")
