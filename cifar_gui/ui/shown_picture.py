"""The picture that the window is about: the one last classified, as the network sees it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage


class ShownPicture(QObject):
    """For the GUI thread. Signals: changed() when there is another one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()  # 32 × 32; a null one as long as there is none
        self.name = ""

    def show(self, image: QImage, name: str) -> None:
        """Replace it by what the network sees of another picture."""
        self.image, self.name = image, name
        self.changed.emit()
