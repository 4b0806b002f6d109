"""The Convolution page: the operator, number by number, and a whole small network."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("convolution", label="Convolution", order=6, icon="convolution")
def build(context: Context) -> Page:
    from cifar_gui.ui.convolution.page import ConvolutionPage  # torch and numpy only when the page is first shown

    return ConvolutionPage(context)
