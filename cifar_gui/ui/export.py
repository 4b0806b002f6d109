"""Model → Export: the chosen network as a file that other programs run."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from cifar_gui import paths
from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.export.base import Exported
    from cifar_gui.ui.context import Context

TOPIC = "export"


class ModelExport:
    """Asks where to and in which form, writes in the background, and says how well the answers agree."""

    def __init__(self, window: QWidget, context: Context) -> None:
        self._window, self._context = window, context
        context.models.snapshot_changed.connect(self._on_snapshot)
        self._on_snapshot(context.models.snapshot)

    def ask(self) -> None:
        """Open the dialog; nothing happens if it is given up."""
        from cifar_gui.export.base import EXPORTERS  # torch: there is a network, so it has been imported

        models, settings = self._context.models, self._context.settings
        snapshot, name = models.snapshot, models.loaded.label if models.loaded else ""  # not yet what is being loaded
        if snapshot is None:
            return
        kinds = {each.label: each.value.suffix for each in EXPORTERS}
        proposed = Path(str(settings.get("folder", ""))) / paths.file_stem(name).lower()
        path = ask_where_to_save(self._window, "Export the network", proposed, kinds)
        if path is None:
            return
        settings.set("folder", str(path.parent))
        form = next(each.name for each in EXPORTERS if each.value.suffix == path.suffix.lower())
        self._write(snapshot, form, path)

    def _write(self, snapshot: ModelSnapshot, form: str, path: Path) -> None:
        from cifar_gui.export.base import export

        jobs = self._context.jobs

        def stop_if_closing(_share: float, _doing: str) -> None:
            if jobs.closing:
                raise Cancelled("The window is closing.")

        self._context.messages.resolve(TOPIC)
        jobs.run(
            partial(export, snapshot, form, path, stop_if_closing),
            self._on_written,
            self._on_failed,
            doing="Exporting…",
        )

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
