"""*I have N minutes*: asks for how many, tries this machine, and offers what fits."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from cifar_gui.data.cifar10 import is_original
from cifar_gui.data.sources import load
from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.training.minutes import Offer, Pace, in_words, measure_pace, network_words, plan, rungs
from cifar_gui.ui.background import Background
from cifar_gui.ui.theme import px
from cifar_gui.ui.widgets.fields import NumberField, mark_wrong
from cifar_gui.ui.widgets.text import muted, title

_KEY = "train.minutes"
_LONGEST = 10_000
_WHY = (
    "This machine is tried for a few seconds. Then you see which network for how many epochs is ready by then, and how "
    "good it will be."
)


class MinutesDialog(QDialog):
    """Signals: chosen(Recipe) when the user takes the offer."""

    chosen = Signal(object)

    def __init__(self, jobs: Background, like: Recipe, parent: QWidget) -> None:
        """`like`: the recipe whose data, seed and device are used."""
        super().__init__(parent)
        self._jobs, self._like = jobs, like
        self._paces: dict[str, Pace] = {}  # what has been tried need not be tried again for another time
        self._given_up = threading.Event()
        self.offer: Offer | None = None
        self.setObjectName("train.minutes")
        self.setWindowTitle("I have N minutes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.minutes = NumberField(whole=False)
        self.minutes.setObjectName("train.minutes.number")
        self.minutes.put("10")
        self.words = muted(_WHY, wrap=True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Trying this machine")
        self.see, self.use, self.close_button = QPushButton("See what fits"), QPushButton("Use this"), QPushButton()
        self._lay_out()
        self.minutes.edited.connect(self._on_edited)
        self.see.clicked.connect(self.look)
        self.use.clicked.connect(self._on_use)
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(self._given_up.set)
        self._show_state()

    @property
    def busy(self) -> bool:
        """Whether the machine is being tried."""
        return not self.progress.isHidden()

    def look(self) -> None:
        """Try the machine and say what fits."""
        minutes = self._number()
        if minutes is None or self.busy:
            return
        self.offer = None
        self._show_state(busy=True)
        self.words.setText("Reading the pictures…")
        self._jobs.run(
            lambda: self._plan(minutes),
            self._on_offer,
            self._on_failed,
            key=_KEY,
            broken=self._on_broken,
            doing="Trying this machine…",
        )

    def _plan(self, minutes: float) -> tuple[Offer, float]:
        """For a worker. The dialog may be gone meanwhile."""
        data = load(self._like.data)

        def probe(recipe: Recipe) -> Pace:
            name = network_words(recipe)
            if name not in self._paces:
                self._jobs.post(lambda: self._say(f"Training {name} for a moment…"))
                self._paces[name] = measure_pace(recipe, data, self._is_given_up)
            return self._paces[name]

        if self._is_given_up():
            raise Cancelled
        ladder = rungs(self._like, len(data.training(all_data=self._like.all_data)))
        return plan(minutes, ladder, probe, is_cifar10=is_original(data)), minutes

    def _is_given_up(self) -> bool:
        return self._given_up.is_set() or self._jobs.closing

    def _number(self) -> float | None:
        number = self.minutes.value()
        return number if 0 < number <= _LONGEST else None

    def _say(self, words: str) -> None:
        if not self._given_up.is_set() and self.busy:  # in this order: of a dialog that was closed nothing is left
            self.words.setText(words)

    def _on_edited(self) -> None:
        """Another time: the old offer is none any more."""
        if self.busy:
            return
        self.offer = None
        wrong = self._number() is None
        mark_wrong(self.minutes, wrong=wrong)
        self.words.setText(f"Minutes must be a number above 0 and at most {_LONGEST:,}, such as 10." if wrong else _WHY)
        self._show_state()

    def _on_offer(self, found: tuple[Offer, float]) -> None:
        if self._given_up.is_set():
            return
        self.offer = found[0]
        self.words.setText(in_words(*found))
        self._show_state()
        self.use.setFocus()

    def _on_failed(self, error: CifarGuiError) -> None:
        if not self._given_up.is_set():
            self.words.setText(str(error))
            self._show_state()

    def _on_broken(self) -> None:
        """Given up, or an error that the window tells."""
        if not self._given_up.is_set():
            self.words.setText(_WHY)
            self._show_state()

    def _on_use(self) -> None:
        if self.offer is not None:
            self.chosen.emit(self.offer.recipe)
            self.accept()

    def _show_state(self, *, busy: bool = False) -> None:
        self.progress.setVisible(busy)
        self.minutes.setEnabled(not busy)
        self.see.setVisible(self.offer is None)
        self.see.setEnabled(not busy and self._number() is not None)
        self.use.setVisible(self.offer is not None)
        self.close_button.setText("Cancel" if busy else "Close")
        for button in (self.see, self.use):
            button.setDefault(button.isVisibleTo(self))

    def _lay_out(self) -> None:
        asked = QHBoxLayout()
        before, after = QLabel("I have"), QLabel("minutes.")
        before.setBuddy(self.minutes)
        self.minutes.setAccessibleName("Minutes")
        self.minutes.setFixedWidth(px(72))
        for widget in (before, self.minutes, after):
            asked.addWidget(widget)
        asked.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.close_button, self.see, self.use):
            buttons.addWidget(button)
        for button in (self.see, self.use):
            button.setProperty("primary", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(16), px(20), px(16))
        column.setSpacing(px(12))
        column.addWidget(title("I have N minutes"))
        column.addLayout(asked)
        column.addWidget(self.words)
        column.addWidget(self.progress)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setFixedSize(px(420), px(232))
