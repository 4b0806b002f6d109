"""The table behind the Classify page: built when it is first wanted, asked anew when the network has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget

from cifar_gui.data.picture import PictureSource
from cifar_gui.inference.verdict import CONFIDENT
from cifar_gui.ui.classify.answers import ClassifierShelf
from cifar_gui.ui.classify.batch import Asking
from cifar_gui.ui.context import Context

if TYPE_CHECKING:
    from cifar_gui.ui.classify.table_page import TablePage

LARGEST_LIVE_TABLE = 200
"""Tables of more pictures are not asked about anew after each epoch of a run that is watched live."""


class ManyPictures(QObject):
    """Keeps the table, and whether its answers are still those of the network chosen.

    Signals, those of the `TablePage`: row_opened(Row); back_wanted(); copy_wanted(); export_wanted();
    sure_changed(float); quicker_wanted().
    """

    row_opened = Signal(object)
    back_wanted = Signal()
    copy_wanted = Signal()
    export_wanted = Signal()
    sure_changed = Signal(float)
    quicker_wanted = Signal()

    def __init__(self, context: Context, shelf: ClassifierShelf, stack: QStackedWidget) -> None:
        super().__init__(stack)
        self._context, self._shelf, self._stack = context, shelf, stack
        self._page: TablePage | None = None
        self._wanted: Asking | None = None  # who is to be asked from now on
        self._asked: Asking | None = None  # whose answers it holds, or waits for
        self._is_live = False  # that was the network in training
        self._is_stale = False  # another one has been chosen since
        self._sure_from = CONFIDENT

    @property
    def table_page(self) -> TablePage:
        """The table with what is around it. Made here and now if it was not wanted before."""
        if self._page is None:
            from cifar_gui.ui.classify.table_page import TablePage  # the window's first picture does without

            page = self._page = TablePage(self._context, self._shelf)
            page.row_opened.connect(self.row_opened)
            page.back_wanted.connect(self.back_wanted)
            page.copy_wanted.connect(self.copy_wanted)
            page.export_wanted.connect(self.export_wanted)
            page.sure_changed.connect(self.sure_changed)
            page.quicker_wanted.connect(self.quicker_wanted)
            page.judge(self._sure_from)
            self._stack.addWidget(page)
        return self._page

    @property
    def is_in_front(self) -> bool:
        """Whether the table is what the user sees."""
        return self._page is not None and self._stack.currentWidget() is self._page

    def ask_with(self, asking: Asking | None) -> None:
        """Answers are to come from this network now: at once if the table can be seen, else when it is again."""
        self._wanted, self._is_stale = asking, True
        if self.is_in_front and self.table_page.isVisible():
            self._renew()

    def come_back(self) -> None:
        """The Classify page is in front again, and with it perhaps the table."""
        if self.is_in_front and self._is_stale:
            self._renew()

    def judge(self, sure_from: float) -> None:
        """Answers of at least this probability are sure."""
        self._sure_from = sure_from
        if self._page is not None:
            self._page.judge(sure_from)

    def show_sources(self, sources: Sequence[PictureSource]) -> None:
        """A new table, in front."""
        self._is_stale, self._is_live = False, self._asks_live
        self._asked = self._wanted
        self.bring_to_front()
        self.table_page.show_sources(sources, self._wanted)

    def bring_to_front(self) -> None:
        """Show the table as it is, with answers of the network chosen meanwhile."""
        self._stack.setCurrentWidget(self.table_page)
        self.table_page.table.setFocus()
        if self._is_stale:
            self._renew()

    @property
    def _asks_live(self) -> bool:
        """Whether the network that is asked is the one in training."""
        loaded = self._context.models.loaded
        return loaded is not None and loaded.group == "live" and self._wanted is not None

    def _renew(self) -> None:
        """Ask anew, unless nothing has changed after all, or that would, with every epoch, take the processor from the
        training that is being watched."""
        before, self._is_stale, self._is_live = self._is_live, False, self._asks_live
        wanted, asked = self._wanted, self._asked
        if wanted is not None and asked is not None and wanted.gets_the_same(asked):
            return
        if before and self._is_live and len(self.table_page.model.rows) > LARGEST_LIVE_TABLE:
            self.table_page.say("answers of an earlier epoch: too many pictures to follow Live")
        else:
            self._asked = wanted
            self.table_page.classify(wanted)
