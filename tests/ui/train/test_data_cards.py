"""The download card with a download that does what it is told, and the card for one's own data."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from cifar_gui.data.download import Download, DownloadProgress
from cifar_gui.errors import DataError
from cifar_gui.ui.background import Background
from cifar_gui.ui.train.download_card import DownloadCard
from cifar_gui.ui.train.get_data import OwnDataCard


class FakeContext:
    """As much of the context as a card uses."""

    def __init__(self) -> None:
        self.jobs = Background()
        self.settings = {}


class Told(Download):
    """Reports once, then waits to be told how to end."""

    def __init__(self, folder, outcome="done") -> None:
        super().__init__(folder=folder)
        self.outcome, self.go_on, self.reported = outcome, threading.Event(), threading.Event()

    def run(self, report):
        size = self.edition.size
        report(DownloadProgress("Downloading", size // 2, size, 1e6))
        self.reported.set()
        while not self.go_on.wait(0.01):
            report(DownloadProgress("Downloading", size // 2, size, 1e6))
        if self.outcome == "fails":
            raise DataError("The download failed: the disk is full.")
        return self.target if self.outcome != "breaks" else self.target / str(1 // 0)


@pytest.fixture
def context():
    made = FakeContext()
    yield made
    made.jobs.shutdown()


@pytest.fixture
def started(qtbot, context, tmp_path, request):
    download = Told(tmp_path / "data", getattr(request, "param", "done"))
    card = DownloadCard(context, lambda: download)
    qtbot.addWidget(card)
    card.show()
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: card.progress.value() == 500)
    yield card, download
    download.go_on.set()


def test_nothing_is_fetched_before_it_is_asked_for_and_all_is_said_first(qtbot, context, tmp_path):
    card = DownloadCard(context, lambda: Told(tmp_path / "data"))
    qtbot.addWidget(card)
    assert not card.running
    for what in ("170 MB", "www.cs.toronto.edu", str(tmp_path / "data"), "GB free"):
        assert what in card.facts.text()


def test_it_shows_progress_and_speed_and_ends_with_the_data_set(started, qtbot):
    card, download = started
    assert "MB/s" in card.status.text()
    assert card.cancel.isVisible()
    assert not card.start.isVisible()
    with qtbot.waitSignal(card.finished, check_params_cb=lambda source: source == "cifar10"):
        download.go_on.set()
    assert not card.running
    assert card.start.isVisible()
    assert [widget.isHidden() for widget in (card.cancel, card.progress, card.status)] == [True, True, True]
    assert (card.progress.value(), card.status.text()) == (0, "")


def test_what_is_said_of_a_download_is_not_said_anew_while_it_runs(started):
    card, download = started
    download.part.parent.mkdir(parents=True)
    download.part.write_bytes(b"x" * 1_000_000)
    card.refresh()
    assert card.progress.value() == 500
    assert "MB/s" in card.status.text()
    assert (card.start.isVisible(), card.cancel.isVisible()) == (False, True)


def test_a_download_that_was_cancelled_can_be_started_again(started, qtbot):
    card, download = started
    qtbot.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    assert (card.status.text(), card.cancel.isEnabled()) == ("Cancelling…", False)
    card._on_progress(DownloadProgress("Downloading", 1, 2, 1e6), card._cancelled)
    assert card.status.text() == "Cancelling…", "whatever is still on its way"
    qtbot.waitUntil(lambda: not card.running)
    card.progress.setValue(0)
    qtbot.mouseClick(card.start, Qt.MouseButton.LeftButton)
    assert card.cancel.isEnabled()
    qtbot.waitUntil(lambda: card.progress.value() == 500)
    with qtbot.waitSignal(card.finished):
        download.go_on.set()


def test_what_has_arrived_and_how_much_room_there_is_is_seen_anew(qtbot, context, tmp_path, monkeypatch):
    download = Told(tmp_path / "data")
    card = DownloadCard(context, lambda: download)
    qtbot.addWidget(card)
    assert card.start.text() == "Download"
    assert card.progress.isHidden()
    download.part.parent.mkdir(parents=True)
    download.part.write_bytes(b"x" * 17_000_000)

    def fail() -> int:
        raise OSError(5, "the disk does not answer")

    monkeypatch.setattr(download, "free_bytes", fail)
    card.refresh()
    assert (card.start.text(), card.progress.value()) == ("Resume", 100)
    assert not card.progress.isHidden()
    assert "unknown (the disk reports a fault)" in card.facts.text()


def test_a_fault_in_a_download_is_its_end(started, qtbot, context, monkeypatch):
    card, download = started
    told = []
    monkeypatch.setattr(context.jobs, "_unexpected", told.append)
    download.outcome = "breaks"
    download.go_on.set()
    qtbot.waitUntil(lambda: not card.running)
    assert [type(error) for error in told] == [ZeroDivisionError]
    assert card.start.isVisible()


def test_cancel_answers_and_the_download_can_be_resumed(started, qtbot):
    card, download = started
    download.part.parent.mkdir(parents=True)
    download.part.write_bytes(b"x" * 1_000_000)
    qtbot.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not card.running)
    assert card.start.text() == "Resume"
    assert "1 of 170 MB have arrived already" in card.status.text()


@pytest.mark.parametrize("started", ["fails"], indirect=True)
def test_a_failure_is_told_on_the_card(started, qtbot):
    card, download = started
    download.part.parent.mkdir(parents=True)
    download.part.write_bytes(b"x" * 1_000_000)
    download.go_on.set()
    qtbot.waitUntil(lambda: "the disk is full" in card.status.text())
    assert card.status.isVisible()
    assert card.start.isVisible()
    assert card.start.text() == "Resume"


def test_closing_the_window_ends_a_download(started, context):
    card, _download = started
    context.jobs.shutdown()
    assert context.jobs.closing
    assert card.running, "nobody is left to be told"


def test_the_card_for_own_data_shows_an_import_and_can_cancel_it(qtbot, context):
    card = OwnDataCard(context)
    qtbot.addWidget(card)
    card.show()
    assert not card.progress.isVisible()
    card.show_progress(0.25, "Reading pictures")
    assert card.progress.value() == 250
    assert not card.folder.isVisible()
    with qtbot.waitSignal(card.cancelled):
        qtbot.mouseClick(card.cancel, Qt.MouseButton.LeftButton)
    card.show_progress(None, "Cancelled; nothing was kept.")
    assert card.folder.isVisible()
    assert card.status.text() == "Cancelled; nothing was kept."


@pytest.mark.parametrize(("button", "dialog"), [("archive", "getOpenFileName"), ("folder", "getExistingDirectory")])
def test_one_s_own_data_is_chosen_in_a_dialog_that_begins_where_the_last_one_was(
    qtbot, context, monkeypatch, button, dialog
):
    card, chosen, began_in, answers = OwnDataCard(context), [], [], ["/some/place/cifar.tgz", ""]
    qtbot.addWidget(card)
    card.chosen.connect(chosen.append)

    def ask(_parent, _title, start, *_kinds):
        began_in.append(start)
        return (answers.pop(0), "") if dialog == "getOpenFileName" else answers.pop(0)

    monkeypatch.setattr(QFileDialog, dialog, ask)
    for _ in range(2):
        getattr(card, button).click()
    assert chosen == ["/some/place/cifar.tgz"], "the second time nothing was chosen"
    assert [Path(each) for each in began_in] == [Path(), Path("/some/place")]


def test_after_a_problem_the_next_import_is_not_red(qtbot, context):
    card = OwnDataCard(context)
    qtbot.addWidget(card)
    card.show_problem("It is torn.")
    assert (card.status.text(), card.status.property("bad"), card.status.isHidden()) == ("It is torn.", True, False)
    card.show_progress(0.0, "Looking at it…")
    assert not card.status.property("bad")
    card.show_progress(None, "")
    assert card.status.isHidden()
