"""What is imported once the window stands: torch first, then whatever is slow the first time it is used."""

from __future__ import annotations

import importlib
import importlib.abc
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

MODULES = (
    "numpy",
    "torch",
    "PIL.Image",
    "cifar_gui.training.engine",
    "cifar_gui.inference.classifier",
    "cifar_gui.checkpoint.rebuild",
    "cifar_gui.runs",
)


class Abandoned(BaseException):
    """Raised inside an import when the window closes meanwhile."""


class _Gate(importlib.abc.MetaPathFinder):
    """Asked before every import of the warm-up thread: ends it when the window is closing."""

    def __init__(self, closing: threading.Event) -> None:
        self._closing = closing
        self._thread = threading.get_ident()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if self._closing.is_set() and threading.get_ident() == self._thread:
            raise Abandoned(fullname)
        return None


class WarmUp:
    """A thread that imports and tries out. `post` has something called on the GUI thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._post = post
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.done = False
        """Whether everything has been imported and the GUI thread has heard of it."""

    def start(self, on_done: Callable[[BaseException | None], None]) -> None:
        """Once. `on_done` is called on the GUI thread with what went wrong, None if nothing did."""
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._work, args=(on_done,), name="warm-up")
            self._thread.start()

    def shutdown(self) -> None:
        """Give up at the next module, and wait for that."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self, on_done: Callable[[BaseException | None], None]) -> None:
        gate = _Gate(self._closing)
        sys.meta_path.insert(0, gate)
        problem: BaseException | None = None
        try:
            for module in MODULES:
                importlib.import_module(module)
            if not self._closing.is_set():
                first_step()
        except Abandoned:
            return
        except BaseException as error:  # the thread pump: the window tells the user
            problem = error
        finally:
            sys.meta_path.remove(gate)
        self._post(lambda: self._finish(problem, on_done))

    def _finish(self, problem: BaseException | None, on_done: Callable[[BaseException | None], None]) -> None:
        self.done = problem is None
        on_done(problem)


def first_step() -> None:
    """One optimiser and one training step of a tiny network: torch imports some things only then."""
    import torch

    layer = torch.nn.Conv2d(3, 4, 3)
    optimiser = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    layer(torch.zeros(2, 3, 8, 8)).sum().backward()
    optimiser.step()
