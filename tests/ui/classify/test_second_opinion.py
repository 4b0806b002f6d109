"""A second network beside the first: what it says in words, its bars, and which answer it is that is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import CheckpointError
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import verdict
from cifar_gui.ui.classify.bars import BarsModel, bars_of
from cifar_gui.ui.classify.opinion import Opinion
from cifar_gui.ui.classify.second_opinion import SecondOpinion, called
from cifar_gui.ui.model_choices import ModelChoice

NAMES = ("cat", "dog", "ship")


def saying(names: tuple[str, ...], *shares: float) -> Prediction:
    return Prediction(names, shares, verdict(names, shares))


CAT = saying(NAMES, 0.9, 0.08, 0.02)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (saying(("ship", "dog", "cat"), 0.02, 0.45, 0.53), "Net, thin bars: cat or dog?"),
        (saying(NAMES, 0.02, 0.95, 0.03), "Net, thin bars: dog, 95 %"),
        (saying(("dog", "tree"), 0.9, 0.1), "Net, thin bars: dog, 90 % (it knows 1 of these 3 classes)"),
        (saying((*NAMES, "tree"), 0.9, 0.1, 0, 0), "Net, thin bars: cat, 90 % (it knows 1 more)"),
        (saying(("oak", "elm"), 0.9, 0.1), "Net knows other classes (oak, elm): oak, 90 %"),
        (saying(tuple("abcd"), 0.4, 0.2, 0.2, 0.2), "Net knows other classes (a, b, c, …): probably none of the four"),
    ],
)
def test_a_line_says_its_verdict_and_what_else_it_knows(other, words):
    assert Opinion("Net", other).words(NAMES) == words


def test_classes_go_by_their_names_and_those_it_does_not_know_get_a_dash(qapp):
    model = BarsModel()
    model.show_bars(bars_of(CAT, NAMES, "dog", Opinion("Net", saying(("dog", "cat"), 0.3, 0.7))))
    assert [model.index(row).data() for row in range(3)] == [
        "cat, 90.0 %, Net 70.0 %",
        "dog, 8.0 %, Net 30.0 %, chosen",
        "ship, 2.0 %, Net does not know it",
    ]
    assert [model.index(row).data(BarsModel.BAR).beside.percentage for row in range(3)] == ["70.0 %", "30.0 %", "–"]


def test_shipped_networks_are_called_by_their_names():
    assert called(ModelChoice("shipped/a", "AirNet · shipped", "", "shipped", None)) == "AirNet"
    assert called(ModelChoice("runs/1/best", "run 0001 · best", "", "runs", None)) == "run 0001 · best"


@pytest.fixture
def compared(page, qtbot, make_picture, show, decided_model) -> Any:
    """The page with a picture, and a second network that answers when the test says so."""
    show(make_picture("one.png"))
    models = page.context.models
    models._files.append(ModelChoice("/other", "Other · shipped", "", "shipped", decided_model))
    models.choices_changed.emit()
    return page


def choose(page: Any, key: str) -> None:
    box = page.single.verdict_panel.compare
    box.choose(key)
    box.activated.emit(box.currentIndex())


def test_the_list_of_networks_is_as_wide_as_their_names(compared):
    box = compared.single.verdict_panel.compare
    box.setItemText(1, "A network with a name that is far too long for the field · run 0007 · epoch 12 · 93.2 %")
    box.showPopup()
    room, longest = box.view().viewport().width(), box.view().sizeHintForColumn(0)
    box.hidePopup()
    assert room >= longest > box.width()


def test_what_there_is_to_choose_is_offered_from_the_beginning(compared):
    box = compared.single.verdict_panel.compare
    offered = [box.itemText(place) for place in range(box.count())]
    box.offer([])
    SecondOpinion(compared.context, compared.single.verdict_panel, compared)
    assert [box.itemText(place) for place in range(box.count())] == offered
    assert any("Other" in each for each in offered)


def words(page: Any) -> str:
    return page.single.verdict_panel.opinion.text().strip()


def test_it_is_asked_about_the_same_pixels_and_is_taken_away_again(compared, qtbot):
    page, panel = compared, compared.single.verdict_panel
    assert panel.opinion.isHidden()
    alone = panel.bars.grab().toImage()
    choose(page, "/other")
    qtbot.waitUntil(lambda: bool(words(page)))
    assert panel.bars.grab().toImage() != alone
    first = panel.bars.model().index(0, 0).data(BarsModel.BAR)
    assert first.beside.share == pytest.approx(first.probability, abs=1e-5)  # the same network, crop and views
    assert words(page).startswith(f"Other, thin bars: {panel.verdict.text()}")
    assert page.save_state()["compare_with"] == "/other"
    panel._six_views.click()
    qtbot.waitUntil(lambda: panel._opinion is not None and panel._opinion.prediction.views == 1)
    choose(page, "")
    assert panel.opinion.isHidden()
    assert panel.bars.model().index(0, 0).data(BarsModel.BAR).beside is None
    assert page.save_state()["compare_with"] == ""


def test_an_answer_about_another_square_is_never_shown(compared, qtbot, monkeypatch):
    page, asked = compared, []
    monkeypatch.setattr(page.second._newest, "ask", asked.append)
    choose(page, "/other")
    qtbot.keyClick(page.single.picture_panel.crop_view, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(asked) == 2)
    older, newer = asked
    assert older.answer.crop != newer.answer.crop
    opinion = Opinion("Other", newer.answer.prediction)
    page.second._on_found(newer, opinion)
    shown = words(page)
    page.second._on_found(older, replace(opinion, who="Late"))
    assert words(page) == shown != ""
    page.second.follow(newer.answer)
    assert words(page) == ""
    page.second._on_found(newer, opinion)
    page.second.forget()
    assert words(page) == "", "there is nothing to be of another opinion about"
    page.second._on_found(newer, opinion)
    assert words(page) == ""


def test_the_second_network_is_remembered_and_taken_when_it_is_there(page, decided_model):
    page.restore_state({"compare_with": "/other"})
    assert page.single.verdict_panel.compare.chosen is None
    page.context.models._files.append(ModelChoice("/other", "Other", "", "opened", decided_model))
    page.context.models.choices_changed.emit()
    assert page.single.verdict_panel.compare.chosen.key == "/other"
    page.restore_state({"compare_with": 7})
    assert page.save_state()["compare_with"] == "/other"


def test_a_network_that_cannot_be_used_is_told_about_once_and_left(compared, qtbot, tmp_path: Path):
    page = compared
    page.context.models._files.append(ModelChoice("/gone", "Gone", "", "opened", tmp_path / "gone.safetensors"))
    page.context.models.choices_changed.emit()
    told: list[str] = []
    page.context.messages.error = lambda text, topic="": told.append(text)
    choose(page, "/gone")
    qtbot.waitUntil(lambda: bool(told))
    assert "gone.safetensors does not exist" in told[0]
    assert page.single.verdict_panel.compare.chosen is None
    assert page.single.verdict_panel.opinion.isHidden()
    page.second._on_failed(CheckpointError("x"))
    assert page.second.wanted == ""


def test_a_network_that_fails_takes_no_other_away_that_was_chosen_meanwhile(compared, qtbot, tmp_path: Path):
    page = compared
    page.context.models._files.append(ModelChoice("/gone", "Gone", "", "opened", tmp_path / "gone.safetensors"))
    page.context.models.choices_changed.emit()
    choose(page, "/gone")  # it is being read
    choose(page, "/other")
    qtbot.waitUntil(lambda: bool(words(page)))
    assert (page.second.wanted, page.single.verdict_panel.compare.chosen.key) == ("/other", "/other")
    assert not any("gone" in message.text for message in page.context.messages.all)


def test_a_network_that_is_chosen_again_is_read_again(compared, qtbot, decided_snapshot, tmp_path: Path):
    page, file = compared, tmp_path / "changing.safetensors"
    page.context.models._files.append(ModelChoice("/changing", "Changing", "", "opened", file))
    page.context.models.choices_changed.emit()
    first = page.single.verdict_panel.bars.model().index(0, 0)
    shares = []
    for sign in (1, -1):
        weights = {name: sign * value for name, value in decided_snapshot.weights.items()}
        save_snapshot(ModelSnapshot(decided_snapshot.card, weights), file)
        choose(page, "/changing")
        qtbot.waitUntil(lambda: bool(words(page)))
        shares.append(first.data(BarsModel.BAR).beside.share)
    assert abs(shares[0] - shares[1]) > 0.01
    choices = {each.key: each for each in page.context.models.choices()}
    assert page.second._snapshot(choices["/changing"]) != decided_snapshot
    assert page.second._snapshot(choices["/other"]) == decided_snapshot, "what was kept is of the choice before"


def test_a_network_that_went_and_came_back_is_read_again(compared, qtbot, decided_snapshot, tmp_path: Path):
    page, file, first = compared, tmp_path / "changing.safetensors", compared.single.verdict_panel.bars.model().index(0)
    files, coming = page.context.models._files, ModelChoice("/changing", "Changing", "", "opened", file)
    shares = []
    for sign in (1, -1):
        weights = {name: sign * value for name, value in decided_snapshot.weights.items()}
        save_snapshot(ModelSnapshot(decided_snapshot.card, weights), file)
        files.append(coming)
        page.context.models.choices_changed.emit()
        if sign == 1:
            choose(page, "/changing")
        qtbot.waitUntil(lambda: bool(words(page)))
        shares.append(first.data(BarsModel.BAR).beside.share)
        files.remove(coming)
        page.context.models.choices_changed.emit()
        assert (page.single.verdict_panel.opinion.isHidden(), page.second.wanted) == (True, "/changing")
        assert first.data(BarsModel.BAR).beside is None
        page.single.verdict_panel.opinion.setText("")
    assert abs(shares[0] - shares[1]) > 0.01


def test_the_same_line_is_drawn_for_both(page):
    panel = page.single.verdict_panel
    panel.show_prediction(CAT, keep_order=False)
    panel.show_opinion(Opinion("Net", saying(NAMES, 0.7, 0.2, 0.1)))
    assert words(page) == "Net, thin bars: cat?"
    panel.judge(0.7)
    assert words(page) == "Net, thin bars: cat, 70 %"
    panel.show_waiting("No network.")
    assert words(page) == ""


def test_who_is_chosen_while_there_is_no_answer_is_asked_about_the_next_one(compared, qtbot, make_picture, show):
    page = compared
    choose(page, "/other")
    qtbot.waitUntil(lambda: bool(words(page)))
    for gone in (lambda: page.answers.refused.emit(CheckpointError("x")), lambda: page.on_model(None)):
        gone()
        choose(page, "")
        choose(page, "/other")
        qtbot.waitUntil(lambda: page.context.jobs.idle)
        assert words(page) == "", "there is nothing to be of another opinion about"
        page.on_model(page.context.models.snapshot)
        qtbot.waitUntil(lambda: bool(words(page)))


def test_what_is_said_after_the_first_answer_has_gone_is_not_shown(compared, monkeypatch):
    page, panel, asked = compared, compared.single.verdict_panel, []
    monkeypatch.setattr(page.second._newest, "ask", asked.append)
    choose(page, "/other")
    question, snapshot = asked[0], page._snapshot
    for gone in (lambda: page.on_model(None), lambda: page.answers.refused.emit(CheckpointError("x"))):
        page.second.follow(question.answer)
        gone()
        page.second._on_found(question, Opinion("Late", question.answer.prediction))
        assert (words(page), panel.bars.model().index(0, 0).data(BarsModel.BAR).beside) == ("", None)
        page._snapshot = snapshot


def test_who_was_sent_away_stays_away_whatever_line_is_drawn(compared, qtbot):
    page, panel = compared, compared.single.verdict_panel
    choose(page, "/other")
    qtbot.waitUntil(lambda: bool(words(page)))
    choose(page, "")
    page._judge(0.99)
    assert panel.opinion.isHidden()
    assert panel.bars.model().index(0, 0).data(BarsModel.BAR).beside is None


def test_what_one_network_could_not_answer_is_said_until_another_can(compared, qtbot, tmp_path: Path):
    page = compared
    page.context.models._files.append(ModelChoice("/gone", "Gone", "", "opened", tmp_path / "gone.safetensors"))
    page.context.models.choices_changed.emit()
    choose(page, "/gone")
    qtbot.waitUntil(lambda: bool(page.context.messages.all))
    assert page.single.verdict_panel.compare.chosen is None
    choose(page, "/other")
    qtbot.waitUntil(lambda: bool(words(page)))
    assert page.context.messages.all == []
