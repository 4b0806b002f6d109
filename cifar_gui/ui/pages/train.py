"""The Train page: the recipe, live curves, and the network as it learns."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("train", label="Train", order=2, icon="train")
def build(context: Context) -> Page:
    """pyqtgraph and torch are imported only now, when the page is first shown."""
    from cifar_gui.ui.train.page import TrainPage

    return TrainPage(context)
