"""Work of which there is one at a time."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cifar_gui.errors import DataError
from cifar_gui.ui import long_work
from cifar_gui.ui.background import Background
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.widgets.scroll import VerticalScroll


@pytest.fixture
def work(qtbot, monkeypatch):
    monkeypatch.setattr(long_work, "_FIRST_AFTER", 0.0)
    jobs = Background()
    yield LongWork(jobs, "work")
    jobs.shutdown()


def test_progress_of_what_was_given_up_is_not_told(work, qtbot):
    told: list[str] = []
    work.progressed.connect(lambda _share, what: told.append(what))
    reported, go_on, done = threading.Event(), threading.Event(), []

    def first(progress) -> None:
        progress(0.5, "the first")  # posted, and not yet delivered when the second begins
        reported.set()
        go_on.wait(60)
        progress(0.6, "the first again")
        done.append("to the end")  # in vain, for minutes perhaps

    work.start(first, lambda _nothing: done.append("first"))
    assert reported.wait(60)
    work.start(lambda progress: progress(0.5, "the second"), lambda _nothing: done.append("second"))
    go_on.set()
    qtbot.waitUntil(lambda: done == ["second"])
    assert told == ["the second"]
    assert not work.running


def test_a_stop_of_what_has_been_given_up_since_is_not_told_of_what_came_after_it(qtbot):
    faults: list[BaseException] = []
    jobs = Background(faults.append)
    work, told, go_on = LongWork(jobs, "work"), [], threading.Event()
    work.broken.connect(lambda: told.append("broken"))
    work.start(lambda _progress: go_on.wait(60), told.append)
    work.stop(lambda: told.append("stopped"))
    work.start(lambda _progress: 1 / 0, told.append)
    go_on.set()
    qtbot.waitUntil(lambda: jobs.idle and not work.running)
    assert (told, len(faults)) == (["broken"], 1)
    jobs.shutdown()


@pytest.mark.parametrize("heard", [True, False])
def test_what_is_asked_to_stop_ends_as_it_can(work, qtbot, heard):
    told: list[str] = []
    work.progressed.connect(lambda _share, what: told.append(what))
    reported, go_on = threading.Event(), threading.Event()

    def write(progress) -> str:
        progress(0.5, "half")
        reported.set()
        go_on.wait(60)
        if heard:
            progress(0.9, "nearly all")
        return "written"

    work.start(write, told.append)
    assert reported.wait(60)
    work.stop(lambda: told.append("stopped"))
    assert work.running, "it is not forgotten"
    go_on.set()
    qtbot.waitUntil(lambda: not work.running)
    assert told == ["stopped" if heard else "written"]  # and no more of how far it is
    work.stop(lambda: told.append("stopped again"))
    work.start(lambda _progress: "another", told.append)
    qtbot.waitUntil(lambda: not work.running)
    assert told[1:] == ["another"]


def test_what_is_cancelled_is_over_at_once_and_nothing_comes_of_it(work, qtbot):
    told: list[str] = []
    go_on = threading.Event()
    work.ended.connect(lambda: told.append("ended"))
    work.cancel()
    assert told == [], "nothing was under way"
    work.start(lambda _progress: go_on.wait(60), lambda _nothing: told.append("done"))
    work.cancel()
    assert (told, work.running) == (["ended"], False)
    go_on.set()
    qtbot.waitUntil(lambda: work._jobs.idle)
    assert told == ["ended"]


def test_work_is_over_when_it_fails_whoever_is_told_of_it(qtbot):
    told: list[object] = []
    jobs = Background(told.append)
    work = LongWork(jobs, "work")
    work.ended.connect(lambda: told.append("ended"))

    def fail(_progress) -> None:
        raise DataError("No pictures.")

    work.start(fail, told.append)
    qtbot.waitUntil(lambda: not work.running)
    assert ([str(each) for each in told], jobs.idle) == (["No pictures.", "ended"], True)
    work.start(fail, told.append, lambda error: told.append(f"heard: {error}"))
    qtbot.waitUntil(lambda: not work.running)
    assert told[2:] == ["ended", "heard: No pictures."]
    jobs.shutdown()


def test_a_panel_that_scrolls_gets_more_width_when_what_it_holds_needs_more(qtbot):
    inside, holder = QWidget(), QWidget()
    wide = QWidget(inside)
    QVBoxLayout(inside).addWidget(wide)
    row = QHBoxLayout(holder)
    row.addWidget(VerticalScroll(inside))
    qtbot.addWidget(holder)
    holder.resize(200, 200)
    holder.show()
    wide.setMinimumWidth(500)
    qtbot.waitUntil(lambda: holder.minimumSizeHint().width() > 500)
