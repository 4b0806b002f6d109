from __future__ import annotations

import pytest

from cifar_gui import paths

QUESTIONS = (paths.exists, paths.is_folder, paths.is_file)


@pytest.mark.parametrize("name", ["a" * 400, "null\0character"])
def test_there_is_nothing_under_a_name_that_cannot_be(name, tmp_path):
    assert not any(ask(tmp_path / name) for ask in QUESTIONS)


def test_there_is_nothing_where_one_must_not_look(tmp_path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "stat", refuse)
        answers = [ask(tmp_path / "a") for ask in QUESTIONS]
    assert not any(answers)


def test_folders_and_files_are_told_apart(tmp_path):
    file = tmp_path / "a"
    file.touch()
    assert [ask(tmp_path) for ask in QUESTIONS] == [True, True, False]
    assert [ask(file) for ask in QUESTIONS] == [True, False, True]
