"""One core for the thread that asks, the usual number for all others."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from cifar_gui.inference.threads import one_core


@pytest.fixture
def three_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def threads_elsewhere() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.usefixtures("three_threads")
def test_only_the_calling_thread_is_held_back() -> None:
    with one_core():
        assert torch.get_num_threads() == 1
        assert threads_elsewhere() == 3
    assert torch.get_num_threads() == 3
    assert threads_elsewhere() == 3


@pytest.mark.usefixtures("three_threads")
def test_the_usual_number_returns_after_an_error() -> None:
    with pytest.raises(RuntimeError, match="on purpose"), one_core():
        raise RuntimeError("on purpose")
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_threads")
def test_many_threads_at_once_leave_the_number_as_it_was() -> None:
    def often() -> None:
        for _ in range(50):
            with one_core():
                torch.ones(10).sum()

    threads = [threading.Thread(target=often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.get_num_threads() == threads_elsewhere() == 3
