"""How far a download has come, by a clock of its own."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cifar_gui.data import download_progress
from cifar_gui.data.download_progress import DownloadProgress, Watch


class Clock:
    """Seconds, set by hand."""

    now = 100.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(download_progress, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def watched(total: int = 1_000_000) -> tuple[Watch, list[DownloadProgress]]:
    """A watch, and what it reports."""
    states: list[DownloadProgress] = []
    return Watch(total, states.append), states


@pytest.mark.parametrize(
    ("speed", "text"),
    [
        (0.0, "Downloading: 50 of 170 MB"),
        (2e6, "Downloading: 50 of 170 MB, 2.0 MB/s, 1 min 0 s left"),
        (5e5, "Downloading: 50 of 170 MB, 0.5 MB/s, 4 min 0 s left"),
    ],
)
def test_progress_text(speed: float, text: str) -> None:
    assert DownloadProgress("Downloading", 50_000_000, 170_000_000, speed).text == text


@pytest.mark.parametrize(("received", "total", "share"), [(0, 10, 0.0), (5, 10, 0.5), (11, 10, 1.0), (0, 0, 0.0)])
def test_the_share_is_between_nothing_and_all(received: int, total: int, share: float) -> None:
    assert DownloadProgress("Downloading", received, total, 0.0).share == share


def test_reports_come_twenty_times_a_second_at_most_and_lose_no_byte(clock: Clock) -> None:
    watch, states = watched()
    for _ in range(100):
        clock.now += 0.01
        watch.count(10)
    assert 16 <= len(states) <= 21
    assert states[-1].received >= 950
    clock.now += 1.0
    watch.tick()
    assert states[-1].received == 1000


def test_speed_is_that_of_the_last_five_seconds(clock: Clock) -> None:
    watch, states = watched()
    watch.start("Downloading", 300_000)  # of an earlier session: not received now
    for second in range(20):
        watch.count(0 if second == 0 else 1000 if second < 10 else 3000)
        clock.now += 1.0
    speeds = [state.bytes_per_second for state in states]
    assert speeds[:2] == [0.0, 1000.0]
    assert speeds[9] == 1000.0
    assert 1000 < speeds[12] < 3000
    assert speeds[-1] == 3000.0


def test_there_is_no_speed_until_half_a_second_has_been_seen(clock: Clock) -> None:
    watch, states = watched()
    watch.count(0)
    for _ in range(5):
        clock.now += 0.125
        watch.count(1000)
    assert [state.bytes_per_second for state in states] == [0.0] * 5 + [8000.0]


def test_something_else_is_reported_at_once_and_measured_anew(clock: Clock) -> None:
    watch, states = watched()
    for _ in range(4):
        watch.count(1000)
        clock.now += 1.0
    watch.tick()
    watch.start("Trying again", 4000)
    watch.tick()
    assert [(state.doing, state.received, state.bytes_per_second) for state in states[-2:]] == [
        ("Connecting", 4000, pytest.approx(750.0)),
        ("Trying again", 4000, 0.0),
    ]
