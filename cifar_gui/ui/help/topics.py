"""The help pages: files in resources/help, put in order by the links of its index. Free of widgets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cifar_gui import paths

INDEX = "index"
"""The name of the contents page."""

_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Topic:
    """One page."""

    name: str  # of its file, without ".md"
    title: str
    group: str  # the heading of the index that it stands under


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: a page, and perhaps a heading on it."""

    name: str
    anchor: str = ""


def folder() -> Path:
    """Where the pages lie."""
    return paths.resources() / "help"


@cache
def text_of(name: str) -> str:
    """The Markdown of a page. Raises KeyError for one that there is not."""
    path = folder() / f"{name}.md"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not paths.is_file(path):
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


@cache
def topics() -> tuple[Topic, ...]:
    """Every page that the index links to, in its order."""
    found, group = [], ""
    for line in text_of(INDEX).splitlines():
        if line.startswith("## "):
            group = line.removeprefix("## ").strip()
        found += [Topic(Path(target).stem, title, group) for title, target in _LINK.findall(line)]
    return tuple(found)


def matching(words: str) -> list[Topic]:
    """The pages that hold every word, wherever: those with all of them in the title first. All pages for no words."""
    wanted = words.casefold().split()
    found = [each for each in topics() if _holds(f"{each.title} {text_of(each.name)}", wanted)]
    return sorted(found, key=lambda each: not _holds(each.title, wanted))


def place_of(link: str, here: str) -> Place | None:
    """What a link on the page `here` leads to; None for one that leads out of the help."""
    if link.startswith(_WEB):
        return None
    path, _, anchor = link.partition("#")
    return Place(Path(path).stem or here, anchor)


def links(text: str) -> list[str]:
    """The targets of the links in a page, in order."""
    return [target for _words, target in _LINK.findall(text)]


def anchor_of(heading: str) -> str:
    """How links name a heading: "Loss & accuracy" → "loss-accuracy"."""
    return "-".join(re.findall(r"[^\W_]+", heading.casefold()))


def headings(text: str) -> list[str]:
    """The headings of a page, without their marks."""
    return re.findall(r"^#+ (.+?)\s*$", text, re.MULTILINE)


class Trail:
    """The pages that were looked at, for going back and forth."""

    def __init__(self) -> None:
        self._places: list[Place] = []
        self._at = -1

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_on(self) -> bool:
        return self._at < len(self._places) - 1

    def visit(self, place: Place) -> None:
        """Go somewhere; what lay ahead is forgotten. The place where one is already is not noted twice."""
        if self._at >= 0 and self._places[self._at] == place:
            return
        self._places[self._at + 1 :] = [place]
        self._at += 1

    def step(self, by: int) -> Place:
        """One back (−1) or on (+1), as far as there is anything."""
        self._at = min(max(self._at + by, 0), len(self._places) - 1)
        return self._places[self._at]


def grouped(shown: Sequence[Topic]) -> Iterable[tuple[str, list[Topic]]]:
    """Topics under their groups, in their order."""
    names = list(dict.fromkeys(each.group for each in shown))
    return [(name, [each for each in shown if each.group == name]) for name in names]


def _holds(text: str, wanted: Sequence[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)
