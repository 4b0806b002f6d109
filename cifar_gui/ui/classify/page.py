"""Classify: drop a picture, see what the network sees of it and what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.classify import file_dialogs
from cifar_gui.ui.classify.answers import Answer, Answers, ClassifierShelf, Question
from cifar_gui.ui.classify.batch import Asking
from cifar_gui.ui.classify.history_panel import HistoryPanel
from cifar_gui.ui.classify.history_strip import HistoryEntry
from cifar_gui.ui.classify.insight import Insight
from cifar_gui.ui.classify.many import ManyPictures
from cifar_gui.ui.classify.results import Row, as_text, facts_as_text
from cifar_gui.ui.classify.samples import sample_files
from cifar_gui.ui.classify.saving import save_painting, save_verdicts
from cifar_gui.ui.classify.second_opinion import SecondOpinion
from cifar_gui.ui.classify.single import SingleView
from cifar_gui.ui.context import Context
from cifar_gui.ui.held_out import RandomHeldOut, data_picture, why_none
from cifar_gui.ui.opening import Opened, Opener
from cifar_gui.ui.page import Page
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.mime import Dropped, accept_copy, encoded, picture_sources

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.inference.prediction import Prediction

RECENT = "pictures.recent"
"""The setting with the paths of pictures opened lately, newest first."""


class ClassifyPage(Page):
    """Wires the parts: an opener, the answers, the single view, the table and the history."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._snapshot: ModelSnapshot | None = context.models.snapshot
        self._shown: Opened | None = None
        self._number = 0  # of the picture shown; 0 is none
        self._answered = 0  # number of the picture that the verdict is about
        self._answered_by = ""  # what the chooser calls the network whose verdict it is
        self._in_front = False
        self._random = RandomHeldOut(context, self)
        self._until_ready = QTimer(self)  # a picture opened before PyTorch is there waits for it
        self._until_ready.setInterval(200)
        self._until_ready.timeout.connect(self._on_still_waiting)
        shelf = ClassifierShelf()
        self._stack = FrontStack()
        self.opener = Opener(context.jobs, context.messages, self)
        self.answers = Answers(context.jobs, shelf, self)
        self.single = SingleView()
        self.insight = Insight(context, self.single, self)
        self.second = SecondOpinion(context, self.single.verdict_panel, self)
        self.many = ManyPictures(context, shelf, self._stack)
        self.history_panel = HistoryPanel()
        self._stack.addWidget(self.single)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        layout.setSpacing(2 * SPACING)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.history_panel)
        self.setAcceptDrops(True)
        self._connect()
        self.on_data(context.data.current)
        self.single.picture_panel.set_recent(context.settings.texts(RECENT))

    # --- what the window tells

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        self._snapshot = snapshot
        self._offer_random()
        if snapshot is None:
            self._say_why_no_answer()
            self.insight.forget_answer()
            self.second.forget()
            self._ask()  # what a network would see is shown all the same
            return
        self.single.verdict_panel.show_model(snapshot.card)
        self._ask()
        self._ask_about_many()

    def on_data(self, data: ImageData | None) -> None:
        self._offer_random()
        self._random.on_data(data)

    def on_theme(self) -> None:
        self.history_panel.on_theme()
        self.history_panel.fit(self.height())
        self.single.on_theme()

    def finish(self) -> None:
        self.many.table_page  # noqa: B018 - made now, so that the first folder need not wait for it

    def page_hidden(self) -> None:
        self._in_front = False
        self._until_ready.stop()

    def page_shown(self) -> None:
        self._in_front = True
        self._offer_undo()
        self.many.come_back()
        if self._shown is not None and self._answered != self._number:
            self._until_ready.start()

    def open_pictures(self, sources: list[PictureSource]) -> None:
        self.opener.open(sources)

    def ask_to_fetch(self, links: tuple[str, ...]) -> None:
        self.opener.ask_about(links)

    def save_state(self) -> dict[str, Any]:
        return {
            "six_views": self.single.verdict_panel.six_views,
            "sure_from": self.single.verdict_panel.sure.value,
            "compare_with": self.second.wanted,
            "crop": self.single.picture_panel.way,
            "splitter": self.single.columns.save_state(),
            **self.insight.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        six_views = state.get("six_views")
        if isinstance(six_views, bool):
            self.single.verdict_panel.set_six_views(on=six_views)
        self.single.verdict_panel.sure.restore(state.get("sure_from"))
        self._judge(self.single.verdict_panel.sure.value)
        self.second.restore(state.get("compare_with"))
        self.single.picture_panel.set_way(str(state.get("crop")))
        self.single.columns.restore_state(state.get("splitter"))
        self.insight.restore_state(state)

    def keep(self) -> Callable[[], object]:
        restore = super().keep()

        def bring_back() -> None:
            restore()
            self._on_six_views()

        return bring_back

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        panel = self.single.picture_panel
        return {
            **{f"classify.{view}": (panel.views.button(view),) for view in ("paint", "why", "resembles")},
            "classify.heat_maps": (panel.side.method,),
            "classify.crop": (panel.side.crop,),
        }

    # --- what the user does

    def take(self, dropped: Dropped) -> None:
        """Open what was dropped on the page or pasted into it, unless it is for another page."""
        if not self.context.open_elsewhere(dropped.sources):
            self.opener.take(dropped)

    def paste(self) -> None:
        """Open the picture on the clipboard."""
        self.take(picture_sources(file_dialogs.clipboard()))

    def show_single(self) -> None:
        """Bring the single picture to the front."""
        self._stack.setCurrentWidget(self.single)

    def undo(self) -> None:
        """The last stroke on the canvas."""
        if self._is_painting:
            self.insight.paint_panel.undo()

    def redo(self) -> None:
        """The stroke on the canvas that has been undone last."""
        if self._is_painting:
            self.insight.paint_panel.redo()

    def copy(self) -> None:
        """Put what is in front into the clipboard: the result, or the selected rows; of the canvas, its pixels; of the
        receipt, every contribution."""
        if self._is_painting:
            file_dialogs.set_clipboard(self.insight.paint_panel.copy())
        elif self.many.is_in_front:
            self._copy_rows()
        elif receipt := self.insight.receipt_text:
            file_dialogs.set_clipboard(receipt)
        else:
            self._copy_result()

    def save(self) -> None:
        """Save the result as CSV, with full precision; of the canvas, its pixels."""
        if self._is_painting:
            save_painting(self.context, self, self.insight.paint_panel.image)
        elif self.many.is_in_front:
            self._save_rows()
        else:
            self._save_result()

    def _copy_rows(self) -> None:
        if rows := self.many.table_page.table.selected_rows():
            file_dialogs.set_clipboard(as_text(rows, "\t"))
        else:
            self.tell("Nothing is copied: the table shows no pictures.")

    def _save_rows(self) -> None:
        if rows := self.many.table_page.taken_rows():
            save_verdicts(self.context, self, rows)
        else:
            self.tell("Nothing is saved: the table shows no pictures.")

    def _copy_result(self) -> None:
        if (result := self._result()) is not None:
            source, prediction = result
            file_dialogs.set_clipboard(facts_as_text(source.name, self._answered_by, prediction))
        else:
            self.tell("Nothing is copied: there is no answer yet.")

    def _save_result(self) -> None:
        if (result := self._result()) is not None:
            save_verdicts(self.context, self, [Row(*result)])
        else:
            self.tell("Nothing is saved: there is no answer yet.")

    def _result(self) -> tuple[PictureSource, Prediction] | None:
        """The verdict that is to be seen, and what it is about: the picture, or what has been painted on it."""
        prediction = self.single.verdict_panel.prediction
        if self._shown is None or prediction is None or self._answered != self._number:
            return None
        source = self._shown.source
        if self.insight.painted is not None:
            source = encoded(self.insight.paint_panel.image, f"{source.name}, painted")
        return source, prediction

    @property
    def _is_painting(self) -> bool:
        """Whether the canvas is in front."""
        return self.insight.is_painting and not self.many.is_in_front

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.history_panel.fit(self.height())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.single.picture_panel.drop_area.light_up(on=True)
        accept_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.single.picture_panel.drop_area.light_up(on=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.single.picture_panel.drop_area.light_up(on=False)
        found = picture_sources(event.mimeData())
        accept_copy(event)
        self.take(found)

    # --- the flow

    def _connect(self) -> None:
        panel, verdict = self.single.picture_panel, self.single.verdict_panel
        panel.dropped.connect(self.take)
        panel.source_chosen.connect(lambda source: self.opener.open([source]))
        panel.crop_changed.connect(self._on_crop)
        panel.way_changed.connect(self._ask_about_many)
        panel.open_wanted.connect(lambda: self.opener.open(file_dialogs.ask_for_pictures(self)))
        panel.folder_wanted.connect(lambda: self.opener.open(file_dialogs.ask_for_folder(self)))
        panel.paste_wanted.connect(self.paste)
        panel.random_wanted.connect(self._on_random_wanted)
        panel.table_wanted.connect(self.many.bring_to_front)
        verdict.six_views_changed.connect(self._on_six_views)
        self.many.row_opened.connect(self._on_row)
        self.many.back_wanted.connect(self.show_single)
        self.many.quicker_wanted.connect(self._ask_quicker)
        for part in (verdict, self.many):
            part.sure_changed.connect(self._judge)
        self.many.copy_wanted.connect(self.copy)
        self.many.export_wanted.connect(self.save)
        verdict.copy_wanted.connect(self._copy_result)  # whatever stands beside it
        verdict.export_wanted.connect(self._save_result)
        self.insight.changed.connect(self._ask)
        self.insight.save_wanted.connect(self.save)
        self.insight.history_changed.connect(self._offer_undo)
        self._stack.currentChanged.connect(lambda _place: self._offer_undo())
        self.history_panel.entry_chosen.connect(self._on_history)
        self.opener.opened.connect(self._on_opened)
        self.opener.many_found.connect(self._on_many)
        self._random.drawn.connect(lambda data, place: self.opener.open([data_picture(data, "validation", place)]))
        self.answers.answered.connect(self._on_answered)
        self.answers.refused.connect(self._on_refused)

    def _on_opened(self, opened: Opened) -> None:
        known = opened.number > 0
        self._number = opened.number if known else self.history_panel.next_number()
        self._shown = opened
        self._random.give_up()  # one that still waits for a data set was asked for before this one
        self.insight.forget()
        entry = self._entry()
        self.single.picture_panel.show_opened(opened, proposed=entry.is_proposed if entry is not None else None)
        self.show_single()
        if known:
            self.history_panel.strip.mark(self._number)
        else:
            self.history_panel.put(HistoryEntry(self._number, opened.source, opened.crop, opened.thumbnail))
        if opened.source.path is not None and opened.source.path not in sample_files():
            recent = self.context.settings.add_recent(RECENT, str(opened.source.path))
            self.single.picture_panel.set_recent(recent)
        if self._snapshot is None:
            self._say_why_no_answer()
            self._until_ready.start()
        self._ask()

    def _on_random_wanted(self) -> None:
        self.opener.give_up()
        self._random.take()

    def _on_many(self, sources: list[PictureSource]) -> None:
        self._random.give_up()
        self.single.picture_panel.table_button.show()
        self.many.show_sources(sources)

    def _on_row(self, row: Row) -> None:
        if row.problem:
            self.context.messages.error(row.problem)
        else:
            self.opener.open([row.source])

    def _on_history(self, entry: HistoryEntry) -> None:
        self.opener.reopen(entry.source, entry.crop, entry.number)

    def _on_crop(self, _crop: Crop) -> None:
        self._ask()

    def _on_six_views(self) -> None:
        self._ask()
        self._ask_about_many()

    def _judge(self, sure_from: float) -> None:
        """Every answer there is, by another line between sure and unsure. Nobody is asked anew."""
        self.single.verdict_panel.judge(sure_from)
        self.history_panel.judge(sure_from)
        self.many.judge(sure_from)

    def _say_why_no_answer(self) -> None:
        if not self.context.torch_ready():
            self.single.verdict_panel.show_waiting("The answer follows when PyTorch is loaded.")
        elif self.context.models.current is not None:
            self.single.verdict_panel.show_waiting("The answer follows when the network is loaded.")
        else:
            self.single.verdict_panel.show_waiting("No network is chosen: choose one at the top right, or train one.")

    def _on_still_waiting(self) -> None:
        """PyTorch may be there without a network: then at least what a network would see is shown."""
        if self.context.torch_ready() or self._snapshot is not None:
            self._until_ready.stop()
            if self._snapshot is None:
                self._say_why_no_answer()
                self._ask()

    def _ask(self) -> None:
        """Ask about the picture shown, as it is cropped now."""
        if self._shown is None or not (self._snapshot or self.context.torch_ready()):
            return  # making the network's input imports torch: before it is there that would hold up a worker
        asked = self.context.models.loaded  # what has been chosen may yet have to be loaded
        self.answers.ask(
            Question(
                number=self._number,
                picture=self._shown.picture,
                crop=self._wanted_crop(),
                snapshot=self._snapshot,
                six_views=self.single.verdict_panel.six_views,
                model=asked.label if asked is not None else "",
                painted=self.insight.painted,
            )
        )

    def _wanted_crop(self) -> Crop | None:
        """What is painted was painted on the crop that is shown."""
        panel = self.single.picture_panel
        return panel.wanted_crop if self.insight.painted is None else panel.crop_view.crop

    def _offer_undo(self) -> None:
        """Only what is in front can be undone: elsewhere nobody would see what happens."""
        if not self._in_front:
            return
        if self._is_painting:
            self.insight.paint_panel.offer_history()
            return
        for name in ("undo", "redo"):
            self.context.actions.disable(name, "Only strokes of the brush can be undone: choose Paint first")

    def _offer_random(self) -> None:
        self.single.picture_panel.set_random(why_none(self.context.data.current, self._snapshot))

    def _ask_about_many(self) -> None:
        six_views, way = self.single.verdict_panel.six_views, self.single.picture_panel.way
        self.many.ask_with(Asking(self._snapshot, six_views, way) if self._snapshot is not None else None)

    def _ask_quicker(self) -> None:
        """From now on, of single pictures and many."""
        self.single.verdict_panel.set_six_views(on=False)
        if self.single.picture_panel.way == "proposed":
            self.single.picture_panel.set_way("centre")
        self._ask()  # the picture behind the table: Six views beside it is off now
        self._ask_about_many()
        self.context.messages.info(
            "From now on the network is asked once about the middle of each picture. Six views and Crop, beside a "
            "single picture, bring the thorough way back."
        )

    def _on_answered(self, answer: Answer) -> None:
        question = answer.question
        if question.painted is None:
            self.history_panel.renew(question, answer)
        gone = self._snapshot is None and question.snapshot is not None
        if gone or question.number != self._number:
            return  # the network has gone meanwhile, or the user has gone on to another picture
        self.single.picture_panel.show_answered(answer.crop, answer.network_input)
        self.context.picture.show(answer.network_input, question.picture.name)
        if answer.prediction is not None:
            same, by_same = self._answered == question.number, self._answered_by == question.model
            panel = self.single.verdict_panel
            panel.show_prediction(answer.prediction, keep_order=same and by_same, keep_chosen=same)
            self._answered, self._answered_by = question.number, question.model
        self.insight.follow(answer)
        self.second.follow(answer)

    def _on_refused(self, error: CifarGuiError) -> None:
        self.single.verdict_panel.show_waiting("There is no answer: this network cannot be used.")
        self.insight.forget_answer()
        self.second.forget()
        self.context.messages.error(str(error))

    def _entry(self) -> HistoryEntry | None:
        """What is known of the picture shown; None if there is none."""
        return self.history_panel.entry(self._number)
