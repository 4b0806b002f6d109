"""Not a test: a window that a file can be dragged out of, run as a process of its own by test_drag_and_drop.py.

    python drag_source.py FILE

Stands in the top left corner of the screen and prints "shown", "dragging" and "dropped" or "refused".
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget


class Source(QWidget):
    """Begins a drag as soon as the mouse moves with its button down."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file
        self._told = False
        self.setGeometry(0, 0, 200, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._told:
            self._told = True
            print("shown", flush=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(self._file)])
            drag = QDrag(self)
            drag.setMimeData(mime)
            print("dragging", flush=True)
            taken = drag.exec(Qt.DropAction.CopyAction)
            print("dropped" if taken == Qt.DropAction.CopyAction else "refused", flush=True)


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = Source(sys.argv[1])
    window.show()
    sys.exit(application.exec())
