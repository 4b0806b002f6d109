"""What a tracer records is what its own thread does."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import nn

from cifar_gui.networks.tracing import Tracer

PATIENCE = 60.0


class Held(nn.Module):
    """A layer, in whose middle the tracing of it is held up."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(3, 2)
        self.is_in, self.go_on = threading.Event(), threading.Event()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.is_in.set()
        assert self.go_on.wait(PATIENCE)
        out: torch.Tensor = self.layer(x)
        return out


def targets(graph: torch.fx.Graph) -> list[str]:
    return [str(node.target) for node in graph.nodes if node.op == "call_module"]


def test_networks_of_other_threads_answer_and_learn_while_one_is_traced() -> None:
    held, other = Held(), nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    inputs = torch.ones(2, 3)
    expected = other(inputs)
    with ThreadPoolExecutor(1) as threads:
        tracing = threads.submit(Tracer().trace, held)
        try:
            assert held.is_in.wait(PATIENCE)
            answer = other(inputs)
            answer.sum().backward()
        finally:
            held.go_on.set()
        graph = tracing.result(PATIENCE)
    assert torch.equal(answer, expected)
    assert all(parameter.grad is not None for parameter in other.parameters())
    assert targets(graph) == ["layer"], "nothing of the other network"


def test_two_are_traced_one_after_the_other_and_modules_are_called_as_before() -> None:
    before, held, second = (nn.Module.__call__, nn.Module.__getattr__), Held(), Held()
    second.go_on.set()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(Tracer().trace, held)
        assert held.is_in.wait(PATIENCE)
        waiting = threads.submit(Tracer().trace, second)
        assert not second.is_in.wait(0.05)
        held.go_on.set()
        assert targets(first.result(PATIENCE)) == targets(waiting.result(PATIENCE)) == ["layer"]
    assert (nn.Module.__call__, nn.Module.__getattr__) == before
