"""Tables, durations, JSON and the line of progress."""

from __future__ import annotations

import io
import json
import math

import pytest

from cifar_gui.cli import console
from cifar_gui.cli.console import Progress, say, table, write, write_json


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Slow(io.StringIO):
    """Shows what was written once it is flushed, as a pipe does."""

    seen = ""

    def flush(self) -> None:
        self.seen = self.getvalue()


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


@pytest.mark.parametrize(("tell", "stream"), [(say, "stderr"), (write, "stdout")])
def test_what_is_told_is_seen_at_once(monkeypatch, tell, stream):
    pipe = Slow()
    monkeypatch.setattr(console.sys, stream, pipe)
    tell("a line")
    assert pipe.seen == "a line\n"


def test_programs_that_read_line_by_line_get_json_on_one_line(capsys):
    write_json({"a": [1, 2]}, indent=False)
    assert capsys.readouterr().out == '{"a": [1, 2]}\n'


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


def test_a_line_is_taken_away_once_and_written_anew_ten_times_a_second_at_most(clock):
    stream = Terminal()
    with Progress(stream) as progress:
        for _ in range(30):
            clock(0.0625)
            progress(0.1, "reading")
        assert stream.getvalue().count("reading") == 12
        progress.clear()
        told = stream.getvalue()
        progress.clear()
    assert stream.getvalue() == told


@pytest.mark.parametrize(
    ("seconds", "first", "share", "words"),
    [
        (1.9, 0.0, 0.5, ""),  # too soon to say
        (2.1, 0.0, 0.5, ", 2 s left"),
        (100, 0.5, 0.51, ""),
        (100, 0.5, 0.53, ", 26 min left"),
        (100, 0.0, 1.0, ""),  # nothing is left
    ],
)
def test_how_long_it_will_take_is_told_once_that_can_be_known(clock, seconds, first, share, words):
    stream = Terminal()
    with Progress(stream) as progress:
        progress(first, "reading")
        clock(seconds)
        progress(share, "reading")
    assert stream.getvalue().partition("%  ")[2].partition("\r")[0] == f"reading{words}"


@pytest.mark.parametrize(("share", "bar"), [(-0.5, "-" * 20), (1.5, "#" * 20)])
def test_the_bar_is_always_as_long(clock, share, bar):
    stream = Terminal()
    with Progress(stream) as progress:
        clock(1)
        progress(share, "reading")
    assert f"[{bar}]" in stream.getvalue()


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


def test_without_a_stderr_progress_goes_nowhere(monkeypatch, clock, capsys):
    monkeypatch.setattr("sys.stderr", None)
    with Progress() as progress:
        clock(60)
        progress(0.5, "reading")
    assert capsys.readouterr().out == ""
