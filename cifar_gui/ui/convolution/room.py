"""How maps that stand beside each other share the width. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence


def shares(columns: Sequence[int], most: Sequence[int], width: int) -> list[int]:
    """The width of each map: so that their cells are alike, as far as no map gets more than the `most` that it can use;
    what one leaves over is for the others. A map of 0 columns gets nothing."""
    found = [0] * len(columns)
    open_maps = [place for place, count in enumerate(columns) if count]
    left = width
    while open_maps:
        total = sum(columns[place] for place in open_maps)
        full = [place for place in open_maps if left * columns[place] / total > most[place]]
        if not full:
            for place in open_maps:
                found[place] = round(left * columns[place] / total)
            break
        for place in full:
            found[place] = most[place]
            left -= most[place]
            open_maps.remove(place)
    return found
