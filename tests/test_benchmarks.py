"""What the benchmarks measure with."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import torch

BENCHMARK = Path(__file__).parent / "benchmarks" / "training.py"


def test_a_gpu_has_done_its_steps_whenever_the_clock_is_read(monkeypatch):
    """It is told of a step in no time, and is then at it for a second."""
    spec = importlib.util.spec_from_file_location("training_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    benchmark = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    queued, done = 0, 0

    def step():
        nonlocal queued
        queued += 1

    def synchronise():
        nonlocal done
        done = queued

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "synchronize", synchronise)
    monkeypatch.setattr(benchmark, "time", SimpleNamespace(perf_counter=lambda: done + 1e-3 * queued))
    assert 490 < benchmark.timed(step, 500, 30) <= 500
