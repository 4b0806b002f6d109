"""All that can be said of one unit, put together on a worker. Free of widgets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.explain import colours
from cifar_gui.explain.base import Subject
from cifar_gui.explain.feature_maps import feature_maps
from cifar_gui.explain.health import Finding, findings
from cifar_gui.explain.held_out import HeldOut
from cifar_gui.explain.ideal_input import known_ideals
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Box, response_of
from cifar_gui.explain.survey import known_survey
from cifar_gui.explain.top_pictures import TopPicture, top_pictures
from cifar_gui.explain.units import UnitDetails, unit_details


@dataclass(frozen=True, eq=False, slots=True)
class SubjectMap:
    """What a unit answers to the picture that is explained."""

    pixels: NDArray[np.uint8]  # (3, 32, 32)
    map: NDArray[np.uint8]  # RGBA (h, w, 4)
    highest: float
    box: Box  # what the place of the highest answer sees


@dataclass(frozen=True, eq=False, slots=True)
class UnitStory:
    """What is not known, because it would take long and nobody has asked for it yet, is None."""

    layer: ConvLayer
    unit: int
    details: UnitDetails | None  # None for classes without weights of their own
    findings: tuple[Finding, ...]  # of all units of the layer
    subject: SubjectMap | None
    tops: tuple[TopPicture, ...] | None
    mean: float | None  # of its answers to the held-out pictures
    active: float | None  # share of the places where it is above 0
    forming: NDArray[np.uint8] | None  # (states, 3, h, w): its ideal input, step by step
    tops_of: str = ""  # the moment of the training that the pictures are of, if it has passed: "epoch 3.2"


def unit_story(
    snapshot: ModelSnapshot,
    layer: ConvLayer,
    unit: int,
    subject: Subject | None,
    pictures: HeldOut | None,
    surveyed: ModelSnapshot | None = None,
) -> UnitStory:
    """Quick: long work is used where it has been done, and never begun. `surveyed` is an earlier moment of the same
    training: what excited the unit then is told as long as nobody has asked what does now."""
    survey, ideals = known_survey(snapshot, layer, pictures), known_ideals(snapshot, layer)
    earlier = known_survey(surveyed, layer, pictures) if survey is None and surveyed is not None else None
    looked = survey or earlier
    return UnitStory(
        layer=layer,
        unit=unit,
        details=unit_details(snapshot, layer, unit) if layer.name else None,
        findings=tuple(findings(snapshot, layer, survey, pictures)),
        subject=_subject_map(snapshot, layer, unit, subject) if subject is not None else None,
        tops=tuple(top_pictures(looked, unit, pictures)) if looked is not None else None,
        tops_of=moment_of(surveyed.card) if earlier is not None and surveyed is not None else "",
        mean=float(survey.mean[unit]) if survey is not None else None,
        active=float(survey.active[unit]) if survey is not None else None,
        forming=ideals.states[:, unit] if ideals is not None else None,
    )


def moment_of(card: ModelCard) -> str:
    """When in its training a network was like this: "epoch 3.2"."""
    return f"epoch {round(card.epoch, 1):g}"


def _subject_map(snapshot: ModelSnapshot, layer: ConvLayer, unit: int, subject: Subject) -> SubjectMap:
    (maps,) = feature_maps(snapshot, [layer], subject.pixels)
    own = maps[unit : unit + 1]
    row, column = divmod(int(own.argmax()), own.shape[2])
    picture = colours.signed(own / colours.largest(own, "own"))[0]
    box = response_of(snapshot, layer).box(row, column).clipped()
    return SubjectMap(subject.pixels, picture, float(own.max()), box)
