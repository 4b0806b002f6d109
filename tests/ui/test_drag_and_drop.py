from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage

HERE = Path(__file__).parent
PATIENCE = 180.0
"""Seconds to wait for another process. A quiet machine needs five; a test that hangs shall still end."""


# Drops as Qt delivers them


def entering(mime: QMimeData, actions: Qt.DropAction) -> QDragEnterEvent:
    """What a widget gets when a drag comes over it."""
    with warnings.catch_warnings():  # the form with whole pixels is the only one before Qt 6.12, and deprecated after
        warnings.simplefilter("ignore", DeprecationWarning)
        return QDragEnterEvent(QPoint(5, 5), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


def drop(target: Any, mime: QMimeData, actions: Qt.DropAction = Qt.DropAction.CopyAction) -> QDropEvent:
    """Enter and drop, as the window system would."""
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = entering(mime, actions)
    target.dragEnterEvent(enter)
    assert enter.isAccepted()
    event = QDropEvent(QPointF(5, 5), actions, mime, button, modifier)
    target.dropEvent(event)
    return event


def files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def content(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setData("image/png", path.read_bytes())
    return mime


def image(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setImageData(QImage(str(path)))
    return mime


def text(path: Path) -> QMimeData:
    mime = QMimeData()
    mime.setText(str(path))
    return mime


def browser(path: Path) -> QMimeData:
    """What a browser offers that has the picture at hand: its address, its markup and its bytes."""
    mime = content(path)
    mime.setUrls([QUrl("https://example.org/page")])
    mime.setHtml('<img src="https://example.org/picture.png">')
    return mime


@pytest.fixture
def page(no_shipped_models, window, decided_model, qtbot) -> Any:
    page = window.show_page("classify")
    page.single.picture_panel.set_way("centre")
    window.context.models.choose_file(decided_model)
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None)
    return page


@pytest.mark.parametrize("where", ["classify.drop", "page.classify"])
@pytest.mark.parametrize("kind", [files, content, image, text, browser])
def test_a_dropped_picture_is_classified_whatever_form_it_comes_in(page, window, qtbot, make_picture, where, kind):
    with qtbot.waitSignal(page.answers.answered):
        drop(window.findChild(object, where), kind(make_picture()))
    assert page.single.verdict_panel.verdict.text() != ""
    entry = page.history_panel.entry(1)
    assert (entry.crop.x, entry.crop.y, entry.crop.side) == (10, 0, 60)
    assert window.context.messages.all == []


def test_the_file_that_was_dropped_stays_where_it_is_even_if_it_might_be_moved(page, qtbot, make_picture):
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    with qtbot.waitSignal(page.answers.answered):
        event = drop(page.single.picture_panel.drop_area, files(make_picture()), both)
    assert event.dropAction() == Qt.DropAction.CopyAction


def test_several_files_and_folders_become_a_table(page, qtbot, make_picture):
    folder = make_picture("folder/1.png").parent
    make_picture("folder/2.png")
    drop(page, files(make_picture("a.png"), folder))
    qtbot.waitUntil(lambda: page.many.is_in_front and all(row.prediction for row in page.many.table_page.model.rows))
    assert [row.source.name for row in page.many.table_page.model.rows] == ["a.png", "1.png", "2.png"]


def test_a_dropped_web_address_is_asked_about(page, window):
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.jpg")])
    drop(page, mime)
    (message,) = window.context.messages.all
    assert "cat.jpg is on the web, at example.org" in message.text
    assert message.actions[0][0] == "Fetch it"


@pytest.mark.parametrize("words", ["just words", "/no/such/picture.png"])
def test_what_is_no_picture_is_refused_visibly(page, window, words):
    mime = QMimeData()
    mime.setText(words)
    drop(page, mime)
    assert words in window.context.messages.all[0].text


def test_a_file_that_is_no_picture_is_named_and_the_others_are_classified(page, window, qtbot, make_picture, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("not a picture")
    drop(page, files(notes, make_picture()))
    qtbot.waitUntil(
        lambda: page.many.is_in_front and all(row.state != "waiting" for row in page.many.table_page.model.rows)
    )
    first, second = page.many.table_page.model.rows
    assert first.problem.startswith("notes.txt cannot be read")
    assert second.prediction is not None


def test_the_drop_zone_lights_up_while_something_hovers_over_it(page, qtbot):
    zone = page.single.picture_panel.drop_area
    mime = QMimeData()
    mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    dark = zone.grab().toImage()
    page.dragEnterEvent(entering(mime, Qt.DropAction.CopyAction))
    assert zone.grab().toImage() != dark
    page.dragLeaveEvent(QDragLeaveEvent())
    assert zone.grab().toImage() == dark


def test_colours_survive_the_way_through_a_drop(page, qtbot, tmp_path):
    picture = QImage(32, 32, QImage.Format.Format_RGB32)
    picture.fill(QColor(200, 100, 50))
    mime = QMimeData()
    mime.setImageData(picture)
    with qtbot.waitSignal(page.answers.answered):
        drop(page, mime)
    assert page.single.picture_panel.input_view.image.pixelColor(16, 16) == QColor(200, 100, 50)


# A real drag from another window


class Lines:
    """The standard output of a process, line by line, without blocking."""

    def __init__(self, stream: IO[str]) -> None:
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.seen: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line.strip())

    def until(self, wanted: Callable[[str], bool], what: str, nudge: Callable[[], object] | None = None) -> str:
        """The next line that is wanted; `nudge` is called about ten times a second while it does not come."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                if nudge is not None:
                    nudge()
                continue
            self.seen.append(line)
            if wanted(line):
                return line
        pytest.fail(f"waited {PATIENCE:.0f} s for {what}; seen: {self.seen[-5:]}")

    def state(self, wanted: Callable[[dict[str, Any]], bool], what: str, nudge: Any = None) -> dict[str, Any]:
        """The next state, a line of JSON, that is wanted."""
        return dict(json.loads(self.until(lambda line: line.startswith("{") and wanted(json.loads(line)), what, nudge)))

    def join(self) -> None:
        self._thread.join(PATIENCE)


@pytest.fixture
def display(tmp_path) -> Iterator[str]:
    """A screen that nobody sees, under a number that is free."""
    if sys.platform != "linux" or not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("needs Xvfb and xdotool")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x800x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait(PATIENCE)


@pytest.fixture
def start(display, home, tmp_path) -> Iterator[Callable[..., Lines]]:
    """Starts scripts of this folder on that screen, with a home of their own, and ends them afterwards."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "CIFAR_GUI_HOME": str(home)}
    started: list[tuple[subprocess.Popen[str], Lines]] = []

    def run(script: str, *arguments: object) -> Lines:
        process = subprocess.Popen(
            [sys.executable, str(HERE / script), *map(str, arguments)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        lines = Lines(process.stdout)
        started.append((process, lines))
        return lines

    yield run
    for process, lines in started:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()  # the app closes its window then
        if "drag_source.py" in str(process.args):
            process.terminate()
        process.wait(PATIENCE)
        lines.join()
        process.stdout.close()


@pytest.fixture
def mouse(display) -> Callable[..., None]:
    """The pointer of that screen."""

    def do(*words: object) -> None:
        environment = {**os.environ, "DISPLAY": display}
        subprocess.run(["xdotool", *map(str, words)], env=environment, check=True, timeout=PATIENCE)

    return do


def test_a_picture_is_dragged_out_of_another_window_and_dropped_on_the_app(start, mouse, make_picture, decided_model):
    picture = make_picture("dragged across.png")
    app = start("drag_target.py", decided_model)
    source = start("drag_source.py", picture)
    source.until(lambda line: line == "shown", "the source window")
    ready = app.state(lambda state: state["ready"], "the network")
    assert (ready["verdict"], ready["pictures"]) == ("", [])
    x, y = ready["centre"]

    mouse("mousemove", 100, 50, "mousedown", 1)
    steps = iter(range(1, 100_000))
    source.until(
        lambda line: line == "dragging", "the drag to begin", lambda: mouse("mousemove", 100 + next(steps) % 40, 50)
    )
    for share in range(1, 11):
        mouse("mousemove", 100 + (x - 100) * share // 10, 50 + (y - 50) * share // 10)
    app.state(lambda state: state["lit"], "the drop zone", lambda: mouse("mousemove", x + next(steps) % 20, y))
    mouse("mouseup", 1)

    after = app.state(lambda state: bool(state["verdict"]), "a verdict")
    assert after["pictures"] == ["dragged across.png"]
    assert after["messages"] == []
    source.until(lambda line: line in ("dropped", "refused"), "the end of the drag")
    assert source.seen[-1] == "dropped"
    assert picture.exists()
