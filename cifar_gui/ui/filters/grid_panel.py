"""The middle of the Filters page: which view, in which order and scale, and the grid, or what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QToolButton, QWidget

from cifar_gui.explain.base import EXPLAINERS, ORDERS, SCALES, Request, atlas, families, family_of, says, views
from cifar_gui.explain.health import Finding, summary
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.ui.filters.legend import LegendStrip
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.image_grid import ImageGridView, TileSheet
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.pixels import magnified, qimage_of
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import caption, muted
from cifar_gui.ui.widgets.tile_marks import Mark
from cifar_gui.ui.widgets.waiting import Waiting

_LEAST_HEIGHT = 168
_SAVED_TILE = 96
"""Tiles of a saved grid are magnified by the whole number that brings them to about so many pixels."""


_HELP = {
    "weights": ("filters#weights", "pictures of weights"),
    "maps": ("filters#feature-maps", "feature maps"),
    "top": ("filters#top-pictures", "top pictures"),
    "ideal": ("filters#ideal-input", "ideal inputs"),
}
"""Family of views → its help page, and what that explains."""


class GridPanel(Panel):
    """Asks for pictures and shows them. Signals: wanted() when another request should be answered with `show_sheet`;
    cancelled() when the user will not wait for the answer; unit_chosen(int); saved(Path); save_failed(Path);
    refilled() when there are other controls than before; covered() when something else stands in place of the grid."""

    wanted = Signal()
    cancelled = Signal()
    unit_chosen = Signal(int)
    saved = Signal(object)
    save_failed = Signal(object)
    refilled = Signal()
    covered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._layer: ConvLayer | None = None
        self._found: tuple[Finding, ...] = ()  # what is the matter with units of this layer
        self._families: list[tuple[str, str]] = []
        self._asked_family = ""  # what the user last chose: kept while walking over layers that lack it
        self._asked_form = ""  # and of the views of that family
        self.view_choice = Segmented([])
        self.count = muted()
        self.form = _combo("Shown as", [])
        self.order = _combo("Sorted by", [(key, f"by {label}") for key, label in ORDERS.items()])
        self.scale = _combo("Scale", [(key, label) for key, label in SCALES.items()])
        self.channel = QSpinBox()
        self.channel.setAccessibleName("Input channel")
        self.channel.setToolTip("Which of the layer's input channels is shown; like filters, they are counted from 0")
        self.grid = ImageGridView()
        self.grid.setObjectName("filters.grid")
        self.grid.setAccessibleName("Filters")
        self.grid.setMinimumHeight(_LEAST_HEIGHT)
        self.legend = LegendStrip()
        self.note = caption(wrap=True)
        self._channel_label, self._scale_label = caption("channel"), caption("scale")
        self.renew = ShyButton("Renew")
        self.renew.setIcon(icon("redo"))
        self.renew.clicked.connect(self.wanted)
        self.renew.hide()
        self.waiting = Waiting(centred=True)
        self.waiting.cancelled.connect(self.cancelled)
        self._front = FrontStack()
        self._build()
        self.form.currentIndexChanged.connect(lambda _index: self._on_form_chosen())
        self.order.currentIndexChanged.connect(lambda _index: self.wanted.emit())
        self.scale.currentIndexChanged.connect(lambda _index: self.wanted.emit())
        self.channel.valueChanged.connect(lambda _value: self.wanted.emit())
        self.grid.unit_chosen.connect(self.unit_chosen)

    @property
    def family(self) -> str:
        """The family of views to show: the one asked for if the layer has it, else its first."""
        names = [name for name, _label in self._families]
        return self._asked_family if self._asked_family in names else (names[0] if names else "")

    @property
    def view(self) -> str:
        """The name of the view to show: of the family, the form asked for if the layer has it, else its first."""
        names = [name for name, _label in views(self._layer, self.family)] if self._layer is not None else []
        return self._asked_form if self._asked_form in names else (names[0] if names else "")

    @property
    def slow(self) -> bool:
        """Whether what is wanted may take seconds."""
        return bool(self.view) and (says(self.view, "slow") or self.order.currentData() == "activity")

    @property
    def needs_pictures(self) -> bool:
        """Whether it takes the held-out pictures."""
        return bool(self.view) and (says(self.view, "needs_pictures") or self.order.currentData() == "activity")

    @property
    def doing(self) -> str:
        """What the status bar is to say meanwhile; "" of what takes no time."""
        if self.needs_pictures:
            return "Looking through the held-out pictures…"
        return "Drawing ideal inputs…" if self.slow else ""

    @property
    def needs_picture(self) -> bool:
        """Whether it takes the picture that is explained."""
        return bool(self.view) and says(self.view, "needs_picture")

    @property
    def is_waiting(self) -> bool:
        """Whether what is being worked out stands in place of the grid."""
        return self._front.currentWidget() is self.waiting

    @property
    def _shows_grid(self) -> bool:
        return self._front.currentWidget() is self.grid

    def request(self) -> Request | None:
        """What is wanted now."""
        if self._layer is None:
            return None
        return Request(self._layer, self.order.currentData(), self.scale.currentData(), self.channel.value())

    def set_layer(self, layer: ConvLayer) -> None:
        """Offer the views of another layer; does not ask for pictures."""
        if layer == self._layer:
            return
        self._layer = layer
        self._found = ()
        self.grid.show_marks({})
        was_blocked = self.channel.blockSignals(True)
        self.channel.setRange(0, layer.shape[1] - 1)
        self.channel.setSuffix(f" of 0–{layer.shape[1] - 1}")
        self.channel.blockSignals(was_blocked)
        if families(layer) != self._families:
            self._families = families(layer)
            self._offer_families()
        self._offer_forms()

    def show_sheet(self, sheet: TileSheet | None) -> None:
        """The pictures that were asked for."""
        self.renew.hide()
        self.grid.show_sheet(sheet)
        self._front.setCurrentWidget(self.grid)
        self._foot.show()
        if sheet is None:
            return
        grid = sheet.grid
        total = self._layer.units if self._layer else len(grid)
        self.count.setText(
            f"{total:,} {grid.noun}" if len(grid) == total else f"{len(grid):,} of {total:,} {grid.noun}"
        )
        self._show_note()
        self.legend.show_legend(grid.legend)
        self.grid.setAccessibleName(f"{len(grid)} {grid.noun} of {grid.title}")

    def offer_to_renew(self, why: str) -> None:
        """What is shown stays until it is asked for anew. `why` one may want that: "These pictures are of …"."""
        self.renew.setToolTip(f"{why}: work it out anew")
        self.renew.show()

    def show_findings(self, layer: ConvLayer, found: tuple[Finding, ...]) -> None:
        """Mark the dead and the duplicates, and name them; those of a layer that is no longer shown mean nothing."""
        if layer == self._layer:
            self._found = found
            self.grid.show_marks(marks_of(found))
            self._show_note()

    def _show_note(self) -> None:
        noun = self._layer.noun if self._layer is not None else "filter"
        grid, found = self.grid.grid, summary(self._found, noun)
        self.note.setText((grid.note if grid is not None else "") + (f" Marked: {found}." if found else ""))

    def show_waiting(self, what: str) -> None:
        """What was asked for takes a while."""
        self.waiting.begin(what)
        self._stand_in(self.waiting)

    def show_progress(self, share: float, what: str) -> None:
        """How far it is, 0–1."""
        if not self.is_waiting:
            self.show_waiting(what)
        self.waiting.show_progress(share, what)

    def show_empty(self, symbol: str, title: str, text: str, label: str, callback: Callable[[], object]) -> None:
        """Why there is nothing to show, and the button that changes that."""
        state = EmptyState(symbol, title, text, label, callback)
        self._front.addWidget(state)
        self._stand_in(state)
        self.refilled.emit()

    def _stand_in(self, widget: QWidget) -> None:
        """Show something in place of the grid."""
        for place in reversed(range(self._front.count())):
            other = self._front.widget(place)
            if other is not None and other not in (self.grid, self.waiting, widget):
                self._front.removeWidget(other)
                other.deleteLater()
        self._front.setCurrentWidget(widget)
        self._foot.hide()
        self.legend.show_legend(None)
        self.count.clear()
        self.covered.emit()

    def picture(self) -> QImage:
        """The whole grid as one picture, as it is sorted and coloured now, on the panel's colour; a null one while
        something else stands in its place, which would be taken for another view than it is."""
        sheet = self.grid.sheet if self._shows_grid else None
        if sheet is None or not len(sheet.grid):
            return QImage()
        times = max(_SAVED_TILE // max(sheet.grid.tiles.shape[1:3]), 1)
        ground = tokens().panel
        colour = (ground.red(), ground.green(), ground.blue())
        return qimage_of(atlas(sheet.grid, self.grid.columns, magnification=times, gap=8, ground=colour))

    def save_picture(self) -> None:
        """Ask where and save the grid as a PNG."""
        picture, sheet = self.picture(), self.grid.sheet
        if picture.isNull() or sheet is None:
            return
        path = ask_where_to_save(self, "Save the grid", f"{sheet.file_stem}.png", {"PNG picture": ".png"})
        if path is not None:
            (self.saved if picture.save(str(path)) else self.save_failed).emit(path)

    def copy_picture(self) -> None:
        """Put the whole grid on the clipboard."""
        if not (picture := self.picture()).isNull():
            QGuiApplication.clipboard().setImage(picture)

    def copy_tile(self) -> None:
        """Put the chosen filter on the clipboard."""
        if self._shows_grid and self.grid.sheet is not None and self.grid.chosen is not None:
            QGuiApplication.clipboard().setImage(magnified(self.grid.sheet.tile(self.grid.chosen), 512))

    def save_state(self) -> dict[str, str]:
        form = self._asked_form  # of the family that is asked for now, or of one before it
        return {
            "view": form if form and family_of(form) == self._asked_family else self._asked_family,
            "order": self.order.currentData(),
            "scale": self.scale.currentData(),
        }

    def restore_state(self, state: dict[str, object]) -> None:
        """Values that mean nothing are ignored."""
        if (view := str(state.get("view", ""))) in EXPLAINERS:
            self._asked_family, self._asked_form = family_of(view), view
        for combo, key in ((self.order, "order"), (self.scale, "scale")):
            if (index := combo.findData(str(state.get(key, "")))) >= 0:
                combo.setCurrentIndex(index)

    def _build(self) -> None:
        holder = QWidget()
        self._place = QHBoxLayout(holder)
        self._place.setContentsMargins(0, 0, 0, 0)
        self.help = HelpButton(*_HELP["weights"])
        self.fill_header(ControlBar([holder], [self.count, self.order, self.help], breaks=True))
        controls = [self.form, self._scale_label, self.scale, self._channel_label, self.channel]
        self._front.addWidget(self.grid)
        self._front.addWidget(self.waiting)
        self.body.addWidget(self._front, 1)
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        for button in (self.renew, *(_button(action) for action in self._actions())):
            foot.addWidget(button)
        self.body.addWidget(self._foot)
        self.body.addWidget(ControlBar([self.legend], controls, breaks=True, close=True))

    def _actions(self) -> list[QAction]:
        copy = _action(self.grid, "Copy the grid", "copy", self.copy_picture)
        save = _action(self.grid, "Save the grid as PNG…", "save", self.save_picture)
        _action(self.grid, "Copy this filter", "picture", self.copy_tile)
        _action(self.grid, "Larger tiles (+)", "zoom-in", lambda: self.grid.enlarge(1))
        _action(self.grid, "Smaller tiles (−)", "zoom-out", lambda: self.grid.enlarge(-1))
        self.grid.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return [copy, save]

    def _offer_families(self) -> None:
        """A choice only where there is one."""
        old, self.view_choice = self.view_choice, Segmented(self._families)
        self.view_choice.setObjectName("filters.view")
        self.view_choice.setAccessibleName("View")
        self.view_choice.choose(self.family)
        self.view_choice.setVisible(len(self._families) > 1)
        self.view_choice.chosen.connect(self._on_family_chosen)
        self._place.addWidget(self.view_choice)
        self._place.removeWidget(old)
        old.hide()
        old.deleteLater()
        self.refilled.emit()

    def _on_family_chosen(self, name: str) -> None:
        self._asked_family = name
        self._offer_forms()
        self.wanted.emit()

    def _offer_forms(self) -> None:
        """The ways to show what is chosen, where there are several."""
        self.help.point_to(*_HELP.get(self.family, ("filters#the-views", "the views")))
        forms = views(self._layer, self.family) if self._layer is not None else []
        was_blocked = self.form.blockSignals(True)
        self.form.clear()
        for name, label in forms:
            self.form.addItem(label, name)
        self.form.setCurrentIndex(max(self.form.findData(self.view), 0))
        self.form.blockSignals(was_blocked)
        self.form.setVisible(len(forms) > 1)
        self._show_controls()

    def _on_form_chosen(self) -> None:
        self._asked_form = str(self.form.currentData())
        self._show_controls()
        self.wanted.emit()

    def _show_controls(self) -> None:
        of_one_channel, scaled = self.view == "channels", bool(self.view) and says(self.view, "scaled")
        self._channel_label.setVisible(of_one_channel)
        self.channel.setVisible(of_one_channel)
        self._scale_label.setVisible(scaled)
        self.scale.setVisible(scaled)


def marks_of(found: Sequence[Finding]) -> dict[int, Mark]:
    """Units → how their tiles are marked. What is dead is marked as that, whatever else it is."""
    marks: dict[int, Mark] = {}
    for each in found:
        for unit in each.units:
            shape: Literal["crossed", "double"] = "double" if each.kind == "duplicate" else "crossed"
            marks.setdefault(unit, Mark(shape, each.text))
    return marks


def _combo(name: str, options: list[tuple[str, str]]) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    for key, label in options:
        combo.addItem(label, key)
    return combo


def _action(owner: QWidget, text: str, symbol: str, call: object) -> QAction:
    action = QAction(icon(symbol), text, owner)
    action.triggered.connect(call)
    owner.addAction(action)
    return action


def _button(action: QAction) -> QToolButton:
    button = QToolButton()
    button.setProperty("flat", True)
    button.setIcon(action.icon())
    button.setToolTip(action.text())
    button.setAccessibleName(action.text())
    button.clicked.connect(action.trigger)
    return button
