"""The answer in words, how sure it is, and a bar for each class."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QLabel, QWidget

from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import judged
from cifar_gui.ui.classify.badge import ConfidenceBadge
from cifar_gui.ui.classify.bars import Bars
from cifar_gui.ui.classify.opinion import Opinion
from cifar_gui.ui.classify.sure_from import SureFrom
from cifar_gui.ui.icons import icon
from cifar_gui.ui.network_choice import NetworkChoice
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.help_button import explained_by
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import WrappedLabel, line, muted
from cifar_gui.words import modest_percent

if TYPE_CHECKING:
    from cifar_gui.checkpoint.card import ModelCard

HEADER_HEIGHT = 28
"""Of both panels, so that what stands under the headings begins at the same height."""


_LEAST_WIDTH = 240
_LEAST_CHOICE = 9
"""Letters that the chooser of a second network shows at least."""


_BREAK = "\u200b"
"""Not to be seen: a line may end there."""
_LONGEST = 16
"""Letters of a word that are kept on one line: classes may be called anything, and the type is large."""


def breakable(text: str) -> str:
    """The same text, that can be broken behind signs within its words, and anywhere in words beyond all measure."""
    with_signs = re.sub(r"(?<=[\w])([_/.-]+)(?=\w)", rf"\1{_BREAK}", text)
    too_long = rf"[^\s{_BREAK}]{{{_LONGEST}}}(?=[^\s{_BREAK}]{{4}})"
    return re.sub(too_long, lambda found: found[0] + _BREAK, with_signs)


class _Headline(WrappedLabel):
    """Can be as narrow as its longest word, whether or not it is broken into lines now."""

    _said = ""

    def text(self) -> str:
        """What it says, as it was set."""
        return self._said

    def setText(self, text: str) -> None:
        self._said = text
        super().setText(breakable(text))

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        words = breakable(self._said).replace(_BREAK, " ").split()
        hint.setWidth(max((self.fontMetrics().horizontalAdvance(word) for word in words), default=0))
        return hint


class VerdictPanel(Panel):
    """Shows one prediction.

    Signals: six_views_changed(bool); sure_changed(float) with the probability from which on an answer is sure;
    copy_wanted(); export_wanted().
    """

    six_views_changed = Signal(bool)
    sure_changed = Signal(float)
    copy_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Verdict", parent)
        self._class_names: tuple[str, ...] = ()
        self._prediction: Prediction | None = None
        self._opinion: Opinion | None = None
        self.badge = ConfidenceBadge()
        self.header.addWidget(self.badge)
        self.explain("classify#the-verdict", "the verdict")
        self.header.addStrut(HEADER_HEIGHT)
        self.verdict = _Headline()
        self.verdict.setProperty("verdict", True)
        self.verdict.setObjectName("classify.verdict")
        self.verdict.setAccessibleName("Verdict")
        self.probability = QLabel()
        self.probability.setProperty("beside_verdict", True)
        self.reason = muted(wrap=True)
        self.bars = Bars()
        self.opinion = muted(wrap=True)
        self.opinion.setObjectName("classify.opinion")
        self.opinion.setAccessibleName("What the second network says")
        self.opinion.hide()
        self.sure = SureFrom()
        self.sure.changed.connect(self.sure_changed)
        self.compare = NetworkChoice("Compare with another network", nobody="Compare with…")
        self.compare.setMinimumContentsLength(_LEAST_CHOICE)
        self.compare.setObjectName("classify.compare")
        self.compare.setToolTip("A second network looks at the same square; its answers stand below the first one's")
        explained_by(self.compare, "classify#compare")
        self.body.addLayout(self._headline_row())
        self.body.addWidget(self.reason)
        self.body.addSpacing(SPACING // 2)
        self.body.addWidget(self.bars, 1)
        self.body.addWidget(self.opinion)
        self.body.addWidget(line())
        self.body.addWidget(ControlBar([self.compare], [self.sure], stretched=self.compare))
        self.body.addWidget(self._footer())
        self.setMinimumWidth(_LEAST_WIDTH)
        self.show_waiting("Drop a picture and the answer stands here.")

    @property
    def six_views(self) -> bool:
        return self._six_views.isChecked()

    @property
    def prediction(self) -> Prediction | None:
        """The answer that is shown, judged by the line that is drawn here; None while there is none."""
        return self._prediction

    def show_prediction(self, prediction: Prediction, *, keep_order: bool, keep_chosen: bool = False) -> None:
        """Show an answer, judged by the line that is drawn here. `keep_order`: it is of the same network, and
        about the same picture, as the last one; `keep_chosen`: of another network, about the same picture."""
        self._prediction = prediction = judged(prediction, self.sure.value)
        found = prediction.verdict
        self.probability.setText(modest_percent(prediction.probability) if found.confidence == "confident" else "")
        self._show_headline(found.headline)
        self.badge.show_state(found.confidence)
        self.reason.setText(found.reason)
        self.bars.show_prediction(prediction, keep_order=keep_order, keep_chosen=keep_chosen)
        self._set_usable(usable=True)

    def judge(self, sure_from: float) -> None:
        """Answers of at least this probability are sure, the one shown and those to come."""
        self.sure.put(sure_from)
        if self._prediction is not None:
            self.show_prediction(self._prediction, keep_order=True)
        if self._opinion is not None:
            self.show_opinion(self._opinion)

    def show_opinion(self, opinion: Opinion | None) -> None:
        """What the second network says of the same square; None while it has said nothing yet."""
        self._opinion = opinion
        if opinion is not None:
            self._opinion = opinion = replace(opinion, prediction=judged(opinion.prediction, self.sure.value))
        self.bars.compare(opinion, of_two=True)
        names = self._prediction.class_names if self._prediction is not None else ()
        self.opinion.setText(opinion.words(names) if opinion is not None else " ")
        self.opinion.show()

    def show_alone(self) -> None:
        """There is no second network."""
        self._opinion = None
        self.bars.compare(None, of_two=False)
        self.opinion.hide()

    def show_model(self, card: ModelCard) -> None:
        """Another network is chosen: what it knows, and what was measured of it."""
        self.show_classes(card.class_names)
        self.sure.show_trade(card.trade)

    def show_classes(self, names: tuple[str, ...]) -> None:
        """What the chosen network knows; shown as empty bars while there is no answer."""
        self._class_names = names
        if not self.verdict.text():
            self.bars.show_classes(names)

    def show_waiting(self, text: str) -> None:
        """Show no answer, and why there is none (yet)."""
        self._prediction = None
        if self._opinion is not None:
            self.show_opinion(None)
        self.probability.setText("")
        self._show_headline("")
        self.badge.show_state("")
        self.reason.setText(text)
        self.bars.show_classes(self._class_names)
        self._set_usable(usable=False)

    def set_six_views(self, *, on: bool) -> None:
        """Set the switch without a signal."""
        self._six_views.blockSignals(True)
        self._six_views.setChecked(on)
        self._six_views.blockSignals(False)

    def on_theme(self) -> None:
        """Lay out anew for another zoom."""
        self.bars.set_row_height()
        self.bars.scheduleDelayedItemsLayout()
        self.badge.updateGeometry()
        self._fit_headline()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_headline()

    def _headline_row(self) -> QBoxLayout:
        self._headline = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._headline.setSpacing(SPACING + 4)
        self._headline.addWidget(self.verdict)
        self._headline.addWidget(self.probability)
        self._headline.addStretch(1)
        return self._headline

    def _footer(self) -> QWidget:
        self._six_views = QCheckBox("Six views")
        self._six_views.setChecked(True)
        self._six_views.setToolTip(
            "Ask six times and average: as it is and mirrored, each also shifted by a pixel two ways. "
            "A little more accurate, six times the work."
        )
        self._six_views.toggled.connect(self.six_views_changed)
        self.copy_button = ShyButton("Copy")
        self.copy_button.setIcon(icon("copy"))
        self.copy_button.clicked.connect(self.copy_wanted)
        self.export_button = ShyButton("Save CSV…")
        self.export_button.setIcon(icon("export"))
        self.export_button.clicked.connect(self.export_wanted)
        return ControlBar([self._six_views], [self.copy_button, self.export_button])

    def _show_headline(self, text: str) -> None:
        if text != self.verdict.text():
            self.verdict.setText(text)
            self._fit_headline()
            QAccessible.updateAccessibility(QAccessibleEvent(self.verdict, QAccessible.Event.NameChanged))
        self.probability.setVisible(bool(self.probability.text()))
        self.verdict.setVisible(bool(text))

    def _fit_headline(self) -> None:
        """Break long verdicts into lines; short ones stay on one, with the percentage behind them, or below."""
        room = self.bars.width()
        self.verdict.ensurePolished()
        wanted = self.verdict.fontMetrics().horizontalAdvance(self.verdict.text())
        both = wanted + self._headline.spacing() + self.probability.sizeHint().width()
        below = 0 < room < both and bool(self.probability.text())
        ways = QBoxLayout.Direction
        self._headline.setDirection(ways.TopToBottom if below else ways.LeftToRight)
        self._headline.setSpacing(0 if below else px(SPACING + 4))
        wrap = 0 < room < wanted
        self.verdict.setWordWrap(wrap)
        self._headline.setStretch(0, 1 if wrap else 0)
        self._headline.setStretch(2, 0 if wrap or below else 1)

    def _set_usable(self, *, usable: bool) -> None:
        for button in (self.copy_button, self.export_button):
            button.setEnabled(usable)
        self.copy_button.setToolTip("Copy the result (Ctrl+C)" if usable else "There is no result to copy yet")
        self.export_button.setToolTip("Save every probability" if usable else "There is no result to save yet")
