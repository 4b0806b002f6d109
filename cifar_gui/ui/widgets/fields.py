"""The few kinds of field that settings are filled in with. Each takes and gives what `typed` calls raw."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from cifar_gui.ui.typed import Raw, written


class ElidedChoice(QComboBox):
    """Shortens what does not fit by an ellipsis."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt does it, but with an ellipsis where the choice is too long: a style sheet cuts it off."""
        painter, option = QStylePainter(self), QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        option.currentText = self.shown_text()
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def shown_text(self) -> str:
        """The choice as there is room for it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(control, option, part, self).width()
        return self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)


class ChoiceField(ElidedChoice):
    """One of some keys, shown by their labels. The wheel scrolls the page instead of changing the choice.

    Signals: edited() when the user picks another one.
    """

    edited = Signal()

    def __init__(self, options: Iterable[tuple[str, str]] = (), *, whole: bool = False) -> None:
        """`whole`: wide enough for the longest label; else what does not fit is elided, as names of any length are."""
        super().__init__()
        self._whole = whole
        policy = QComboBox.SizeAdjustPolicy
        self.setSizeAdjustPolicy(policy.AdjustToContents if whole else policy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_options(options)
        self.currentIndexChanged.connect(self._on_changed)

    def set_options(self, options: Iterable[tuple[str, str]]) -> None:
        """Replace the (key, label) pairs; the choice stays if it is still there."""
        wanted = self.raw()
        self.blockSignals(True)
        self.clear()
        for key, label in options:
            self.addItem(label, key)
        self.setCurrentIndex(max(self.findData(wanted), 0))
        self.blockSignals(False)

    def raw(self) -> str:
        """The key of the choice, "" if there is none."""
        return str(self.currentData() or "")

    def put(self, raw: Raw) -> None:
        """Choose by key without emitting `edited`; an unknown key is added, so that nothing is lost."""
        self.blockSignals(True)
        if self.findData(raw) < 0:
            self.addItem(str(raw), raw)
        self.setCurrentIndex(self.findData(raw))
        self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint() if self._whole else super().minimumSizeHint()

    def _on_changed(self, _index: int) -> None:
        self.edited.emit()


class OpenChoiceField(QComboBox):
    """One of some words, or a number, or whatever nonsense has been typed: judged by the form.

    Signals: edited() at every change by the user; committed() when editing is over.
    """

    edited = Signal()
    committed = Signal()

    def __init__(self, choices: Iterable[str]) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.setLineEdit(self.line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]  # Qt takes none: it would finish words that nobody began
        self.addItems(list(choices))
        self.line.textEdited.connect(lambda _text: self.edited.emit())
        self.line.editingFinished.connect(self.committed)
        self.activated.connect(self._on_activated)

    def raw(self) -> str:
        """The text as it stands."""
        return self.currentText()

    def put(self, raw: Raw) -> None:
        """Show a text without emitting `edited`."""
        self.setEditText(str(raw))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _on_activated(self, _index: int) -> None:
        self.edited.emit()
        self.committed.emit()


class NumberField(QLineEdit):
    """A number, or whatever nonsense has been typed: judged by the form, not swallowed. Up and Down step it.

    Signals: edited() at every change by the user or by `setValue`; committed() when editing is over.
    """

    edited = Signal()
    committed = Signal()

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self._whole = whole
        self.textEdited.connect(lambda _text: self.edited.emit())
        self.editingFinished.connect(self.committed)

    def raw(self) -> str:
        """The text as it stands."""
        return self.text()

    def put(self, raw: Raw) -> None:
        """Show a text without emitting `edited`; what is being typed with the same meaning stays."""
        if self.text() != str(raw):
            self.setText(str(raw))

    def value(self) -> float:
        """The number; NaN while there is none."""
        try:
            return int(self.text()) if self._whole else float(self.text())
        except ValueError:
            return float("nan")

    def setValue(self, value: float) -> None:
        """Set the number as if it had been typed and committed, as on a spin box."""
        self.setText(str(int(value)) if self._whole else str(written(float(f"{value:g}"))))
        self.edited.emit()
        self.committed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if direction is None or self.value() != self.value():
            super().keyPressEvent(event)
            return
        self.setText(self._stepped(direction))
        self.edited.emit()

    def _stepped(self, direction: int) -> str:
        """One more or less; numbers that are not whole by a tenth of themselves."""
        if self._whole:
            return str(int(self.value()) + direction)
        return str(written(float(f"{self.value() * (1.1 if direction > 0 else 1 / 1.1):.3g}")))


class TextField(QLineEdit):
    """A short text. Signals: edited()."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.textEdited.connect(lambda _text: self.edited.emit())

    def raw(self) -> str:
        """The text as it stands."""
        return self.text()

    def put(self, raw: Raw) -> None:
        """Show a text without emitting `edited`."""
        self.setText(str(raw))


class SwitchField(QCheckBox):
    """Yes or no. Signals: edited()."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.clicked.connect(lambda _checked: self.edited.emit())

    def raw(self) -> bool:
        """Whether it is ticked."""
        return self.isChecked()

    def put(self, raw: Raw) -> None:
        """Tick it or not without emitting `edited`."""
        self.setChecked(bool(raw))


Field = ChoiceField | NumberField | TextField | SwitchField


def mark_wrong(widget: QWidget, *, wrong: bool) -> None:
    """Give a field the red frame of the stylesheet, or take it away."""
    if bool(widget.property("wrong")) != wrong:
        widget.setProperty("wrong", wrong)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
