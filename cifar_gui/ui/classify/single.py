"""One picture and what the network says of it, side by side."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.ui.classify.picture_panel import PicturePanel
from cifar_gui.ui.classify.verdict_panel import VerdictPanel
from cifar_gui.ui.widgets.columns import Columns

_VERDICT_WIDTH = 376


class SingleView(QWidget):
    """The picture panel and the verdict panel with a border that can be dragged."""

    def __init__(self) -> None:
        super().__init__()
        self.picture_panel = PicturePanel()
        self.verdict_panel = VerdictPanel()
        self.columns = Columns(None, self.picture_panel, self.verdict_panel, widths=(0, _VERDICT_WIDTH))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.columns)

    def on_theme(self) -> None:
        """Lay out and paint anew what depends on colours and zoom."""
        self.verdict_panel.on_theme()
        self.picture_panel.on_theme()
