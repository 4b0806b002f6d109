"""Numbers and sizes as the Convolution page writes them. Free of Qt."""

from __future__ import annotations

from cifar_gui.explain.convolution import output_size, unread_lines
from cifar_gui.ui.convolution.setup import Setup
from cifar_gui.words import MINUS, true_minus


def cell_text(value: float, decimals: int = 2, *, small: bool = True) -> str:
    """A number in a cell, with so many decimals at most. `small`: of what they would not show one digit is shown all
    the same; else, and of what is hardly anything, "≈0"."""
    if value != 0 and abs(value) < (5e-4 if small else 0.5 / 10**decimals):
        return "≈0"
    if abs(value) >= 1000:
        text = f"{value:.0f}"
    elif small and abs(value) < 5e-3:
        text = f"{value + 0.0:.1g}"
    else:
        text = f"{round(value, decimals) + 0.0:.6g}"  # what is rounded to nothing has no sign
    return true_minus(text)


def sum_text(value: float) -> str:
    """A term of a sum, where there is room: four decimals at most, so that one can see it add up."""
    text = f"{value:.2g}" if 0 < abs(value) < 1e-3 else f"{round(value, 4) + 0.0:.8g}"
    return true_minus(text)


def exact_text(value: float) -> str:
    """A number with all the digits that matter: what a tool tip says."""
    return true_minus(f"{value:.9g}")


def signed(value: float) -> str:
    """A term of a sum: "+ 3", "− 2"."""
    text = sum_text(value)
    return f"{MINUS} {text[1:]}" if text.startswith(MINUS) else f"+ {text}"


def formula(size: int, kernel: int, stride: int, padding: int) -> str:
    """The size of the output with the numbers filled in: "⌊(8 + 2·0 − 3) / 2⌋ + 1 = 3"."""
    count = output_size(size, kernel, stride, padding)
    room = f"({size} + 2·{padding} {MINUS} {kernel})"
    if count == 0:
        return f"{room} is negative: the window does not fit"
    exact = (size + 2 * padding - kernel) / stride + 1
    if exact == count:
        return f"{room} / {stride} + 1 = {count}"
    return f"{room} / {stride} + 1 = {exact:.4g}, rounded down to {count}"


def dropped_words(setup: Setup) -> str:
    """Which cells no window reads, a sentence; "" if every cell is read."""
    geometry = setup.geometry
    if not geometry.fits:
        return ""
    lines = unread_lines(geometry.height, geometry.kernel, geometry.stride, geometry.padding)
    if not lines:
        return ""
    total, padding = geometry.height + 2 * geometry.padding, geometry.padding
    if lines == list(range(total - len(lines), total)):
        inside = max(len(lines) - padding, 0)
        if inside == 0:
            return f"Hatched: {_lines(len(lines))} of the padding, which the stride of {geometry.stride} leaves over."
        return (
            f"Hatched: the last {_count(inside, 'row')} and {_count(inside, 'column')}, which the stride of "
            f"{geometry.stride} leaves over. No window reads them."
        )
    return (
        f"Hatched: rows and columns that no window reads, as the stride of {geometry.stride} is longer than the window "
        f"of {geometry.kernel} is wide."
    )


def _lines(count: int) -> str:
    return "the last line" if count == 1 else f"the last {count} lines"


def _count(count: int, what: str) -> str:
    return what if count == 1 else f"{count} {what}s"
