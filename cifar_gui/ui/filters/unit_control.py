"""Fills the panel about the chosen unit, and does the long work that its buttons ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain.ablation import Ablation, ablate
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.survey import survey
from cifar_gui.ui.filters.answers import Answer
from cifar_gui.ui.filters.detail import UnitDetail
from cifar_gui.ui.filters.material import Material
from cifar_gui.ui.filters.story import UnitStory, moment_of, unit_story
from cifar_gui.ui.held_out import HeldOutPictures
from cifar_gui.ui.long_work import LongWork

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context


_STORY = "filters.detail"


class UnitControl(QObject):
    """Between the panel, the pictures and the workers. While a network trains, fresh ones come twice a second: what
    takes long is of the moment at which it was asked for, and stays until it is asked for again.

    Signals: layer_examined(ConvLayer, tuple[Finding, ...]) when it is known what is the matter with units of a layer.
    """

    layer_examined = Signal(object, object)

    def __init__(
        self, context: Context, detail: UnitDetail, material: Material, held_out: HeldOutPictures, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._context, self._detail, self._material, self._held_out = context, detail, material, held_out
        self._answer: Answer | None = None
        self._unit = -1
        self._surveyed: ModelSnapshot | None = None  # whose pictures are shown until those of a later one are there
        self._silenced: ModelSnapshot | None = None  # of which it is shown what it loses
        self._among = ""  # the fingerprint of the pictures that this was, or is being, found with
        self._looking = LongWork(context.jobs, "filters.survey", self)
        self._switching = LongWork(context.jobs, "filters.switch_off", self)
        detail.pictures_wanted.connect(self._look_for_pictures)
        detail.tops.waiting.cancelled.connect(self._looking.cancel)
        self._looking.progressed.connect(detail.tops.show_progress)
        self._looking.ended.connect(self._ask)
        detail.switch_off.wanted.connect(self._switch_off)
        detail.switch_off.cancelled.connect(self._switching.cancel)
        self._switching.progressed.connect(detail.switch_off.show_progress)
        self._switching.ended.connect(detail.switch_off.show_nothing)

    def show(self, answer: Answer | None, unit: int | None) -> None:
        """Tell of one unit of what the grid shows; None clears the panel."""
        if answer is None or unit is None or unit not in answer.sheet.grid.units:
            self._answer = None
            self._context.jobs.cancel(_STORY)  # what is still being put together would fill the panel anew
            self._detail.show_story(None)
            return
        before = self._answer
        same_layer = before is not None and before.request.layer == answer.request.layer
        goes_on = self.is_of(answer.snapshot, answer.request.layer)
        if not goes_on or self._unit != unit or self._are_others(answer):
            self._switching.cancel()
            self._detail.switch_off.show_nothing()
        if not same_layer:
            self._looking.cancel()
        if not goes_on:
            self._surveyed = None
        self._answer, self._unit = answer, unit
        self._detail.show_picture(answer.sheet, unit)
        self._show_moment()
        self._ask()

    def is_of(self, snapshot: ModelSnapshot, layer: ConvLayer) -> bool:
        """Whether what is told is of this layer, of this network or an earlier moment of its training."""
        told = self._answer
        return told is not None and told.request.layer == layer and self._goes_on(told.snapshot, snapshot)

    def stop(self) -> None:
        """Give up what takes long."""
        self._looking.cancel()
        self._switching.cancel()

    def _ask(self) -> None:
        if (answer := self._answer) is None:
            return
        layer, unit, subject = answer.request.layer, self._unit, self._material.subject
        pictures, surveyed = self._held_out.known(answer.snapshot.card), self._surveyed
        self._context.jobs.run(
            lambda: unit_story(answer.snapshot, layer, unit, subject, pictures, surveyed),
            self._on_story,
            key=_STORY,
        )

    def _on_story(self, story: UnitStory) -> None:
        self._detail.show_story(story, looking=self._looking.running)
        self.layer_examined.emit(story.layer, story.findings)

    def _goes_on(self, before: ModelSnapshot, after: ModelSnapshot) -> bool:
        """Whether one is the other, or a later moment of the training that is followed."""
        if before is after:
            return True
        old, new = before.card, after.card
        return (
            self._context.models.is_live and (old.recipe, old.title) == (new.recipe, new.title) and old.step <= new.step
        )

    def _look_for_pictures(self) -> None:
        """Go through the held-out pictures for the layer that is shown."""
        answer = self._answer
        pictures = self._pictures(answer)
        if answer is not None and pictures is not None:
            self._detail.tops.show_waiting()
            self._looking.start(
                lambda progress: survey(answer.snapshot, answer.request.layer, pictures, progress),
                lambda _survey: self._on_looked(answer.snapshot),
                doing="Looking through the held-out pictures…",
            )

    def _on_looked(self, snapshot: ModelSnapshot) -> None:
        self._surveyed = snapshot
        self._ask()

    def _switch_off(self) -> None:
        answer, unit = self._answer, self._unit
        pictures = self._pictures(answer)
        if answer is not None and pictures is not None:
            self._among = pictures.split.fingerprint
            self._detail.switch_off.show_waiting()
            self._switching.start(
                lambda progress: ablate(answer.snapshot, answer.request.layer, unit, pictures, progress),
                lambda result: self._on_switched(result, answer.snapshot),
                doing="Trying it without this unit…",
            )

    def _on_switched(self, result: Ablation, snapshot: ModelSnapshot) -> None:
        self._silenced = snapshot
        self._detail.switch_off.show_result(result)
        self._show_moment()

    def _are_others(self, answer: Answer) -> bool:
        """Whether there are other held-out pictures now than those that a unit was switched off for."""
        pictures = self._held_out.known(answer.snapshot.card)
        return pictures is not None and pictures.split.fingerprint != self._among

    def _show_moment(self) -> None:
        """Say of which moment it is what the network loses, if that has passed."""
        answer, of = self._answer, self._silenced
        if answer is not None and of is not None and of is not answer.snapshot:
            self._detail.switch_off.show_moment(moment_of(of.card))

    def _pictures(self, answer: Answer | None) -> HeldOut | None:
        """The held-out pictures; if there are none, that is said: nothing is read unasked."""
        pictures = self._held_out.known(answer.snapshot.card) if answer is not None else None
        if pictures is None:
            self._context.messages.info(
                "This looks through held-out pictures, and no data set is loaded.",
                ("Get data", self._context.actions["get_data"].trigger),
            )
        return pictures
