"""The Evaluate page: how good the chosen network is, and where it errs."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("evaluate", label="Evaluate", order=4, icon="evaluate")
def build(context: Context) -> Page:
    from cifar_gui.ui.evaluate.page import EvaluatePage  # torch and numpy only when the page is first shown

    return EvaluatePage(context)
