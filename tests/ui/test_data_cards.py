"""The download card with a download that does what it is told, and the card for one's own data."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

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
        return self.target


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
    with qtbot.waitSignal(card.finished, check_params_cb=lambda source: source == "cifar10"):
        download.go_on.set()
    assert not card.running
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
    download.go_on.set()
    qtbot.waitUntil(lambda: "the disk is full" in card.status.text())
    assert card.start.isVisible()


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
