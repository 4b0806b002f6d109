from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.runs import RunSummary
from cifar_gui.runs.record import STATUSES, RunRecord
from cifar_gui.ui.runs.rows import (
    STATUS_WORDS,
    RunRow,
    continue_words,
    date_words,
    differing,
    facts,
    matching,
    row_of,
    told_apart,
    weights_words,
    why_not_continue,
)

BEST = presets("simple")["best"]


def row(recipe: Recipe | None = BEST, status: str = "stopped", number: str = "0007", **record: object) -> RunRow:
    values = RunRecord(status="stopped", epochs_done=3, epochs_planned=8, **record)  # type: ignore[arg-type]
    summary = RunSummary(Path(number), number, "", "", recipe, values, status, (1, 2, 3))
    return row_of(summary, {"shapes": "Shapes (built in)"})


def test_dates_say_no_more_than_is_needed():
    now = datetime(2026, 5, 3, 20, 0, tzinfo=UTC).astimezone()
    same_day = now.replace(hour=9, minute=5)
    assert date_words(same_day.isoformat(), now) == "today 09:05"
    assert date_words(same_day.replace(day=1).isoformat(), now) == "1 May 09:05"
    assert date_words(same_day.replace(year=2025).isoformat(), now) == "3 May 2025"
    assert date_words("yesterday", now) == "–"


def test_the_settings_that_differ_are_those_and_no_others():
    rows = [row(BEST), row(BEST.changed(epochs=3, all_data=True)), row(None)]
    assert differing(rows[:2]) == [
        ("Train on everything", ["no", "yes"]),
        ("Epochs", [str(BEST.epochs), "3"]),
    ]
    assert differing([row(BEST), row(BEST)]) == []
    assert differing([row(BEST), row(BEST.changed(network="mlp"))])[0] == ("Network", ["Simple CNN", "Fully connected"])
    assert all(values[2] == "–" for _, values in differing(rows))


def test_labels_stand_for_names_where_they_are_known():
    assert (row(BEST.changed(data="shapes")).network, row(BEST.changed(data="shapes")).data) == (
        "Simple CNN",
        "Shapes (built in)",
    )
    assert row(BEST.changed(data="/photos/leaves")).data == "leaves"
    assert row(None).network == row(None).recipe == "–"
    assert row(Recipe(network="gone")).network == "gone"


def test_every_status_has_words():
    assert set(STATUS_WORDS) >= {*STATUSES, "interrupted", "damaged"}


@pytest.mark.parametrize(
    ("rows", "state", "why"),
    [
        ([row()], "idle", ""),
        ([row()], "running", "A run is under way: stop it first."),
        ([], "idle", "Select one run."),
        ([row(), row()], "idle", "Select one run."),
        ([row(status="running")], "idle", "Another window or process is training this run."),
        ([row(None, status="damaged")], "idle", "The recipe of this run is damaged."),
        (
            [row(status="diverged")],
            "idle",
            "Its loss ran away, and would again: duplicate the recipe and lower the learning rate.",
        ),
    ],
)
def test_what_cannot_be_continued_says_why(rows, state, why):
    assert why_not_continue(rows, state) == why


def test_the_button_says_what_continuing_means():
    assert continue_words([row()]) == "Continue 0007 (3 of 8)"
    assert continue_words([row(status="completed")]) == "Train 0007 one epoch more"
    assert continue_words([row(status="diverged")]) == "Continue"
    assert continue_words([]) == continue_words([row(), row()]) == "Continue"


def test_the_facts_of_a_run_are_those_of_its_record():
    found = dict(
        facts(row(best_epoch=2, parameters=31_066, training_pictures=45_000, device="cpu", precision="float32"))
    )
    assert found["Trained on"] == "45,000 pictures"
    assert found["Validated on"] == "–"
    assert (found["Best epoch"], found["Parameters"], found["Device"]) == ("2", "31,066", "CPU, fp32")
    assert found["Kept epochs"] == "3, from 1 to 3"
    assert (found["Recipe"], found["Optimiser"]) == ("Best", "Adam, lr 0.003, batch 250")
    assert "Optimiser" not in dict(facts(row(None)))


def test_runs_that_started_from_the_same_weights_are_named():
    one, two, three, four = (
        row(number=number, first_weights=first) for number, first in zip("1234", "aabb", strict=True)
    )
    assert weights_words([one, two]) == "These two started from the same weights."
    assert weights_words([one, three]) == "These two started from different weights."
    assert weights_words([one, two, three, four]) == (
        "1 and 2 started from the same weights. 3 and 4 started from the same weights."
    )
    assert (
        weights_words([one, two, row(number="5", first_weights="a")]) == "All of these started from the same weights."
    )
    assert weights_words([one, three, row(number="5")]) == ""


def test_what_an_earlier_version_began_is_not_guessed_at():
    one, old = row(number="1", first_weights="a"), row(BEST.changed(lr=0.5), number="2")
    assert weights_words([one, old]) == (
        "Whether these two started from the same weights is not known: run 2 was begun by an earlier version."
    )
    assert weights_words([one, row(BEST.changed(seed=3), number="2")]) == "", "with another seed nobody would ask"
    others = [row(BEST.changed(lr=lr), number=str(number)) for number, lr in ((3, 0.2), (4, 0.3))]
    assert weights_words([one, old, *others]) == "", "having nothing written down is not having the same weights"


def test_runs_are_found_by_any_words_of_theirs_and_by_a_tag():
    tagged = row(number="0001")
    tagged = dataclasses.replace(tagged, summary=dataclasses.replace(tagged.summary, tags=("Wide", "first")))
    plain = row(BEST.changed(network="mlp", epochs=3), number="0002", sweep="rates")
    rows = [plain, tagged]
    assert matching(rows, "") == rows
    assert matching(rows, "", "Wide") == matching(rows, " WIDE simple") == [tagged]
    assert matching(rows, "fully rates") == [plain]
    assert matching(rows, "wide rates") == matching(rows, "fully", "Wide") == []


def test_runs_of_a_sweep_say_in_what_they_differ_and_damaged_ones_nothing():
    base = BEST.changed(preset="custom", batch_size=32, epochs=3, crop=0, cutout=5, seed=4)
    rows = [
        row(base.changed(lr=0.5), number="1", sweep="rates"),
        row(base.changed(lr=0.25), number="2", sweep="rates"),
        row(None, "damaged", number="3", sweep="rates"),
        row(base, number="4"),
        row(base, number="5", sweep="alone"),
    ]
    before = [each.recipe for each in rows]
    told = [each.recipe for each in told_apart(rows)]
    assert told[:2] == ["learning rate 0.5", "learning rate 0.25"]
    assert told[2:] == before[2:]
