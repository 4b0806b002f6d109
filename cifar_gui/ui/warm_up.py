"""What is imported once the window stands: torch first, then whatever is slow the first time it is used."""

from __future__ import annotations

import gc
import importlib
import importlib.abc
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from cifar_gui.ui.page import PAGES

MODULES = (
    "numpy",
    "torch",
    "PIL.Image",
    "cifar_gui.training.engine",
    "cifar_gui.inference.classifier",
    "cifar_gui.checkpoint.rebuild",
    "cifar_gui.runs",
)


_LIBRARIES = ("libtorch_global_deps", "libtorch_cpu", "libtorch", "libtorch_python")
"""In the order in which `import torch` loads them; the first for everybody, as there."""


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
        """Whether everything that pages need has been imported and the GUI thread has heard of it."""

    def start(self, on_torch: Callable[[], None], on_done: Callable[[BaseException | None], None]) -> None:
        """Once. On the GUI thread, `on_torch` is called when networks can be loaded, then `on_done` when every page
        can be built, or as soon as something has gone wrong, with that."""
        if self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._work, args=(on_torch, on_done), name="warm-up")
            self._thread.start()

    def shutdown(self) -> None:
        """Give up at the next module, and wait for that."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            gc.unfreeze()  # so that the interpreter can take everything apart in order

    def _work(self, on_torch: Callable[[], None], on_done: Callable[[BaseException | None], None]) -> None:
        problem: BaseException | None = None
        with _gated_imports(self._closing), _without_collections():
            try:
                self._import(on_torch)
            except Abandoned:
                return
            except BaseException as error:  # the thread pump: the window tells the user
                problem = error
            self._post(lambda: self._finish(problem, on_done))

    def _import(self, on_torch: Callable[[], None]) -> None:
        load_libraries()
        for module in MODULES:
            importlib.import_module(module)
        self._post(on_torch)
        importlib.import_module("pyqtgraph")
        for page in PAGES.names():
            with suppress(ModuleNotFoundError):  # a page may keep its code elsewhere
                importlib.import_module(f"cifar_gui.ui.{page}.page")  # only definitions: any thread may do that

    def _finish(self, problem: BaseException | None, on_done: Callable[[BaseException | None], None]) -> None:
        self.done = problem is None
        on_done(problem)


@contextmanager
def _gated_imports(closing: threading.Event) -> Iterator[None]:
    gate = _Gate(closing)
    sys.meta_path.insert(0, gate)
    try:
        yield
    finally:
        sys.meta_path.remove(gate)


@contextmanager
def _without_collections() -> Iterator[None]:
    """While a million objects are made, looking for garbage among them would stop the window for 0.4 s at a time.

    Afterwards those that modules consist of, which live as long as the process, are never looked at again.
    """
    first_time = "torch" not in sys.modules
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if first_time:
            gc.freeze()
        if was_enabled:
            gc.enable()


def load_libraries() -> None:
    """Load what torch consists of, 0.3 s of linking, through foreign calls, which leave the interpreter to the window.

    `import torch` would hold it meanwhile. Where a library is not found or cannot be loaded, that import says why.
    """
    if sys.platform == "win32" or "torch" in sys.modules:
        return
    import ctypes

    found = importlib.util.find_spec("torch")
    dlopen = ctypes.CDLL(None).dlopen
    dlopen.argtypes, dlopen.restype = (ctypes.c_char_p, ctypes.c_int), ctypes.c_void_p
    for folder in (found.submodule_search_locations or []) if found else []:
        for name in _LIBRARIES:
            visible = os.RTLD_GLOBAL if name == _LIBRARIES[0] else os.RTLD_LOCAL
            for path in (Path(folder) / "lib" / f"{name}{suffix}" for suffix in (".so", ".dylib")):
                if path.is_file():
                    dlopen(os.fsencode(path), os.RTLD_NOW | visible)
