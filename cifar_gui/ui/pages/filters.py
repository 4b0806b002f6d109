"""The Filters page: what every convolution layer has learned."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("filters", label="Filters", order=3, icon="filters")
def build(context: Context) -> Page:
    from cifar_gui.ui.filters.page import FiltersPage  # torch and numpy only when the page is first shown

    return FiltersPage(context)
