"""The training loop asks the device for nothing but its reports: each question would wait for all work before it.

Counted on the CPU with a stand-in for what a GPU's user would have to wait for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from cifar_gui.networks.base import NETWORKS
from cifar_gui.recipe import Recipe
from cifar_gui.training.bench import Bench, new_model
from cifar_gui.training.control import Control
from cifar_gui.training.engine import train
from cifar_gui.training.events import EpochReport, StepReport

WAITING = ("_local_scalar_dense", "nonzero", "masked_select", "equal", "is_nonzero", "unique", "bincount")
"""Operators of torch whose result, or the shape of it, has to be known on the host."""


class _Waits(TorchDispatchMode):
    def __init__(self, seen: list[str]) -> None:
        super().__init__()
        self._seen = seen

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        masks = args[1] if name == "index" else ()
        if name in WAITING or any(mask is not None and mask.dtype == torch.bool for mask in masks):
            self._seen.append(name)
        return func(*args, **(kwargs or {}))


@contextmanager
def host_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What would make the host wait for the device, as it comes."""
    seen: list[str] = []
    with monkeypatch.context() as patch, _Waits(seen):
        for method in ("tolist", "cpu", "numpy"):
            original = getattr(Tensor, method)

            def counted(self: Tensor, *args: Any, original: Any = original, method: str = method, **kwargs: Any) -> Any:
                seen.append(method)
                return original(self, *args, **kwargs)

            patch.setattr(Tensor, method, counted)
        yield seen


@pytest.fixture
def recipe() -> Recipe:
    """All augmentation there is; two micro-batches a step."""
    return Recipe(
        network="mlp", network_settings={"hidden": 8, "dropout": 0.5}, batch_size=20, micro_batch=10, epochs=2, crop=2,
        flip="alternating", cutout=8, label_smoothing=0.1, precision="float32", device="cpu",
        memory_format="contiguous",
    )  # fmt: skip


def test_what_waits_is_counted(monkeypatch):
    with host_reads(monkeypatch) as seen:
        values = torch.tensor([1.0, 0.0])
        values.sum().item()
        values[values > 0]
        values.tolist()
        float(values[0])
        values + values
    assert seen == ["_local_scalar_dense", "index", "tolist", "_local_scalar_dense"]


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw", "muon"])  # Adamax keeps its counts on the host
@pytest.mark.parametrize("network", ["mlp", "lenet", "airnet"])
def test_a_step_reads_nothing_and_a_report_once(tiny_data, recipe, network, optimiser, monkeypatch):
    own = recipe.network_settings if network == "mlp" else {"size": "93"} if network == "airnet" else {}
    recipe = recipe.changed(network=network, network_settings=own, optimiser=optimiser, lookahead_every=1)
    bench = Bench(new_model(recipe, 3), tiny_data, recipe, None)
    with host_reads(monkeypatch) as seen:
        order = bench.epoch_order(1)[: bench.batch_size]
        assert list(bench.gradients(order, 1, 0)) == [1, 0]
        bench.step(0.5, 1, 10)
        assert seen == []
        bench.take_sums()
    assert seen == ["tolist"]


@pytest.mark.parametrize("name", NETWORKS.names())
def test_no_network_reads_anything_of_itself_while_it_trains(name, monkeypatch):
    model, images = NETWORKS[name](classes=10).train(), torch.randn(2, 3, 32, 32)
    with host_reads(monkeypatch) as seen:
        model(images).sum().backward()
    assert seen == []


def test_a_run_reads_once_a_report_and_a_fixed_number_of_times_an_epoch(tiny_data, recipe, monkeypatch):
    """However many steps lie between two reports."""

    def reads(per_epoch: int) -> tuple[int, int]:
        monkeypatch.setattr("cifar_gui.training.engine.REPORTS_PER_EPOCH", per_epoch)
        with host_reads(monkeypatch) as seen:
            events = list(train(new_model(recipe, 3), tiny_data, recipe, Control()))
        assert sum(isinstance(event, EpochReport) for event in events) == 2
        return len(seen), sum(isinstance(event, StepReport) for event in events)

    many, all_reports = reads(1000)
    few, some_reports = reads(2)
    assert all_reports > some_reports
    assert many - few == all_reports - some_reports
