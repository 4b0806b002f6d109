"""The status bar: the one place that says what the machine is doing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStatusBar, QWidget

from cifar_gui.training.events import EpochReport, Event, SettingsChanged, Started, StepReport
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.words import time_left


class Progress(QWidget):
    """State, bar and figures. `text()` is all of it in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status.progress")
        self._state, self._figures = QLabel(), QLabel()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setFixedWidth(120)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 2 * SPACING, 0)
        layout.setSpacing(2 * SPACING)
        for widget in (self._state, self.bar, self._figures):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.show_state("Ready")

    def text(self) -> str:
        """What can be read here, for tests and screen readers."""
        parts = (self._state.text(), self._figures.text())
        return " · ".join(part for part in parts if part)

    def show_state(self, state: str, share: float | None = None, figures: str = "") -> None:
        """`share` 0–1 shows the bar, negative a busy one, None hides it."""
        self._state.setText(state)
        self._figures.setText(figures)
        self.bar.setVisible(share is not None)
        if share is not None:
            self.bar.setRange(0, 0 if share < 0 else 1000)
            self.bar.setValue(round(1000 * max(share, 0)))
        self.setAccessibleName(self.text())


class StatusBar(QStatusBar):
    """Progress on the left, what the mouse is over beside it; device, precision, data and run on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.progress = Progress()
        self.tip = ElidedLabel("muted")
        self.tip.setObjectName("status.tip")
        self.place = QLabel()
        self.place.setContentsMargins(0, 0, 12, 0)
        self.setSizeGripEnabled(False)
        self.addWidget(self.progress)
        self.addWidget(self.tip, 1)
        self.addPermanentWidget(self.place)


_FORWARD = 1 / 3
"""What it takes to look at a picture, of what it takes to learn from it: measured 0.24–0.5 for four of the networks."""


@dataclass
class TrainingFigures:
    """What the status bar says of a run, kept up to date by its events."""

    epochs: int = 0
    steps_per_epoch: int = 1
    step: int = 0
    images_per_second: float = 0.0
    pictures: int = 0
    validation_pictures: int = 0
    validated: int = 0
    """Epochs after which the held-out pictures have been looked at."""

    def follow(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Started):
            self.epochs, self.steps_per_epoch = event.epochs, max(event.steps_per_epoch, 1)
            self.step, self.pictures, self.images_per_second = event.first_step, event.training_pictures, 0.0
            self.validation_pictures = event.validation_pictures
            self.validated = event.first_step // self.steps_per_epoch
        elif isinstance(event, StepReport | EpochReport):
            self.step = event.step
            self._smooth(event.images_per_second)
            if isinstance(event, EpochReport):
                self.validated = event.epoch
        elif isinstance(event, SettingsChanged):
            self.epochs = event.epochs

    @property
    def share(self) -> float:
        """Of the whole run, 0–1."""
        return min(self.step / max(self.epochs * self.steps_per_epoch, 1), 1.0)

    @property
    def epoch(self) -> str:
        """ "epoch 3 of 8": all there is to say while nothing moves."""
        return f"epoch {min(self.step // self.steps_per_epoch + 1, self.epochs)} of {self.epochs}"

    def text(self, whose: str = "") -> str:
        """ "epoch 3 of 8 · 1,020 images/s · 2 min left"; `whose`: said of the time, " of this run"."""
        parts = [self.epoch]
        if self.images_per_second > 0:
            parts.append(f"{self.images_per_second:,.0f} images/s")
            parts.append(f"{time_left(self.seconds_left)} left{whose}")
        return " · ".join(parts)

    @property
    def seconds_left(self) -> float:
        """At the speed of late."""
        training = (1 - self.share) * self.epochs * self.pictures
        validation = max(self.epochs - self.validated, 0) * self.validation_pictures * _FORWARD
        return (training + validation) / self.images_per_second if self.images_per_second else 0.0

    def _smooth(self, speed: float) -> None:
        if speed > 0:
            old = self.images_per_second
            self.images_per_second = 0.8 * old + 0.2 * speed if old else speed
