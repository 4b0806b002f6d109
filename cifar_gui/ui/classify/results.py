"""The table of many pictures as plain values: rows, how they sort and filter, and their text for files. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cifar_gui.data.picture import PictureSource, natural_key
from cifar_gui.inference.by_folder import agreement
from cifar_gui.inference.confusion import Confusion
from cifar_gui.inference.prediction import Prediction
from cifar_gui.ui.widgets.csv_text import csv_text
from cifar_gui.words import counted, modest_percent

State = Literal["waiting", "confident", "unsure", "unknown", "unreadable"]
Column = Literal["name", "folder", "verdict", "probability", "second", "reason"]
SortKey = tuple[object, ...]

_ANSWER_COLUMNS = (
    *("verdict", "headline", "label", "probability", "second", "second_probability"),
    *("familiarity", "crop_x", "crop_y", "crop_side"),
)
"""Those that `cifar-gui classify --csv` has, too, are called as there."""

COLUMNS: tuple[Column, ...] = ("name", "folder", "verdict", "probability", "second", "reason")
STATES: tuple[State, ...] = ("confident", "unsure", "unknown", "unreadable", "waiting")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of the table: waiting until it has a prediction or a problem."""

    source: PictureSource
    prediction: Prediction | None = None
    problem: str = ""  # one sentence: why it cannot be read
    truth: str = ""  # the class whose name its folder has, if it has one

    @property
    def is_wrong(self) -> bool:
        """Whether the folder is named after another class than the most probable one."""
        return bool(self.truth) and self.prediction is not None and self.prediction.label != self.truth

    @property
    def state(self) -> State:
        if self.problem:
            return "unreadable"
        return self.prediction.verdict.confidence if self.prediction else "waiting"

    def text(self, column: Column) -> str:
        """What stands in a cell."""
        if column == "name":
            return self.source.name
        if column == "folder":
            return self.truth
        if self.problem:
            return {"verdict": "cannot be read", "reason": self._why()}.get(column, "")
        if self.prediction is None:
            return "waiting" if column == "verdict" else ""
        return _answer(self.prediction, column)

    def sort_key(self, column: Column) -> SortKey:
        """Rows without an answer come last in rising order, whatever the column."""
        if column == "name":
            return (0, natural_key(self.source.name))
        if self.prediction is None:
            return (2 if self.problem else 1, 0)
        if column == "verdict":
            return (0, STATES.index(self.state), self.prediction.label, -self.prediction.probability)
        if column == "folder":
            return (0, self.truth)
        if column == "probability":
            return (0, self.prediction.probability)
        if column == "second":
            return (0, *second(self.prediction))
        return (0, self.prediction.verdict.reason)

    def _why(self) -> str:
        """The problem without what other columns say already, which would push it out of sight."""
        said = f"{self.source.name} cannot be read: "
        if not self.problem.startswith(said):
            return self.problem
        rest = self.problem.removeprefix(said)
        return rest[:1].upper() + rest[1:]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are shown: those of a class (the most probable one), of a state, or all."""

    label: str = ""
    state: State | None = None
    wrong: bool = False  # those whose folder has the name of another class
    pair: tuple[str, str] | None = None  # those whose folder says the first, and the network the second

    def admits(self, row: Row) -> bool:
        if self.wrong and not row.is_wrong:
            return False
        if self.pair is not None and (row.prediction is None or (row.truth, row.prediction.label) != self.pair):
            return False
        if self.label and (row.prediction is None or row.prediction.label != self.label):
            return False
        return self.state is None or row.state == self.state


class Tally:
    """How many rows are in each state, and what their folders say of them; kept while rows change one by one, for to
    count 100,000 of them takes longer than the window may stand still."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._states: Counter[State] = Counter()
        self._told: Counter[tuple[str, str]] = Counter()  # (what the folder says, what the network says)
        for row in rows:
            self._count(row, 1)

    @property
    def folders_tell(self) -> bool:
        """Whether any folder is named after a class."""
        return bool(self._told)

    def change(self, old: Row, new: Row) -> None:
        """One row is another now."""
        self._count(old, -1)
        self._count(new, 1)

    def words(self) -> str:
        """The table in a sentence: "17 pictures: 9 confident, 6 unsure, 1 unknown, 1 cannot be read"."""
        words = {"unreadable": "cannot be read"}
        parts = [f"{self._states[state]:,} {words.get(state, state)}" for state in STATES if self._states[state]]
        return f"{counted(self._states.total(), 'picture')}: {', '.join(parts)}" if parts else "No pictures"

    def confusion(self, class_names: Sequence[str]) -> Confusion:
        """How often each class, as folders say, was called what; of a network of these classes."""
        return Confusion.of_pairs(self._told, class_names)

    def by_folder(self) -> tuple[str, str]:
        """The share of those that are what their folders say; how many, and which classes are taken for which, in
        lines. "" and "" where no folder says anything."""
        found = agreement(self._told)
        if found is None:
            return "", ""
        return found.words, "\n".join([f"{found.count_words} as folders say", *found.mistakes])

    @property
    def agreed(self) -> str:
        """How many are what their folders say: "66.7 % as folders say, 2 of 3"; "" where none says anything."""
        found = agreement(self._told)
        return f"{found.words}, {found.count_words}" if found is not None else ""

    def _count(self, row: Row, by: int) -> None:
        self._states[row.state] += by
        if row.truth and row.prediction is not None:
            pair = (row.truth, row.prediction.label)
            self._told[pair] += by
            if not self._told[pair]:
                del self._told[pair]


def second(prediction: Prediction) -> tuple[str, float]:
    """The second guess; of a network with a single class, nothing."""
    best = prediction.top(2)
    return best[1] if len(best) > 1 else ("", 0.0)


def arranged(
    rows: Sequence[Row],
    chosen: RowFilter,
    column: Column | None,
    *,
    falling: bool,
    keys: list[SortKey | None] | None = None,
    begin: Sequence[int] = (),
) -> list[int]:
    """The places in `rows` of those to show, in the order to show them; as they came where `column` is None.

    `keys`: what the rows sort by in this column, None where that is not known yet: filled in here. `begin`: an order
    to begin with, which makes it quick where little has changed since; it has no say in what comes out."""
    everything = chosen == RowFilter()
    places = list(range(len(rows))) if everything else [at for at, row in enumerate(rows) if chosen.admits(row)]
    if column is None:
        return places
    known: list[SortKey | None] = [None] * len(rows) if keys is None else keys
    if everything and len(begin) == len(rows):
        places = list(begin)
    first: list[tuple[SortKey, int]] = []
    last: list[tuple[SortKey, int]] = []
    back = -1 if falling else 1  # of equals, the one that came first stands first whichever way it is sorted
    for place in places:
        key = known[place]
        if key is None:
            key = known[place] = rows[place].sort_key(column)
        if _lacks(rows[place], column):
            last.append((key, place))
        else:
            first.append((key, back * place))
    first.sort(reverse=falling)
    last.sort()  # what has no answer yet stays at the end, whichever way it is sorted
    return [back * place for _, place in first] + [place for _, place in last]


def as_text(rows: Iterable[Row], separator: str = ",") -> str:
    """CSV (or TSV) with a header, full precision and a point as decimal sign, whatever the country."""
    rows = list(rows)
    classes = _class_names(rows)
    titles = ["picture", "path", "folder_says", *_ANSWER_COLUMNS, *classes, "error"]
    cells = ([row.source.name, row.source.path or "", row.truth, *_values(row, classes), row.problem] for row in rows)
    return csv_text([titles, *cells], separator)


def facts_as_text(name: str, model: str, prediction: Prediction) -> str:
    """One result, a line for each fact, tab-separated: picture, verdict, network, then the classes, best first."""
    facts = [("picture", name), ("verdict", prediction.verdict.headline), ("network", model)]
    shares = ((label, repr(share)) for label, share in prediction.top(len(prediction.class_names)))
    return csv_text([*facts, *shares], "\t")


def _answer(prediction: Prediction, column: Column) -> str:
    if column == "verdict":
        return prediction.verdict.headline
    if column == "probability":
        return modest_percent(prediction.probability, 1)
    if column == "second":
        name, share = second(prediction)
        return f"{name}, {modest_percent(share, 1)}" if name else ""
    # of a sure answer the other columns say it all
    return "" if prediction.verdict.confidence == "confident" else prediction.verdict.reason


def _lacks(row: Row, column: Column) -> bool:
    return column != "name" and row.prediction is None


def _class_names(rows: Sequence[Row]) -> tuple[str, ...]:
    return next((row.prediction.class_names for row in rows if row.prediction), ())


def _values(row: Row, classes: Sequence[str]) -> list[object]:
    found = row.prediction
    if found is None:
        return [row.state, *("" for _ in _ANSWER_COLUMNS[1:]), *("" for _ in classes)]
    name, share = second(found)
    crop = (found.crop.x, found.crop.y, found.crop.side) if found.crop else ("", "", "")
    by_class = dict(zip(found.class_names, found.probabilities, strict=True))
    verdict = [found.verdict.confidence, found.verdict.headline, found.label, repr(found.probability)]
    facts = [*verdict, name, repr(share), repr(found.familiarity), *crop]
    return [*facts, *(repr(by_class[each]) if each in by_class else "" for each in classes)]
