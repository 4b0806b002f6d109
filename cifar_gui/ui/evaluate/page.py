"""How good the chosen network is on pictures that one chooses, and on which of them it errs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.epoch_bar import EpochBar
from cifar_gui.ui.epoch_replay import EpochReplay
from cifar_gui.ui.evaluate.controls import Controls
from cifar_gui.ui.evaluate.epochs_work import EpochsWork
from cifar_gui.ui.evaluate.examiner import Examiner
from cifar_gui.ui.evaluate.files import KINDS, write
from cifar_gui.ui.evaluate.gallery import GalleryPanel
from cifar_gui.ui.evaluate.game_panel import GamePanel
from cifar_gui.ui.evaluate.game_work import GameWork
from cifar_gui.ui.evaluate.outcome import Outcome, Places
from cifar_gui.ui.evaluate.robustness_work import RobustnessWork
from cifar_gui.ui.evaluate.score_panel import ScorePanel
from cifar_gui.ui.evaluate.second_network import SecondNetwork
from cifar_gui.ui.evaluate.telling import cell_words, missed_words, tiles
from cifar_gui.ui.evaluate.tiles import Tile
from cifar_gui.ui.evaluate.twins_work import TwinsWork
from cifar_gui.ui.evaluate.views_panel import ViewsPanel
from cifar_gui.ui.held_out import data_picture
from cifar_gui.ui.page import Page
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save
from cifar_gui.ui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from cifar_gui.data.base import ImageData
    from cifar_gui.ui.context import Context

_TOPIC = "evaluate"
_SAVING = "evaluate.save"

_Pick = Callable[[Outcome], tuple[str, Places]]
"""Which of a result's pictures the gallery shows, and what it says of them."""


class EvaluatePage(Page):
    """Controls above; below them the result on the left, its views in the middle, the pictures on the right."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.outcome: Outcome | None = None
        self.examiner = Examiner(context, self)
        self.controls = Controls()
        self.score = ScorePanel()
        self.views = ViewsPanel()
        self.gallery = GalleryPanel()
        self.second = SecondNetwork(context, self.views.compare, self)
        self.robustness = RobustnessWork(context, self.views.robustness, self)
        self.twins = TwinsWork(context, self.views.twins, self)
        self.epochs = EpochBar()
        self.epochs.slider.setObjectName("evaluate.epoch")
        self.replay = EpochReplay(context, self.epochs, self)
        self.game_panel = GamePanel()
        self.game = GameWork(context, self.game_panel, self)
        self._playing = False
        self._looked_at: _Pick | None = None  # whose pictures the gallery shows
        self.every_epoch = EpochsWork(context, self.views.epochs, self.examiner, self.replay, self)
        self._build()
        self._connect()
        self._show()

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        self.context.messages.resolve(_TOPIC)  # what was refused was another network
        self.examiner.set_snapshot(snapshot)
        self.game.set_snapshot(snapshot)
        self.epochs.arrived()
        self.replay.set_snapshot(snapshot)

    def on_data(self, data: ImageData | None) -> None:
        self.examiner.set_data(data)
        self.game.set_data(data)

    def page_shown(self) -> None:
        self.second.offer()
        self.robustness.offer()
        self.replay.show()
        if self._playing:
            self.game_panel.setFocus()

    def page_hidden(self) -> None:
        self.epochs.stop()

    def save_state(self) -> dict[str, Any]:
        return {
            "six_views": self.controls.six_views.isChecked(),
            "view": self.views.current,
            "columns": self._columns.save_state(),
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self.controls.six_views.setChecked(state.get("six_views") is True)
        self.views.choose(str(state.get("view", "")))
        self._columns.restore_state(state.get("columns"))

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        return {"evaluate.six_views": (self.controls.six_views,), "evaluate.game": (self.controls.game,)}

    def copy(self) -> None:
        """The confusion matrix where it has the focus, else the classes: the selected rows, or all."""
        if why := self._why_nothing():
            self.tell(f"Nothing is copied: {why}.")
        elif self.views.confusion.table.hasFocus():
            self.views.confusion.table.copy()
        else:
            self.score.table.copy_rows()

    def save(self) -> None:
        """The numbers of the view in front as CSV, or what it shows as PNG."""
        outcome = self.outcome
        if (why := self._why_nothing()) or outcome is None:
            self.tell(f"Nothing is saved: {why}.")
        elif (path := ask_where_to_save(self, "Save the evaluation", "evaluation.csv", KINDS)) is not None:
            try:
                write(path, lambda: self.views.numbers(outcome), self.views.picture)
            except CifarGuiError as error:
                self.context.messages.error(str(error), topic=_SAVING)
            else:
                self.context.messages.resolve(_SAVING)
                self.context.messages.info(f"The evaluation was saved as {path.name}.")

    def _why_nothing(self) -> str:
        """Why there is nothing to be taken away: what is not in front is not what is meant. "" if there is."""
        if self._playing:
            return "leave the game first, to have the evaluation"
        return "" if self._stack.currentWidget() is self._columns else "no result is shown"

    # What is shown

    def _show(self) -> None:
        """What is chosen, what is said of it, and what there is of it."""
        examiner = self.examiner
        ran_by_keys = self.controls.run.hasFocus()
        waits = self._waiting.hasFocus() or self._waiting.cancel.hasFocus()
        self.controls.choose(examiner.split)
        self.controls.show_standing(examiner.standing(), examiner.way())
        self.controls.show_stale(self._stale_words())
        self._nothing.button.setEnabled(self.controls.run.isEnabled())
        self.controls.game.setEnabled(examiner.snapshot is not None)
        self.controls.setVisible(not self._playing)
        self.epochs.setVisible(not self._playing and bool(self.replay.track.epochs))
        if self._playing:
            self._stack.setCurrentWidget(self.game_panel)
        elif examiner.busy:
            self.controls.run.setEnabled(False)
            self._stack.setCurrentWidget(self._waiting)
            if ran_by_keys:
                self._waiting.setFocus()  # else the next button had the keyboard, and Space began a game
        elif self.outcome is not None:
            self._stack.setCurrentWidget(self._columns)
        else:
            self._stack.setCurrentWidget(self._nothing if examiner.snapshot is not None else self._no_network)
        if waits and not examiner.busy:
            self.controls.run.setFocus()

    def _stale_words(self) -> str:
        """That what is shown is not the answer to what is chosen."""
        if self.outcome is None:
            return ""
        now, shown = self.examiner.question(), self.outcome.question
        if now is not None and now.asks_the_same(shown):
            return ""
        return f"Still shown below: {shown.words}."

    def _on_began(self, what: str) -> None:
        self.context.messages.resolve(_TOPIC)
        self._waiting.begin(what)
        self._show()

    def _on_found(self, outcome: Outcome) -> None:
        same_classes = self.outcome is not None and self.outcome.class_names == outcome.class_names
        self.outcome = outcome
        self.score.show_outcome(outcome)
        self.views.show_outcome(outcome)
        self.second.forget(outcome)
        self.robustness.follow(outcome)
        self.twins.follow(outcome)
        if self._looked_at is not None and same_classes:
            self._fill_gallery(outcome, self._looked_at)  # so that one sees how it changes over the epochs
        else:
            self._looked_at = None
            self.score.table.clearSelection()
            self.gallery.clear()

    def _on_refused(self, why: str) -> None:
        self.context.messages.error(why, topic=_TOPIC)

    def _on_lacking(self, why: str) -> None:
        self._no_data.text_label.setText(why)
        self._stack.setCurrentWidget(self._no_data)

    def _on_cell(self, row: int, column: int) -> None:
        self.score.table.clearSelection()  # so that a click on the class shows its pictures again
        self._look_at(lambda outcome: (cell_words(outcome, row, column), outcome.cell(row, column)))

    def _on_class(self, name: str) -> None:
        def missed(outcome: Outcome) -> tuple[str, Places]:
            row = outcome.class_names.index(name)
            return missed_words(outcome, row), outcome.missed(row)

        self._look_at(missed)

    def _look_at(self, pick: _Pick) -> None:
        """Show the pictures picked from the result, and from those that come after it."""
        if self.outcome is not None:
            self._looked_at = pick
            self._fill_gallery(self.outcome, pick)
            self._columns.bring_to_front(self.gallery)

    def _fill_gallery(self, outcome: Outcome, pick: _Pick) -> None:
        words, places = pick(outcome)
        self.gallery.show_tiles(words, outcome.question.data, tiles(outcome, places))

    def _show_compared(self, words: str, shown: list[Tile]) -> None:
        """Pictures that two networks disagree about, which another result says nothing of."""
        if self.outcome is not None:
            self._looked_at = None
            self.score.table.clearSelection()
            self.gallery.show_tiles(words, self.outcome.question.data, shown)
            self._columns.bring_to_front(self.gallery)

    def _open(self, tile: Tile) -> None:
        if self.outcome is not None:
            self._classify(self.outcome.question.data, tile)

    def _open_played(self, tile: Tile) -> None:
        if self.game.round is not None:
            self._classify(self.game.round.data, tile)

    def _classify(self, data: ImageData, tile: Tile) -> None:
        split, place = tile.pictures[0]
        self.context.classify([data_picture(data, split, place)])

    def _play(self, *, playing: bool) -> None:
        """Let the game have the page, or give it back."""
        self._playing = playing
        self._show()
        if playing:
            self.game_panel.setFocus()
        else:
            self.controls.game.setFocus()

    # Putting it together

    def _build(self) -> None:
        self._no_network = EmptyState(
            "evaluate",
            "No network yet",
            "Choose a model above, or train one: here it is asked about pictures that it has not seen.",
            "Train a network",
            lambda: self.context.show_page("train"),
        )
        self._nothing = EmptyState(
            "evaluate",
            "How good is it?",
            "Run asks the network about every one of these pictures: how many it gets right, which classes it takes "
            "for each other, and on which pictures.",
            "Run",
            self.examiner.run,
        )
        self._no_data = EmptyState(
            "data", "This needs pictures", "", "Get data", lambda: self.context.actions["get_data"].trigger()
        )
        self._waiting = Waiting(centred=True)
        self._columns = Columns(self.score, self.views, self.gallery, titles=("Result", "Pictures"), widths=(296, 296))
        self._stack = FrontStack()
        states: tuple[QWidget, ...] = (self._no_network, self._nothing, self._no_data, self._waiting)
        for front in (*states, self._columns, self.game_panel):
            self._stack.addWidget(front)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2 * SPACING, 2 * SPACING, 2 * SPACING, 2 * SPACING)
        outer.setSpacing(2 * SPACING)
        outer.addWidget(self.controls)
        outer.addWidget(self._stack, 1)
        outer.addWidget(self.epochs)

    def _connect(self) -> None:
        self.controls.split_chosen.connect(self.examiner.choose_split)
        self.controls.six_views.toggled.connect(lambda on: self.examiner.set_six_views(on=on))
        self.controls.run_wanted.connect(self.examiner.run)
        self.controls.way_taken.connect(self.examiner.take_way)
        self.examiner.changed.connect(self._show)
        self.examiner.began.connect(self._on_began)
        self.examiner.progressed.connect(self._waiting.show_progress)
        self.examiner.found.connect(self._on_found)
        self.examiner.refused.connect(self._on_refused)
        self.examiner.lacking.connect(self._on_lacking)
        self._waiting.cancelled.connect(self.examiner.cancel)
        self.views.confusion.cell_opened.connect(self._on_cell)
        self.views.save_wanted.connect(self.save)
        self.score.class_chosen.connect(self._on_class)
        self.second.pictures_wanted.connect(self._show_compared)
        self.gallery.picture_opened.connect(self._open)
        self.views.twins.opened.connect(self._open)
        self.context.models.choices_changed.connect(self._show)
        self.replay.track_changed.connect(lambda _track: self._show())
        self.controls.game_wanted.connect(self.game.open)
        self.game.shown.connect(lambda: self._play(playing=True))
        self.game.left.connect(lambda: self._play(playing=False))
        self.game_panel.opened.connect(self._open_played)
