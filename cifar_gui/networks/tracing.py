"""Recording what a network does, step by step, while other threads use networks of their own.

While torch.fx traces, it stands in for the call of every module in the process, whichever thread makes it: a network
that learns, or answers, at that moment would be taken for a part of the traced one, and fail. And two that traced at
the same time would each put back what the other had put there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from torch import fx, nn

_ONE_AT_A_TIME = threading.Lock()


class Tracer(fx.Tracer):
    """Records what its own thread does, and lets all others pass. Only one traces at a time: the next one waits."""

    def __init__(self) -> None:
        super().__init__(autowrap_modules=())  # functions of `math`: nothing that networks here do to tensors
        self._thread: int | None = None

    def trace(self, root: nn.Module | Callable[..., Any], concrete_args: dict[str, Any] | None = None) -> fx.Graph:
        with _ONE_AT_A_TIME:
            self._thread = threading.get_ident()
            return super().trace(root, concrete_args)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if threading.get_ident() != self._thread:
            return forward(*args, **kwargs)
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        if threading.get_ident() != self._thread:
            return attr_val
        return super().getattr(attr, attr_val, parameter_proxy_cache)
