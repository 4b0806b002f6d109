"""Keeps the last network that was taken apart, as building one takes longer than most looks into it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.examined import Examined


class ExaminedShelf:
    """May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._examined: Examined | None = None

    def examined(self, snapshot: ModelSnapshot) -> Examined:
        """The network of a snapshot. Raises CheckpointError if its weights do not fit."""
        from cifar_gui.explain.examined import Examined  # brings torch

        with self._lock:
            if self._examined is None or self._examined.snapshot is not snapshot:
                self._examined = Examined(snapshot)
            return self._examined
