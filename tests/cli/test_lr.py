"""A learning rate from the command line: the rate to stdout, the rest to stderr."""

from __future__ import annotations

import os
import signal

import pytest

from cifar_gui.runs import list_runs
from cifar_gui.training import lr_finder
from cifar_gui.training.bench import Bench

SMALL = ("--network", "mlp", "--batch-size", "10", "--set", "network_settings.hidden=8", "--set", "precision=float32")


@pytest.fixture(autouse=True)
def _few_steps(monkeypatch):
    monkeypatch.setattr(lr_finder, "_PICTURES", 0)


def test_the_rate_alone_goes_to_stdout_so_that_it_can_be_used(cli, colours):
    found = cli("lr", *SMALL, "--data", colours)
    assert found.code == 0, found.err
    assert 1e-6 < float(found.out) < 1
    assert f"{float(found.out):g}" in found.err
    assert "The loss falls from" in found.err
    assert list_runs() == [], "nothing is kept"
    trained = cli("train", *SMALL, "--data", colours, "--epochs", 1, "--lr", found.out.strip())
    assert trained.code == 0


def test_json_has_the_public_keys_and_every_rate_tried(cli, colours):
    outcome = cli("lr", *SMALL, "--data", colours, "--json")
    found = outcome.json
    assert set(found) == {"network", "lr", "reason", "rates", "losses", "smoothed"}
    assert (found["network"], len(found["rates"])) == ("mlp", len(found["losses"]))
    assert found["rates"] == sorted(found["rates"])
    assert len(found["smoothed"]) == len(found["rates"]) > 10
    assert found["reason"] in outcome.err


def test_where_there_is_no_rate_to_name_it_fails_and_says_why(cli, colours, monkeypatch):
    monkeypatch.setattr(Bench, "step", lambda *_: None)  # nothing is learned
    outcome = cli("lr", *SMALL, "--data", colours, "--set", "crop=0", "--set", "cutout=0", "--set", "seed=1")
    assert (outcome.code, outcome.out) == (1, "")
    assert "No rate can be named" in outcome.err
    assert cli("lr", *SMALL, "--data", colours, "--json").json["lr"] is None


def test_an_interruption_ends_it_with_nothing_said(cli, colours, monkeypatch):
    forward = Bench.forward_backward

    def interrupted(*arguments):
        os.kill(os.getpid(), signal.SIGINT)
        forward(*arguments)

    monkeypatch.setattr(Bench, "forward_backward", interrupted)
    outcome = cli("lr", *SMALL, "--data", colours)
    assert (outcome.code, outcome.out) == (130, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--data", "shapes"), 2),
        (("--network", "mlpp", "--data", "shapes"), 2),
        (("--network", "mlp", "--data", "/nowhere"), 4),
        (("--network", "mlp", "--data", "shapes", "--device", "cuda:9"), 5),
    ],
)
def test_what_is_wrong_has_its_exit_code(cli, arguments, code):
    outcome = cli("lr", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert outcome.err
