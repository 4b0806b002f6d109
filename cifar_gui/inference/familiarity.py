"""How much a picture is like those that a network learned from: one number, from what the network makes of it.

A logistic regression on the logits and on what the last layer reads, fitted to tell pictures held out from training
from pictures of nothing (`data.outliers`). Of a network without one it is the negative free energy of Liu et al. 2020,
"Energy-based Out-of-distribution Detection", eq. 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

WIDEST = 2048
"""Numbers that the last layer may read for them to be looked at one by one: what is fitted goes with every snapshot."""

_PENALTY = 1e-3
"""Of the squared weights of standardised values."""


@dataclass(frozen=True, eq=False, slots=True)
class Familiarity:
    """A linear function of what a network makes of a picture: the log of the odds that it is of the known kind."""

    weights: NDArray[np.float32]  # (facts,) or (facts + units,), as `_values` gives them
    bias: float

    def of(self, logits: Tensor, features: Tensor) -> Tensor:
        """Calibrated logits (N, classes), features (N, units) → float64 (N,): higher = more like the training
        pictures. Raises ValueError if it was fitted to another network."""
        values = _values(logits, features)
        if values.shape[1] != len(self.weights):
            raise ValueError(f"fitted to {len(self.weights)} values, given {values.shape[1]}")
        return values @ torch.from_numpy(self.weights).double() + self.bias

    def to_list(self) -> list[float]:
        """For a model card: the weights and, last, the bias."""
        return [*(float(f"{weight:.6g}") for weight in self.weights.tolist()), self.bias]

    @classmethod
    def from_list(cls, values: Sequence[float]) -> Familiarity:
        """The reverse of `to_list`."""
        return cls(np.array(values[:-1], np.float32), float(values[-1]))


def energy(logits: Tensor) -> Tensor:
    """Calibrated logits (N, classes) → (N,): the log of the sum of their exponentials."""
    return torch.logsumexp(logits.double(), 1)


def fit_familiarity(known: tuple[Tensor, Tensor], others: tuple[Tensor, Tensor], *, steps: int = 200) -> Familiarity:
    """Fit to logits and features of pictures that are known and of others; both kinds count alike, however many there
    are of each. Raises ValueError if one of them is missing."""
    if not len(known[0]) or not len(others[0]):
        raise ValueError("familiarity needs pictures of both kinds")
    groups = [_values(*each) for each in (known, others)]
    mean = torch.stack([group.mean(0) for group in groups]).mean(0)
    variance = torch.stack([(group - mean).square().mean(0) for group in groups]).mean(0)
    deviation = variance.sqrt().clamp(min=1e-6)
    values = (torch.cat(groups) - mean) / deviation
    wanted = torch.cat([torch.ones(len(groups[0])), torch.zeros(len(groups[1]))]).double()
    share = torch.where(wanted > 0, 0.5 / len(groups[0]), 0.5 / len(groups[1]))
    weights = torch.zeros(values.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=steps, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        errors = F.binary_cross_entropy_with_logits(values @ weights + bias, wanted, share, reduction="sum")
        total: Tensor = errors + _PENALTY * weights.square().sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    with torch.enable_grad():
        optimiser.step(loss)  # type: ignore[no-untyped-call]
    found = (weights.detach() / deviation).numpy()
    return Familiarity(found.astype(np.float32), float(bias.detach() - (weights.detach() / deviation * mean).sum()))


def _values(logits: Tensor, features: Tensor) -> Tensor:
    """float64 (N, values): the logits, the highest first, their energy, the largest probability, the length of the
    features, and the features themselves unless they are too many."""
    logits, features = logits.double(), features.double()
    ranked = logits.sort(1, descending=True).values
    facts = [ranked, energy(logits)[:, None], torch.softmax(ranked, 1)[:, :1], features.norm(dim=1, keepdim=True)]
    if features.shape[1] <= WIDEST:
        facts.append(features)
    return torch.cat(facts, 1)
