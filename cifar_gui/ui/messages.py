"""What the message bar shows: one message per cause, the newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

Action = tuple[str, Callable[[], object]]
"""A button's label and what it does."""

_LIMIT = 3


@dataclass(frozen=True)
class Message:
    """One bar. Two messages with the same text have the same cause."""

    severity: str  # "error", "warning", "info"
    text: str
    details: str = ""
    actions: tuple[Action, ...] = ()
    count: int = 1  # how often it has happened
    topic: str = ""  # what it is about, such as "model": see `resolve`


class Messages(QObject):
    """Collects messages from anywhere on the GUI thread.

    Signals: changed() when `all` is another list.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: list[Message] = []

    @property
    def all(self) -> list[Message]:
        """What is to be seen now, newest first."""
        return list(self._messages)

    def error(self, text: str, details: str = "", action: Action | None = None, *, topic: str = "") -> None:
        """Something failed: what happened, why, what to do. `details` are folded away and can be copied."""
        self._add(Message("error", text, details, (action,) if action else (), topic=topic))

    def warn(
        self, text: str, details: str = "", action: Action | None = None, *, topic: str = "", behind: bool = False
    ) -> None:
        """Something works, but not as one would expect. `behind`: it may follow from what is said in front, whose
        button it must not cover."""
        self._add(Message("warning", text, details, (action,) if action else (), topic=topic), int(behind))

    def info(self, text: str, action: Action | None = None) -> None:
        """Something one may want to act on."""
        self._add(Message("info", text, "", (action,) if action else ()))

    def resolve(self, topic: str) -> None:
        """What went wrong before has gone well now: take away what was said about it."""
        left = [message for message in self._messages if message.topic != topic]
        if len(left) != len(self._messages):
            self._messages = left
            self.changed.emit()

    def dismiss(self, text: str) -> None:
        """Take away the message with this text."""
        self._messages = [message for message in self._messages if message.text != text]
        self.changed.emit()

    def clear(self) -> None:
        """Take away all messages."""
        self._messages = []
        self.changed.emit()

    def _add(self, message: Message, place: int = 0) -> None:
        same = [old for old in self._messages if old.text == message.text]
        others = [old for old in self._messages if old.text != message.text]
        count = 1 + sum(old.count for old in same)
        fresh = replace(message, count=count)
        self._messages = [*others[:place], fresh, *others[place:]][:_LIMIT]
        self.changed.emit()
