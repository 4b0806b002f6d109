"""Many pictures: the table with its filters, its progress, and ways to take the results away."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.classify.answers import ClassifierShelf
from cifar_gui.ui.classify.badge import WORDS
from cifar_gui.ui.classify.batch import Asking, Batch, Found
from cifar_gui.ui.classify.folder_confusion import FolderConfusion
from cifar_gui.ui.classify.results import STATES, Row, RowFilter
from cifar_gui.ui.classify.sort_away import SortAway
from cifar_gui.ui.classify.sure_from import SureFrom
from cifar_gui.ui.classify.table import ResultsTable
from cifar_gui.ui.classify.table_model import ResultsModel
from cifar_gui.ui.classify.thumbnails import Thumbnails
from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.words import counted, time_left

_REARRANGE_MS = 500
_REST = 20
"""So many times as long as it took to arrange the rows they stay: the more there are, the more seldom they move."""

_HINT = "Double-click a picture to look at it. Click a heading to sort."

_WRONG = "wrong"
_CLASSES = 160
"""Width of the box to choose a class from, at most, in pixels at zoom 1."""

_LONG = 60.0
"""Seconds left from which on a quicker way is offered."""


class TablePage(Panel):
    """Shows the answers for many pictures as they come in.

    Signals: row_opened(Row); back_wanted(); copy_wanted(); export_wanted(); sure_changed(float); quicker_wanted() if
    the network is to be asked in the quickest way.
    """

    row_opened = Signal(object)
    back_wanted = Signal()
    copy_wanted = Signal()
    export_wanted = Signal()
    sure_changed = Signal(float)
    quicker_wanted = Signal()

    def __init__(self, context: Context, shelf: ClassifierShelf) -> None:
        super().__init__("Many pictures")
        self._messages = context.messages
        self.model = ResultsModel()
        self.batch = Batch(context.jobs, shelf, self)
        self.table = ResultsTable(self.model, Thumbnails(context.jobs, self))
        self.sort_away = SortAway(context, self.taken_rows, self)
        self._class_names: tuple[str, ...] = ()
        self._asking: Asking | None = None  # how the network was asked last; None: not at all
        self._places: Sequence[int] = ()  # of the rows that it was asked about
        self._tally, self._remark = ElidedLabel("caption"), ""
        self._make_header()
        self.body.addLayout(self._progress_row())
        self.body.addWidget(self.sort_away.row)
        self.body.addWidget(self.table, 1)
        self.body.addWidget(self._footer())
        self._rearrange = QTimer(self)  # while answers come in: not with each of them
        self._rearrange.setSingleShot(True)
        self._rearrange.setInterval(_REARRANGE_MS)
        self._rearrange.timeout.connect(self._on_rearrange)
        self._connect()
        self._show_progress(visible=False)

    def show_sources(self, sources: Sequence[PictureSource], asking: Asking | None) -> None:
        """Begin a new table; it fills as soon as there is a network."""
        self._choose_all()
        self.table.sort_by(None)
        self.model.show_rows([Row(source) for source in sources])
        self.table.scrollToTop()
        self.classify(asking)

    def classify(self, asking: Asking | None) -> None:
        """Ask anew about the same pictures: the network has changed."""
        self.batch.cancel()
        self.model.forget_answers()  # they are not this network's
        self._places, self._asking = range(len(self.model.rows)), None
        self._go_on_button.hide()
        if asking is not None and self.model.rows:
            self._asking = asking
            self._name_classes(asking.snapshot.card.class_names)
            self.sure.show_trade(asking.snapshot.card.trade)
            self._ask()
        self._show_tally("" if asking else "the answers follow when the network is loaded")

    def judge(self, sure_from: float) -> None:
        """Answers of at least this probability are sure."""
        self.sure.put(sure_from)
        self.model.judge(sure_from)
        self._on_rearrange()

    def say(self, remark: str) -> None:
        """Add a remark to the tally, until others are asked for."""
        self._show_tally(remark)

    def taken_rows(self) -> list[Row]:
        """What goes into files and folders: the selected rows, if there are several; all that are shown otherwise."""
        selected = self.table.selected_rows()
        return selected if len(selected) > 1 else self.model.shown_rows()

    def _ask(self) -> None:
        """About the rows at `_places`."""
        assert self._asking is not None  # there is a network
        self._progress.setValue(0)
        self._show_progress(visible=True)
        rows = self.model.rows
        self.batch.start([rows[place].source for place in self._places], self._asking)

    def _go_on(self) -> None:
        """Ask about what has no answer yet."""
        self._go_on_button.hide()
        self._places = [place for place, row in enumerate(self.model.rows) if row.state == "waiting"]
        if self._places:
            self._ask()
        self._show_tally("")

    def _make_header(self) -> None:
        self.back_button = ShyButton("One picture")
        self.back_button.setIcon(icon("chevron-left"))
        self.back_button.setToolTip("Back to the single picture; this table stays")
        self.back_button.clicked.connect(self.back_wanted)
        self._by_class, self._by_state = QComboBox(), QComboBox()
        self._by_class.setAccessibleName("Show only this class")
        self._by_class.setMaximumWidth(px(_CLASSES))  # a long name takes no room from the tally
        self._by_state.setAccessibleName("Show only pictures of this certainty")
        self._by_state.addItem("Sure or not", None)
        for state in STATES:
            self._by_state.addItem({**WORDS, "unreadable": "cannot be read"}.get(state, state).capitalize(), state)
        self._by_state.addItem("Not as its folder says", _WRONG)
        self._name_classes(())
        self.confusion = FolderConfusion()
        choices = [self._by_class, self._by_state, self.confusion, self.back_button]
        self.fill_header(ControlBar([self._tally], choices, stretched=self._tally, breaks=True))

    def _progress_row(self) -> QHBoxLayout:
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Pictures classified")
        self._doing = QLabel()
        self._doing.setProperty("caption", True)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setIcon(icon("stop"))
        self.cancel_button.clicked.connect(self.batch.cancel)
        self._go_on_button = QPushButton("Go on")
        self._go_on_button.setIcon(icon("play"))
        self._go_on_button.setToolTip("Ask about the pictures that have no answer yet")
        self._go_on_button.clicked.connect(self._go_on)
        self._go_on_button.hide()
        self._quicker_button = QPushButton("Quicker")
        self._quicker_button.setToolTip(
            "Begin again with one view of the middle of each picture: many times as fast, and less often right"
        )
        self._quicker_button.clicked.connect(self.quicker_wanted)
        row = QHBoxLayout()
        row.setSpacing(SPACING)
        for widget in (self._progress, self._doing, self._quicker_button, self.cancel_button):
            row.addWidget(widget)
        row.addWidget(self._go_on_button, 0, Qt.AlignmentFlag.AlignRight)  # alone in the row when all else is hidden
        row.setStretch(0, 1)
        return row

    def _footer(self) -> QWidget:
        self.copy_button, self.export_button = ShyButton("Copy"), ShyButton("Save CSV…")
        self.copy_button.setIcon(icon("copy"))
        self.copy_button.setToolTip("Copy the selected rows, or all that are shown (Ctrl+C)")
        self.copy_button.clicked.connect(self.copy_wanted)
        self.export_button.setIcon(icon("export"))
        self.export_button.setToolTip(
            "Save the selected rows if they are several, else all that are shown, with every probability"
        )
        self.export_button.clicked.connect(self.export_wanted)
        self.sure = SureFrom()
        self.sure.changed.connect(self.sure_changed)
        self._hint = ElidedLabel("caption")
        self._show_hint()
        buttons = [self.sort_away.button, self.copy_button, self.export_button]
        return ControlBar([self._hint], [self.sure, *buttons], stretched=self._hint)

    def _connect(self) -> None:
        self._by_class.currentIndexChanged.connect(self._on_filter)
        self._by_state.currentIndexChanged.connect(self._on_filter)
        self.table.row_opened.connect(self.row_opened)
        self.table.copy_wanted.connect(self.copy_wanted)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_hint())
        self.batch.found.connect(self._on_found)
        self.batch.progressed.connect(self._on_progressed)
        self.batch.ended.connect(self._on_ended)
        self.batch.refused.connect(self._on_refused)
        self.sort_away.moved.connect(self.model.follow)
        self.confusion.pair_chosen.connect(self._show_pair)

    def _name_classes(self, names: tuple[str, ...]) -> None:
        """Offer the classes of another network in the filter."""
        if names == self._class_names and self._by_class.count():
            return
        self._class_names = names
        self._forget_pair()
        self._by_class.clear()
        self._by_class.addItem("All classes", "")
        for name in names:
            self._by_class.addItem(name, name)

    def _choose_all(self) -> None:
        self._by_class.setCurrentIndex(0)
        self._by_state.setCurrentIndex(0)
        self._forget_pair()

    def _show_pair(self, truth: str, label: str) -> None:
        """Only those in folders of one class that were called so; a choice of its own below the others."""
        self._choose_all()
        words = f"{truth}, recognised" if truth == label else f"{truth} taken for {label}"
        self._by_state.addItem(words, (truth, label))
        self._by_state.setCurrentIndex(self._by_state.count() - 1)

    def _forget_pair(self) -> None:
        last = self._by_state.count() - 1
        if isinstance(self._by_state.itemData(last), tuple):
            if self._by_state.currentIndex() == last:
                self._by_state.setCurrentIndex(0)  # else Qt would choose the one before it: "Not as its folder says"
            self._by_state.removeItem(last)

    def _on_filter(self) -> None:
        chosen, label = self._by_state.currentData(), self._by_class.currentData() or ""
        if isinstance(chosen, tuple):
            self.model.set_filter(RowFilter(label, pair=chosen))
        elif chosen == _WRONG:
            self.model.set_filter(RowFilter(label, wrong=True))
        else:
            self.model.set_filter(RowFilter(label, chosen))
        self._show_tally()

    def _on_found(self, found: Found) -> None:
        self.model.put([(self._places[at], answer) for at, answer in found])
        if not self._rearrange.isActive():
            self._rearrange.start()

    def _on_progressed(self, done: int, total: int, left: float) -> None:
        self._progress.setMaximum(total)
        self._progress.setValue(done)
        self._doing.setText(f"{done:,} of {total:,} classified" + (f" · {time_left(left)} left" if left else ""))
        quickest = self._asking is None or self._asking.is_quickest
        self._quicker_button.setVisible(left > _LONG and not quickest)

    def _on_rearrange(self) -> None:
        begun = time.monotonic()
        self.model.rearrange()
        self._show_tally()
        spent = time.monotonic() - begun
        self._rearrange.setInterval(max(_REARRANGE_MS, round(spent * _REST * 1000)))

    def _on_ended(self, why: str) -> None:
        self._show_progress(visible=False)
        self._rearrange.stop()  # what it would show is shown at once
        self._on_rearrange()
        if why:
            self._show_tally(why)
            self._go_on_button.setVisible(any(row.state == "waiting" for row in self.model.rows))

    def _on_refused(self, error: CifarGuiError) -> None:
        self._on_ended("this network cannot be used")
        self._go_on_button.hide()  # it would be refused again
        self._messages.error(str(error))

    def _show_progress(self, *, visible: bool) -> None:
        self._doing.setText("Starting…")
        self._quicker_button.hide()
        for widget in (self._progress, self._doing, self.cancel_button):
            widget.setVisible(visible)

    def _show_hint(self) -> None:
        """What a click does; with several rows selected, what is done with those."""
        ranges = self.table.selectionModel().selection()  # not row by row: there may be 100,000
        selected = sum(ranges.at(place).height() for place in range(ranges.count()))
        chosen = f"{selected:,} selected: only these are copied, saved and sorted."
        self._hint.setText(chosen if selected > 1 else _HINT)

    def _show_tally(self, remark: str | None = None) -> None:
        """With another remark; None: with the one there is, which is as true of some of the rows as of all."""
        self._remark = self._remark if remark is None else remark
        rows = self.model.rows
        shown = self.model.rowCount()
        tally = self.model.tally
        right, mistakes = tally.by_folder()
        if shown == len(rows):  # how many are right comes first: the end is the first to go where there is little room
            parts = [right, tally.words()]
        else:
            parts = [f"{shown:,} of {counted(len(rows), 'picture')} shown", right and f"of all, {right}"]
        whole = " · ".join(text for text in (*parts, self._remark) if text)
        self._tally.setText(whole)
        self._tally.say_more(mistakes)
        self._show_hint()  # rows that are gone are not selected any more, which is not told
        self.table.show_folders(tally.folders_tell)
        self.confusion.follow(tally, self._class_names)
