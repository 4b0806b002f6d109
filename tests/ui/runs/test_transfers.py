"""Runs to and from other machines, on the Runs page."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QFileDialog

from cifar_gui.errors import Cancelled
from cifar_gui.runs import Run, list_runs, pack
from cifar_gui.ui.runs import transfers


@pytest.fixture
def page(make_run, window, qtbot):
    """The page with one finished run, which is selected."""
    make_run((0.3, 0.5, 0.4))
    page = window.show_page("runs")
    settle(page, qtbot, 1)
    page.table.select({row.path for row in page.model.rows})
    settle(page, qtbot, 1)
    return page


def settle(page, qtbot, count: int) -> None:
    jobs = page.context.jobs
    qtbot.waitUntil(lambda: len(page.model.rows) == count and jobs.idle and not page._soon.isActive())


def test_a_run_is_exported_where_the_user_says(page, window, qtbot, tmp_path, monkeypatch) -> None:
    proposed: list[str] = []

    def answer(_parent, _title, name, _filters) -> tuple[str, str]:
        proposed.append(name)
        return str(tmp_path / "mine"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    page.commands.action("export").trigger()
    settle(page, qtbot, 1)
    assert proposed == ["run-0001.cifarrun"]
    assert (tmp_path / "mine.cifarrun").is_file()
    assert window.context.messages.all[0].text.startswith("Run 0001 was written as mine.cifarrun.")


@pytest.mark.parametrize("way", ["dialog", "drop"])
def test_an_exported_run_is_taken_in_and_selected(page, window, qtbot, tmp_path, monkeypatch, way) -> None:
    file = pack(page.model.rows[0].path, tmp_path / "theirs")
    if way == "dialog":
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_given: (str(file), ""))
        window.show_page("classify")
        window.context.actions["import_run"].trigger()
    else:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file))])
        window._actions.take(mime)
    settle(page, qtbot, 2)
    assert window.pages.current_name == "runs"
    assert [row.summary.number for row in page.table.selected()] == ["0002"]
    assert window.context.messages.all[0].text == "theirs.cifarrun is run 0002 now."


def test_what_is_no_run_is_told_and_nothing_is_added(page, window, qtbot, tmp_path) -> None:
    file = tmp_path / "wrong.cifarrun"
    file.write_bytes(b"no run")
    page.import_run(file)
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert "wrong.cifarrun is no exported run" in window.context.messages.all[0].text
    assert len(list_runs()) == 1


def test_a_dialog_that_is_given_up_changes_nothing(page, window, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_given: ("", ""))
    page.commands.action("export").trigger()
    page.import_run()
    settle(page, qtbot, 1)
    assert window.context.messages.all == []


def test_a_run_in_training_cannot_be_exported(page, window, qtbot) -> None:
    row = page.model.rows[0]
    run = Run.open(row.path)
    run._lock.acquire()
    try:
        page.refresh()
        settle(page, qtbot, 1)
        page.table.select({row.path})
        settle(page, qtbot, 1)
        action = page.commands.action("export")
        assert not action.isEnabled()
        assert action.toolTip() == "The run is being trained: stop it first."
    finally:
        run._lock.release()


def test_packing_can_be_cancelled_and_a_second_one_waits(page, window, qtbot, tmp_path, monkeypatch) -> None:
    given_up = threading.Event()

    def endless(_run, _file, progress) -> None:
        while True:
            try:
                progress(0.25, "Packing run 0001")
            except Cancelled:
                given_up.set()
                raise

    monkeypatch.setattr(transfers, "pack", endless)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(tmp_path / "mine"), ""))
    page.commands.action("export").trigger()
    row = page.transfers.row
    qtbot.waitUntil(row.isVisible)
    assert (row.words.text(), row.bar.value()) == ("Packing run 0001: 25 %", 250)
    page.import_run(tmp_path / "other.cifarrun")
    assert window.context.messages.all[0].text.startswith("Another run is being packed or unpacked.")
    row.cancel.click()
    qtbot.waitUntil(given_up.is_set)
    qtbot.waitUntil(lambda: not row.isVisible())
    assert window.context.messages.all[0].text == "Cancelled. Nothing was written."


def test_a_cancel_that_comes_too_late_tells_what_was_written(page, window, qtbot, tmp_path, monkeypatch) -> None:
    written, go_on = threading.Event(), threading.Event()

    def pack(_run, file, _progress):
        written.set()
        assert go_on.wait(20)
        return file

    monkeypatch.setattr(transfers, "pack", pack)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(tmp_path / "mine.cifarrun"), ""))
    page.commands.action("export").trigger()
    assert written.wait(20)
    page.transfers.row.cancel.click()
    go_on.set()
    qtbot.waitUntil(lambda: not page.transfers.work.running)
    assert "was written as mine.cifarrun" in window.context.messages.all[0].text
    assert not any(each.text.startswith("Cancelled") for each in window.context.messages.all)
