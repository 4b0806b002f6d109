"""What the explanations of `cifar-gui explain` have in common: their registry, arguments, and how results are written.

A further kind is one file in `explanations/`, which registers a function that declares its arguments.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cifar_gui import paths
from cifar_gui.cli.command import Command, ExitCode, UsageError
from cifar_gui.cli.console import Progress, say, write, write_json
from cifar_gui.cli.data import load_data
from cifar_gui.errors import PictureError, WriteError, not_written
from cifar_gui.registry import Registry
from cifar_gui.words import what_there_is

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.explain.base import ImageGrid, Request, Subject
    from cifar_gui.explain.held_out import HeldOut
    from cifar_gui.explain.layers import ConvLayer

EXPLANATIONS: Registry[Command] = Registry("explanation", "cifar_gui.cli.explanations")

_TILE = 96
"""Tiles are magnified by the whole number that brings them to about so many pixels."""

_OTHER_PICTURES = (".avif", ".bmp", ".gif", ".heic", ".jpeg", ".jpg", ".svg", ".tif", ".tiff", ".webp")
"""Endings of files that are not written here, although people may expect it."""

_KINDS = {"": "weights", "maps": "maps", "top": "top pictures", "ideal": "ideal inputs"}
"""View → what its pictures are called."""

Numbers = Callable[["ModelSnapshot", "Request", "Sequence[int]"], list[Mapping[str, Any]]]
"""What --json tells of each of some units, beside its number and name."""


def add_arguments(parser: ArgumentParser) -> None:
    """Model, layer, unit, and where to write: for every kind."""
    parser.add_argument("model", metavar="MODEL", help="a model file, a run (0007, 0007/last) or a shipped model")
    parser.add_argument(
        "--layer", metavar="L", default="", help="its name, its path or its number from 1 (default: the first learned)"
    )
    parser.add_argument("--unit", metavar="U", default="", help="one filter by its number from 0, or a class by name")
    parser.add_argument("--out", metavar="FILE.png|DIR", type=Path, help="one picture, or a folder with one for each")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--order", choices=("index", "norm", "similarity"), default="index", help="of all in one (default: %(default)s)"
    )


def load_model(arguments: Namespace) -> ModelSnapshot:
    """The model that is named. Raises CheckpointError."""
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.shipped import find_model

    return load_snapshot(find_model(arguments.model))


def find_layer(snapshot: ModelSnapshot, wanted: str) -> ConvLayer:
    """By its label, its path or its number. Raises UsageError naming what there is."""
    from cifar_gui.explain.layers import class_layer, filter_layers, first_learned_layer

    layers = [*filter_layers(snapshot), class_layer(snapshot)]
    if not wanted:
        return first_learned_layer(snapshot) or layers[0]
    plain = _plain(wanted)
    if plain.isdecimal():  # its number, though a path may be one too: the third layer of a list is often at path 4
        if 1 <= int(plain) <= len(layers):
            return layers[int(plain) - 1]
    elif plain:
        for layer in layers:
            if plain in (_plain(layer.label), layer.name.lower()):
                return layer
    known = ", ".join(f"{number} {layer.label!r}" for number, layer in enumerate(layers, start=1))
    raise UsageError(f"This model has no layer {wanted!r}. It has {known}.")


def find_unit(layer: ConvLayer, wanted: str) -> int | None:
    """A unit of a layer; None if none was asked for. Raises UsageError."""
    if not wanted:
        return None
    if (number := class_number(layer.classes, wanted)) is not None:
        return number
    with suppress(ValueError):
        if 0 <= int(wanted) < layer.units:
            return int(wanted)
    has = f"It has {layer.nouns} 0 to {layer.units - 1}."
    if layer.classes:
        has = what_there_is(wanted, layer.classes, "It has")
    raise UsageError(f"The layer {layer.label!r} has no unit {wanted!r}. {has}")


def class_number(names: Sequence[str], wanted: str) -> int | None:
    """The place of a class by its name, in whatever case unless several differ in nothing else; None if there is no
    such."""
    if wanted in names:
        return names.index(wanted)
    alike = [number for number, name in enumerate(names) if name.casefold() == wanted.casefold()]
    return alike[0] if len(alike) == 1 else None


def read_subject(path: str) -> Subject:
    """The picture to explain. Raises PictureError."""
    from cifar_gui.data.picture import PictureSource
    from cifar_gui.data.preprocess import network_input, open_picture
    from cifar_gui.explain.base import Subject

    if not path:
        raise PictureError("There is no picture to explain: name one behind the model.")
    return Subject(network_input(open_picture(PictureSource.from_path(Path(path)))), path)


def read_pictures(arguments: Namespace, snapshot: ModelSnapshot) -> HeldOut:
    """The held-out pictures of --data, or of what the model was trained on. Raises DataError."""
    from cifar_gui.data.sources import is_available
    from cifar_gui.explain.held_out import held_out

    own = snapshot.card.recipe.data if snapshot.card.recipe else ""
    source = arguments.data or (own if own and is_available(own) else "cifar10")
    pictures = held_out(load_data(source), snapshot.card)
    if pictures.seen:
        say("The model has learned from these very pictures.")
    return pictures


def explain(
    arguments: Namespace,
    view: str,
    numbers: Numbers,
    *,
    subject: Subject | None = None,
    pictures: Callable[[ModelSnapshot], HeldOut] | None = None,
) -> int:
    """Ask one of the registered explainers for all units, and write what was asked for. `view`: of weights, "" for the
    first that suits the layer."""
    from cifar_gui.explain.base import EXPLAINERS, Request, views

    check_out(arguments.out)
    snapshot = load_model(arguments)
    layer = find_layer(snapshot, arguments.layer)
    unit = find_unit(layer, arguments.unit)
    held_out = pictures(snapshot) if pictures is not None else None
    names = [name for name, _ in views(layer, "" if view else "weights")]
    if not names:
        raise UsageError(f"The layer {layer.label!r} has no weights of its own.")
    with Progress() as progress:
        request = Request(layer, arguments.order, unit=unit, picture=subject, pictures=held_out, progress=progress)
        grid = EXPLAINERS[view or names[0]](snapshot, request)
        told = grid.units if unit is None else (unit,)
        more = numbers(snapshot, request, told) if arguments.json else []
    if arguments.out is not None:
        write_pictures(pictures_of(grid, layer, unit), arguments.out, f"{_KINDS[view]} of {_units_words(layer, unit)}")
    if arguments.json:
        units = [{"unit": each, "name": layer.unit_words(each), **of} for each, of in zip(told, more, strict=True)]
        write_json({"model": arguments.model, "layer": layer.label, "note": grid.note, "units": units})
    elif arguments.out is None:
        write("\n".join([f"{layer.label}: {grid.note}", *(grid.captions[grid.position(each)] for each in told)]))
    return ExitCode.OK


def pictures_of(grid: ImageGrid, layer: ConvLayer, unit: int | None) -> dict[str, NDArray[np.uint8]]:
    """Name → RGB (H, W, 3): each unit's, or one unit's; under "" all of them in one."""
    from dataclasses import replace

    from cifar_gui.explain.base import atlas

    units = grid.units if unit is None else (unit,)
    times = max(_TILE // max(grid.tiles.shape[1:3]), 1)

    def picture(of: tuple[int, ...]) -> NDArray[np.uint8]:
        shown = [grid.position(each) for each in of]
        return atlas(replace(grid, tiles=grid.tiles[shown], units=of), magnification=times, gap=4)

    names = _file_names(layer)
    return {"": picture(units), **{names[each]: picture((each,)) for each in units}}


def _file_names(layer: ConvLayer) -> list[str]:
    """Of the units' pictures. Names of classes come with the model, from anyone, and need not differ as files."""
    names: list[str] = []
    for unit in range(layer.units):
        stem = paths.file_stem(layer.unit_words(unit))
        taken = {name.lower() for name in names}
        names.append(f"{stem}-{unit}" if stem.lower() in taken else stem)
    return names


def check_out(out: Path | None) -> None:
    """Before the work begins: nobody who asks for a JPEG wants a folder of that name. Raises UsageError."""
    if out is not None and out.suffix.lower() in _OTHER_PICTURES and not paths.is_folder(out):
        raise UsageError(f"Pictures are written as PNG, not as {out.suffix}. Let the name after --out end in .png.")


def write_pictures(pictures: Mapping[str, NDArray[np.uint8]], out: Path, what: str) -> None:
    """The one called "" into a file that ends in .png, else the others into a folder; folders are made if need be. Then
    `what` was written, and how large, is said: pictures of a folder are of one size. Raises WriteError."""
    from PIL import Image

    try:
        if out.suffix.lower() == ".png" and not paths.is_folder(out):
            if not paths.exists(out.parent):  # else writing says better what is wrong with it
                out.parent.mkdir(parents=True)
            Image.fromarray(pictures[""]).save(out)
            say(f"Wrote {out}: {what}, {_size(pictures[''])}.")
            return
        out.mkdir(parents=True, exist_ok=True)
        named = {name: picture for name, picture in pictures.items() if name}
        for name, picture in named.items():
            Image.fromarray(picture).save(out / f"{name}.png")
        each = f"{_size(next(iter(named.values())))}{' each' if len(named) > 1 else ''}"
        say(f"Wrote {len(named):,} {'picture' if len(named) == 1 else 'pictures'} to {out}: {what}, {each}.")
    except OSError as error:
        raise WriteError(not_written(out, error)) from error


def _units_words(layer: ConvLayer, unit: int | None) -> str:
    """One unit, or all of them: "filter 3 of 'conv 1'", "10 classes"."""
    shown = layer.unit_words(unit) if unit is not None else f"{layer.units:,} {layer.nouns}"
    return shown if layer.classes else f"{shown} of {layer.label!r}"


def _size(picture: NDArray[np.uint8]) -> str:
    """Width and height of (H, W, 3)."""
    return f"{picture.shape[1]} × {picture.shape[0]} pixels"


def _plain(text: str) -> str:
    """Without what is hard to type: "block 1 · conv 2" → "block 1 conv 2"."""
    return " ".join(text.replace("·", " ").lower().split())
