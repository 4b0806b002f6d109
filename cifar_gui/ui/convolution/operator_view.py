"""The operator at work: the window on the input, its arithmetic, and the output that it fills."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QHBoxLayout, QWidget

from cifar_gui.explain.activations import ACTIVATIONS, pooled
from cifar_gui.explain.convolution import Numbers
from cifar_gui.ui.convolution.arithmetic import Arithmetic, Sum, in_words
from cifar_gui.ui.convolution.cell_map import CellMap, MapContent
from cifar_gui.ui.convolution.cell_paint import Shades
from cifar_gui.ui.convolution.numbers import cell_text, dropped_words
from cifar_gui.ui.convolution.player import Player
from cifar_gui.ui.convolution.room import shares
from cifar_gui.ui.convolution.setup import CHANNELS, POOLINGS, Place, Setup
from cifar_gui.ui.convolution.walker import Walker
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.help_button import HelpButton, explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import caption

ALL = -1
"""In place of a channel: the colours of all three."""

_WIDE = 900
"""Pixels, at zoom 1, from which on maps and arithmetic can stand side by side."""

_DOES_NOT_FIT = "The window does not fit: make it smaller, or the padding larger."

_TEXTS = 40
"""Height of what stands above and below a map, about, in pixels at zoom 1."""

_OUTLINED = 24
"""Windows whose outlines are drawn on the input, the last ones: more could not be told apart."""


class OperatorView(QWidget):
    """Signals: drawn(Setup) with a cell of the drawing changed; moved() the window."""

    drawn = Signal(object)
    moved = Signal()

    def __init__(self, parent: QWidget | None = None, *, beside: bool = False) -> None:
        """`beside`: the arithmetic stands beside the maps, not below them, where there is room."""
        super().__init__(parent)
        self._beside = beside
        self._pool_is_below = False
        self._setup = Setup()
        self._slice = ALL
        self._cursor: Place = (0, 0)  # where the keyboard would draw
        self._pointed: Place | None = None  # the cell of the input under the mouse
        self.pen = 1.0
        self.reveals = False  # what the window has not visited is hidden
        self.walker = Walker()
        self.player = Player()
        self.input, self.output, self.pool = CellMap(), CellMap(), CellMap()
        self.input.setObjectName("convolution.input")
        self.output.setObjectName("convolution.output")
        self.input.setAccessibleName("Input map")
        self.output.setAccessibleName("Output map")
        self.pool.setAccessibleName("Pooled map")
        self.arithmetic = Arithmetic()
        self._shared_again = QTimer(self)
        self._shared_again.setSingleShot(True)
        self._shared_again.timeout.connect(self._share)
        self._build()
        self._connect()
        self.show_setup(self._setup)

    @property
    def slice(self) -> int:
        """The channel of the input that is shown, or `ALL`."""
        return self._slice if self._setup.coloured else 0

    def show_setup(self, setup: Setup) -> None:
        """Show another setup; the window stays where it is, if there is such a place."""
        if setup.geometry != self._setup.geometry:
            self.walker.visited.clear()
        self._setup = setup
        self.walker.fit(*setup.raw.shape)
        if not self.walker.visited:
            self.walker.go(self.walker.place)
        self._cursor = (min(self._cursor[0], setup.side - 1), min(self._cursor[1], setup.side - 1))
        self._pointed = None
        self._render()

    def show_slice(self, place: int) -> None:
        """Show a channel of a coloured input, or `ALL`."""
        self._slice = place
        self._render()

    def set_reveals(self, *, reveals: bool) -> None:
        """Hide what the window has not visited."""
        self.reveals = reveals
        self._render()

    def go(self, place: Place) -> None:
        """Move the window to an output cell."""
        if self.walker.go(place):
            self._render()
            self.moved.emit()

    def restart(self) -> None:
        """The window at the first place, nothing visited."""
        self.walker.restart()
        self._render()
        self.moved.emit()

    def in_words(self) -> str:
        """The arithmetic as text, "" if there is none."""
        return in_words(self.arithmetic.shown) if self.arithmetic.shown is not None else ""

    # Building

    def _build(self) -> None:
        self.input_title, self.output_title, self.pool_title = (ElidedLabel("heading", greedy=False) for _ in range(3))
        self.pool_title.setText("POOLED")
        self.input_note, self.output_note, self.pool_note = caption(wrap=True), caption(wrap=True), caption(wrap=True)
        self.maps = Panel()
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)  # the room is for the cells
        below = QWidget()
        row = QHBoxLayout(below)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.output_note, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(HelpButton("convolution#size-of-the-output", "the maps"), 0, Qt.AlignmentFlag.AlignTop)
        columns = (
            (self.input_title, self.input, self.input_note),
            (self.output_title, self.output, below),
            (self.pool_title, self.pool, self.pool_note),
        )
        for place, column in enumerate(columns):
            for line, widget in enumerate(column):
                align = Qt.AlignmentFlag.AlignTop if line == 2 else Qt.AlignmentFlag(0)
                grid.addWidget(widget, line, place, align)
        grid.setRowStretch(1, 1)
        self._grid = grid
        self.maps.body.addLayout(grid, 1)
        self.sums = Panel("Window × kernel = products → sum")
        explained_by(self.maps, "convolution#size-of-the-output")
        self.sums.explain("convolution#what-happens", "the arithmetic")
        self.sums.body.addWidget(self.arithmetic)
        self._layout = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(16)
        self._layout.addWidget(self.maps, 1)
        self._layout.addWidget(self.sums)

    def _connect(self) -> None:
        self.input.pointed.connect(self._on_input_pointed)
        self.input.pressed.connect(self._on_pressed)
        self.input.nudged.connect(self._on_input_nudged)
        self.input.typed.connect(self._on_typed)
        self.input.left.connect(self._on_left)
        self.output.pointed.connect(lambda row, column: self.go((row, column)))
        self.output.nudged.connect(self._nudge)
        self.pool.pointed.connect(self._on_pool_pointed)
        self.pool.nudged.connect(lambda down, right: self._nudge(down * self._block(), right * self._block()))
        self.player.stepped.connect(self._on_stepped)
        self.player.restarted.connect(self.restart)
        for part in (self.input, self.output, self.pool):
            part.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Space plays and Home goes to the first place on every map; sizes are shared when one changes."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Space:
                self.player.play.toggle()
                return True
            if event.key() == Qt.Key.Key_Home:
                self.restart()
                return True
        if event.type() == QEvent.Type.Resize:
            self._share_now_and_then()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._share_now_and_then()

    def minimumSizeHint(self) -> QSize:
        """Of one below the other: it must be able to become so narrow."""
        if self._layout.direction() == QBoxLayout.Direction.TopToBottom:
            return super().minimumSizeHint()
        parts = [self.maps.minimumSizeHint(), self.sums.minimumSizeHint()]
        return QSize(max(part.width() for part in parts), max(part.height() for part in parts))

    def _place_pool(self, *, below: bool) -> None:
        """The pooled map below the output, where that leaves more room across, or beside it."""
        if below == self._pool_is_below:
            return
        self._pool_is_below = below
        first, column = (3, 1) if below else (0, 2)
        for row, widget in enumerate((self.pool_title, self.pool, self.pool_note)):
            self._grid.removeWidget(widget)
            align = Qt.AlignmentFlag.AlignTop if row == 2 else Qt.AlignmentFlag(0)
            self._grid.addWidget(widget, first + row, column, align)

    def _arrange(self) -> None:
        beside = self._beside and self.width() >= px(_WIDE)
        self.arithmetic.stand_beside(beside=beside)
        self._place_pool(below=beside)
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if way != self._layout.direction():
            self._layout.setDirection(way)
            self.updateGeometry()

    def _share_now_and_then(self) -> None:
        """Before the next paint, and again when everything has found its place: while a layout is at work it still
        tells the room that there was before."""
        self._share()
        self._shared_again.start(0)

    def _share(self) -> None:
        """Cells of one size on all maps: a window is as large as the cells that it is made of look. Where these would
        be too small for its numbers, a map that has room keeps cells of its own."""
        maps = (self.input, self.output, self.pool)
        shown = [each for each in maps if each.content.values.size]
        below = self._pool_is_below
        absent = [each.isHidden() or (below and each is self.pool) for each in maps]
        across = [0 if gone else each.columns or self.input.columns for each, gone in zip(maps, absent, strict=True)]
        room = self._grid.geometry()
        most = [each.most_width(room.height() - px(_TEXTS)) for each in maps]  # whatever room the words need today
        titles = (self.input_title, self.output_title, self.pool_title)
        width = room.width() - self._grid.horizontalSpacing() * (len([count for count in across if count]) - 1)
        if width > 0:  # else it is about to be laid out anew
            for place, share in enumerate(shares(across, most, [each.sizeHint().width() for each in titles], width)):
                self._grid.setColumnStretch(place, share)
        self._grid.setRowStretch(1, max(self.input.columns, 1))
        self._grid.setRowStretch(4, self.pool.columns if below else 0)
        smallest = min((each.own_cell() for each in shown), default=0.0)
        for each in shown:
            keeps = each.holds_digits(each.own_cell()) and not each.holds_digits(smallest)
            each.share_cell(each.own_cell() if keeps else smallest)

    # What the user does

    def _on_input_pointed(self, row: int, column: int) -> None:
        self._pointed = (row, column)
        if self._setup.is_drawing and self._is_inside((row, column)):
            self._cursor = (row, column)
        if not self.player.is_playing:
            self.walker.go(self._setup.geometry.nearest(row, column))
            self.moved.emit()
        self._render()

    def _on_left(self) -> None:
        self._pointed = None
        self._render()

    def _on_pressed(self, row: int, column: int, erase: bool) -> None:
        if self._setup.is_drawing and self._is_inside((row, column)):
            self._draw((row, column), 0.0 if erase else self.pen)

    def _on_input_nudged(self, down: int, right: int) -> None:
        side = self._setup.side
        self._cursor = (min(max(self._cursor[0] + down, 0), side - 1), min(max(self._cursor[1] + right, 0), side - 1))
        self._pointed = self._cursor
        self.walker.go(self._setup.geometry.nearest(*self._cursor))
        self._render()
        self.moved.emit()

    def _on_typed(self, text: str) -> None:
        if self._setup.is_drawing and text.isdigit():
            self._draw(self._cursor, float(text))

    def _draw(self, place: Place, value: float) -> None:
        channels = [self.slice] if self.slice != ALL else list(range(len(CHANNELS)))
        setup = self._setup
        for channel in channels:
            setup = setup.with_cell(channel, place, value)
        if not np.array_equal(setup.values, self._setup.values):
            self.drawn.emit(setup)

    def _nudge(self, down: int, right: int) -> None:
        self.go((self.walker.place[0] + down, self.walker.place[1] + right))

    def _on_pool_pointed(self, row: int, column: int) -> None:
        block = self._block()
        self.go((row * block, column * block))

    def _on_stepped(self, by: int) -> None:
        if self.player.is_playing and self.walker.is_at_end:
            self.player.stop()
            return
        self.walker.step(by)
        self._render()
        self.moved.emit()

    def _is_inside(self, place: Place) -> bool:
        return all(0 <= at < self._setup.side for at in place)

    def _block(self) -> int:
        return self._setup.pool_size

    # What is shown

    def _render(self) -> None:
        setup, geometry = self._setup, self._setup.geometry
        fits = geometry.fits
        self._render_input()
        hidden = self.walker.unvisited() if self.reveals and fits else None
        self._render_output(hidden)
        self._render_pool(hidden)
        self._render_sum()
        self.player.show_place(self.walker.number, self.walker.count)
        rows, columns = setup.output.shape
        self.input_title.setText(f"INPUT {setup.side} × {setup.side}{' × 3' if setup.coloured else ''}")
        self.output_title.setText(f"OUTPUT {rows} × {columns}" if fits else "OUTPUT")
        self._share_now_and_then()

    def _render_input(self) -> None:
        setup, geometry, place = self._setup, self._setup.geometry, self.walker.place
        shown = max(self.slice, 0)
        values = setup.values[shown]
        outlines = tuple((geometry.corner(*each), geometry.kernel) for each in self.walker.visited[-_OUTLINED - 1 : -1])
        content = MapContent(
            values,
            input_shades(setup),
            padding=setup.padding,
            colours=_colours(setup) if self.slice == ALL else None,
            unread=geometry.unread() if geometry.fits else None,
            frame=(geometry.corner(*place), geometry.kernel) if geometry.fits else None,
            outlines=outlines if geometry.fits else (),
            cursor=self._cursor if setup.is_drawing and self.input.hasFocus() else None,
        )
        self.input.show_content(content)
        notes = ["Click to draw, right-click to erase." if setup.is_drawing else setup.picture_name]
        if self._pointed is not None and geometry.fits:
            count = len(geometry.readers(*self._pointed))
            where = f"row {self._pointed[0] + 1}, column {self._pointed[1] + 1}"
            readers = "no window" if count == 0 else "1 window" if count == 1 else f"{count} windows"
            what = where if self._is_inside(self._pointed) else "this cell of the padding"
            notes = [f"{readers} read{'s' if count <= 1 else ''} {what}."]
        self.input_note.setText(" ".join(notes))
        self.input.setAccessibleDescription(
            f"{setup.side} by {setup.side}, padding {setup.padding}; window of {geometry.kernel} by {geometry.kernel} "
            f"at row {geometry.corner(*place)[0] + 1}, column {geometry.corner(*place)[1] + 1}. {dropped_words(setup)}"
        )

    def _render_output(self, hidden: NDArray[np.bool_] | None) -> None:
        setup, place = self._setup, self.walker.place
        fits = setup.geometry.fits
        reading = setup.geometry.readers(*self._pointed) if self._pointed is not None and fits else []
        content = MapContent(
            setup.output,
            output_shades(setup.output, setup),
            frame=(place, 1) if fits else None,
            outlines=tuple((each, 1) for each in self.walker.visited[:-1]) if fits else (),
            marked=tuple(reading),
            hidden=hidden,
        )
        self.output.show_content(content, _DOES_NOT_FIT)
        name = ACTIVATIONS[setup.activation][0]
        notes = [f"After {name}." if setup.activation != "none" else ""]
        if fits and hidden is None:
            low, high = cell_text(float(setup.output.min())), cell_text(float(setup.output.max()))
            notes.append(f"From {low} to {high}." if low != high else f"{low} everywhere.")
        described = _DOES_NOT_FIT
        if fits:
            value = cell_text(float(setup.output[place]))
            described = (
                f"{setup.output.shape[0]} by {setup.output.shape[1]}; "
                f"row {place[0] + 1}, column {place[1] + 1} is {value}"
            )
        self.output.setAccessibleDescription(described)
        self.output_note.setText(" ".join(filter(None, notes)))

    def _render_pool(self, hidden: NDArray[np.bool_] | None) -> None:
        setup = self._setup
        wanted = setup.pooling != "none"
        for widget in (self.pool, self.pool_title, self.pool_note):
            widget.setVisible(wanted)
        geometry = setup.pool_geometry
        if not wanted or geometry is None:
            self.pool.show_content(MapContent(np.zeros((0, 0)), Shades(0)), "The output is too small for the blocks.")
            self.pool_title.setText("POOLED")
            self.pool_note.setText("")
            return
        place = self._pooled_place()
        covered: NDArray[np.bool_] | None = None
        if hidden is not None:  # not before all of a block has been computed
            covered = pooled(hidden[None].astype(np.float64), geometry, "max")[0] > 0
        self.pool.show_content(
            MapContent(
                setup.pooled,
                output_shades(setup.pooled, setup),
                frame=(place, 1) if place is not None else None,
                hidden=covered,
            )
        )
        self.pool_title.setText(f"POOLED {geometry.rows} × {geometry.columns}")
        self.pool_note.setText(f"{POOLINGS[setup.pooling]} of each block of {geometry.kernel} × {geometry.kernel}.")

    def _pooled_place(self) -> Place | None:
        """The pooled cell that the output cell of the window goes into; None if it is left over at the edge."""
        geometry = self._setup.pool_geometry
        if geometry is None:
            return None
        row, column = (at // geometry.kernel for at in self.walker.place)
        return (row, column) if row < geometry.rows and column < geometry.columns else None

    def _render_sum(self) -> None:
        setup = self._setup
        if not setup.geometry.fits:
            self.arithmetic.show_sum(None, "The window is larger than the input with its padding: there is no sum.")
            return
        place = self.walker.place
        more = []
        block_place = self._pooled_place()
        if block_place is not None:
            size = setup.pool_size
            top, left = (at * size for at in block_place)
            block = setup.output[top : top + size, left : left + size]
            numbers = ", ".join(cell_text(value) for value in block.ravel().tolist())
            more.append(f"{POOLINGS[setup.pooling]} of {numbers}: {cell_text(float(setup.pooled[block_place]))}")
        self.arithmetic.show_sum(
            Sum(
                setup.step(place),
                input_shades(setup),
                setup.activation,
                float(setup.output[place]),
                tuple(more),
                max(self.slice, 0),
            )
        )


def input_shades(setup: Setup) -> Shades:
    """Of all slices alike."""
    if not setup.is_drawing and setup.stats is None:
        return Shades(255.0, photograph=True)
    return Shades(float(np.abs(setup.values).max(initial=0.0)))


def output_shades(values: Numbers, setup: Setup) -> Shades:
    """As a photograph where it can be seen as one: it comes from one and is nowhere negative."""
    reach = float(np.abs(values).max(initial=0.0))
    photograph = not setup.is_drawing and setup.stats is None and bool((values >= 0).all())
    return Shades(reach, photograph)


def _colours(setup: Setup) -> NDArray[np.uint8]:
    """(side, side, 3): all three slices as one picture."""
    values = setup.values
    if setup.is_drawing:
        values = values * 255 / max(float(values.max()), 1.0)
    elif setup.stats is not None:
        mean, deviation = (np.array(each)[:, None, None] for each in (setup.stats.mean, setup.stats.std))
        values = values * deviation + mean
    return np.clip(np.round(values), 0, 255).astype(np.uint8).transpose(1, 2, 0)
