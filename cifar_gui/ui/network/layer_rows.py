"""The designer's list of layers: select, drag, and type into the fields of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLine, QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from cifar_gui.networks.design import Layer, fields_of
from cifar_gui.ui.network.design_model import DesignModel, Row
from cifar_gui.ui.network.layer_fields import LayerFields
from cifar_gui.ui.network.layer_painter import (
    HEIGHT,
    LINE,
    NUMBER,
    SIDE,
    Heads,
    LayerPainter,
    figure_widths,
    least_width,
)
from cifar_gui.ui.network.layer_words import Line, lines_of
from cifar_gui.ui.theme import font, px, theme, tokens
from cifar_gui.ui.widgets.painted_list import PaintedList

_HOW_TO_MOVE = "Drag it to another place, or move it with Alt and the up and down keys."
HOW_TO_BEGIN = (
    "No layers yet: put in the first one with “Add layer”,\n"
    "begin with a template, or drop a design’s file on the window."
)
_DRAGGED = "application/x-cifar-gui-layer"
_HEADS, _UNDER_FIELDS = 34, 8
_LEAST_HEIGHT = 232
"""In pixels at zoom 1: the heads, and a layer with its fields between its neighbours."""


class LayerRows(PaintedList):
    """One line for each layer; the selected one opens its fields, with the mouse when its button is let go: lines that
    jump while it is down cannot be dragged.

    Signals: row_selected(int) by the user; row_moved(int, int) from a place to a gap; typed(str, object) with a setting
    of the selected layer and what its field holds; field_left().
    """

    row_selected = Signal(int)
    row_moved = Signal(int, int)
    typed = Signal(str, object)
    field_left = Signal()

    form: LayerFields | None = None  # of the selected layer, if it has settings
    _heads: Heads | None = None  # Qt lays out what is not finished yet
    _open = -1  # the row with the fields
    _pressed = False
    _pressed_at = 0  # pixels from the left

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Layers of the design", self._make_painter, parent)
        self.setObjectName("network.designer.layers")
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)  # ours stands between the lines
        self.drop_gap: int | None = None  # where a drop would go now
        self._forms: dict[type[Layer], LayerFields] = {}
        self._heads = Heads(self)
        self.currentRowChanged.connect(self._on_row_changed)
        theme().changed.connect(self._on_theme)
        self._on_theme()

    def show_design(self, model: DesignModel) -> None:
        """Replace everything, without emitting anything. The fields of a layer that stays selected stay as they are."""
        was_blocked, lines = self.blockSignals(True), lines_of(model)
        while self.count() > len(lines):
            self.takeItem(self.count() - 1)
        while self.count() < len(lines):
            self.addItem(QListWidgetItem())
        for place, line in enumerate(lines):
            item = self.item(place)
            item.setData(LINE, line)
            item.setToolTip("\n".join(filter(None, (line.settings, line.exactly, _HOW_TO_MOVE))))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, line.spoken())
        self.setCurrentRow(model.selected)
        self._open = model.selected
        self._show_form(model.rows[model.selected] if model.rows else None)
        self.blockSignals(was_blocked)
        self.setAccessibleDescription("" if lines else HOW_TO_BEGIN)
        self._measure()

    def lines(self) -> list[Line]:
        """What is listed."""
        return [self.item(row).data(LINE) for row in range(self.count())]

    def needed_width(self) -> int:
        form = self.form.minimumSizeHint().width() + px(2 * SIDE + NUMBER) if self.form is not None else 0
        return max(least_width(self.lines()), form)

    # Qt's own

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.form and event.type() == QEvent.Type.LayoutRequest:  # it breaks into rows, or no longer
            self.scheduleDelayedItemsLayout()
        return super().eventFilter(watched, event)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        if self._heads is not None:
            self._heads.setGeometry(0, 0, self.viewport().width(), px(_HEADS))
        self._place_form()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()  # lines are as high as their text is at this width

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.button() == Qt.MouseButton.LeftButton  # the other opens a menu, and is let go there
        self._pressed_at = event.position().toPoint().x()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._let_go()

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        drag = QDrag(self)
        drag.setMimeData(dragged(self.currentRow()))
        rect = self.visualItemRect(self.currentItem())
        rect.setHeight(px(HEIGHT))
        drag.setPixmap(self.viewport().grab(rect))
        drag.setHotSpot(QPoint(self._pressed_at - rect.left(), px(HEIGHT) // 2))  # it stays in its column
        drag.exec(Qt.DropAction.MoveAction)
        self._let_go()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(event.mimeData().hasFormat(_DRAGGED))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near the edges
        self._show_gap(self._gap_at(event.position().toPoint()))
        event.setAccepted(event.mimeData().hasFormat(_DRAGGED))

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._show_gap(None)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_gap(None)
        if event.mimeData().hasFormat(_DRAGGED):
            event.accept()
            place = int(bytes(event.mimeData().data(_DRAGGED).data()))
            self.row_moved.emit(place, self._gap_at(event.position().toPoint()))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.count():
            self._say_how_to_begin()
        if self.drop_gap is not None:
            with QPainter(self.viewport()) as painter:
                painter.setPen(QPen(tokens().accent, px(2)))
                height = self._height_of_gap(self.drop_gap)
                painter.drawLine(QLine(px(2), height, self.viewport().width() - px(2), height))

    def _say_how_to_begin(self) -> None:
        with QPainter(self.viewport()) as painter:
            painter.setFont(font(13))
            painter.setPen(tokens().muted)
            room = self.viewport().rect().adjusted(px(SIDE), px(SIDE), -px(SIDE), -px(SIDE))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, HOW_TO_BEGIN)

    # Fields

    def _show_form(self, row: Row | None) -> None:
        kind = type(row.layer) if row is not None else None
        if kind is not None and fields_of(kind) and kind not in self._forms:
            self._forms[kind] = self._make_form(kind)
        form = self._forms.get(kind) if kind is not None else None
        if form is not self.form:
            for each in (self.form, form):
                if each is not None:
                    each.setVisible(each is form)
            self.form = form
        if form is not None and row is not None:
            form.show_row(self._open + 1, row.raws(), row.problems())

    def _make_painter(self, view: QListWidget) -> LayerPainter:
        self._painter = LayerPainter(view, self._below)
        return self._painter

    def _below(self, row: int) -> int:
        """How much room the fields need under a line."""
        if self.form is None or row != self._open:
            return 0
        return self.form.sizeHint().height() + px(_UNDER_FIELDS)

    def _make_form(self, kind: type[Layer]) -> LayerFields:
        form = LayerFields(kind, self.viewport())
        form.typed.connect(self.typed)
        form.left.connect(self.field_left)
        form.installEventFilter(self)
        before: QWidget = self
        for field in form.fields.values():
            QWidget.setTabOrder(before, field)
            before = field
        return form

    def _place_form(self) -> None:
        if self.form is not None and self._open < self.count():
            rect = self.visualItemRect(self.item(self._open))
            left = px(SIDE + NUMBER)
            width = max(rect.width() - left - px(SIDE), 0)
            self.form.setGeometry(rect.left() + left, rect.top() + px(HEIGHT), width, self.form.sizeHint().height())

    def _on_row_changed(self, row: int) -> None:
        if row >= 0 and not self._pressed:
            self.row_selected.emit(row)

    def _let_go(self) -> None:
        """Of the mouse's button."""
        self._pressed = False
        if self.currentRow() != self._open:
            self._on_row_changed(self.currentRow())

    def _on_theme(self) -> None:
        self.setViewportMargins(0, px(_HEADS), 0, 0)
        self._measure()

    def _measure(self) -> None:
        """Columns are as wide as what stands in them, lines as high."""
        self._painter.widths = figure_widths(self.lines(), self.viewport().width())
        if self._heads is not None:
            self._heads.show_widths(self._painter.widths)
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    # Dragging

    def _gap_at(self, position: QPoint) -> int:
        """The gap nearest to a point: 0 is before the first line."""
        middles = [self.visualItemRect(self.item(row)).center().y() for row in range(self.count())]
        return sum(middle < position.y() for middle in middles)

    def _height_of_gap(self, gap: int) -> int:
        if gap < self.count():
            return max(self.visualItemRect(self.item(gap)).top(), 1)
        return self.visualItemRect(self.item(gap - 1)).bottom() if gap else 1

    def _show_gap(self, gap: int | None) -> None:
        if gap != self.drop_gap:
            self.drop_gap = gap
            self.viewport().update()


def dragged(row: int) -> QMimeData:
    """A line on its way to another place."""
    mime = QMimeData()
    mime.setData(_DRAGGED, str(row).encode())
    return mime
