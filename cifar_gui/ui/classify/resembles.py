"""Looks through the training pictures on a worker, once for each network and data set, and finds the likest ones."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.resembles_panel import Alike, ResemblesPanel, summary
from cifar_gui.ui.context import Context
from cifar_gui.ui.held_out import usual_data
from cifar_gui.ui.newest import Newest
from cifar_gui.words import percent, time_left

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.resembles import Library

_KEY = "classify.library"
_TELL_SECONDS = 0.1

Button = Literal["", "read", "get", "look", "cancel"]
"""What the button of the moment does: read the data set, show how to get one, look through it, give up."""

WORDS: dict[Button, str] = {
    "": "",
    "read": "Read the data set",
    "get": "Get data",
    "look": "Look through them",
    "cancel": "Cancel",
}


@dataclass(frozen=True, eq=False, slots=True)
class _Known:
    """What one network makes of the training pictures of one data set."""

    snapshot: ModelSnapshot
    data: ImageData
    library: Library

    def is_of(self, snapshot: ModelSnapshot, data: ImageData) -> bool:
        return self.snapshot is snapshot and self.data is data


@dataclass(eq=False, slots=True)
class _Look:
    """A look through all pictures that is under way."""

    snapshot: ModelSnapshot
    data: ImageData
    given_up: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.monotonic)


class Resembles:
    """Keeps a panel up to date with the answer shown. It computes for long only when told to."""

    def __init__(self, context: Context, shelf: ExaminedShelf) -> None:
        self._context, self._jobs, self._shelf = context, context.jobs, shelf
        self.panel = ResemblesPanel()
        self.panel.wanted.connect(self._on_wanted)
        self._button: Button = ""
        self._answer: Answer | None = None
        self._known: _Known | None = None
        self._look: _Look | None = None
        self._newest: Newest[tuple[_Known, Pixels], tuple[list[Alike], str]] = Newest(
            context.jobs,
            lambda question: self._nearest(*question),
            lambda found: self.panel.show_alike(*found),
            lambda error: self._say("Not possible", str(error)),
            key="classify.resembles",
        )
        context.data.loaded.connect(lambda _data: self._refresh())
        context.data.failed.connect(self._on_no_data)
        self.forget()

    def follow(self, answer: Answer, _chosen: str) -> None:
        """Find what resembles this one."""
        self._answer = answer
        self._refresh()

    def forget(self) -> None:
        """There is no answer now."""
        self._answer = None
        self._newest.forget()
        if self._look is None:
            self._jobs.cancel(_KEY)  # a look goes on: what is found is of use to the next answer
        self._say("Resembles", "The training pictures most like this one follow when there is an answer.")

    def _refresh(self) -> None:
        answer, data = self._answer, self._context.data.current
        snapshot = answer.question.snapshot if answer is not None else None
        if answer is None or snapshot is None or answer.pixels is None:
            return
        if self._look is not None and not (self._look.snapshot is snapshot and self._look.data is data):
            self._give_up()
        if data is not None and self._known is not None and self._known.is_of(snapshot, data):
            self._jobs.cancel(_KEY)  # what may be known of another network has no say any more
            self._newest.ask((self._known, answer.pixels))
            return
        self._newest.forget()  # what is still being found is of another network, or among other pictures
        if data is None:
            self._offer_data()
        elif self._look is None:
            self._jobs.run(
                lambda: _kept(snapshot, data),
                lambda library: self._on_peeked(snapshot, data, library),
                lambda error: self._say("Not possible", str(error)),
                key=_KEY,
            )

    def _offer_data(self) -> None:
        text = "To find the training pictures most like this one, the data set that the network learned from is needed."
        if self._context.data.loading:
            self._say("Reading…", text)
        else:
            self._say("No pictures yet", text, "read")

    def _on_no_data(self, why: str) -> None:
        if self._answer is not None and self._context.data.current is None:
            self._say("No data set", why, "get")

    def _on_peeked(self, snapshot: ModelSnapshot, data: ImageData, library: Library | None) -> None:
        if library is not None:
            self._on_library(snapshot, data, library)
            return
        count = len(data.split("train"))
        text = (
            f"This network has not looked at the {count:,} training pictures of {data.name} yet. It does so once, in "
            "the background, and what it makes of them is kept."
        )
        self._say("Not looked yet", text, "look")

    def _on_wanted(self) -> None:
        if self._button == "read":
            snapshot = self._answer.question.snapshot if self._answer is not None else None
            if snapshot is not None:
                self._context.data.request(usual_data(snapshot.card, self._context.data))
            self._offer_data()
        elif self._button == "get":
            self._context.actions["get_data"].trigger()
        elif self._button == "look":
            self._start()
        elif self._button == "cancel":
            self._give_up()
            self._refresh()

    def _start(self) -> None:
        answer, data = self._answer, self._context.data.current
        snapshot = answer.question.snapshot if answer is not None else None
        if snapshot is None or data is None:
            return
        look = self._look = _Look(snapshot, data)
        self._on_progress(look, 0.0)
        self._jobs.run(
            lambda: self._look_through(look),
            lambda library: self._on_library(snapshot, data, library),
            self._on_failed,
            key=_KEY,
            broken=lambda: self._on_broken(look),
            doing="Looking through the training pictures…",
        )

    def _give_up(self) -> None:
        if self._look is not None:
            self._look.given_up.set()
            self._look = None
            self._jobs.cancel(_KEY)

    def _on_library(self, snapshot: ModelSnapshot, data: ImageData, library: Library) -> None:
        self._look = None
        self._known = _Known(snapshot, data, library)
        self._refresh()

    def _on_failed(self, error: CifarGuiError) -> None:
        self._look = None
        self._say("Not possible", str(error))

    def _on_broken(self, look: _Look) -> None:
        if look is self._look:
            self._look = None
            self._refresh()

    def _on_progress(self, look: _Look, share: float) -> None:
        if look is not self._look:
            return
        seconds = time.monotonic() - look.started
        left = f", {time_left(seconds / share * (1 - share))} left" if share > 0 else ""
        count = len(look.data.split("train"))
        self._say("Looking…", f"{percent(share, 0)} of {count:,} training pictures{left}", "cancel")

    def _say(self, heading: str, text: str, button: Button = "") -> None:
        self._button = button
        self.panel.say(heading, text, WORDS[button])

    # --- on workers

    def _look_through(self, look: _Look) -> Library:
        from cifar_gui.explain.resembles import library

        told = 0.0

        def progress(share: float, _doing: str) -> None:
            nonlocal told
            if look.given_up.is_set() or self._jobs.closing:
                raise Cancelled
            if time.monotonic() - told >= _TELL_SECONDS:
                told = time.monotonic()
                self._jobs.post(lambda: self._on_progress(look, share))

        return library(self._shelf.examined(look.snapshot), look.data.split("train"), progress)

    def _nearest(self, known: _Known, pixels: Pixels) -> tuple[list[Alike], str]:
        from cifar_gui.explain.resembles import nearest

        data, split = known.data, known.data.split("train")
        found = nearest(known.library, self._shelf.examined(known.snapshot), pixels)
        names = [data.class_names[int(split.labels[each.place])] for each in found]
        alike = [
            Alike(split.images[each.place].numpy(), name, each.likeness)
            for each, name in zip(found, names, strict=True)
        ]
        learned = data.was_trained_on("train", known.snapshot.card.trained_on)
        return alike, summary(names, len(split), data.name, learned=learned)


def _kept(snapshot: ModelSnapshot, data: ImageData) -> Library | None:
    """On a worker: what has been kept of an earlier look, if anything."""
    from cifar_gui.explain.resembles import kept

    return kept(snapshot, data.split("train"))
