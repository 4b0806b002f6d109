"""Asking every kept epoch of a run, one after the other, and keeping their accuracies as long as the page lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.data.base import Progress
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.epoch_replay import EpochReplay
from cifar_gui.ui.epochs import EpochTrack
from cifar_gui.ui.evaluate.epoch_scores import EpochScores, Scores, scores_words, why_not_every
from cifar_gui.ui.evaluate.epochs_view import EpochsView
from cifar_gui.ui.evaluate.examiner import Examiner
from cifar_gui.ui.evaluate.outcome import Outcome, Question, examine
from cifar_gui.ui.long_work import LongWork

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_TOPIC = "evaluate.epochs"
_NONE = Scores(np.empty(0), np.empty(0))


class EpochsWork(QObject):
    """What is shown is of the run, the pictures and the views that are chosen; other ones end the work."""

    def __init__(
        self, context: Context, view: EpochsView, examiner: Examiner, replay: EpochReplay, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._view, self._examiner, self._replay = context, view, examiner, replay
        self.scores = EpochScores()
        self._asked: Question | None = None  # about the run that is being worked on
        self._left: list[int] = []  # epochs of it that are still to be asked
        self._done = 0
        self._work = LongWork(context.jobs, _TOPIC, self)
        self._work.progressed.connect(self._on_progressed)
        self._work.broken.connect(self._end)
        view.wanted.connect(self._begin)
        view.cancelled.connect(self._end)
        replay.track_changed.connect(lambda _track: self._show())
        examiner.changed.connect(self._on_changed)
        examiner.found.connect(self.note)
        context.models.choices_changed.connect(self._forget_gone)

    @property
    def running(self) -> bool:
        """Whether epochs are being asked."""
        return self._asked is not None

    def note(self, outcome: Outcome) -> None:
        """An outcome has come, of whatever."""
        self.scores.note(outcome)
        self._show()

    # What is shown

    def _show(self) -> None:
        track, question = self._replay.track, self._examiner.question()
        if not track.epochs or question is None or question.run != track.run:
            self._view.show_scores(_NONE, "", self._why_nothing(track), 1, None)
            return
        scores = self.scores.of(question)
        words, why_not = scores_words(question, scores, track.epochs), why_not_every(question, track.epochs)
        shown = question.snapshot.card.epoch
        self._view.show_scores(scores, words, why_not, track.epochs[-1], shown)

    def _why_nothing(self, track: EpochTrack) -> str:
        if not track.epochs:
            return track.reason
        if self._context.models.is_live:
            return "The network in training is none of its epochs: choose one of them with the slider below."
        return self._examiner.standing().why_not

    def _on_changed(self) -> None:
        asked, now = self._asked, self._examiner.question()
        if asked is not None and (now is None or not _same_run(asked, now)):
            self._end()
        else:
            self._show()

    def _forget_gone(self) -> None:
        keys = (each.key.split("/") for each in self._context.models.choices() if each.group == "runs")
        self.scores.forget_all_but({key[1] for key in keys})
        self._show()

    # What is done

    def _begin(self) -> None:
        question, track = self._examiner.question(), self._replay.track
        if question is None or why_not_every(question, track.epochs):
            return
        self._context.messages.resolve(_TOPIC)
        scores = self.scores.of(question)
        self._asked, self._done = question, 0
        self._left = [epoch for epoch in track.epochs if scores.at(epoch) is None]
        self._view.begin(f"Asking the epochs of run {track.run}")
        self._ask_next(track)

    def _ask_next(self, track: EpochTrack) -> None:
        paths = {each.key: each.path for each in self._context.models.choices()}
        asked = self._asked
        while asked is not None and self._left:
            epoch = self._left[0]
            if (path := paths.get(track.key(track.epochs.index(epoch)))) is not None:
                work = _ask(asked, path, f"run {track.run} · epoch {epoch}")
                self._work.start(
                    work, lambda outcome: self._on_asked(outcome, track), self._on_failed, doing="Asking every epoch…"
                )
                return
            self._left.pop(0)  # it has been thinned out meanwhile
        self._end()

    def _on_asked(self, outcome: Outcome, track: EpochTrack) -> None:
        self._left.pop(0)
        self._done += 1
        self._examiner.remember(outcome)
        self.note(outcome)
        self._ask_next(track)

    def _on_failed(self, error: CifarGuiError) -> None:
        self._end()
        self._context.messages.error(str(error), topic=_TOPIC)

    def _on_progressed(self, share: float, what: str) -> None:
        self._view.waiting.show_progress((self._done + share) / (self._done + len(self._left)), what)

    def _end(self) -> None:
        """Nothing is under way any more; what has been asked is kept."""
        self._asked, self._left = None, []
        self._work.cancel()
        self._view.show_waiting(waiting=False)
        self._show()


def _same_run(one: Question, other: Question) -> bool:
    """Whether both are about the same pictures, and about epochs of the same run."""
    first, second = ((each.run, each.data, each.split, each.six_views) for each in (one, other))
    return first[0] == second[0] and first[1] is second[1] and first[2:] == second[2:]


def _ask(question: Question, path: Path, model: str) -> Callable[[Progress], Outcome]:
    """Work for a worker: ask another epoch the same."""

    def work(progress: Progress) -> Outcome:
        asked = replace(question, snapshot=load_snapshot(path), model=model)
        return examine(asked, lambda share, doing: progress(share, f"{model}: {doing}"))

    return work
