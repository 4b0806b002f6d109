"""Precision is chosen by trying: right before fast, kept for next time, never assumed."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from cifar_gui import paths
from cifar_gui.compute import precision as precision_module
from cifar_gui.compute.precision import (
    CANDIDATES,
    REFERENCE,
    Precision,
    Trial,
    choose_precision,
    fastest,
    probe,
)
from cifar_gui.errors import Cancelled
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe

HALF = Precision("bfloat16")
RECIPE = Recipe(network="simple")


def sample(count: int = 8) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(count, 3, 32, 32, generator=torch.Generator().manual_seed(0)), torch.arange(count) % 10


def test_the_fastest_right_one_wins():
    trials = [Trial(REFERENCE, 3.0, 0.0, 1.0), Trial(Precision(), 2.0, 0.0, 1.0), Trial(HALF, 1.0, 0.02, 0.98)]
    assert fastest(trials) == HALF


@pytest.mark.parametrize(
    ("logit_error", "cosine"), [(0.5, 0.98), (0.02, 0.2), (float("nan"), 1.0), (0.0, float("nan"))]
)
def test_a_wrong_one_never_wins_however_fast(logit_error, cosine):
    assert fastest([Trial(REFERENCE, 3.0, 0.0, 1.0), Trial(HALF, 0.1, logit_error, cosine)]) == REFERENCE


def test_the_rounding_of_a_deep_network_with_batch_norm_is_no_mistake():
    """GoogLeNet, second kind: the worst of six trials, and the loss falls as with float32."""
    assert fastest([Trial(REFERENCE, 3.0, 0.0, 1.0), Trial(HALF, 0.1, 0.0961, 0.7093)]) == HALF


def test_plain_float32_is_left_when_nothing_is_right():
    assert fastest([]) == REFERENCE


def test_a_probe_tries_each_candidate_and_leaves_the_network_alone():
    model = build("airnet", 10)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trials = probe(model, *sample(), list(CANDIDATES), rounds=1)
    assert [trial.precision for trial in trials] == list(CANDIDATES)
    assert all(trial.is_right and trial.seconds > 0 for trial in trials)
    assert trials[0].logit_error == 0.0
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


class Timed(nn.Module):
    """Takes as many seconds, by a clock of its own, as the next of `times` says for the precision it computes in."""

    def __init__(self, **times: list[float]) -> None:
        super().__init__()
        self.layer = nn.Sequential(nn.Flatten(), nn.Linear(3 * 1024, 10))
        self.times, self.now = {name: iter(seconds) for name, seconds in times.items()}, 0.0

    def __deepcopy__(self, memo: object) -> Timed:
        return self

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.now += next(self.times["half" if torch.is_autocast_enabled("cpu") else "full"])
        return self.layer(images)


def timed(monkeypatch, model):
    monkeypatch.setattr(precision_module, "time", SimpleNamespace(perf_counter=lambda: model.now))
    return probe(model, *sample(), [REFERENCE, HALF])


def test_a_candidate_counts_with_its_best_of_five(monkeypatch):
    full, half = timed(monkeypatch, Timed(full=[9, 9, 3, 4, 5, 6, 2], half=[9, 7, 6, 7, 6, 8]))
    assert (full.seconds, half.seconds) == (2, 6)
    assert (full.is_steady, half.is_steady) == (False, True), "3 is half as much again as 2"


def test_two_trials_are_enough_where_they_took_as_long(monkeypatch):
    full, half = timed(monkeypatch, Timed(full=[9, 9, 7, 4, 4.3], half=[9, 5, 6, 5.4]))
    assert (full.seconds, half.seconds) == (4, 5)
    assert full.is_steady
    assert half.is_steady


def test_a_candidate_that_is_far_behind_is_not_tried_again(monkeypatch):
    full, half = timed(monkeypatch, Timed(full=[9, 9, 2, 3, 2.1], half=[9, 9]))
    assert (full.seconds, half.seconds) == (2, 9)
    assert half.is_steady, "however busy the machine is, it will not become the fastest"


def test_a_probe_can_be_given_up_between_two_trials(monkeypatch):
    model, asked = Timed(full=[9, 9], half=[9, 9]), []
    monkeypatch.setattr(precision_module, "time", SimpleNamespace(perf_counter=lambda: model.now))

    def between():
        asked.append(model.now)
        if len(asked) == 3:  # each candidate has been warmed up
            raise Cancelled

    with pytest.raises(Cancelled):
        probe(model, *sample(), [REFERENCE, HALF], between=between)
    assert len(set(asked)) == 3, "there was a trial between any two"


class WrongInHalf(nn.Module):
    """A convolution whose bfloat16 answer is wrong, as has been reported of real ones."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Flatten(), nn.Linear(4 * 31 * 31, 10))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        answer = self.layer(images)
        return answer.flip(1) if torch.is_autocast_enabled("cpu") else answer


def test_an_operator_that_is_wrong_in_bfloat16_is_found_out():
    *_, half = probe(WrongInHalf(), *sample(), list(CANDIDATES), rounds=1)
    assert not half.is_right


def test_an_operator_that_does_not_exist_in_bfloat16_is_no_candidate(monkeypatch):
    def only_float32(self, device):
        raise RuntimeError("not implemented for BFloat16")

    monkeypatch.setattr(
        Precision, "autocast", lambda self, device: only_float32(self, device) if self == HALF else REAL(self, device)
    )
    trials = probe(build("simple", 10), *sample(), list(CANDIDATES), rounds=1)
    assert HALF not in [trial.precision for trial in trials]


REAL = Precision.autocast


def test_what_was_chosen_is_kept_for_this_machine_and_network(monkeypatch):
    monkeypatch.setattr(precision_module, "TRUSTED", 1)
    calls = []

    def counting(*arguments, **settings):
        calls.append(arguments)
        return [Trial(HALF, 1.0, 0.0, 1.0)]

    monkeypatch.setattr(precision_module, "probe", counting)
    model = build("simple", 10)
    assert choose_precision(RECIPE, model, *sample()) == HALF
    assert choose_precision(RECIPE, model, *sample()) == HALF
    assert len(calls) == 1
    choose_precision(RECIPE.changed(network="mlp"), model, *sample())
    assert len(calls) == 2
    (key, *_) = json.loads((paths.cache() / "precision.json").read_text())
    assert torch.__version__ in key
    assert "simple" in key


def test_a_choice_is_trusted_when_two_trials_in_a_row_have_agreed(monkeypatch):
    """One may have fallen into a moment in which the machine was busy with something else."""
    outcomes = [REFERENCE, HALF, REFERENCE, HALF, HALF]
    asked = iter(outcomes)
    monkeypatch.setattr(precision_module, "probe", lambda *_, **__: [Trial(next(asked), 1.0, 0.0, 1.0)])
    model = build("simple", 10)
    assert [choose_precision(RECIPE, model, *sample()) for _ in range(7)] == [*outcomes, HALF, HALF]


def test_a_choice_made_in_a_busy_moment_is_not_kept(monkeypatch):
    trials = [Trial(REFERENCE, 1.0, 0.0, 1.0), Trial(HALF, 1.5, 0.0, 1.0, is_steady=False)]
    asked = []
    monkeypatch.setattr(precision_module, "probe", lambda *_, **__: asked.append(1) or trials)
    model = build("simple", 10)
    assert [choose_precision(RECIPE, model, *sample()) for _ in range(4)] == [REFERENCE] * 4
    assert len(asked) == 4


def test_equal_settings_are_one_question(monkeypatch):
    monkeypatch.setattr(precision_module, "TRUSTED", 1)
    calls = []
    monkeypatch.setattr(precision_module, "probe", lambda *_, **__: calls.append(1) or [Trial(HALF, 1.0, 0.0, 1.0)])
    model = build("simple", 10)
    for settings in ({"size": "93"}, {"size": 93}):
        choose_precision(RECIPE.changed(network="airnet", network_settings=settings), model, *sample())
    assert len(calls) == 1


def test_what_was_chosen_holds_for_that_question_alone(monkeypatch):
    monkeypatch.setattr(precision_module, "TRUSTED", 1)
    asked = []

    def noting(_model, images, _labels, candidates, **_rest):
        asked.append((len(images), candidates))
        return [Trial(candidates[-1], 1.0, 0.0, 1.0)]

    monkeypatch.setattr(precision_module, "probe", noting)
    model = build("simple", 10)
    wide, last = RECIPE.changed(network_settings={"width": 2}), RECIPE.changed(memory_format="channels_last")
    for _ in range(2):  # the second time nothing is asked
        choose_precision(RECIPE, model, *sample())
        choose_precision(wide, model, *sample())
        choose_precision(last, model, *sample())
        choose_precision(RECIPE, model, *sample(3))
    assert asked == [(8, list(CANDIDATES)), (8, list(CANDIDATES)), (8, list(CANDIDATES[1:])), (3, list(CANDIDATES))]
    usual = torch.get_num_threads()
    torch.set_num_threads(usual + 1)
    try:
        choose_precision(RECIPE, model, *sample())
    finally:
        torch.set_num_threads(usual)
    assert len(asked) == 5, "what is fastest on one core need not be on two"


def test_dropout_does_not_make_a_right_one_look_wrong():
    torch.manual_seed(5)
    model = nn.Sequential(nn.Conv2d(3, 4, 2), nn.Dropout2d(0.5), nn.Flatten(), nn.Dropout(0.9), nn.Linear(4 * 961, 10))
    state = torch.get_rng_state()
    (trial,) = probe(model, *sample(), [REFERENCE], rounds=1)
    assert (trial.logit_error, trial.gradient_cosine) == (0.0, pytest.approx(1.0))
    assert torch.equal(torch.get_rng_state(), state), "a probe draws no random numbers"


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"a": 1}', '{"a": {"name": "float32"}}', "\x00\xff",
        '{"a": {"precision": {"name": "float32", "channels_last": true}}}',
    ],
)  # fmt: skip
def test_a_damaged_cache_is_as_good_as_none(text):
    paths.cache().mkdir(parents=True)
    (paths.cache() / "precision.json").write_text(text, encoding="latin-1")
    assert choose_precision(RECIPE, build("simple", 10), *sample()) in CANDIDATES


@pytest.mark.parametrize("disk", ["has a file where the folder should be", "is full"])
def test_a_cache_that_cannot_be_written_costs_nothing_but_time(disk, monkeypatch, tmp_path):
    def fail(handle):
        raise OSError("no space")

    if disk == "is full":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        (tmp_path / "file").write_text("in the way")
        monkeypatch.setattr(paths, "cache", lambda: tmp_path / "file" / "cache")
    assert choose_precision(RECIPE, build("simple", 10), *sample()) in CANDIDATES


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"precision": "bfloat16", "memory_format": "channels_last"}, HALF),
        ({"precision": "float32", "memory_format": "contiguous"}, REFERENCE),
        ({"precision": "bfloat16", "memory_format": "contiguous"}, Precision("bfloat16", channels_last=False)),
    ],
)
def test_what_the_recipe_fixes_is_not_tried(monkeypatch, settings, expected):
    monkeypatch.setattr(precision_module, "probe", lambda *_, **__: pytest.fail("there is nothing to choose"))
    assert choose_precision(RECIPE.changed(**settings), build("simple", 10), *sample()) == expected


def test_half_a_choice_leaves_the_other_half_open(monkeypatch):
    seen = []
    monkeypatch.setattr(
        precision_module, "probe", lambda _model, _images, _labels, candidates, **_: seen.extend(candidates) or []
    )
    choose_precision(RECIPE.changed(precision="float32"), build("simple", 10), *sample())
    assert seen == [REFERENCE, Precision("float32")]
