"""How much a picture is like those that a network learned from: one number, from what the network makes of it.

A logistic regression on the logits and on what the last layer reads, fitted to tell pictures held out from training
from pictures of nothing (`data.outliers`). Of a network without one it is the negative free energy of Liu et al. 2020,
"Energy-based Out-of-distribution Detection", eq. 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

WIDEST = 1024
"""Numbers that the last layer may read for them to be looked at one by one: what is fitted goes with every snapshot."""

_PENALTY = 1e-3
"""Of the squared weights of standardised values."""

_FACTS = 3
"""Energy, largest probability and length of the features, beside the logits and the features themselves."""

_STEPS, _NEAR = 50, 1e-6
"""Newton steps at most, and the size from which on one changes nothing any more."""


@dataclass(frozen=True, eq=False, slots=True)
class Familiarity:
    """A linear function of what a network makes of a picture: the log of the odds that it is of the known kind."""

    weights: NDArray[np.float32]  # (facts,) or (facts + units,), as `_values` gives them
    bias: float
    strange: float = 0.0  # ≤ 0: pictures below it are unlike anything that was learned

    def of(self, logits: Tensor, features: Tensor) -> Tensor:
        """Calibrated logits (N, classes), features (N, units) → float64 (N,): higher = more like the training
        pictures. Raises ValueError if it was fitted to another network."""
        values = _values(logits, features)
        if values.shape[1] != len(self.weights):
            raise ValueError(f"fitted to {len(self.weights)} values, given {values.shape[1]}")
        return values @ torch.from_numpy(self.weights).double() + self.bias

    def fits(self, classes: int, units: int) -> bool:
        """Whether it can have been fitted to a network of so many classes, whose last layer reads so many values."""
        return len(self.weights) == classes + _FACTS + (units if units <= WIDEST else 0)

    def to_list(self) -> list[float]:
        """For a model card: what is strange, the bias, then the weights."""
        return [self.strange, self.bias, *(float(f"{weight:.6g}") for weight in self.weights.tolist())]

    @classmethod
    def from_list(cls, values: Sequence[float]) -> Familiarity:
        """The reverse of `to_list`."""
        strange, bias, *weights = values
        return cls(np.array(weights, np.float32), bias, strange)

    def moved(self, zero: float, strange: float) -> Familiarity:
        """The same with its zero, and what is strange, where these values were."""
        return replace(self, bias=self.bias - zero, strange=min(strange - zero, 0.0))


def energy(logits: Tensor) -> Tensor:
    """Calibrated logits (N, classes) → (N,): the log of the sum of their exponentials."""
    return torch.logsumexp(logits.double(), 1)


def fit_familiarity(known: tuple[Tensor, Tensor], others: tuple[Tensor, Tensor]) -> Familiarity:
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
    *weights, bias = _logistic_regression(values, wanted, share).tolist()
    found = torch.tensor(weights).double() / deviation
    return Familiarity(found.float().numpy(), bias - float(found @ mean))


def _logistic_regression(values: Tensor, wanted: Tensor, share: Tensor) -> Tensor:
    """Weights and, last, the bias with the least penalised cross-entropy between the odds of (N, D) `values` and what
    is `wanted`, 0 or 1; each row counts by its `share`. Newton's method, with steps halved while they lead upwards."""
    rows = torch.cat([values, torch.ones(len(values), 1, dtype=torch.float64)], 1)
    penalty = torch.full((rows.shape[1],), 2 * _PENALTY, dtype=torch.float64)
    penalty[-1] = 1e-9  # none on the bias, or next to none: there shall be a solution whatever the values

    def loss(at: Tensor) -> float:
        errors = F.binary_cross_entropy_with_logits(rows @ at, wanted, share, reduction="sum")
        return float(errors + 0.5 * (penalty * at.square()).sum())

    found = torch.zeros_like(penalty)
    for _ in range(_STEPS):
        odds = torch.sigmoid(rows @ found)
        slope = rows.T @ (share * (odds - wanted)) + penalty * found
        curvature = rows.T @ (rows * (share * odds * (1 - odds))[:, None]) + penalty.diag()
        step = torch.linalg.solve(curvature, slope)
        while loss(found - step) > loss(found) and float(step.abs().max()) > _NEAR:
            step = step / 2
        found = found - step
        if float(step.abs().max()) <= _NEAR:
            break
    return found


def _values(logits: Tensor, features: Tensor) -> Tensor:
    """float64 (N, values): the logits, the highest first, their energy, the largest probability, the length of the
    features, and the features themselves unless they are too many."""
    logits, features = logits.double(), features.double()
    ranked = logits.sort(1, descending=True).values
    facts = [ranked, energy(logits)[:, None], torch.softmax(ranked, 1)[:, :1], features.norm(dim=1, keepdim=True)]
    if features.shape[1] <= WIDEST:
        facts.append(features)
    return torch.cat(facts, 1)
