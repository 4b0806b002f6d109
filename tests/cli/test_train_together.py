"""`train` under PyTorch's own launcher: real processes, one run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest
import torch

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.cli.main import build_parser
from cifar_gui.cli.train_job import prepared
from cifar_gui.errors import DataError, DataMissing
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, list_runs
from cifar_gui.training.ranks import Ranks

PATIENCE = 240  # seconds; only a test that fails waits so long
SMALL = ("train", "--network", "mlp", "--set", "network_settings.hidden=8", "--batch-size", "10", "--device", "cpu")
PLAIN = ("--set", "precision=float32", "--set", "memory_format=contiguous")


@pytest.fixture
def two(child):
    """Starts a command line in two processes with the environment that the launcher would give them."""

    def start(*arguments: object) -> list[subprocess.Popen[str]]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
        numbers = [{"RANK": str(rank), "LOCAL_RANK": str(rank)} for rank in range(2)]
        return [child(*arguments, env={**os.environ, **common, **own}) for own in numbers]

    return start


def read_until(process: subprocess.Popen[str], kind: str) -> None:
    """Read the lines of JSON up to the first of this kind."""
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == kind:
            return
    pytest.fail(f"ended without {kind}: {process.stderr and process.stderr.read()}")


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and stderr."""
    _, said = process.communicate(timeout=PATIENCE)
    return process.returncode, said


def test_fifty_steps_of_two_ranks_are_those_of_one_process(cli, colours):
    """With batch norm, and with dropout, which is drawn for each micro-batch wherever it is computed."""
    recipe = (
        *("train", "--network", "custom", "--data", str(colours), "--device", "cpu", *PLAIN),
        *("--batch-size", "10", "--set", "micro_batch=5", "--epochs", "10", "--json"),
    )
    launcher = (sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2")
    done = subprocess.run(
        [*launcher, "-m", "cifar_gui", *recipe], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    together, alone = [json.loads(line) for line in done.stdout.splitlines()], cli(*recipe).lines
    assert [line["event"] for line in together] == [line["event"] for line in alone], "only the first writes"
    losses, expected = ([line["loss"] for line in each if line["event"] == "step"] for each in (together, alone))
    assert len(losses) == 50
    assert losses == pytest.approx(expected, abs=1e-4)
    (of_two, of_one) = sorted(list_runs(), key=lambda run: run.number)
    weights, wanted = (load_snapshot(Run.open(run.path).last_path).weights for run in (of_two, of_one))
    for name, weight in wanted.items():
        torch.testing.assert_close(weights[name], weight, rtol=1e-4, atol=1e-4)


def test_a_run_outlives_a_killed_rank_and_goes_on_with_two_and_with_one(cli, two, colours):
    first, second = two(*SMALL, *PLAIN, "--data", colours, "--epochs", 5000, "--json")
    read_until(first, "epoch")
    second.kill()
    code, said = ended(first)
    assert code == 1
    assert "Another process of this training has ended" in said
    (killed,) = list_runs()
    assert killed.status == "failed"

    first, second = two("train", "--resume", "1", "--json")
    read_until(first, "epoch")
    second.send_signal(signal.SIGTERM)  # whichever is asked, all stop
    (code, said), (code_of_second, silence) = ended(first), ended(second)
    assert (code, code_of_second, silence) == (0, 143, "")
    assert "Stopped and saved" in said
    (stopped,) = list_runs()
    assert stopped.status == "stopped"
    assert stopped.epochs_done > killed.epochs_done

    more = stopped.epochs_done + 1
    resumed = cli("train", "--resume", "1", "--epochs", more, "--json")
    assert [line["epoch"] for line in resumed.lines if line["event"] == "epoch"] == [more]


# What is told before the training begins


class Telling(Ranks):
    """The first of two, or the other, which is told `told`."""

    count = 2

    def __init__(self, rank: int, told: object = None) -> None:
        self.rank, self.told = rank, told

    def from_first(self, values):
        if self.rank == 0:
            self.told = values
        return self.told


def prepare(ranks: Ranks, *arguments: object):
    with ExitStack() as stack:
        return prepared(build_parser().parse_args([str(each) for each in arguments]), stack, ranks)


def test_the_others_do_what_the_first_was_told_and_keep_nothing(colours):
    first = Telling(0)
    job = prepare(first, *SMALL, "--data", colours)
    followed = prepare(Telling(1, json.loads(json.dumps(first.told))), "train", "--network", "whatever")
    assert followed.recipe == job.recipe
    assert followed.open_run is None


def test_where_the_first_cannot_begin_the_others_need_not_wait(colours):
    first = Telling(0, "nothing yet")
    with pytest.raises(DataMissing):
        prepare(first, *SMALL, "--data", "nowhere")
    assert first.told == {}
    assert prepare(Telling(1, first.told), *SMALL, "--data", colours) is None


def test_other_pictures_than_the_first_has_are_refused(colours):
    told = {"recipe": Recipe(network="mlp", data=str(colours)).to_dict(), "pictures": ["others"]}
    with pytest.raises(DataError, match="holds other pictures here"):
        prepare(Telling(1, told), *SMALL)
