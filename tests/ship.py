"""Make a shipped model from a finished run, its ideal inputs, and trained/MODELS.md from the shipped models.

    uv run python tests/ship.py model RUN NAME TITLE --data IMAGES --machine "two cores of …"
    uv run python tests/ship.py trust NAME --data IMAGES
    uv run python tests/ship.py ideal NAME
    uv run python tests/ship.py table

`model` fits calibrations and familiarity on the validation pictures, scores the test pictures once, with one view and
with six, and writes trained/NAME.safetensors in float16. `trust` fits calibrations and familiarity of a shipped model
anew, and measures what is traded by another threshold. `ideal` draws the ideal inputs of the classes and of as many
layers, from the first on, as fit into 300 kB, and writes trained/ideal/NAME.safetensors; what it was stopped
in is in the cache when it is called again. `table` writes what stands in the files' headers, so it cannot drift.
"""

from __future__ import annotations

import argparse
import math
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from cifar_gui import paths
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import load_snapshot, read_card, save_snapshot
from cifar_gui.checkpoint.shipped import find_model, shipped_models
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.cli.console import Progress
from cifar_gui.data.sources import load
from cifar_gui.explain.climb import STATES
from cifar_gui.explain.ideal_input import ship_ideals
from cifar_gui.explain.layers import ConvLayer, class_layer, convolution_layers
from cifar_gui.explain.response import response_of
from cifar_gui.inference.evaluate import Evaluation, evaluate
from cifar_gui.inference.trade import trade_words
from cifar_gui.inference.trust import trusted
from cifar_gui.inference.verdict import CONFIDENT
from cifar_gui.networks.base import presets
from cifar_gui.networks.layer_table import layer_table, total_multiply_adds, total_parameters
from cifar_gui.networks.skeleton import build_without_weights
from cifar_gui.recipe import CIRCUMSTANCES, Recipe
from cifar_gui.runs import Run

IDEAL_BYTES = 300_000
"""Of all ideal inputs that are shipped with a model: with the weights, all of trained/ stays below 110 MB."""

HEAD = """# The shipped models

Every network here was trained from scratch by this program. Settings were chosen on the 5,000 validation pictures, the
seed was named beforehand, and the 10,000 test pictures were scored once, with the float16 weights that are shipped.
"One view" is the plain accuracy; "six views" averages mirrored and shifted copies of each picture.

In `ideal/` are the pictures that the classes and the first layers would like to see, of each network that has filters:
drawn by `uv run python tests/ship.py ideal NAME`, and ignored where they belong to other weights.

This file is written by `uv run python tests/ship.py table` from the headers of the model files.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    model = commands.add_parser("model")
    for name in ("run", "name", "title"):
        model.add_argument(name)
    model.add_argument("--data", required=True)
    model.add_argument("--machine", required=True)
    model.set_defaults(action=ship)
    trust = commands.add_parser("trust")
    trust.add_argument("name")
    trust.add_argument("--data", required=True)
    trust.set_defaults(action=lambda arguments: ship_trust(arguments.name, arguments.data))
    ideal = commands.add_parser("ideal")
    ideal.add_argument("name")
    ideal.set_defaults(action=lambda arguments: ship_ideal(arguments.name))
    commands.add_parser("table").set_defaults(action=lambda _: write_table())
    arguments = parser.parse_args()
    arguments.action(arguments)


def ship(arguments: argparse.Namespace) -> None:
    """Turn the last weights of a run into a shipped model."""
    run = Run.open(Path(arguments.run))
    data = load(arguments.data, lambda share, doing: None)
    seconds = float(run.history().epochs["seconds"].sum())
    recipe = run.recipe.changed(data="cifar10", device="auto")  # the folder of this machine means nothing elsewhere
    card = replace(
        load_snapshot(run.last_path).card,
        recipe=recipe,
        title=arguments.title,
        made={
            "command": command(recipe),
            "machine": f"{arguments.machine}, PyTorch {torch.__version__.partition('+')[0]}",
            "minutes": f"{seconds / 60:.1f}",
        },
    )
    path = paths.shipped_models() / f"{arguments.name}.safetensors"
    save_snapshot(ModelSnapshot(card, load_snapshot(run.last_path).weights), path, half=True)
    shipped = trusted(load_snapshot(path), data)  # scored and calibrated as it will be used
    plain, six = (evaluate(shipped, data.split("test"), six_views=six_views) for six_views in (False, True))
    scores = {**card.scores, "test_accuracy": plain.accuracy, "test_accuracy_six_views": six.accuracy}
    scores |= {"test_worst_class_recall": worst(plain)[1]}
    made = {**card.made, "worst_class": worst(plain)[0]}
    save_snapshot(ModelSnapshot(replace(shipped.card, scores=scores, made=made), shipped.weights), path, half=True)
    print(f"{path.name}: {plain.accuracy:.2%} with one view, {six.accuracy:.2%} with six")


def ship_trust(name: str, data: str) -> None:
    """Fit the calibrations of a shipped model and what is familiar to it, and measure what is traded by the threshold
    from which on an answer is sure; its weights and scores stay."""
    path = find_model(name)
    shipped = load_snapshot(path)
    found = trusted(shipped, load(data, lambda share, doing: None)).card
    card = replace(shipped.card, calibration=found.calibration, familiarity=found.familiarity, trade=found.trade)
    save_snapshot(ModelSnapshot(card, shipped.weights), path, half=True)
    print(f"{path.name}: strange below {found.familiarity[0]:.2f}. {trade_words(found.trade, CONFIDENT)}")


def ship_ideal(name: str) -> None:
    """Write the ideal inputs of a shipped model."""
    snapshot = load_snapshot(find_model(name))
    layers = list(fitting(snapshot))
    with Progress() as progress:
        path = ship_ideals(snapshot, layers, name, progress)
    print(f"{path.name}: {', '.join(layer.label for layer in layers)}, {path.stat().st_size / 1e6:.2f} MB")


def fitting(snapshot: ModelSnapshot) -> Iterator[ConvLayer]:
    """The classes and the first layers, whole, as far as there is room for their ideal inputs."""
    size = 0
    for layer in (class_layer(snapshot), *convolution_layers(snapshot)):
        size += (len(STATES) - 1) * layer.units * 3 * math.prod(response_of(snapshot, layer).field())
        if size > IDEAL_BYTES:
            return
        yield layer


def command(recipe: Recipe) -> str:
    """What trains the same again: the preset, and what is not as it says."""
    known = presets(recipe.network)
    preset = known.get(recipe.preset, known["best"])
    flags = [f"--network {recipe.network}", f"--preset {preset.preset}", f"--seed {recipe.seed}"]
    for name, (value, before) in recipe.differences(preset).items():
        if name == "network_settings":
            flags += [_set(f"{name}.{key}", own) for key, own in value.items() if before.get(key) != own]
        elif name not in CIRCUMSTANCES:
            flags.append(_set(name, value))
    if recipe.all_data:  # a circumstance, yet not one of the machine: other pictures are learned from
        flags.append("--all-data")
    return f"cifar-gui train {' '.join(flags)}"


def _set(name: str, value: object) -> str:
    """As the command line reads it: true and false as in TOML, nothing for None."""
    written = "" if value is None else str(value).lower() if isinstance(value, bool) else value
    return f"--set {shlex.quote(f'{name}={written}')}"


def worst(result: Evaluation) -> tuple[str, float]:
    """The class with the lowest recall, and that recall."""
    name = min(result.per_class, key=lambda each: result.per_class[each].recall)
    return name, result.per_class[name].recall


def write_table() -> None:
    """Write trained/MODELS.md."""
    (paths.shipped_models() / "MODELS.md").write_text(table_text(), encoding="utf-8")


def table_text() -> str:
    """What trained/MODELS.md should hold, from the headers of the model files."""
    rows = [row(path.stem, read_card(path)) for path in shipped_models()]
    head = (
        "| model | network | parameters | multiply-adds | epochs | seed | minutes | validation | test, one view "
        "| test, six views | worst class |"
    )
    rule = "|" + " --- |" * head.count(" |")
    commands = [
        f"- `{path.stem}`: `{read_card(path).made['command']}` on {read_card(path).made['machine']}"
        for path in shipped_models()
    ]
    text = "\n".join([HEAD, head, rule, *rows, "", "Made by, with `--data` naming CIFAR-10:", "", *commands]) + "\n"
    return text + extra()


def row(name: str, card: ModelCard) -> str:
    """One line of the table."""
    model = build_without_weights(card.network, len(card.class_names), card.network_settings)
    recipe = card.recipe
    assert recipe is not None
    scores = card.scores
    cells = (
        name, card.network, f"{total_parameters(model):,}", f"{total_multiply_adds(layer_table(model)) / 1e6:.1f} M",
        recipe.epochs, recipe.seed, card.made["minutes"], f"{scores['validation_accuracy']:.2%}",
        f"{scores['test_accuracy']:.2%}", f"{scores['test_accuracy_six_views']:.2%}",
        f"{card.made['worst_class']} {scores['test_worst_class_recall']:.1%}",
    )  # fmt: skip
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def extra() -> str:
    """Results that are reported but not shipped stand in a file of their own."""
    file = paths.shipped_models() / "REPORTED.md"
    return "\n" + file.read_text(encoding="utf-8") if file.exists() else ""


if __name__ == "__main__":
    main()
