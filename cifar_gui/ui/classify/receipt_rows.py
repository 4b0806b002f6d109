"""A receipt as rows of a table: what is written adds up, and beside each unit stand its pictures. Free of widgets."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cifar_gui.explain.receipt import DIGITS, Entry, Receipt
from cifar_gui.ui.classify.receipt_pictures import RowPictures
from cifar_gui.ui.widgets.framed import Framed
from cifar_gui.ui.widgets.value_table import Cell
from cifar_gui.words import NOTHING, rounded, true_minus

ROWS = 12
"""Contributions written out; the others stand in one row."""

_MOST_ODDS = 1000
"""Beyond that nothing is told: a few thousand held-out pictures cannot have measured it."""

BARS = "against\nor for"
"""The title of the column with the bars."""

FACTORS = ("weight", "answers")
"""The titles of the columns whose product is what a unit adds."""

_PICTURES = {"map": "its\nmap", "top": "top\npicture", "ideal": "ideal\ninput"}
"""What of `RowPictures` has a column → its title."""

SPARE = (*FACTORS, _PICTURES["map"])
"""The titles of columns that are left out where there is no room: the factors are told on hover, a click on a row of a
filter shows its map."""


def columns(pictures: Sequence[RowPictures]) -> list[str]:
    """Which kinds of pictures there are any of."""
    return [
        kind
        for kind in _PICTURES
        if any(getattr(row, kind) is not None or (kind == "top" and row.silent) for row in pictures)
    ]


def titles(pictures: Sequence[RowPictures]) -> list[str]:
    """Of the columns."""
    return ["from", *(_PICTURES[kind] for kind in columns(pictures)), "adds", BARS, *reversed(FACTORS)]


def rows(receipt: Receipt, pictures: Sequence[RowPictures]) -> list[list[Cell]]:
    """The rows of the table; as they are written, what the column "adds" holds comes to its last row. `pictures` are
    of the first `ROWS` entries."""
    shown, rest, total = receipt.written(ROWS)
    kinds = columns(pictures)
    table = [
        _row(entry, number, [_picture(row, kind) for kind in kinds])
        for (entry, number), row in zip(shown, pictures, strict=True)
    ]
    none = _nothing(len(kinds))
    others = receipt.entries[ROWS:]
    if others or rest:
        exact = math.fsum(entry.contribution for entry in others)
        name = "1 other" if len(others) == 1 else f"{len(others):,} others" if others else "rounding"
        added = [Cell(exact, written(rest)), Cell(exact, "")]
        table.append([Cell(name, name, muted=True), *none, *added, *_nothing(2)])
    difference = receipt.difference
    sums = [Cell(difference, written(total), true_minus(f"{difference:.15g}"), bold=True), *_nothing(3)]
    table.append([Cell("together", "together", bold=True), *none, *sums])
    return table


def in_words(receipt: Receipt, squares: int = 1) -> str:
    """The difference, what it means for the probabilities, and what is added up. The answer that the bars show may be
    the mean of several `squares` of the picture; a receipt is of one, and its odds are others."""
    total = receipt.written(0)[2]
    winner = round(receipt.logits[0] * 10**DIGITS)  # of the other, what makes the two differ by the total as written
    likelier, less = receipt.winner, receipt.other
    if receipt.difference < 0:
        likelier, less = less, likelier
    odds = odds_words(*receipt.probabilities)
    seen = " (means over the six views)" if receipt.views == 6 else ""
    parts = "filter" if receipt.per_filter else "unit"
    opening = "The" if squares == 1 else f"Of the framed square alone (the bars are the mean of {squares}), the"
    return (
        f"{opening} logit of {receipt.winner} is {written(winner)}, of {receipt.other} {written(winner - total)}: "
        f"{likelier} is {odds} as likely as {less}. The difference, {written(total)}, is exactly the sum of "
        f"what each {parts} adds that the last layer reads{seen}."
    )


def as_text(receipt: Receipt) -> str:
    """All contributions, those that stand together in the table too, tab-separated and in full precision."""
    lines = [("from", f"adds to {receipt.winner} − {receipt.other}", "answers", "weight")]
    lines += [
        (each.name, repr(each.contribution), repr(each.value), "" if each.weight is None else repr(each.weight))
        for each in receipt.entries
    ]
    lines.append(("together", repr(receipt.difference), "", ""))
    return "".join("\t".join(line) + "\n" for line in lines)


def odds_words(one: float, other: float) -> str:
    """How many times as likely the likelier of two is: "169 times"; "just" if it is the same."""
    less, more = sorted((one, other))
    if more > _MOST_ODDS * less:
        return "more than a thousand times"
    times = rounded(more / less)
    return "just" if times == "1" else f"{times} times"


def written(number: int) -> str:
    """A whole number of hundredths: 107 → "+1.07", −60 → "−0.60"."""
    return true_minus(f"{number / 10**DIGITS:+.{DIGITS}f}")


def _row(entry: Entry, number: int, pictures: list[Cell]) -> list[Cell]:
    weight, bias = entry.weight, entry.unit is None
    dash = Cell("", NOTHING, muted=True)
    exact = true_minus(f"{entry.contribution:.15g}")
    if weight is not None and not bias:
        exact += true_minus(f"\nanswers {entry.value:.9g} × weight {weight:+.9g}")
    return [
        Cell(entry.name, entry.name),
        *pictures,
        Cell(entry.contribution, written(number), exact),
        Cell(entry.contribution, ""),
        dash if bias else Cell(entry.value, true_minus(f"{entry.value:.3f}"), true_minus(f"{entry.value:.9g}")),
        dash if bias or weight is None else Cell(weight, true_minus(f"{weight:+.3f}"), true_minus(f"{weight:.9g}")),
    ]


def _picture(row: RowPictures, kind: str) -> Cell:
    picture: Framed | None = getattr(row, kind)
    if picture is not None:
        return Cell(picture.words, "", f"{picture.words[:1].upper()}{picture.words[1:]}.", picture=picture)
    if kind == "top" and row.silent:
        return Cell("", NOTHING, "It says the same to every validation picture.", muted=True)
    return Cell("", NOTHING if row.seat is None else "", muted=True)


def _nothing(count: int) -> list[Cell]:
    return [Cell("", "")] * count
