from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from cifar_gui.data import sources
from cifar_gui.data.base import DATASETS
from cifar_gui.errors import Cancelled, DataError
from cifar_gui.ui import data_library
from cifar_gui.ui.background import Background
from cifar_gui.ui.data_library import BUILT_IN, DataLibrary
from cifar_gui.ui.settings import Settings


@pytest.fixture
def library(qtbot, tmp_path: Path, tiny_data, monkeypatch):
    """Loads the tiny data for every path, after two reports of progress."""

    def load(source, progress):
        if str(source).endswith("bad"):
            raise DataError("The archive is torn.")
        if source == "cifar10":
            raise sources.DataMissing("CIFAR-10 is not on this machine yet.")
        progress(0.5, "Reading pictures")
        progress(1.0, "Done")
        return tiny_data

    monkeypatch.setattr(sources, "load", load)
    jobs = Background()
    yield DataLibrary(jobs, Settings(tmp_path / "window.json"))
    jobs.shutdown()


def test_built_in_sets_are_called_as_they_call_themselves(library) -> None:
    assert list(BUILT_IN) == sources.built_in() == library.available()
    assert DATASETS["shapes"](None, lambda _share, _what: None).name == dict(BUILT_IN)["shapes"]


def test_a_requested_set_is_loaded_told_and_remembered(qtbot, library, tiny_data) -> None:
    shown = []
    library.progress.connect(lambda share, what: shown.append((share, what)))
    with qtbot.waitSignal(library.loaded) as heard:
        library.request("/somewhere/pictures")
    assert heard.args == [tiny_data]
    assert library.current is tiny_data
    assert library.current_source == "/somewhere/pictures"
    assert (1.0, "Done") in shown
    assert ("/somewhere/pictures", "pictures") in library.available()
    assert [source for source, _label in library.available()][:2] == ["cifar10", "shapes"]
    assert library.usual_source() == "/somewhere/pictures"


def test_a_built_in_set_is_not_listed_twice(qtbot, library) -> None:
    with qtbot.waitSignal(library.loaded):
        library.request("shapes")
    assert library.available() == list(BUILT_IN)
    assert library.usual_source() == "cifar10"


def test_the_same_pictures_under_another_name_are_told_too(qtbot, library, tiny_data) -> None:
    """The archive of CIFAR-10 is found by its name, and by its path when it is chosen: the same object both times."""
    for source in ("shapes", "/somewhere/pictures"):
        with qtbot.waitSignal(library.loaded):
            library.request(source)
        assert (library.current, library.current_source, library.loading) == (tiny_data, source, False)
    library.loaded.connect(lambda _data: pytest.fail("told already"))
    library.adopt("/somewhere/pictures", tiny_data)


def test_what_is_being_read_arrives_though_a_run_brings_other_pictures_meanwhile(
    qtbot, library, tiny_data, monkeypatch
) -> None:
    began, go_on = threading.Event(), threading.Event()
    wanted = replace(tiny_data, name="wanted")

    def load(_source, progress):
        began.set()
        go_on.wait(60)
        progress(1.0, "Done")
        return wanted

    monkeypatch.setattr(sources, "load", load)
    library.request("/wanted")
    assert began.wait(60)
    library.adopt("shapes", tiny_data)
    assert library.loading
    go_on.set()
    qtbot.waitUntil(lambda: library.current is wanted)
    assert not library.loading


def test_a_fault_while_loading_is_an_end_too(qtbot, library, monkeypatch) -> None:
    told = []
    monkeypatch.setattr(library._jobs, "_unexpected", told.append)
    monkeypatch.setattr(sources, "load", lambda _source, _progress: 1 / 0)
    with qtbot.waitSignal(library.cancelled):
        library.request("/somewhere")
    assert not library.loading
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_progress_is_told_at_most_ten_times_a_second(qtbot, library, tiny_data, monkeypatch) -> None:
    def load(_source, progress):
        for now, share in ((1.0, 0.1), (1.05, 0.2), (1.125, 0.3), (1.15, 0.4), (1.16, 1.0)):
            clock.now = now
            progress(share, "Reading")
        return tiny_data

    clock = SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(data_library, "time", clock)
    monkeypatch.setattr(sources, "load", load)
    shown = []
    library.progress.connect(lambda share, _what: shown.append(share))
    with qtbot.waitSignal(library.loaded):
        library.request("/somewhere")
    assert shown == [0.1, 0.3, 1.0]


def test_the_current_set_is_not_requested_again(qtbot, library, monkeypatch) -> None:
    with qtbot.waitSignal(library.loaded):
        library.request("shapes")
    monkeypatch.setattr(sources, "load", lambda _source, _progress: pytest.fail("loaded again"))
    with qtbot.waitSignal(library.loaded):
        library.request("shapes")


def test_a_training_takes_the_pictures_as_they_are_now(qtbot, library, monkeypatch, tiny_data) -> None:
    with qtbot.waitSignal(library.loaded):
        library.request("/somewhere/pictures")
    changed = replace(tiny_data, name="with more pictures")
    monkeypatch.setattr(sources, "load", lambda _source, _progress: changed)
    assert library.load("/somewhere/pictures", lambda _share, _what: None) is changed


def test_what_cannot_be_loaded_is_told(qtbot, library) -> None:
    with qtbot.waitSignal(library.failed) as heard:
        library.request("/bad")
    assert heard.args == ["The archive is torn."]
    assert library.current is None
    assert not library.loading


def test_a_missing_set_is_told(qtbot, library) -> None:
    with qtbot.waitSignal(library.failed) as told:
        library.request("cifar10")
    assert "CIFAR-10 is not on this machine" in told.args[0]


def test_a_newer_request_wins(qtbot, library) -> None:
    heard = []
    library.loaded.connect(lambda _data: heard.append(library.current_source))
    library.request("/first")
    library.request("/second")
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert heard == ["/second"]


def test_a_superseded_request_shows_no_progress_and_gives_up(qtbot, library, tiny_data, monkeypatch) -> None:
    began, superseded, over = threading.Event(), threading.Event(), threading.Event()
    shown, gave_up = [], []

    def load(source, progress):
        if source == "/first":
            began.set()
            superseded.wait(60)
            try:
                progress(1.0, "the first is read")
            except Cancelled:
                gave_up.append(source)
                raise
            finally:
                over.set()
        else:
            superseded.set()
            over.wait(60)  # still under way while the first would tell
            progress(1.0, "the second is read")
        return tiny_data

    monkeypatch.setattr(sources, "load", load)
    library.progress.connect(lambda share, what: shown.append((share, what)))
    library.request("/first")
    assert began.wait(60)
    with qtbot.waitSignal(library.loaded):
        library.request("/second")
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert gave_up == ["/first"]
    assert shown == [(1.0, "the second is read")]
    assert library.current_source == "/second"


def test_asking_for_the_current_set_again_gives_up_another(qtbot, library) -> None:
    with qtbot.waitSignal(library.loaded):
        library.request("/first")
    first, heard = library.current, []
    library.loaded.connect(heard.append)
    library.request("/second")
    library.request("/first")
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert heard == [first]
    assert (library.current_source, library.loading) == ("/first", False)


def test_a_cancelled_request_is_silent(qtbot, library) -> None:
    library.request("/first")
    with qtbot.waitSignal(library.cancelled):
        library.cancel()
    library.cancelled.connect(lambda: pytest.fail("there was nothing to give up"))
    library.cancel()
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert library.current is None
