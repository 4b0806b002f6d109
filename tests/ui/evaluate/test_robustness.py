"""How much is still recognised of pictures that were made worse."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter
from PySide6.QtWidgets import QApplication, QToolTip

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.data.corruptions import CORRUPTIONS
from cifar_gui.inference.robustness import Robustness
from cifar_gui.ui.evaluate import picture_strip, robust, robustness_work
from cifar_gui.ui.evaluate.picture_strip import PictureStrip
from cifar_gui.ui.evaluate.robust import Example, Measured, as_csv, comparison_words, examples, loss_words, sample_words
from cifar_gui.ui.model_choices import ModelChoice

from .conftest import small_network

WAYS = [each.name for each in CORRUPTIONS]


def measured(model: str, **lowest: float) -> Measured:
    """A network that falls from 0.9 to 0.5, or as low as is given."""
    rows = {way: (0.9, 0.9, 0.9, 0.9, lowest.get(way, 0.5)) for way in WAYS}
    return Measured((model, "pictures"), model, Robustness(1000, 0.93, rows))


def test_it_is_said_by_what_a_network_loses_most_and_least():
    words = loss_words(measured("Small", blur=0.41, jpeg=0.8))
    assert words == (
        "Small loses most by blur: 93.0 % → 41.0 % at the strongest; least by JPEG: 80.0 % are left. 82.7 % on average."
    )


def test_a_network_that_loses_nothing_is_not_said_to_lose_most_by_something():
    better = measured("Small", **{way: 0.95 for way in WAYS})
    assert loss_words(better) == (
        "Small loses nothing: 95.0 % or more are left of 93.0 %, whatever is done. 91.0 % on average."
    )


def test_two_networks_are_compared_way_by_way():
    small = measured("Small")
    assert comparison_words(small, measured("Other", noise=0.6, shift=0.7, blur=0.1)) == (
        "Other: 81.7 % on average, bears noise and shift better."
    )
    assert comparison_words(small, small).endswith("bears nothing better.")


def test_which_pictures_are_looked_at_is_said(make_outcome, monkeypatch):
    outcome = make_outcome([0], [0], [0.9])
    assert sample_words(outcome) == "On all 21 validation pictures."
    monkeypatch.setattr(robust, "SAMPLE", 10)
    assert sample_words(outcome) == "On 10 of the 21 validation pictures, always the same."


def test_the_numbers_of_all_ways_and_networks_are_exported():
    rows = list(csv.DictReader(io.StringIO(as_csv([measured("Small"), measured("Other", blur=0.25)]))))
    assert len(rows) == 2 * (1 + 30)
    assert rows[0] == {
        "network": "Small", "way": "intact", "strength": "0", "amount": "", "accuracy": "0.93", "pictures": "1000",
    }  # fmt: skip
    found = [row for row in rows if (row["network"], row["way"], row["strength"]) == ("Other", "blur", "5")]
    assert [(row["amount"], row["accuracy"]) for row in found] == [("1.6 px", "0.25")]


def test_an_example_is_one_of_the_pictures_with_what_is_said_of_it(make_outcome, tiny_data, snapshot):
    question = make_outcome([0], [0], [0.9]).question
    shown = examples(question, 22)  # there are 21: the second one
    picture = tiny_data.split("validation").images[1]
    assert list(shown) == WAYS
    for corruption in CORRUPTIONS:
        row = shown[corruption.name]
        assert [each.strength for each in row] == ["intact", *(corruption.words(each) for each in range(1, 6))]
        assert (row[0].pixels == picture.permute(1, 2, 0).numpy()).all()
        worst = corruption.apply(picture[None], 5)[0]
        assert (row[5].pixels == worst.permute(1, 2, 0).numpy()).all()
    label = tiny_data.class_names[int(tiny_data.split("validation").labels[1])]
    assert all(each.right == each.answer.startswith(label) for row in shown.values() for each in row)


@pytest.fixture
def measuring(evaluated, tmp_path):
    """The page with the view in front, and a second network to choose."""
    path = tmp_path / "other.safetensors"
    save_snapshot(small_network(2), path)
    evaluated.context.models.offered = [ModelChoice("other", "Other · shipped", "", "shipped", path)]
    evaluated.page_shown()
    evaluated.views.choose("robustness")
    return evaluated


def measure(page, qtbot, networks: int = 1):
    page.views.robustness.button.click()
    qtbot.waitUntil(lambda: len(page.views.robustness.measured) == networks)
    return page.views.robustness


def test_measuring_draws_a_curve_for_each_way(measuring, qtbot):
    assert measuring.views.robustness.words.text().endswith("On all 21 validation pictures.")
    view = measure(measuring, qtbot)
    (found,) = view.measured
    assert [len(curve.x) for curve in view.plot.curves()] == [6] * 6
    assert view.plot.curves()[1].y.tolist() == [found.found.intact, *found.found.corrupted["blur"]]
    styles = [view.plot.canvas.styles[way] for way in WAYS]
    assert len({(style.line, style.shape) for style in styles}) == 6
    assert view.words.text().startswith("Small · shipped loses ")


def test_a_second_network_adds_the_curve_of_the_chosen_way(measuring, qtbot):
    view = measuring.views.robustness
    view.second.setCurrentIndex(1)
    measure(measuring, qtbot, networks=2)
    second = view.measured[1]
    assert second.model == "Other · shipped"
    for way, name in (("noise", "2nd, noise"), ("brightness", "2nd, bright")):
        view.way.setCurrentIndex(view.way.findData(way))
        curve = view.plot.curves()[-1]
        assert (curve.label, curve.y.tolist()) == (name, [second.found.intact, *second.found.corrupted[way]])
        assert f"{name}: 6 points" in view.plot.canvas.accessibleDescription()
        assert view.strip.examples[0].strength == "intact"
    assert "Other · shipped: " in view.words.text()
    assert "Other · shipped" in measuring.views.numbers(measuring.outcome)


def test_what_has_been_measured_goes_with_its_network_and_comes_back_with_it(measuring, qtbot, snapshot):
    view = measure(measuring, qtbot)
    before = view.measured
    measuring.on_model(small_network(2))
    measuring.controls.run.click()
    qtbot.waitUntil(lambda: measuring.outcome.question.snapshot is not snapshot)
    assert (view.measured, view.table.isEnabled()) == ((), False)
    assert view.plot.curves() == []
    assert view.words.text().startswith("How much does it still recognise if pictures are noisy")
    measuring.context.models.loaded = ModelChoice("runs/0007/epoch/3", "run 0007 · epoch 3", "", "runs", None)
    measuring.on_model(snapshot)
    qtbot.waitUntil(lambda: measuring.outcome.question.snapshot is snapshot)
    assert [each.key for each in view.measured] == [each.key for each in before]
    assert view.words.text().startswith("run 0007 · epoch 3 loses "), "as it is called now"


def test_measuring_can_be_given_up(measuring, qtbot):
    view = measuring.views.robustness
    view.button.click()
    assert not view.button.isEnabled()
    view.waiting.cancel.click()
    assert view.button.isEnabled()
    qtbot.waitUntil(lambda: measuring.context.jobs.idle)
    assert view.measured == ()


def test_the_keyboard_is_back_at_the_button_whether_it_was_measured_or_given_up(measuring, qtbot):
    view = measuring.views.robustness
    measuring.activateWindow()
    for end in (lambda: qtbot.waitUntil(lambda: len(view.measured) == 1), view.waiting.cancel.click):
        view.button.setFocus()
        qtbot.waitUntil(view.button.hasFocus)
        view.button.click()
        assert view.waiting.cancel.hasFocus(), "whether or not there is a table to go to"
        end()
        assert view.button.hasFocus()
    view.second.setFocus()
    measuring.robustness.follow(replace(measuring.outcome))
    assert view.second.hasFocus(), "where it stood anyway"


def test_measuring_one_network_is_given_up_when_another_is_shown(measuring, qtbot):
    view, shown = measuring.views.robustness, measuring.outcome
    view.button.click()
    measuring.robustness.follow(replace(shown, question=replace(shown.question, snapshot=small_network(2))))
    assert (view.waiting.isHidden(), view.button.isEnabled()) == (True, True)
    qtbot.waitUntil(lambda: measuring.context.jobs.idle)
    assert view.measured == ()


def test_the_numbers_can_be_read_as_a_table(measuring, qtbot):
    view = measuring.views.robustness
    assert not view.table.isEnabled()
    measure(measuring, qtbot)
    qtbot.mouseClick(view.table, Qt.MouseButton.LeftButton)
    assert view.plot.table_shown
    model = view.plot._table.model()
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["0", "1", "2", "3", "4", "5"]
    assert model.headerData(2, Qt.Orientation.Horizontal) == "blur"


def test_there_is_an_example_as_soon_as_the_view_is_seen_and_another_one_if_wanted(measuring, qtbot):
    view = measuring.views.robustness
    qtbot.waitUntil(lambda: len(view.strip.examples) == 6)
    pictures = measuring.outcome.question.pictures.images.permute(0, 2, 3, 1).numpy()
    assert (view.strip.examples[0].pixels == pictures[0]).all()
    view.another.click()
    qtbot.waitUntil(lambda: bool((view.strip.examples[0].pixels == pictures[1]).all()))
    assert view.strip.accessibleDescription().startswith("intact: ")


def test_examples_of_a_result_that_has_gone_are_not_shown(measuring, qtbot, monkeypatch):
    view, todo = measuring.views.robustness, []
    qtbot.waitUntil(lambda: measuring.context.jobs.idle)
    monkeypatch.setattr(
        measuring.context.jobs, "run", lambda work, done, *_given, **_named: todo.append(lambda: done(work()))
    )
    measuring.robustness.follow(measuring.outcome)
    measuring.views.choose("reliability")
    measuring.robustness.follow(replace(measuring.outcome))
    (late,) = todo
    late()
    assert len(view.strip.examples) == 0, "the view is not seen: the next ones are made when it is"
    measuring.views.choose("robustness")
    todo[1]()
    assert (len(todo), len(view.strip.examples)) == (2, 6)
    measuring.views.choose("reliability")
    measuring.views.choose("robustness")
    assert len(todo) == 2, "they are there"


def test_after_a_fault_of_the_app_the_examples_are_tried_again(measuring, qtbot, monkeypatch):
    told: list[BaseException] = []
    view = measuring.views.robustness
    qtbot.waitUntil(lambda: len(view.strip.examples) == 6)
    with monkeypatch.context() as broken:
        broken.setattr(measuring.context.jobs, "_unexpected", told.append)
        broken.setattr(robustness_work, "examples", lambda *_given: 1 / 0)
        measuring.robustness.follow(measuring.outcome)
        qtbot.waitUntil(lambda: bool(told) and measuring.robustness._exemplified is None)
    assert len(view.strip.examples) == 0
    measuring.views.choose("reliability")
    measuring.views.choose("robustness")
    qtbot.waitUntil(lambda: len(view.strip.examples) == 6)


def test_a_network_that_cannot_be_read_says_so_and_nothing_is_lost(measuring, qtbot, tmp_path):
    view = measure(measuring, qtbot)
    gone = ModelChoice("gone", "Gone", "", "opened", tmp_path / "gone.safetensors")
    measuring.context.models.offered = [gone]
    measuring.context.models.choices_changed.emit()
    view.second.setCurrentIndex(1)
    view.button.click()
    qtbot.waitUntil(lambda: bool(measuring.context.messages.all))
    assert "gone.safetensors" in measuring.context.messages.all[0].text
    assert len(view.measured) == 1
    view.second.setCurrentIndex(0)
    measure(measuring, qtbot)
    assert measuring.context.messages.all == [], "it has gone well since"


def test_the_curves_of_two_networks_stay_when_measuring_others_comes_to_nothing(measuring, qtbot, tmp_path):
    view = measuring.views.robustness
    view.second.setCurrentIndex(1)
    before = measure(measuring, qtbot, networks=2).measured
    words = view.words.text()
    view.button.click()
    view.waiting.cancel.click()
    assert (view.measured, view.words.text(), view.words.isVisible()) == (before, words, True)
    measuring.context.models.offered = [ModelChoice("gone", "Gone", "", "opened", tmp_path / "gone.safetensors")]
    measuring.context.models.choices_changed.emit()
    view.second.setCurrentIndex(1)
    view.button.click()
    qtbot.waitUntil(view.button.isEnabled)
    assert (view.measured, view.words.text(), len(view.plot.curves())) == (before, words, 7)


def test_a_second_network_of_other_classes_gets_no_curve(measuring, qtbot, tmp_path):
    view, wrong = measure(measuring, qtbot), tmp_path / "wrong.safetensors"
    save_snapshot(small_network(1, names=("cat", "dog", "ship", "frog")), wrong)
    measuring.context.models.offered = [ModelChoice("wrong", "Wrong", "", "opened", wrong)]
    measuring.context.models.choices_changed.emit()
    view.second.setCurrentIndex(1)
    view.button.click()
    qtbot.waitUntil(lambda: bool(measuring.context.messages.all))
    text = measuring.context.messages.all[0].text
    assert text.startswith("Wrong cannot be asked about these pictures. The network knows 4 classes (cat, dog, ")
    assert len(view.measured) == 1


def test_what_is_measured_is_told_network_by_network_and_what_is_known_is_not_asked_again(measuring, tmp_path):
    question, told = measuring.outcome.question, []
    other = robust.SecondFile(tmp_path / "other.safetensors", "Other")
    first, second = robust.measuring(question, other, {})(lambda share, doing: told.append((share, doing)))
    shares = [share for share, _doing in told]
    assert shares == sorted(shares)
    ends = {doing.split(": ")[0]: share for share, doing in told}
    assert list(ends) == ["Small · shipped", "Other"]
    assert ends["Small · shipped"] == pytest.approx(0.5, abs=0.05)
    assert 0 <= shares[0] < 0.1
    assert 0.9 < shares[-1] <= 1
    told.clear()
    known = {first.key: first}
    again = robust.measuring(question, other, known)(lambda share, doing: told.append((share, doing)))
    assert all(doing.startswith("Other: ") for _share, doing in told)
    assert told[0][0] < 0.1, "the only one that is asked is all of the work"
    assert (again[0].found, again[1].found.intact) == (first.found, second.found.intact)


def test_a_second_network_has_the_curve_of_the_way_that_was_chosen_before(measuring, qtbot):
    view = measuring.views.robustness
    view.way.setCurrentIndex(view.way.findData("jpeg"))
    view.show_measured([measured("Small"), measured("Other", jpeg=0.2)], "")
    assert (view.plot.curves()[-1].label, view.plot.curves()[-1].y[-1]) == ("2nd, JPEG", 0.2)
    view.show_measured([measured("Small")], "")
    assert len(view.plot.curves()) == 6, "the other one is gone"
    view.begin("Asking it")
    assert (view.words.isVisible(), view.waiting.isVisible()) == (False, True)
    view.end()
    assert (view.words.isVisible(), view.waiting.isVisible()) == (True, False)


def test_the_strip_draws_its_pictures_in_their_order_with_what_is_said_under_each(qtbot, monkeypatch):
    plain = [np.full((32, 32, 3), colour, np.uint8) for colour in ((255, 0, 255), (0, 255, 255))]
    strip = PictureStrip("Strip")
    qtbot.addWidget(strip)
    assert strip.minimumSizeHint().width() > 300 > 2 * strip.minimumSizeHint().height() > 180
    strip.resize(400, strip.sizeHint().height())
    strip.show_examples(
        [Example(plain[0], "intact", "cat", "93 %", right=True), Example(plain[1], "12°", "dog", "41 %", right=False)]
    )
    strip.show()
    image = strip.grab().toImage()
    pixels = [(x, y, image.pixelColor(x, y)) for x in range(image.width()) for y in range(image.height())]
    for number, colour in enumerate(("magenta", "cyan")):
        found = [(x, y) for x, y, there in pixels if there == QColor(colour)]
        assert len(found) == 64 * 64
        assert min(found)[0] == pytest.approx(number * 200 + 68, abs=2)
        assert min(y for _x, y in found) == pytest.approx(16, abs=2)
    ticks = {x // 200 for x, y, there in pixels if there.green() > max(there.red() + 40, there.blue())}
    crosses = {x // 200 for x, y, there in pixels if there.red() > max(there.green() + 40, there.blue())}
    assert (ticks, crosses) == ({0}, {1})
    marks, words = [], {}

    class Painter(QPainter):
        def drawPixmap(self, *given) -> None:
            marks.append(given[0].right())

        def drawText(self, *given) -> None:
            words[given[-1]] = given[0]

    with monkeypatch.context() as spied:
        spied.setattr(picture_strip, "QPainter", Painter)
        strip.grab()
    assert marks[0] < words["cat"].left() < 200 < marks[1] < words["dog"].left()
    assert [words[each].center().x() for each in ("intact", "93 %", "12°", "41 %")] == [100, 100, 300, 300]
    assert words["12°"].bottom() <= 16 < words["dog"].top() < words["41 %"].top()
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: told.append(text))
    for x in (10, 390):
        at = QPoint(x, 30)
        QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, at, strip.mapToGlobal(at)))
    assert told == ["intact: cat 93 %, right", "12°: dog 41 %, wrong"]
    strip.show_examples([])
    QApplication.sendEvent(strip, QHelpEvent(QEvent.Type.ToolTip, at, strip.mapToGlobal(at)))
    assert told[2] == ""
