"""Pictures of the table into folders by class: copied or moved in the background, and moved ones put back if wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from cifar_gui.errors import CifarGuiError
from cifar_gui.inference.verdict import none_of
from cifar_gui.ui.classify.results import Row
from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.widgets.bar import ShyButton
from cifar_gui.ui.widgets.open_dialog import ask_for_folder
from cifar_gui.ui.widgets.progress_row import ProgressRow
from cifar_gui.words import counted

if TYPE_CHECKING:
    from cifar_gui.data.sorted_files import Sorted

UNSURE = "not sure"
_TOPIC = "classify.sort"
"""The folder of pictures that no class is named for without a question mark."""


def labelled(rows: Sequence[Row]) -> list[tuple[Path, str]]:
    """The files with a verdict, and the folder each belongs into: its class, "not sure", or "none of the ten"."""
    found = []
    for row in rows:
        if row.source.path is not None and row.prediction is not None:
            names, state = row.prediction.class_names, row.prediction.verdict.confidence
            folder = {"confident": row.prediction.label, "unsure": UNSURE, "unknown": none_of(names)}[state]
            found.append((row.source.path, folder))
    return found


class SortAway(QObject):
    """Keeps the button with its two ways, and the row that tells how far it is.

    Signals: moved(dict[Path, Path]) when files are elsewhere now.
    """

    moved = Signal(object)

    def __init__(self, context: Context, rows: Callable[[], Sequence[Row]], parent: QWidget) -> None:
        """`rows` gives those that are to be sorted when the user asks for it."""
        super().__init__(parent)
        self._context, self._rows, self._parent = context, rows, parent
        self._stopping = threading.Event()
        self.button = ShyButton("Into folders")
        self.button.setIcon(icon("folder"))
        self.button.setToolTip(
            "Copy or move pictures into folders by class: those selected if they are several, else all that are shown"
        )
        menu = QMenu(self.button)
        self._ways = {False: menu.addAction("Copy"), True: menu.addAction("Move")}
        self._ways[False].triggered.connect(lambda: self._ask(move=False))
        self._ways[True].triggered.connect(lambda: self._ask(move=True))
        menu.aboutToShow.connect(self._count)
        self._count()
        self.button.setMenu(menu)
        self.row = ProgressRow()
        self.row.cancelled.connect(self._stopping.set)
        self.work = LongWork(context.jobs, "classify.sort", self)
        self.work.progressed.connect(self.row.show_progress)
        self.work.ended.connect(self.row.hide)

    def sort(self, target: Path, *, move: bool) -> None:
        """Copy or move them into folders in `target`."""
        from cifar_gui.data.sorted_files import sort_files

        files = labelled(self._rows())
        if not files:
            self._context.messages.info("There is nothing to sort: no picture shown is a file that has an answer.")
            return
        if self._is_busy():
            return
        self._context.messages.resolve(_TOPIC)
        self.work.start(
            lambda progress: sort_files(files, target, progress, move=move, stopping=self._stopping.is_set),
            lambda found: self._on_sorted(found, target, move=move),
            self._on_failed,
            doing="Sorting pictures…",
        )

    def _count(self) -> None:
        """How many would go, before they do: it may be all that are shown, or a few."""
        how_many = counted(len(labelled(self._rows())), "picture")
        for move, action in self._ways.items():
            action.setText(f"{'Move' if move else 'Copy'} {how_many} into folders by class…")

    def _ask(self, *, move: bool) -> None:
        title = "Move into folders by class, in" if move else "Copy into folders by class, in"
        if chosen := ask_for_folder(self._parent, title):
            self.sort(chosen, move=move)

    def _is_busy(self) -> bool:
        """Whether files are on their way, which is said: what would be given up for this would not be told to the end.
        If not, nobody wants to stop as yet."""
        if self.work.running:
            self._context.messages.warn("Pictures are being sorted already. Wait for that, or cancel it.")
            return True
        self._stopping.clear()
        return False

    def _on_sorted(self, found: Sorted, target: Path, *, move: bool) -> None:
        what = f"{counted(len(found.done), 'picture')} {'moved' if move else 'copied'} into folders in {target.name}"
        if found.there:
            what = f"{what}, where {found.there:,} {'was' if found.there == 1 else 'were'} already"
        undo = ("Put them back", lambda: self._put_back(found)) if move and found.done else None
        self._context.messages.info(f"{what}{', then stopped' if found.given_up else ''}.", undo)
        if found.problems:
            self._tell(found.problems)
        if move:
            self.moved.emit(dict(found.done))

    def _put_back(self, found: Sorted) -> None:
        from cifar_gui.data.sorted_files import put_back

        if not self._is_busy():
            self._context.messages.resolve(_TOPIC)
            self.work.start(
                lambda progress: put_back(found.done, progress, self._stopping.is_set),
                self._on_back,
                self._on_failed,
                doing="Putting pictures back…",
            )

    def _on_back(self, found: Sorted) -> None:
        stopped = ", then stopped" if found.given_up else ""
        self._context.messages.info(f"{counted(len(found.done), 'picture')} put back where they were{stopped}.")
        if found.problems:
            self._tell(found.problems)
        self.moved.emit(dict(found.done))

    def _tell(self, problems: Sequence[str]) -> None:
        others = f" The same goes for {len(problems) - 1:,} more." if len(problems) > 1 else ""
        self._context.messages.warn(f"{problems[0]}{others}", "\n".join(problems), topic=_TOPIC)

    def _on_failed(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error), topic=_TOPIC)
