"""Numbers as people read them."""

from __future__ import annotations

import pytest

from cifar_gui.words import (
    bounds,
    choice_words,
    counted,
    duration,
    exact_percent,
    given,
    grouped,
    loss_on_axis,
    loss_words,
    modest_percent,
    percent,
    percent_range,
    place_words,
    rounded,
    short_number,
    signed_text,
    time_left,
    true_minus,
)


def test_shares_become_percentages_and_nothing_a_dash() -> None:
    assert (percent(0.9351), percent(1), percent(None)) == ("93.5 %", "100.0 %", "–")
    assert (percent(0.94123, 2), percent(0.1, 0)) == ("94.12 %", "10 %")


def test_a_range_has_as_many_digits_as_it_needs() -> None:
    assert [percent_range(0.65, 0.76), percent_range(0.91, 0.925)] == ["65–76 %", "91–92.5 %"]
    assert percent_range(0.57, 0.58) == "57–58 %", "0.57 is not quite that"


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.93, "93 %"),
        (0.9999, "> 99 %"),
        (1.0, "100 %"),
        (0.005, "< 1 %"),
        (0.0, "0 %"),
        (0.994, "99 %"),
        (0.995, "> 99 %"),
    ],
)
def test_percentages_do_not_pretend_to_be_certain(probability: float, text: str) -> None:
    assert modest_percent(probability) == text


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.931, "93.1 %"), (0.9996, "> 99.9 %"), (1.0, "100.0 %"), (0.0004, "< 0.1 %"), (0.0, "0.0 %"), (0.0006, "0.1 %")],
)
def test_percentages_with_a_decimal_do_not_pretend_either(probability: float, text: str) -> None:
    assert modest_percent(probability, 1) == text


def test_numbers_on_an_axis_have_the_digits_they_need() -> None:
    assert [exact_percent(share) for share in (0.0, 0.225, 0.3, 1.0)] == ["0 %", "22.5 %", "30 %", "100 %"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-0.1, "0.0 s"), (0, "0.0 s"), (0.2, "0.2 s"), (9.94, "9.9 s"), (10, "10 s"), (42.4, "42 s"), (59, "59 s"),
        (60, "1 min 00 s"), (182, "3 min 02 s"), (3599, "59 min 59 s"), (3599.6, "1 h 00 min"), (7500, "2 h 05 min"),
    ],
)  # fmt: skip
def test_durations_are_short_and_plain(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (-3, "0 s"), (45.4, "45 s"), (59, "59 s"), (60, "1 min 0 s"), (100, "1 min 40 s"),
        (599, "9 min 59 s"), (600, "10 min"), (1000, "17 min"), (3569, "59 min"), (3600, "1 h 0 min"),
        (4000, "1 h 6 min"), (9000, "2 h 30 min"),
    ],
)  # fmt: skip
def test_what_is_left_is_said_as_people_would(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (312, "312"),
        (999, "999"),
        (1000, "1 k"),
        (62_006, "62 k"),
        (999_999, "1 M"),
        (1_084_234, "1.08 M"),
        (1.5e9, "1.5 G"),
        (0, "0"),
    ],
)
def test_large_numbers_in_few_digits(number: float, text: str) -> None:
    assert short_number(number) == text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (2.1059, "2.106"),
        (0.0, "0.000"),
        (9999.0, "9999.000"),
        (10_000, "1e+04"),
        (-2e4, "-2e+04"),
        (3.74245336e31, "3.74e+31"),
    ],
)
def test_a_loss_that_has_run_away_is_written_short(loss: float, text: str) -> None:
    assert loss_words(loss) == text


def test_losses_on_an_axis_have_a_decimal_and_stay_short() -> None:
    assert [loss_on_axis(loss) for loss in (2, 0.25, 0.001, 4e31)] == ["2.0", "0.25", "0.001", "4e+31"]


def test_things_are_counted_as_people_count_them() -> None:
    assert [counted(count, "earlier run") for count in (0, 1, 2, 1200)] == [
        "0 earlier runs",
        "1 earlier run",
        "2 earlier runs",
        "1,200 earlier runs",
    ]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2_147_483_647, "2,147,483,647"),
        (3.0, "3"),
        (0.25, "0.25"),
        (1e15, "1e15"),
        (-1500, "-1,500"),
        (1e-9, "1e-9"),
        (1.25e-5, "1.25e-5"),
        (0.0001, "0.0001"),
        (1234.5, "1,234.5"),
        (1234567.8, "1,234,568"),
        (0.0, "0"),
    ],
)
def test_numbers_in_full_are_grouped(number: float, text: str) -> None:
    assert grouped(number) == text


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (1e6, 3, "1,000,000"), (123_456, 3, "123,000"), (0.0031415, 3, "0.00314"), (0.00001, 3, "1e-5"),
        (0.000026, 1, "3e-5"), (10.0, 1, "10"), (1690.3, 3, "1,690"), (-0.5, 3, "-0.5"), (1e300, 3, "1e300"),
    ],
)  # fmt: skip
def test_numbers_of_any_size_are_written_to_a_few_digits_and_read_as_people_do(number, digits, text) -> None:
    assert rounded(number, digits) == text


def test_a_number_beyond_all_floats_is_told_by_its_size() -> None:
    assert [grouped(10**5000), grouped(-(10**400))] == ["1e5000", "-1e400"]


def nested(depth: int) -> list[object]:
    made: list[object] = []
    for _ in range(depth):
        made = [made]
    return made


def test_what_was_given_is_told_as_far_as_it_can_be() -> None:
    assert (given("wide"), given(2.5), given([1, None])) == ("'wide'", "2.5", "[1, None]")
    assert given("x" * 118) == f"'{'x' * 118}'"
    assert given("x" * 119) == f"'{'x' * 119}…"
    for endless in (10**5000, {"depth": [-(10**5000)]}, nested(100_000)):
        assert given(endless) == "something that is too large to be written out"


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1, 50_000, "from 1 to 50,000"),
        (0, 10, "from 0 to 10"),
        (0.001, 10, "from 0.001 to 10"),
        (1, 999_999, "from 1 to 999,999"),
        (0, 1e6, "0 or more"),
        (1e-9, 10, "more than 0 and at most 10"),
        (1e-9, 1e9, "more than 0"),
    ],
)
def test_bounds_that_nobody_comes_near_are_not_spelt_out(low: float, high: float, text: str) -> None:
    assert bounds(low, high) == text


def test_negative_numbers_have_a_true_minus_sign() -> None:
    assert (signed_text(-0.3141), signed_text(0.3141, 3), true_minus("-0.071")) == ("−0.31", "0.314", "−0.071")


def test_choices_are_called_as_people_call_them() -> None:
    assert [choice_words(choice) for choice in ("adamw", "one_cycle", "cosine")] == ["AdamW", "one cycle", "cosine"]


@pytest.mark.parametrize(
    ("device", "precision", "text"),
    [
        ("CPU", "bfloat16", "CPU, bf16"),
        ("CPU", "float32", "CPU, fp32"),
        ("CPU", "auto", "CPU"),
        ("", "float32", "fp32"),
        ("", "", ""),
    ],
)
def test_where_and_how_it_is_computed_is_said_as_far_as_it_is_known(device: str, precision: str, text: str) -> None:
    assert place_words(device, precision) == text
