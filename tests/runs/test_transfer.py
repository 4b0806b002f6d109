"""Runs as one file, and back."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path

import pytest

from cifar_gui import paths
from cifar_gui.errors import Cancelled, CheckpointError, WriteError
from cifar_gui.runs import Run, list_runs, move_to_trash, pack, transfer, unpack
from cifar_gui.runs.layout import EXPORTED

from .conftest import RECIPE, story


@pytest.fixture
def run() -> Path:
    """A run of three epochs, named, with notes."""
    with Run.create(RECIPE) as run:
        for event in story():
            run.record(event)
    run.rename("the good one")
    run.set_notes("keep this")
    return run.path


@pytest.fixture
def packed(run: Path, tmp_path: Path) -> Path:
    return pack(run, tmp_path / "good")


def files_of(run: Path) -> dict[str, bytes]:
    """Everything in a run folder but the lock, by name."""
    found = (path for path in run.rglob("*") if path.is_file() and path.name != "lock")
    return {path.relative_to(run).as_posix(): path.read_bytes() for path in found}


def test_a_run_that_is_taken_elsewhere_is_the_same_under_the_next_number(run: Path, packed: Path) -> None:
    assert packed.name == f"good{EXPORTED}"
    again = unpack(packed)
    assert again == paths.runs() / "0002"
    assert files_of(again) == files_of(run)
    newest, original = list_runs()
    assert (newest.name, newest.notes, newest.kept_epochs) == ("the good one", "keep this", original.kept_epochs)
    with Run.open(again) as opened:
        state = opened.resume_state()
    assert state is not None
    assert state.values == {"epoch": 3}


def test_it_can_go_to_another_folder_of_runs(packed: Path, tmp_path: Path) -> None:
    assert unpack(packed, tmp_path / "elsewhere") == tmp_path / "elsewhere" / "0001"


def test_what_is_not_of_the_run_stays_behind(run: Path, tmp_path: Path) -> None:
    (run / "my secrets.txt").write_text("no")
    (run / "epochs" / "notes.txt").write_text("no")
    with zipfile.ZipFile(pack(run, tmp_path / "x")) as archive:
        names = archive.namelist()
    assert "recipe.toml" in names
    assert "epochs/003.safetensors" in names
    assert not [name for name in names if name.endswith(".txt") and name != "log.txt"]
    assert "lock" not in names


def test_a_run_in_training_is_not_taken_away(tmp_path: Path) -> None:
    with Run.create(RECIPE) as run, pytest.raises(CheckpointError, match=r"is being trained\. Stop it first"):
        pack(run.path, tmp_path / "x")


def test_what_is_no_run_is_not_packed(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no run in"):
        pack(tmp_path, tmp_path / "x")


def test_a_place_that_cannot_be_written_to_is_named(run: Path, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"could not be written: .* Choose a folder that is there"):
        pack(run, tmp_path / "nowhere" / "x")


def archive_with(path: Path, *, compression: int = zipfile.ZIP_STORED, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in {"recipe.toml": RECIPE.to_toml().encode(), **members}.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        *("../evil.toml", "/etc/evil", "epochs/../../evil", "C:\\evil", "epochs"),
        *("epochs/1.safetensors", "epochs/x.safetensors", "best.safetensors/x", "setup.py", "lock"),
    ],
)
def test_names_that_no_run_has_are_refused_and_nothing_is_left(name: str, tmp_path: Path, runs_folder: Path) -> None:
    file = archive_with(tmp_path / "bad.cifarrun", **{name: b"x"})
    with pytest.raises(CheckpointError, match=r"bad\.cifarrun is no exported run: it holds"):
        unpack(file)
    assert list(runs_folder.iterdir()) == []
    assert not list(tmp_path.rglob("evil*"))


def test_what_would_grow_beyond_measure_is_refused(tmp_path: Path, runs_folder: Path) -> None:
    file = archive_with(tmp_path / "bomb.cifarrun", compression=zipfile.ZIP_DEFLATED, **{"notes.json": bytes(10_000)})
    with pytest.raises(CheckpointError, match="is no exported run"):
        unpack(file)
    file = archive_with(tmp_path / "large.cifarrun", **{"notes.json": bytes((4 << 20) + 1)})
    with pytest.raises(CheckpointError, match=r"notes\.json in it is too large"):
        unpack(file)
    assert list(runs_folder.iterdir()) == []


def test_a_file_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "twice.cifarrun"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("recipe.toml", RECIPE.to_toml())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("recipe.toml", RECIPE.to_toml())
    with pytest.raises(CheckpointError, match=r"it holds 'recipe\.toml'"):
        unpack(file)


def test_damaged_files_are_told_as_such(packed: Path, tmp_path: Path, runs_folder: Path) -> None:
    content = bytearray(packed.read_bytes())
    place = content.index(b"the good one")
    content[place : place + 3] = b"XXX"
    packed.write_bytes(content)
    with pytest.raises(CheckpointError, match="or it is damaged"):
        unpack(packed)
    packed.write_bytes(content[: len(content) // 2])
    with pytest.raises(CheckpointError, match="or it is damaged"):
        unpack(packed)
    assert [path.name for path in runs_folder.iterdir()] == ["0001"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"gone\.cifarrun cannot be read"):
        unpack(tmp_path / "gone.cifarrun")


@pytest.mark.parametrize("named", [True, False])
def test_of_a_full_disk_it_is_not_said_that_the_file_cannot_be_read(
    named: bool, packed: Path, runs_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "full", *([str(runs_folder / "somewhere")] if named else []))

    monkeypatch.setattr(transfer._Copied, "copy", fail)
    with pytest.raises(WriteError, match="runs could not be written"):
        unpack(packed)
    assert [path.name for path in runs_folder.iterdir()] == ["0001"]


def test_an_archive_without_a_recipe_is_no_run(tmp_path: Path, runs_folder: Path) -> None:
    file = tmp_path / "empty.cifarrun"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("notes.json", "{}")
    with pytest.raises(CheckpointError, match="holds no run"):
        unpack(file)
    assert list(runs_folder.iterdir()) == []


def test_numbers_in_the_trash_are_not_given_again(run: Path, packed: Path) -> None:
    move_to_trash(run)
    assert unpack(packed).name == "0002"


def test_how_far_it_is_is_told_and_what_is_given_up_leaves_nothing(
    run: Path, tmp_path: Path, runs_folder: Path
) -> None:
    shares: list[float] = []

    def listen(share: float, what: str) -> None:
        shares.append(share)
        assert what in ("Packing run 0001", "Unpacking there.cifarrun")

    packed = pack(run, tmp_path / "there", listen)
    unpack(packed, progress=listen)
    assert shares[0] == 0
    assert all(0 <= share < 1 for share in shares)
    assert shares.count(0.0) == 2, "twice it began"

    def give_up(share: float, _what: str) -> None:
        if share > 0.3:
            raise Cancelled

    before = packed.read_bytes()
    with pytest.raises(Cancelled):
        pack(run, packed, give_up)
    assert (packed.read_bytes(), list(tmp_path.glob(".*"))) == (before, [])

    def interrupt(_share: float, _what: str) -> None:
        raise KeyboardInterrupt

    for progress, error in ((give_up, Cancelled), (interrupt, KeyboardInterrupt)):
        with pytest.raises(error):
            unpack(packed, progress=progress)
    assert sorted(path.name for path in runs_folder.iterdir()) == ["0001", "0002"]
