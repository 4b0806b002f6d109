"""Which epochs' weights a run keeps for the slider."""

from __future__ import annotations

from collections.abc import Mapping

MAX_FILES = 30
MAX_BYTES = 300_000_000


def epochs_to_drop(
    sizes: Mapping[int, int], best: int, *, max_files: int = MAX_FILES, max_bytes: int = MAX_BYTES
) -> list[int]:
    """The epochs to delete so that at most `max_files` and `max_bytes` remain. `sizes`: epoch → bytes.

    The first, the last and the best stay, and of the others those that are spaced most evenly: dropped is, time and
    again, the one whose two neighbours are closest to each other. Only if these three are too large already, the
    first goes, then the best.
    """
    kept = sorted(sizes)
    dropped: list[int] = []
    while len(kept) > 1 and (len(kept) > max_files or sum(sizes[epoch] for epoch in kept) > max_bytes):
        middle = [place for place in range(1, len(kept) - 1) if kept[place] != best]
        place = min(middle, key=lambda at: kept[at + 1] - kept[at - 1]) if middle else 0
        dropped.append(kept.pop(place))
    return dropped
