"""Whether the data the recipe names can be trained on, and loading it for the wall."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from cifar_gui.data.sources import find
from cifar_gui.errors import DataError, DataMissing
from cifar_gui.ui.background import Background
from cifar_gui.ui.data_library import DataLibrary


def problem_with(source: str) -> tuple[str, bool]:
    """Why there is nothing to train on, "" if there is, and whether it is merely missing. Looks at names only."""
    try:
        find(source)
    except DataMissing as error:
        return str(error), True
    except DataError as error:
        return str(error), False
    return "", False


class ChosenData(QObject):
    """Follows the data set named in the recipe.

    Signals: changed() when `problem` is known anew.
    """

    changed = Signal()

    def __init__(self, jobs: Background, library: DataLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._library = jobs, library
        self.source = ""
        self.problem = ""
        self.missing = False
        self._known = ""  # the source that `problem` is about

    @property
    def known(self) -> bool:
        """Whether `problem` is about the source asked for last."""
        return bool(self.source) and self._known == self.source

    def choose(self, source: str) -> None:
        """Look whether this data set is there, and load it if it is; off the GUI thread."""
        self.source = source
        self._jobs.run(lambda: problem_with(source), lambda found: self._on_known(source, *found), key="train.data")

    def _on_known(self, source: str, problem: str, missing: bool) -> None:
        self._known, self.problem, self.missing = source, problem, missing
        if not self.problem and self._library.current_source != self.source:
            self._library.request(self.source)
        self.changed.emit()
