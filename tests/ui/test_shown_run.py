"""Which recipe the Train page's form holds and remembers, in all the turns between a run and a copy of its recipe."""

from __future__ import annotations

import pytest

from cifar_gui.recipe import Recipe
from cifar_gui.training.events import Finished
from cifar_gui.training.history import History
from cifar_gui.ui.train.shown_run import ShownRun

TRAINED, EDITED, LATER = (Recipe(epochs=number) for number in (1, 2, 3))


@pytest.fixture
def shown() -> ShownRun:
    run = ShownRun()
    run.show("0001", TRAINED, History())
    run.on_state("running")
    return run


def test_the_next_run_has_not_run_away(shown: ShownRun) -> None:
    shown.on_event(Finished("diverged", 1, 1, "the loss is no number"))
    assert shown.diverged
    shown.show("0002", LATER, History())
    assert (shown.diverged, shown.note) == (False, "")


def test_the_copy_is_there_again_after_a_look_at_the_run(shown: ShownRun) -> None:
    assert shown.toggle_copy(TRAINED) == TRAINED
    assert shown.toggle_copy(EDITED) == TRAINED
    assert shown.toggle_copy(TRAINED) == EDITED


def test_a_copy_is_remembered_as_it_is_edited_and_while_the_form_shows_the_run(shown: ShownRun) -> None:
    shown.toggle_copy(TRAINED)
    assert shown.to_remember(EDITED, training=True) == EDITED
    shown.toggle_copy(EDITED)
    assert shown.to_remember(TRAINED, training=True) == EDITED
    shown.toggle_copy(TRAINED)
    assert shown.to_remember(LATER, training=True) == LATER


@pytest.mark.parametrize("looks_at_the_copy", [True, False])
def test_when_nothing_trains_the_form_alone_counts(shown: ShownRun, looks_at_the_copy: bool) -> None:
    shown.toggle_copy(TRAINED)
    if not looks_at_the_copy:
        shown.toggle_copy(EDITED)
    shown.on_state("idle")
    assert not shown.copying
    assert shown.to_remember(LATER, training=False) == LATER


def test_the_next_run_is_not_offered_the_copy_that_became_it(shown: ShownRun) -> None:
    shown.toggle_copy(TRAINED)
    shown.toggle_copy(EDITED)
    shown.toggle_copy(TRAINED)
    shown.on_state("idle")
    shown.show("0002", EDITED, History())
    shown.on_state("running")
    assert shown.toggle_copy(EDITED) == EDITED
