"""What the window remembers, in one JSON file. A file that cannot be read is set aside as `.bad`, never fatal."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.errors import WriteError

_log = logging.getLogger(__name__)
_LARGEST = 4 * 2**20


class Settings:
    """Named JSON-able values. Reading one of the wrong kind gives the default, so a damaged file cannot hurt."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or paths.settings() / "window.json"
        self.set_aside: Path | None = None
        self._values = self._read()
        self._held: tuple[str, ...] = ()  # beginnings of names
        self._kept: dict[str, Any] = {}  # of those names, the values to be written
        self._saved = self.as_text()

    def get(self, name: str, default: Any = None) -> Any:
        """The value called `name` if it is of the default's kind (any kind for None), else the default."""
        value = self._values.get(name, default)
        if default is None or type(value) is type(default):
            return value
        if isinstance(default, float) and type(value) is int:
            return float(value)
        return default

    def set(self, name: str, value: Any) -> None:
        """Remember a JSON-able value. It is written by `save`."""
        self._values[name] = value

    def hold(self, *beginnings: str) -> None:
        """From now on until `release`, what is set under names that begin so is for the time being: `get` gives it, but
        what is written is what there is now."""
        self._held = beginnings
        self._kept = {name: value for name, value in self._values.items() if name.startswith(beginnings)}

    def release(self) -> None:
        """What was held is the value again."""
        self._values = self._to_write()
        self._held, self._kept = (), {}

    def add_recent(self, name: str, value: str, limit: int = 10) -> list[str]:
        """Put a text in front of the list called `name`, once. Returns the list."""
        recent = [value, *(old for old in self.texts(name) if old != value)][:limit]
        self.set(name, recent)
        return recent

    def texts(self, name: str) -> list[str]:
        """The list of texts called `name`; what is not text is left out."""
        return [value for value in self.get(name, []) if isinstance(value, str)]

    def save(self) -> None:
        """Write the file if anything has changed. A full or read-only disk is logged: settings are not worth more."""
        self.write(self.as_text())

    def write(self, text: str) -> None:
        """Write what `as_text` gave, on any thread."""
        if text == self._saved:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.file, [text.encode()])
        except (WriteError, OSError) as error:
            _log.warning("settings not saved: %s", error)
            return
        self._saved = text

    def as_text(self) -> str:
        """All of it as it is to be written."""
        return json.dumps(self._to_write(), indent=1, sort_keys=True, ensure_ascii=False)

    def _to_write(self) -> dict[str, Any]:
        free = {name: value for name, value in self._values.items() if not name.startswith(self._held)}
        return free | self._kept

    def _read(self) -> dict[str, Any]:
        try:
            if self.file.stat().st_size > _LARGEST:
                raise ValueError("larger than settings ever are")
            values = json.loads(self.file.read_text(encoding="utf-8"))
            if not isinstance(values, dict):
                raise ValueError("not a table of settings")
            json.dumps(values, ensure_ascii=False).encode()  # lone surrogates can be read but not written again
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(error)
            return {}
        return values

    def _set_aside(self, error: Exception) -> None:
        _log.warning("settings in %s cannot be read (%s): starting with defaults", self.file, error)
        bad = self.file.with_suffix(".json.bad")
        try:
            self.file.replace(bad)
        except OSError as problem:
            _log.warning("nor could they be set aside: %s", problem)
            return
        self.set_aside = bad
