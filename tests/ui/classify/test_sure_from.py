"""The line between sure and unsure: the slider, and what is judged by it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget

from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import judged, verdict
from cifar_gui.ui.classify.answers import ClassifierShelf
from cifar_gui.ui.classify.history_strip import HistoryEntry
from cifar_gui.ui.classify.many import ManyPictures
from cifar_gui.ui.classify.results import Row
from cifar_gui.ui.classify.sure_from import SureFrom
from cifar_gui.ui.classify.table_model import ResultsModel

NAMES = ("cat", "dog", "ship")


def saying(best: float) -> Prediction:
    shares = (best, 1 - best - 0.01, 0.01)
    return Prediction(NAMES, shares, verdict(NAMES, shares))


@pytest.fixture
def thumbnail() -> QImage:
    return QImage(8, 8, QImage.Format.Format_RGB32)


@pytest.fixture
def sure(qtbot) -> SureFrom:
    made = SureFrom()
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_slider_goes_by_keys_and_back(sure, qtbot, heard):
    told = heard(sure.changed)
    sure.click()
    slider = sure.popup.slider
    assert sure.popup.isVisible()
    assert not sure.popup.reset.isEnabled()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_PageDown)
    assert sure.text() == "Sure from 81 %"
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    sure.popup.reset.setFocus()
    sure.popup.reset.click()
    assert told == [0.86, 0.81, 0.5, 0.99, 0.85]
    assert sure.popup.focusWidget() is slider, "the button that had it is shut now"
    qtbot.keyClick(sure.popup, Qt.Key.Key_Escape)
    assert not sure.popup.isVisible()


def test_it_says_what_is_traded_if_that_was_measured(sure):
    assert "not measured" in sure.popup.words.text()
    sure.show_trade(((0.85, 0.8, 0.98), (0.9, 0.7, 0.99)))
    assert "80 %" in sure.popup.words.text()
    sure.put(0.9)
    assert "70 %" in sure.popup.slider.accessibleDescription()
    assert (sure.popup.title.text(), sure.popup.title.accessibleName()) == ("SURE FROM 90 %", "Sure from 90 %")
    assert (sure.popup.words.text(), sure.popup.reset.isEnabled()) == (sure.popup.slider.accessibleDescription(), True)


@pytest.mark.parametrize("value", [0.2, 1.0, float("nan"), "0.9", None, True])
def test_what_cannot_have_been_remembered_changes_nothing(sure, value):
    sure.restore(value)
    assert sure.value == 0.85
    sure.restore(0.6)
    assert (sure.value, sure.popup.slider.value()) == (0.6, 60)


def test_the_table_is_judged_anew_and_so_is_what_comes_later(qapp):
    model = ResultsModel()
    model.show_rows([Row(PictureSource.from_bytes(b"", str(n))) for n in range(4)])
    model.put([(0, saying(0.95)), (1, saying(0.88)), (2, saying(0.7))])
    model.judge(0.9)
    assert [row.state for row in model.rows] == ["confident", "unsure", "unsure", "waiting"]
    model.put([(3, saying(0.89))])
    assert model.rows[3].state == "unsure"
    model.judge(0.7)
    assert {row.state for row in model.rows} == {"confident"}
    model.judge(0.5)
    model.judge(0.88)
    assert [row.prediction for row in model.rows] == [judged(saying(each), 0.88) for each in (0.95, 0.88, 0.7, 0.89)]


def test_one_line_holds_for_the_whole_page_and_nobody_is_asked_anew(page, qtbot, monkeypatch, thumbnail):
    entry = HistoryEntry(7, PictureSource.from_bytes(b"", "a.png"), Crop(0, 0, 8), thumbnail, saying(0.7))
    page.history_panel.put(entry)
    page.history_panel.put(replace(entry, number=8))
    shown = page.history_panel.strip.currentIndex().row()
    panel, table = page.single.verdict_panel, page.many.table_page
    panel.show_prediction(saying(0.7), keep_order=False)
    table.model.show_rows([Row(entry.source, saying(0.7))])
    monkeypatch.setattr(page.answers, "ask", pytest.fail)
    panel.sure.popup.slider.setValue(70)
    assert panel.badge.state == table.model.rows[0].state == "confident"
    assert panel.verdict.text() == page.history_panel.entry(7).headline == "cat"
    assert page.history_panel.strip.currentIndex().row() == shown
    assert table.sure.text() == "Sure from 70 %"
    table.sure.popup.slider.setValue(71)
    assert panel.badge.state == page.history_panel.entry(8).prediction.verdict.confidence == "unsure"
    later: Any = SimpleNamespace(crop=entry.crop, thumbnail=thumbnail, prediction=saying(0.83))
    asked: Any = SimpleNamespace(number=8, model="")
    page._judge(0.82)
    page.history_panel.renew(asked, later)
    assert page.history_panel.entry(8).prediction == judged(saying(0.83), 0.82) != later.prediction
    page._judge(0.71)
    assert page.save_state()["sure_from"] == 0.71
    page.restore_state({"sure_from": 0.65})
    assert panel.badge.state == table.model.rows[0].state == "confident"


def test_a_table_that_is_made_later_has_the_line_that_was_remembered(page, qtbot):
    stack = QStackedWidget()
    qtbot.addWidget(stack)
    many = ManyPictures(page.context, ClassifierShelf(), stack)
    many.judge(0.65)
    table = many.table_page
    table.model.show_rows([Row(PictureSource.from_bytes(b"", "a.png"))])
    table.model.put([(0, saying(0.7))])
    assert (table.sure.value, table.model.rows[0].state) == (0.65, "confident")
