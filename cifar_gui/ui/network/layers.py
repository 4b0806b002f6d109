"""The layers of a network, as the table people know from Keras or as a graph: chosen in one is chosen in both."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.network.graph_view import GraphView
from cifar_gui.ui.network.overview import NetworkOverview
from cifar_gui.ui.network.shapes import DRAWN_KINDS, shape_text
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.picture_file import write_by_suffix
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.value_table import Cell, ValueTable

TITLES = ("Layer", "Kind", "Output shape", "Parameters", "Multiply-adds", "Receptive\nfield")
_PICTURE = 32


class Layers(FrontStack):
    """The table or the graph; `choice`, to be put beside, says which. `copy` and `save` are about the one in front.

    Signals: view_changed() when the other one has come to the front; save_requested() from the graph's menu."""

    view_changed = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.table = ValueTable(spreads=True)
        self.table.setObjectName("network.summary")
        self.table.setAccessibleName("Layers of the network")
        self.graph = GraphView()
        self.graph.setObjectName("network.graph")
        self.choice = Segmented([("table", "Table"), ("graph", "Graph")])
        self.choice.setObjectName("network.layers")
        self.choice.setAccessibleName("Layers as a table or as a graph")
        self.addWidget(self.table)
        self.addWidget(self.graph)
        self._build()
        self.choice.chosen.connect(self.show_view)
        self.table.rows_chosen.connect(self._on_rows_chosen)
        self.graph.layers_chosen.connect(self.table.choose_rows)
        self.graph.folding_changed.connect(self._on_folding_changed)
        self.show_view("table")

    @property
    def view(self) -> str:
        """ "table" or "graph"."""
        return self.choice.current

    def show_view(self, view: str) -> None:
        """Bring the table or the graph to the front; other words change nothing."""
        self.choice.choose(view)
        self.setCurrentWidget(self.graph if self.view == "graph" else self.table)
        self.view_changed.emit()

    def show_network(self, network: NetworkOverview) -> None:
        """Replace both."""
        self.table.show_rows(TITLES, table_rows(network))
        self.graph.show_graph(network.label, network.graph, network.layers)

    def copy(self) -> None:
        """The selected rows of the table, or all of it; or the graph as a picture."""
        self.graph.copy() if self.view == "graph" else self.table.copy_rows()

    @property
    def file_kinds(self) -> dict[str, str]:
        """What `save` can write, for a dialog: what it is called, and its suffix, the usual one first."""
        if self.view == "graph":
            return {"Picture": ".png", "Drawing": ".svg"}
        return {"Comma-separated": ".csv", "Tab-separated": ".tsv"}

    def save(self, path: Path) -> None:
        """Write what is in front, as the suffix says. Raises CifarGuiError naming the file."""
        if self.view == "graph":
            self.graph.save(path)
        else:
            write_by_suffix(path, {".csv": self._write_table, ".tsv": self._write_table}, "a table")

    def _write_table(self, path: Path) -> None:
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        path.write_text(self.table.as_text(delimiter), encoding="utf-8", newline="")

    def _build(self) -> None:
        graph = self.graph
        self.fold_all = self._action("Fold all blocks", "fold", graph.fold_all)
        self.unfold_all = self._action("Unfold all blocks", "unfold", graph.unfold_all)
        smaller = self._action("Smaller (−)", "zoom-out", lambda: graph.zoom_by(-1))
        larger = self._action("Larger (+)", "zoom-in", lambda: graph.zoom_by(1))
        whole = self._action("Everything in sight (0)", "full-screen", graph.fit)
        self._action("Copy the graph", "copy", graph.copy)
        self._action("Save the graph as PNG or SVG…", "export", self.save_requested.emit)
        self.buttons = QFrame()
        self.buttons.setProperty("segmented", True)
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for action in (self.fold_all, self.unfold_all, smaller, larger, whole):
            row.addWidget(_button(action))
        graph.hold(self.buttons)

    def _action(self, text: str, symbol: str, call: Callable[[], object]) -> QAction:
        action = QAction(icon(symbol), text, self.graph)
        action.triggered.connect(lambda: call())
        self.graph.addAction(action)
        return action

    def _on_rows_chosen(self, rows: tuple[int, ...]) -> None:
        self.graph.choose_layer(rows[0] if rows else -1)

    def _on_folding_changed(self) -> None:
        unfolded = len(self.graph.unfolded)
        self.fold_all.setEnabled(unfolded > 0)
        self.unfold_all.setEnabled(unfolded < self.graph.blocks)
        none = "" if self.graph.blocks else ": this network has no blocks"
        self.fold_all.setToolTip(f"Fold all blocks{none}")
        self.unfold_all.setToolTip(f"Unfold all blocks{none}")


def table_rows(network: NetworkOverview) -> list[list[Cell]]:
    """One row for each layer, and the totals."""
    rows = []
    for row, name in zip(network.rows, network.layers, strict=True):
        shape = shape_text(row.output_shape)
        quiet = row.kind not in DRAWN_KINDS
        whole = "Sees the whole picture and the padding around it." if row.receptive_field > _PICTURE else ""
        rows.append(
            [
                Cell(name, name, row.name, muted=quiet),
                Cell(row.kind, row.kind, muted=quiet),
                Cell(shape, shape, muted=quiet),
                _count(row.parameters),
                _count(row.multiply_adds),
                Cell(row.receptive_field, str(row.receptive_field), whole, muted=quiet),
            ]
        )
    empty = Cell("", "")
    totals = [_count(number, bold=True) for number in (network.parameters, network.multiply_adds)]
    return [*rows, [Cell("total", "Total", bold=True), empty, empty, *totals, empty]]


def _count(number: int, *, bold: bool = False) -> Cell:
    return Cell(number, f"{number:,}" if number else "–", muted=not number, bold=bold)


def _button(action: QAction) -> QToolButton:
    """Follows the action: icon, tip, and whether it can be pressed."""
    button = QToolButton()
    button.setDefaultAction(action)
    button.setProperty("flat", True)
    button.setAccessibleName(action.text())
    return button
