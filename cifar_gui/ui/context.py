"""What a page may use of the rest of the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cifar_gui.data.picture import PictureSource
    from cifar_gui.recipe import Recipe
    from cifar_gui.ui.actions import Actions
    from cifar_gui.ui.background import Background
    from cifar_gui.ui.data_library import DataLibrary
    from cifar_gui.ui.messages import Messages
    from cifar_gui.ui.models import ModelLibrary
    from cifar_gui.ui.session import TrainingSession
    from cifar_gui.ui.settings import Settings
    from cifar_gui.ui.shown_picture import ShownPicture
    from cifar_gui.ui.sweeps.trainer import SweepTrainer


class ShowFilters(Protocol):
    """Shows the Filters page with the layer at a path, "" for the one it had last, and if wanted one of its units."""

    def __call__(self, layer: str, unit: int | None = None) -> None: ...


@dataclass(frozen=True)
class Context:
    """Handed to every page. Pages talk to these and never to each other."""

    session: TrainingSession
    sweeps: SweepTrainer
    models: ModelLibrary
    data: DataLibrary
    picture: ShownPicture
    jobs: Background
    settings: Settings
    messages: Messages
    actions: Actions
    show_page: Callable[[str], None]
    show_filters: ShowFilters
    classify: Callable[[list[PictureSource]], None]
    """Show the Classify page with these pictures."""
    sweep_over: Callable[[Recipe], None]
    """Ask which settings of this recipe are to be varied, on the Runs page."""
    open_elsewhere: Callable[[Sequence[PictureSource]], bool]
    """Whether what was dropped is for another page, such as a run card or a design, and has gone there."""
    torch_ready: Callable[[], bool]
    """Whether torch has been imported, so that using it does not block the window for seconds."""
