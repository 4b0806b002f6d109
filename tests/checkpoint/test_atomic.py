"""Reliability row 6: whatever fails while a file is written, and whenever the process dies, old or new is there."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cifar_gui import atomic
from cifar_gui.atomic import remove_leftovers, write_atomically
from cifar_gui.checkpoint.files import load_snapshot, save_snapshot
from cifar_gui.errors import WriteError

FAILURES = (errno.ENOSPC, errno.EIO, errno.EACCES)
CALLS = ("open", "write", "fsync", "replace", "sync folder")


class FailingFile:
    """A file of which the `countdown`-th write stores half of what it is given, then fails."""

    def __init__(self, file, code: int, countdown: int) -> None:
        self._file, self._code, self._countdown = file, code, countdown

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, chunk):
        self._countdown -= 1
        if self._countdown:
            return self._file.write(chunk)
        self._file.write(bytes(chunk)[: len(chunk) // 2])
        raise OSError(self._code, os.strerror(self._code))

    def flush(self):
        self._file.flush()

    def fileno(self):
        return self._file.fileno()


def break_call(monkeypatch, call: str, code: int, number: int = 1) -> None:
    """Let the `number`-th call of a kind fail with an error code."""
    left = [number]

    def failing(original):
        def function(*arguments, **named):
            left[0] -= 1
            if left[0] == 0:
                raise OSError(code, os.strerror(code))
            return original(*arguments, **named)

        return function

    if call == "write":
        original = Path.open
        monkeypatch.setattr(Path, "open", lambda path, mode="r": FailingFile(original(path, mode), code, number))
        return
    owner, name = {
        "open": (Path, "open"), "fsync": (atomic.os, "fsync"), "replace": (Path, "replace"),
        "sync folder": (atomic, "_sync_folder"),
    }[call]  # fmt: skip
    monkeypatch.setattr(owner, name, failing(getattr(owner, name)))


@pytest.mark.parametrize("code", FAILURES, ids=errno.errorcode.get)
@pytest.mark.parametrize("call", CALLS)
def test_when_a_call_fails_the_old_or_the_new_model_loads(call, code, model_file, snapshot_of, monkeypatch):
    old, new = snapshot_of(seed=0), snapshot_of(seed=1)
    with monkeypatch.context() as patch:
        break_call(patch, call, code)
        with pytest.raises(WriteError, match=r"model\.safetensors could not be written"):
            save_snapshot(new, model_file)
    assert load_snapshot(model_file) == (new if call == "sync folder" else old)
    assert [path.name for path in model_file.parent.iterdir()] == [model_file.name]


@pytest.mark.parametrize("number", range(1, 8))
def test_a_disk_that_fills_up_at_any_write_leaves_the_old_model(number, model_file, snapshot_of, monkeypatch):
    with monkeypatch.context() as patch:
        break_call(patch, "write", errno.ENOSPC, number)
        try:
            save_snapshot(snapshot_of(seed=1), model_file)
            expected = snapshot_of(seed=1)  # there were fewer writes than that
        except WriteError:
            expected = snapshot_of(seed=0)
    assert load_snapshot(model_file) == expected


def test_an_interruption_leaves_no_temporary_file(tmp_path, monkeypatch):
    def interrupt(_descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(atomic.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", [b"content"])
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no call for folders")
def test_a_file_is_safe_and_whole_before_it_has_its_name_and_then_its_name_is(tmp_path, monkeypatch):
    events, fsync, replace = [], os.fsync, Path.replace

    def noting_fsync(descriptor):
        found = os.fstat(descriptor)
        events.append("folder" if found.st_ino == tmp_path.stat().st_ino else found.st_size)
        fsync(descriptor)

    def noting_replace(path, target):
        events.append("named")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noting_fsync)
    monkeypatch.setattr(Path, "replace", noting_replace)
    write_atomically(tmp_path / "file", [b"some ", memoryview(b"content")])
    assert events == [12, "named", "folder"]


def test_two_who_write_one_file_at_once_both_succeed(tmp_path):
    def chunks():
        yield b"outer "
        write_atomically(tmp_path / "file", [b"inner"])
        assert (tmp_path / "file").read_bytes() == b"inner"
        yield b"content"

    write_atomically(tmp_path / "file", chunks())
    assert (tmp_path / "file").read_bytes() == b"outer content"


def test_a_failure_without_a_number_is_told_in_its_own_words(tmp_path):
    def chunks():
        yield b""
        raise OSError("the share is gone")

    with pytest.raises(WriteError, match="could not be written: the share is gone"):
        write_atomically(tmp_path / "file", chunks())


def test_a_missing_folder_gets_a_sentence(tmp_path):
    with pytest.raises(WriteError, match="file could not be written: there is no such file"):
        write_atomically(tmp_path / "absent" / "file", [b""])


def test_leftovers_of_killed_writers_are_removed_and_nothing_else(tmp_path):
    for name in (".model.safetensors.0a1b2c3d.tmp", "model.safetensors", "notes.tmp"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.safetensors", "notes.tmp"]


WRITER = """
import itertools, sys
from pathlib import Path
from cifar_gui.checkpoint.container import TensorBytes, read_header, read_payload, write_container
from cifar_gui.checkpoint.files import MODEL_FORMAT
models = []
for name in sys.argv[2:]:
    with open(name, "rb") as file:
        header = read_header(file, MODEL_FORMAT)
        payload = memoryview(read_payload(file, header))
    parts = [TensorBytes(t.name, t.dtype, t.shape, payload[t.start : t.stop]) for t in header.tensors]
    models.append((header.document, parts))
for count in itertools.count():
    print(count, flush=True)
    write_container(Path(sys.argv[1]), MODEL_FORMAT, *models[count % 2])
"""


def kill_writers(target: Path, models: list[Path], kills: int) -> int:
    """Kill a child that writes the two models to `target` in turn at `kills` random instants, and check what is there
    each time; returns how many were killed within a write."""
    draw = random.Random(3)
    versions = {load_snapshot(path).digest for path in models}
    torn = 0
    for _ in range(kills):
        arguments = [sys.executable, "-c", WRITER, target, *models]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            for _line in range(2 + draw.randrange(4)):  # the first write at least is done
                child.stdout.readline()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(draw.uniform(0, 0.05))  # some part of a write
            child.kill()
        torn += any(target.parent.glob(f".{target.name}.*.tmp"))
        remove_leftovers(target.parent)
        assert load_snapshot(target).digest in versions
    return torn


@pytest.fixture
def two_models(snapshot_of, tmp_path):
    paths = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for seed, path in enumerate(paths):
        save_snapshot(snapshot_of("mlp", seed), path)
    return paths


def test_killed_writers_leave_a_model_that_loads(two_models, tmp_path):
    torn = kill_writers(tmp_path / "model.safetensors", two_models, 25)
    assert torn > 0, "no kill hit a write: the test proves nothing"


@pytest.mark.soak
def test_two_hundred_killed_writers_leave_a_model_that_loads(two_models, tmp_path):
    torn = kill_writers(tmp_path / "model.safetensors", two_models, 200)
    assert torn > 20, "hardly any kill hit a write: the test proves nothing"
