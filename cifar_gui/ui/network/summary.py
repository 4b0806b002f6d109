"""The chosen network: what it is, its figures, its layers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from cifar_gui.ui.icons import icon
from cifar_gui.ui.network.drawing import NetworkDrawing
from cifar_gui.ui.network.gallery import NOT_MEASURED, accuracy_text
from cifar_gui.ui.network.graph_words import NO_FILTERS
from cifar_gui.ui.network.layers import Layers
from cifar_gui.ui.network.overview import Measured, NetworkOverview
from cifar_gui.ui.network.shapes import drawn, field_words
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.figure import figure
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import caption, muted, title
from cifar_gui.words import short_number


class NetworkSummary(Panel):
    """Signals: train_requested(str), design_requested(str), filters_requested(str) with the path of a layer or "";
    export_requested()."""

    train_requested = Signal(str)
    design_requested = Signal(str)
    filters_requested = Signal(str)
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Network", parent)
        self.network: NetworkOverview | None = None
        self.train = ShyButton("Train this")
        self.train.setIcon(icon("play", "on_accent"))
        self.train.setProperty("primary", True)
        self.design = ShyButton("Make it your own")
        self.design.setIcon(icon("edit"))
        self.design.setToolTip("Open its layers in the designer, to change them")
        self.filters = ShyButton("Filters")
        self.filters.setIcon(icon("filters"))
        self.copy, self.export = _tool("copy"), _tool("export")
        self.about = muted(wrap=True)
        self.drawing = NetworkDrawing()
        self.parameters = title()
        self.parameters.setObjectName("network.total_parameters")
        self.multiply_adds, self.field, self.accuracy = title(), title(), title()
        self.time = title()
        self.accuracy_note, self.time_note = caption(), caption()
        self.layers = Layers()
        self.table, self.graph = self.layers.table, self.layers.graph
        self._build()
        self._on_view_changed()

    def show_network(self, network: NetworkOverview) -> None:
        """Replace everything."""
        self.network = network
        self.set_title(network.label)
        self.design.setVisible(network.design is not None)
        self.about.setText(network.about)
        self.drawing.show_blocks(drawn(network.graph, network.layers))
        self.parameters.setText(f"{network.parameters:,}")
        self.multiply_adds.setText(short_number(network.multiply_adds))
        self.multiply_adds.setToolTip(f"{network.multiply_adds:,} multiply-adds for one picture")
        self.field.setText(f"{network.receptive_field} px")
        self.field.setToolTip(field_words(network.receptive_field))
        self.accuracy.setText(accuracy_text(network))
        self._show_measured(network.measured)
        self.train.setToolTip(f"Open the Train page with the best preset of {network.label}")
        self.layers.show_network(network)

    def _show_measured(self, found: Measured | None) -> None:
        note = found.note if found else "No shipped model of this network has been measured"
        self.accuracy_note.setText("accuracy" if found else f"accuracy, {NOT_MEASURED} yet")
        self.accuracy.setToolTip(note)
        self.accuracy.setAccessibleDescription(note)
        self.time.setText(found.time if found else "")
        self.time.setToolTip(found.machine if found else "")
        self.time_note.setText("training time" if self.time.text() else "")

    def offer_filters(self, *, possible: bool) -> None:
        """Whether the current model is of this network and so has filters to show."""
        self.filters.setEnabled(possible)
        self.filters.setToolTip("See the filters of the chosen model" if possible else NO_FILTERS)
        self.graph.offer_filters(possible=possible)

    def _build(self) -> None:
        explain = HelpButton("network#the-graph-and-the-table", "the graph and the table")
        self.fill_header(
            ControlBar([], [self.layers.choice, self.copy, self.export, self.design, self.filters, self.train, explain])
        )
        self.train.clicked.connect(self._on_train)
        self.design.clicked.connect(self._on_design)
        self.filters.clicked.connect(lambda: self.filters_requested.emit(""))
        self.graph.filters_wanted.connect(self.filters_requested)
        self.copy.clicked.connect(self.layers.copy)
        self.export.clicked.connect(self.export_requested)
        self.layers.save_requested.connect(self.export_requested)
        self.layers.view_changed.connect(self._on_view_changed)
        counts = (figure(self.parameters, "parameters"), figure(self.multiply_adds, "multiply-adds a picture"))
        others = (
            figure(self.field, "receptive field"),
            figure(self.accuracy, self.accuracy_note),
            figure(self.time, self.time_note),
        )
        facts = ControlBar(counts, others, breaks=True, close=True)
        self.body.addWidget(self.about)
        self.body.addWidget(self.drawing)
        self.body.addWidget(facts)
        self.body.addWidget(self.layers, 1)

    def _on_view_changed(self) -> None:
        graph = self.layers.view == "graph"
        _explain(self.copy, "Copy the graph" if graph else "Copy the table")
        _explain(self.export, "Save the graph as PNG or SVG…" if graph else "Save the table as CSV or TSV…")

    def _on_train(self) -> None:
        if self.network is not None:
            self.train_requested.emit(self.network.name)

    def _on_design(self) -> None:
        if self.network is not None:
            self.design_requested.emit(self.network.name)


def _tool(symbol: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(symbol))
    button.setProperty("flat", True)
    return button


def _explain(button: QToolButton, text: str) -> None:
    button.setToolTip(text)
    button.setAccessibleName(text)
