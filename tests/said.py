"""What was said when it was last kept, and how what is said now differs from it."""

from __future__ import annotations

import difflib
import math
import re

_NUMBER = re.compile(r"(?<![\w#])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−]?\d+)?(?: %)?")


def differences(kept: str, said: str) -> str:
    """How `said` differs from what was `kept`; "" if it does not, but for the last digit of what was computed: another
    processor rounds otherwise."""
    old, new = kept.splitlines(), said.splitlines()
    if len(old) == len(new):
        old = [after if _same(before, after) else before for before, after in zip(old, new, strict=True)]
    return "\n".join(difflib.unified_diff(old, new, "kept", "said", lineterm="", n=2))


def _same(before: str, after: str) -> bool:
    if _NUMBER.sub("#", before) != _NUMBER.sub("#", after):
        return False
    pairs = zip(_NUMBER.findall(before), _NUMBER.findall(after), strict=True)
    return all(first == second or _near(first, second) for first, second in pairs)


def _near(first: str, second: str) -> bool:
    """Whether two numbers are the same but for rounding. Whole ones are counts, unless they are percentages."""
    if not {".", "%"}.intersection(first):
        return False
    one, other = (float(each.rstrip(" %").replace(",", "").replace("−", "-")) for each in (first, second))
    last = 10.0 ** -len(first.rstrip(" %").partition("e")[0].partition(".")[2])
    return math.isclose(one, other, rel_tol=1e-3, abs_tol=1.01 * last)
