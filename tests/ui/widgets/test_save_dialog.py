"""Asking where to save something."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from cifar_gui.ui.settings import Settings
from cifar_gui.ui.widgets.open_dialog import PICTURES, ask_for_file, ask_for_files, ask_for_folder, last_folder
from cifar_gui.ui.widgets.save_dialog import ask_where_to_save, with_suffix

KINDS = {"Picture": ".png", "Numbers": ".csv"}


@pytest.fixture
def typed(monkeypatch):
    """Answers the system's dialog with these, in turn; what it was asked with."""
    asked: list[tuple[str, str, str]] = []

    def answer(*answers: tuple[str, str]) -> list[tuple[str, str, str]]:
        left = iter(answers)
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda _parent, *given: asked.append(given) or next(left))
        return asked

    return answer


@pytest.fixture
def parent(qtbot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def press(text: str) -> None:
    """Press a button of the question as soon as it is there."""

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert box.text() == "plan.png is there already. Replace it?"
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(0, look)


@pytest.mark.parametrize(
    ("name", "kind", "saved"),
    [
        ("plan", "", "plan.png"),
        ("plan", "Numbers (*.csv)", "plan.csv"),
        ("plan.csv", "Picture (*.png)", "plan.csv"),
        ("plan.PNG", "", "plan.PNG"),
        ("run 0.5", "Picture (*.png)", "run 0.5.png"),
        ("plan.jpg", "", "plan.jpg.png"),
        ("", "", None),
    ],
)
def test_a_name_gets_the_suffix_of_the_kind_unless_it_has_one(parent, typed, tmp_path, name, kind, saved) -> None:
    asked = typed((str(tmp_path / name) if name else "", kind))
    found = ask_where_to_save(parent, "Save the plan", "plan.png", KINDS)
    assert found == (tmp_path / saved if saved else None)
    assert asked == [("Save the plan", "plan.png", "Picture (*.png);;Numbers (*.csv)")]


def test_a_file_that_the_suffix_makes_it_is_replaced_only_if_wanted(parent, typed, tmp_path) -> None:
    there = tmp_path / "plan.png"
    there.touch()
    typed((str(tmp_path / "plan"), ""))
    press("&Replace")
    assert ask_where_to_save(parent, "Save", "a.png", KINDS) == there


def test_who_does_not_want_to_replace_it_is_asked_for_another_name(parent, typed, tmp_path) -> None:
    (tmp_path / "plan.png").touch()
    asked = typed((str(tmp_path / "plan"), ""), (str(tmp_path / "other"), ""))
    press("&Another name…")
    assert ask_where_to_save(parent, "Save", "a.png", KINDS) == tmp_path / "other.png"
    assert [proposed for _title, proposed, _kinds in asked] == ["a.png", str(tmp_path / "plan.png")]


def test_what_the_system_has_asked_about_is_not_asked_again(parent, typed, tmp_path) -> None:
    (tmp_path / "plan.png").touch()
    typed((str(tmp_path / "plan.png"), ""))
    assert ask_where_to_save(parent, "Save", "a.png", KINDS) == tmp_path / "plan.png"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("rates", "rates.lesson.toml"),
        ("rates.toml", "rates.lesson.toml"),
        ("v1.2", "v1.2.lesson.toml"),
        ("a.Lesson.TOML", "a.Lesson.TOML"),
    ],
)
def test_of_a_suffix_of_two_parts_the_second_may_be_there(name: str, found: str) -> None:
    assert with_suffix(Path("folder") / name, ".lesson.toml") == Path("folder") / found


def test_every_dialog_begins_where_the_last_one_ended_and_the_next_day_too(typed, monkeypatch, tmp_path):
    settings = Settings(tmp_path / "window.json")
    last_folder.keep_in(settings)
    asked = typed((str(tmp_path / "plots" / "loss.png"), ""), ("", ""))
    ask_where_to_save(QWidget(), "Save", "loss.png", KINDS)
    ask_where_to_save(QWidget(), "Save", "matrix.png", KINDS)
    assert [proposed for _title, proposed, _kinds in asked] == ["loss.png", str(tmp_path / "plots" / "matrix.png")]
    began_in: list[str] = []
    for name, none in (("getOpenFileName", ("", "")), ("getOpenFileNames", ([], "")), ("getExistingDirectory", "")):
        monkeypatch.setattr(QFileDialog, name, lambda *given, none=none: began_in.append(given[2]) or none)
    assert (ask_for_file(QWidget(), "Open", PICTURES), ask_for_files(QWidget(), "Open", PICTURES)) == (None, [])
    assert ask_for_folder(QWidget(), "Open") is None
    assert began_in == [str(tmp_path / "plots")] * 3
    settings.save()
    last_folder.keep_in(Settings(settings.file))
    assert last_folder.path == str(tmp_path / "plots")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "cats"))
    assert ask_for_folder(QWidget(), "Open") == tmp_path / "cats"
    assert last_folder.path == str(tmp_path), "beside it lies the next"
    last_folder.keep_in(None)
    assert last_folder.path == ""
