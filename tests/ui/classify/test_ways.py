"""The Classify page shows what has been opened, whatever has been on it before."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource
from cifar_gui.ui.classify.page import ClassifyPage
from cifar_gui.ui.classify.picture_panel import VIEWS

STEPS = 16


@pytest.fixture
def models(decided_model: Path, decided_snapshot: ModelSnapshot, tmp_path: Path) -> list[Path]:
    """Two networks of the same classes."""
    weights = {name: -2 * value for name, value in decided_snapshot.weights.items()}
    save_snapshot(ModelSnapshot(decided_snapshot.card, weights), tmp_path / "other.safetensors")
    return [decided_model, tmp_path / "other.safetensors"]


def about_what_is_shown(page: ClassifyPage, models: list[Path], chance: random.Random) -> list[Callable[[], object]]:
    """Asking this and that about the picture that is shown, in one way or another."""
    panel, verdict = page.single.picture_panel, page.single.verdict_panel

    def choose_method() -> None:
        panel.side.method.setCurrentIndex(chance.randrange(panel.side.method.count()))

    def click_class() -> None:
        index = verdict.bars.model().index(chance.randrange(verdict.bars.model().rowCount()), 0)
        verdict.bars.clicked.emit(index)

    def choose_second() -> None:
        verdict.compare.setCurrentIndex(chance.randrange(verdict.compare.count()))
        verdict.compare.activated.emit(verdict.compare.currentIndex())

    return [
        lambda: page.context.models.choose_file(chance.choice(models)),
        lambda: panel.views.button(chance.choice(list(VIEWS))).click(),
        verdict._six_views.click,
        choose_method,
        click_class,
        choose_second,
        lambda: verdict.sure.popup.slider.setValue(chance.choice([50, 85, 99])),
    ]


def with_another_input(
    page: ClassifyPage, pictures: list[Path], chance: random.Random, qtbot
) -> list[Callable[[], object]]:
    """Opening one or many, nudging the frame, painting."""
    panel, insight = page.single.picture_panel, page.insight

    def nudge_crop() -> None:
        key = chance.choice([Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Minus, Qt.Key.Key_Plus])
        qtbot.keyClick(panel.crop_view, key)

    def dab() -> None:
        panel.views.button("paint").click()
        insight.paint_panel._on_touched((chance.randrange(32), chance.randrange(32)))

    def take_back() -> None:
        chance.choice([page.undo, page.redo, insight.paint_panel.action("start_over").trigger])()

    return [
        lambda: page.open_pictures([PictureSource.from_path(chance.choice(pictures))]),
        lambda: page.open_pictures([PictureSource.from_path(path) for path in (*pictures, *pictures)]),
        nudge_crop,
        dab,
        take_back,
    ]


def fresh_page(page: ClassifyPage, qtbot) -> ClassifyPage:
    """Another one, with what is remembered of this."""
    fresh = ClassifyPage(page.context)
    qtbot.addWidget(fresh)
    fresh.resize(page.size())
    fresh.on_model(page.context.models.snapshot)
    fresh.restore_state(page.save_state())
    fresh.show()
    fresh.page_shown()
    fresh.single.picture_panel.table_button.setVisible(not page.single.picture_panel.table_button.isHidden())
    return fresh


@pytest.mark.parametrize("seed", range(4))
def test_what_is_opened_looks_as_on_a_page_that_has_shown_nothing_else(
    page, qtbot, make_picture, models, wander, assert_look_alike, seed
) -> None:
    pictures = [make_picture(f"{colour}.png", colour=colour) for colour in ("orange", "green", "gray")]
    chance = random.Random(seed)
    about, other = about_what_is_shown(page, models, chance), with_another_input(page, pictures, chance, qtbot)
    wander([*about, *other], chance, page.context.jobs, STEPS)
    page.context.models.choose_file(models[seed % 2])
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.context.models.loaded is not None)
    last = [PictureSource.from_path(chance.choice(pictures))]
    fresh = fresh_page(page, qtbot)
    for each in (page, fresh):
        each.open_pictures(last)
        qtbot.waitUntil(lambda: page.context.jobs.idle)
        qtbot.waitUntil(lambda each=each: each._answered == each._number > 0)
    fresh.single.picture_panel.views.button(page.single.picture_panel.views.current).click()  # it begins with the first
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert_look_alike(page.single, fresh.single)
    fresh.page_hidden()


@pytest.mark.parametrize("seed", range(4))
def test_what_the_next_network_says_of_a_picture_looks_as_if_no_other_had_been_asked(
    page, qtbot, make_picture, models, wander, assert_look_alike, seed
) -> None:
    picture, chance = make_picture(), random.Random(seed)
    page.open_pictures([PictureSource.from_path(picture)])
    about, other = about_what_is_shown(page, models, chance), with_another_input(page, [picture], chance, qtbot)
    wander([*about, *other], chance, page.context.jobs, STEPS)
    page.open_pictures([PictureSource.from_path(picture)])
    qtbot.waitUntil(lambda: page.context.jobs.idle and page._answered == page._number)
    wander(about, chance, page.context.jobs, STEPS // 2)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    last = page.context.models.loaded
    page.context.models.choose_file(next(path for path in models if last is None or path != last.path))
    qtbot.waitUntil(lambda: page.context.jobs.idle and page.context.models.loaded is not None)
    fresh = fresh_page(page, qtbot)
    fresh.open_pictures([PictureSource.from_path(picture)])
    qtbot.waitUntil(lambda: page.context.jobs.idle and fresh._answered == fresh._number > 0)
    bars = fresh.single.verdict_panel.bars
    if chosen := page.single.verdict_panel.bars.chosen:
        bars.clicked.emit(bars.model().index(bars.names().index(chosen), 0))
    fresh.single.picture_panel.views.button(page.single.picture_panel.views.current).click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert_look_alike(page.single, fresh.single)
    fresh.page_hidden()
