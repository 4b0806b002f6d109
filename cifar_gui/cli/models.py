"""`cifar-gui models`: what can be trained and what is trained already."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from cifar_gui.cli.command import COMMANDS, ExitCode, Run
from cifar_gui.cli.console import say, table, write, write_json
from cifar_gui.errors import CheckpointError
from cifar_gui.words import percent


@COMMANDS.register("models", label="the networks that can be trained and the models that are shipped", order=6)
def configure(parser: ArgumentParser) -> Run:
    """The networks that can be trained, and the trained models that come with the app."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return run


def run(arguments: Namespace) -> int:
    networks, shipped = _networks(), _shipped()
    if arguments.json:
        write_json({"networks": networks, "shipped": shipped})
    else:
        write(_as_text(networks, shipped))
    return ExitCode.OK


def _networks() -> list[dict[str, Any]]:
    from cifar_gui.networks.base import NETWORKS
    from cifar_gui.networks.layer_table import layer_table, total_multiply_adds, total_parameters
    from cifar_gui.networks.skeleton import build_without_weights

    found = []
    for entry in NETWORKS:
        model = build_without_weights(entry.name, 10)
        found.append(
            {
                "name": entry.name,
                "label": entry.label,
                "parameters": total_parameters(model),
                "multiply_adds": total_multiply_adds(layer_table(model)),
            }
        )
    return found


def _shipped() -> list[dict[str, Any]]:
    from cifar_gui.checkpoint.files import read_card
    from cifar_gui.checkpoint.shipped import shipped_models

    found = []
    for path in shipped_models():
        try:
            card = read_card(path)
        except CheckpointError as error:
            say(f"cifar-gui: {error}")
            continue
        found.append(
            {
                "name": path.stem,
                "network": card.network,
                "file": str(path),
                "accuracy": card.scores.get("test_accuracy"),
                "accuracy_six_views": card.scores.get("test_accuracy_six_views"),
                "classes": list(card.class_names),
            }
        )
    return found


def _as_text(networks: list[dict[str, Any]], shipped: list[dict[str, Any]]) -> str:
    rows = [(each["name"], each["label"], f"{each['parameters']:,}", f"{each['multiply_adds']:,}") for each in networks]
    lines = ["Networks to train", "", table(("Name", "Label", "Parameters", "Multiply-adds"), rows, right=(2, 3)), ""]
    if not shipped:
        return "\n".join([*lines, "No trained models are shipped with this copy."])
    header = ("Name", "Network", "Accuracy", "Six views", "Classes", "File")
    models = [
        (
            each["name"],
            each["network"],
            percent(each["accuracy"], 2),
            percent(each["accuracy_six_views"], 2),
            str(len(each["classes"])),
            each["file"],
        )
        for each in shipped
    ]
    return "\n".join(
        [*lines, "Shipped models, accuracies on test pictures", "", table(header, models, right=(2, 3, 4))]
    )
