"""Numbers and settings as people read them: shares, durations, large numbers, choices."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping

NOTHING = "–"
"""What stands where there is no number."""

MINUS = "−"
"""What stands before a number below 0: as wide as a plus, unlike the hyphen of programs."""

_CHOICES = {
    "sgd": "SGD",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamax": "Adamax",
    "muon": "Muon",
    "one_cycle": "one cycle",
    "channels_last": "channels last",
    "none": "never",
    "random": "at random",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "gelu": "GELU",
    "auto": "automatic",
    "cpu": "CPU",
    "quick": "Quick",
    "best": "Best",
    "textbook": "As in the textbook",
    "minutes": "I have N minutes…",
    "custom": "Custom",
}


def percent(share: float | None, digits: int = 1, nothing: str = NOTHING) -> str:
    """0.9351 → "93.5 %"; None → `nothing`."""
    return nothing if share is None else f"{100 * share:.{digits}f} %"


def exact_percent(share: float) -> str:
    """A round share with as many digits as it has, as on an axis: "20 %", "22.5 %"."""
    return f"{round(100 * share, 6):g} %"


def percent_range(low: float, high: float) -> str:
    """0.65 and 0.76 → "65–76 %"; each with as many digits as it has."""
    return f"{round(100 * low, 6):g}–{exact_percent(high)}"


def modest_percent(probability: float, digits: int = 0) -> str:
    """A probability: "93 %" or "93.1 %", and never "100 %" or "0.0 %" of what is merely close to it but "> 99 %" or
    "< 0.1 %"."""
    least = 10.0 ** -(digits + 2)
    if 0 < probability <= least / 2:
        return f"< {percent(least, digits)}"
    if 1 - least / 2 <= probability < 1:
        return f"> {percent(1 - least, digits)}"
    return percent(probability, digits)


def true_minus(text: str) -> str:
    """A number as a program writes it → as people do: "-0.071" → "−0.071"."""
    return text.replace("-", MINUS)


def signed_text(value: float, digits: int = 2) -> str:
    """A number with a true minus sign and so many significant digits: −0.31."""
    return true_minus(f"{value:.{digits}g}")


def loss_words(loss: float, digits: int = 3) -> str:
    """2.1059 → "2.106"; a loss that has run away short: "3.74e+31", from 1e4 on."""
    return f"{loss:.3g}" if abs(loss) >= 1e4 else f"{loss:.{digits}f}"


def loss_on_axis(loss: float) -> str:
    """2.0 → "2.0", 0.25 → "0.25", 0.001 → "0.001": at least one decimal, so that the numbers align."""
    text = f"{loss:.3g}"
    return text if "." in text or "e" in text else f"{text}.0"


def duration(seconds: float) -> str:
    """How long something took: "4.2 s", "42 s", "3 min 02 s", "2 h 05 min"."""
    whole = round(seconds)
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def time_left(seconds: float) -> str:
    """How long something may still take, roughly: "45 s", "1 min 40 s", "17 min", "1 h 6 min"."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 3600:
        return f"{round(whole / 60)} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def short_number(value: float) -> str:
    """1,084,234 → "1.08 M"; 62,006 → "62 k"; 312 → "312"."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * size:  # else 999,999 were "1e+03 k"
            return f"{value / size:.3g} {letter}"
    return str(int(value))


def grouped(number: float) -> str:
    """A number in full, as people write it: 2147483647 → "2,147,483,647"; 0.25 → "0.25"; 0.000002 → "2e-6"."""
    if abs(number) >= 1e308:  # which as a float may be infinite
        return f"{'-' if number < 0 else ''}1e{math.floor(math.log10(abs(number)))}"
    if abs(number) < 1e15 and (number == round(number) or abs(number) >= 1e5):
        return f"{number:,.0f}"
    return short_exponent(f"{number:,g}")


def counted(count: int, noun: str) -> str:
    """1 and "run" → "1 run"; 1,200 → "1,200 runs". For nouns whose plural ends in s."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def rounded(number: float, digits: int = 3) -> str:
    """A number of any size, such as a learning rate, to so many digits: "0.003", "2e-6", "1,000,000"."""
    return grouped(float(f"{number:.{digits}g}"))


def short_exponent(text: str) -> str:
    """1e-05 → 1e-5, 1e+20 → 1e20: as people write it, and as it can be typed."""
    return re.sub(r"e([+-])0*(\d+)$", lambda found: f"e{found[1].replace('+', '')}{found[2]}", text)


def given(value: object) -> str:
    """What somebody gave in place of what was wanted, as the end of a sentence: 'wide', 2.5; cut where it is long."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes out no whole number of more than 4,300 digits
        return "something that is too large to be written out"
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


_LONG = 120


def what_there_is(
    wanted: object, known: Collection[str], has: str = "Known", *, called: Mapping[str, str] | None = None
) -> str:
    """What to say of a name that is not known: the nearest, if one is like it, and all there are: "Did you mean
    'dense'? Known: flatten, dense." `called`: what else people call them → their names."""
    if not known:
        return "There are none."
    also = {words.lower().replace(" ", "_"): name for words, name in (called or {}).items()}
    near = difflib.get_close_matches(wanted.lower(), [*known, *also], n=1) if isinstance(wanted, str) else []
    guess = f"Did you mean {also.get(near[0], near[0])!r}? " if near else ""
    return f"{guess}{has}: {', '.join(known)}."


def bounds(low: float, high: float) -> str:
    """From where to where a number may go: "from 1 to 50,000". Bounds that nobody comes near are not spelt out: "0 or
    more", "more than 0"."""
    nearly_none, nearly_any = 0 < low < 1e-3, high >= 1e6
    if nearly_none:
        return "more than 0" if nearly_any else f"more than 0 and at most {grouped(high)}"
    return f"{grouped(low)} or more" if nearly_any else f"from {grouped(low)} to {grouped(high)}"


def choice_words(choice: str) -> str:
    """A choice of a setting as people call it: "adamw" → "AdamW"."""
    return _CHOICES.get(choice, choice)


def value_words(value: object) -> str:
    """The value of a setting as people write it: "0.003", "yes", "one cycle"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return rounded(value, 4)
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_words(each)}" for key, each in value.items()) or NOTHING
    if isinstance(value, list | tuple):
        return " × ".join(value_words(each) for each in value)
    return NOTHING if value is None else choice_words(str(value)).replace("_", " ")


def place_words(device: str, precision: str) -> str:
    """Where and how something is computed: "CPU, bf16"."""
    return ", ".join(filter(None, (device, {"bfloat16": "bf16", "float32": "fp32"}.get(precision, ""))))
