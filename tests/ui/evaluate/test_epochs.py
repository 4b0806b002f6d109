"""The epochs of a run on the Evaluate page: the slider, what has been asked of them, and asking every one."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.ui.evaluate import outcomes
from cifar_gui.ui.evaluate.epoch_scores import EpochScores, scores_words, why_not_every
from cifar_gui.ui.evaluate.outcomes import Outcomes
from cifar_gui.ui.long_work import LongWork
from cifar_gui.ui.model_choices import ModelChoice

from ..in_words import in_words
from .conftest import small_network


def epoch_of(number: int) -> ModelSnapshot:
    made = small_network(number)
    return ModelSnapshot(replace(made.card, epoch=float(number)), made.weights)


def of_epoch(outcome, epoch: float, right: int = 1, run: str = "0007"):
    """The same outcome as one of an epoch of a run, with so many of its two answers right."""
    card = replace(outcome.question.snapshot.card, epoch=epoch)
    question = replace(outcome.question, run=run, snapshot=ModelSnapshot(card, outcome.question.snapshot.weights))
    return replace(outcome, question=question, evaluation=replace(outcome.evaluation, accuracy=right / 2))


@pytest.fixture
def outcome(make_outcome):
    return make_outcome([0, 1], [0, 2], [0.9, 0.8])


def test_scores_are_of_one_run_on_the_same_pictures_only(outcome):
    scores = EpochScores()
    for epoch, right, run in ((4.0, 2, "0007"), (1.0, 1, "0007"), (2.5, 1, "0007"), (3.0, 2, "0008")):
        scores.note(of_epoch(outcome, epoch, right, run))
    found = scores.of(of_epoch(outcome, 1.0).question)
    assert (found.epochs.tolist(), found.accuracies.tolist()) == ([1.0, 4.0], [0.5, 1.0])
    assert (found.at(4), found.at(3)) == (1.0, None)
    six = replace(of_epoch(outcome, 1.0).question, six_views=True)
    assert len(scores.of(six).epochs) == 0
    scores.forget_all_but({"0008"})
    assert len(scores.of(of_epoch(outcome, 1.0).question).epochs) == 0


def test_the_scores_are_put_into_words(outcome):
    scores, question = EpochScores(), of_epoch(outcome, 1.0).question
    kept = (1, 2, 4)
    assert scores_words(question, scores.of(question), kept) == (
        "Run 0007, validation: none of the 3 kept epochs has been asked yet."
    )
    scores.note(of_epoch(outcome, 1.0))
    scores.note(of_epoch(outcome, 4.0, 2))
    words = scores_words(question, scores.of(question), kept)
    assert words == "Run 0007, validation: 2 of 3 kept epochs asked. Best: epoch 4, 100.0 %."
    scores.note(of_epoch(outcome, 2.0, 2))
    scores.note(of_epoch(outcome, 3.0, 2))  # its network has been thinned out since
    words = scores_words(question, scores.of(question), kept)
    assert words.endswith(": 3 of 3 kept epochs asked. Best: epoch 2, 100.0 %.")
    six = replace(question, six_views=True, split="train")
    assert scores_words(six, scores.of(six), kept).startswith("Run 0007, training, six views: none of the 3 ")


def test_no_epoch_is_chosen_by_the_test_pictures(outcome):
    assert why_not_every(outcome.question, (1, 2)) == ""
    assert "trained on them" in why_not_every(replace(outcome.question, split="test"), (1, 2))
    assert why_not_every(outcome.question, (1,))


def test_what_was_asked_is_recalled_for_the_same_network_and_pictures_only(outcome):
    kept = Outcomes()
    kept.remember(outcome)
    again = replace(outcome.question, model="By another name")
    found = kept.recall(again)
    assert found is not None
    assert (found.question, found.answers.tolist()) == (again, [0, 2])
    for other in (
        replace(again, six_views=True),
        replace(again, split="train"),
        replace(again, snapshot=small_network(2)),
    ):
        assert kept.recall(other) is None


def test_what_was_asked_for_longest_ago_is_forgotten_first(outcome, monkeypatch):
    monkeypatch.setattr(outcomes, "_MOST", 2)
    kept, asked = (
        Outcomes(),
        {split: replace(outcome.question, split=split) for split in ("validation", "train", "test")},
    )
    for split in ("validation", "train", "validation", "test"):
        kept.remember(replace(outcome, question=asked[split]))
    assert [kept.recall(question) is not None for question in asked.values()] == [True, False, True]


RUN = "runs/0007"


@pytest.fixture
def replayed(page, qtbot, tiny_data, tmp_path):
    """The page with epoch 1 of a run that has kept three; choosing one loads it."""
    models, networks = page.context.models, {number: epoch_of(number) for number in (1, 2, 4)}
    for number, network in networks.items():
        path = tmp_path / f"{number}.safetensors"
        save_snapshot(network, path)
        key = f"{RUN}/epoch/{number}"
        models.offered.append(ModelChoice(key, f"run 0007 · epoch {number}", "", "runs", path))

    def choose(key: str) -> None:
        models.chosen.append(key)
        models.current = models.loaded = next(each for each in models.offered if each.key == key)
        page.on_model(networks[int(key.rsplit("/", 1)[-1])])
        models.choices_changed.emit()

    models.choose = choose
    page.on_data(tiny_data)
    choose(f"{RUN}/epoch/1")
    models.chosen.clear()
    page.controls.run.click()
    qtbot.waitUntil(lambda: page.outcome is not None)
    page.views.choose("epochs")
    return page


def test_the_slider_drives_the_one_model_chooser_and_what_is_known_is_shown_again(replayed, qtbot):
    assert replayed.epochs.isVisible()
    assert replayed.outcome.question.run == "0007"
    first = replayed.outcome.answers
    replayed.epochs.slider.setValue(2)
    assert replayed.context.models.chosen == [f"{RUN}/epoch/4"]
    assert replayed.controls.stale.text() == "Still shown below: run 0007 · epoch 1, validation."
    replayed.controls.run.click()
    qtbot.waitUntil(lambda: replayed.outcome.question.model == "run 0007 · epoch 4")
    replayed.epochs.slider.setValue(0)
    qtbot.waitUntil(lambda: replayed.outcome.question.model == "run 0007 · epoch 1")
    assert replayed.controls.stale.text() == ""
    assert replayed.outcome.answers is first
    assert replayed.outcome.question.snapshot.card.epoch == 1


def test_playing_ends_with_the_page_and_not_with_a_look_at_another_view(replayed):
    replayed.epochs.play.click()
    replayed.views.choose("confusion")
    assert replayed.epochs.playing
    replayed.page_hidden()
    assert not replayed.epochs.playing


def test_playing_ends_where_an_epoch_cannot_be_had(replayed):
    replayed.epochs.play.click()
    assert replayed.epochs.playing
    replayed.context.models.choose = lambda _key: None  # such as one whose file has gone
    replayed.epochs._on_tick()
    assert not replayed.epochs.playing
    assert replayed.epochs.slider.value() == 0, "the one that is shown"


def test_every_epoch_is_asked_and_makes_a_curve(replayed, qtbot):
    view = replayed.views.epochs
    assert "1 of 3 kept epochs asked" in view.words.text()
    view.button.click()
    assert not view.button.isEnabled()
    replayed.every_epoch._on_progressed(0.5, "half of the first of two that are left")
    assert view.waiting.bar.value() == view.waiting.bar.maximum() // 4
    qtbot.waitUntil(lambda: not replayed.every_epoch.running)
    (curve,) = view.plot.curves()
    assert curve.x.tolist() == [1, 2, 4]
    assert view.plot.canvas._x_range == (0.0, 4.0)
    numbers = replayed.views.numbers(replayed.outcome).splitlines()
    assert [line.split(",")[0] for line in numbers] == ["epoch", "1.0", "2.0", "4.0"]
    assert "3 of 3 kept epochs asked" in view.words.text()
    assert [mark.at for mark in view.plot.canvas.vertical] == [1.0]
    replayed.epochs.slider.setValue(1)
    qtbot.waitUntil(lambda: replayed.outcome.question.model == "run 0007 · epoch 2")
    assert replayed.outcome.evaluation.accuracy == curve.y[1]
    assert [mark.at for mark in view.plot.canvas.vertical] == [2.0]


def test_what_has_been_asked_is_seen_epoch_by_epoch(replayed, monkeypatch):
    view, todo, seen = replayed.views.epochs, [], []
    monkeypatch.setattr(
        replayed.context.jobs, "run", lambda work, done, *_given, **_named: todo.append(lambda: done(work()))
    )
    view.button.click()
    while todo:
        todo.pop(0)()
        seen.append((view.plot.curves()[0].x.tolist(), view.waiting.isVisible(), view.button.isEnabled()))
    assert seen == [([1, 2], True, False), ([1, 2, 4], False, True)]
    assert view.words.text().startswith("Run 0007, validation: 3 of 3 kept epochs asked. Best: epoch ")
    assert replayed.outcome.question.model == "run 0007 · epoch 1", "the result stays that of the one chosen"


def test_the_keyboard_is_back_at_the_button_where_there_is_more_to_ask(replayed, qtbot):
    view = replayed.views.epochs
    replayed.activateWindow()
    view.button.setFocus()
    qtbot.waitUntil(view.button.hasFocus)
    view.button.click()
    assert view.waiting.cancel.hasFocus()
    view.waiting.cancel.click()
    assert view.button.hasFocus()


def test_how_far_it_is_begins_at_nothing_each_time(replayed, qtbot):
    view = replayed.views.epochs
    view.button.click()
    qtbot.waitUntil(lambda: not replayed.every_epoch.running)
    replayed.controls.six_views.click()
    view.button.click()
    replayed.every_epoch._on_progressed(0.5, "half of the first of three")
    assert view.waiting.bar.value() == round(view.waiting.bar.maximum() / 6)
    view.waiting.cancel.click()


@pytest.mark.parametrize("other", ["train", "test", "six views", "data"])
def test_other_pictures_end_the_asking_and_the_slider_does_not(replayed, qtbot, tiny_data, other):
    replayed.views.epochs.button.click()
    replayed.epochs.slider.setValue(1)
    assert replayed.every_epoch.running
    if other == "data":
        replayed.on_data(replace(tiny_data, fingerprints=("a", "b", "c", "d")))
    else:
        (replayed.controls.six_views if other == "six views" else replayed.controls.split.button(other)).click()
    assert not replayed.every_epoch.running
    assert replayed.views.epochs.waiting.isHidden()
    qtbot.waitUntil(lambda: replayed.context.jobs.idle)
    assert replayed.views.epochs.plot.curves() == []  # nothing is known of the other pictures


@pytest.mark.parametrize("way", ["damaged", "thinned out"])
def test_an_epoch_that_cannot_be_asked_ends_it_and_one_that_has_gone_is_left_out(replayed, qtbot, way):
    models, view = replayed.context.models, replayed.views.epochs
    second = models.offered[1]
    if way == "damaged":
        second.path.write_bytes(b"no network")
    else:
        models.offered = [each for each in models.offered if each is not second]  # and nobody has been told as yet
    view.button.click()
    qtbot.waitUntil(lambda: not replayed.every_epoch.running)
    assert view.waiting.isHidden()
    assert view.button.isEnabled()
    told = [each.text for each in replayed.context.messages.all]
    asked = [curve.x.tolist() for curve in view.plot.curves()]
    assert (len(told), asked) == ((1, [[1]]) if way == "damaged" else (0, [[1, 4]]))


def test_what_kept_the_epochs_from_being_asked_is_told_no_more_when_they_are(replayed, qtbot):
    view, second = replayed.views.epochs, replayed.context.models.offered[1]
    whole = second.path.read_bytes()
    second.path.write_bytes(b"no network")
    view.button.click()
    qtbot.waitUntil(lambda: bool(replayed.context.messages.all) and not replayed.every_epoch.running)
    second.path.write_bytes(whole)
    view.button.click()
    assert replayed.context.messages.all == []
    view.waiting.cancel.click()


def test_after_a_fault_of_the_app_no_epoch_is_waited_for(replayed, qtbot, monkeypatch):
    told: list[BaseException] = []
    monkeypatch.setattr(replayed.context.jobs, "_unexpected", told.append)
    monkeypatch.setattr(LongWork, "_reporter", lambda _work, _given_up: "no function")
    replayed.views.epochs.button.click()
    qtbot.waitUntil(lambda: bool(told) and not replayed.every_epoch.running)
    assert replayed.views.epochs.waiting.isHidden()
    assert replayed.views.epochs.button.isEnabled()


def test_the_test_pictures_choose_no_epoch(replayed):
    replayed.controls.split.button("test").click()
    replayed.controls.way.click()
    assert not replayed.views.epochs.button.isEnabled()
    assert "trained on them" in replayed.views.epochs.words.text()


def test_the_network_in_training_is_none_of_the_epochs(replayed):
    models = replayed.context.models
    replayed.context.session.run = SimpleNamespace(number="0007")
    models.is_live, models.current = True, ModelChoice("live", "Live · run 0007", "", "live", None)
    models.loaded = models.current
    replayed.on_model(small_network(9))
    models.choices_changed.emit()
    assert "choose one of them with the slider" in replayed.views.epochs.words.text()
    assert replayed.epochs.isVisible()


def test_without_a_run_there_is_no_slider_and_it_is_said_why(evaluated):
    assert evaluated.epochs.isHidden()
    assert "one file without its earlier epochs" in evaluated.views.epochs.words.text()
    assert not evaluated.views.epochs.button.isEnabled()


def test_a_run_that_has_gone_leaves_no_scores_to_another_one_of_its_number(replayed):
    offered = replayed.context.models.offered
    replayed.context.models.offered = []
    replayed.context.models.choices_changed.emit()
    replayed.context.models.offered = offered
    replayed.context.models.choices_changed.emit()
    assert "none of the 3 kept epochs" in replayed.views.epochs.words.text()


def test_while_another_network_is_being_loaded_the_one_that_is_asked_keeps_its_name(evaluated, qtbot):
    evaluated.context.models.current = ModelChoice("next", "The next one", "", "shipped", None)
    evaluated.controls.split.button("train").click()
    evaluated.controls.run.click()
    qtbot.waitUntil(lambda: evaluated.outcome.question.split == "train")
    assert evaluated.outcome.question.model == "Small · shipped"


def test_what_is_said_of_every_epoch_of_a_run(replayed, qtbot, stays_said):
    replayed.views.epochs.button.click()
    qtbot.waitUntil(lambda: "none" not in replayed.views.epochs.words.text() and replayed.context.jobs.idle)
    stays_said(replayed.views, "epochs")


def test_what_is_said_while_every_epoch_is_asked_and_when_that_is_given_up(replayed, held, stays_said):
    view, before, doing = replayed.views.epochs, in_words(replayed.views), held()
    view.waiting.show_progress(0.7, "As it was the last time")
    view.button.click()
    assert doing == ["Asking every epoch…"]
    stays_said(replayed.views, "under-way-epochs")
    view.waiting.cancel.click()
    assert in_words(replayed.views) == before
