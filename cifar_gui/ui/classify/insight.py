"""What is asked about an answer: which part of the picture speaks for a class. It follows the crop and the network."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from cifar_gui.ui.background import Background
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.heat_maps import Heat, HeatMaps, HeatQuestion
from cifar_gui.ui.classify.single import SingleView


class Insight(QObject):
    """Keeps the heat map up to date with the answer shown. Nothing is computed that is not looked at."""

    def __init__(self, jobs: Background, single: SingleView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._single = jobs, single
        self._side = single.picture_panel.side
        self._bars = single.verdict_panel.bars
        self._answer: Answer | None = None
        self._wanted_method = ""
        self._offered = False
        self.heat_maps = HeatMaps(jobs, ExaminedShelf(), self)
        self.heat_maps.found.connect(self._on_heat)
        self.heat_maps.refused.connect(self._on_no_heat)
        self._side.method_chosen.connect(self._on_method)
        self._bars.class_chosen.connect(lambda _name: self._ask())

    @property
    def method(self) -> str:
        """How heat maps are made, "" for none."""
        return self._wanted_method

    def follow(self, answer: Answer) -> None:
        """The answer shown is this one now."""
        self._answer = answer
        self._offer_methods()
        self._ask()

    def forget(self) -> None:
        """Another picture: there is no answer yet."""
        self._answer = None
        self.heat_maps.forget()
        self._side.show_heat(None)

    def save_state(self) -> dict[str, Any]:
        """What to remember between sessions."""
        return {"heat_map": self._wanted_method}

    def restore_state(self, state: dict[str, Any]) -> None:
        """What `save_state` gave, or anything else."""
        method = state.get("heat_map")
        if isinstance(method, str):
            self._wanted_method = method

    def _offer_methods(self) -> None:
        """Once PyTorch is there: the ways of asking are registered in modules that need it."""
        if self._offered:
            return
        self._offered = True
        self._jobs.run(_methods, self._on_methods, key="classify.methods")

    def _on_methods(self, methods: list[tuple[str, str]]) -> None:
        self._side.set_methods(methods)
        if self._wanted_method in dict(methods):
            self._side.method.put(self._wanted_method)
        else:
            self._wanted_method = ""
        self._ask()

    def _on_method(self, method: str) -> None:
        self._wanted_method = method
        if not method:
            self.heat_maps.forget()
        self._ask()

    def _ask(self) -> None:
        answer, method = self._answer, self._side.method.raw()
        if answer is None or answer.prediction is None or answer.pixels is None or not method:
            return
        snapshot, names = answer.question.snapshot, answer.prediction.class_names
        target = self._bars.chosen or answer.prediction.label
        if snapshot is not None and target in names:
            self.heat_maps.ask(HeatQuestion(snapshot, answer.pixels, names.index(target), method))

    def _on_heat(self, heat: Heat) -> None:
        if self._answer is not None and heat.question.method == self._side.method.raw():
            self._side.show_heat(heat)

    def _on_no_heat(self, why: str) -> None:
        self._side.show_heat(None)
        self._side.say(why)


def _methods() -> list[tuple[str, str]]:
    from cifar_gui.explain.attribution.base import ATTRIBUTIONS

    return [(entry.name, entry.label) for entry in ATTRIBUTIONS]
