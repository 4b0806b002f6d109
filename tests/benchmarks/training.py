"""How fast is the trainer? Ratios of pictures per second, measured side by side in one process.

    uv run --group benchmarks python tests/benchmarks/training.py [--network keras1m] [--keras] [--seconds 20]

Prints, for one network, the trainer against
  bare loop     the same network, precision and optimiser on one resident batch: no data, no augmentation, no reports
  float32 NCHW  the trainer itself without its choice of precision and memory format
  DataLoader    PIL crop and flip through torchvision, float32, on the device that the trainer takes: best of 0, 1, 2
                workers and batches of 128, 512
  Keras         Keras 3 on TensorFlow without augmentation, the 1,084,234-parameter network: best of batches of 32, 128,
                512, in a process and an environment of its own (`keras_rate.py`)

Opponents are run in the order A B B A and the median of the paired ratios counts; the load of the machine is printed
beside, because these figures mean little on a busy one.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from cifar_gui.compute.device import choose_device
from cifar_gui.data.base import ImageData, assemble
from cifar_gui.data.preprocess import standardise
from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.training.bench import Bench, new_model
from cifar_gui.training.control import Control
from cifar_gui.training.engine import train
from cifar_gui.training.events import Started, StepReport

PICTURES = 20_000
Rate = Callable[[float], float]
"""Runs for so many seconds and answers with pictures per second."""


def random_data() -> ImageData:
    """Pictures of noise: speed does not depend on what they show."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (PICTURES, 3, 32, 32), dtype=torch.uint8, generator=generator)
    labels = torch.arange(PICTURES) % 10
    test = torch.arange(PICTURES) % 20 == 0
    return assemble("noise", images, labels, [str(each) for each in range(10)], test=test)


def trainer_rate(recipe: Recipe, data: ImageData) -> Rate:
    """Pictures per second of optimiser steps, from the first report on; validation is not counted on either side."""

    def rate(seconds: float) -> float:
        control, pictures, began = Control(), 0, 0.0
        batch = min(recipe.batch_size, len(data.training()))
        last = 0
        for event in train(new_model(recipe, 10), data, recipe.changed(epochs=1000, all_data=True), control):
            if isinstance(event, Started):
                continue
            if isinstance(event, StepReport):
                if began == 0.0:
                    began, last = time.perf_counter(), event.step  # the first steps warm up
                    continue
                pictures = (event.step - last) * batch
                if time.perf_counter() - began > seconds:
                    control.stop()
                    return pictures / (time.perf_counter() - began)
        return pictures / (time.perf_counter() - began)

    return rate


def bare_rate(recipe: Recipe, data: ImageData) -> Rate:
    """Forward, backward and step on one resident, standardised micro-batch, again and again."""

    def rate(seconds: float) -> float:
        bench = Bench(new_model(recipe, 10), data, recipe, None)
        inputs = standardise(bench.images[: bench.micro_batch], bench.stats, bench.precision.memory_format)
        labels = bench.labels[: bench.micro_batch]
        micro_batches = max(1, bench.batch_size // bench.micro_batch)

        def step() -> None:
            for _ in range(micro_batches):
                with bench.precision.autocast(bench.device):
                    logits = bench.model(inputs)
                F.cross_entropy(logits.float(), labels, reduction="sum").backward()  # type: ignore[no-untyped-call]
            bench.optimiser.step(1e-6)

        return timed(step, micro_batches * bench.micro_batch, seconds)

    return rate


def loader_rate(recipe: Recipe, data: ImageData, workers: int, batch_size: int) -> Rate:
    """The loop of the popular CIFAR-10 repositories: PIL transforms, DataLoader, float32, SGD."""
    from torchvision.transforms import v2

    transform = v2.Compose(
        [v2.ToPILImage(), v2.RandomCrop(32, padding=4), v2.RandomHorizontalFlip(), v2.ToImage(),
         v2.ToDtype(torch.float32, scale=True), v2.Normalize((0.49, 0.48, 0.45), (0.25, 0.24, 0.26))]
    )  # fmt: skip

    class Pictures(torch.utils.data.Dataset[Any]):
        def __len__(self) -> int:
            return len(data.labels)

        def __getitem__(self, index: int) -> Any:
            return transform(data.images[index]), int(data.labels[index])

    def batches() -> Iterator[Any]:
        loader = torch.utils.data.DataLoader(
            Pictures(), batch_size, shuffle=True, num_workers=workers, drop_last=True, persistent_workers=workers > 0,
            pin_memory=torch.cuda.is_available(),
        )  # fmt: skip
        while True:
            yield from loader

    def rate(seconds: float) -> float:
        device = choose_device(recipe.device).device
        model: nn.Module = new_model(recipe, 10).to(device)
        optimiser = torch.optim.SGD(model.parameters(), 1e-6, 0.9, weight_decay=5e-4)
        source = batches()

        def step() -> None:
            images, labels = (each.to(device, non_blocking=True) for each in next(source))
            optimiser.zero_grad()
            F.cross_entropy(model(images), labels).backward()  # type: ignore[no-untyped-call]
            optimiser.step()

        return timed(step, batch_size, seconds)

    return rate


@contextmanager
def keras_rates() -> Iterator[dict[str, Rate]]:
    """Name → rate for each batch size, from a child process that waits while others are measured."""
    script = Path(__file__).with_name("keras_rate.py")
    command = ["uv", "run", "--script", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        name = child.stdout.readline().strip()  # it has been installed and imported

        def rate(batch: int, seconds: float) -> float:
            print(batch, seconds, file=child.stdin, flush=True)
            return float(child.stdout.readline())  # type: ignore[union-attr]

        yield {f"{name}, batch {batch}": partial(rate, batch) for batch in (32, 128, 512)}
        child.stdin.close()


def fastest(rates: dict[str, Rate], seconds: float) -> dict[str, Rate]:
    """The opponent at its best, each setting having been tried for so long after as long a warm-up."""
    for rate in rates.values():
        rate(seconds)
    name = max(rates, key=lambda each: rates[each](seconds))
    return {name: rates[name]}


def timed(step: Callable[[], None], pictures: int, seconds: float) -> float:
    """Pictures per second of `step`, after one to warm up. A GPU is waited for after ten steps, not after each, so that
    it always has something to do, as with the trainer."""
    step()
    count, steps, began = 0, 10 if torch.accelerator.is_available() else 1, now()
    while (ended := now()) - began < seconds:
        for _ in range(steps):
            step()
        count += steps * pictures
    return count / (ended - began)


def now() -> float:
    """The time when a GPU has done all that it was told to do: steps are only queued when they return."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()
    return time.perf_counter()


def paired(ours: Rate, theirs: Rate, seconds: float, repeats: int) -> tuple[float, float, float]:
    """Median ratio ours ÷ theirs over A B B A pairs, and both medians."""
    pairs = []
    for _ in range(repeats):
        first = (ours(seconds), theirs(seconds))
        second = theirs(seconds), ours(seconds)
        pairs += [first, (second[1], second[0])]
    ratios = [mine / other for mine, other in pairs]
    return statistics.median(ratios), statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--network", default="airnet")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--without-loader", action="store_true", help="leave the DataLoader out: it takes longest")
    parser.add_argument("--keras", action="store_true", help="measure Keras, too; for --network keras1m")
    arguments = parser.parse_args()
    if arguments.keras and arguments.network != "keras1m":
        parser.error("--keras is for --network keras1m: the two must train the same network")
    with ExitStack() as stack:
        measure(arguments, stack)


def measure(arguments: argparse.Namespace, stack: ExitStack) -> None:
    recipe, data = presets(arguments.network)["best"], random_data()
    plain = recipe.changed(precision="float32", memory_format="contiguous")
    ours = trainer_rate(recipe, data)
    opponents = {"bare loop": bare_rate(recipe, data), "float32 NCHW": trainer_rate(plain, data)}
    if not arguments.without_loader:
        loaders = {
            f"DataLoader, {workers} workers, batch {batch}": loader_rate(recipe, data, workers, batch)
            for workers in (0, 1, 2)
            for batch in (128, 512)
        }
        opponents |= fastest(loaders, arguments.seconds / 4)
    if arguments.keras:
        opponents |= fastest(stack.enter_context(keras_rates()), arguments.seconds / 4)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{arguments.network}, torch {torch.__version__}, {torch.get_num_threads()} threads, load {load:.1f}")
    for name, theirs in opponents.items():
        ratio, mine, other = paired(ours, theirs, arguments.seconds, arguments.repeats)
        print(f"trainer ÷ {name:36} {ratio:6.3f}   {mine:8,.0f} against {other:8,.0f} pictures/s", flush=True)


if __name__ == "__main__":
    main()
