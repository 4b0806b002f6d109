"""What would change a network's mind, in plain words, from what it says of a picture with parts covered.

And the heat map that goes with it, by whichever way of asking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from cifar_gui.data.base import Progress, no_progress
from cifar_gui.data.decode import Pixels
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, Attribution
from cifar_gui.explain.attribution.occlusion import (
    HARDLY,
    OCCLUSION,
    Covered,
    at_least,
    cover,
    log_odds,
    occlusion_map,
    share,
)
from cifar_gui.explain.examined import Examined
from cifar_gui.words import modest_percent

_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "", "right")
_MOST = 3
"""Other answers that are named."""


Cover = Callable[[Examined, Pixels, Progress], Covered]


def attribution_of(
    method: str,
    examined: Examined,
    pixels: Pixels,
    target: int,
    progress: Progress = no_progress,
    *,
    shown: str = "",
    covering: Cover = cover,
) -> tuple[Attribution, str]:
    """The heat map by one of `ATTRIBUTIONS` on uint8 (3, 32, 32); where that covers parts of the picture also what
    would change the answer, in words, else "". Raises what the method and `progress` raise.

    `shown`: as in `what_would_change_it`. `covering`: in place of `cover`, for who knows what came of it before."""
    if method != OCCLUSION:
        return ATTRIBUTIONS[method](examined, pixels, target, progress), ""
    covered, names = covering(examined, pixels, progress), examined.class_names
    found = occlusion_map(covered, target, names[target], pixels.shape[-1])
    return found, what_would_change_it(covered, names, shown)


def what_would_change_it(covered: Covered, class_names: Sequence[str], shown: str = "", size: int = 32) -> str:
    """One or two sentences: "Covering the upper left makes it a dog." Where nothing does, what comes nearest.

    `shown`: the class that people have been told. It may come from several views, and what is covered from one."""
    label = int(covered.plain.argmax())
    if shown and class_names[label] != shown:
        return f"Seen once, neither mirrored nor shifted, it is {_a(class_names[label])} even with nothing covered."
    answers = covered.logits.argmax(axis=1)
    others = [int(each) for each, _count in Counter(answers[answers != label].tolist()).most_common(_MOST)]
    if not others:
        return _nearest(covered, label, class_names[label], size)
    parts = []
    for other in others:
        margin = log_odds(covered.logits, other)
        place = int(np.where(answers == other, margin, -np.inf).argmax())
        parts.append(f"covering {_place(covered, place, size)} makes it {_a(class_names[other])}")
    changed = int((answers != label).sum())
    sentence = ", ".join(parts)
    change = "changes" if changed == 1 else "change"
    return f"{sentence[0].upper()}{sentence[1:]}. Of {len(answers)} places to cover, {changed} {change} the answer."


def _nearest(covered: Covered, label: int, name: str, size: int) -> str:
    odds = log_odds(covered.logits, label)
    before, after = share(float(log_odds(covered.plain, label))), share(float(odds.min()))
    patch = f"{covered.patch} × {covered.patch} pixels"
    stays = f"It stays {_a(name)} wherever {patch} are covered"
    if after >= before:
        return f"{stays}."
    if before - after < HARDLY:
        return f"{stays}, each time with {at_least(after)}."
    shares = f"from {modest_percent(before)} to {modest_percent(after)}"
    return f"{stays}; what matters most is {_place(covered, int(odds.argmin()), size)} ({shares})."


def _place(covered: Covered, which: int, size: int) -> str:
    """ "the upper left", "the middle", "the right-hand side": where the middle of a square lies, in thirds of the
    picture."""
    left, top = covered.corners[which]
    column, row = (int(3 * (corner + covered.patch / 2) // size) for corner in (left, top))
    if row == column == 1:
        return "the middle"
    if row == 1:
        return f"the {_COLUMNS[column]}-hand side"
    if column == 1:
        return "the top" if row == 0 else "the bottom"
    return f"the {_ROWS[row]} {_COLUMNS[column]}"


def _a(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
