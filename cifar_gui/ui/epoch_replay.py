"""The slider over the epochs of a run, and the one model chooser of the window, kept in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.ui.epoch_bar import EpochBar
from cifar_gui.ui.epochs import EpochTrack, epoch_track

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.ui.context import Context


class EpochReplay(QObject):
    """Signals: track_changed(EpochTrack) when other epochs can be chosen, or another one is."""

    track_changed = Signal(object)

    def __init__(self, context: Context, bar: EpochBar, parent: QObject) -> None:
        super().__init__(parent)
        self._models, self._session, self._bar = context.models, context.session, bar
        self._snapshot: ModelSnapshot | None = None
        self.track = EpochTrack()
        bar.epoch_chosen.connect(self._on_epoch_chosen)
        self._models.choices_changed.connect(self.show)

    def set_snapshot(self, snapshot: ModelSnapshot | None) -> None:
        """Another network is shown."""
        self._snapshot = snapshot
        self.show()

    def show(self) -> None:
        """The epochs that there are now."""
        current, run = self._models.current, self._session.run
        epoch = self._snapshot.card.epoch if self._snapshot is not None else 0
        track = epoch_track(self._models.choices(), current, run.number if run else "", epoch)
        self._bar.show_track(track)
        self._bar.give_up_unless(current.key if current is not None else "")
        if track != self.track:
            self.track = track
            self.track_changed.emit(track)

    def _on_epoch_chosen(self, key: str) -> None:
        self._models.choose(key)
        self.show()  # one that is no longer there changes no choice
