"""Reliability rows 6 and 14: a run can go on whatever fails, whenever it is killed, and it goes on exactly."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from cifar_gui import atomic
from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.errors import WriteError, reason
from cifar_gui.runs import Run, list_runs


class Faults:
    """Lets the n-th call that changes the disk fail, whichever it is: opening to write, fsync, renaming."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = 0
        self.code = errno.ENOSPC
        for owner, name in ((Path, "open"), (Path, "replace"), (atomic.os, "fsync"), (Path, "mkdir")):
            patch.setattr(owner, name, self._wrapped(getattr(owner, name)))

    def _wrapped(self, original):
        def call(*arguments, **named):
            reading = original.__name__ == "open" and set(str(arguments[1:]) + str(named)).isdisjoint("wxa+")
            if self.left and not reading:
                self.left -= 1
                if self.left == 0:
                    raise OSError(self.code, os.strerror(self.code))
            return original(*arguments, **named)

        return call


@pytest.mark.parametrize(
    ("code", "stride"), [(errno.ENOSPC, 1), (errno.EIO, 4), (errno.EACCES, 5)], ids=["ENOSPC", "EIO", "EACCES"]
)
def test_whichever_call_fails_the_run_goes_on_from_a_whole_state(code, stride, recipe, tell, monkeypatch):
    faults = Faults(monkeypatch)
    faults.code = code
    number, failed, messages = 0, True, []
    while failed:
        number += stride
        run = Run.create(recipe)
        for event in [tell.started(), *tell.epoch_events(1, 0.5, is_best=True)]:
            run.record(event)
        faults.left = number
        failed = False
        try:
            for event in tell.epoch_events(2, 0.6, is_best=True):
                run.record(event)
        except WriteError as error:
            failed = True
            messages.append(str(error))
        faults.left = 0
        run.close()
        with Run.open(run.path) as again:
            state = again.resume_state()
            assert state is not None
            assert state.step in ((10, 20) if failed else (20,))
            again.record(tell.started(first_step=state.step))
            assert list(again.history().epochs["step"]) == list(range(10, state.step + 1, 10))
            for path in (again.best_path, again.last_path):
                assert load_snapshot(path) in (tell.snapshot_after(1), tell.snapshot_after(2))
    assert number > 20, "there are more calls than that in an epoch"
    assert all(reason(OSError(code, "")) in message for message in messages)


class Nearly(io.FileIO):
    """A file on a disk that has room for a few bytes more."""

    def __init__(self, path: Path, room: int) -> None:
        super().__init__(path, "ab")
        self._room = room

    def write(self, data) -> int:
        if not self._room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(bytes(data)[: self._room])
        self._room -= written
        return written


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_lines_that_a_full_disk_cut_short_are_written_once_and_whole_when_there_is_room(
    call, recipe, tell, monkeypatch
):
    real = Path.open

    def open_nearly(path, mode="r", *arguments, **named):
        if (path.name, mode) == ("history.csv", "ab"):
            return io.BufferedWriter(Nearly(path, room=50))
        return real(path, mode, *arguments, **named)

    def fail(_file):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    *steps, epoch, _state = tell.epoch_events(1, 0.5, is_best=True)
    with Run.create(recipe) as run:
        for event in (tell.started(), *steps):
            run.record(event)
        with monkeypatch.context() as patch:
            if call == "write":
                patch.setattr(Path, "open", open_nearly)
            else:
                patch.setattr(os, "fsync", fail)
            with pytest.raises(WriteError, match="Make room on the disk"):
                run.record(epoch)
        run.failed("The disk is full.")
    assert list(run.history().steps["step"]) == [5, 10]
    assert list(run.history().epochs["epoch"]) == [1]


TRAINING = """
import json, sys
from pathlib import Path
import torch
from cifar_gui.data.base import assemble
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.training.control import Control
from cifar_gui.training.engine import new_model, train
from cifar_gui.training.events import EpochReport, Finished

torch.set_num_threads(1)
labels = torch.arange(120) % 3
images = (labels.view(-1, 1, 1, 1) * 60 + torch.arange(3072).view(1, 3, 32, 32) * torch.arange(120).view(-1, 1, 1, 1)
          % 50).to(torch.uint8)
data = assemble("Tiny", images, labels, ("a", "b", "c"), test=torch.arange(120) >= 100)

def go_on(path):
    with Run.open(path) as run:
        state = run.resume_state()
        model = new_model(run.recipe, 3)
        for event in train(model, data, run.recipe, Control(), state):
            run.record(event)
            if isinstance(event, EpochReport):
                print("epoch", event.epoch, flush=True)
    print("done", flush=True)

if __name__ == "__main__":
    for line in sys.stdin:
        # One process imports torch once; its children train and are killed.
        import os
        child = os.fork()
        if child == 0:
            go_on(Path(line.strip()))
            os._exit(0)
        print("child", child, flush=True)
        os.waitpid(child, 0)
        print("ended", flush=True)
"""


class Nursery:
    """Trains runs in child processes that can be killed, without importing torch anew for each."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", TRAINING]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def train(self, path: Path) -> None:
        """To the end."""
        self._begin(path)
        self._read_until("ended")

    def train_and_kill(self, path: Path, draw: random.Random) -> None:
        """For a random number of epochs and a random part of one."""
        child = self._begin(path)
        for _ in range(draw.randrange(3)):
            if self._line() in ("done", "ended"):
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(draw.uniform(0, 0.15))
        with contextlib.suppress(ProcessLookupError):  # it was done already
            os.kill(child, 9)
        self._read_until("ended")

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _begin(self, path: Path) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        word, number = self._line().split()
        assert word == "child"
        return int(number)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the training process died"
        self._last = line.strip()
        return self._last

    def _read_until(self, word: str) -> None:
        while self._last != word:
            self._line()


@pytest.fixture
def nursery():
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def small_recipe(recipe):
    return recipe.changed(
        epochs=6, batch_size=20, lr=0.01, crop=2, cutout=4, optimiser="adamw", device="cpu", precision="float32",
        memory_format="contiguous",
    )  # fmt: skip


def kill_and_compare(nursery: Nursery, recipe, runs: int, kills: int) -> None:
    """Killed runs that went on end as the straight one did, to the bit."""
    with Run.create(recipe) as straight:
        pass
    nursery.train(straight.path)
    assert straight.summary().status == "completed"
    draw = random.Random(5)
    interrupted = 0
    for _ in range(runs):
        with Run.create(recipe) as run:
            pass
        for _ in range(kills):
            nursery.train_and_kill(run.path, draw)
            interrupted += run.summary().status == "interrupted"
        nursery.train(run.path)
        assert run.summary().status == "completed"
        assert load_snapshot(run.last_path) == load_snapshot(straight.last_path)
        assert load_snapshot(run.best_path) == load_snapshot(straight.best_path)
        for name in ("step", "train_loss", "validation_loss", "validation_accuracy"):
            assert list(run.history().epochs[name]) == list(straight.history().epochs[name])
    assert interrupted > 0, "no kill hit a training: the test proves nothing"
    assert json.loads(straight.layout.record.read_text())["epochs_done"] == recipe.epochs


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills children of a fork")


@needs_fork
def test_killed_trainings_go_on_bit_for_bit(nursery, small_recipe):
    kill_and_compare(nursery, small_recipe, runs=2, kills=4)
    assert len(list_runs()) == 3


@needs_fork
@pytest.mark.soak
def test_ten_runs_killed_many_times_go_on_bit_for_bit(nursery, small_recipe):
    kill_and_compare(nursery, small_recipe.changed(epochs=12), runs=10, kills=10)
    assert len(list_runs()) == 11
