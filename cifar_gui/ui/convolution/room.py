"""How maps that stand beside each other share the width. Free of Qt."""

from __future__ import annotations

from collections.abc import Sequence


def shares(columns: Sequence[int], most: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    """The width of each map: so that their cells are alike, as far as no map gets more than the `most` that it can use;
    what one leaves over is for the others. A map of 0 columns gets nothing, any other the `least` that its words need.
    What none can use is divided among them, so that their words break less."""
    found = _used(columns, most, least, width)
    shown = [place for place, count in enumerate(columns) if count]
    over = max(width - sum(found), 0)
    for place in shown:
        found[place] += over // len(shown)
    return found


def _used(columns: Sequence[int], most: Sequence[int], least: Sequence[int], width: int) -> list[int]:
    found = [0] * len(columns)
    open_maps = [place for place, count in enumerate(columns) if count]
    left = width
    while open_maps:
        total = sum(columns[place] for place in open_maps)
        each = {place: left * columns[place] / total for place in open_maps}
        fixed = {place: max(most[place], least[place]) for place in open_maps if each[place] > most[place]}
        fixed = fixed or {place: least[place] for place in open_maps if each[place] < least[place]}
        if not fixed:
            found = [round(each[place]) if place in each else done for place, done in enumerate(found)]
            break
        for place, fits in fixed.items():
            found[place] = fits
            left = max(left - fits, 0)
            open_maps.remove(place)
    return found
