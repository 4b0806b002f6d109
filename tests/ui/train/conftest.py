"""The Train page with a data set that loads at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cifar_gui.recipe import Recipe
    from cifar_gui.ui.train.page import TrainPage


@pytest.fixture
def page_of(window: Any, qtbot: Any, tiny_data: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[Recipe], TrainPage]:
    """The page with a recipe, and data that is known by the name of the built-in set."""

    def open_page(recipe: Recipe) -> TrainPage:
        monkeypatch.setattr("cifar_gui.data.sources.load", lambda _source, _progress: tiny_data)
        made: TrainPage = window.show_page("train")
        made.recipe_panel.show_recipe(recipe)
        made.middle.choose("shapes")
        qtbot.waitUntil(
            lambda: made.context.jobs.idle and made.middle.chosen.source == "shapes" and not made.middle.problem
        )
        qtbot.waitUntil(lambda: made.context.data.current is tiny_data)
        return made

    return open_page
