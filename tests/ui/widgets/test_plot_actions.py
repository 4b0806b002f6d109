"""What can be done with a plot: name, mark, tabulate, copy and save it, and find one's way in it by keys and mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from cifar_gui.errors import CifarGuiError
from cifar_gui.ui.theme import theme, tokens
from cifar_gui.ui.widgets import plot_paint
from cifar_gui.ui.widgets.plot import Plot
from cifar_gui.ui.widgets.plot_style import CurveStyle, Mark


@pytest.fixture
def plot(qtbot):
    """Training from 2 to 1 over ten epochs, validation at two of them, and a pale curve that is not read."""
    made = Plot("Loss", form="{:.2f}".format, floor=0.0)
    qtbot.addWidget(made)
    made.add_curve("pale", CurveStyle("every step", labelled=False))
    made.add_curve("train", CurveStyle("training"))
    made.add_curve("validation", CurveStyle("validation", "doubt", under=True))
    made.resize(640, 280)
    made.show()
    made.set_curve("pale", np.linspace(0, 10, 50), np.full(50, 1.5))
    made.set_curve("train", np.linspace(0, 10, 11), np.linspace(2, 1, 11))
    made.set_curve("validation", np.array([5.0, 10.0]), np.array([1.8, 1.2]))
    made.set_ranges((0, 10))
    made.refresh()
    return made


def action(plot: Plot, words: str):
    return next(each for each in plot.actions() if words in each.text().replace("&", ""))


def words_in(plot: Plot) -> list[str]:
    """Everything that is written into the plot, in order."""
    words: list[str] = []

    class Painter(QPainter):
        def drawText(self, *arguments):
            words.append(next(each for each in arguments if isinstance(each, str)))
            super().drawText(*arguments)

    image = QImage(plot.canvas.size(), QImage.Format.Format_RGB32)
    painter = Painter(image)
    plot_paint.draw_background(painter, QRectF(plot.canvas.rect()), plot.canvas)
    plot_paint.draw_foreground(painter, plot.canvas)
    painter.end()
    return words


def x_range(plot: Plot) -> list[float]:
    return [float(plot.canvas._box.viewRange()[0][side]) for side in (0, 1)]


def test_a_pale_curve_is_neither_named_nor_read_nor_taken_along(plot):
    plot.canvas.set_cursor(5.0)
    plot.show_table(shown=True)
    told = (plot.summary(), plot.canvas.readout(), *words_in(plot), *(curve.label for curve in plot.curves()))
    assert not [each for each in told if "every step" in each]
    assert plot._table.model().columnCount() == 3
    plot.set_curve("train", np.array([0.0, 3.0]), np.array([2.0, 1.0]))
    plot.set_curve("validation", np.empty(0), np.empty(0))
    plot.canvas.set_cursor(7.0)
    assert plot.canvas.readout() == "epoch 3.00: training 1.00"  # the pale one goes on, and is not followed


def test_a_new_name_is_told_wherever_the_curve_is(plot):
    plot.relabel("train", "run 7")
    plot.refresh()
    plot.canvas.set_cursor(5.0)
    assert plot.summary().startswith("Loss. run 7: 11 points")
    assert plot.canvas.readout() == "epoch 5.00: run 7 1.50, validation 1.80"
    assert "run 7 1.00" in words_in(plot)
    plot.set_curve("train", np.array([0.0]), np.array([1.0]))
    assert plot.curves()[0].label == "run 7"


def test_line_ends_tell_name_and_value_as_long_as_they_are_in_sight(plot):
    assert [word for word in words_in(plot) if "training" in word or "validation" in word] == [
        "training 1.00",
        "validation",  # lies under: without a value
    ]
    plot.set_ranges((0, 9))
    assert not [word for word in words_in(plot) if "training" in word]


def test_marks_that_are_not_given_anew_stay_and_those_out_of_sight_are_not_drawn(plot):
    plot.set_marks(vertical=[Mark(3, "best"), Mark(11, "too late")], horizontal=[Mark(1.5, "chance")])
    plot.set_marks(horizontal=[Mark(1.6, "guess"), Mark(77, "too high")])
    plot.set_marks()
    words = words_in(plot)
    assert [word for word in ("best", "too late", "chance", "guess", "too high") if word in words] == ["best", "guess"]


def test_what_an_empty_plot_waits_for_is_not_said_once_there_is_a_curve(plot):
    plot.set_empty_text("Curves appear after Start.")
    assert "Curves appear after Start." not in words_in(plot)
    for key in ("pale", "train", "validation"):
        plot.set_curve(key, np.empty(0), np.empty(0))
    assert "Curves appear after Start." in words_in(plot)


def test_the_readout_is_painted_line_by_line(plot):
    plot.canvas.set_cursor(4.0)
    assert words_in(plot)[-3:] == ["epoch 4.00", "training 1.60", "validation 1.80 at 5.00"]


def test_the_table_follows_the_curves_and_stays_where_the_reader_is(plot):
    action(plot, "Show as table").trigger()
    assert plot.table_shown
    assert plot.focusProxy() is plot._table
    plot.set_curve("train", np.arange(300.0), np.arange(300.0))
    plot.refresh()
    assert plot._table.model().rowCount() == 300
    assert plot._table.model().index(4, 2).data() == ""  # a gap
    bar = plot._table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    plot.set_curve("train", np.arange(301.0), np.arange(301.0))
    plot.refresh()
    assert bar.value() == pytest.approx(bar.maximum() / 2, abs=2)
    action(plot, "Show as table").trigger()
    assert not plot.table_shown
    assert plot.focusProxy() is plot.canvas


def test_from_the_table_only_the_numbers_are_copied(plot):
    action(plot, "Copy").trigger()
    assert QGuiApplication.clipboard().mimeData().hasImage()
    plot.show_table(shown=True)
    action(plot, "Copy").trigger()
    mime = QGuiApplication.clipboard().mimeData()
    assert not mime.hasImage()
    assert mime.text().splitlines()[:2] == ["epoch\ttraining\tvalidation", "0.0\t2.0\t"]


def test_copying_is_the_plots_own_while_it_has_the_focus(plot):
    copy = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    other = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    for event in (copy, other):
        event.ignore()
        QApplication.sendEvent(plot, event)
    assert (copy.isAccepted(), other.isAccepted()) == (True, False)


def test_its_menu_has_all_that_can_be_done(plot):
    assert plot.menu().actions() == plot.actions()


@pytest.mark.parametrize("name", ["loss.csv", ""])
def test_it_is_saved_where_one_wants_it_or_not_at_all(plot, tmp_path, monkeypatch, name):
    asked = []
    wanted = str(tmp_path / name) if name else ""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments[2]) or (wanted, ""))
    action(plot, "Save").trigger()
    assert asked == ["loss.png"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ([name] if name else [])


@pytest.mark.parametrize("name", ["loss.PNG", "loss.Svg", "loss.CSV"])
def test_suffixes_may_be_in_capitals(plot, tmp_path, name):
    plot.save(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 0


@pytest.mark.parametrize("name", ["loss.png", "loss.svg"])
def test_a_picture_that_cannot_be_written_is_told_of(plot, tmp_path, name):
    with pytest.raises(CifarGuiError, match="could not be written"):
        plot.save(tmp_path / "missing" / name)


def test_the_keys_walk_from_where_one_looks(plot, qtbot):
    def press(key, modifier=Qt.KeyboardModifier.NoModifier):
        qtbot.keyClick(plot.canvas, key, modifier)
        return plot.canvas.cursor

    assert press(Qt.Key.Key_Right) == pytest.approx(0.2)  # from the left end
    assert press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier) == pytest.approx(1.2)
    assert press(Qt.Key.Key_Home) == 0
    assert press(Qt.Key.Key_Left) == 0
    assert press(Qt.Key.Key_End) == 10
    assert press(Qt.Key.Key_Right) == 10
    assert press(Qt.Key.Key_Escape) is None
    assert press(Qt.Key.Key_Left) == pytest.approx(9.8)  # from the right end


def test_escape_shows_everything_and_is_the_windows_own_where_there_is_nothing_to_undo(plot):
    plot.canvas._box.setRange(xRange=(2, 3), padding=0)
    plot.canvas._box._on_zoomed()
    for taken in (True, False):
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
        plot.canvas.keyPressEvent(event)
        assert event.isAccepted() == taken
        assert x_range(plot) == [0, 10]


def test_show_everything_undoes_zooming(plot):
    plot.canvas._box.setRange(xRange=(2, 3), padding=0)
    plot.canvas._box._on_zoomed()
    plot.set_ranges((0, 12))
    assert x_range(plot) == [2, 3]
    action(plot, "Show everything").trigger()
    assert x_range(plot) == [0, 12]


def test_nothing_is_read_where_the_mouse_is_not_among_the_curves(plot, qtbot):
    view, area = plot.canvas.viewport(), plot.canvas.area()
    for outside in (area.topLeft() - QPointF(20, 0), None):
        qtbot.mouseMove(view, area.center().toPoint() + QPoint(1, 1))
        qtbot.mouseMove(view, area.center().toPoint())
        qtbot.waitUntil(lambda: plot.canvas.cursor is not None)
        if outside is not None:
            qtbot.mouseMove(view, outside.toPoint())
            qtbot.waitUntil(lambda: plot.canvas.cursor is None)
        else:
            QApplication.sendEvent(plot.canvas, QEvent(QEvent.Type.Leave))
            assert plot.canvas.cursor is None


def test_the_wheel_scrolls_the_page_and_the_right_button_zooms_nothing(plot, qtbot):
    view, centre = plot.canvas.viewport(), plot.canvas.area().center()
    none, phase = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    place = QPointF(centre)
    wheel = QWheelEvent(place, place, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, none, phase, False)
    QApplication.sendEvent(view, wheel)
    start = centre.toPoint()
    qtbot.mousePress(view, Qt.MouseButton.RightButton, pos=start)
    for step in range(1, 5):
        qtbot.mouseMove(view, start + QPoint(30, 15) * step)
    qtbot.mouseRelease(view, Qt.MouseButton.RightButton, pos=start + QPoint(120, 60))
    assert not plot.canvas.zoomed
    assert x_range(plot) == [0, 10]


def test_values_without_a_place_on_a_logarithmic_axis_are_there_again_on_a_linear_one(plot):
    plot.set_log(log=True)
    plot.set_curve("train", np.arange(4.0), np.array([1.0, 0.0, -1.0, 10.0]))
    assert plot.canvas._items["train"].getOriginalDataset()[1].tolist() == [1.0, 10.0]
    plot.set_log(log=False)
    assert plot.canvas._items["train"].getOriginalDataset()[1].tolist() == [1.0, 0.0, -1.0, 10.0]


def test_a_range_given_for_y_is_kept_and_without_one_it_fits_the_curves(plot):
    plot.set_ranges((0, 10), (0.0, 50.0))
    assert plot.canvas._box.viewRange()[1] == [0, 50]
    plot.set_ranges((0, 10))
    assert 2 < plot.canvas._box.viewRange()[1][1] < 3


def test_curves_take_the_colours_of_the_theme_and_are_thicker_for_a_projector(plot):
    def pen():
        return plot.canvas._items["train"].opts["pen"]

    theme().set_look(scheme="light")
    light, thin = pen().color(), pen().widthF()
    theme().set_look(scheme="dark", presenting=True)
    assert pen().color() == tokens().accent != light
    assert pen().widthF() == pytest.approx(3 * thin)
