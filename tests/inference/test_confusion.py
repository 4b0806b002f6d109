"""The confusion matrix in numbers and words."""

from __future__ import annotations

from cifar_gui.inference.confusion import Confusion

CONFUSION = Confusion(("bright", "dark", "striped"), ((1, 2, 1), (0, 2, 0), (0, 0, 0)))


def test_the_matrix_is_summed_up_by_what_is_confused_most() -> None:
    assert CONFUSION.most() == [(0, 1, 2), (0, 2, 1)]
    assert CONFUSION.most(1) == [(0, 1, 2)]
    assert CONFUSION.words == "Most often: bright taken for dark (2), bright taken for striped (1)."
    assert Confusion(("a", "b"), ((3, 0), (0, 1))).words == "Nothing was taken for anything else."


def test_a_number_is_put_into_words() -> None:
    assert CONFUSION.cell_words(0, 1) == "bright, taken for dark: 2 of 4, 50.0 %"
    assert CONFUSION.cell_words(1, 1) == "dark, recognised: 2 of 2, 100.0 %"
    assert CONFUSION.cell_words(2, 0) == "striped, taken for bright: 0 of 0"


def test_as_a_table_every_row_has_its_name() -> None:
    assert CONFUSION.rows[:2] == [["", "bright", "dark", "striped"], ["bright", 1, 2, 1]]


def test_it_is_counted_from_pairs_and_of_very_many_classes_only_those_that_occur() -> None:
    told = {("cat", "cat"): 3, ("cat", "dog"): 1}
    assert Confusion.of_pairs(told, ("ant", "cat", "dog")) == Confusion(
        ("ant", "cat", "dog"), ((0, 0, 0), (0, 3, 1), (0, 0, 0))
    )
    many = [f"class {number}" for number in range(30)]
    assert Confusion.of_pairs(told, ["dog", *many, "cat"]) == Confusion(("dog", "cat"), ((0, 0), (1, 3)))
