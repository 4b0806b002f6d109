"""The Network page, and what tests of its parts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from cifar_gui.ui.network.overview import NetworkOverview
    from cifar_gui.ui.network.page import NetworkPage
    from cifar_gui.ui.settings import Settings


class Proposals(QObject):
    """Stands in for the session: notes nothing, passes on what is proposed."""

    recipe_proposed = Signal(object)


@pytest.fixture(scope="session")
def networks() -> list[NetworkOverview]:
    """Every network, without results."""
    from cifar_gui.ui.network.overview import overviews

    return overviews()


@pytest.fixture
def remembering(tmp_path: Path) -> Settings:
    """What the page remembers, and others with it."""
    from cifar_gui.ui.settings import Settings

    return Settings(tmp_path / "remembered" / "window.json")


@pytest.fixture
def new_page(
    qtbot: Any, networks: list[NetworkOverview], remembering: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[NetworkPage]:
    """The page before it has looked at the networks; `shown_pages` notes where it sends the user."""
    from cifar_gui.ui.actions import Actions
    from cifar_gui.ui.background import Background
    from cifar_gui.ui.messages import Messages
    from cifar_gui.ui.network.page import NetworkPage

    monkeypatch.setattr("cifar_gui.ui.network.page.overviews", lambda: networks)
    jobs, shown_pages = Background(), []
    context: Any = SimpleNamespace(
        jobs=jobs,
        session=Proposals(),
        actions=Actions(),
        messages=Messages(),
        settings=remembering,
        show_page=shown_pages.append,
        show_filters=lambda layer: shown_pages.append(f"filters: {layer}"),
    )
    made: Any = NetworkPage(context)
    made.shown_pages = shown_pages
    qtbot.addWidget(made)
    yield made
    jobs.shutdown()


@pytest.fixture
def page(qtbot: Any, new_page: NetworkPage) -> NetworkPage:
    """The page with every network."""
    new_page.resize(1200, 720)
    new_page.show()
    new_page.page_shown()
    qtbot.waitUntil(lambda: new_page.gallery.count() > 0)
    return new_page


@pytest.fixture
def said(new_page: NetworkPage) -> Callable[[], list[tuple[str, str]]]:
    """What the message bar says: severity and text, the newest first."""
    return lambda: [(message.severity, message.text) for message in new_page.context.messages.all]
