"""Results as text for the clipboard. Free of Qt."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from cifar_gui.ui.classify.history_strip import HistoryEntry
from cifar_gui.ui.classify.results import Row, as_text


def rows_for_clipboard(rows: Sequence[Row]) -> str:
    """Rows of the table as tab-separated values with a header."""
    return as_text(rows, "\t")


def entry_for_clipboard(entry: HistoryEntry) -> str:
    """One result, a line for each fact, tab-separated: picture, verdict, network, then the classes, best first."""
    prediction = entry.prediction
    if prediction is None:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerow(["picture", entry.source.name])
    writer.writerow(["verdict", prediction.verdict.headline])
    writer.writerow(["network", entry.model])
    for name, probability in prediction.top(len(prediction.class_names)):
        writer.writerow([name, repr(probability)])
    return out.getvalue()
