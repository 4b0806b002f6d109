from __future__ import annotations

import dataclasses
import errno
import json
import os
import sys

import pytest
import safetensors.torch
import torch

from cifar_gui.checkpoint.files import (
    load_resume_state,
    load_snapshot,
    read_card,
    save_resume_state,
    save_snapshot,
)
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.checkpoint.tensors import survives_halving, tensor_bytes
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import CheckpointError, WriteError
from cifar_gui.networks.base import NETWORKS


@pytest.mark.parametrize("network", NETWORKS.names())
def test_every_network_comes_back_from_a_file_as_it_was(network, snapshot_of, tmp_path):
    snapshot = snapshot_of(network)
    save_snapshot(snapshot, tmp_path / "m.safetensors")
    loaded = load_snapshot(tmp_path / "m.safetensors")
    assert loaded == snapshot
    assert loaded.card == snapshot.card
    assert all(torch.equal(loaded.weights[name], value) for name, value in snapshot.weights.items())


@pytest.mark.parametrize("network", NETWORKS.names())
def test_half_files_are_smaller_and_lose_rounding_only(network, snapshot_of, tmp_path):
    snapshot = snapshot_of(network)
    save_snapshot(snapshot, tmp_path / "full.safetensors")
    save_snapshot(snapshot, tmp_path / "half.safetensors", half=True)
    loaded = load_snapshot(tmp_path / "half.safetensors")
    assert (tmp_path / "half.safetensors").stat().st_size < 0.65 * (tmp_path / "full.safetensors").stat().st_size
    for name, value in snapshot.weights.items():
        assert loaded.weights[name].dtype == value.dtype
        torch.testing.assert_close(loaded.weights[name], value, rtol=2e-3, atol=1e-6)


def test_running_statistics_keep_every_bit_in_half_files(snapshot_of, tmp_path):
    snapshot = snapshot_of("airnet")
    weights = dict(snapshot.weights)
    name = next(name for name in weights if name.endswith("running_var"))
    weights[name] = torch.logspace(-30, 30, weights[name].numel())
    save_snapshot(ModelSnapshot(snapshot.card, weights), tmp_path / "m.safetensors", half=True)
    assert torch.equal(load_snapshot(tmp_path / "m.safetensors").weights[name], weights[name])


def test_what_is_no_matrix_of_float32_is_not_halved(tmp_path):
    stored = {
        "vector": torch.rand(5), "number": torch.tensor(0.1), "double": torch.rand(3, 3, dtype=torch.float64),
        "empty": torch.zeros(0, 4), "whole": torch.ones(2, 2, dtype=torch.int64),
    }  # fmt: skip
    for each in tensor_bytes({**stored, "matrix": torch.rand(3, 3)}, half=True):
        assert (each.dtype == "F16") is (each.name == "matrix"), each.name


def test_half_a_file_loses_a_thousandth_of_each_filters_largest_value_at_most():
    rows = torch.tensor([[1.0, 2.0**-11 + 2.0**-24 * 3], [1e-4, 3e-8]])
    assert survives_halving(rows[:1])
    assert not survives_halving(torch.tensor([[1e-5, 3e-8]])), "too small for float16's full precision"
    assert not survives_halving(torch.tensor([[1.0, 1.0], [1e-5, 3e-8]])), "one filter among others"
    assert not survives_halving(torch.tensor([[7e4, 1.0]])), "too large for float16"


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_filters_too_small_or_large_for_float16_stay_float32(scale, snapshot_of, tmp_path):
    snapshot = snapshot_of("simple")
    weights = dict(snapshot.weights)
    name = next(name for name in weights if weights[name].ndim == 4)
    weights[name] = weights[name].clone()
    weights[name][3] *= scale  # one filter among others of ordinary size
    save_snapshot(ModelSnapshot(snapshot.card, weights), tmp_path / "m.safetensors", half=True)
    assert torch.equal(load_snapshot(tmp_path / "m.safetensors").weights[name], weights[name])


def test_the_safetensors_library_reads_what_we_write(model_file, snapshot):
    read = safetensors.torch.load_file(model_file)
    assert read.keys() == snapshot.weights.keys()
    assert all(torch.equal(read[name], value) for name, value in snapshot.weights.items())


def test_the_card_can_be_read_alone(model_file, snapshot):
    assert read_card(model_file) == snapshot.card


def test_everything_a_card_says_comes_back(snapshot, tmp_path):
    card = dataclasses.replace(
        snapshot.card,
        title="Simple",
        made={"minutes": "3"},
        network_settings={"filters": 12},
        step=41,
        epoch=1.5,
        familiarity=(-1.0, 0.5, 2.0),
        trade=((0.5, 0.9, 0.95), (0.85, 0.8, 0.99)),
    )
    default = type(card)("none", (), card.stats)
    unset = [each.name for each in dataclasses.fields(card) if getattr(card, each.name) == getattr(default, each.name)]
    assert unset == ["stats"], "a field that has its default would come back if it were forgotten"
    save_snapshot(dataclasses.replace(snapshot, card=card), tmp_path / "m")
    assert read_card(tmp_path / "m") == card


def test_a_card_of_another_program_needs_to_name_the_network_and_the_channels_only(snapshot):
    values = snapshot.card.to_dict()
    least = {name: values[name] for name in ("network", "class_names", "stats")}
    assert type(snapshot.card).from_dict(least) == type(snapshot.card)(
        snapshot.card.network, snapshot.card.class_names, snapshot.card.stats
    )


@pytest.mark.parametrize(
    "rows",
    [
        [[0.5, 0.9]],
        [[0.5, 0.9, 1.01]],
        [[0.5, float("nan"), 1.0]],
        [[0.6, 0.9, 1.0], [0.6, 0.8, 1.0]],
        [[n / 200, 0.5, 0.5] for n in range(101)],
        0.85,
    ],
)
def test_a_trade_that_cannot_have_been_measured_is_refused(snapshot, rows):
    with pytest.raises((TypeError, ValueError)):
        type(snapshot.card).from_dict({**snapshot.card.to_dict(), "trade": rows})


def test_what_was_measured_of_a_network_makes_it_no_other_function(snapshot):
    measured = dataclasses.replace(snapshot, card=dataclasses.replace(snapshot.card, trade=((0.5, 1.0, 1.0),)))
    assert measured.function_digest == snapshot.function_digest
    assert measured.digest != snapshot.digest


def test_cards_that_are_equal_are_written_alike(snapshot):
    card = snapshot.card
    whole = dataclasses.replace(card, epoch=2, scores={"train_loss": 1}, calibration={"temperature": 1})
    real = dataclasses.replace(card, epoch=2.0, scores={"train_loss": 1.0}, calibration={"temperature": 1.0})
    assert json.dumps(whole.to_dict()) == json.dumps(real.to_dict())


def test_snapshots_are_equal_when_nothing_that_counts_differs(snapshot):
    weights = dict(snapshot.weights)
    name, first = next(iter(weights.items()))

    def of(changed, card=snapshot.card):
        return ModelSnapshot(card, changed)

    backwards = of(dict(reversed(weights.items())))
    assert backwards == snapshot
    assert hash(backwards) == hash(snapshot)
    scores = dict(reversed(snapshot.card.scores.items()))
    assert of(weights, dataclasses.replace(snapshot.card, scores=scores)) == snapshot
    assert of(weights, dataclasses.replace(snapshot.card, step=7)) != snapshot
    assert of({**weights, name: first + 1e-6}) != snapshot
    assert of({**weights, name: first.view(torch.int32)}) != snapshot, "the same bytes, read otherwise"
    assert of({**weights, name: first.flatten()}) != snapshot
    assert of({(f"{key}x" if key == name else key): value for key, value in weights.items()}) != snapshot
    assert snapshot != "a word"


def test_what_its_answers_do_not_depend_on_makes_no_other_function_of_a_snapshot(snapshot):
    def digest(weights=snapshot.weights, **changes) -> str:
        return ModelSnapshot(dataclasses.replace(snapshot.card, **changes), weights).function_digest

    assert digest(title="Another", scores={}, recipe=None, made={"minutes": "3"}, step=7) == snapshot.function_digest
    name, first = next(iter(snapshot.weights.items()))
    others = {
        snapshot.function_digest,
        snapshot.digest,
        digest({**snapshot.weights, name: first + 1e-6}),
        digest(calibration={"temperature": 1.5}),
        digest(stats=ChannelStats((1.0, 2.0, 3.0), (1.0, 1.0, 1.0))),
        digest(class_names=snapshot.card.class_names[::-1]),
        digest(network="another"),
        digest(network_settings={"width": 1}),
    }
    assert len(others) == 8


def test_a_snapshot_is_not_changed_by_the_network_it_was_taken_of(snapshot):
    model = rebuild(snapshot)
    taken = capture(model, snapshot.card)
    with torch.no_grad():
        next(model.parameters()).add_(1)
    assert taken == snapshot


def test_reading_cards_and_listing_runs_needs_neither_torch_nor_numpy(model_file, run_python):
    program = (
        "import sys; from pathlib import Path\n"
        "from cifar_gui.checkpoint.files import read_card; from cifar_gui.checkpoint.shipped import find_model\n"
        "from cifar_gui.runs import Run, list_runs\n"
        "print(read_card(find_model(sys.argv[1])).network, list_runs(Path(sys.argv[1]).parent))\n"
        "print(sorted({'torch', 'numpy', 'PIL', 'PySide6'} & set(sys.modules)))"
    )
    done = run_python(program, model_file)
    assert done.stdout.split("\n")[:2] == ["simple []", "[]"]


def test_scores_that_are_not_numbers_are_left_out(snapshot, tmp_path):
    scores = {"validation_accuracy": 0.5, "validation_loss": float("nan")}
    save_snapshot(dataclasses.replace(snapshot, card=dataclasses.replace(snapshot.card, scores=scores)), tmp_path / "m")
    assert read_card(tmp_path / "m").scores == {"validation_accuracy": 0.5}


def test_saving_again_replaces_the_file_and_leaves_nothing_else(model_file, snapshot_of):
    save_snapshot(snapshot_of(seed=1), model_file)
    assert load_snapshot(model_file) == snapshot_of(seed=1)
    assert os.listdir(model_file.parent) == [model_file.name]  # noqa: PTH208


def test_resume_states_come_back_bit_for_bit(tmp_path):
    tensors = {
        "weight": torch.randn(3, 4),
        "momentum": torch.randn(3, 4).to(torch.bfloat16),
        "random": torch.get_rng_state(),
        "count": torch.tensor(7),
        "nothing": torch.zeros(0, 5),
        "mask": torch.tensor([True, False]),
        "transposed": torch.randn(4, 5).t(),
        "every other": torch.randn(6)[::2],
        "not a number": torch.tensor([float("nan"), float("inf")]),
    }
    state = ResumeState(41, tensors, {"epoch": 3, "rate": 0.1, "names": ["a", "ä"], "none": None})
    save_resume_state(state, tmp_path / "r")
    loaded = load_resume_state(tmp_path / "r")
    assert (loaded.step, loaded.values) == (41, state.values)
    assert loaded.tensors.keys() == tensors.keys()
    for name, value in tensors.items():
        assert loaded.tensors[name].dtype == value.dtype
        torch.testing.assert_close(loaded.tensors[name], value, rtol=0, atol=0, equal_nan=True)


def test_a_resume_state_is_not_a_model_nor_the_other_way_round(model_file, tmp_path):
    save_resume_state(ResumeState(1, {"weight": torch.zeros(2)}, {}), tmp_path / "r")
    with pytest.raises(CheckpointError, match="it says it is 'cifar-gui resume state 1'"):
        load_snapshot(tmp_path / "r")
    with pytest.raises(CheckpointError, match="it says it is 'cifar-gui model 1'"):
        load_resume_state(model_file)


def test_values_that_json_cannot_hold_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(CheckpointError, match="was not written"):
        save_resume_state(ResumeState(1, {}, {"rate": float("nan")}), tmp_path / "r")
    with pytest.raises(CheckpointError, match="was not written"):
        save_resume_state(ResumeState(1, {"z": torch.zeros(2, dtype=torch.complex64)}, {}), tmp_path / "r")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_resume_state(tmp_path, monkeypatch):
    save_resume_state(ResumeState(1, {}, {}), tmp_path / "r")
    before = (tmp_path / "r").read_bytes()

    def fail(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(WriteError, match="the disk is full"):
        save_resume_state(ResumeState(2, {}, {}), tmp_path / "r")
    assert (tmp_path / "r").read_bytes() == before


def test_refusals_name_the_file(tmp_path):
    with pytest.raises(CheckpointError, match=r"absent\.safetensors does not exist"):
        load_snapshot(tmp_path / "absent.safetensors")
    with pytest.raises(CheckpointError, match="cannot be used: it is not a file"):
        read_card(tmp_path)
    with pytest.raises(CheckpointError, match=r"cannot be read|does not exist"):
        read_card(tmp_path / "zero\0byte")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(CheckpointError, match="it is not a file"):
        load_snapshot(tmp_path / "pipe")
