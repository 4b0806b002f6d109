"""One's own design between the pages: made on the Network page, trained from the Train page, remembered in between."""

from __future__ import annotations

from cifar_gui.networks.custom import START
from cifar_gui.networks.design import Design, DesignError
from cifar_gui.ui.settings import Settings

_KEY = "design"


def remember(settings: Settings, design: Design) -> None:
    """As it is now, whether it fits or not."""
    settings.set(_KEY, design.to_text())


def remembered(settings: Settings) -> Design:
    """The design as it was last; what every design begins with if there is none that can be read."""
    text = settings.get(_KEY)
    if not isinstance(text, str):
        return START
    try:
        return Design.from_text(text)
    except DesignError:  # of a version with other kinds of layers
        return START
