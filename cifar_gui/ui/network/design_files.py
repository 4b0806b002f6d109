"""Designs come from files and go into them, and onto the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from cifar_gui.atomic import write_atomically
from cifar_gui.errors import CifarGuiError
from cifar_gui.networks.design import KINDS, Design
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.network.designer import Designer
from cifar_gui.ui.network.layer_words import refusal
from cifar_gui.ui.widgets.open_dialog import ask_for_file
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save

_KINDS = "Designs (*.toml)"
DESIGN = "design"
"""The topic of what is said in the message bar of the design on the page."""

_ELSEWHERE = "design elsewhere"
"""That of what is said of files and of what is pasted: the design on the page has no part in it."""


class DesignFiles:
    """What the designer is asked to do with files. What goes wrong is said in the message bar, and changes nothing."""

    def __init__(self, designer: Designer, messages: Messages) -> None:
        self._designer, self._messages = designer, messages
        designer.open_requested.connect(self.open)
        designer.save_requested.connect(self.save)
        designer.copy_requested.connect(self.copy)

    def open(self) -> None:
        """Ask for a file and load it."""
        if chosen := ask_for_file(self._designer, "Open a design", _KINDS):
            self.load(chosen)

    def load(self, path: Path) -> None:
        """The design in a file, in place of the one there is; that can be undone."""
        self._take(lambda: Design.load(path), f"open {path.name}")

    def paste(self, text: str) -> None:
        """The design in a text, as TOML or in a line, in place of the one there is; that can be undone."""
        self._take(lambda: _parsed(text), "paste a design")

    def save(self) -> None:
        """Ask where, and write the design as TOML."""
        if (text := self._text("saved")) is None:
            return
        path = ask_where_to_save(self._designer, "Save the design", "design.toml", {"Designs": ".toml"})
        if path is None:
            return
        try:
            write_atomically(path, [text.encode()])
        except CifarGuiError as error:
            self._messages.error(str(error), topic=_ELSEWHERE)
            return
        self._messages.resolve(_ELSEWHERE)
        self._messages.info(f"The design was saved as {path.name}.")

    def copy(self) -> None:
        """Put the design on the clipboard as TOML."""
        if (text := self._text("copied")) is not None:
            QGuiApplication.clipboard().setText(text)

    def _take(self, read: Callable[[], Design], words: str) -> None:
        """Have the designer show what is read, or say why it cannot be."""
        try:
            design = read()
        except CifarGuiError as error:
            self._messages.error(str(error), topic=_ELSEWHERE)
            return
        self._messages.resolve(_ELSEWHERE)
        self._designer.replace(design, words)

    def _text(self, done: str) -> str | None:
        """The design as TOML; None, and the reason is said, while a field holds what it cannot take."""
        typed = self._designer.model.mistyped()
        if typed is None:
            return self._designer.model.design.to_toml()
        place, _problem = typed
        self._messages.error(f"Nothing was {done}. {refusal(place)}", topic=DESIGN)
        self._designer.go_to(place)
        return None


def is_design(text: str) -> bool:
    """Whether somebody who wrote this meant a design, right or wrong."""
    return _is_toml(text) or any(words and words[0] in KINDS for words in map(str.split, _parts(text)))


def _parsed(text: str) -> Design:
    """Raises DesignError."""
    if _is_toml(text):
        return Design.from_toml(text, where="What was pasted")
    return Design.from_text(text)


def _is_toml(text: str) -> bool:
    return any(line.strip().startswith("[[layers]]") for line in text.splitlines())


def _parts(text: str) -> list[str]:
    return text.replace("\n", ";").split(";")
