"""The settings of one kind of layer as fields side by side, each under its name; in two rows where there is no room."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from cifar_gui.networks.design import Layer, fields_of, value_of
from cifar_gui.recipe import Setting
from cifar_gui.ui.theme import px
from cifar_gui.ui.typed import Raw
from cifar_gui.ui.widgets.bar import ControlBar
from cifar_gui.ui.widgets.fields import ChoiceField, NumberField, OpenChoiceField, SwitchField, mark_wrong
from cifar_gui.ui.widgets.text import caption
from cifar_gui.words import bounds, choice_words

LayerField = ChoiceField | NumberField | OpenChoiceField | SwitchField

_OURS = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
_WIDTH = 64


class LayerFields(QWidget):
    """Signals: typed(str, object) with a setting's name and what its field holds; left() when a field has been left."""

    typed = Signal(str, object)
    left = Signal()

    def __init__(self, kind: type[Layer], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, LayerField] = {}
        self._cells: dict[str, QWidget] = {}
        defaults = kind.__dataclass_fields__
        cells = [
            self._cell(name, setting, _field(setting, defaults[name].default))
            for name, setting in fields_of(kind).items()
        ]
        half = (len(cells) + 1) // 2
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ControlBar(cells[:half], cells[half:], breaks=True, close=True))

    def show_row(self, number: int, raws: Mapping[str, Raw], problems: Mapping[str, str]) -> None:
        """Fill the fields. What is being typed with the same meaning stays as it is typed."""
        for name, field in self.fields.items():
            old, new = field.raw(), raws[name]
            if old != new and (isinstance(old, bool) or value_of(old) != value_of(str(new))):
                field.put(new)
            setting = field.property("setting")
            field.setAccessibleName(f"{setting} of layer {number}")
            field.setAccessibleDescription(problems.get(name, "") or field.toolTip())
            mark_wrong(field, wrong=name in problems)
        if (slope := self._cells.get("slope")) is not None:
            slope.setVisible(raws["function"] == "leaky_relu" or "slope" in problems)  # what is wrong stays in sight

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Undo and redo are those of the whole design: a field would take them for itself, and knows only its text."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = event.keyCombination()
            if any(QKeySequence(keys) in QKeySequence.keyBindings(each) for each in _OURS):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def _cell(self, name: str, setting: Setting, field: LayerField) -> QWidget:
        """A field under its name."""
        self.fields[name] = field
        field.setObjectName(f"network.designer.{name}")
        field.setProperty("setting", setting.label)
        field.setToolTip(_tip(setting))
        field.edited.connect(lambda: self.typed.emit(name, field.raw()))
        if isinstance(field, NumberField | OpenChoiceField):
            field.committed.connect(self.left)
            field.installEventFilter(self)
        if isinstance(field, NumberField):
            field.setFixedWidth(px(_WIDTH))
        cell = self._cells[name] = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(2))
        words = caption(setting.label)
        words.setBuddy(field)
        words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)  # on one height
        column.addWidget(words)
        column.addWidget(field, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return cell


def _field(setting: Setting, default: object) -> LayerField:
    if isinstance(default, bool):
        return SwitchField()
    if setting.choices and setting.low is None:
        return ChoiceField(((choice, choice_words(choice)) for choice in setting.choices), whole=True)
    if setting.choices:
        return OpenChoiceField(setting.choices)
    return NumberField(whole=isinstance(default, int))


def _tip(setting: Setting) -> str:
    if setting.low is None or setting.high is None:
        return setting.help
    words = bounds(setting.low, setting.high)
    return f"{setting.help}\n{words[0].upper()}{words[1:]}."
