"""A registry: names → things, filled by decorators, so that adding a thing is adding one file."""

from __future__ import annotations

import importlib
import pkgutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cifar_gui.errors import CifarGuiError
from cifar_gui.words import what_there_is

T = TypeVar("T")
Registered = TypeVar("Registered")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One registered thing: its key, what people call it, where it stands in lists, and anything else said of it."""

    name: str
    value: T
    label: str
    order: int = 100
    details: dict[str, Any] = field(default_factory=dict)


class Registry(Generic[T]):
    """Maps names to things of one kind; `kind` is the word used in error messages ("network").

    The modules of `package` are imported when the registry is first read, so that nobody has to remember to.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._entries: dict[str, Entry[T]] = {}
        self._discovered = False
        self._lock = threading.RLock()

    def register(
        self, name: str, *, label: str, order: int = 100, **details: Any
    ) -> Callable[[Registered], Registered]:
        """Decorator that files the decorated thing under `name`. Raises ValueError if the name is taken."""

        def decorate(thing: Registered) -> Registered:
            if name in self._entries:
                raise ValueError(f"a {self.kind} called {name!r} is registered already")
            self._entries[name] = Entry(name, thing, label, order, details)  # type: ignore[arg-type]
            return thing

        return decorate

    def __getitem__(self, name: str) -> T:
        return self.entry(name).value

    def __contains__(self, name: object) -> bool:
        self._discover()
        return name in self._entries

    def __iter__(self) -> Iterator[Entry[T]]:
        self._discover()
        return iter(sorted(self._entries.values(), key=lambda entry: (entry.order, entry.name)))

    def names(self) -> list[str]:
        """All names, in display order."""
        return [entry.name for entry in self]

    def entry(self, name: str) -> Entry[T]:
        """The entry called `name`. Raises CifarGuiError naming what there is."""
        self._discover()
        if name not in self._entries:
            raise CifarGuiError(f"There is no {self.kind} called {name!r}. {what_there_is(name, self.names())}")
        return self._entries[name]

    def _discover(self) -> None:
        with self._lock:
            if self._discovered:
                return
            self._discovered = True  # before the imports: a module may read the registry it registers with
            package = importlib.import_module(self._package)
            for module in pkgutil.iter_modules(package.__path__):
                importlib.import_module(f"{self._package}.{module.name}")
