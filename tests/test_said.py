"""What counts as another word, where tests keep what is said."""

from __future__ import annotations

import pytest

from .said import differences


@pytest.mark.parametrize(
    ("kept", "said", "same"),
    [
        ("cat 71.4 %", "cat 71.5 %", True), ("cat 71.4 %", "cat 71.6 %", False), ("sure 46 %", "sure 45 %", True),
        ("1,234.5678 of", "1,234.5702 of", True), ("−0.0012", "0.0012", False), ("6.60506e-05", "6.60507e-05", True),
        ("4 of 7", "5 of 7", False), ("cat", "dog", False), ("a\nb", "a", False), ("filter 6", "filter 7", False),
    ],
)  # fmt: skip
def test_only_the_last_digit_of_what_was_computed_may_be_another(kept: str, said: str, same: bool) -> None:
    assert (differences(kept, said) == "") == same
