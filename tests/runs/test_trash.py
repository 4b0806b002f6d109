from __future__ import annotations

import errno
import os
import shutil
import time

import pytest

from cifar_gui.errors import CheckpointError
from cifar_gui.runs import Run, list_runs, list_trash, restore
from cifar_gui.runs.trash import empty_old


@pytest.fixture
def trashed(recipe):
    with Run.create(recipe) as run:
        pass
    return run.move_to_trash()


def test_the_trash_takes_a_run_and_gives_it_back(trashed, runs_folder):
    assert (list_runs(), [run.number for run in list_trash()]) == ([], ["0001"])
    assert restore(trashed) == runs_folder / "0001"
    assert ([run.number for run in list_runs()], list_trash()) == (["0001"], [])


def test_a_number_that_has_been_taken_is_not_overwritten(trashed, recipe, runs_folder):
    with Run.create_at(runs_folder / "0001", recipe):
        pass
    with pytest.raises(CheckpointError, match="another run of that number"):
        restore(trashed)
    assert Run.open(runs_folder / "0001").move_to_trash().name == "0001-2"
    assert [run.number for run in list_trash()] == ["0001-2", "0001"]


def test_a_run_in_training_is_not_moved(recipe):
    run = Run.create(recipe)
    with pytest.raises(CheckpointError, match="in use"):
        Run.open(run.path).move_to_trash()
    run.close()
    assert [each.number for each in list_runs()] == ["0001"]


def test_the_trash_forgets_after_thirty_days(trashed, recipe):
    with Run.create(recipe) as run:
        pass
    recent = run.move_to_trash()
    for run, days in ((trashed, 30.01), (recent, 29.99)):
        long_ago = time.time() - days * 86_400
        os.utime(run, (long_ago, long_ago))
    assert empty_old() == 1
    assert [run.path for run in list_trash()] == [recent]


def test_one_run_that_cannot_be_deleted_does_not_keep_the_others(recipe, tmp_path, monkeypatch):
    for _ in range(3):
        with Run.create(recipe, tmp_path / "other") as run:
            pass
        run.move_to_trash()
    real = shutil.rmtree

    def rmtree(path):
        if path.name == "0002":
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        real(path)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    assert empty_old(tmp_path / "other", days=-1) == 2
    assert [run.number for run in list_trash(tmp_path / "other")] == ["0002"]
    assert empty_old(days=-1) == 0, "another folder has a trash of its own"


def test_what_was_made_long_ago_stays_thirty_days_in_the_trash_all_the_same(recipe):
    with Run.create(recipe) as run:
        pass
    os.utime(run.path, (1_000_000_000, 1_000_000_000))
    run.move_to_trash()
    assert empty_old() == 0


def test_a_run_whose_days_in_the_trash_cannot_be_counted_from_now_stays_where_it_is(recipe, monkeypatch):
    with Run.create(recipe) as run:
        pass

    def fail(_path):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "utime", fail)
    with pytest.raises(CheckpointError, match="could not be moved to the trash"):
        run.move_to_trash()
    assert ([each.number for each in list_runs()], list_trash()) == (["0001"], [])


def test_a_run_that_is_gone_gets_a_sentence(trashed):
    restored = restore(trashed)
    with pytest.raises(CheckpointError, match="could not be taken back"):
        restore(trashed.with_name("0099"))
    assert restored.exists()
