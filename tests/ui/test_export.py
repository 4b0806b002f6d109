"""Model → Export."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from cifar_gui.export import base
from cifar_gui.ui.export import ModelExport


@pytest.fixture
def asked(monkeypatch) -> dict:
    """In place of the dialog: what it was opened with, and what it answers."""
    told = {"answer": ("", "")}

    def answer(_parent, title, proposed, filters) -> tuple[str, str]:
        told.update(title=title, proposed=proposed, filters=filters.split(";;"))
        return told["answer"]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return told


@pytest.fixture
def loaded(window, qtbot, decided_model):
    """A window that looks at a small network."""
    window.context.models.choose_file(decided_model)
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None and window.context.jobs.idle)
    return window


def export(window, qtbot) -> str:
    """Trigger the action and wait; the newest message."""
    window.context.actions["export_model"].trigger()
    qtbot.waitUntil(lambda: window.context.jobs.idle, timeout=60_000)
    return window.context.messages.all[0].text if window.context.messages.all else ""


def test_the_network_is_written_and_how_well_it_agrees_is_told(loaded, qtbot, asked, tmp_path, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    asked["answer"] = (str(tmp_path / "mine.py"), "ONNX (*.onnx)")
    said = export(loaded, qtbot)
    assert said.startswith(
        "Written as mine.py, with mine_weights.safetensors beside it. Read back and asked about 1,000"
    )
    assert (tmp_path / "mine.py").is_file()
    assert (tmp_path / "mine_weights.safetensors").is_file()
    label, show = loaded.context.messages.all[0].actions[0]
    assert label == "Show folder"
    show()
    assert [Path(each) for each in opened] == [tmp_path]


def test_every_form_is_offered_under_the_name_of_the_network(loaded, qtbot, asked, tmp_path) -> None:
    loaded.context.settings.set("folder", str(tmp_path))
    assert export(loaded, qtbot) == "", "the dialog was given up"
    assert asked["filters"] == ["ONNX (*.onnx)", "PyTorch program (*.pt2)", "Python code (*.py)"]
    assert asked["proposed"] == str(tmp_path / "decided")
    models = loaded.context.models
    models.current = replace(models.current, key="next", label="Next")
    export(loaded, qtbot)
    assert asked["proposed"] == str(tmp_path / "decided"), "what is being loaded is not what is written"


def test_the_chosen_form_decides_where_the_name_does_not(loaded, qtbot, asked, tmp_path) -> None:
    asked["answer"] = (str(tmp_path / "mine"), "Python code (*.py)")
    assert export(loaded, qtbot).startswith("Written as mine.py")
    assert loaded.context.settings.get("folder") == str(tmp_path)


def test_what_goes_wrong_is_told_and_taken_back_when_it_has_gone_well(loaded, qtbot, asked, tmp_path) -> None:
    asked["answer"] = (str(tmp_path / "nowhere" / "mine.py"), "")
    assert "could not be written" in export(loaded, qtbot)
    asked["answer"] = (str(tmp_path / "mine.py"), "")
    assert export(loaded, qtbot).startswith("Written as mine.py")
    assert len(loaded.context.messages.all) == 1


def test_an_export_can_be_cancelled_and_leaves_nothing(loaded, qtbot, asked, tmp_path, monkeypatch) -> None:
    begun, go_on, drawn = threading.Event(), threading.Event(), base._pictures

    def pictures():
        begun.set()
        assert go_on.wait(20)
        return drawn()

    monkeypatch.setattr(base, "_pictures", pictures)
    (tmp_path / "mine.py").write_text("before")
    asked["answer"] = (str(tmp_path / "mine.py"), "")
    loaded.context.actions["export_model"].trigger()
    messages = loaded.context.messages
    assert messages.all[0].text == "Exporting mine.py, and comparing its answers with those here."
    assert begun.wait(20)
    loaded.context.actions["export_model"].trigger()
    assert messages.all[0].text.startswith("Another network is being exported.")
    label, cancel = messages.all[1].actions[0]
    assert label == "Cancel"
    cancel()
    messages.dismiss("Exporting mine.py, and comparing its answers with those here.")  # as the bar does, once pressed
    assert messages.all[0].text == "The export is being cancelled…"
    go_on.set()
    qtbot.waitUntil(lambda: loaded.context.jobs.idle and "being" not in messages.all[0].text)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "mine"))] == ["mine.py"]
    assert (tmp_path / "mine.py").read_text() == "before"
    assert messages.all[0].text == "The export was cancelled. Nothing was written."
    assert not any("Exporting" in each.text for each in messages.all)
    assert export(loaded, qtbot).startswith("Written as mine.py"), "it can be asked for again"
    assert len(messages.all) == 2, "that another was under way is told no more"


def test_a_cancel_that_comes_too_late_does_not_say_that_nothing_was_written(
    loaded, qtbot, asked, tmp_path, monkeypatch
) -> None:
    written, go_on = threading.Event(), threading.Event()

    def export_at_once(_snapshot, _form, path, _progress):
        written.set()
        assert go_on.wait(20)
        return base.Exported((path,), 0.0, 10)

    monkeypatch.setattr(base, "export", export_at_once)
    asked["answer"] = (str(tmp_path / "mine.py"), "")
    loaded.context.actions["export_model"].trigger()
    assert written.wait(20)
    messages = loaded.context.messages
    messages.all[0].actions[0][1]()
    go_on.set()
    qtbot.waitUntil(lambda: messages.all[0].text.startswith("Written as mine.py."))
    assert not any("cancelled" in each.text for each in messages.all)


def test_a_network_that_has_gone_since_is_not_asked_about(window, asked) -> None:
    window.context.models.snapshot = None
    ModelExport(window, window.context).ask()
    assert "title" not in asked


def test_without_a_network_there_is_nothing_to_export(window, qtbot) -> None:
    window.context.models.snapshot_changed.emit(None)
    action = window.context.actions["export_model"]
    assert not action.isEnabled()
    assert action.statusTip() == "No network is loaded yet"
