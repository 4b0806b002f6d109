"""What is in a lesson file. TOML in, TOML out, checked: lessons come from anybody. Free of Qt, and of torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.checkpoint.shipped import shipped_models
from cifar_gui.errors import CifarGuiError, RecipeError, not_read
from cifar_gui.recipe import Recipe, toml_values
from cifar_gui.ui.lessons.parts import NAMES
from cifar_gui.ui.page import PAGES
from cifar_gui.words import given

SUFFIX = ".lesson.toml"
FORMAT = 1
LONGEST_TITLE, LONGEST_TEXT = 80, 20_000
_LARGEST = 1 << 18  # bytes of a file: a recipe with a large design fits twice
_MACHINE = {"device": "auto", "precision": "auto", "memory_format": "auto"}


class LessonError(CifarGuiError):
    """A lesson cannot be used: the message says why, and begins with what it is about."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Construction checks every field and raises LessonError."""

    title: str
    text: str  # Markdown
    pages: tuple[str, ...]  # those shown, in the order of the window
    first_page: str = ""  # in front when it is opened; "" for the first of `pages`
    hidden: frozenset[str] = frozenset()  # names of `PARTS`
    recipe: Recipe | None = None  # None: the one in the form stays
    network: str = ""  # the name of a shipped one; "": the chosen one stays

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > LONGEST_TITLE or not self.title.isprintable():
            raise LessonError(f"The title must be a line of 1 to {LONGEST_TITLE} characters, not {given(self.title)}.")
        if len(self.text) > LONGEST_TEXT:
            count = f"{len(self.text):,} characters"
            raise LessonError(f"The text has {count}, and may have {LONGEST_TEXT:,}: shorten it.")
        _check_names("page", self.pages, PAGES.names())
        _check_names("group of controls", sorted(self.hidden), NAMES)
        if not self.pages:
            raise LessonError("No page is shown: a lesson needs at least one.")
        if self.first_page and self.first_page not in self.pages:
            raise LessonError(f"It begins with the page {given(self.first_page)}, which it does not show.")
        if self.network:
            _check_names("network among those that come with the app", [self.network], networks())
        object.__setattr__(self, "pages", tuple(name for name in PAGES.names() if name in self.pages))
        object.__setattr__(self, "first_page", self.first_page or self.pages[0])

    def to_toml(self) -> str:
        """For `from_toml`. The recipe's device and precision are left to the machine on which the lesson is opened."""
        import tomli_w  # here, as tomllib in `toml_values`: the window's first paint needs neither

        values: dict[str, Any] = {
            "format": FORMAT,
            "title": self.title,
            "pages": list(self.pages),
            "first_page": self.first_page,
            "hidden": sorted(self.hidden),
            "network": self.network,
            "text": self.text,
        }
        if self.recipe is not None:
            values["recipe"] = self.recipe.changed(**_MACHINE).to_dict()
        return tomli_w.dumps(values, multiline_strings=True)

    @classmethod
    def from_toml(cls, text: str) -> Lesson:
        """Raises LessonError."""
        try:
            values = toml_values(text, "It")
        except RecipeError as error:
            raise LessonError(str(error)) from error
        _check_format(values.pop("format", None))
        for name in values:
            if name not in _KINDS:
                raise LessonError(f"It says {given(name)}, which means nothing in a lesson.")
        taken = {name: _value(name, values[name]) for name in values}
        missing = [name for name in ("title", "text", "pages") if name not in taken]
        if missing:
            raise LessonError(f"It has no {missing[0]}.")
        return cls(**taken)

    @classmethod
    def load(cls, path: Path) -> Lesson:
        """The lesson in a file. Raises LessonError naming the file."""
        try:
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            if len(content) > _LARGEST:
                raise LessonError("It is larger than lessons ever are.")
            return cls.from_toml(content.decode().replace("\r\n", "\n"))
        except (OSError, ValueError) as error:
            raise LessonError(not_read(path.name, error)) from error
        except LessonError as error:
            raise LessonError(f"{path.name} cannot be opened as a lesson. {error}") from error

    def save(self, path: Path) -> None:
        """Raises WriteError; then the file that was there is as it was."""
        write_atomically(path, [self.to_toml().encode()])


def is_lesson_file(path: Path) -> bool:
    """Whether a file is taken for a lesson, by its name."""
    return path.name.lower().endswith(SUFFIX)


def shipped_lessons() -> list[Path]:
    """Those that come with the app, in the order in which they are best read."""
    return sorted((paths.resources() / "lessons").glob(f"*{SUFFIX}"))


def networks() -> list[str]:
    """The names of the networks that a lesson can choose: everybody has them."""
    return [path.stem for path in shipped_models()]


def _check_names(what: str, names: tuple[str, ...] | list[str], known: Any) -> None:
    for name in names:
        if name not in known:
            raise LessonError(f"There is no {what} called {given(name)} in this version of the app.")


def _check_format(number: object) -> None:
    if type(number) is not int or number < 1:
        raise LessonError("It does not say that it is a lesson: there is no format = 1 in it.")
    if number > FORMAT:
        raise LessonError(
            f"It was made by a newer version of the app (format {given(number)}; this one reads {FORMAT}). "
            "Update the app to open it."
        )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise LessonError(f"Its {name} must be text, not {given(value)}.")
    return re.sub(r"[^\S\n\t]", " ", value) if name == "text" else value


def _texts(name: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise LessonError(f"Its {name} must be a list of texts, not {given(value)}.")
    return value


def _recipe(_name: str, value: Any) -> Recipe:
    if not isinstance(value, Mapping):
        raise LessonError(f"Its recipe must be a table, not {given(value)}.")
    try:
        return Recipe.from_dict(value).changed(**_MACHINE)
    except RecipeError as error:
        raise LessonError(f"Its recipe does not fit. {error}") from error


_KINDS = {
    "title": _text,
    "text": _text,
    "pages": lambda name, value: tuple(_texts(name, value)),
    "first_page": _text,
    "hidden": lambda name, value: frozenset(_texts(name, value)),
    "network": _text,
    "recipe": _recipe,
}
"""How each thing that a file may say is read."""


def _value(name: str, value: Any) -> Any:
    return _KINDS[name](name, value)
