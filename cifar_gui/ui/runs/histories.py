"""The histories of runs, read off the GUI thread and kept until their files change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cifar_gui.runs import RunSummary
from cifar_gui.runs.journal import read_history
from cifar_gui.runs.layout import Layout
from cifar_gui.training.history import History
from cifar_gui.ui.runs.compare import RunCurves


class Histories:
    """Reads each file once for each version of it. Two workers at once read the same twice, and no harm is done."""

    def __init__(self) -> None:
        self._kept: dict[Path, tuple[int, History]] = {}

    def curves_of(self, summaries: Sequence[RunSummary]) -> list[RunCurves]:
        """The curves of these runs, as far as there are any; a damaged file has none. Never raises."""
        return [RunCurves(summary.number, self._history(summary.path)) for summary in summaries]

    def _history(self, run: Path) -> History:
        try:
            version = Layout(run).history.stat().st_mtime_ns
        except OSError:
            return History()
        if run not in self._kept or self._kept[run][0] != version:
            self._kept[run] = (version, read_history(Layout(run)))
        return self._kept[run][1]
