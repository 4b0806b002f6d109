"""You against the network."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.errors import CheckpointError
from cifar_gui.ui.evaluate import game_work, small_confusion
from cifar_gui.ui.evaluate.game import (
    LENGTH,
    Round,
    begin,
    draw,
    interval_words,
    key_of,
    missed,
    verdict_words,
)
from cifar_gui.ui.evaluate.game_panel import GamePanel
from cifar_gui.ui.evaluate.small_confusion import SmallConfusion, in_words, occurred
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets.confusion_paint import cell_ground

from .conftest import small_network


@pytest.fixture
def begun(tiny_data):
    """A round of four pictures; the network gets the last one wrong."""
    places = (3, 0, 7, 12)
    labels = tiny_data.split("validation").labels
    network = [int(labels[place]) for place in places]
    network[3] = (network[3] + 1) % 3
    return Round(tiny_data, places, "Small · shipped", tuple(network), (0.9, 0.8, 0.7, 0.6))


def played(begun, *wrong: int):
    """The round with answers to all, those at these numbers wrong."""
    for number, label in enumerate(begun.labels):
        begun = begun.answered((label + 1) % 3 if number in wrong else label)
    return begun


def test_answers_are_given_one_by_one_and_taken_back_one_by_one(begun):
    once = begun.answered(2)
    assert (once.yours, once.undone().yours, begun.undone().yours) == ((2,), (), ())
    assert (once.picture == begun.data.split("validation").images[0].permute(1, 2, 0).numpy()).all()
    assert once.answered(3) is once  # there is no such class
    whole = played(begun)
    assert whole.finished
    assert whole.answered(0) is whole


def test_pictures_are_drawn_that_have_not_been_seen_as_long_as_there_are_enough(tiny_data):
    one = draw(tiny_data, (), Random(1))
    assert len(set(one)) == LENGTH
    large = replace(tiny_data, counts=(100, 100, 40))
    first = draw(large, (), Random(1))
    second = draw(large, first, Random(1))
    assert not set(first) & set(second)
    just_enough = replace(tiny_data, counts=(100, 2 * LENGTH, 40))
    half = draw(just_enough, (), Random(3))
    assert not set(half) & set(draw(just_enough, half, Random(3)))
    assert len(draw(tiny_data, one, Random(2))) == LENGTH  # 21 are all there are
    assert len(draw(replace(tiny_data, counts=(190, 10, 40)), (), Random(1))) == 10


def test_the_network_answers_these_very_pictures(tiny_data, snapshot, evaluated):
    places = (5, 2, 20)
    made = begin(snapshot, "Small", tiny_data, places)()
    assert list(made.network) == evaluated.outcome.answers[list(places)].tolist()
    assert made.labels == tuple(tiny_data.split("validation").labels[list(places)].tolist())
    assert made.sure == pytest.approx(evaluated.outcome.confidence[list(places)].tolist(), abs=1e-6)


def test_both_are_counted_and_compared_in_words(begun):
    ended = played(begun, 0, 1, 3)
    assert (ended.right("you").tolist(), ended.right("network").sum()) == ([False, False, True, False], 3)
    assert interval_words(ended, "you") == "95 % interval: 5–70 %."
    assert verdict_words(ended) == (
        "Small · shipped was better. With 4 pictures so large a difference is easily chance (p = 0.5)."
    )
    assert verdict_words(played(begun)).startswith("You were better.")
    assert verdict_words(played(begun, 2)).startswith("A draw")
    assert ended.confusion("you").sum() == 4
    assert np.trace(ended.confusion("network")) == 3


def test_what_was_missed_is_told_with_both_answers(begun):
    ended = played(begun, 1)
    names = begun.data.class_names
    is_so, said = names[ended.labels[1]], names[ended.yours[1]]
    (tile,) = missed(ended, "you")
    assert (tile.pictures, tile.words) == ((("validation", 0),), f"{is_so}, not {said}")
    assert tile.note == (
        f"{is_so}. You said {said}, Small · shipped {is_so}, 80 % sure. Picture 0 of the validation pictures."
    )
    assert [each.pictures[0][1] for each in missed(ended, "network")] == [12]


def test_keys_go_as_far_as_there_are_digits():
    assert [key_of(answer) for answer in (0, 8, 9, 10)] == ["1", "9", "0", ""]


def test_of_many_classes_only_those_that_occurred_are_shown():
    counts = np.zeros((40, 40), np.int64)
    counts[3, 7] = counts[20, 20] = 1
    assert occurred(counts) == [3, 7, 20]
    assert occurred(counts[:10, :10]) == list(range(10))
    assert in_words(counts, [str(each) for each in range(40)]) == "3 taken for 7 (1)."


@pytest.fixture
def panel(qtbot, begun):
    made = GamePanel()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    made.show_round(begun)
    return made


def test_digits_answer_and_backspace_and_escape_are_heard(panel, qtbot):
    answered, others = [], []
    panel.answered.connect(answered.append)
    panel.back_wanted.connect(lambda: others.append("back"))
    panel.left.connect(lambda: others.append("left"))
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_0, Qt.Key.Key_Backspace, Qt.Key.Key_Escape):
        qtbot.keyClick(panel, key)
    qtbot.keyClick(panel, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)  # another page
    qtbot.mouseClick(panel.question.buttons[1], Qt.MouseButton.LeftButton)
    assert (answered, others) == ([0, 2, 9, 1], ["back", "left"])


def test_nothing_tells_the_answer_before_the_end(panel, begun):
    said = [
        text
        for each in (panel.question, *panel.question.findChildren(QWidget))
        for text in (each.accessibleName(), each.accessibleDescription(), each.toolTip())
    ]
    told = [text for text in said if any(name in text for name in begun.data.class_names)]
    assert told == list(begun.data.class_names)  # the buttons, always in the same order
    assert [button.text() for button in panel.question.buttons] == ["1  bright", "2  dark", "3  striped"]


def test_a_class_without_a_key_has_a_button(panel, begun, qtbot):
    names = tuple(f"class {number}" for number in range(14))
    panel.show_round(replace(begun, data=replace(begun.data, class_names=names)))
    texts = [button.text() for button in panel.question.buttons]
    assert (texts[0], texts[9], texts[13]) == ("1  class 0", "0  class 9", "class 13")


@pytest.fixture
def playing(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.controls.game.click()
    qtbot.waitUntil(lambda: page.game.round is not None)
    return page


def play(page, qtbot):
    while not page.game.round.finished:
        qtbot.keyClick(page.game_panel, Qt.Key.Key_1)


def test_a_round_is_played_from_the_keyboard_to_its_result(playing, qtbot):
    assert playing.game_panel.isVisible()
    assert playing.controls.isHidden()
    assert playing.game_panel.question.count.text() == "Picture 1 of 20"
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_2)
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Backspace)
    assert playing.game.round.yours == ()
    play(playing, qtbot)
    result, ended = playing.game_panel.result, playing.game.round
    assert result.isVisible()
    assert result.you.score.text() == f"{ended.labels.count(0)} of 20"
    assert len(result.you.list.tiles) == 20 - ended.labels.count(0)
    assert result.network.name.text() == "Small · shipped"
    result.you.list.opened.emit(result.you.list.tiles[0])
    assert "validation picture" in playing.said[0][0].name
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Backspace)
    assert playing.game_panel.question.isVisible()


def test_escape_leaves_and_keeps_the_round(playing, qtbot, monkeypatch):
    play(playing, qtbot)
    ended = playing.game.round
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Escape)
    assert not playing.game_panel.isVisible()
    assert playing.controls.isVisible()
    playing.controls.game.click()
    assert playing.game.round is ended
    assert playing.game_panel.result.isVisible()
    seen: list[set[int]] = []

    def drawn(data, played, random):
        seen.append({*played})
        return draw(data, (), random)

    monkeypatch.setattr(game_work, "draw", drawn)
    playing.game_panel.result.again.click()
    qtbot.waitUntil(lambda: playing.game.round is not ended)
    assert playing.game.round.yours == ()
    assert seen == [set(ended.places)], "others are drawn than were played"


def test_the_keyboard_plays_from_the_first_and_is_back_at_the_button_afterwards(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.activateWindow()
    page.controls.game.setFocus()
    qtbot.waitUntil(page.controls.game.hasFocus)
    page.controls.game.click()
    assert page.game_panel.hasFocus(), "Escape gives it up while it is prepared"
    qtbot.waitUntil(lambda: page.game.round is not None)
    for _ in range(2):
        assert page.game_panel.hasFocus()
        qtbot.keyClick(page.game_panel, Qt.Key.Key_Escape)
        assert page.controls.game.hasFocus()
        page.controls.game.clearFocus()  # such as by a click, on a Mac
        page.controls.game.click()  # it stands as it was left
    page.page_hidden()
    page.controls.game.setFocus()
    page.page_shown()
    assert page.game_panel.hasFocus(), "after a look at another page, too"


def test_who_answers_by_the_buttons_goes_on_by_keys_at_the_end(playing, qtbot):
    panel = playing.game_panel
    playing.activateWindow()
    while not playing.game.round.finished:
        panel.question.buttons[1].setFocus()
        panel.question.buttons[1].click()
    assert panel.hasFocus(), "Space would begin another round"
    assert playing.game.round.yours == (1,) * 20
    panel.result.back.setFocus()
    panel.result.back.click()
    assert panel.hasFocus()
    qtbot.keyClick(panel, Qt.Key.Key_3)
    assert playing.game.round.yours == (1,) * 19 + (2,)


def test_a_result_that_comes_during_a_round_is_there_after_it(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.controls.run.click()
    page.controls.game.click()
    qtbot.waitUntil(lambda: page.outcome is not None and page.game.round is not None)
    assert (page.game_panel.question.isVisible(), page.controls.isVisible()) == (True, False)
    assert (page.views.isVisible(), page.epochs.isVisible()) == (False, False)
    qtbot.keyClick(page.game_panel, Qt.Key.Key_Escape)
    assert (page.views.isVisible(), page.controls.isVisible()) == (True, True)


def test_a_round_that_is_given_up_while_it_is_prepared_does_not_come(page, qtbot, tiny_data, snapshot):
    page.on_data(tiny_data)
    page.on_model(snapshot)
    page.controls.game.click()
    page.game_panel.waiting.cancel.click()
    assert page.controls.isVisible()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.game.round is None


def test_after_a_fault_of_the_app_no_round_is_waited_for(page, qtbot, tiny_data, snapshot, monkeypatch):
    told: list[BaseException] = []
    monkeypatch.setattr(page.context.jobs, "_unexpected", told.append)
    page.on_data(tiny_data)
    page.on_model(snapshot)
    with monkeypatch.context() as broken:
        broken.setattr(game_work, "begin", lambda *_given: lambda: 1 / 0)
        page.controls.game.click()
        assert page.game_panel.waiting.isVisible()
        qtbot.waitUntil(lambda: bool(told) and page.controls.isVisible())
    page.controls.game.click()
    qtbot.waitUntil(lambda: page.game.round is not None)


def test_the_question_says_which_picture_it_is_and_which_keys_answer(panel, begun):
    question = panel.question
    assert (question.count.text(), question.back.isEnabled()) == ("Picture 1 of 4", False)
    assert question._how.text().startswith("Keys: 1 to 3 answer, ")
    assert "Small · shipped has answered already" in question.opponent.text()
    once = begun.answered(0)
    panel.show_round(once)
    assert (question.count.text(), question.back.isEnabled()) == ("Picture 2 of 4", True)
    assert (question.picture.accessibleName(), once.places[1]) == ("Picture 2 of 4", 0)
    data = replace(begun.data, class_names=tuple(f"class {number}" for number in range(11)))
    panel.show_round(replace(begun, data=data))
    assert question._how.text().startswith("Keys: 1 to 9 and 0 answer, ")
    grid = question._grid
    places = [grid.getItemPosition(grid.indexOf(button))[:2] for button in question.buttons]
    assert places == [(number % 6, number // 6) for number in range(11)], "two columns, the first is read first"


def test_a_small_matrix_has_its_numbers_in_their_cells(qtbot, monkeypatch):
    written: list[tuple[str, QPoint]] = []

    class Painter(QPainter):
        def drawText(self, *given) -> None:
            written.append((given[-1], given[0].center().toPoint()))

    monkeypatch.setattr(small_confusion, "QPainter", Painter)
    matrix = SmallConfusion("Yours")
    qtbot.addWidget(matrix)
    matrix.show_counts(np.array([[2, 0, 0], [3, 1, 0], [0, 4, 0]]), ["cat", "dog", "elk"])
    matrix.resize(matrix.sizeHint())
    image = matrix.grab().toImage()
    rows = {text: at.y() for text, at in written if " " in text}
    columns = {text: at.x() for text, at in written if text in ("1", "2", "3") and at.y() < min(rows.values())}
    assert list(rows) == ["1 cat", "2 dog", "3 elk"]
    assert list(columns) == ["1", "2", "3"]
    places = [(row, column) for row in rows.values() for column in columns.values()]
    counts = {(at.y(), at.x()): text for text, at in written if (at.y(), at.x()) in places}
    assert [counts.get(place, "") for place in places] == ["2", "", "", "3", "1", "", "", "4", ""]

    def ground(row: int, column: int) -> QColor:
        y, x = places[3 * row + column]
        return image.pixelColor(x - 6, y - 5)

    assert ground(0, 1) == ground(2, 0) == ground(2, 2) == tokens().panel
    assert ground(0, 0).blue() > ground(0, 0).red()
    assert ground(1, 0).red() > ground(1, 0).blue()
    assert ground(2, 1) == cell_ground(1.0, tokens(), diagonal=False)
    assert matrix.accessibleDescription() == "dog taken for cat (3), elk taken for dog (4)."


def test_a_round_is_against_the_network_it_was_begun_with(playing, qtbot, tiny_data):
    playing.context.models.loaded = replace(playing.context.models.loaded, key="other", label="Other · shipped")
    playing.on_model(small_network(2))
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_1)
    assert playing.game.round.model == "Small · shipped"
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Escape)
    playing.controls.game.click()
    qtbot.waitUntil(lambda: playing.game.round.model == "Other · shipped")
    assert playing.game.round.yours == ()


def test_a_round_against_one_of_two_networks_of_one_name_is_not_gone_on_with_against_the_other(playing, qtbot):
    before = playing.game.round
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Escape)
    playing.controls.game.click()
    assert playing.game.round is before
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Escape)
    playing.context.models.loaded = replace(playing.context.models.loaded, key="a file of the same name elsewhere")
    playing.on_model(small_network(2))
    playing.controls.game.click()
    qtbot.waitUntil(lambda: playing.game.round is not before)


def test_a_round_with_the_pictures_chosen_before_is_not_gone_on_with(playing, qtbot, tiny_data):
    before, other = playing.game.round, replace(tiny_data, name="Others")
    qtbot.keyClick(playing.game_panel, Qt.Key.Key_Escape)
    playing.on_data(other)
    playing.controls.game.click()
    qtbot.waitUntil(lambda: playing.context.jobs.idle)
    assert playing.game.round is not before
    assert playing.game.round.data is other


def test_pictures_that_are_not_read_yet_are_read_first(page, qtbot, snapshot, tiny_data):
    page.on_model(snapshot)
    page.controls.game.click()
    assert page.context.data.requested == ["usual"]
    assert page.game_panel.waiting.isVisible()
    page.context.data.current = tiny_data
    page.context.data.loaded.emit(tiny_data)
    qtbot.waitUntil(lambda: page.game.round is not None)
    page.game.leave()
    assert page.context.messages.all == []
    page.context.data.loaded.emit(tiny_data)
    assert page.controls.isVisible(), "it was asked for once"


def test_without_pictures_there_is_no_round_and_none_comes_with_those_of_somebody_else(page, snapshot, tiny_data):
    page.on_model(snapshot)
    page.controls.game.click()
    page.context.data.failed.emit("CIFAR-10 is not here.")
    assert [each.text for each in page.context.messages.all] == ["CIFAR-10 is not here."]
    assert page.controls.isVisible()
    page.context.data.current = tiny_data
    page.context.data.loaded.emit(tiny_data)
    assert (page.controls.isVisible(), page.context.jobs.idle) == (True, True)


def test_a_network_that_has_learned_from_all_pictures_is_no_opponent(page, snapshot, tiny_data):
    page.on_data(tiny_data)
    page.on_model(ModelSnapshot(replace(snapshot.card, trained_on=tiny_data.fingerprints[3]), snapshot.weights))
    page.controls.game.click()
    assert "none were held out" in page.context.messages.all[0].text
    assert page.controls.isVisible()


def test_a_network_that_knows_more_classes_is_asked_about_those_there_are(page, qtbot, tiny_data):
    names = ("striped", "cat", "dark", "bright")
    page.on_data(tiny_data)
    page.on_model(small_network(1, names=names))
    page.controls.game.click()
    qtbot.waitUntil(lambda: page.game.round is not None)
    played = page.game.round
    own = tiny_data.split("validation").labels[list(played.places)].tolist()
    assert [names[label] for label in played.labels] == [tiny_data.class_names[label] for label in own]
    page.game.leave()
    page.controls.game.click()
    assert page.game.round is played, "it is still of these pictures"


def test_a_network_of_other_classes_is_no_opponent(page, qtbot, tiny_data):
    page.on_data(tiny_data)
    page.on_model(small_network(1, names=("cat", "dog")))
    page.controls.game.click()
    qtbot.waitUntil(lambda: bool(page.context.messages.all))
    assert "2 classes (cat, dog)" in page.context.messages.all[0].text
    assert page.controls.isVisible()
    page.on_data(tiny_data)
    assert len(page.context.messages.all) == 1, "nothing has changed"
    page.on_model(small_network(1))
    assert page.context.messages.all == [], "it is not the one that is chosen any more"


def test_a_refusal_goes_with_the_pictures_it_was_about(page, qtbot, tiny_data):
    page.on_data(tiny_data)
    page.on_model(small_network(1, names=("cat", "dog")))
    page.controls.game.click()
    qtbot.waitUntil(lambda: bool(page.context.messages.all))
    page.on_data(replace(tiny_data, name="Others"))
    assert page.context.messages.all == []


def test_what_kept_a_round_from_being_begun_is_told_no_more_when_one_is(page, qtbot, tiny_data, snapshot, monkeypatch):
    def refuse(_progress: object = None) -> None:
        raise CheckpointError("The weights do not fit.")

    page.on_data(tiny_data)
    page.on_model(snapshot)
    with monkeypatch.context() as broken:
        broken.setattr(game_work, "begin", lambda *_given: refuse)
        page.controls.game.click()
        qtbot.waitUntil(lambda: bool(page.context.messages.all))
    page.controls.game.click()
    assert page.context.messages.all == []
    qtbot.waitUntil(lambda: page.game.round is not None)


def test_what_a_question_and_a_finished_round_say(panel, begun, stays_said):
    panel.show_round(begun.answered(1))
    stays_said(panel, "game-question")
    panel.show_round(played(begun, 0, 2))
    stays_said(panel, "game-result")
