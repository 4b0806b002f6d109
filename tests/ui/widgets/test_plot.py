"""The plot shows what it is given, can be read in every way, and comes out of the window again."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as ElementTree
from itertools import pairwise
from unittest.mock import MagicMock

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QImage, QPainter

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets import plot_paint
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark


@pytest.fixture
def plot(qtbot):
    made = Plot("Loss", form="{:.2f}".format, floor=0.0)
    qtbot.addWidget(made)
    made.add_curve("train", CurveStyle("training", "accent"))
    made.add_curve("validation", CurveStyle("validation", "doubt", Qt.PenStyle.DashLine))
    made.resize(640, 280)
    made.show()
    return made


@pytest.fixture
def filled(plot):
    x = np.linspace(0, 8, 200)
    plot.set_curve("train", x, 2.3 * np.exp(-x / 3))
    plot.set_curve("validation", np.arange(1.0, 9.0), np.linspace(1.5, 0.4, 8))
    plot.set_ranges((0, 8))
    plot.refresh()
    return plot


def colours_in(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_an_empty_plot_says_what_it_waits_for(plot):
    plot.set_empty_text("Curves appear after Start.")
    before = plot.image(1.0)
    plot.set_empty_text("")
    assert plot.image(1.0) != before
    assert plot.summary() == "Loss. No data yet."


def test_the_grid_does_not_strike_out_what_an_empty_plot_says(plot):
    plot.set_ranges((0, 8), (-1.0, 1.0))
    plot.set_empty_text("iiiiiiiiiiiiiiiiiiii")
    middle = plot.canvas.area().center().toPoint()
    line = round(plot.canvas.to_scene(0, 0.0).y())
    assert abs(line - middle.y()) <= 2
    grid, picture = tokens().panel_line, plot.image(1.0)
    on_the_line = [picture.pixelColor(x, line) for x in range(middle.x() - 25, middle.x() + 25)]
    assert grid not in on_the_line
    assert picture.pixelColor(middle.x() - 150, line) == grid


def test_the_unit_of_the_axis_keeps_clear_of_its_last_number(plot):
    places = {}
    painter = MagicMock()
    painter.font.return_value = QFont()
    painter.drawText = lambda box, _how, text: places.update({text: box})
    plot.set_ranges((0, 30), (0.0, 1.0))
    plot_paint.draw_background(painter, QRectF(0, 0, 640, 280), plot.canvas)
    assert places["epoch"].left() >= places["30"].right() + 4


def test_epochs_are_marked_by_whole_numbers_unless_only_a_part_of_one_is_seen(plot):
    plot.set_ranges((1, 2))
    assert plot.canvas.ticks()[0] == [1, 2]
    plot.set_ranges((1.2, 1.8))
    assert len(plot.canvas.ticks()[0]) > 2


def test_curves_are_told_apart_by_dash_as_well_as_colour(filled):
    pens = [filled.canvas._items[key].opts["pen"] for key in ("train", "validation")]
    assert pens[0].style() != pens[1].style()
    assert pens[0].color() != pens[1].color()


def test_the_plot_in_words_is_its_accessible_description(filled):
    assert filled.canvas.accessibleName() == "Loss, plot"
    assert "training: 200 points, from 2.30 at epoch 0" in filled.canvas.accessibleDescription()


def test_no_curve_draws_more_than_four_thousand_points(plot):
    x = np.arange(50_000.0)
    plot.set_curve("train", x, np.sin(x))
    assert len(plot.canvas.points["train"].x) <= 4000


def test_values_that_are_no_number_are_left_out(plot):
    plot.set_curve("train", np.arange(4.0), np.array([1, np.nan, np.inf, 2]))
    assert plot.canvas.points["train"].y.tolist() == [1, 2]


def test_hovering_reads_every_curve(filled, qtbot):
    centre = filled.canvas.area().center().toPoint()
    qtbot.mouseMove(filled.canvas.viewport(), centre + QPoint(1, 1))
    with qtbot.waitSignal(filled.canvas.readout_changed, check_params_cb=lambda text: "validation 1." in text):
        qtbot.mouseMove(filled.canvas.viewport(), centre)
    filled.canvas.set_cursor(4.0)
    assert filled.canvas.readout() == "epoch 4.00: training 0.60, validation 1.03"
    filled.canvas.set_cursor(None)
    assert filled.canvas.readout() == ""


def test_what_is_read_of_many_curves_stays_within_the_plot(plot):
    """In columns, as one of all would be cut off."""
    places = {}
    painter = MagicMock()
    painter.font.return_value = QFont()
    painter.drawText = lambda box, _how, text: places.update({text: box})
    lines = [(f"curve {number} 1.23", QColor("black")) for number in range(30)]
    for x in (plot.canvas.area().left(), plot.canvas.area().center().x(), plot.canvas.area().right()):
        plot_paint._draw_lines(painter, plot.canvas, x, lines)
        assert max(box.bottom() for box in places.values()) <= plot.canvas.area().bottom()
        assert min(box.left() for box in places.values()) >= 0
        assert len({(round(box.left()), round(box.top())) for box in places.values()}) == 30


def test_names_of_curves_that_end_early_stand_beside_their_ends_however_many_end_late(plot):
    for number in range(6):
        plot.add_curve(str(number), CurveStyle(str(number), under=True))
        plot.set_curve(str(number), np.array([0.0, 8.0]), np.array([1.0, 0.5]))
    plot.add_curve("early", CurveStyle("early", under=True))
    plot.set_curve("early", np.array([0.0, 3.0]), np.array([1.0, 0.5]))
    plot.set_ranges((0, 8), (0.0, 1.0))
    ends = [end for _, end, _ in plot_paint._line_ends(plot.canvas)]
    heights = plot_paint._heights(plot.canvas.area(), ends)
    assert heights[-1] == ends[-1].y()
    late = sorted(heights[:-1])
    assert min(below - above for above, below in pairwise(late)) >= 14


def test_nothing_is_read_where_no_curve_has_come_yet(plot, qtbot):
    plot.set_curve("train", np.array([0.5, 1.0, 1.5]), np.array([2.3, 2.2, 2.1]))
    plot.set_curve("validation", np.array([1.0]), np.array([2.0]))
    plot.set_ranges((0, 8))
    plot.refresh()
    plot.canvas.set_cursor(7.24)
    assert plot.canvas.readout() == "epoch 1.50: training 2.10, validation 2.00 at 1.00"
    plot.canvas.set_cursor(0.0)
    assert plot.canvas.readout() == "epoch 0.50: training 2.30, validation 2.00 at 1.00"
    plot.canvas.set_cursor(1.0)
    assert plot.canvas.readout() == "epoch 1.00: training 2.20, validation 2.00"


def test_the_arrow_keys_begin_where_the_curves_end(plot, qtbot):
    plot.set_curve("train", np.linspace(0, 1.5, 16), np.linspace(2.3, 2.1, 16))
    plot.set_ranges((0, 8))
    plot.refresh()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_End)
    assert plot.canvas.readout() == "epoch 1.50: training 2.10"
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left)
    assert plot.canvas.readout().startswith("epoch 1.34")


def test_the_description_is_what_is_read_out_and_otherwise_the_whole_in_words(filled):
    described = []
    for x in (None, 4.0, None):
        filled.canvas.set_cursor(x)
        described.append(filled.canvas.accessibleDescription())
    assert described == [filled.summary(), "epoch 4.00: training 0.60, validation 1.03", filled.summary()]


def test_the_arrow_keys_read_values_too(filled, qtbot):
    qtbot.keyClick(filled.canvas, Qt.Key.Key_End)
    assert filled.canvas.readout().startswith("epoch 8.00")
    qtbot.keyClick(filled.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert filled.canvas.readout().startswith("epoch 7.20")
    assert filled.canvas.accessibleDescription().startswith("epoch 7.20")
    qtbot.keyClick(filled.canvas, Qt.Key.Key_Escape)
    assert filled.canvas.readout() == ""


def test_dragging_zooms_and_a_double_click_shows_everything(filled, qtbot):
    view = filled.canvas.viewport()
    area = filled.canvas.area()
    start, end = area.center().toPoint(), (area.center() + QPointF(120, 60)).toPoint()
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        qtbot.mouseMove(view, start + (end - start) * step / 4)
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    assert filled.canvas.zoomed
    left, right = filled.canvas._box.viewRange()[0]
    assert left == pytest.approx(4, abs=0.1)
    assert right < 6.5
    filled.set_curve("train", np.arange(3.0), np.arange(3.0))
    filled.refresh()
    assert filled.canvas._box.viewRange()[0] == [left, right], "new data must not move what is being looked at"
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton, pos=start)
    assert not filled.canvas.zoomed
    assert filled.canvas._box.viewRange()[0] == [0, 8]


def test_a_logarithmic_axis_spreads_small_losses(filled):
    def height(value):
        return filled.canvas.to_scene(0, value).y()

    linear = height(0.2) - height(0.4)
    filled.set_log(log=True)
    assert height(0.2) - height(0.4) > 1.5 * linear
    assert filled.canvas.ticks()[1] == pytest.approx([0.2, 0.5, 1, 2])
    filled.set_log(log=False)
    assert height(0.2) - height(0.4) == pytest.approx(linear, rel=0.05)


def test_marks_are_drawn(filled):
    before = colours_in(filled.image(1.0))
    filled.set_marks(vertical=[Mark(3, "best 92.3 %", "good")], horizontal=[Mark(1, "chance", "bad")])
    assert len(colours_in(filled.image(1.0)) - before) > 0


@pytest.mark.parametrize(
    ("draw", "mark"),
    [
        (plot_paint.draw_vertical, Mark(4, "best 92.3 %", "good")),
        (plot_paint.draw_horizontal, Mark(1, "guessing 25 %", "bad")),
    ],
    ids=["vertical", "horizontal"],
)
def test_the_word_at_a_mark_makes_way_for_other_words_and_stands_on_a_ground_of_its_own(filled, draw, mark):
    image = QImage(640, 280, QImage.Format.Format_RGB32)

    def place(*labels: QRectF) -> QRectF:
        image.fill(Qt.GlobalColor.red)  # as if all were curves
        painter = QPainter(image)
        found = draw(painter, filled.canvas, mark, list(labels))
        painter.end()
        assert image.pixelColor(found.toRect().bottomRight()).green() > 100
        return found

    first = place()
    second = place(first)
    assert not second.intersects(first)
    assert not any(place(first, second).intersects(each) for each in (first, second))
    assert filled.canvas.sceneRect().contains(second)


def test_the_table_twin_has_the_same_numbers(filled):
    filled.show_table(shown=True)
    model = filled._table.model()
    assert model.rowCount() == 207
    assert [model.headerData(i, Qt.Orientation.Horizontal) for i in range(3)] == ["epoch", "training", "validation"]
    last = [model.index(206, column).data() for column in range(3)]
    assert last == ["8.000", "0.16", "0.40"]


def test_copying_gives_picture_and_numbers(filled, qtbot):
    qtbot.keyClick(filled.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    mime = QGuiApplication.clipboard().mimeData()
    assert mime.hasImage()
    assert mime.text().startswith("epoch\ttraining\tvalidation\n0.0\t2.3\t")


@pytest.mark.parametrize("suffix", ["png", "svg", "csv"])
def test_it_saves_as(filled, tmp_path, suffix):
    path = tmp_path / f"loss.{suffix}"
    filled.save(path)
    if suffix == "png":
        assert QImage(str(path)).width() == 1280
    elif suffix == "svg":
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    else:
        rows = list(csv.reader(path.read_text().splitlines()))
        assert len(rows) == 208


def test_saving_where_nothing_can_be_written_names_the_file(filled, tmp_path):
    with pytest.raises(CifarGuiError, match=r"loss\.csv could not be written"):
        filled.save(tmp_path / "missing" / "loss.csv")
    with pytest.raises(CifarGuiError, match=r"saved as \.png, \.svg or \.csv"):
        filled.save(tmp_path / "loss.txt")


def test_a_hidden_plot_draws_when_it_is_shown_again(filled):
    filled.hide()
    filled.set_curve("train", np.arange(3.0), np.full(3, 40.0))
    filled.refresh()
    hidden = filled.canvas._box.viewRange()[1]
    filled.show()
    assert filled.canvas._box.viewRange()[1][1] > 40 > hidden[1]


# A logarithmic x axis


@pytest.fixture
def rates(qtbot):
    """A curve over learning rates from 0.0001 to 1: its values are their decimal logarithms."""
    made = Plot("Loss", x_label="rate", form="{:.2f}".format, log_x=True)
    qtbot.addWidget(made)
    made.add_curve("loss", CurveStyle("loss"))
    made.set_curve("loss", np.logspace(-4, 0, 41), np.linspace(-4, 0, 41))
    made.resize(640, 280)
    made.show()
    made.set_ranges((1e-4, 1.0))
    made.refresh()
    return made


def test_on_a_logarithmic_x_axis_every_decade_is_as_wide(rates):
    places = [rates.canvas.to_scene(x, 0).x() for x in (1e-4, 1e-3, 1e-2, 0.1, 1.0)]
    assert np.diff(places) == pytest.approx([rates.canvas.area().width() / 4] * 4, abs=1)
    assert rates.canvas.ticks()[0] == pytest.approx([1e-4, 1e-3, 1e-2, 0.1, 1.0])
    rates.set_ranges((0.01, 1.0))
    assert rates.canvas.ticks()[0] == pytest.approx([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])


def test_a_logarithmic_x_axis_marks_no_more_numbers_than_there_is_room_for(rates):
    rates.resize(260, 200)
    rates.set_ranges((1e-6, 10.0))
    marked = rates.canvas.ticks()[0]
    assert 2 <= len(marked) <= 4
    assert marked[0] == pytest.approx(1e-6)


def test_the_curve_is_drawn_where_its_points_are(rates):
    x, _y = rates.canvas._items["loss"].getData()
    assert x[[0, -1]] == pytest.approx([-4, 0])
    rates.set_log(log=True)
    rates.set_log(log=False)
    assert rates.canvas._items["loss"].getData()[0][[0, -1]] == pytest.approx([-4, 0])


def test_on_a_logarithmic_x_axis_mouse_and_keys_read_the_values(rates, qtbot):
    area = rates.canvas.area()
    qtbot.mouseMove(rates.canvas.viewport(), area.center().toPoint() + QPoint(3, 3))
    with qtbot.waitSignal(rates.canvas.readout_changed, check_params_cb=lambda text: text.startswith("rate 0.01")):
        qtbot.mouseMove(rates.canvas.viewport(), QPointF(area.center().x(), area.center().y()).toPoint())
    rates.canvas.set_cursor(None)
    qtbot.keyClick(rates.canvas, Qt.Key.Key_End)
    assert rates.canvas.readout() == "rate 1: loss 0.00"
    qtbot.keyClick(rates.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert rates.canvas.readout() == "rate 0.398: loss -0.40"
    qtbot.keyClick(rates.canvas, Qt.Key.Key_Home)
    assert rates.canvas.readout() == "rate 0.0001: loss -4.00"


def test_the_table_of_a_logarithmic_x_axis_tells_small_numbers_apart(rates):
    rates.show_table(shown=True)
    model = rates._table.model()
    assert [model.index(row, 0).data() for row in (0, 1, 40)] == ["0.0001", "0.000126", "1"]


def test_the_words_at_two_marks_do_not_cover_each_other(rates):
    words = []

    class Painter(QPainter):
        def drawText(self, where, *rest):
            words.append((where, rest[-1]))
            super().drawText(where, *rest)

    rates.set_marks(vertical=[Mark(0.003, "recipe 0.003"), Mark(0.004, "0.004", "good")])
    image = QImage(640, 280, QImage.Format.Format_RGB32)
    painter = Painter(image)
    plot_paint.draw_foreground(painter, rates.canvas)
    painter.end()
    boxes = {word: box for box, word in words}
    assert not boxes["recipe 0.003"].intersects(boxes["0.004"])


def test_over_a_few_whole_numbers_each_is_read_by_itself_and_marked(qtbot):
    made = Plot("Steps", x_label="strength", form="{:.2f}".format, whole_x=True)
    qtbot.addWidget(made)
    made.add_curve("one", CurveStyle("one", "accent", shape="square"))
    made.resize(640, 280)
    made.show()
    made.set_curve("one", np.arange(4.0), np.array([0.9, 0.6, 0.5, 0.1]))
    made.set_ranges((0, 3))
    made.refresh()
    made.canvas.set_cursor(1.4)
    assert made.canvas.readout() == "strength 1: one 0.60"
    qtbot.keyClick(made.canvas, Qt.Key.Key_Right)
    assert made.canvas.readout() == "strength 2: one 0.50"
    made.canvas.set_cursor(None)
    marked = made.image(1.0)
    made.canvas.whole_x = False
    assert marked != made.image(1.0)
    made.show_table(shown=True)
    assert [made._table.model().index(row, 0).data() for row in range(4)] == ["0", "1", "2", "3"]
