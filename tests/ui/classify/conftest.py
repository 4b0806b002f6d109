"""The Classify page, and what tests of its parts share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.data.picture import PictureSource

if TYPE_CHECKING:
    from cifar_gui.ui.classify.page import ClassifyPage
    from cifar_gui.ui.main_window import MainWindow


@pytest.fixture
def bare(no_shipped_models: None, window: MainWindow) -> ClassifyPage:
    """The page with no network chosen."""
    made: Any = window.show_page("classify")
    return made


@pytest.fixture
def page(bare: ClassifyPage, window: MainWindow, decided_model: Path, qtbot: Any) -> ClassifyPage:
    """The page with a small network, and pictures looked at in the middle, where tests know what there is."""
    bare.single.picture_panel.set_way("centre")
    window.context.models.choose_file(decided_model)
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None)
    return bare


@pytest.fixture
def show(page: ClassifyPage, qtbot: Any) -> Callable[[Path], None]:
    """Opens a picture and waits for its answer."""

    def open_one(path: Path) -> None:
        before = page._number
        page.open_pictures([PictureSource.from_path(path)])
        qtbot.waitUntil(lambda: page._number != before and page._answered == page._number)

    return open_one


@pytest.fixture
def heard() -> Callable[..., list[Any]]:
    """Notes what signals bring, as they come; None where they bring nothing."""

    def listen(*signals: Any) -> list[Any]:
        told: list[Any] = []
        for signal in signals:
            signal.connect(lambda *arguments: told.append(arguments[0] if arguments else None))
        return told

    return listen


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.fixture
def painted_anew(qapp: QApplication) -> Callable[[QWidget, Callable[[], object]], bool]:
    """Whether a widget is painted because something is done."""

    def after(widget: QWidget, do: Callable[[], object]) -> bool:
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        paints = Paints()
        widget.installEventFilter(paints)
        do()
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        return paints.count > 0

    return after


@pytest.fixture
def dog(make_picture):
    return make_picture()


@pytest.fixture
def side(page):
    return page.single.picture_panel.side


@pytest.fixture
def bars(page):
    return page.single.verdict_panel.bars


@pytest.fixture
def choose_other(page, qtbot, decided_snapshot, tmp_path):
    """Chooses a network of the same build with other weights."""
    from cifar_gui.checkpoint.files import save_snapshot
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

    def choose() -> None:
        weights = {name: 2 * value for name, value in decided_snapshot.weights.items()}
        save_snapshot(ModelSnapshot(decided_snapshot.card, weights), tmp_path / "other.safetensors")
        before = page._snapshot
        page.context.models.choose_file(tmp_path / "other.safetensors")
        qtbot.waitUntil(lambda: page._snapshot not in (None, before))

    return choose


@pytest.fixture
def why(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    return page.insight.view("why")
