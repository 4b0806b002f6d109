"""The Network page: which networks there are, layer by layer."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("network", label="Network", order=5, icon="network")
def build(context: Context) -> Page:
    from cifar_gui.ui.network.page import NetworkPage  # torch only when the page is first shown

    return NetworkPage(context)
