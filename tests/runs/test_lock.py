"""Reliability row 17: one writer for each run, and no lock outlives its process."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading

import pytest

from cifar_gui.errors import CheckpointError, WriteError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.runs import lock as lock_module
from cifar_gui.runs.lock import FolderLock, is_locked

HOLDER = """
import sys
from pathlib import Path
from cifar_gui.runs.lock import FolderLock
lock = FolderLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_lock_is_held_once(tmp_path):
    one, two = FolderLock(tmp_path / "lock"), FolderLock(tmp_path / "lock")
    assert not is_locked(tmp_path / "lock")
    one.acquire()
    one.acquire()  # harmless
    assert one.held
    assert is_locked(tmp_path / "lock")
    with pytest.raises(CheckpointError, match=f"process {os.getpid()} on"):
        two.acquire()
    one.release()
    one.release()
    assert not is_locked(tmp_path / "lock")
    two.acquire()
    two.release()


def test_looking_does_not_disturb_the_holder_nor_other_lookers(tmp_path):
    lock = FolderLock(tmp_path / "lock")
    lock.acquire()
    assert [is_locked(tmp_path / "lock") for _ in range(3)] == [True] * 3
    lock.release()


def test_lookers_do_not_disturb_each_other_nor_who_would_train(tmp_path, monkeypatch):
    path = tmp_path / "lock"
    path.touch()
    looker = path.open("r+b")
    assert lock_module._take(looker, shared=True)
    assert not is_locked(path), "looked at is not held"
    monkeypatch.setattr(lock_module.time, "sleep", lambda _seconds: looker.close())
    lock = FolderLock(path)
    lock.acquire()  # a moment later
    assert lock.held
    lock.release()


def test_who_waits_for_a_holder_gives_up_within_a_second(tmp_path, monkeypatch):
    holder, pauses = FolderLock(tmp_path / "lock"), []
    holder.acquire()
    monkeypatch.setattr(lock_module.time, "sleep", pauses.append)
    with pytest.raises(CheckpointError):
        FolderLock(tmp_path / "lock").acquire()
    assert 0.05 < sum(pauses) < 1
    holder.release()


def test_the_file_names_its_holder_while_there_is_one(tmp_path):
    path = tmp_path / "lock"
    path.write_text("99999 1 somewhere-with-a-long-name-that-a-killed-process-left")
    lock = FolderLock(path)
    lock.acquire()
    process, _, host = path.read_text().split()
    assert (process, host) == (str(os.getpid()), lock_module.socket.gethostname())
    lock.release()
    assert path.read_text() == ""


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    with pytest.raises(WriteError, match="absent cannot be written to: there is no such file"):
        FolderLock(tmp_path / "absent" / "lock").acquire()


def test_a_killed_holder_lets_go(tmp_path):
    command = [sys.executable, "-c", HOLDER, tmp_path / "lock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        with pytest.raises(CheckpointError, match=f"process {child.pid} on"):
            FolderLock(tmp_path / "lock").acquire()
        child.kill()
    assert not is_locked(tmp_path / "lock")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has locks everywhere")
class TestWithoutSystemLocks:
    """Some network drives have none: then the process named in the file decides."""

    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch):
        def refuse(*_):
            raise OSError(errno.ENOLCK, "no locks available")

        monkeypatch.setattr("fcntl.flock", refuse)

    def test_a_living_process_holds_its_lock(self, tmp_path):
        lock = FolderLock(tmp_path / "lock")
        lock.acquire()
        assert is_locked(tmp_path / "lock")
        with pytest.raises(CheckpointError, match="in use"):
            FolderLock(tmp_path / "lock").acquire()
        lock.release()
        assert not is_locked(tmp_path / "lock")

    def test_a_dead_process_does_not(self, tmp_path, monkeypatch):
        with subprocess.Popen([sys.executable, "-c", ""]) as child:
            pass
        (tmp_path / "lock").write_text(f"{child.pid} 12345 {lock_module.socket.gethostname()}")
        assert not is_locked(tmp_path / "lock")

    @pytest.mark.skipif(sys.platform != "linux", reason="start times are known on Linux only")
    def test_nor_does_another_process_that_got_its_number(self, tmp_path):
        (tmp_path / "lock").write_text(f"{os.getpid()} 1 {lock_module.socket.gethostname()}")
        assert not is_locked(tmp_path / "lock")

    def test_a_process_of_another_user_is_alive(self, tmp_path, monkeypatch):
        def refuse(_process, _signal):
            raise PermissionError

        started = lock_module._started(os.getpid())
        (tmp_path / "lock").write_text(f"{os.getpid()} {started} {lock_module.socket.gethostname()}")
        monkeypatch.setattr(os, "kill", refuse)
        assert is_locked(tmp_path / "lock")

    @pytest.mark.parametrize("text", ["", "who knows", "me 1 here", "1 2 3 4"])
    def test_a_file_that_names_nobody_is_not_held(self, text, tmp_path):
        (tmp_path / "lock").write_text(text)
        assert not is_locked(tmp_path / "lock")

    def test_a_process_on_another_machine_is_believed(self, tmp_path):
        (tmp_path / "lock").write_text("1 1 elsewhere")
        assert is_locked(tmp_path / "lock")


def race(count: int, work) -> list[object]:
    """What `count` threads that start together return or raise."""
    results: list[object] = [None] * count
    barrier = threading.Barrier(count)

    def body(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work()
        except CheckpointError as error:
            results[number] = error

    threads = [threading.Thread(target=body, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("repetition", range(20))
def test_of_racing_windows_exactly_one_gets_the_run(repetition, tmp_path):
    locks: list[FolderLock] = []

    def work() -> str:
        lock = FolderLock(tmp_path / "lock")
        lock.acquire()
        locks.append(lock)
        return "got it"

    results = race(4, work)
    assert results.count("got it") == 1
    for lock in locks:
        lock.release()


def test_racing_windows_get_runs_of_their_own(tmp_path):
    runs: list[Run] = []
    race(8, lambda: runs.append(Run.create(Recipe(), root=tmp_path)))
    assert sorted(run.number for run in runs) == [f"{number:04d}" for number in range(1, 9)]
    assert not list(tmp_path.glob(".new-*"))
    for run in runs:
        run.close()
