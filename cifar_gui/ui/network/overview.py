"""What the Network page says of each network: layers, sizes, accuracy. Worked out on a worker; free of widgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import read_card
from cifar_gui.checkpoint.shipped import shipped_models
from cifar_gui.errors import CifarGuiError
from cifar_gui.explain.names import readable_names
from cifar_gui.networks.base import NETWORKS, about, network_settings, presets
from cifar_gui.networks.custom import design_of
from cifar_gui.networks.design import Design
from cifar_gui.networks.graph import Graph, network_graph
from cifar_gui.networks.layer_table import LayerRow, total_multiply_adds, total_parameters
from cifar_gui.networks.skeleton import build_without_weights
from cifar_gui.words import time_left

CLASSES = 10
"""The networks are shown as they are for CIFAR-10."""


@dataclass(frozen=True, slots=True, order=True)
class Measured:
    """What a shipped model reached, and what it took."""

    accuracy: float  # 0–1, one view
    note: str  # of what, and on what
    time: str = ""  # "18 min", "" if the file does not say
    machine: str = ""  # "two cores of an AMD EPYC, shared with other work"

    @property
    def training(self) -> str:
        """ "18 min on two cores of an AMD EPYC", as far as it is known."""
        place = self.machine.partition(",")[0]
        return f"{self.time} on {place}" if self.time and place else self.time


@dataclass(frozen=True, slots=True)
class NetworkOverview:
    """One network as its best preset builds it."""

    name: str
    label: str
    about: str
    graph: Graph  # nothing folded
    layers: tuple[str, ...]  # names for people, one for each row
    parameters: int
    multiply_adds: int
    measured: Measured | None  # None when no shipped model has been
    design: Design | None = None  # the same layers to take apart; None where they are no plain sequence
    is_whole: bool = True  # else there are layers that do not fit, and all of it is unknown

    @property
    def rows(self) -> tuple[LayerRow, ...]:
        """The layer table."""
        return self.graph.rows

    @property
    def receptive_field(self) -> int:
        """Of the last layer, side in pixels."""
        return self.rows[-1].receptive_field if self.rows else 1


def overviews() -> list[NetworkOverview]:
    """All registered networks, in display order."""
    cards = list(_shipped_cards())
    return [overview(entry.name, entry.label, cards) for entry in NETWORKS]


def overview(name: str, label: str, cards: Iterable[ModelCard]) -> NetworkOverview:
    """One network. Nothing is computed and no random number drawn: it is built without memory for its weights."""
    settings = presets(name)["best"].network_settings
    model = build_without_weights(name, CLASSES, settings)
    graph = network_graph(model)
    rows = graph.rows
    return NetworkOverview(
        name=name,
        label=label,
        about=about(name),
        graph=graph,
        layers=tuple(readable_names([row.name for row in rows], [row.kind for row in rows])),
        parameters=total_parameters(model),
        multiply_adds=total_multiply_adds(rows),
        measured=measured(name, settings, cards),
        design=design_of(model, CLASSES),
    )


def measured(name: str, settings: Mapping[str, object], cards: Iterable[ModelCard]) -> Measured | None:
    """The best plain accuracy of a shipped model of this network with these settings; None if there is none."""
    usual = network_settings(name)
    alike = (
        card for card in cards if card.network == name and {**usual, **card.network_settings} == {**usual, **settings}
    )
    return max((each for each in map(_measured, alike) if each is not None), default=None)


def _measured(card: ModelCard) -> Measured | None:
    for score, what in (("test_accuracy", "test"), ("validation_accuracy", "validation")):
        if score in card.scores:
            note = f"shipped model, {card.data_name or 'its data'}, {what} pictures, one view"
            return Measured(card.scores[score], note, _training_time(card.made), card.made.get("machine", ""))
    return None


def _training_time(made: Mapping[str, str]) -> str:
    try:
        return time_left(60 * float(made["minutes"]))
    except (KeyError, ValueError, OverflowError):  # not every file says it, nor as a number
        return ""


def _shipped_cards() -> Iterable[ModelCard]:
    for path in shipped_models():
        try:
            yield read_card(path)
        except CifarGuiError:
            continue  # the gallery is about the others; the chooser and `doctor` name the damaged file
