"""The Convolution page, with what it uses of the rest of the window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cifar_gui.ui.convolution.page import ConvolutionPage


class Session(QObject):
    """Notes which recipe is proposed."""

    recipe_proposed = Signal(object)


class Models(SimpleNamespace):
    """The network that is chosen, and the others."""

    def choices(self) -> list[Any]:
        return list(self.others)


@pytest.fixture
def make_page(qtbot: Any, library: Any) -> Iterator[Callable[[], ConvolutionPage]]:
    """Pages, shown, as they open; `shown_pages` notes where one sends the user."""
    from cifar_gui.ui.actions import Actions
    from cifar_gui.ui.background import Background
    from cifar_gui.ui.convolution.page import ConvolutionPage
    from cifar_gui.ui.messages import Messages
    from cifar_gui.ui.shown_picture import ShownPicture

    jobs = Background()
    pages: list[ConvolutionPage] = []

    def make() -> ConvolutionPage:
        shown_pages: list[str] = []
        context: Any = SimpleNamespace(
            jobs=jobs,
            session=Session(),
            data=library,
            models=Models(snapshot=None, loaded=None, others=[]),
            actions=Actions(),
            messages=Messages(),
            picture=ShownPicture(),
            show_page=shown_pages.append,
            open_elsewhere=lambda _sources: False,
        )
        made: Any = ConvolutionPage(context)
        made.shown_pages = shown_pages
        pages.append(made)
        qtbot.addWidget(made)
        made.resize(1172, 700)
        made.show()
        made.page_shown()
        return made

    yield make
    for page in pages:
        page.page_hidden()
    jobs.shutdown()


@pytest.fixture
def page(make_page: Callable[[], ConvolutionPage]) -> ConvolutionPage:
    """One of them."""
    return make_page()
