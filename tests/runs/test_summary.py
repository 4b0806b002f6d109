"""Reliability row 16: whatever state run folders are in, listing them works."""

from __future__ import annotations

import random
import shutil

import pytest

from cifar_gui.runs import Run, list_runs
from cifar_gui.runs.summary import RunSummary


@pytest.fixture
def two_runs(recipe, tell):
    """A stopped run and one that was never started."""
    with Run.create(recipe) as run:
        for event in tell.story((0.5,)):
            run.record(event)
    with Run.create(recipe.changed(network="mlp")):
        pass
    return run.path


def test_the_newest_run_comes_first(two_runs):
    assert [(run.number, run.status, run.resumable) for run in list_runs()] == [
        ("0002", "new", True),
        ("0001", "stopped", True),
    ]
    assert list_runs()[1].model_path == two_runs / "best.safetensors"
    assert list_runs()[0].model_path is None


def test_no_folder_is_no_runs(tmp_path):
    assert list_runs(tmp_path / "absent") == []


def test_what_is_not_a_run_is_not_listed(two_runs, runs_folder):
    (runs_folder / "photos").mkdir()
    (runs_folder / "0003").touch()
    (runs_folder / ".new-12345678").mkdir()
    assert [run.number for run in list_runs()] == ["0002", "0001"]


def test_an_empty_folder_with_a_number_is_a_damaged_run(runs_folder):
    (runs_folder / "0005").mkdir(parents=True)
    (run,) = list_runs()
    assert (run.status, run.resumable, run.title) == ("damaged", False, "damaged run")


MUTATED = ("run.json", "recipe.toml", "notes.json", "history.csv", "best.safetensors", "last.safetensors")


def mutate(content: bytes, draw: random.Random) -> bytes:
    """One of the things that happen to files."""
    kind = draw.randrange(6)
    place = draw.randrange(len(content))
    if kind == 0:
        return content[:place]
    if kind == 1:
        return bytes(len(content))
    if kind == 2:
        return content[:place] + bytes(draw.randrange(256) for _ in range(20)) + content[place:]
    if kind == 3:
        return b'{"status": ' + b"[" * 5000
    if kind == 4:
        return content.replace(b"1", b"NaN").replace(b"0", b"1e999")
    return content[:place] + bytes([content[place] ^ 1 << draw.randrange(8)]) + content[place + 1 :]


def list_mutants(runs_folder, whole, count: int) -> set[str]:
    draw = random.Random(11)
    seen = set()
    for _ in range(count):
        shutil.rmtree(runs_folder)
        shutil.copytree(whole, runs_folder / "0001")
        for name in draw.sample(MUTATED, draw.randrange(1, 4)):
            path = runs_folder / "0001" / name
            path.write_bytes(mutate(path.read_bytes(), draw))
        (run,) = list_runs()
        assert isinstance(run, RunSummary)
        assert list_runs() == [run]  # what was damaged has been set aside, and that is that
        seen.add(run.status)
        if run.resumable:
            with Run.open(run.path) as opened:
                opened.history()
    return seen


@pytest.fixture
def whole(two_runs, tmp_path):
    Run.open(two_runs).rename("first")
    return shutil.copytree(two_runs, tmp_path / "whole")


def test_mutilated_runs_are_listed(runs_folder, whole):
    assert list_mutants(runs_folder, whole, 60) >= {"stopped", "interrupted"}


@pytest.mark.soak
def test_a_thousand_mutilated_runs_are_listed(runs_folder, whole):
    assert list_mutants(runs_folder, whole, 1000) >= {"stopped", "interrupted"}
