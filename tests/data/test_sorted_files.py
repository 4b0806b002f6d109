"""Files into folders by name."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from cifar_gui.data.sorted_files import put_back, sort_files
from cifar_gui.errors import Cancelled


@pytest.fixture
def files(tmp_path: Path) -> list[tuple[Path, str]]:
    """Two of one name in two folders, and another."""
    made = []
    for number, (name, label) in enumerate((("a/1.png", "cat"), ("b/1.png", "cat"), ("a/2.png", "dog"))):
        path = tmp_path / "from" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(number))
        made.append((path, label))
    return made


def told(_share: float, _what: str) -> None:
    pass


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_copies_lie_in_folders_by_label_and_the_originals_stay(files, tmp_path):
    found = sort_files(files, tmp_path / "to", told, move=False)
    assert contents(tmp_path / "to") == {"cat/1 (2).png": "1", "cat/1.png": "0", "dog/2.png": "2"}
    assert len(contents(tmp_path / "from")) == 3
    assert [source for source, _ in found.done] == [file for file, _ in files]
    again = sort_files(files[:1], tmp_path / "to", told, move=False)
    assert again.done[0][1].name == "1 (3).png", "nothing is overwritten"


def test_what_was_moved_can_be_put_back(files, tmp_path):
    before = contents(tmp_path / "from")
    found = sort_files(files, tmp_path / "to", told, move=True)
    assert contents(tmp_path / "from") == {}
    back = put_back(found.done, told)
    assert contents(tmp_path / "from") == before
    assert not any((tmp_path / "to").iterdir())
    assert {there for _, there in back.done} == {file for file, _ in files}


def test_what_has_made_room_for_another_is_put_back_after_it(tmp_path):
    for name in ("cat/1.png", "new/1.png"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name)
    files = [(tmp_path / "cat/1.png", "dog"), (tmp_path / "new/1.png", "cat")]
    found = sort_files(files, tmp_path, told, move=True)
    assert contents(tmp_path) == {"cat/1.png": "new/1.png", "dog/1.png": "cat/1.png"}
    put_back(found.done, told)
    assert contents(tmp_path) == {name: name for name in ("cat/1.png", "new/1.png")}


def test_a_file_that_is_gone_is_told_of_and_the_others_go_on(files, tmp_path):
    files[1][0].unlink()
    found = sort_files(files, tmp_path / "to", told, move=True)
    assert [source for source, _ in found.done] == [files[0][0], files[2][0]]
    (problem,) = found.problems
    assert problem.startswith(f"{files[1][0]} cannot be read: there is no such file")


@pytest.mark.parametrize("move", [True, False])
def test_what_lies_where_it_belongs_stays(files, tmp_path, move):
    sort_files(files, tmp_path / "to", told, move=True)
    before = contents(tmp_path / "to")
    again = [(tmp_path / "to" / name, name.partition("/")[0]) for name in before]
    found = sort_files([*again[:2], (again[2][0], "cat")], tmp_path / "to", told, move=move)
    assert (found.there, len(found.done)) == (2, 1)
    assert set(contents(tmp_path / "to")) - set(before) == {"cat/2.png"}


def test_of_what_cannot_be_finished_nothing_is_left_and_the_original_stays(files, tmp_path, monkeypatch):
    copy = shutil.copyfile

    def fills_the_disk(source, place):
        copy(source, place)
        if Path(source).name == "2.png":
            raise OSError(errno.ENOSPC, "No space left on device", str(place))

    monkeypatch.setattr(shutil, "copyfile", fills_the_disk)
    monkeypatch.setattr(shutil, "copystat", lambda *_paths: (_ for _ in ()).throw(PermissionError()))
    found = sort_files(files, tmp_path / "to", told, move=False)
    assert contents(tmp_path / "to") == {"cat/1 (2).png": "1", "cat/1.png": "0"}, "though no times can be kept"
    assert "2.png could not be written: the disk is full" in found.problems[0]
    monkeypatch.setattr(os, "rename", lambda *_paths: (_ for _ in ()).throw(OSError(errno.EXDEV, "another disk")))
    monkeypatch.setattr(os, "unlink", read_only(os.unlink, files[0][0]))
    found = sort_files(files[:2], tmp_path / "other", told, move=True)
    assert contents(tmp_path / "other") == {"cat/1.png": "1"}
    assert found.problems == (f"{files[0][0]} could not be moved: the disk can be read only. Copy it instead.",)
    assert files[0][0].exists()


def read_only(unlink, file):
    """As on a card that cannot be written to."""

    def refuse(path, *others, **more):
        if Path(path) == file:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        unlink(path, *others, **more)

    return refuse


def test_who_gives_up_is_told_what_was_done(files, tmp_path):
    asked = iter((False, True))
    found = sort_files(files, tmp_path / "to", told, move=True, stopping=lambda: next(asked))
    assert (len(found.done), found.given_up) == (1, True)
    back = put_back(found.done, told, stopping=lambda: True)
    assert (back.done, back.given_up) == ((), True)


def test_progress_may_end_it(files, tmp_path):
    def cancel(_share: float, _what: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        sort_files(files, tmp_path / "to", cancel, move=True)


def test_a_label_that_leads_elsewhere_does_not(files, tmp_path):
    sort_files([(files[0][0], "../../evil/con")], tmp_path / "to", told, move=False)
    assert contents(tmp_path / "to") == {"evil-con/1.png": "0"}
