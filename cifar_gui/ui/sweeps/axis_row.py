"""One setting in the sweep dialog: which, and the values that it is to have."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.sweeps.form import AxisText
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.fields import ChoiceField, NumberField, SwitchField, TextField, mark_wrong
from cifar_gui.ui.widgets.text import caption, muted


class AxisRow(QWidget):
    """Signals: edited() when the values are others; setting_chosen() when it is another setting; removed()."""

    edited = Signal()
    setting_chosen = Signal()
    removed = Signal()

    def __init__(self, options: Sequence[tuple[str, str]]) -> None:
        """`options`: (setting, label) of all that can be varied."""
        super().__init__()
        self.setting = ChoiceField(options)
        self.values = TextField()
        self.low, self.high, self.logarithmic = NumberField(whole=False), NumberField(whole=False), SwitchField()
        self.remove = QToolButton()
        self._problem = caption(wrap=True)
        self._kinds = QStackedWidget()
        self._lay_out()
        for field in (self.values, self.low, self.high, self.logarithmic):
            field.edited.connect(self.edited)
        self.setting.edited.connect(self.setting_chosen)
        self.remove.clicked.connect(self.removed)

    @property
    def text(self) -> AxisText:
        """What stands in the fields."""
        low, high = self.low.raw(), self.high.raw()
        return AxisText(self.setting.raw(), self.values.raw(), low, high, self.logarithmic.raw())

    def put(self, text: AxisText) -> None:
        """Fill the fields without emitting anything."""
        self.setting.put(text.setting)
        self.values.put(text.values)
        self.low.put(text.low)
        self.high.put(text.high)
        self.logarithmic.put(text.logarithmic)

    def show_range(self, *, ranged: bool) -> None:
        """Bounds in place of a list of values, or the list."""
        self._kinds.setCurrentIndex(int(ranged))

    def show_problem(self, problem: str) -> None:
        """Say what is wrong with the values; "" if nothing is."""
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        for field in (self.values, self.low, self.high):
            mark_wrong(field, wrong=bool(problem))

    def _lay_out(self) -> None:
        named = ((self.setting, "Setting to be varied"), (self.values, "Values to be tried, separated by commas"))
        for field, name in (*named, (self.low, "From"), (self.high, "To"), (self.logarithmic, "Logarithmic scale")):
            field.setAccessibleName(name)
        self.setting.setFixedWidth(px(168))
        self.logarithmic.setText("logarithmic")
        self.logarithmic.setToolTip("Each order of magnitude is as likely as another")
        self.remove.setProperty("flat", True)
        self.remove.setIcon(icon("close"))
        self.remove.setToolTip("Do not vary this setting")
        self.remove.setAccessibleName("Remove")
        self._problem.setProperty("bad", True)
        for fields in (((self.values, 1),), ((self.low, 1), (muted("to"), 0), (self.high, 1), (self.logarithmic, 0))):
            page = QWidget()
            line = QHBoxLayout(page)  # around a single field, too: it stands in the middle, level with its setting
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(SPACING)
            for widget, stretch in fields:
                line.addWidget(widget, stretch)
            self._kinds.addWidget(page)
        self._kinds.setFixedHeight(self.values.sizeHint().height() + 4)  # with the frame of a wrong field
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        row.addWidget(self.setting)
        row.addWidget(self._kinds, 1)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._problem)
