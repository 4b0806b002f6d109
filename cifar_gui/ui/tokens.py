"""The colours of the two themes, by what they are for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from PySide6.QtGui import QColor


@dataclass(frozen=True)
class Tokens:
    """One theme's colours."""

    ground: QColor  # behind everything
    panel: QColor
    raised: QColor  # buttons, fields, tracks of bars
    panel_line: QColor
    control_line: QColor
    text: QColor
    muted: QColor  # captions
    accent: QColor
    on_accent: QColor  # text on accent
    accent_ground: QColor  # behind what is selected
    good: QColor
    bad: QColor
    doubt: QColor
    plot_ground: QColor
    positive: QColor  # what is above 0, or speaks for something: the two hues of `explain.colours`, on panels
    negative: QColor
    run_1: QColor  # six runs laid under the curves of another: told apart from these and from each other
    run_2: QColor
    run_3: QColor
    run_4: QColor
    run_5: QColor
    run_6: QColor
    classes: tuple[QColor, ...]  # ten, told apart by colour-blind eyes too

    @property
    def accent_text(self) -> QColor:
        """The accent where it is text on the accent ground: a little stronger, to be read with ease."""
        return mixed(self.accent, self.text, 0.2)

    def class_colour(self, index: int) -> QColor:
        """The colour of a class; data sets with more than ten classes use them again."""
        return self.classes[index % len(self.classes)]


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` of `other` mixed in."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return QColor(*(round(a * (1 - share) + b * share) for a, b in pairs))


def _theme(plain: str, classes: str) -> Tokens:
    names = [each.name for each in fields(Tokens)]
    colours = [QColor(f"#{each}") for each in plain.split()]
    by_name: dict[str, Any] = dict(
        zip(names, [*colours, tuple(QColor(f"#{each}") for each in classes.split())], strict=True)
    )
    return Tokens(**by_name)


LIGHT = _theme(
    "F4F5F8 FFFFFF F0F2F6 DCE0E7 7D8796 1A1E26 5C6575 2563EB FFFFFF E3ECFF 167348 C93C40 945A08 FFFFFF C27C00 2348B5 "
    "B140B7 1D7F80 771C16 044C6E 468054 591C33",
    "661B20 6F4C04 769600 0CA055 0D695B 0E3C5A 1980FB 331E8D B148B2 F74497",
)
DARK = _theme(
    "15171C 1C1F26 252932 31363F 737D8D E7EAF0 98A1B0 6AA5FF 15171C 22324D 4CC38A F2777A E5A84B 191C22 DFA033 6C8EF0 "
    "CD6B8F 76F5E7 CD6F5A 6DCFF5 C0ED11 92F6AF",
    "DC5954 C16401 EAC037 A7FF8B 00FFBD 3BFEF8 1BD3FF 0084C1 1F86FF BD6F8A",
)
