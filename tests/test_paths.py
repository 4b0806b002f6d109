from __future__ import annotations

from pathlib import Path

import platformdirs
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


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("block 1 · conv 2", "block-1-conv-2"),
        ("AirNet · shipped", "AirNet-shipped"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\evil: it?", "C-evil-it"),
        ("Würfel", "Würfel"),
        ("..", "picture"),
        ("con", "_con"),
        ("Com1.txt", "_Com1.txt"),
        ("x" * 200, "x" * 100),
        ("", "picture"),
    ],
)
def test_titles_become_names_of_files_that_lead_nowhere(title, stem):
    assert paths.file_stem(title) == stem


PLACES = (paths.data_sets, paths.runs, paths.settings, paths.cache, paths.logs)


def test_a_home_of_its_own_has_a_folder_for_every_kind(home):
    assert [place() for place in PLACES] == [home / name for name in ("data", "runs", "settings", "cache", "logs")]


def test_without_one_everything_is_where_the_system_keeps_it(monkeypatch):
    monkeypatch.setenv("CIFAR_GUI_HOME", "")
    kinds = ("user_data_dir", "user_config_dir", "user_cache_dir", "user_log_dir")
    data, config, cache, log = (Path(getattr(platformdirs, kind)("cifar-gui", appauthor=False)) for kind in kinds)
    assert [place() for place in PLACES] == [data / "data", data / "runs", config, cache, log]


@pytest.mark.parametrize(("place", "name"), [(paths.resources, "resources"), (paths.shipped_models, "trained")])
def test_what_is_shipped_is_inside_the_package_else_beside_it(tmp_path, monkeypatch, place, name):
    monkeypatch.setattr(paths, "_PACKAGE", tmp_path / "package")
    (tmp_path / name).mkdir()
    assert place() == tmp_path / name
    (tmp_path / "package" / name).mkdir(parents=True)
    assert place() == tmp_path / "package" / name
