"""The networks there are, the chosen one layer by layer, and one to be put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import CifarGuiError
from cifar_gui.networks import custom
from cifar_gui.networks.base import presets
from cifar_gui.networks.design import Design
from cifar_gui.recipe import Recipe
from cifar_gui.ui.network.design_files import DESIGN, DesignFiles, is_design
from cifar_gui.ui.network.design_overview import of_design
from cifar_gui.ui.network.designer import Designer
from cifar_gui.ui.network.gallery import Gallery
from cifar_gui.ui.network.layer_words import refusal
from cifar_gui.ui.network.overview import NetworkOverview, overviews
from cifar_gui.ui.network.summary import NetworkSummary
from cifar_gui.ui.own_design import remember, remembered
from cifar_gui.ui.page import Page
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save

if TYPE_CHECKING:
    from cifar_gui.ui.context import Context

_GALLERY = 248


class NetworkPage(Page):
    """Cards on the left; on the right the summary of the chosen network, or the designer."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._networks: dict[str, NetworkOverview] = {}
        self._wanted = ""
        self._current_network = ""  # of the model chosen for the whole window
        self._asked = False
        self._misfit = ""  # why the design cannot be trained
        self.gallery = Gallery()
        self.gallery.setObjectName("network.gallery")
        self.summary = NetworkSummary()
        self.designer = Designer(remembered(context.settings), context.actions)
        self._files = DesignFiles(self.designer, context.messages)
        self._build()
        self.gallery.network_chosen.connect(self._on_network_chosen)
        self.summary.train_requested.connect(self._on_train)
        self.summary.filters_requested.connect(context.show_filters)
        self.summary.export_requested.connect(self.save)
        self.summary.design_requested.connect(self._on_design_wanted)
        self.designer.changed.connect(self._on_changed)
        self.designer.train_requested.connect(self._on_train_design)

    def page_shown(self) -> None:
        self._offer_undo()
        if not self._asked:
            self._asked = True
            self.context.jobs.run(
                overviews, self._on_overviews, key="network.overviews", doing="Looking at the networks…"
            )

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        self._current_network = snapshot.card.network if snapshot is not None else ""
        self._offer_filters()

    def save_state(self) -> dict[str, Any]:
        return {
            "network": self.gallery.chosen or self._wanted,
            "layers": self.summary.layers.view,
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self._wanted = str(state.get("network", ""))
        self.summary.layers.show_view(str(state.get("layers", "")))

    def undo(self) -> None:
        """The last change of the design."""
        self.designer.undo()

    def redo(self) -> None:
        """What has been undone last in the design."""
        self.designer.redo()

    def copy(self) -> None:
        """The selected rows of the table, or all of it; the graph as a picture; the design as TOML."""
        if self._is_designing:
            self._files.copy()
        else:
            self.summary.layers.copy()

    def take_text(self, text: str) -> bool:
        """A design, as *Copy* writes it or in a line."""
        if not is_design(text):
            return False
        self._show_designer()
        self._files.paste(text)
        return True

    def open_design(self, path: Path | None = None) -> None:
        """In the designer, in place of the design there is; that can be undone."""
        self._show_designer()
        if path is None:
            self._files.open()
        else:
            self._files.load(path)

    def save(self) -> None:
        """Ask where and save the table or the graph, whichever is in front; the design as TOML."""
        if self._is_designing:
            self._files.save()
        else:
            self._save_layers()

    @property
    def _is_designing(self) -> bool:
        return self._right.currentWidget() is self.designer

    def _save_layers(self) -> None:
        network, layers = self.summary.network, self.summary.layers
        if network is None:
            return
        usual = next(iter(layers.file_kinds.values()))
        path = ask_where_to_save(self, f"Save the {layers.view}", network.name + usual, layers.file_kinds)
        if path is None:
            return
        try:
            layers.save(path)
        except CifarGuiError as error:
            self.context.messages.error(str(error))
            return
        self.context.messages.info(f"The {layers.view} was saved as {path.name}.")

    def _build(self) -> None:
        self._right = FrontStack()
        self._right.addWidget(self.summary)
        self._right.addWidget(self.designer)
        self._content = Columns(self.gallery, self._right, None, widths=(_GALLERY, 0))
        self._stack = FrontStack()
        self._stack.addWidget(EmptyState("clock", "Looking at the networks…", "Their layers appear in a moment."))
        self._stack.addWidget(self._content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addWidget(self._stack)

    def _on_overviews(self, networks: list[NetworkOverview]) -> None:
        self._networks = {network.name: network for network in networks}
        self.designer.offer_templates([*templates(networks), ("As at the beginning", custom.START)])
        self.gallery.show_networks(networks, self._wanted or self._current_network)
        self._draw_design()
        self._stack.setCurrentWidget(self._content)

    def _on_network_chosen(self, name: str) -> None:
        self._wanted = name
        self._right.setCurrentWidget(self.designer if name == custom.NAME else self.summary)
        self._offer_undo()
        if name == custom.NAME:
            return
        self.summary.show_network(self._networks[name])
        self._offer_filters()

    def _show_designer(self) -> None:
        """Now, or as soon as the networks have been looked at."""
        self._wanted = custom.NAME
        self.gallery.choose(custom.NAME)

    def _on_design_wanted(self, name: str) -> None:
        """A network is to be taken as a template."""
        network = self._networks[name]
        if network.design is not None:
            self._show_designer()
            self.designer.replace(network.design, f"start from {network.label}")

    def _on_changed(self) -> None:
        """The design is another."""
        remember(self.context.settings, self.designer.model.design)
        misfit = self.designer.model.misfit()[1]
        if misfit != self._misfit:  # what the message bar said of it is past
            self._misfit = misfit
            self.context.messages.resolve(DESIGN)
        self._draw_design()

    def _draw_design(self) -> None:
        """The card of one's own design as it is now."""
        model, card = self.designer.model, self._networks.get(custom.NAME)
        place, misfit = model.misfit()
        if card is not None:
            self.gallery.show_network(of_design(card, model.steps, refusal(place) if misfit else ""))

    def _offer_undo(self) -> None:
        """Only what is in front can be undone: elsewhere nobody would see what happens."""
        if self._is_designing:
            self.designer.commands.show_history(self.designer.model)
            return
        for name in ("undo", "redo"):
            self.context.actions.disable(name, "Only changes of your own design can be undone: choose its card first")

    def _offer_filters(self) -> None:
        network = self.summary.network
        self.summary.offer_filters(possible=network is not None and network.name == self._current_network)

    def _on_train(self, name: str) -> None:
        self._propose(presets(name)["best"])

    def _on_train_design(self) -> None:
        model = self.designer.model
        place, misfit = model.misfit()
        if misfit:
            self.context.messages.error(f"This cannot be trained yet. {refusal(place)}", topic=DESIGN)
            self.designer.go_to(place)
            return
        self._propose(presets(custom.NAME)["best"].changed(network_settings={"layers": model.design.to_text()}))

    def _propose(self, recipe: Recipe) -> None:
        self.context.show_page("train")  # first: a page hears of recipes once it has been built
        self.context.session.recipe_proposed.emit(recipe)


def templates(networks: list[NetworkOverview]) -> list[tuple[str, Design]]:
    """The networks that are a plain sequence of layers, by name."""
    return [(each.label, each.design) for each in networks if each.design is not None and each.name != custom.NAME]
