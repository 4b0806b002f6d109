"""A themed live plot: labelled line ends, readout, zoom, marks, export, a summary in words and a table twin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QShowEvent,
)
from PySide6.QtWidgets import QMenu, QStackedLayout, QWidget

from cifar_gui.ui.theme import theme, tokens
from cifar_gui.ui.widgets.curves import Points, as_csv, in_words
from cifar_gui.ui.widgets.picture_file import write_by_suffix, write_png, write_svg
from cifar_gui.ui.widgets.plot_canvas import PlotCanvas
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark
from cifar_gui.ui.widgets.plot_table import PlotTable
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.words import rounded


class Plot(QWidget):
    """Some curves over a common x axis.

    Add curves once, set their points as often as wanted, then call `refresh`; while the plot is hidden nothing is
    drawn. Drag zooms, double click or Escape shows everything, hovering or the arrow keys read values.
    """

    def __init__(
        self,
        title: str,
        *,
        x_label: str = "epoch",
        form: Callable[[float], str] = "{:.3g}".format,
        tick_form: Callable[[float], str] = "{:.3g}".format,
        floor: float | None = None,
        log_x: bool = False,
        whole_x: bool = False,
    ) -> None:
        """`form` writes a value where it is read out, `tick_form` beside the axis; the axis stays above `floor`.
        `log_x`: a logarithmic x axis, for x that are all positive. `whole_x`: x are a few whole numbers: they are read
        one by one, and each point is marked."""
        super().__init__()
        self.title, self._x_label, self._form = title, x_label, form
        self.canvas = PlotCanvas((form, tick_form), x_label, floor, log_x=log_x, whole_x=whole_x)
        self.canvas.setAccessibleName(f"{title}, plot")
        self.canvas.readout_changed.connect(self._on_readout)
        x_form = rounded if log_x else ("{:.0f}" if whole_x else "{:.3f}").format
        self._table = PlotTable(title, x_label, form, x_form)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self.canvas)
        self._stack.addWidget(self._table)
        self.setFocusProxy(self.canvas)
        self.setAccessibleName(title)
        self._stale = False
        self._make_actions()
        theme().changed.connect(self.canvas.apply_theme)
        self.installEventFilter(self)

    # What is plotted

    def add_curve(self, key: str, style: CurveStyle) -> None:
        """One more curve, empty as yet, drawn over those before it."""
        self.canvas.add_curve(key, style)

    def relabel(self, key: str, label: str, group: str = "", name: str | None = None) -> None:
        """Another label for a curve, and another group and name at its end: see `CurveStyle`."""
        self.canvas.relabel(key, label, group, name)

    def set_curve(self, key: str, x: np.ndarray, y: np.ndarray) -> None:
        """float64 (n,) each, x rising; values that are no number are left out."""
        self.canvas.set_curve(key, x, y)

    def set_ranges(self, x: tuple[float, float], y: tuple[float, float] | None = None) -> None:
        """What is shown when nothing is zoomed; `y` None fits it to the curves."""
        self.canvas.set_ranges(x, y)

    def set_log(self, *, log: bool) -> None:
        """Logarithmic y axis or linear."""
        self.canvas.set_log(log=log)

    def set_marks(self, *, vertical: list[Mark] | None = None, horizontal: list[Mark] | None = None) -> None:
        """Replace the lines across the plot: at an x, at a y. What is not given stays."""
        self.canvas.vertical = self.canvas.vertical if vertical is None else vertical
        self.canvas.horizontal = self.canvas.horizontal if horizontal is None else horizontal

    def set_empty_text(self, text: str) -> None:
        """What stands in the middle while no curve has points."""
        self.canvas.empty_text = text

    def refresh(self) -> None:
        """Show what has been set; when hidden, as soon as it is shown again."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        self.canvas.refresh()
        self._describe()
        if self.table_shown:
            self._table.show_curves(self.curves())

    def curves(self) -> list[Points]:
        """The points of the labelled curves that have any."""
        canvas = self.canvas
        return [
            canvas.points[key] for key, style in canvas.styles.items() if style.labelled and len(canvas.points[key].x)
        ]

    def summary(self) -> str:
        """The plot in words."""
        return in_words(self.title, self.curves(), self._form, self._x_label)

    @property
    def table_shown(self) -> bool:
        return self._stack.currentWidget() is self._table

    def show_table(self, *, shown: bool) -> None:
        """The numbers instead of the curves, or the curves again."""
        if shown:
            self._table.show_curves(self.curves())
        front = self._table if shown else self.canvas
        self._stack.setCurrentWidget(front)
        self.setFocusProxy(front)

    # Out of it

    def image(self, scale: float = 2.0) -> QImage:
        """The plot as a picture on its panel's ground, `scale` times its size on screen."""
        image = QImage(self.canvas.size() * scale, QImage.Format.Format_RGB32)
        image.fill(tokens().panel)
        with QPainter(image) as painter:
            self.canvas.render(painter)
        return image

    def save(self, path: Path) -> None:
        """Write a PNG, SVG or CSV file, by the suffix. Raises CifarGuiError naming the file."""
        write_by_suffix(path, {".png": self._save_png, ".svg": self._save_svg, ".csv": self._save_csv}, "a plot")

    def _save_png(self, path: Path) -> None:
        write_png(path, self.image())

    def _save_svg(self, path: Path) -> None:
        write_svg(path, self.canvas.size(), self.title, self.summary(), self.canvas.render)

    def _save_csv(self, path: Path) -> None:
        path.write_text(as_csv(self.curves(), self._x_label), encoding="utf-8", newline="")

    def copy(self) -> None:
        """Put the picture on the clipboard, with the numbers as text beside it; from the table only the numbers."""
        mime = QMimeData()
        if not self.table_shown:
            mime.setImageData(self.image())
        mime.setText(as_csv(self.curves(), self._x_label, "\t"))
        QGuiApplication.clipboard().setMimeData(mime)

    def menu(self, parent: QWidget | None = None) -> QMenu:
        """What can be done with the plot, for its context menu and for a button beside it."""
        menu = QMenu(parent or self)
        menu.addActions(self.actions())
        return menu

    def _make_actions(self) -> None:
        copy = QAction("&Copy picture and numbers", self)
        copy.triggered.connect(self.copy)
        save = QAction("&Save as PNG, SVG or CSV…", self)
        save.triggered.connect(self._on_save)
        table = QAction("Show as &table", self)
        table.setCheckable(True)
        table.toggled.connect(lambda shown: self.show_table(shown=shown))
        everything = QAction("Show &everything", self)
        everything.setStatusTip("Undo zooming (double click, Escape)")
        everything.triggered.connect(self.canvas.show_everything)
        self.addActions([copy, save, table, everything])

    def _on_save(self) -> None:
        kinds = {"Picture": ".png", "Drawing": ".svg", "Numbers": ".csv"}
        path = ask_where_to_save(self, f"Save {self.title}", f"{self.title.lower()}.png", kinds)
        if path is not None:
            self.save(path)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copying is ours while the plot has the focus, whatever else the window copies."""
        ours = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy)
        if ours and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _describe(self) -> None:
        self.canvas.setAccessibleDescription(self.summary())

    def _on_readout(self, text: str) -> None:
        self.canvas.setAccessibleDescription(text or self.summary())
