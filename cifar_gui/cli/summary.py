"""`cifar-gui summary`: the table people know from Keras."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui.cli.command import COMMANDS, ExitCode, Run
from cifar_gui.cli.console import table, write, write_json
from cifar_gui.errors import CheckpointError
from cifar_gui.networks.design import is_design_file

if TYPE_CHECKING:
    from torch import nn

    from cifar_gui.networks.layer_table import LayerRow


@COMMANDS.register("summary", label="layers, shapes, parameters and multiply-adds of a network", order=5)
def configure(parser: ArgumentParser) -> Run:
    """Layers, output shapes, parameters, multiply-adds and receptive fields of a network or a model file."""
    parser.add_argument(
        "network",
        metavar="NAME|FILE",
        help="a network, a shipped model, a model file, or your own layers in a .toml file",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.networks.base import NETWORKS
    from cifar_gui.networks.layer_table import layer_table, total_multiply_adds, total_parameters

    name, model = _named_network(arguments.network)
    label = NETWORKS.entry(name).label
    rows = layer_table(model)
    parameters, multiply_adds = total_parameters(model), total_multiply_adds(rows)
    if arguments.json:
        layers = [_row_as_dict(row) for row in rows]
        write_json({"name": name, "layers": layers, "parameters": parameters, "multiply_adds": multiply_adds})
    else:
        trainable = sum(each.numel() for each in model.parameters() if each.requires_grad)
        write(_as_text(f"{label} ({name})", rows, (parameters, trainable, multiply_adds)))
    return ExitCode.OK


def _named_network(wanted: str) -> tuple[str, nn.Module]:
    """A network of the registry at its default settings, one's own layers, or what is in a model file; and its name in
    the registry."""
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.rebuild import rebuild
    from cifar_gui.checkpoint.shipped import find_model
    from cifar_gui.networks import custom
    from cifar_gui.networks.base import NETWORKS
    from cifar_gui.networks.skeleton import build_without_weights

    if wanted in NETWORKS:
        return wanted, build_without_weights(wanted, 10)
    if is_design_file(Path(wanted)):
        return custom.NAME, build_without_weights(custom.NAME, 10, custom.settings_from(Path(wanted)))
    try:
        path = find_model(wanted)
    except CheckpointError as error:
        raise CheckpointError(f"{error} Networks: {', '.join(NETWORKS.names())}.") from error
    snapshot = load_snapshot(path)
    return snapshot.card.network, rebuild(snapshot)


def _row_as_dict(row: LayerRow) -> dict[str, object]:
    return {
        "name": row.name,
        "kind": row.kind,
        "output_shape": list(row.output_shape),
        "parameters": row.parameters,
        "multiply_adds": row.multiply_adds,
        "receptive_field": row.receptive_field,
    }


def _as_text(title: str, rows: list[LayerRow], totals: tuple[int, int, int]) -> str:
    header = ("Layer", "Kind", "Output shape", "Parameters", "Multiply-adds", "Receptive field")
    cells = [
        (
            row.name,
            row.kind,
            " × ".join(map(str, row.output_shape)),
            f"{row.parameters:,}",
            f"{row.multiply_adds:,}",
            str(row.receptive_field),
        )
        for row in rows
    ]
    parameters, trainable, multiply_adds = totals
    lines = [f"Network: {title}", "", table(header, cells, right=(3, 4, 5)), ""]
    lines += [f"Parameters     {parameters:>15,}", f"  trainable    {trainable:>15,}"]
    lines += [f"  fixed        {parameters - trainable:>15,}", f"Multiply-adds  {multiply_adds:>15,}  per picture"]
    return "\n".join(lines)
