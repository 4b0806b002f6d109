"""Which device really works: seen by PyTorch is not enough, a small training step has to come out right on it."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from cifar_gui.errors import DeviceError

PROBE_BATCHES = (1, 2, 5, 16, 33)
"""Odd and even, one and many: wrong kernels are often wrong at some sizes only."""

_TOLERANCE = 0.02  # relative to the largest value; TF32 and fused kernels stay well within it, wrong operators do not

_PLAIN_WORDS = (
    ("out of memory", "its memory is full; close other programs that use it"),
    ("no kernel image", "this version of PyTorch has no code for so old or so new a GPU"),
    ("driver version is insufficient", "its driver is too old for this version of PyTorch; update the driver"),
    ("driver on your system is too old", "its driver is too old for this version of PyTorch; update the driver"),
    ("found no nvidia driver", "there is no NVIDIA driver on this machine"),
    ("busy or unavailable", "another program holds it for itself"),
    ("ecc error", "its memory reports errors; the card may be failing"),
    ("unspecified launch failure", "it stopped answering; restart the machine if that stays so"),
)


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device, whether it can be used, and a phrase that says why or why not."""

    name: str  # "cpu", "cuda:0", "mps"
    usable: bool
    reason: str
    present: bool = True  # whether PyTorch sees it at all


@dataclass(frozen=True, slots=True)
class ChosenDevice:
    """The device to compute on, and a sentence that says why this one."""

    device: torch.device
    reason: str


def choose_device(wanted: str) -> ChosenDevice:
    """The device for `wanted`: "auto", "cpu", "cuda", "cuda:1" or "mps".

    "auto" takes the first GPU that passes the probe, else the CPU, and its reason says what was wrong with the others.
    Raises DeviceError if a device that was asked for by name cannot be used.
    """
    if wanted == "auto":
        return _best_device()
    if not re.fullmatch(r"cpu|mps|cuda(:\d{1,3})?", wanted):
        raise DeviceError(f"There is no device called {wanted!r}. Known: auto, cpu, cuda, cuda:0, mps.")
    name = "cuda:0" if wanted == "cuda" else wanted
    status = _status(name)
    if not status.usable:
        raise DeviceError(f"{name} cannot be used: {status.reason}. Choose auto or cpu instead.")
    return ChosenDevice(torch.device(name), f"{name} was asked for.")


def devices() -> list[DeviceStatus]:
    """Every device that could be thought of here, GPUs first, the CPU last. Each is tried once in a process."""
    return [_status(name) for name in _names()]


def _best_device() -> ChosenDevice:
    refused: list[str] = []
    for status in devices():
        if status.usable:
            because = f", because {'; '.join(refused)}" if refused else ""
            return ChosenDevice(torch.device(status.name), f"{status.name} was chosen{because}.")
        refused.append(f"{status.name} cannot be used: {status.reason}")
    raise DeviceError("Not even the CPU can be used. Install PyTorch anew.")  # pragma: no cover


def _names() -> Iterator[str]:
    """Device names in order of preference; the first NVIDIA GPU even if there is none, to say why not."""
    yield from (f"cuda:{index}" for index in range(max(1, _cuda_count())))
    if torch.backends.mps.is_built():
        yield "mps"
    yield "cpu"


def _cuda_count() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.cuda.device_count()


@functools.cache
def _status(name: str) -> DeviceStatus:
    if name == "cpu":
        threads = torch.get_num_threads()
        words = f"{threads} thread{'s' * (threads != 1)}, {torch.backends.cpu.get_cpu_capability()}"
        return DeviceStatus("cpu", True, words)
    if absence := _absence(name):
        return DeviceStatus(name, False, absence, present=False)
    problem = _failed_probe(torch.device(name))
    return DeviceStatus(name, not problem, problem or _description(name))


def _absence(name: str) -> str:
    """Why PyTorch does not even see the device, or ""."""
    if name == "mps":
        seen = torch.backends.mps.is_available()
        return "" if seen else "this machine or its version of macOS has no Metal GPU that PyTorch can use"
    if not torch.backends.cuda.is_built():  # type: ignore[no-untyped-call]
        return "this PyTorch was built without CUDA"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if said and not count:
        return in_plain_words(str(said[-1].message))
    index = int(name.partition(":")[2])
    if index < count:
        return ""
    return f"the last NVIDIA GPU here is cuda:{count - 1}" if count else "no NVIDIA GPU was found"


def _failed_probe(device: torch.device) -> str:
    """What went wrong in a few small training steps on `device`, or "" if they came out as on the CPU."""
    try:
        for batch in PROBE_BATCHES:
            on_cpu = _training_step(torch.device("cpu"), batch)
            for ours, theirs in zip(_training_step(device, batch), on_cpu, strict=True):
                if not _close(ours.cpu(), theirs):
                    return f"it computes wrong results (a small network with a batch of {batch} differs from the CPU)"
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # what PyTorch raises for devices it has lost
        return in_plain_words(str(error))
    return ""


def _training_step(device: torch.device, batch: int) -> list[Tensor]:
    """Logits and gradients of a small network with every kind of layer used here; equal inputs on every device."""
    generator = torch.Generator().manual_seed(batch)  # the global generators must not notice

    def draw(*shape: int, scale: float = 1.0) -> Tensor:
        return (torch.randn(shape, generator=generator) * scale).to(device)

    images, labels = draw(batch, 3, 8, 8), torch.arange(batch, device=device) % 10
    weights = [draw(12, 3, 3, 3, scale=0.2), draw(12, 12, 3, 3, scale=0.1), draw(10, 12 * 4, scale=0.2)]
    weights = [weight.requires_grad_() for weight in weights]
    with torch.enable_grad():
        hidden = F.conv2d(images.contiguous(memory_format=torch.channels_last), weights[0], padding=1)
        hidden = F.relu(F.batch_norm(hidden, None, None, training=True))
        hidden = F.gelu(F.max_pool2d(F.conv2d(hidden, weights[1], padding=1), 2))
        logits = F.linear(F.avg_pool2d(hidden, 2).flatten(1), weights[2])
        loss = F.cross_entropy(logits, labels)
        gradients = torch.autograd.grad(loss, weights)
    return [logits.detach(), *gradients]


def _close(ours: Tensor, reference: Tensor) -> bool:
    scale = max(float(reference.abs().max()), 1e-6)
    return float((ours - reference).abs().max()) <= _TOLERANCE * scale  # false where anything is NaN


def _description(name: str) -> str:
    if name == "mps":
        return "agrees with the CPU"
    properties = torch.cuda.get_device_properties(torch.device(name))
    return f"{properties.name}, {properties.total_memory / 2**30:.0f} GiB"


def in_plain_words(message: str) -> str:
    """What PyTorch says of a device that failed, as a phrase that a person can act on."""
    lowered = message.lower()
    for signs, words in _PLAIN_WORDS:
        if signs in lowered:
            return words
    first = message.strip().splitlines()[0].rstrip(".") if message.strip() else "no reason given"
    return f"a small calculation on it failed ({first})"
