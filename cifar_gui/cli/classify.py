"""`cifar-gui classify`: pictures in, answers out."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cifar_gui import paths
from cifar_gui.cli.answers import Answer, CsvAnswers, JsonAnswers, PlainAnswers
from cifar_gui.cli.command import COMMANDS, ExitCode, Run, percentage, whole_number
from cifar_gui.cli.console import Progress, say
from cifar_gui.data.picture import PictureSource, picture_files
from cifar_gui.errors import PictureError
from cifar_gui.inference.by_folder import agreement, truth_of
from cifar_gui.inference.proposals import SQUARES, Way
from cifar_gui.inference.verdict import CONFIDENT, LEAST_SURE, MOST_SURE, judged

if TYPE_CHECKING:
    from cifar_gui.inference.classifier import Classifier

_STDIN = "-"


@COMMANDS.register("classify", label="say what is on pictures", order=4)
def configure(parser: ArgumentParser) -> Run:
    """Say what is on pictures of any size and format. A picture that cannot be read gets a sentence, and the others go
    on; the exit code is 3 only if none could be read. Where folders are named after classes, it is said in the end how
    many pictures are what their folders say."""
    parser.add_argument("pictures", nargs="+", metavar="FILE|FOLDER|-", help="pictures; - reads one from stdin")
    parser.add_argument("--model", metavar="FILE|NAME", default="", help="default: the shipped AirNet")
    parser.add_argument(
        "--top", type=whole_number, metavar="K", help="the K best classes (default: 3, with --json and --csv all)"
    )
    parser.add_argument(
        "--crop",
        choices=tuple(SQUARES),
        default="proposed",
        help="where to look: where the network finds something familiar (default), at the middle, at the whole picture",
    )
    parser.add_argument("--one-view", action="store_true", help="ask once, not of six views and their mean: quicker")
    parser.add_argument(
        "--sure-from",
        type=percentage(LEAST_SURE, MOST_SURE),
        default=CONFIDENT,
        metavar="P",
        help=f"from how many per cent on an answer is called sure, {100 * LEAST_SURE:g} to {100 * MOST_SURE:g} "
        f"(default: {100 * CONFIDENT:g})",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON list")
    form.add_argument("--csv", action="store_true", help="print a table for spreadsheets")
    return run


def run(arguments: Namespace) -> int:
    from cifar_gui.checkpoint.files import load_snapshot
    from cifar_gui.checkpoint.shipped import find_model
    from cifar_gui.inference.classifier import Classifier

    classifier = Classifier(load_snapshot(find_model(arguments.model)), six_views=not arguments.one_view)
    wanted = list(_wanted(arguments.pictures))
    out = _form(arguments, classifier.class_names)
    read, told = 0, Counter[tuple[str, str]]()
    with (
        Progress() as progress,
        closing(_answers(classifier, wanted, progress, arguments.crop, arguments.sure_from)) as answers,
    ):
        for answer in answers:
            progress.clear()
            out.add(answer)
            if answer.error:
                where = "" if answer.path in answer.error else f"{answer.path}: "  # files of many folders share names
                say(f"cifar-gui: {where}{answer.error}")
            read += not answer.error
            told += _as_folder_says(answer)
    out.close()
    _tell_agreement(told)
    return ExitCode.OK if read else ExitCode.BAD_INPUT


def _as_folder_says(answer: Answer) -> Counter[tuple[str, str]]:
    """What the folder says and what the network says, once; nothing if the folder is not named after a class."""
    if isinstance(answer.outcome, PictureError):
        return Counter()
    truth = truth_of(PictureSource.from_path(Path(answer.path)), answer.outcome.class_names)
    return Counter({(truth, answer.outcome.label): 1} if truth else {})


def _tell_agreement(told: Counter[tuple[str, str]]) -> None:
    """Of several pictures, how many are what their folders say, and what is taken for what; to stderr."""
    found = agreement(told)
    if found is not None and found.count > 1:
        say("\n".join([f"{found.words}: {found.count_words}", *found.mistakes]))


def _form(arguments: Namespace, class_names: Sequence[str]) -> PlainAnswers | CsvAnswers | JsonAnswers:
    if arguments.json:
        return JsonAnswers(arguments.top)
    if arguments.csv:
        return CsvAnswers(class_names, arguments.top)
    return PlainAnswers(arguments.top or 3)


def _wanted(arguments: Sequence[str]) -> Iterator[tuple[str, PictureSource | PictureError]]:
    """What to classify, in the order asked for: the path as it will be printed, and the picture or why there is none.
    Folders are read to the bottom."""
    for argument in arguments:
        if argument == _STDIN:
            yield _STDIN, _from_stdin()
        elif paths.is_folder(Path(argument)):
            files = picture_files(Path(argument))
            yield from ((str(path), PictureSource.from_path(path)) for path in files)
            if not files:
                yield argument, PictureError(f"{argument} holds no pictures.")
        else:
            yield argument, PictureSource.from_path(Path(argument))


def _from_stdin() -> PictureSource | PictureError:
    content = sys.stdin.buffer.read() if sys.stdin is not None else b""
    if not content:
        return PictureError("There is no picture on stdin: nothing was piped in.")
    return PictureSource.from_bytes(content, "the picture from stdin")


def _answers(
    classifier: Classifier,
    wanted: Sequence[tuple[str, PictureSource | PictureError]],
    progress: Progress,
    way: Way = "proposed",
    sure_from: float = CONFIDENT,
) -> Generator[Answer, None, None]:
    """One answer for each, in order; sure are those from a probability of `sure_from` on."""
    pictures = [picture for _, picture in wanted if isinstance(picture, PictureSource)]
    with closing(classifier.classify_many(pictures, progress, way)) as results:
        for path, picture in wanted:
            answer = next(results)[1] if isinstance(picture, PictureSource) else picture
            yield Answer(path, answer if isinstance(answer, PictureError) else judged(answer, sure_from))
