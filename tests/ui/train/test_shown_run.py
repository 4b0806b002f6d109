"""Which recipe the Train page's form holds and remembers, in all the turns between a run and a copy of its recipe."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.training.events import Finished, Paused, Resumed, SettingsChanged
from cifar_gui.training.history import History
from cifar_gui.ui.train.run_state import Situation
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


def test_what_is_said_of_a_pause_goes_with_it(shown: ShownRun) -> None:
    assert shown.on_event(Paused(3, 0.0125))
    assert shown.lr == 0.0125
    assert shown.note == "paused; the next learning rate is 0.0125"
    shown.on_state("paused")
    assert shown.lr == 0.0125
    shown.on_state("running")
    assert (shown.lr, shown.note) == (None, "")


def test_what_is_said_of_the_end_stays_until_the_next_start(shown: ShownRun) -> None:
    assert shown.on_event(Finished("stopped", 1, 1))
    for state, note in (
        ("stopping", "stopped; everything is kept"),
        ("idle", "stopped; everything is kept"),
        ("starting", ""),
    ):
        shown.on_state(state)
        assert shown.note == note
    shown.on_event(Finished("early", 1, 1, "in the words of the engine"))
    assert (shown.note, shown.diverged) == ("in the words of the engine", False)


def test_what_is_changed_while_it_trains_becomes_its_recipe(shown: ShownRun) -> None:
    assert shown.on_event(SettingsChanged(3, 0.5, 9))
    assert shown.recipe == TRAINED.changed(lr=0.5, epochs=9)
    assert not shown.on_event(Resumed(3)), "of what else happens it says nothing"


def test_where_it_is_counts_by_its_own_epochs_and_not_in_the_copy(shown: ShownRun) -> None:
    shown.show("0001", LATER, History())
    assert shown.position(1.5) == 0.5
    shown.toggle_copy(LATER)
    assert shown.position(1.5) is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"data": "shapes"}, "AirNet on Shapes · Best"),
        ({"data": "/some/pictures", "preset": "custom", "epochs": 3}, "AirNet on pictures · Best, 3 epochs"),
    ],
)
def test_a_run_is_called_by_its_number_network_data_and_recipe(shown: ShownRun, changes: dict, what: str) -> None:
    shown.show("0007", presets("airnet")["best"].changed(**changes), History())
    names = {"shapes": "Shapes"}
    assert shown.titles(names, is_there=True) == ("Run 0007", what)
    shown.note = "finished"
    assert shown.titles(names, is_there=True) == ("Run 0007", f"{what} · finished")
    assert shown.titles(names, is_there=False)[1] == f"{what} · moved to the trash; its curves are still shown"
    assert ShownRun().titles({}, is_there=True) == ("", "")


def test_a_recipe_proposed_while_nothing_trains_is_no_copy(shown: ShownRun) -> None:
    shown.propose(LATER, training=False)
    assert (shown.copying, shown.draft) == (False, None)
    shown.propose(LATER, training=True)
    assert (shown.copying, shown.draft) == (True, LATER)


def test_the_buttons_are_about_the_run_on_show_else_about_the_newest(shown: ShownRun) -> None:
    newest = SimpleNamespace(number="0009", epochs_done=2, epochs_planned=5, status="stopped")
    shown.on_event(Paused(3, 0.0125))
    now = shown.situation("paused", newest, newest, "")
    assert (now.state, now.run, now.unfinished, now.lr) == ("paused", "0001", ("0009", 2, 5), 0.0125)
    assert ShownRun().situation("idle", None, newest, "").run == "0009"
    assert ShownRun().situation("idle", None, None, "") == Situation()


def test_a_run_whose_loss_ran_away_is_known_by_what_it_was_seen_to_do_or_by_its_record(shown: ShownRun) -> None:
    wild, calm = (SimpleNamespace(number="0009", status=status) for status in ("diverged", "completed"))
    assert ShownRun().situation("idle", None, wild, "").diverged
    assert not ShownRun().situation("idle", None, calm, "").diverged
    assert not shown.situation("idle", None, wild, "").diverged, "the run on show is another"
    shown.on_event(Finished("diverged", 1, 1, "the loss is no number"))
    assert shown.situation("idle", None, calm, "").diverged
    assert not shown.situation("idle", None, calm, "", is_there=False).diverged


@pytest.mark.parametrize(
    ("reason", "ended"), [("completed", True), ("early", True), ("stopped", False), ("diverged", False)]
)
def test_a_run_that_can_go_on_has_not_ended(shown: ShownRun, reason: str, ended: bool) -> None:
    shown.on_event(Finished(reason, 1, 1))
    shown.on_state("idle")
    assert shown.ended is ended
    shown.on_state("starting")
    assert not shown.ended
    shown.on_event(Finished(reason, 1, 1))
    shown.show("0002", LATER, History())
    assert not shown.ended


def test_a_run_on_cifar10_by_name_is_known_before_its_data_is_read(shown: ShownRun) -> None:
    assert shown.is_cifar10
    shown.show("0002", LATER.changed(data="/some/pictures"), History())
    assert not shown.is_cifar10
