"""Receipts made on a worker, for the class of the verdict against the one that is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cifar_gui.errors import DataError
from cifar_gui.explain.receipt import Receipt, receipt
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.receipt_panel import ReceiptPanel
from cifar_gui.ui.classify.receipt_pictures import (
    Ideals,
    RowPictures,
    draw_ideals,
    layers_of,
    pictures_of,
    survey_layers,
)
from cifar_gui.ui.classify.receipt_rows import ROWS, as_text
from cifar_gui.ui.context import Context
from cifar_gui.ui.held_out import HeldOutPictures
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.newest import Newest

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.decode import Pixels
    from cifar_gui.explain.held_out import HeldOut


@dataclass(frozen=True, eq=False, slots=True)
class _Question:
    snapshot: ModelSnapshot
    pixels: Pixels
    winner: int
    other: int
    views: int
    squares: int  # whose mean the answer is; the receipt is of the framed one
    pictures: HeldOut | None  # those that excite units most are among these
    ideals: Ideals  # those that have been drawn


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    question: _Question
    receipt: Receipt
    rows: Sequence[RowPictures]


class Receipts:
    """Keeps a panel up to date with the answer shown. What takes long is begun when it is asked for: then top pictures
    are looked for once, and ideal inputs are drawn for this receipt and those that follow, until that is given up."""

    def __init__(self, context: Context, shelf: ExaminedShelf) -> None:
        self._context, self._shelf = context, shelf
        self.panel = ReceiptPanel()
        self._question: _Question | None = None  # the last one that was asked, shown or not
        self._found: _Found | None = None
        self._snapshot: ModelSnapshot | None = None  # the network that ideal inputs are wanted of
        self._called = ""  # what the chooser calls it
        self._ideals: Ideals = {}
        self._draws = self._reads = False  # whether ideal inputs are wanted, and a data set is read for top pictures
        self._held_out = HeldOutPictures(context, self.panel)
        self._looking = LongWork(context.jobs, "classify.receipt.tops", self.panel)
        self._drawing = LongWork(context.jobs, "classify.receipt.ideals", self.panel)
        self._newest: Newest[_Question, _Found] = Newest(
            context.jobs, self._make, self._on_found, lambda error: self._say(str(error)), key="classify.receipt"
        )
        self._connect()

    def follow(self, answer: Answer, chosen: str) -> None:
        """Explain this answer, against the class `chosen`, or the runner-up if that is "" or the verdict itself."""
        prediction, snapshot, pixels = answer.prediction, answer.question.snapshot, answer.pixels
        if prediction is None or snapshot is None or pixels is None:
            return
        if answer.question.model != self._called:  # while it is the one in training, its receipts may stay so long
            self._called = answer.question.model
            self._say("The receipt of this network follows.")
        if snapshot is not self._snapshot:
            self._turn_to(snapshot)
        if len(prediction.class_names) < 2:
            self._say("This network knows one class only: there is nothing to compare it with.")
            return
        first, second = (name for name, _share in prediction.top(2))
        other = chosen if chosen not in ("", first) else second
        places = prediction.class_names.index
        self._ask(
            _Question(
                *(snapshot, pixels, places(first), places(other), prediction.views, prediction.crops),
                self._held_out.known(snapshot.card),
                self._ideals,
            )
        )

    def as_text(self) -> str:
        """The receipt on show, whole and in full precision; "" if there is none."""
        return as_text(self._found.receipt) if self._found is not None else ""

    def forget(self) -> None:
        """There is no answer now."""
        self._question = None
        self._newest.forget()
        self._drawing.cancel()
        self._say("The receipt follows when there is an answer.")

    def _connect(self) -> None:
        tops, ideals = self.panel.tops, self.panel.ideals
        self.panel.filter_wanted.connect(lambda layer, unit: self._context.show_filters(layer.name, unit))
        tops.button.clicked.connect(self._look)
        tops.waiting.cancelled.connect(self._stop_looking)
        ideals.button.clicked.connect(self._draw)
        ideals.waiting.cancelled.connect(self._stop_drawing)
        self._looking.progressed.connect(tops.waiting.show_progress)
        self._drawing.progressed.connect(ideals.waiting.show_progress)
        for work in (self._looking, self._drawing):
            work.ended.connect(self._offer)  # however it ended
        self._context.data.loaded.connect(lambda _data: self._on_data())
        self._held_out.came.connect(self._look)
        self._held_out.missing.connect(self._on_no_pictures)

    def _say(self, why: str) -> None:
        self._found = None
        self.panel.say(why)

    def _turn_to(self, snapshot: ModelSnapshot) -> None:
        """What was wanted was wanted of another network."""
        self._snapshot, self._question, self._found, self._ideals, self._draws = snapshot, None, None, {}, False
        self._reads = False
        self._held_out.give_up()
        self._newest.forget()
        self._looking.cancel()
        self._drawing.cancel()

    def _ask(self, question: _Question) -> None:
        self._question = question
        self._newest.ask(question)

    def _on_found(self, found: _Found) -> None:
        self._found = found
        self.panel.show_receipt(found.receipt, found.rows, found.question.squares)
        if self._draws:
            self._draw()
        self._offer()

    def _offer(self) -> None:
        """Show what can be had besides, and what is under way."""
        rows = self._found.rows if self._found is not None else ()
        looks = "Looking through the held-out pictures" if self._looking.running else ""
        reads = "Reading the held-out pictures" if self._reads else ""
        draws = "Drawing ideal inputs" if self._drawing.running else ""
        self.panel.tops.show_state(offered=bool(layers_of(rows, lacking=_lacks_top)), doing=looks or reads)
        self.panel.ideals.show_state(offered=bool(layers_of(rows, lacking=_lacks_ideal)), doing=draws)

    def _ask_again(self) -> None:
        """More is known than when the question was asked."""
        if self._question is not None:
            pictures = self._held_out.known(self._question.snapshot.card)
            self._ask(replace(self._question, pictures=pictures, ideals=self._ideals))
        self._offer()

    def _on_data(self) -> None:
        """Top pictures that stand there are those of the data set before."""
        if self._question is not None and self._question.pictures is not None:
            self._ask_again()

    # --- what excites the units most

    def _look(self) -> None:
        self._reads = False
        if self._found is None:
            return
        snapshot = self._found.question.snapshot
        try:
            pictures = self._held_out.of(snapshot.card)
        except DataError as error:
            self._on_no_pictures(str(error))
            return
        if pictures is None:
            self._reads = True
            self._held_out.ask(snapshot.card)
        else:
            layers = list(layers_of(self._found.rows, lacking=_lacks_top))
            self._looking.start(
                lambda progress: survey_layers(snapshot, layers, pictures, progress),
                lambda _nothing: self._ask_again(),
                doing="Looking through the held-out pictures…",
            )
        self._offer()

    def _stop_looking(self) -> None:
        if self._reads:
            self._reads = False
            self._held_out.give_up()
            self._context.data.cancel()
        self._looking.cancel()
        self._offer()

    def _on_no_pictures(self, why: str) -> None:
        self._reads = False
        self._context.messages.info(why, ("Get data", self._context.actions["get_data"].trigger))
        self._offer()

    # --- what they would like to see

    def _draw(self) -> None:
        self._draws = True
        layers = layers_of(self._found.rows, lacking=_lacks_ideal) if self._found is not None else {}
        if self._found is not None and layers:
            snapshot = self._found.question.snapshot
            self._drawing.start(
                lambda progress: draw_ideals(snapshot, layers, progress),
                self._on_drawn,
                doing="Drawing ideal inputs…",
            )
        self._offer()

    def _on_drawn(self, drawn: Ideals) -> None:
        self._ideals = self._ideals | drawn
        self._ask_again()

    def _stop_drawing(self) -> None:
        self._draws = False
        self._drawing.cancel()
        self._offer()

    # --- on a worker

    def _make(self, question: _Question) -> _Found:
        examined = self._shelf.examined(question.snapshot)
        made = receipt(examined, question.pixels, question.winner, question.other, views=question.views)
        rows = pictures_of(examined, made, ROWS, question.pixels, question.pictures, question.ideals)
        return _Found(question, made, rows)


def _lacks_top(row: RowPictures) -> bool:
    return row.top is None and not row.silent


def _lacks_ideal(row: RowPictures) -> bool:
    return row.ideal is None
