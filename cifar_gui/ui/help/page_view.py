"""A page of Markdown that scrolls, in the middle of whatever width there is."""

from __future__ import annotations

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QTextBrowser

from cifar_gui.ui.help.page_text import centre, heading_block, page
from cifar_gui.ui.theme import px, tokens


class PageView(QTextBrowser):
    """What its links mean is for who hears `anchorClicked`. No pictures are shown: a text from elsewhere must not have
    files read."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._markdown = ""

    def show_page(self, markdown: str, anchor: str = "") -> None:
        """From the top, or from a heading."""
        self._markdown = markdown
        self._draw()
        QTimer.singleShot(0, self, lambda: self.scroll_to(anchor))  # heights are known once it has been laid out

    def draw_again(self) -> None:
        """In the colours and the size of now, at the same place."""
        at = self.verticalScrollBar().value()
        self._draw()
        self.verticalScrollBar().setValue(at)

    def scroll_to(self, anchor: str) -> None:
        """Bring a heading to the top; the page's beginning for "" or one that there is not."""
        block = heading_block(self.document(), anchor) if anchor else None
        top = self.document().documentLayout().blockBoundingRect(block).top() - px(12) if block is not None else 0
        self.verticalScrollBar().setValue(round(top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        centre(self.document(), self.viewport().width())

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def _draw(self) -> None:
        document = page(self._markdown, self.viewport().width())
        document.setParent(self)  # and Qt deletes the one before
        self.setDocument(document)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setStyleSheet(f"QTextBrowser {{ background: {tokens().panel.name()}; }}")
