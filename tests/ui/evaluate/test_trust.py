"""Whether the confidence can be believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from cifar_gui.ui.evaluate.trust import coverage_words, reliability_words, trust
from cifar_gui.ui.evaluate.trust_view import TrustView


@pytest.fixture
def half_right(make_outcome):
    """The surer half of 300 answers is right, the other wrong."""
    said = np.linspace(0.5, 1.0, 300)
    return make_outcome([0] * 300, [1] * 150 + [0] * 150, said)


def test_what_is_said_and_what_is_so_are_compared_in_words(make_outcome, half_right):
    even = make_outcome([0] * 100, [0] * 80 + [1] * 20, [0.8] * 100)
    sure = make_outcome([0] * 100, [0] * 50 + [1] * 50, [0.9] * 100)
    modest = make_outcome([0] * 100, [0] * 100, [0.6] * 100)
    assert "is too sure." in reliability_words(trust(sure))
    assert "is too modest." in reliability_words(trust(modest))
    assert "Calibration error 40.0 %" in reliability_words(trust(modest))
    assert "15 points of 20 pictures each." in reliability_words(trust(half_right))
    assert "15 points of 6 or 7 pictures each." in reliability_words(trust(even))
    assert "neither too sure nor too modest" in reliability_words(trust(even))


def test_of_few_pictures_it_is_said_what_chance_does(make_outcome, half_right):
    few = make_outcome([0] * 20, [0] * 18 + [1] * 2, [0.95] * 20)  # five points off, as is usual
    words = reliability_words(trust(few))
    assert "neither too sure nor too modest" in words
    assert " With 20 pictures, chance alone makes it about 9.3 %." in words
    assert "chance" not in reliability_words(trust(half_right))


def test_what_calibration_has_brought_is_said(make_outcome):
    modest = trust(make_outcome([0] * 100, [0] * 100, [0.6] * 100))
    assert " Uncalibrated, 5.0 %." in reliability_words(replace(modest, uncalibrated=0.05))
    assert "Uncalibrated" not in reliability_words(replace(modest, uncalibrated=0.4))


def test_coverage_is_put_into_words(half_right):
    found = trust(half_right).coverage
    assert coverage_words(found, 0.0) == "At least 0.0 % sure: answers 100.0 % of the pictures, 50.0 % right."
    assert coverage_words(found, 0.75).endswith("answers 50.0 % of the pictures, 100.0 % right.")
    assert coverage_words(trust_of_nobody_sure(found), 0.99) == "No answer is at least 99.0 % sure."


def trust_of_nobody_sure(found):
    return replace(found, threshold=found.threshold / 2)


@pytest.fixture
def view(qtbot, half_right):
    made = TrustView()
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    made.show_outcome(half_right)
    return made


def test_the_diagram_shows_the_bins_and_the_diagonal(view):
    diagonal, bins = view.reliability.curves()
    assert len(bins.x) == 15
    assert 50 < bins.x[0] < 54  # per cent, as the diagonal
    assert bins.y.tolist() == [0.0] * 7 + [0.5] + [1.0] * 7
    assert (100 * diagonal.y).tolist() == pytest.approx(diagonal.x.tolist())
    assert "Reliability" in view.reliability.canvas.accessibleDescription()
    assert view.reliability.accessibleName() == "Reliability"


def test_the_curve_of_coverage_says_how_many_of_how_many_answers_are_right(view, make_outcome):
    view.show_outcome(make_outcome([0] * 4, [0, 0, 0, 1], [0.9, 0.8, 0.7, 0.6]))
    (curve,) = view.coverage.curves()
    assert curve.x.tolist()[-4:] == pytest.approx([25, 50, 75, 100])
    assert curve.y.tolist()[-4:] == pytest.approx([1, 1, 1, 0.75])


def test_the_slider_tells_what_remains(view, make_outcome):
    view.threshold.setValue(750)
    assert view.answered.text().startswith("At least 75.0 % sure: answers 50.0 %")
    (mark,) = view.coverage.canvas.vertical
    assert (mark.at, mark.label) == (pytest.approx(50.0), "≥ 75.0 % sure")
    view.show_outcome(make_outcome([0] * 4, [0] * 4, [0.9, 0.8, 0.8, 0.7]))
    told = "At least 75.0 % sure: answers 75.0 % of the pictures, 100.0 % right."
    assert (view.answered.text(), view.coverage.canvas.vertical[0].at) == (told, 75.0), "of another result at once"
    view.threshold.setValue(0)
    assert view.coverage.canvas.vertical[0].at == 100.0


def test_the_view_in_front_is_saved_and_remembered(evaluated, page):
    views = evaluated.views
    views.choose("reliability")
    assert views.trust.isVisible()
    assert not views.confusion.isVisible()
    assert evaluated.save_state()["view"] == "reliability"
    assert isinstance(views.picture(), QImage)
    assert views.picture().size() != views.confusion.table.picture().size()
    evaluated.restore_state({"view": "nonsense"})
    assert views.current == "reliability"
    evaluated.restore_state({"view": "confusion"})
    assert views.confusion.isVisible()
