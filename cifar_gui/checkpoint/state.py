"""`ResumeState`: all that a training needs to go on bit for bit. An event of the engine, and a file of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class ResumeState:
    """Yielded after each epoch, and when asked to stop."""

    step: int  # optimiser steps done
    tensors: Mapping[str, Tensor]  # weights, optimiser state, partial gradients, random states; on the CPU
    values: Mapping[str, Any]  # JSON-able: position, counters, settings changed while running
