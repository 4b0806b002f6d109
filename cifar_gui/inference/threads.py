"""One core for small questions.

PyTorch cuts every convolution into as many parts as there are cores and waits for the slowest. While a training, or
any other program, keeps the cores busy, each of these waits can cost a time slice: with six busy programs beside it, a
picture took 3 s on two cores and 0.25 s on one of them. Alone, one core takes a few milliseconds more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_changing = threading.Lock()


@contextmanager
def one_core() -> Iterator[None]:
    """Inside it, the calling thread computes without helpers; no other thread is affected.

    `torch.set_num_threads` speaks for the calling thread and for all that have not computed yet. The second part is
    taken back at once, by a thread that exists for nothing else.
    """
    with _changing:
        usual = torch.get_num_threads()
        if usual > 1:
            torch.set_num_threads(1)
            _for_later_threads(usual)
    try:
        yield
    finally:
        if usual > 1:
            torch.set_num_threads(usual)


def _for_later_threads(count: int) -> None:
    thread = threading.Thread(target=torch.set_num_threads, args=(count,), name="set-threads")
    thread.start()
    thread.join()
