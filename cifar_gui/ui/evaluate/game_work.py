"""Playing rounds against the network that is chosen: drawing pictures, asking the network, keeping the round."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.evaluate.game import Round, begin, draw
from cifar_gui.ui.evaluate.game_panel import GamePanel
from cifar_gui.ui.held_out import HeldOutPictures, labelled_for, why_none

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.context import Context

_TOPIC = _KEY = "evaluate.game"


class GameWork(QObject):
    """A round stays until another is begun; a network or a data set chosen meanwhile is for the next one. Signals:
    shown() when there is something to see; left() when it is to give way."""

    shown = Signal()
    left = Signal()

    def __init__(self, context: Context, panel: GamePanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._panel = context, panel
        self._snapshot: ModelSnapshot | None = None
        self._data: ImageData | None = None
        self._played: dict[str, set[int]] = {}  # fingerprint of the validation pictures → those that have been seen
        self._random = Random()
        self.round: Round | None = None
        self._against = ""  # whom the round is against, by the chooser's key: two files may have one name
        self._held_out = HeldOutPictures(context, self)
        self._held_out.came.connect(self._on_came)
        self._held_out.missing.connect(self._refuse)
        panel.answered.connect(self._answer)
        panel.back_wanted.connect(self._take_back)
        panel.again_wanted.connect(self._begin)
        panel.left.connect(self.leave)

    def set_snapshot(self, snapshot: ModelSnapshot | None) -> None:
        """The one to play against, from the next round on."""
        self._snapshot = snapshot
        self._context.messages.resolve(_TOPIC)  # who was refused is not the one to play against any more

    def set_data(self, data: ImageData | None) -> None:
        """Whose pictures are played with, from the next round on."""
        if data is not self._data:
            self._context.messages.resolve(_TOPIC)
        self._data = data

    @property
    def _pictures(self) -> ImageData | None:
        return labelled_for(self._data, self._snapshot)

    def open(self) -> None:
        """Show the round there is if it is still of this network and these pictures, else begin one."""
        loaded = self._context.models.loaded
        key = loaded.key if loaded is not None else ""
        fits = self.round is not None and self.round.data is self._pictures and self._against == key
        if self.round is not None and fits:
            self._panel.show_round(self.round)
            self.shown.emit()
        else:
            self._begin()

    def leave(self) -> None:
        """The round is kept; one that is being prepared is given up."""
        self._held_out.give_up()
        self._context.jobs.cancel(_KEY)
        self.left.emit()

    def _begin(self) -> None:
        snapshot, data = self._snapshot, self._pictures
        if snapshot is None:
            return
        self._context.messages.resolve(_TOPIC)
        if data is None:
            self._panel.begin("Reading the pictures")
            self.shown.emit()
            self._held_out.ask(snapshot.card)
            return
        if why := why_none(data, snapshot):
            self._refuse(why)
            return
        loaded = self._context.models.loaded
        model, key = (loaded.label, loaded.key) if loaded is not None else (snapshot.card.title, "")
        played = self._played.setdefault(data.split("validation").fingerprint, set())
        places = draw(data, played, self._random)
        self._panel.begin(f"{model} looks at {len(places)} pictures")
        self.shown.emit()
        work, begun = begin(snapshot, model, data, places), partial(self._on_begun, key)
        self._context.jobs.run(work, begun, self._on_failed, key=_KEY, broken=self.left.emit)

    def _on_begun(self, against: str, made: Round) -> None:
        self._against = against
        self._played[made.data.split("validation").fingerprint].update(made.places)
        self._set(made)

    def _on_came(self) -> None:
        self._data = self._context.data.current
        self._begin()

    def _answer(self, answer: int) -> None:
        if self.round is not None:
            self._set(self.round.answered(answer))

    def _take_back(self) -> None:
        if self.round is not None:
            self._set(self.round.undone())

    def _set(self, played: Round) -> None:
        self.round = played
        self._panel.show_round(played)

    def _on_failed(self, error: CifarGuiError) -> None:
        self._refuse(str(error))

    def _refuse(self, why: str) -> None:
        self._context.messages.error(why, topic=_TOPIC)
        self.left.emit()
