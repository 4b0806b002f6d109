"""What the mouse does to the range a plot shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyqtgraph
from PySide6.QtCore import Qt


class ZoomBox(pyqtgraph.ViewBox):  # type: ignore[misc]  # pyqtgraph has no types
    """Left drag zooms to a rectangle, double click shows everything, the wheel is the page's."""

    def __init__(self, on_zoomed: Callable[[], None], on_reset: Callable[[], None]) -> None:
        super().__init__(enableMenu=False, border=None)
        self.setMouseMode(pyqtgraph.ViewBox.RectMode)
        self.disableAutoRange()
        self.setDefaultPadding(0)
        self._on_zoomed, self._on_reset = on_zoomed, on_reset

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        super().mouseDragEvent(event, axis)
        if event.isFinish():
            self._on_zoomed()

    def mouseDoubleClickEvent(self, event: Any) -> None:
        event.accept()
        self._on_reset()

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        event.ignore()
