"""Row 2: whatever raises, in whatever part of the window or of its threads, surfaces once, and the window goes on."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication

from cifar_gui import app, runs
from cifar_gui.checkpoint import files
from cifar_gui.data import decode, sources
from cifar_gui.data.base import ImageData
from cifar_gui.data.download import Download
from cifar_gui.data.picture import PictureSource
from cifar_gui.inference.classifier import Classifier
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.training import engine
from cifar_gui.training.history import History
from cifar_gui.ui import warm_up
from cifar_gui.ui.classify.crop_view import CropView
from cifar_gui.ui.classify.samples import sample_files
from cifar_gui.ui.faults import start_log
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.models import ModelLibrary
from cifar_gui.ui.network import drawing
from cifar_gui.ui.train import live_panel
from cifar_gui.ui.train.middle import Middle
from cifar_gui.ui.train.page import TrainPage
from cifar_gui.ui.train.run_display import RunDisplay

Until = Callable[[Callable[[], bool]], None]
RECIPE = Recipe(network="mlp", data="shapes", epochs=1, batch_size=20, device="cpu", precision="float32")
WORDS = "as intended"
FAULT = f"ValueError: invalid literal for int() with base 10: '{WORDS}'"


@pytest.fixture
def break_once(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str], None]:
    """Replace a function of a module or class by one that raises when first called, and works from then on."""

    def replace(owner: Any, name: str) -> None:
        original, called = getattr(owner, name), []

        def broken(*arguments: Any, **named: Any) -> Any:
            if not called:
                called.append(True)
                int(WORDS)  # by Python itself: PySide treats what a `raise` raises with more care
            return original(*arguments, **named)

        monkeypatch.setattr(owner, name, broken)

    return replace


@pytest.fixture
def log(home: Path) -> Iterator[Path]:
    """The log file, as the app keeps it."""
    handler = start_log(home / "logs")
    yield home / "logs" / "cifar-gui.log"
    logging.getLogger().removeHandler(handler)
    handler.close()


@pytest.fixture
def small_data(monkeypatch: pytest.MonkeyPatch, tiny_data: ImageData) -> None:
    """Whatever is to be loaded, it is the tiny data."""
    monkeypatch.setattr(sources, "load", lambda _source, _progress: tiny_data)


@pytest.fixture
def until(qtbot: Any) -> Until:
    return qtbot.waitUntil


def photo(window: MainWindow, until: Until) -> Any:
    """The Classify page with a picture."""
    until(lambda: window.context.models.snapshot is not None)
    page: Any = window.show_page("classify")
    page.open_pictures([PictureSource.from_path(sample_files()[0])])
    return page


def train(window: MainWindow, until: Until) -> None:
    window.context.session.start(RECIPE)
    until(lambda: window.context.session.state == "idle")


# What raises, and what makes it do so


def a_button(window: MainWindow, until: Until) -> None:
    window.show_page("train").get_data()
    window.pages.page("train").middle.cards.synthetic.use.click()


def a_timer(window: MainWindow, until: Until) -> None:
    window.show_page("train")


def an_event_handler(window: MainWindow, until: Until) -> None:
    view = photo(window, until).single.picture_panel.crop_view
    until(view.isVisible)
    left, place = Qt.MouseButton.LeftButton, QPointF(20, 20)
    press = QMouseEvent(QEvent.Type.MouseButtonPress, place, place, left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.postEvent(view, press)  # as Qt does: sent from here, what it raises would come back here


def a_resize(window: MainWindow, until: Until) -> None:
    QApplication.postEvent(window, QResizeEvent(window.size(), window.size()))


def a_painting(window: MainWindow, until: Until) -> None:
    window.show_page("network")


def a_dropped_event(window: MainWindow, until: Until) -> None:
    window.show_page("train")
    train(window, until)


def a_training(window: MainWindow, until: Until) -> None:
    train(window, until)


def a_list_of_models(window: MainWindow, until: Until) -> None:
    until(lambda: window.context.models.snapshot is not None)
    window.context.models.refresh()


def a_network(window: MainWindow, until: Until) -> None:
    models = window.context.models
    before = models.current
    models.choose(next(each.key for each in models.choices() if each != before))
    until(lambda: models.current == before)


def a_wall(window: MainWindow, until: Until) -> None:
    window.show_page("train")
    train(window, until)
    until(lambda: not window.pages.page("train").live._busy)


def a_data_set(window: MainWindow, until: Until) -> None:
    window.context.data.request("shapes")
    until(lambda: not window.context.data.loading)


def a_picture(window: MainWindow, until: Until) -> None:
    photo(window, until)


def a_folder(window: MainWindow, until: Until) -> None:
    page = photo(window, until)
    page.open_pictures([PictureSource.from_path(path) for path in sample_files()[:3]])
    until(lambda: page.many.is_in_front and not page.many.table_page.batch.running)


def a_download(window: MainWindow, until: Until) -> None:
    window.show_page("train").get_data()
    card = window.pages.page("train").middle.cards.download
    card.start.click()
    until(lambda: not card.running)


PLACES = [
    (Middle, "use", a_button),
    (RunDisplay, "_draw", a_timer),
    (CropView, "mousePressEvent", an_event_handler),
    (MainWindow, "_fit_chooser", a_resize),
    (drawing, "draw_network", a_painting),
    (TrainPage, "on_event", a_dropped_event),
    (History, "record", a_training),  # on the GUI thread, while the mailbox is being emptied
    (engine, "train", a_training),
    (engine, "new_model", a_training),
    (Run, "record", a_training),
    (Run, "close", a_training),
    (runs, "list_runs", a_list_of_models),
    (ModelLibrary, "_on_choices", a_list_of_models),
    (files, "load_snapshot", a_network),
    (sources, "load", a_data_set),
    (live_panel, "look", a_wall),
    (decode, "open_picture", a_picture),
    (Classifier, "classify", a_picture),
    (Classifier, "classify_many", a_folder),
    (Download, "run", a_download),
]


@pytest.fixture
def told(log: Path, until: Until) -> Callable[[MainWindow], None]:
    """Waits for the fault to be told, and looks that it is told once, in the message bar and in the log."""

    def check(window: MainWindow) -> None:
        until(lambda: WORDS in window.message_bar.text())
        until(lambda: window.context.jobs.idle and window.context.session.state == "idle")
        (fault,) = (message for message in window.context.messages.all if message.severity == "error")
        assert (WORDS in fault.text, fault.count) == (True, 1)
        ends = re.findall(r"^[\w.]*(?:Error|Exception)\b.*", log.read_text(), re.MULTILINE)  # of tracebacks
        assert ends == [FAULT]

    return check


def goes_on(window: MainWindow, until: Until) -> None:
    answers: list[str] = []
    window.context.jobs.run(lambda: "an answer", answers.append)
    until(lambda: answers == ["an answer"])
    assert window.show_page("train").isVisible()
    train(window, until)
    run = window.context.session.run
    assert run is not None
    assert run.summary().status == "completed"


@pytest.mark.no_qt_log
@pytest.mark.usefixtures("small_data")
@pytest.mark.parametrize(("owner", "name", "provoke"), PLACES, ids=[f"{o.__name__}.{n}" for o, n, _ in PLACES])
def test_a_fault_surfaces_once_and_the_window_goes_on(
    window: MainWindow, qtbot: Any, until: Until, break_once: Any, told: Any, owner: Any, name: str, provoke: Any
) -> None:
    until(lambda: window.context.models.snapshot is not None and window.context.jobs.idle)
    break_once(owner, name)
    with qtbot.captureExceptions():  # pytest-qt's own hook, out of the way
        hooks = app.fault_hooks(window)
        hooks.install()
        try:
            provoke(window, until)
            told(window)
            goes_on(window, until)
        finally:
            hooks.remove()


@pytest.mark.no_qt_log
def test_a_fault_while_importing_surfaces_once(
    qtbot: Any, until: Until, break_once: Any, told: Any, everything_imported: None
) -> None:
    break_once(warm_up, "load_libraries")
    with qtbot.captureExceptions():
        window = app.create_window()
        hooks = app.fault_hooks(window)
        hooks.install()
        try:
            window.show()
            told(window)
            assert not window.context.torch_ready()
        finally:
            window.close_now()
            hooks.remove()
            window.deleteLater()
