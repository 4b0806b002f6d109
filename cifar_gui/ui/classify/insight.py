"""What is asked about an answer: heat maps, receipts, what it resembles, and what if the picture were another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from cifar_gui.data.picture import Crop
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.heat_maps import Heat, HeatMaps, HeatQuestion
from cifar_gui.ui.classify.single import SingleView
from cifar_gui.ui.context import Context

if TYPE_CHECKING:
    from cifar_gui.data.decode import Pixels
    from cifar_gui.ui.classify.paint_panel import PaintPanel
    from cifar_gui.ui.classify.receipts import Receipts
    from cifar_gui.ui.classify.resembles import Resembles


class Insight(QObject):
    """Keeps what is shown about an answer up to date with it. Nothing is computed that is not looked at, and a view is
    built when it is first chosen.

    Signals: changed() when the network is to be asked anew: `painted` is another; history_changed() when another view
    is in front, or more or less can be undone on the canvas; save_wanted() of the painting.
    """

    changed = Signal()
    history_changed = Signal()
    save_wanted = Signal()

    def __init__(self, context: Context, single: SingleView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context, self._jobs, self._panel = context, context.jobs, single.picture_panel
        self._side = single.picture_panel.side
        self._shelf = ExaminedShelf()
        self._paint: PaintPanel | None = None
        self._views: dict[str, Receipts | Resembles] = {}
        self._receipts: Receipts | None = None  # that of "why"
        self._bars = single.verdict_panel.bars
        self._answer: Answer | None = None
        self._original: Pixels | None = None  # what the network sees when nothing is painted
        self._wanted_method = ""
        self._offered = False
        self.heat_maps = HeatMaps(context.jobs, self._shelf, self)
        self.heat_maps.found.connect(self._on_heat)
        self.heat_maps.refused.connect(self._on_no_heat)
        self._side.method_chosen.connect(self._on_method)
        self._bars.class_chosen.connect(lambda _name: self._ask())
        self._panel.view_chosen.connect(self.show_view)
        self._panel.crop_changed.connect(self._on_crop)

    @property
    def method(self) -> str:
        """How heat maps are made, "" for none."""
        return self._wanted_method

    @property
    def painted(self) -> Pixels | None:
        """What the network is to be asked about instead of the crop; None unless something has been painted."""
        return self._paint.pixels if self._paint is not None and self._panel.view == "paint" else None

    @property
    def is_painting(self) -> bool:
        """Whether the canvas is in front."""
        return self._panel.view == "paint"

    @property
    def receipt_text(self) -> str:
        """The receipt in front, as text; "" if none is."""
        return self._receipts.as_text() if self._receipts is not None and self._panel.view == "why" else ""

    @property
    def paint_panel(self) -> PaintPanel:
        """The canvas and its tools. Made here and now if they were not wanted before."""
        if self._paint is None:
            from cifar_gui.ui.classify.paint_panel import PaintPanel  # brings numpy

            self._paint = PaintPanel(self._context.actions)
            self._paint.painted.connect(self.changed)
            self._paint.history_changed.connect(self.history_changed)
            self._paint.save_wanted.connect(self.save_wanted)
            if self._original is not None:
                self._paint.show_original(self._original)
        return self._paint

    def view(self, name: str) -> Receipts | Resembles:
        """Who keeps the view "why" or "resembles" up to date. Made here and now if it was not wanted before."""
        if name not in self._views:
            from cifar_gui.ui.classify.receipts import Receipts  # these bring numpy
            from cifar_gui.ui.classify.resembles import Resembles

            if name == "why":
                self._views[name] = self._receipts = Receipts(self._context, self._shelf)
            else:
                self._views[name] = Resembles(self._context, self._shelf)
        return self._views[name]

    def show_view(self, name: str) -> None:
        """Bring one of the views to the front. Leaving the canvas asks about the picture as it is."""
        widgets: dict[str, QWidget] = {}
        if name == "paint":
            widgets[name] = self.paint_panel
        elif name in ("why", "resembles"):
            widgets[name] = self.view(name).panel
        self._panel.show_view(name, widgets.get(name))
        if name == "paint":
            self.paint_panel.canvas.setFocus()
        self.history_changed.emit()
        if self._paint is not None and self._paint.pixels is not None:
            self.changed.emit()
        self._ask()

    def follow(self, answer: Answer) -> None:
        """The answer shown is this one now."""
        before, self._answer = self._answer, answer
        if before is not None and before.question.model != answer.question.model:
            self.heat_maps.forget()  # what one network looks at must not be taken for what the next one does
            self._side.show_heat(None)
        if answer.question.painted is None and answer.pixels is not None:
            self._begin_with(answer.pixels)
        self._offer_methods()
        self._ask()

    def forget(self) -> None:
        """Another picture: there is no answer yet."""
        self._leave_canvas()
        self.forget_answer()

    def forget_answer(self) -> None:
        """There is none any more, or none yet: what was shown about it goes; a painting stays."""
        self._answer = None
        self.heat_maps.forget()
        for view in self._views.values():
            view.forget()
        self._side.show_heat(None)

    def save_state(self) -> dict[str, Any]:
        """What to remember between sessions."""
        return {"heat_map": self._wanted_method}

    def restore_state(self, state: dict[str, Any]) -> None:
        """What `save_state` gave, or anything else."""
        method = state.get("heat_map")
        if isinstance(method, str):
            self._wanted_method = method

    def _on_crop(self, _crop: Crop) -> None:
        self._leave_canvas()

    def _leave_canvas(self) -> None:
        """What was painted was painted on something else; the canvas is empty until what the network sees is known."""
        self._original = None
        if self._paint is not None:
            self._paint.forget()
        if self.is_painting:
            self._panel.show_view("picture")
            self.history_changed.emit()

    def _begin_with(self, pixels: Pixels) -> None:
        """What was painted stays as long as the crop does."""
        same = self._original is not None and bool((self._original == pixels).all())
        self._original = pixels
        if self._paint is not None and not same:
            self._paint.show_original(pixels)

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
        """Bring what is looked at up to date with the answer and the class that is asked about."""
        answer = self._answer
        if answer is None:
            return
        self._ask_for_heat(answer)
        if self._panel.view in self._views:
            self._views[self._panel.view].follow(answer, self._bars.chosen)

    def _ask_for_heat(self, answer: Answer) -> None:
        method, prediction, snapshot = self._side.method.raw(), answer.prediction, answer.question.snapshot
        if prediction is None or answer.pixels is None or snapshot is None or not method:
            return
        target = self._bars.chosen or prediction.label
        if target in prediction.class_names:
            place = prediction.class_names.index(target)
            self.heat_maps.ask(HeatQuestion(snapshot, answer.pixels, place, method, prediction.label))

    def _on_heat(self, heat: Heat) -> None:
        if self._answer is not None and heat.question.method == self._side.method.raw():
            self._side.show_heat(heat)

    def _on_no_heat(self, why: str) -> None:
        self._side.show_heat(None)
        self._side.say(why)


def _methods() -> list[tuple[str, str]]:
    from cifar_gui.explain.attribution.base import ATTRIBUTIONS

    return [(entry.name, entry.label) for entry in ATTRIBUTIONS]
