"""The card that downloads CIFAR-10, when asked to and not before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton

from cifar_gui.data.download import Download, DownloadProgress
from cifar_gui.errors import Cancelled, CifarGuiError, reason
from cifar_gui.ui.context import Context
from cifar_gui.ui.train.card import Card
from cifar_gui.ui.widgets.text import caption


class DownloadCard(Card):
    """Says what would be fetched, from where, to where; then shows how far it is and can be cancelled and resumed.

    Signals: finished(str) with "cifar10" when the archive is there, checked.
    """

    finished = Signal(str)

    def __init__(self, context: Context, make_download: Callable[[], Download] = Download) -> None:
        super().__init__(
            "download", "Download CIFAR-10", "60,000 small photos of ten classes: what this app is made for."
        )
        self._context, self._make = context, make_download
        self._cancelled = threading.Event()
        self._running = False
        self.start, self.cancel = QPushButton("Download"), QPushButton("Cancel")
        self.start.setObjectName("train.download")
        self.start.setProperty("primary", True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName("Progress of the download")
        self.facts, self.status = caption(wrap=True), caption(wrap=True)
        row = QHBoxLayout()
        row.addWidget(self.start)
        row.addWidget(self.cancel)
        row.addStretch(1)
        self.content.addWidget(self.facts)
        self.content.addLayout(row)
        self.content.addWidget(self.progress)
        self.content.addWidget(self.status)
        self.start.clicked.connect(self._on_start)
        self.cancel.clicked.connect(self._on_cancel)
        self.refresh()

    def refresh(self) -> None:
        """Look anew at what has arrived already and how much room there is."""
        download = self._make()
        size, have = download.edition.size, download.received
        try:
            free = f"{download.free_bytes() / 1e9:,.1f} GB free there"
        except OSError as error:
            free = f"the free space there is unknown ({reason(error)})"
        folder = download.target.parent
        self.facts.setText(f"{size / 1e6:.0f} MB from {download.host} into {folder}; {free}.")
        self.start.setText("Resume" if have else "Download")
        self.start.setToolTip(f"{have / 1e6:.0f} MB have arrived already" if have else f"Fetch {download.edition.url}")
        if have and not self._running:
            self.progress.setValue(round(1000 * have / size))
            self.status.setText(f"{have / 1e6:.0f} of {size / 1e6:.0f} MB have arrived already.")
        self._show_running(running=self._running)

    @property
    def running(self) -> bool:
        """Whether a download is under way."""
        return self._running

    def _show_running(self, *, running: bool) -> None:
        self._running = running
        self.start.setVisible(not running)
        self.cancel.setVisible(running)
        self.progress.setVisible(running or self.progress.value() > 0)
        self.status.setVisible(bool(self.status.text()))

    def _on_start(self) -> None:
        self._cancelled = threading.Event()
        cancelled, download, jobs = self._cancelled, self._make(), self._context.jobs

        def report(state: DownloadProgress) -> None:
            if cancelled.is_set() or jobs.closing:
                raise Cancelled
            jobs.post(lambda: self._on_progress(state, cancelled))

        def fetch() -> Path | None:
            try:
                return download.run(report)
            except Cancelled:
                return None

        self.status.setText("Connecting…")
        self.cancel.setEnabled(True)
        self._show_running(running=True)
        self.cancel.setFocus()
        jobs.run(fetch, self._on_done, self._on_failed, broken=lambda: self._on_done(None))

    def _on_cancel(self) -> None:
        self._cancelled.set()
        self.cancel.setEnabled(False)
        self.status.setText("Cancelling…")

    def _on_progress(self, state: DownloadProgress, cancelled: threading.Event) -> None:
        if self._running and not cancelled.is_set():
            self.progress.setValue(round(1000 * state.share))
            self.status.setText(state.text)

    def _on_done(self, path: Path | None) -> None:
        self._end()
        if path is not None:
            self.finished.emit("cifar10")

    def _on_failed(self, error: CifarGuiError) -> None:
        self._end()
        self.status.setText(str(error))
        self.status.setVisible(True)

    def _end(self) -> None:
        """Say what has arrived by now, nothing if there is no part of an archive."""
        self._running = False
        self.progress.setValue(0)
        self.status.setText("")
        self.refresh()
