"""The slider that replays the epochs of a run."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from cifar_gui.ui.epochs import EpochTrack
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.text import caption, muted

_STEP_MS = 450
"""Between two epochs while playing."""


class EpochBar(QFrame):
    """Drag, step with the arrow keys, or play. Signals: epoch_chosen(str) with the key for the model chooser.

    The owner answers with `show_track`, and calls `arrived` when the chosen epoch is on screen; playing waits for it.
    `give_up_unless` ends the waiting for one that cannot be had.
    """

    epoch_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", True)
        self._track = EpochTrack()
        self._awaited = ""  # the key asked for that is not on screen yet
        self.play = QToolButton()
        self.play.setCheckable(True)
        self.play.toggled.connect(self._on_play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Epoch")
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(self._on_value)
        self._number = QLabel()
        bold = self._number.font()
        bold.setBold(True)
        self._number.setFont(bold)
        self._note = muted()
        self._reason = caption(wrap=True)
        self._timer = QTimer(self)
        self._timer.setInterval(_STEP_MS)
        self._timer.timeout.connect(self._on_tick)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 8)
        layout.setSpacing(SPACING + 4)
        for widget in (muted("Epoch"), self.play):
            layout.addWidget(widget)
        layout.addWidget(self.slider, 1)
        for widget in (self._number, self._note):
            layout.addWidget(widget)
        layout.addWidget(self._reason, 2)
        self._label_play()
        self.show_track(EpochTrack())

    @property
    def playing(self) -> bool:
        """Whether it moves by itself."""
        return self._timer.isActive()

    def show_track(self, track: EpochTrack) -> None:
        """Show the epochs there are and where we stand; nothing is emitted."""
        self._track = track
        was_blocked = self.slider.blockSignals(True)
        self.slider.setRange(0, max(len(track.epochs) - 1, 0))
        self.slider.setValue(max(track.position, 0))
        self.slider.blockSignals(was_blocked)
        for widget in (self.slider, self.play):
            widget.setEnabled(track.playable)
            widget.setToolTip(track.reason or f"Replay the kept epochs of run {track.run}")
        self._reason.setText(track.reason)
        self._reason.setVisible(bool(track.reason))
        self._note.setVisible(bool(track.epochs))
        self._number.setVisible(bool(track.epochs))
        self._label_epoch(self.slider.value(), track.note)
        if not track.playable:
            self.play.setChecked(False)

    def arrived(self) -> None:
        """The epoch asked for is on screen."""
        self._awaited = ""

    def give_up_unless(self, chosen: str) -> None:
        """Stop playing if the epoch asked for is not what is chosen: it will not come."""
        if self._awaited and self._awaited != chosen:
            self.stop()

    def stop(self) -> None:
        """Stop playing."""
        self.play.setChecked(False)

    def _label_epoch(self, position: int, note: str) -> None:
        if not self._track.epochs:
            return
        epoch = self._track.epochs[position]
        self._number.setText(str(epoch))
        self._note.setText(note)
        self.slider.setAccessibleDescription(f"Epoch {epoch} {note}")

    def _on_value(self, position: int) -> None:
        self._label_epoch(position, f"of {self._track.epochs[-1]}")
        self._awaited = self._track.key(position)
        self.epoch_chosen.emit(self._awaited)

    def _on_play(self, playing: bool) -> None:
        self._label_play()
        if not playing:
            self._timer.stop()
            return
        self._awaited = ""
        self._timer.start()  # first: where the first epoch is not there any more, it is stopped at once
        if self.slider.value() == self.slider.maximum():
            self.slider.setValue(0)

    def _on_tick(self) -> None:
        if self._awaited:
            return
        if self.slider.value() == self.slider.maximum():
            self.stop()
        else:
            self.slider.setValue(self.slider.value() + 1)

    def _label_play(self) -> None:
        playing = self.play.isChecked()
        self.play.setIcon(icon("pause" if playing else "play"))
        self.play.setAccessibleName("Pause the replay" if playing else "Play the epochs")
