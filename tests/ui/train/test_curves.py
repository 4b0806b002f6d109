"""The two plots of the Train page: what is drawn of a run, of earlier ones under it, and what is marked."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cifar_gui.recipe import Recipe
from cifar_gui.training.history import History
from cifar_gui.ui.train.earlier_curves import EarlierRun
from cifar_gui.ui.train.plots import TrainingPlots
from cifar_gui.ui.widgets import plot_paint
from cifar_gui.ui.widgets.curves import as_csv, smoothed

LOSSES = (2.3, 1.9, 2.1, 1.2)
STEPS = [(step, step / 2, loss, step / 10, 0.1, 100.0) for step, loss in enumerate(LOSSES, start=1)]
EPOCHS = [(2, 1.0, 2.0, 0.2, 1.9, 0.5, 0.1, 1.0, 100.0), (4, 2.0, 1.5, 0.3, 1.6, 0.4, 0.1, 1.0, 100.0)]


@pytest.fixture
def plots(qtbot) -> TrainingPlots:
    made = TrainingPlots()
    qtbot.addWidget(made)
    return made


def y_of(plot, key: str) -> list[float]:
    return plot.canvas.points[key].y.tolist()


def test_loss_and_accuracy_are_drawn_where_they_belong(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=10)
    assert y_of(plots.loss, "train") == list(LOSSES)
    assert y_of(plots.accuracy, "train") == [0.1, 0.2, 0.3, 0.4]
    assert y_of(plots.loss, "validation") == [1.9, 1.6]
    assert y_of(plots.accuracy, "validation") == [0.5, 0.4]
    assert plots.accuracy.canvas.points["validation"].x.tolist() == [1.0, 2.0]


def test_the_smooth_curve_has_the_raw_one_behind_it_and_only_then(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=10)
    assert np.isnan(y_of(plots.loss, "raw")).all()
    plots.smooth.setChecked(True)
    assert y_of(plots.loss, "raw") == list(LOSSES)
    assert y_of(plots.loss, "train") == smoothed(np.array(LOSSES), 0.8).tolist() != list(LOSSES)
    plots.smooth.setChecked(False)
    assert y_of(plots.loss, "train") == list(LOSSES)


def test_the_axis_of_the_loss_becomes_logarithmic_and_linear_again(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=10)
    linear = plots.loss.canvas._box.viewRange()[1]
    seen = []
    for log in (True, False):
        plots.log.setChecked(log)
        plots.loss.refresh()
        seen.append(plots.loss.canvas._box.viewRange()[1] == linear)
    assert seen == [False, True]


@pytest.mark.parametrize(
    ("accuracies", "epoch", "label"), [((0.5, 0.4), 1.0, "best 50.0 %"), ((math.nan, 0.4), 2.0, "best 40.0 %")]
)
def test_the_best_epoch_is_marked_in_both_plots(plots, accuracies, epoch, label):
    epochs = [(*row[:5], accuracy, *row[6:]) for row, accuracy in zip(EPOCHS, accuracies, strict=True)]
    plots.show_history(History(STEPS, epochs), epochs=8, classes=10)
    assert [(mark.at, mark.label) for mark in plots.accuracy.canvas.vertical] == [(epoch, label)]
    assert [(mark.at, mark.label) for mark in plots.loss.canvas.vertical] == [(epoch, "")]


@pytest.mark.parametrize("epochs", [[], [(*EPOCHS[0][:4], math.nan, math.nan, *EPOCHS[0][6:])]])
def test_without_a_validation_there_is_no_best_epoch_any_more(plots, epochs):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=10)
    plots.show_history(History(STEPS, epochs), epochs=8, classes=10)
    assert plots.accuracy.canvas.vertical == plots.loss.canvas.vertical == []


def test_what_guessing_gives_is_marked(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=4)
    (loss,), (accuracy,) = plots.loss.canvas.horizontal, plots.accuracy.canvas.horizontal
    assert (loss.at, loss.label) == (pytest.approx(math.log(4)), "guessing 1.39")
    assert (accuracy.at, accuracy.label) == (0.25, "guessing 25 %")


@pytest.mark.parametrize(
    ("own", "epochs", "earlier", "reach"),
    [
        (EPOCHS[:1], 8, 0, 8.0),
        (EPOCHS, 1, 0, 2.0),  # it was shortened to less than it had done
        (EPOCHS, 2, 4, 5.0),
        ([], 0, 0, 1.0),
    ],
)
def test_the_axis_reaches_as_far_as_anything_does(plots, own, epochs, earlier, reach):
    if earlier:
        plots.show_earlier([EarlierRun(3, "0001", History([(10, 5.0, 1.0, 0.5, 0.1, 1.0)], EPOCHS))])
    plots.show_history(History(STEPS[:1], own), epochs=epochs, classes=10)
    assert plots.loss.canvas._x_range == plots.accuracy.canvas._x_range == (0.0, reach)


def test_an_empty_plot_of_the_loss_has_room_for_guessing_and_one_with_curves_for_these(plots):
    limits = [plots.loss.canvas._y_limits]
    plots.show_earlier([EarlierRun(0, "0001", History(STEPS, EPOCHS))])
    limits.append(plots.loss.canvas._y_limits)
    plots.show_earlier([])
    limits.append(plots.loss.canvas._y_limits)
    plots.show_history(History(STEPS), epochs=8, classes=10)
    limits.append(plots.loss.canvas._y_limits)
    guessing = (0.0, pytest.approx(1.15 * math.log(10)))
    assert limits == [guessing, None, guessing, None]


def test_earlier_runs_lie_under_this_one_calmed_and_by_their_names(plots):
    other = History([(1, 0.5, 3.0, 0.2, 0.1, 1.0)], EPOCHS[:1])
    plots.show_earlier([EarlierRun(0, "0001", History(STEPS, EPOCHS)), EarlierRun(4, "0007", other)])
    for plot, losses, validation, last in (
        (plots.loss, LOSSES, [1.9, 1.6], 3.0),
        (plots.accuracy, (0.1, 0.2, 0.3, 0.4), [0.5, 0.4], 0.2),
    ):
        assert y_of(plot, "earlier_1_train") == smoothed(np.array(losses), 0.8).tolist()
        assert y_of(plot, "earlier_1_validation") == validation
        assert (y_of(plot, "earlier_5_train"), y_of(plot, "earlier_5_validation")) == ([last], validation[:1])
        names = ["0001 training", "0001 validation", "0007 training", "0007 validation"]
        assert [curve.label for curve in plot.curves()] == names
        assert [name for name in names if name not in plot.summary()] == []
    plots.show_earlier([EarlierRun(4, "0007", other)])
    assert [curve.label for curve in plots.loss.curves()] == ["0007 training", "0007 validation"]


def test_an_earlier_run_is_named_once_at_the_end_of_its_validation_or_else_of_its_training(plots):
    blind = [(*row[:4], math.nan, math.nan, *row[6:]) for row in EPOCHS]
    plots.show_earlier([EarlierRun(0, "0001", History(STEPS, EPOCHS)), EarlierRun(1, "0002", History(STEPS, blind))])
    ends = [(style.label, text) for style, _, text in plot_paint._line_ends(plots.loss.canvas)]
    assert ends == [("training", ""), ("validation", "0001"), ("training", "0002")]


def test_each_earlier_run_has_a_colour_and_a_shape_of_its_own_and_dots_for_training(plots):
    styles = plots.loss.canvas.styles
    looks = [(styles[f"earlier_{n}_train"], styles[f"earlier_{n}_validation"]) for n in range(1, 7)]
    assert all((one.colour, one.shape) == (other.colour, other.shape) for one, other in looks)
    assert len({one.colour for one, _ in looks}) == len({one.shape for one, _ in looks} - {"dot"}) == 6
    assert {(one.line, other.line) for one, other in looks} == {(Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)}


def test_earlier_runs_are_read_tabulated_and_exported_with_this_one(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=2, classes=10)
    plots.show_earlier([EarlierRun(0, "0001", History(STEPS, EPOCHS)), EarlierRun(1, "0002", History(STEPS[:1]))])
    canvas = plots.accuracy.canvas
    canvas.set_cursor(2.0)
    assert canvas.readout() == (
        "epoch 2.00: training 40.0 %, validation 40.0 %, 0001 training 27.8 %, 0001 validation 40.0 %, "
        "0002 training 10.0 % at 0.50"
    )
    lines = [text for text, _ in plot_paint.readout_lines(canvas, canvas.values_at(2.0))]
    assert lines == [
        "training 40.0 %", "validation 40.0 %", "0001 training 27.8 %, validation 40.0 %",
        "0002 training 10.0 % at 0.50",
    ]  # fmt: skip
    header = as_csv(plots.accuracy.curves(), "epoch").splitlines()[0]
    assert header == "epoch,training,validation,0001 training,0001 validation,0002 training"


def test_the_words_under_the_curves_know_the_recipe_and_how_it_ended(plots):
    plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=10, diverged=True, recipe=Recipe(lr=0.5))
    text = plots.diagnosis.label.text()
    assert "no longer a number" in text
    assert "(now 0.5)" in text
    assert plots.diagnosis.label.accessibleName() == text.replace("<b>", "").replace("</b>", "")
    for classes, kind in ((10, "dip"), (3, "chance")):
        plots.show_history(History(STEPS, EPOCHS), epochs=8, classes=classes)
        assert plots.diagnosis.diagnosis.kind == kind
    plots.show_history(History(), epochs=8, classes=10)
    assert plots.diagnosis.diagnosis.kind == "empty"
