"""In which precision and memory format a network computes: chosen by trying what is right and fast on this machine.

Assuming does not do: bfloat16 more than doubles the speed of one CPU and makes another 44 times slower
(pytorch#146508), and a wrong bfloat16 convolution has been reported (pytorch#163347).
"""

from __future__ import annotations

import contextlib
import copy
import json
import platform
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cifar_gui import paths
from cifar_gui.atomic import write_atomically
from cifar_gui.errors import WriteError
from cifar_gui.recipe import Recipe

LOGIT_ERROR = 0.2
"""Largest accepted difference of the logits to float32's, relative to their norm. bfloat16 stays near 0.02, and near
0.1 in GoogLeNet with batch norm, whose many layers add up what rounding does."""

GRADIENT_COSINE = 0.5
"""Smallest accepted cosine between all gradients and float32's. Rounding moves maxima under max-pooling, so lengths
and single values say little; bfloat16 stays near 0.97, near 0.7 in GoogLeNet with batch norm, a wrong operator near
0."""

TRUSTED = 2
"""So many trials in a row have to agree before no more are made: one may have fallen into a busy moment."""

_PATIENCE = 4.0
"""A candidate that takes this many times as long as the fastest so far is not tried again."""

_STEADY = 1.1
"""A candidate's time is known when its two fastest trials are as near to each other as this. On a busy machine they
are not: half a minute of that has chosen float32 twice in a row, for good, where bfloat16 is 1.6 times as fast."""


@dataclass(frozen=True, slots=True)
class Precision:
    """A number format for the arithmetic (weights stay float32) and an order of the pixels in memory."""

    name: str = "float32"  # or "bfloat16"
    channels_last: bool = True

    @property
    def memory_format(self) -> torch.memory_format:
        return torch.channels_last if self.channels_last else torch.contiguous_format

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """Inside it, convolutions and matrix products compute in this precision."""
        if self.name == "float32":
            return nullcontext()
        return torch.autocast(device.type, torch.bfloat16)


REFERENCE = Precision("float32", channels_last=False)
CANDIDATES = (REFERENCE, Precision("float32"), Precision("bfloat16"))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was chosen last time, and how many times in a row."""

    precision: Precision
    agreed: int


@dataclass(frozen=True, slots=True)
class Trial:
    """How one candidate did: seconds for a forward and backward pass, and how it compares with float32.

    `is_steady`: whether the seconds can be relied on, or are so many that it does not matter."""

    precision: Precision
    seconds: float
    logit_error: float
    gradient_cosine: float
    is_steady: bool = True

    @property
    def is_right(self) -> bool:
        """Whether it may be used. NaN compares false and so is never right."""
        return self.logit_error <= LOGIT_ERROR and self.gradient_cosine >= GRADIENT_COSINE


def choose_precision(
    recipe: Recipe, model: nn.Module, images: Tensor, labels: Tensor, between: Callable[[], object] = lambda: None
) -> Precision:
    """The fastest right one of those that `recipe` leaves open, for this network on this machine; kept for next time.

    `images`: standardised float (n, 3, 32, 32) on the model's device, a sample; the model is not changed. `between`:
    called between trials; may raise Cancelled."""
    open_ones = [each for each in CANDIDATES if _is_open(each, recipe)]
    if len(open_ones) <= 1:
        return open_ones[0] if open_ones else Precision(recipe.precision, recipe.memory_format != "contiguous")
    key = _key(recipe, images)
    kept = _read_cache().get(key)
    if kept is not None and kept.agreed >= TRUSTED:
        return kept.precision
    trials = probe(model, images, labels, open_ones, between=between)
    chosen = fastest(trials)
    if all(trial.is_steady for trial in trials):
        agreed = kept.agreed + 1 if kept is not None and kept.precision == chosen else 1
        _write_cache({**_read_cache(), key: _Kept(chosen, agreed)})
    return chosen


def fastest(trials: list[Trial]) -> Precision:
    """Of the trials that are right, the fastest; float32 without tricks if none is."""
    right = [trial for trial in trials if trial.is_right]
    return min(right, key=lambda trial: trial.seconds).precision if right else REFERENCE


def probe(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    candidates: list[Precision],
    rounds: int = 5,
    between: Callable[[], object] = lambda: None,
) -> list[Trial]:
    """Time each candidate's forward and backward pass, and compare it with float32. The best of at most `rounds`
    counts, of fewer where two of them are enough to rely on.

    The candidates take turns, so that a moment in which the machine is busy with something else hits them all. One
    trial of a large network may take a second: `between` them is called what may raise Cancelled."""
    expected = _answers(copy.deepcopy(model), REFERENCE, images, labels)
    runners = []
    for candidate in candidates:
        between()
        if (runner := _runner(model, candidate, images, labels, expected)) is not None:
            runners.append(runner)
    competing = runners
    for _ in range(rounds):
        for runner in competing:
            between()
            runner.run()
        fastest_yet = min((runner.seconds for runner in competing), default=0.0)
        competing = [runner for runner in competing if runner.seconds <= _PATIENCE * fastest_yet]
        if all(runner.is_steady for runner in competing):
            break
    return [runner.trial(is_steady=runner.is_steady or runner not in competing) for runner in runners]


@dataclass(slots=True, eq=False)
class _Runner:
    """One candidate at work on a copy of the network of its own."""

    precision: Precision
    model: nn.Module
    images: Tensor
    labels: Tensor
    logit_error: float
    gradient_cosine: float
    times: list[float] = field(default_factory=list)

    def run(self) -> None:
        began = time.perf_counter()
        _answers(self.model, self.precision, self.images, self.labels)
        self.times.append(time.perf_counter() - began)

    def trial(self, *, is_steady: bool) -> Trial:
        return Trial(self.precision, self.seconds, self.logit_error, self.gradient_cosine, is_steady)

    @property
    def seconds(self) -> float:
        return min(self.times)

    @property
    def is_steady(self) -> bool:
        best, *others = sorted(self.times)
        return bool(others) and others[0] <= _STEADY * best


def _runner(
    model: nn.Module, precision: Precision, images: Tensor, labels: Tensor, expected: tuple[Tensor, Tensor]
) -> _Runner | None:
    """The candidate, warmed up and compared; None on a machine that lacks an operator for it."""
    own = copy.deepcopy(model).to(memory_format=precision.memory_format)
    inputs = images.contiguous(memory_format=precision.memory_format)
    try:
        logits, gradients = _answers(own, precision, inputs, labels)
    except RuntimeError:
        return None
    logit_error = float((logits - expected[0]).norm() / (expected[0].norm() + 1e-12))
    cosine = float(F.cosine_similarity(gradients, expected[1], dim=0))
    return _Runner(precision, own, inputs, labels, logit_error, cosine)


def _answers(model: nn.Module, precision: Precision, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Logits, and all gradients as one vector, on the CPU. Dropout is off, batch norm as in training."""
    model.train()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout | nn.Dropout2d):
            layer.eval()
    model.zero_grad()
    with precision.autocast(images.device):
        logits = model(images)
    F.cross_entropy(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
    gradients = [each.grad.flatten().float() for each in model.parameters() if each.grad is not None]
    return logits.detach().float().cpu(), torch.cat(gradients).cpu()


def _is_open(candidate: Precision, recipe: Recipe) -> bool:
    formats = {"auto": (True, False), "channels_last": (True,), "contiguous": (False,)}[recipe.memory_format]
    return recipe.precision in ("auto", candidate.name) and candidate.channels_last in formats


def _key(recipe: Recipe, images: Tensor) -> str:
    device = torch.cuda.get_device_name(images.device) if images.is_cuda else _processor()
    settings = sorted((name, str(value)) for name, value in recipe.network_settings.items())  # 93 is "93"
    asked = f"{recipe.precision} {recipe.memory_format} {len(images)}"
    return f"{device} | torch {torch.__version__} | {recipe.network} {settings} | {asked}"


def _processor() -> str:
    capability = torch.backends.cpu.get_cpu_capability()
    return f"{platform.machine()} {platform.processor()} {capability} {torch.get_num_threads()} threads"


def _cache_file() -> Path:
    return paths.cache() / "precision.json"


def _read_cache() -> dict[str, _Kept]:
    try:
        values = json.loads(_cache_file().read_text(encoding="utf-8"))
        kept = {key: _Kept(Precision(**each["precision"]), int(each["agreed"])) for key, each in values.items()}
        return {key: each for key, each in kept.items() if each.precision in CANDIDATES}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # missing or damaged: it is only a cache


def _write_cache(chosen: dict[str, _Kept]) -> None:
    file = _cache_file()
    text = json.dumps({key: asdict(each) for key, each in chosen.items()}, indent=1)
    with contextlib.suppress(WriteError, OSError):  # a cache that cannot be written costs a second next time, no more
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, [text.encode()])
