"""Tables, durations, JSON and the line of progress."""

from __future__ import annotations

import io
import json
import math

import pytest

from cifar_gui.cli import console
from cifar_gui.cli.console import Progress, table, write_json


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until told to go on."""
    now = [1000.0]
    monkeypatch.setattr(console.time, "monotonic", lambda: now[0])
    return lambda seconds: now.__setitem__(0, now[0] + seconds)


def test_columns_are_as_wide_as_their_widest_entry():
    assert table(("Name", "N"), [("a", "1,000"), ("longer", "2")], right=(1,)).splitlines() == [
        "Name        N",
        "─────────────",
        "a       1,000",
        "longer      2",
    ]


def test_an_empty_table_has_only_its_header():
    assert table(("Name", "N"), []).splitlines() == ["Name  N", "───────"]


def test_numbers_that_json_cannot_write_become_null(capsys):
    write_json({"loss": math.nan, "list": [math.inf, 1.5], "nested": {"x": (-math.inf,)}})
    assert json.loads(capsys.readouterr().out) == {"loss": None, "list": [None, 1.5], "nested": {"x": [None]}}


def test_what_is_done_at_once_shows_no_progress(clock):
    stream = Terminal()
    with Progress(stream) as progress:
        progress(0.5, "reading")
        clock(0.4)
        progress(1.0, "read")
    assert stream.getvalue() == ""


def test_a_terminal_has_one_line_that_is_written_over_and_cleared(clock):
    stream = Terminal()
    with Progress(stream) as progress:
        progress(0.0, "opening")
        clock(1)
        progress(0.25, "reading")
        clock(4)
        progress(0.5, "still reading")
    text = stream.getvalue()
    assert "\n" not in text
    assert "[#####---------------]  25%  reading" in text
    assert "50%  still reading, 5 s left" in text
    assert text.endswith("\r\x1b[K")


def test_what_was_done_before_does_not_count_for_the_time_left(clock):
    stream = Terminal()
    with Progress(stream) as progress:
        progress(0.5, "going on at half")
        clock(10)
        progress(0.75, "going on")
    assert "75%  going on, 10 s left" in stream.getvalue()


def test_a_line_is_never_longer_than_the_terminal(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    with Progress(stream) as progress:
        clock(1)
        progress(0.1, "x" * 100)
    assert max(len(part.removeprefix("\x1b[K")) for part in stream.getvalue().split("\r")) < 30


def test_a_file_gets_a_line_now_and_then(clock):
    stream = io.StringIO()
    with Progress(stream) as progress:
        for percentage in range(100):
            clock(0.5)
            progress(percentage / 100, "reading")
    assert stream.getvalue().splitlines() == [
        " 29%  reading, 37 s left",
        " 59%  reading, 21 s left",
        " 89%  reading, 6 s left",
    ]


def test_without_a_stderr_progress_goes_nowhere(monkeypatch, clock):
    monkeypatch.setattr("sys.stderr", None)
    with Progress() as progress:
        clock(60)
        assert progress(0.5, "reading") is None
