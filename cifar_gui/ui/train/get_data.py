"""Three ways to pictures to learn from: download them, point at them, or use the drawn ones."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.train.card import Card
from cifar_gui.ui.train.download_card import DownloadCard
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.open_dialog import ask_for_file, ask_for_folder
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import caption, muted, title


class GetData(QWidget):
    """Signals: chosen(str) with the source to load, by name or path; closed() when the user turns back."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setObjectName("train.get_data")
        self.download = DownloadCard(context)
        self.own = OwnDataCard(context)
        self.synthetic = SyntheticCard()
        self._back = ShyButton("Back")
        self._back.setProperty("flat", True)
        self._back.setIcon(icon("chevron-left"))
        self._back.setObjectName("train.get_data.back")
        self._why = muted(wrap=True)
        self.setFocusProxy(self.download.start)
        self._lay_out()
        self._back.clicked.connect(self.closed)
        self.download.finished.connect(self.chosen)
        self.own.chosen.connect(self.chosen)
        self.synthetic.chosen.connect(self.chosen)

    def show_reason(self, why: str, *, can_go_back: bool) -> None:
        """Why this is shown, and whether there is anything to go back to."""
        self._why.setText(why)
        self._back.setVisible(can_go_back)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACING)
        head = QHBoxLayout()
        head.addWidget(title("Pictures to learn from"))
        head.addStretch(1)
        head.addWidget(self._back)
        layout.addLayout(head)
        layout.addWidget(self._why)
        cards = QWidget()
        column = QVBoxLayout(cards)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * SPACING)
        for card in (self.download, self.own, self.synthetic):
            column.addWidget(card)
        column.addStretch(1)
        layout.addWidget(VerticalScroll(cards, 240), 1)


class OwnDataCard(Card):
    """Signals: chosen(str) with the path of an archive or a folder; cancelled() while one is being read."""

    chosen = Signal(str)
    cancelled = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(
            "folder",
            "I have the archive or a folder",
            "Either official archive of CIFAR-10, packed or unpacked, or pictures in folders: train/<class>/… and "
            "test/<class>/…, or only <class>/…, of any size. Drop it anywhere on this page, or choose it:",
        )
        self._context = context
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of the import")
        self.status = caption(wrap=True)
        self.archive, self.folder = QPushButton("Archive…"), QPushButton("Folder…")
        self.archive.setIcon(icon("open"))
        self.folder.setIcon(icon("folder"))
        row = QHBoxLayout()
        self.cancel = QPushButton("Cancel")
        for button in (self.archive, self.folder, self.cancel):
            row.addWidget(button)
        row.addStretch(1)
        self.content.addLayout(row)
        self.content.addWidget(self.progress)
        self.content.addWidget(self.status)
        self.show_progress(None, "")
        self.archive.clicked.connect(self._on_archive)
        self.folder.clicked.connect(self._on_folder)
        self.cancel.clicked.connect(self.cancelled)

    def show_progress(self, share: float | None, what: str) -> None:
        """How far the import is, 0–1; None: there is none, and `what` is what there is to say of it."""
        busy = share is not None
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)
        self.archive.setVisible(not busy)
        self.folder.setVisible(not busy)
        self.status.setVisible(bool(what))
        self.status.setText(what)
        self._colour_status(bad=False)
        if share is not None:
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(1000 * share))

    def show_problem(self, why: str) -> None:
        """Why what was chosen is no data set."""
        self.show_progress(None, why)
        self._colour_status(bad=True)

    def _colour_status(self, *, bad: bool) -> None:
        self.status.setProperty("bad", bad)
        self.status.style().polish(self.status)

    def _on_archive(self) -> None:
        self._take(ask_for_file(self, "Choose the archive", "CIFAR-10 archives (*.tar.gz *.tgz *.tar)"))

    def _on_folder(self) -> None:
        self._take(ask_for_folder(self, "Choose the folder"))

    def _take(self, path: Path | None) -> None:
        if path is not None:
            self.chosen.emit(str(path))


class SyntheticCard(Card):
    """Signals: chosen(str) with "shapes"."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(
            "shapes",
            "Use the built-in synthetic set",
            "Ten drawn shapes in many colours and positions: no photos, nothing to download. Quick presets learn them "
            "in seconds, so they are good for trying things out; what it scores says nothing about CIFAR-10.",
        )
        self.use = QPushButton("Use the shapes")
        self.use.setObjectName("train.use_shapes")
        self.use.setIcon(icon("shapes"))
        self.use.clicked.connect(lambda: self.chosen.emit("shapes"))
        row = QHBoxLayout()
        row.addWidget(self.use)
        row.addStretch(1)
        self.content.addLayout(row)
