"""A recipe from the command line: defaults, then the preset, then the recipe file, then the flags; the later wins."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Any

from cifar_gui.cli.command import UsageError
from cifar_gui.errors import CifarGuiError, RecipeError
from cifar_gui.networks.design import is_design_file
from cifar_gui.recipe import CIRCUMSTANCES, PRESETS, PROMISES, Recipe, settings, toml_values

_FLAGS = ("network", "data", "all_data", "epochs", "batch_size", "lr", "seed", "device")


def add_recipe_arguments(parser: ArgumentParser) -> None:
    """Every flag that says how to train."""
    known = settings()

    def about(name: str, default: str = "") -> str:
        return f"{known[name].help} {default}".rstrip().replace("%", "%%")

    parser.add_argument(
        "--network",
        metavar="NAME|DESIGN.toml",
        help="what to train; cifar-gui models lists the names, or your own layers",
    )
    parser.add_argument("--data", metavar="PATH", help=about("data", "Default: cifar10."))
    parser.add_argument("--preset", choices=PRESETS, help="default: best, or what --recipe says")
    parser.add_argument("--all-data", action="store_true", default=None, help=about("all_data"))
    parser.add_argument("--epochs", type=_whole, metavar="N", help=about("epochs"))
    parser.add_argument("--batch-size", type=_whole, metavar="N", help=about("batch_size"))
    parser.add_argument("--lr", type=_number, metavar="X", help=about("lr"))
    parser.add_argument("--seed", type=_whole, metavar="N", help=about("seed"))
    parser.add_argument("--device", metavar="D", help=about("device", "Default: auto."))
    parser.add_argument("--recipe", type=Path, metavar="FILE.toml", help="settings from a file; flags outrank it")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=VALUE",
        help=f"any other setting: {', '.join(name for name in known if name not in (*_FLAGS, *PROMISES))}; "
        "network_settings.NAME=VALUE for what a network lets you choose",
    )


def recipe_from(arguments: Namespace) -> Recipe:
    """The recipe asked for. Raises UsageError for flags that do not fit, RecipeError for a file that does not."""
    from_file = _from_file(arguments.recipe) if arguments.recipe else {}
    given = flags(arguments)
    network = given.get("network") or from_file.get("network")
    if not network:
        raise UsageError("Say what to train: --network NAME, or --recipe FILE.toml. cifar-gui models lists the names.")
    base = _preset(str(network), arguments.preset or ("" if arguments.recipe else "best"))
    below = Recipe.from_dict(_merged(base, from_file))
    changed = {name for name, value in given.items() if below.to_dict().get(name) != value}
    if changed - {"network", *CIRCUMSTANCES, *_layers(str(network))} and "preset" not in given:
        given["preset"] = "custom"
    return with_flags(below, given)


def with_flags(recipe: Recipe, given: dict[str, Any]) -> Recipe:
    """The recipe with flags laid over it. Raises UsageError for those that do not fit."""
    try:
        return Recipe.from_dict(_merged(recipe.to_dict(), given))
    except RecipeError as error:
        raise UsageError(str(error)) from error


def flags(arguments: Namespace) -> dict[str, Any]:
    """The settings given as flags, `--recipe` and `--preset` aside. Raises DesignError."""
    given = {name: getattr(arguments, name) for name in _FLAGS if getattr(arguments, name) is not None}
    if is_design_file(Path(str(given.get("network", "")))):
        from cifar_gui.networks import custom

        given |= {"network": custom.NAME, "network_settings": custom.settings_from(Path(given["network"]))}
    for name, value in arguments.settings:
        head, _, rest = name.partition(".")
        given = _merged(given, {head: {rest: value}} if rest else {head: value})
    return given


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Two sets of settings, the second over the first; the networks' own settings one by one, if it is one network."""
    merged = {**below, **above}
    same_network = above.get("network", below.get("network")) == below.get("network", above.get("network"))
    nested = (below.get("network_settings"), above.get("network_settings"))
    if same_network and all(isinstance(each, dict) for each in nested):
        merged["network_settings"] = {**nested[0], **nested[1]}  # type: ignore[dict-item]
    elif not same_network and nested[1] is None:
        merged.pop("network_settings", None)
    return merged


def _preset(network: str, name: str) -> dict[str, Any]:
    """The settings of a network's preset, or only its name. Raises UsageError for networks that do not exist."""
    from cifar_gui.networks.base import presets

    try:
        found = presets(network)
    except CifarGuiError as error:
        raise UsageError(str(error)) from error
    return found[name].to_dict() if name else {"network": network}


def _layers(network: str) -> list[str]:
    """The setting that says what a network is made of, if there is one."""
    from cifar_gui.networks.base import is_designed

    return ["network_settings"] if is_designed(network) else []


def _from_file(path: Path) -> dict[str, Any]:
    Recipe.load(path)  # refuses with the reason what is no recipe
    return toml_values(path.read_text(encoding="utf-8"), path.name)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a number") from None


def _assignment(text: str) -> tuple[str, Any]:
    """ "momentum=0.95" → ("momentum", 0.95). Values are written as in TOML; words need no quotes; nothing is None."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    if not value:
        return name, None
    try:
        return name, toml_values(f"value = {value}", name)["value"]
    except RecipeError:
        return name, value
