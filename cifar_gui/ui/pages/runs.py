"""The Runs page: every training run, side by side."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("runs", label="Runs", order=7, icon="runs")
def build(context: Context) -> Page:
    from cifar_gui.ui.runs.page import RunsPage  # pyqtgraph and numpy only when the page is first shown

    return RunsPage(context)
