"""The designer: a network of one's own as a list of layers, with what it costs, to be changed and trained."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from cifar_gui.networks.design import Design, Layer
from cifar_gui.networks.sharing import comparison
from cifar_gui.ui.actions import Actions
from cifar_gui.ui.icons import icon
from cifar_gui.ui.network.design_model import DesignModel
from cifar_gui.ui.network.designer_commands import DesignerCommands
from cifar_gui.ui.network.layer_rows import LayerRows
from cifar_gui.ui.network.layer_words import UNKNOWN
from cifar_gui.ui.network.shapes import field_words
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.figure import figure
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.text import caption, title
from cifar_gui.words import grouped, short_number


class Designer(Panel):
    """Signals: changed() when the design, or what is typed into it, is another; train_requested(); open_requested();
    save_requested(); copy_requested()."""

    changed = Signal()
    train_requested = Signal()
    open_requested = Signal()
    save_requested = Signal()
    copy_requested = Signal()

    def __init__(self, design: Design, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("Own design", parent)
        self.setObjectName("network.designer")
        self.model = DesignModel(design)
        self.rows = LayerRows()
        self.commands = DesignerCommands(actions, self.rows)
        for action in self.rows.actions():  # their keys work wherever in the designer the focus is
            self.addAction(action)
        self.templates = ShyButton("Templates")
        self.train = ShyButton("Train this")
        self.parameters, self.multiply_adds, self.field = title(), title(), title()
        self.misfit, self.comparison = caption(wrap=True), caption(wrap=True)
        self._build()
        self._connect()
        self._show()

    def replace(self, design: Design, words: str) -> None:
        """Another design, which can be undone. `words`: what is being done, as "open mine.toml"."""
        self.model.replace(design, words)
        self._on_edited()
        self.rows.setFocus()

    def undo(self) -> None:
        """Go back by one change."""
        self.model.undo()
        self._on_edited()

    def redo(self) -> None:
        """Do again what has been undone last."""
        self.model.redo()
        self._on_edited()

    def offer_templates(self, templates: Sequence[tuple[str, Design]]) -> None:
        """The designs to start from, by name."""
        menu = self.templates.menu()
        menu.clear()
        for label, design in templates:
            action = menu.addAction(label.replace("&", "&&"))
            action.triggered.connect(
                lambda _checked=False, label=label, design=design: self.replace(design, f"start from {label}")
            )

    def go_to(self, place: int) -> None:
        """Select a layer and show it."""
        self._on_row_selected(place)
        self.rows.scrollTo(self.rows.currentIndex())
        self.rows.setFocus()

    def _build(self) -> None:
        self.templates.setMenu(QMenu(self.templates))
        self.templates.setIcon(icon("samples"))
        self.templates.setToolTip("Begin with the layers of a network that there is")
        self.templates.setObjectName("network.designer.templates")
        self.train.setIcon(icon("play", "on_accent"))
        self.train.setProperty("primary", True)
        self.train.setObjectName("network.designer.train")
        files = [
            _tool("open", "Open a design…", self.open_requested),
            _tool("save", "Save the design…", self.save_requested),
            _tool("copy", "Copy the design as TOML", self.copy_requested),
        ]
        explain = HelpButton("network#design-your-own", "how to design a network")
        self.fill_header(ControlBar([], [*files, self.templates, self.train, explain]))
        for label, name in (
            (self.parameters, "parameters"),
            (self.multiply_adds, "multiply_adds"),
            (self.field, "receptive_field"),
            (self.misfit, "misfit"),
            (self.comparison, "comparison"),
        ):
            label.setObjectName(f"network.designer.{name}")
        self.misfit.setProperty("bad", True)
        totals = [
            figure(self.parameters, "parameters"),
            figure(self.multiply_adds, "multiply-adds a picture"),
            figure(self.field, "receptive field"),
        ]
        self.body.addWidget(self.commands)
        self.body.addWidget(self.rows, 1)
        for widget in (ControlBar(totals), self.misfit, self.comparison):
            self.body.addWidget(widget)

    def _connect(self) -> None:
        self.train.clicked.connect(self.train_requested)
        self.commands.layer_wanted.connect(self._on_layer_wanted)
        self.commands.requested.connect(self._on_requested)
        self.rows.row_selected.connect(self._on_row_selected)
        self.rows.row_moved.connect(self._on_row_moved)
        self.rows.typed.connect(self._on_typed)
        self.rows.field_left.connect(lambda: self.model.settle())

    def _on_layer_wanted(self, kind: type[Layer]) -> None:
        self.model.add(kind)
        self._on_edited()
        self.rows.setFocus()

    def _on_requested(self, name: str) -> None:
        model = self.model
        {
            "duplicate": model.duplicate,
            "remove": model.remove,
            "up": model.move_up,
            "down": model.move_down,
        }[name]()
        self._on_edited()

    def _on_row_selected(self, place: int) -> None:
        self.model.select(place)
        self._show()

    def _on_row_moved(self, place: int, gap: int) -> None:
        self.model.move(place, gap)
        self._on_edited()

    def _on_typed(self, name: str, raw: str | bool) -> None:
        self.model.enter(name, raw)
        self._on_edited()

    def _on_edited(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        model, (_place, misfit) = self.model, self.model.misfit()
        self.rows.show_design(model)
        self.commands.show_state(model)
        for label, text in zip((self.parameters, self.multiply_adds, self.field), totals_of(model), strict=True):
            label.setText(text)
        self.multiply_adds.setToolTip(_exactly(model))
        self.field.setToolTip(field_words(model.steps[-1].receptive_field) if is_known(model) else "")
        self.misfit.setText(misfit)
        self.misfit.setVisible(bool(misfit))
        words = "" if misfit else comparison(model.design)
        self.comparison.setText(words)
        self.comparison.setVisible(bool(words))
        self.train.setToolTip(misfit or "Open the Train page with these layers and the best preset")


def is_known(model: DesignModel) -> bool:
    """Whether what the layers give and cost is known to the end."""
    return bool(model.steps) and all(step.shape is not None for step in model.steps)


def totals_of(model: DesignModel) -> tuple[str, str, str]:
    """Parameters, multiply-adds and receptive field, unknown while a layer does not fit."""
    steps = model.steps
    if not is_known(model):
        return (UNKNOWN,) * 3
    work = sum(step.multiply_adds for step in steps)
    return grouped(sum(step.parameters for step in steps)), short_number(work), f"{steps[-1].receptive_field} px"


def _exactly(model: DesignModel) -> str:
    if not is_known(model):
        return ""
    return f"{sum(step.multiply_adds for step in model.steps):,} multiply-adds for one picture"


def _tool(symbol: str, text: str, clicked: SignalInstance) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(symbol))
    button.setProperty("flat", True)
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.clicked.connect(clicked)
    return button
