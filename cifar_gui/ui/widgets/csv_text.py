"""A table as text for files and the clipboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable


def csv_text(rows: Iterable[Iterable[object]], separator: str = ",") -> str:
    """Rows, each with its line end: numbers in full precision, with a point as decimal sign whatever the country."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue()
