"""What is kept in memory: the results used last, found here or elsewhere."""

from __future__ import annotations

import pytest

from cifar_gui.explain.kept import Kept


@pytest.fixture
def kept() -> Kept[str]:
    """Room for ten letters."""
    return Kept(10, len)


def test_a_result_is_computed_once(kept):
    assert kept.get(1, lambda: "one") == "one"
    assert kept.get(1, lambda: pytest.fail("computed again")) == kept.find(1) == "one"


def test_what_is_found_elsewhere_is_kept_from_then_on_and_what_is_not_is_looked_for_again(kept):
    assert kept.find(1, lambda: None) is None
    assert kept.find(1, lambda: "one") == "one"
    assert kept.find(1, lambda: pytest.fail("looked again")) == "one"


def test_the_results_used_last_stay_and_the_newest_even_if_it_is_larger(kept):
    for key, result in ((1, "four"), (2, "five"), (3, "one")):
        kept.get(key, lambda result=result: result)
        kept.find(1)
    assert [kept.find(key) for key in (1, 2, 3)] == ["four", None, "one"]
    kept.get(4, lambda: "eleven letters")
    assert [kept.find(key) for key in (1, 3, 4)] == [None, None, "eleven letters"]


def test_a_computation_that_fails_leaves_nothing(kept):
    with pytest.raises(ZeroDivisionError):
        kept.get(1, lambda: str(1 / 0))
    assert kept.find(1) is None
