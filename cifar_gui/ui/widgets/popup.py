"""A frame that opens beside the button it belongs to, and closes on Escape or a click elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QWhatsThisClickedEvent
from PySide6.QtWidgets import QFrame, QWidget

from cifar_gui.ui.theme import px


class Popup(QFrame):
    """Whoever inherits fills it, gives it its size, and then calls `show_beside`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._parent = parent
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # else a click on the button would open it again
        self.setProperty("popup", True)
        self.installEventFilter(self)

    def show_beside(self, button: QWidget) -> None:
        """Right-aligned below what opens it, or above where there is no room, within the screen."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.adjustSize()
        gap, screen = px(4), button.screen().availableGeometry()
        corner = button.mapToGlobal(QPoint(button.width() - self.width(), button.height() + gap))
        if corner.y() + self.height() > screen.bottom():
            corner.setY(button.mapToGlobal(QPoint(0, -gap)).y() - self.height())
        corner.setX(max(min(corner.x(), screen.right() - self.width()), screen.left()))
        corner.setY(max(min(corner.y(), screen.bottom() - self.height()), screen.top()))
        self.move(corner)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What a question mark asks for rises no further than its own window, and this is one: it is passed on."""
        if event.type() == QEvent.Type.WhatsThisClicked and isinstance(event, QWhatsThisClickedEvent):
            self.close()
            QCoreApplication.sendEvent(self._parent, QWhatsThisClickedEvent(event.href()))
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
