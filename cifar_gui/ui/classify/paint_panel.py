"""Paint: change what the network sees, pixel by pixel, and watch the verdict follow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QColorDialog, QVBoxLayout, QWidget

from cifar_gui.data.decode import Pixels
from cifar_gui.ui.actions import ACTIONS, Actions, ActionText
from cifar_gui.ui.classify.canvas import Canvas
from cifar_gui.ui.classify.painting import SIZES, TOOLS, Cell, Painting, Tool
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.action_button import action_button
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.pixels import qimage_of
from cifar_gui.ui.widgets.segmented import Segmented

TEXTS = {
    "larger": ActionText("&Larger brush", "plus", "A wider brush", ("]",)),
    "smaller": ActionText("&Smaller brush", "arrow-down", "A narrower brush", ("[",)),
    "pick": ActionText("&Pick colour", "search", "Paint with the colour under the brush", ("P",)),
    "start_over": ActionText("Start &over", "trash", "Back to the picture as it was"),
    "copy_painting": ActionText("&Copy painting", "copy", "Copy the 32 × 32 pixels (Ctrl+C)"),
    "save_painting": ActionText("Save &painting…", "save", "Save the 32 × 32 pixels as a PNG (Ctrl+S)"),
}
_HISTORY = ("undo", "redo")
"""The window's own actions, as every page may have something to undo."""
_HINTS: dict[Tool, str] = {
    "draw": "Drag, or move with the arrow keys and press Space. P picks a colour, [ and ] change the brush.",
    "erase": "Brings back the picture as it was under the brush.",
    "blur": "Rub to blur: each time, a pixel becomes the mean of the nine around it.",
    "shift": "Drag, or press the arrow keys, to move the whole picture; its edge is repeated.",
}


class PaintPanel(QWidget):
    """Tools above a canvas.

    Signals: painted() whenever the pixels have changed; history_changed() when more or less can be undone;
    save_wanted().
    """

    painted = Signal()
    history_changed = Signal()
    save_wanted = Signal()

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._painting: Painting | None = None
        self._colour = QColor("#E5A84B")
        self.canvas = Canvas()
        self.tools = Segmented([(name, label) for name, label in TOOLS.items()])
        for name, hint in _HINTS.items():
            self.tools.button(name).setToolTip(hint)
        self.brush_width = ChoiceField([(str(size), f"{size} px") for size in SIZES], whole=True)
        self.brush_width.put("3")
        self.brush_width.setAccessibleName("Width of the brush")
        self.brush_width.setToolTip("Width of the brush ([ and ])")
        self.colour = ShyButton("Colour…")
        self.colour.setAccessibleName("Colour of the brush")
        self.colour.setToolTip("Colour of the brush; P picks the one under it")
        self._make_actions()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING)
        explain = HelpButton("classify#paint", "painting")
        explained_by(self, "classify#paint")
        layout.addWidget(ControlBar([self.tools], [self.colour, self.brush_width, explain], breaks=True))
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self._lower_bar())
        self._connect()
        self._show_colour()
        self._show_state()

    @property
    def pixels(self) -> Pixels | None:
        """What has been painted, uint8 (3, 32, 32); None while nothing is changed."""
        painting = self._painting
        return painting.pixels if painting is not None and painting.is_changed else None

    @property
    def image(self) -> QImage:
        """The pixels as they are."""
        return self.canvas.image

    def show_original(self, pixels: Pixels) -> None:
        """Begin with this picture, forgetting what was painted."""
        self._painting = Painting(pixels)
        self._show_pixels()

    def forget(self) -> None:
        """There is nothing to paint on for now."""
        self._painting = None
        self.canvas.show_image(QImage())
        self._show_state()

    def copy(self) -> QMimeData:
        """The pixels for the clipboard."""
        mime = QMimeData()
        mime.setImageData(self.image)
        return mime

    def undo(self) -> None:
        """Take the last stroke back."""
        self._change(Painting.undo)

    def redo(self) -> None:
        """Make the stroke again that was taken back last."""
        self._change(Painting.redo)

    def offer_history(self) -> None:
        """Allow the window's *Undo* and *Redo* as far as there is something. To be called while this is in front."""
        painting = self._painting
        for name, possible, does, none in (
            (
                "undo",
                painting is not None and painting.can_undo,
                "Take the last stroke back",
                "Nothing has been painted",
            ),
            ("redo", painting is not None and painting.can_redo, "Make the stroke again", "Nothing has been undone"),
        ):
            self._actions.allow(name, "" if possible else none)
            if possible:
                self.action(name).setToolTip(does)
                self.action(name).setStatusTip(does)

    def _make_actions(self) -> None:
        handlers: dict[str, Callable[[], object]] = {
            "larger": lambda: self._resize_brush(1),
            "smaller": lambda: self._resize_brush(-1),
            "pick": self._pick,
            "start_over": lambda: self._change(Painting.start_over),
            "copy_painting": lambda: self._actions["copy"].trigger(),
            "save_painting": self.save_wanted.emit,
        }
        self.addActions([self._actions[name] for name in _HISTORY])
        for name, text in TEXTS.items():
            action = self._actions.add(f"classify.{name}", text, handlers[name])
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def action(self, name: str) -> QAction:
        """One of `TEXTS`, or "undo" or "redo"."""
        return self._actions[name if name in _HISTORY else f"classify.{name}"]

    def _lower_bar(self) -> ControlBar:
        words = {"undo": "Undo", "redo": "Redo", "start_over": "Start over", "copy_painting": "Copy"}
        words["save_painting"] = "Save PNG…"
        icons = {name: text.icon for name, text in (ACTIONS | TEXTS).items()}
        buttons = {
            name: action_button(self.action(name), text, icons[name], labelled=True) for name, text in words.items()
        }
        left = [buttons.pop(name) for name in ("undo", "redo", "start_over")]
        return ControlBar(left, list(buttons.values()), breaks=True)

    def _connect(self) -> None:
        self.tools.chosen.connect(lambda _tool: self._show_state())
        self.brush_width.edited.connect(self._show_state)
        self.colour.clicked.connect(self._ask_colour)
        self.canvas.begun.connect(lambda: self._painting.begin() if self._painting else None)
        self.canvas.ended.connect(self._on_ended)
        self.canvas.touched.connect(self._on_touched)
        self.canvas.dragged.connect(lambda right, down: self._change(lambda each: each.shift(right, down)))

    def _on_touched(self, cell: Cell) -> None:
        tool: Tool = self.tools.current  # type: ignore[assignment]
        colour = self._colour.red(), self._colour.green(), self._colour.blue()
        self._change(lambda painting: painting.brush(tool, cell, int(self.brush_width.raw()), colour))

    def _on_ended(self) -> None:
        if self._painting is not None:
            self._painting.end()
            self._show_state()

    def _change(self, change: Callable[[Painting], object]) -> None:
        if self._painting is None:
            return
        before = self._painting.pixels
        change(self._painting)
        if self._painting.pixels is not before:
            self._show_pixels()
            self.painted.emit()

    def _show_pixels(self) -> None:
        if self._painting is not None:
            self.canvas.show_image(qimage_of(self._painting.pixels.transpose(1, 2, 0)))
            self._show_state()

    def _show_state(self) -> None:
        painting, tool = self._painting, self.tools.current
        self.canvas.grips = tool == "shift"
        self.canvas.set_brush(int(self.brush_width.raw()))
        self.colour.setEnabled(tool == "draw")
        self.brush_width.setEnabled(tool != "shift")
        changed = painting is not None and painting.is_changed
        self._actions.allow("classify.start_over", "" if changed else "The picture is as it was")
        self.history_changed.emit()

    def _resize_brush(self, step: int) -> None:
        place = SIZES.index(int(self.brush_width.raw())) + step
        if 0 <= place < len(SIZES):
            self.brush_width.put(str(SIZES[place]))
            self._show_state()

    def _pick(self) -> None:
        if not self.image.isNull():
            self._colour = self.image.pixelColor(*self.canvas.cell)
            self._show_colour()

    def _ask_colour(self) -> None:
        chosen = QColorDialog.getColor(self._colour, self, "Colour of the brush")
        if chosen.isValid():
            self._colour = chosen
            self._show_colour()

    def _show_colour(self) -> None:
        swatch = QPixmap(px(16), px(16))
        swatch.fill(self._colour)
        self.colour.setIcon(QIcon(swatch))
        self.colour.setAccessibleDescription(self._colour.name())
