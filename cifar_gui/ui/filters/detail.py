"""The chosen filter, large, and everything that can be said of it in figures."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cifar_gui.explain.units import UnitDetails
from cifar_gui.ui.filters.numbers import WeightTable
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.histogram import Histogram, signed_text
from cifar_gui.ui.widgets.image_grid import TileSheet
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.pixels import PixelView, magnified
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import caption, heading

_LARGE = 232
_COPIED = 512


class UnitDetail(Panel):
    """Picture, numbers, histogram, mean and deviation of one filter. It scrolls where there is little room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Filter", parent)
        self.setObjectName("filters.detail")
        self.setAccessibleName("The chosen filter")
        self.picture = PixelView(_LARGE)
        self.picture.setMinimumHeight(_LARGE)
        self.picture.setAccessibleName("The chosen filter, magnified")
        self.facts = caption()
        self.moments = caption()
        self.histogram = Histogram("weights")
        self.histogram.setMinimumHeight(92)
        self.numbers = WeightTable()
        self.numbers.setMinimumHeight(132)
        self._build()
        self.show_details(None)

    def show_picture(self, sheet: TileSheet | None, unit: int) -> None:
        """The same picture as in the grid."""
        self.picture.show_image(sheet.tile(unit) if sheet else QImage())

    def show_details(self, details: UnitDetails | None) -> None:
        """The figures; None clears everything."""
        self.copy_picture.setEnabled(details is not None)
        if details is None:
            self.set_title("Filter")
            self.picture.show_pixels(None)
            self.facts.clear()
            self.moments.clear()
            self.histogram.clear()
            self.numbers.show_details(None)
            return
        self.set_title(f"Filter {details.unit}")
        self.facts.setText(facts(details))
        self.moments.setText(moments(details))
        self.histogram.show_counts(details.counts, details.edges, summary(details))
        self.numbers.show_details(details)

    def _build(self) -> None:
        self.copy_picture = QToolButton()
        self.copy_picture.setIcon(icon("copy"))
        self.copy_picture.setProperty("flat", True)
        self.copy_picture.setToolTip("Copy the picture of this filter")
        self.copy_picture.setAccessibleName("Copy the picture of this filter")
        self.copy_picture.clicked.connect(self._on_copy)
        self.header.addWidget(self.copy_picture)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.picture)
        column.addWidget(self.facts)
        column.addSpacing(4)
        column.addLayout(_row(heading("Weights"), self.moments))
        column.addWidget(self.histogram)
        column.addSpacing(4)
        column.addWidget(heading("Numbers"))
        column.addWidget(self.numbers, 1)
        self.body.addWidget(VerticalScroll(inside), 1)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(magnified(self.picture.image, _COPIED))


def facts(details: UnitDetails) -> str:
    """Layer and bias, then where the filter stands, in two lines."""
    bias = "" if details.bias is None else f" · bias {signed_text(details.bias, 3)}"
    strongest = "strongest" if details.rank == 1 else f"{ordinal(details.rank)} strongest"
    return f"{details.layer.label}{bias}\nnorm {details.norm:.3g} · {strongest} of {details.layer.units}"


def moments(details: UnitDetails) -> str:
    """Mean and standard deviation in a line."""
    return f"mean {signed_text(details.mean, 3)} · sd {details.deviation:.3g}"


def summary(details: UnitDetails) -> str:
    """The histogram in a sentence."""
    low, high = float(details.weights.min()), float(details.weights.max())
    return (
        f"{details.weights.size} weights from {signed_text(low, 3)} to {signed_text(high, 3)}, "
        f"mean {signed_text(details.mean, 3)}, standard deviation {details.deviation:.3g}."
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    teens = 10 <= number % 100 <= 20
    return f"{number}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _row(left: QWidget, right: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return row
