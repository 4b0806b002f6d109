"""The page that says what is in a picture."""

from __future__ import annotations

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page


@PAGES.register("classify", label="Classify", order=1, icon="classify")
def build(context: Context) -> Page:
    """Shown first, so that neither this nor the page imports torch, numpy or Pillow."""
    from cifar_gui.ui.classify.page import ClassifyPage

    return ClassifyPage(context)
