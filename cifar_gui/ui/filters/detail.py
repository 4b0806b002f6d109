"""The chosen unit, large, and everything that can be said of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from cifar_gui.explain.health import finding_of
from cifar_gui.explain.units import UnitDetails
from cifar_gui.ui.filters.numbers import WeightTable
from cifar_gui.ui.filters.sections import AnswerSection, FormingSection, TopsSection
from cifar_gui.ui.filters.story import UnitStory
from cifar_gui.ui.filters.switch_off import SwitchOff
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.histogram import Histogram
from cifar_gui.ui.widgets.image_grid import TileSheet
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.pixels import PixelView, folded, magnified
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import caption, heading
from cifar_gui.words import modest_percent, signed_text

_LARGE = 232
_COPIED = 512
_HARDLY = 5e-4
"""A mean answer that is nearer to 0 is about 0."""


class UnitDetail(Panel):
    """Picture, answers, numbers, histogram, mean and deviation of one unit. It scrolls where there is little room.

    Signals: pictures_wanted(), those that excite it most.
    """

    pictures_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Filter", parent)
        self.setObjectName("filters.detail")
        self.setAccessibleName("The chosen filter")
        self.picture = PixelView(_LARGE)
        self.picture.setMinimumHeight(_LARGE)
        self.picture.setAccessibleName("The chosen filter, magnified")
        self.facts = caption(wrap=True)  # a line that is too long must not widen the panel: all others would move
        self.finding = caption(wrap=True)
        self.finding.setProperty("doubt", True)
        self.answer = AnswerSection()
        self.tops = TopsSection()
        self.tops.wanted.connect(self.pictures_wanted)
        self.forming = FormingSection()
        self.switch_off = SwitchOff()
        self.moments = caption()
        self.histogram = Histogram("weights")
        self.histogram.setMinimumHeight(92)
        self.numbers = WeightTable()
        self.numbers.setMinimumHeight(132)
        self._build()
        self.show_story(None)

    def show_picture(self, sheet: TileSheet | None, unit: int) -> None:
        """The same picture as in the grid; a strip, which would be too thin or too long here, row by row."""
        image = sheet.tile(unit) if sheet else QImage()
        strips = sheet is not None and sheet.grid.strips
        self.picture.show_image(folded(image) if strips else image)
        self.picture.setToolTip(f"Its {image.width()} weights, row by row" if strips else "")

    def show_story(self, story: UnitStory | None, *, looking: bool = False) -> None:
        """All that is known of a unit; None clears everything. While it is `looking` for what excites it most, that
        part tells how far it is."""
        self.copy_picture.setEnabled(story is not None)
        self._inside.setVisible(story is not None)
        if story is None:
            self.set_title("Filter")
            self.picture.show_pixels(None)
            self.facts.clear()
            self._show_weights(None)
            return
        self.set_title(story.layer.unit_words(story.unit))
        self.facts.setText(facts(story))
        found = finding_of(story.findings, story.unit)
        self.finding.setText("\n".join(each.text for each in found))
        self.finding.setVisible(bool(found))
        self.answer.show_subject(story.subject)
        if not looking:
            self.tops.show_tops(story.tops, story.tops_of)
        self.forming.show_states(story.forming)
        self._show_weights(story.details)

    def _show_weights(self, details: UnitDetails | None) -> None:
        for widget in self._weights:
            widget.setVisible(details is not None)
        self.numbers.show_details(details)
        if details is None:
            self.moments.clear()
            self.histogram.clear()
            return
        self.moments.setText(moments(details))
        self.histogram.show_counts(details.counts, details.edges, summary(details))

    def _build(self) -> None:
        self.copy_picture = QToolButton()
        self.copy_picture.setIcon(icon("copy"))
        self.copy_picture.setProperty("flat", True)
        self.copy_picture.setToolTip("Copy the picture of this filter")
        self.copy_picture.setAccessibleName("Copy the picture of this filter")
        self.copy_picture.clicked.connect(self._on_copy)
        self.header.addWidget(self.copy_picture)
        self.explain("filters#one-filter", "what is said of a filter, and the histogram of its weights")
        self._inside = QWidget()
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        title = _row(heading("Weights"), self.moments)
        numbers = heading("Numbers")
        self._weights: list[QWidget] = [title, self.histogram, numbers, self.numbers]
        sections = (self.answer, self.tops, self.forming, self.switch_off)
        for widget in (self.picture, self.facts, self.finding, *sections, *self._weights):
            column.addWidget(widget)
        column.addStretch(1)
        self.body.addWidget(VerticalScroll(self._inside), 1)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setImage(magnified(self.picture.image, _COPIED))


def facts(story: UnitStory) -> str:
    """Layer and bias, then where the filter stands, then how active it is, a line each."""
    lines = [story.layer.label]
    if (details := story.details) is not None:
        strongest = "strongest" if details.rank == 1 else f"{ordinal(details.rank)} strongest"
        lines[0] += "" if details.bias is None else f" · bias {signed_text(details.bias, 3)}"
        lines.append(f"norm {details.norm:.3g} · {strongest} of {details.layer.units}")
    if story.mean is not None and story.active is not None:
        lines.append(activity_words(story.mean, story.active))
    return "\n".join(lines)


def activity_words(mean: float, active: float) -> str:
    """How a unit answers the validation pictures, which the network may have learned from all the same: `mean` over all
    their places, `active` the share that is above 0."""
    answer = "" if abs(mean) < _HARDLY else f"mean answer {signed_text(mean, 3)} · "
    if active == 0:
        return f"{answer}never above 0 on the validation pictures"
    if active == 1:
        return f"{answer}above 0 everywhere"
    return f"{answer or 'mean answer about 0 · '}above 0 at {modest_percent(active, 1)} of places"


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


def _row(left: QWidget, right: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(left)
    row.addStretch(1)
    row.addWidget(right)
    return holder
