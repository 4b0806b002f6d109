"""`cifar-gui evaluate`: how good a model is on a whole split."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cifar_gui import paths
from cifar_gui.cli.command import COMMANDS, ExitCode, Run, UsageError
from cifar_gui.cli.console import Progress, say, table, write, write_json
from cifar_gui.cli.data import load_data
from cifar_gui.cli.device import usable_device
from cifar_gui.words import duration, percent

if TYPE_CHECKING:
    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.data.base import ImageData, SplitName
    from cifar_gui.inference.evaluate import Evaluation
    from cifar_gui.inference.robustness import Robustness

SPLITS = ("validation", "test", "train")


@COMMANDS.register("evaluate", label="the accuracy of a model on a data set", order=3)
def configure(parser: ArgumentParser) -> Run:
    """The accuracy of a model, overall and for each class, with the confusion matrix."""
    parser.add_argument("--model", metavar="FILE|NAME", default="", help="default: the shipped AirNet")
    parser.add_argument(
        "--data",
        metavar="PATH",
        help="cifar10, shapes, an archive or an image folder (default: what it was trained on)",
    )
    parser.add_argument("--split", choices=SPLITS, help="default: validation, unless the model has learned from it")
    parser.add_argument("--tta", action="store_true", help="average six views of each picture: slower, more accurate")
    parser.add_argument(
        "--robustness", action="store_true", help="also on pictures made worse: noise, blur, brightness, JPEG, …"
    )
    parser.add_argument("--device", metavar="D", default="auto", help="auto, cpu, cuda, cuda:1, mps (default: auto)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.shipped import find_model
    from cifar_gui.inference.evaluate import evaluate
    from cifar_gui.inference.robustness import robustness

    path = find_model(arguments.model)
    snapshot = load_snapshot(path)
    device = usable_device(arguments.device)
    data = load_data(arguments.data or _own_data(snapshot.card)).for_classes(snapshot.card.class_names)
    split: SplitName = arguments.split or _held_out(data, snapshot.card)
    with Progress() as progress:
        result = evaluate(
            snapshot,
            data.split(split),
            six_views=arguments.tta,
            progress=progress,
            class_names=data.class_names,
            device=device,
        )
    worse = None
    if arguments.robustness:
        with Progress() as progress:
            worse = robustness(snapshot, data.split(split), progress=progress, device=device)
    name = _model_name(path)
    seen = data.was_trained_on(split, snapshot.card.trained_on)
    if arguments.json:
        robust = {} if worse is None else {"robustness": _robust_dict(worse)}
        about = {"model": name, "split": split, "tta": arguments.tta, "seen_in_training": seen}
        write_json({**_as_dict(result), **robust, **about})
    else:
        write(_as_text(result, f"{name} on the {split} split of {data.name}"))
        if worse is not None:
            write(_robust_text(worse))
        if seen:
            say("The model has learned from these very pictures: its accuracy on others will be lower.")
    return ExitCode.OK


def _own_data(card: ModelCard) -> str:
    """What the model was trained on, if it is here; else CIFAR-10."""
    from cifar_gui.data.sources import is_available

    trained_on = card.recipe.data if card.recipe else ""
    return trained_on if trained_on and is_available(trained_on) else "cifar10"


def _held_out(data: ImageData, card: ModelCard) -> SplitName:
    """The split to ask about where none is named. Raises UsageError if the model has learned from it."""
    if data.was_trained_on("validation", card.trained_on):
        raise UsageError(
            f"The model has learned from all training pictures of {data.name}: none were held out. Say which to take: "
            "--split test, or --split train for those that it knows."
        )
    return "validation"


def _model_name(path: Path) -> str:
    """The name by which `--model` finds it again: of a shipped model, of a run's epoch, else the path."""
    from cifar_gui.checkpoint.shipped import shipped_models

    if path in shipped_models():
        return path.stem
    return f"{path.parent.name}/{path.stem}" if path.parent.parent == paths.runs() else str(path)


def _as_dict(result: Evaluation) -> dict[str, Any]:
    return {
        "accuracy": result.accuracy,
        "n": result.n,
        "interval": list(result.interval),
        "per_class": {
            name: {"precision": score.precision, "recall": score.recall} for name, score in result.per_class.items()
        },
        "confusion": [list(row) for row in result.confusion],
        "calibration_error": result.calibration_error,
        "uncalibrated_error": result.uncalibrated_error,
        "seconds": result.seconds,
        "images_per_second": result.images_per_second,
    }


def _robust_dict(worse: Robustness) -> dict[str, Any]:
    """Accuracies, 0–1; lists are of the strengths 1–5."""
    ways = {name: list(accuracies) for name, accuracies in worse.corrupted.items()}
    return {"n": worse.n, "intact": worse.intact, **ways}


def _robust_text(worse: Robustness) -> str:
    from cifar_gui.data.corruptions import CORRUPTIONS

    rows = [(each.label, *(percent(value) for value in worse.corrupted[each.name])) for each in CORRUPTIONS]
    strengths = range(1, len(rows[0]))
    columns = ("Made worse by", *(f"strength {each}" for each in strengths))
    what = f"{worse.n:,} pictures made worse, one view; as they are {percent(worse.intact)} are right"
    return "\n".join(["", what, "", table(columns, rows, right=tuple(strengths))])


def _as_text(result: Evaluation, what: str) -> str:
    low, high = result.interval
    views = "six views" if result.views > 1 else "one view"
    scores = [
        (name, percent(score.precision, 2), percent(score.recall, 2), f"{score.count:,}")
        for name, score in result.per_class.items()
    ]
    confusion = [
        (name, *(f"{count:,}" for count in row)) for name, row in zip(result.class_names, result.confusion, strict=True)
    ]
    columns = range(1, len(result.class_names) + 1)
    return "\n".join(
        [
            f"{what}: {percent(result.accuracy, 2)} of {result.n:,} pictures right, {views}",
            f"95 % interval {percent(low, 2)} to {percent(high, 2)}, cross-entropy {result.loss:.4f} nats",
            f"calibration error {percent(result.calibration_error, 2)}, before calibration "
            f"{percent(result.uncalibrated_error, 2)}",
            f"{duration(result.seconds)}, {result.images_per_second:,.0f} pictures a second",
            "",
            table(("Class", "Precision", "Recall", "Pictures"), scores, right=(1, 2, 3)),
            "",
            "Confusion: rows are what the pictures show, columns what the model said.",
            "",
            table(("", *(name[:6] for name in result.class_names)), confusion, right=tuple(columns)),
        ]
    )
