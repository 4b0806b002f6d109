"""What a page is, and the registry that the rail, the menu and the shortcuts are made from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.registry import Registry
from cifar_gui.ui.context import Context

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.data.picture import PictureSource
    from cifar_gui.recipe import Recipe
    from cifar_gui.training.events import Event

_TOLD_MS = 10_000
"""How long what a page tells in the status bar stands there."""


class Page(QWidget):
    """One page of the window. Built when first shown; every method below may be overridden and does nothing here.

    The shell sets the object name ("page.<name>") and calls every method on the GUI thread.
    """

    takes_pictures = False
    """Whether pictures that are opened, dropped or pasted while it is at the front are for it, and not for Classify."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._has_painted = False
        self._tip_ends = QTimer(self)
        self._tip_ends.setSingleShot(True)
        self._tip_ends.setInterval(_TOLD_MS)
        self._tip_ends.timeout.connect(lambda: QApplication.sendEvent(self, QStatusTipEvent("")))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self, self._on_painted)

    def _on_painted(self) -> None:
        if self.isVisible():  # widgets made behind a window that has been closed meanwhile keep the app from ending
            self.finish()

    def finish(self) -> None:
        """The page has been painted for the first time: build what that could do without."""

    def tell(self, text: str) -> None:
        """In the status bar, for a while or until something else has its say there: who has pressed a key for nothing
        need not be called away from the page. Not to be overridden."""
        QApplication.sendEvent(self, QStatusTipEvent(text))
        self._tip_ends.start()  # "nothing is saved" is not to stand there when something has been

    def on_event(self, event: Event) -> None:
        """A training event. Pages ignore those they do not know."""

    def on_model(self, snapshot: ModelSnapshot | None) -> None:
        """The network chosen for the whole window has changed; None when it has gone without another."""

    def on_data(self, data: ImageData | None) -> None:
        """A data set has been loaded; None when the one there was is gone."""

    def on_theme(self) -> None:
        """Colours or zoom have changed: repaint what the stylesheet does not reach."""

    def page_shown(self) -> None:
        """The page has come to the front."""

    def page_hidden(self) -> None:
        """Another page has come to the front, or the window is closing: stop repainting."""

    def save_state(self) -> dict[str, Any]:
        """What to remember between sessions, as JSON-able values."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """The reverse of `save_state`. Values may be missing or of the wrong kind."""

    def keep(self) -> Callable[[], object]:
        """What brings back how the page is now, whatever a lesson does to it."""
        state = self.save_state()
        return lambda: self.restore_state(state)

    def parts(self) -> dict[str, tuple[QWidget, ...]]:
        """The widgets of each of this page's `lessons.parts.PARTS`, by its name. Nothing else hides or shows them."""
        return {}

    def open_pictures(self, sources: list[PictureSource]) -> None:
        """Pictures were opened."""

    def ask_to_fetch(self, links: tuple[str, ...]) -> None:
        """Web addresses of pictures were dropped or pasted: nothing is fetched before a visible yes."""

    def take_text(self, text: str) -> bool:
        """Text that is neither a path nor an address was dropped or pasted while this page is at the front: whether
        it was for this page."""
        return False

    def copy(self) -> None:
        """Edit → Copy. Pages that do not override it have the action disabled."""

    def save(self) -> None:
        """File → Save as. Pages that do not override it have the action disabled."""

    def undo(self) -> None:
        """Edit → Undo. Pages that do not override it have the action disabled; the others tell the action themselves
        whether there is something, when they come to the front and whenever that changes there."""

    def redo(self) -> None:
        """Edit → Redo. As `undo`."""

    def start_training(self) -> None:
        """Start or continue (F5): only the Train page, which knows the recipe, does anything."""

    def one_more_epoch(self) -> None:
        """Train one more epoch: only the Train page, which knows the last run, does anything."""

    def get_data(self, source: str = "") -> None:
        """Show how to get a data set, or load the one at the path `source`: only the Train page does anything."""

    def open_design(self, path: Path | None = None) -> None:
        """Open the design in a file, the one that the user chooses if None: only the Network page does anything."""

    def begin_tour(self) -> None:
        """Begin the guided tour: only the Convolution page does anything."""

    def show_experiments(self) -> None:
        """Show what there is to try: only the Convolution page does anything."""

    def import_run(self, path: Path | None = None) -> None:
        """Take in the exported run in a file, the one that the user chooses if None: only the Runs page does."""

    def sweep_over(self, recipe: Recipe) -> None:
        """Ask which settings of a recipe are to be varied, and train it so: only the Runs page does anything."""

    def show_layer(self, name: str, unit: int | None = None) -> None:
        """Show the filters of the layer at this path in the network, and one of them in particular: only the Filters
        page does anything."""


PAGES: Registry[Callable[[Context], Page]] = Registry("page", "cifar_gui.ui.pages")
"""Factories by name. Registered with label=, order= and icon= (the name of a file in resources/icons)."""
