"""The data set the window works with, loaded off the GUI thread when first asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.ui.background import Background
from cifar_gui.ui.settings import Settings

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData

BUILT_IN = (("cifar10", "CIFAR-10"), ("shapes", "Shapes (built in)"))
"""As the registry has them, which is not there before torch."""

_RECENT = "data.recent"
_KEY = "data"


class DataLibrary(QObject):
    """At most one data set is held. All methods but `load` are for the GUI thread.

    Signals: loaded(ImageData); progress(float share, str what) while loading; failed(str) with a sentence;
    cancelled() when it was given up.
    """

    loaded = Signal(object)
    progress = Signal(float, str)
    failed = Signal(str)
    cancelled = Signal()

    def __init__(self, jobs: Background, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._settings = settings
        self._told = 0.0
        self._requested = ""
        self._generation = 0  # of the request under way
        self.current: ImageData | None = None
        self.current_source = ""

    @property
    def loading(self) -> bool:
        """Whether a request is under way."""
        return bool(self._requested)

    def available(self) -> list[tuple[str, str]]:
        """(source, label) of what can be asked for: the built-in names and the folders used lately."""
        recent = [(source, Path(source).name) for source in self._settings.texts(_RECENT)]
        return [*BUILT_IN, *recent]

    def usual_source(self) -> str:
        """What to read when nobody has said: the folder used last, else CIFAR-10."""
        return next(iter(self._settings.texts(_RECENT)), BUILT_IN[0][0])

    def request(self, source: str) -> None:
        """Load a data set by name or path; a newer request makes an older one stale. `loaded` or `failed` follows."""
        if self.current is not None and source == self.current_source:
            self.cancel()  # what was asked for before is not wanted any more
            self.loaded.emit(self.current)
            return
        self._requested = source
        self._generation += 1
        generation = self._generation
        self._jobs.run(
            lambda: self.load(source, lambda share, what: self._tell(generation, share, what)),
            lambda data: self.adopt(source, data),
            self._on_failed,
            key=_KEY,
            broken=self.cancel,
        )

    def cancel(self) -> None:
        """Give up what is being loaded."""
        if self._requested:
            self._requested = ""
            self._jobs.cancel(_KEY)
            self.cancelled.emit()

    def load(self, source: str, progress: Callable[[float, str], None]) -> ImageData:
        """Load on the calling thread: the current one, if its files are as they were. Raises CifarGuiError, or what
        `progress` raises."""
        from cifar_gui.data.sources import load

        return load(source, progress)

    def adopt(self, source: str, data: ImageData) -> None:
        """Make a data set that has been loaded the current one."""
        if source == self._requested:  # else that is still being read: a run has brought other pictures meanwhile
            self._requested = ""
        if data is self.current and source == self.current_source:
            return
        self.current, self.current_source = data, source
        if source not in dict(BUILT_IN):
            self._settings.add_recent(_RECENT, source)
        self.loaded.emit(data)

    def _tell(self, generation: int, share: float, what: str) -> None:
        """On the worker: pass progress on, at most ten times a second; give up when nobody waits for it any more."""
        if self._jobs.closing or not self._requested or generation != self._generation:
            raise Cancelled
        now = time.monotonic()
        if now - self._told >= 0.1 or share >= 1:
            self._told = now
            self._jobs.post(lambda: self.progress.emit(share, what))

    def _on_failed(self, error: CifarGuiError) -> None:
        self._requested = ""
        self.failed.emit(str(error))
