"""*Save run card*: shows the card of a run, to be saved as a picture or copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QPixmap
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.atomic import write_atomically
from cifar_gui.errors import WriteError
from cifar_gui.ui.icons import icon
from cifar_gui.ui.runs.card_facts import CardFacts
from cifar_gui.ui.runs.card_paint import SIZE, card_png, paint_card
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.ui.widgets.text import muted, title

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_SHOWN = 720  # pixels at zoom 1
_WHAT = (
    "One picture with the curves, the filters and the result. Recipe and seed are in it, and where the data is: "
    "dropped on this app, here or elsewhere, it brings them to the Train page."
)


class CardDialog(QDialog):
    """Open it with `open`."""

    def __init__(self, context: Context, facts: CardFacts, number: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._number = context, number
        self.image = paint_card(facts)
        self.png = card_png(facts, self.image)
        self.setObjectName("runs.card_dialog")
        self.setWindowTitle("Run card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        explained_by(self, "runs#run-card")
        self.save, self.copy, self.close_button = QPushButton("Save…"), QPushButton("Copy"), QPushButton("Close")
        self.save.setProperty("primary", True)
        self.save.setIcon(icon("save", "on_accent"))
        self.copy.setIcon(icon("copy"))
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        self.close_button.clicked.connect(self.reject)
        self.save.setDefault(True)
        self._lay_out(facts)
        self.save.setFocus()

    def _on_copy(self) -> None:
        """As a picture, and as the file it would be, for programs that keep what is in it."""
        mime = QMimeData()
        mime.setImageData(self.image)
        mime.setData("image/png", self.png)
        QGuiApplication.clipboard().setMimeData(mime)
        self._context.messages.info(f"The card of run {self._number} is on the clipboard.")

    def _on_save(self) -> None:
        path = ask_where_to_save(self, "Save the run card", f"run-{self._number}.png", {"Picture": ".png"})
        if path is None:
            return
        try:
            write_atomically(path, [self.png])
        except WriteError as error:
            self._context.messages.error(str(error))
            return
        folder = QUrl.fromLocalFile(str(path.parent))
        self._context.messages.info(
            f"The card of run {self._number} was saved as {path.name}.",
            ("Show folder", lambda: QDesktopServices.openUrl(folder)),
        )
        self.accept()

    def _lay_out(self, facts: CardFacts) -> None:
        above = QHBoxLayout()
        above.addWidget(title("Run card"), 1)
        above.addWidget(HelpButton("runs#run-card", "what a run card is"))
        ratio = self.devicePixelRatioF()
        shown = QSize(px(_SHOWN), round(px(_SHOWN) * SIZE.height() / SIZE.width()))
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(self.image.scaled(shown * ratio, keep, smooth))
        pixmap.setDevicePixelRatio(ratio)
        picture = QLabel()
        picture.setPixmap(pixmap)
        lines = "; ".join(f"{name}: {value}" for name, value in facts.lines)
        picture.setAccessibleName(f"{facts.title}. {facts.subtitle}. {facts.figure} {facts.figure_note}. {lines}")
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.close_button, self.copy, self.save):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(16))
        column.setSpacing(px(12))
        column.addLayout(above)
        column.addWidget(picture)
        column.addWidget(muted(_WHAT, wrap=True))
        column.addLayout(buttons)
