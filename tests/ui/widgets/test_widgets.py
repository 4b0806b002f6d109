"""The small widgets that pages share."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.columns import Columns
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.pixels import PixelView, folded, magnified, qimage_of, whole_multiple
from cifar_gui.ui.widgets.rail import Rail
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import WrappedLabel, caption, heading, line, muted, title
from cifar_gui.ui.zoom import scale_sizes


def picture(side: int = 4) -> np.ndarray:
    return np.arange(side * side * 3, dtype=np.uint8).reshape(side, side, 3)


def test_an_array_becomes_an_image_of_the_same_pixels() -> None:
    image = qimage_of(picture())
    assert (image.width(), image.height()) == (4, 4)
    assert image.pixelColor(1, 2).getRgb()[:3] == tuple(picture()[2, 1])


def test_grey_and_transparent_arrays_and_views_are_taken_too() -> None:
    assert qimage_of(picture()[:, :, 0]).pixelColor(1, 0).getRgb()[:3] == (3, 3, 3)
    assert qimage_of(np.full((2, 2, 4), 128, np.uint8)).pixelColor(0, 0).alpha() == 128
    assert qimage_of(picture()[::-1]).pixelColor(0, 0).getRgb()[:3] == tuple(picture()[-1, 0])


@pytest.mark.parametrize(
    ("room", "ratio", "size"),
    [
        ((100, 100), 1.0, 96), ((100, 100), 1.25, 96), ((100, 70), 1.5, 96), ((100, 100), 1.75, 160),
        ((100, 100), 2.0, 192), ((10, 10), 1.0, 32),
    ],
)  # fmt: skip
def test_magnification_is_a_whole_number_of_device_pixels(room, ratio, size) -> None:
    assert whole_multiple(QSize(32, 32), QSize(*room), ratio) == QSize(size, size)


def test_a_pixel_view_shows_every_pixel_as_a_plain_square(qtbot) -> None:
    view = PixelView()
    qtbot.addWidget(view)
    view.resize(46, 50)
    view.show_pixels(picture())
    shown = view.grab().toImage()
    where = view.target()
    assert (where.width(), where.height()) == (44, 44)
    for x in range(4):
        for y in range(4):
            block = {
                shown.pixelColor(where.x() + 11 * x + i, where.y() + 11 * y + j).getRgb()[:3]
                for i in (0, 5, 10)
                for j in (0, 5, 10)
            }
            assert block == {tuple(int(value) for value in picture()[y, x])}


def test_a_pixel_view_can_be_empty(qtbot) -> None:
    view = PixelView()
    qtbot.addWidget(view)
    view.show_pixels(picture())
    view.show_pixels(None)
    assert view.image.isNull()
    assert not view.grab().isNull()


def test_magnified_images_are_not_smoothed() -> None:
    image = QImage(2, 1, QImage.Format.Format_RGB32)
    image.setPixelColor(0, 0, QColor("red"))
    image.setPixelColor(1, 0, QColor("blue"))
    large = magnified(image, 64)
    assert {large.pixelColor(x, 5).name() for x in range(64)} == {"#ff0000", "#0000ff"}


def test_segmented_tells_what_is_chosen_and_can_be_set_silently(qtbot) -> None:
    segmented = Segmented([("weights", "Weights"), ("maps", "Feature maps")])
    qtbot.addWidget(segmented)
    assert segmented.current == "weights"
    with qtbot.waitSignal(segmented.chosen) as heard:
        segmented.button("maps").click()
    assert heard.args == ["maps"]
    with qtbot.assertNotEmitted(segmented.chosen):
        segmented.choose("weights")
        segmented.choose("nonsense")
    assert segmented.current == "weights"


def test_segmented_can_be_used_from_the_keyboard(qtbot) -> None:
    segmented = Segmented(["a", "b"])
    qtbot.addWidget(segmented)
    segmented.show()
    segmented.activateWindow()
    segmented.button("a").setFocus()
    qtbot.waitUntil(segmented.button("a").hasFocus)
    qtbot.keyClick(segmented.button("a"), Qt.Key.Key_Right)
    assert segmented.current == "b"


def test_a_panel_has_a_heading_that_screen_readers_read_in_lower_case(qtbot) -> None:
    panel = Panel("What the network sees")
    qtbot.addWidget(panel)
    assert panel.title_label.text() == "WHAT THE NETWORK SEES"
    assert panel.title_label.accessibleName() == "What the network sees"
    panel.set_title("")
    assert panel.title_label.isHidden()


@pytest.mark.parametrize(
    ("make", "style"), [(caption, "caption"), (heading, "heading"), (title, "title"), (muted, "muted")]
)
def test_labels_take_their_looks_from_the_stylesheet_and_never_read_markup(qtbot, make, style) -> None:
    label = make("<b>not bold</b>")
    qtbot.addWidget(label)
    assert label.property(style) is True
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_line_is_one_pixel_high(qtbot) -> None:
    frame = line()
    qtbot.addWidget(frame)
    theme().apply()
    frame.show()
    assert frame.height() == 1


def test_an_empty_state_offers_a_way_out(qtbot) -> None:
    done = []
    state = EmptyState("data", "No data yet", "Training needs pictures.", "Get data", lambda: done.append(True))
    qtbot.addWidget(state)
    state.button.click()
    assert done == [True]
    assert EmptyState("data", "Nothing", "to do").button.isHidden()


def test_an_empty_states_text_is_never_cut_off(qtbot) -> None:
    text = "Training needs pictures, and there are none on this machine yet. " * 3
    state = EmptyState("data", "No data yet", text)
    qtbot.addWidget(state)
    state.resize(500, 400)
    state.show()
    assert state.text_label.height() >= state.text_label.heightForWidth(state.text_label.width())


@pytest.fixture
def columns(qtbot) -> Columns:
    made = Columns(QLabel("left"), QLabel("middle"), QLabel("right"), titles=("Recipe", "Pictures"))
    qtbot.addWidget(made)
    made.resize(1280, 600)
    made.show()
    return made


def test_side_panels_stand_beside_the_middle_in_wide_windows(columns) -> None:
    assert not columns.is_narrow
    assert columns.splitter.count() == 3
    assert columns.splitter.sizes()[0] == pytest.approx(232, abs=20)


def test_side_panels_become_tabs_in_narrow_windows_and_back(qtbot, columns) -> None:
    columns.resize(900, 600)
    assert columns.is_narrow
    assert [columns.tabs.tabText(index) for index in range(columns.tabs.count())] == ["Recipe", "Pictures"]
    columns.resize(1400, 600)
    assert not columns.is_narrow
    texts = [columns.splitter.widget(index).text() for index in range(3)]
    assert texts == ["left", "middle", "right"]
    assert all(not columns.splitter.widget(index).isHidden() for index in range(3))


def test_borders_are_remembered(qtbot, columns) -> None:
    columns.splitter.setSizes([400, 500, 300])
    state = columns.save_state()
    again = Columns(QLabel("left"), QLabel("middle"), QLabel("right"))
    qtbot.addWidget(again)
    again.resize(1280, 600)
    again.restore_state(state)
    again.show()
    assert again.splitter.sizes()[0] == pytest.approx(columns.splitter.sizes()[0], abs=8)
    for nonsense in (None, 3, "###", "AAAA"):
        again.restore_state(nonsense)


def test_a_page_may_have_one_side_panel_only(qtbot) -> None:
    one = Columns(QLabel("left"), QLabel("middle"), None)
    qtbot.addWidget(one)
    one.resize(800, 600)
    one.show()
    assert not one.is_narrow
    assert one.splitter.count() == 2


def test_the_rail_is_wide_enough_for_its_longest_word_in_any_font(qtbot) -> None:
    rail = Rail([("one", "One", "classify"), ("two", "A word wider than most", "train")])
    qtbot.addWidget(rail)
    rail.show()
    long = rail.button("two")
    assert long.width() > long.fontMetrics().horizontalAdvance(long.text())
    assert rail.button("one").width() == long.width()


def test_the_rail_shows_icons_alone_where_their_words_would_lie_over_each_other(qtbot) -> None:
    """Seven pages at 250 %, in a window that is 800 pixels tall."""
    rail = Rail([(name, f"The page {name}", "classify") for name in "abcdefg"])
    qtbot.addWidget(rail)
    rail.resize(rail.width(), 640)
    rail.show()
    assert not rail.is_compact
    wide = rail.button("a").width()
    theme().set_look(zoom=2.5)
    theme().apply()
    rail.resize(rail.width(), 640)
    assert rail.is_compact
    assert rail.button("a").toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    assert "The page a" in rail.button("a").toolTip()
    rail.resize(rail.width(), 1200)
    assert not rail.is_compact
    rail.resize(rail.width(), 640)
    rail.show_only("abc")
    assert not rail.is_compact, "three have room for their words"
    rail.show_current("g")
    assert not rail.is_compact
    theme().set_look(zoom=1.0)
    theme().apply()
    rail.show_only("abcdefg")
    assert not rail.is_compact
    qtbot.waitUntil(lambda: rail.button("a").width() == wide)


@pytest.mark.parametrize(("zoom", "height"), [(1.0, 480), (1.25, 480), (2.5, 800), (1.0, 800), (2.5, 1300)])
def test_no_button_of_the_rail_lies_over_the_next(window, qtbot, zoom, height) -> None:
    theme().set_look(zoom=zoom)
    theme().apply()
    window.resize(1280, height)
    buttons = [window.rail.button(name) for name in PAGES.names()]

    def told() -> list[int]:
        QApplication.processEvents()
        return [below.y() - above.geometry().bottom() for above, below in pairwise(buttons)]

    qtbot.waitUntil(lambda: min(told()) > 0)
    assert buttons[-1].geometry().bottom() < window.rail.height()
    assert window.rail.is_compact == (height / zoom < 500)


def test_the_rail_tells_which_page_is_wanted_and_moves_with_arrow_keys(qtbot) -> None:
    rail = Rail([("one", "One", "classify"), ("two", "Two", "train")])
    qtbot.addWidget(rail)
    rail.show()
    rail.activateWindow()
    with qtbot.waitSignal(rail.page_chosen) as heard:
        rail.button("two").click()
    assert heard.args == ["two"]
    rail.show_current("one")
    rail.button("one").setFocus()
    qtbot.waitUntil(rail.button("one").hasFocus)
    with qtbot.waitSignal(rail.page_chosen) as heard:
        qtbot.keyClick(rail.button("one"), Qt.Key.Key_Down)
    assert heard.args == ["two"]


def test_scaling_multiplies_what_was_given_and_undoes_it_exactly(qtbot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    layout = QVBoxLayout(root)
    layout.setContentsMargins(7, 7, 7, 7)
    layout.setSpacing(5)
    child, button = QLabel(), QPushButton("a button")
    child.setFixedSize(33, 21)
    layout.addWidget(child)
    layout.addWidget(button)
    for ratio in (1.25, 1.2, 1 / 1.5):
        scale_sizes(root, ratio)
    assert child.minimumSize() == QSize(33, 21)
    assert (layout.contentsMargins().left(), layout.spacing()) == (7, 5)
    scale_sizes(root, 2)
    assert child.maximumSize() == QSize(66, 42)
    assert (layout.contentsMargins().top(), layout.spacing()) == (14, 10)
    assert button.maximumHeight() > 1000  # without limits it stays without


def test_scaling_leaves_to_the_stylesheet_what_it_scales_by_itself(qtbot) -> None:
    root = QWidget()
    qtbot.addWidget(root)
    root.setMinimumSize(50, 40)
    outer, inner = QVBoxLayout(root), QHBoxLayout()
    outer.addLayout(inner)
    inner.setContentsMargins(1, 2, 3, 4)
    inner.setSpacing(5)
    sizes = {}
    for widget in (QLabel(), QPushButton(), QLineEdit(), QToolButton()):
        widget.setFixedSize(30, 20)
        inner.addWidget(widget)
        sizes[type(widget)] = widget
    scale_sizes(root, 2)
    margins = inner.contentsMargins()
    assert root.minimumSize() == QSize(100, 80)
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (2, 4, 6, 8)
    assert inner.spacing() == 10
    for kind, size in ((QLabel, (60, 40)), (QPushButton, (60, 20)), (QLineEdit, (60, 20)), (QToolButton, (30, 20))):
        assert sizes[kind].minimumSize() == sizes[kind].maximumSize() == QSize(*size)


def test_scaling_leaves_alone_what_a_layout_sizes(qtbot) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    holder = area.findChild(QWidget, "qt_scrollarea_vcontainer")
    holder.layout().activate()
    before = holder.maximumSize()
    assert before.width() < 100, "Qt sets it, to the scroll bar's width"
    scale_sizes(area, 1.5)
    assert holder.maximumSize() == before


def test_a_size_given_anew_is_scaled_from_there(qtbot) -> None:
    label = QLabel()
    qtbot.addWidget(label)
    label.setFixedSize(33, 21)
    scale_sizes(label, 1.25)
    label.setFixedWidth(80)
    scale_sizes(label, 1.5)
    assert label.minimumSize() == QSize(120, 39)  # 21 · 1.25 · 1.5, rounded once
    assert label.maximumHeight() == 39


class LateText(QWidget):
    """Like text whose lines break otherwise beside a scroll bar: what it says it needs is what it needed at the width
    before. Asked too often it gives in, where Qt would go on until the stack is full."""

    asked = 0

    def minimumSizeHint(self) -> QSize:
        self.asked += 1
        return QSize(50, 110 if self.width() == 200 and self.asked < 500 else 90)


def test_text_that_breaks_otherwise_beside_a_scroll_bar_does_not_fill_the_stack(qtbot) -> None:
    inside = LateText()
    area = VerticalScroll(inside, least_height=20)
    qtbot.addWidget(area)
    area.resize(200, 150)
    area.show()
    for height in (100, 150, 100, 60, 100):
        area.resize(200, height)
        QApplication.processEvents()
    assert 0 < inside.asked < 500


def test_buttons_of_dialogs_have_no_icons_of_the_platform(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, dialog)
    dialog.show()
    assert all(button.icon().isNull() for button in buttons.buttons())


@pytest.mark.parametrize(("width", "size"), [(16, (4, 4)), (10, (4, 3)), (1, (1, 1)), (512, (23, 23))])
def test_a_strip_is_folded_row_by_row_and_nothing_is_left_out(qapp, width, size):
    levels = np.arange(width) % 200 + 1
    strip = qimage_of(np.repeat(levels[None, :, None], 3, axis=2).repeat(2, axis=0).astype(np.uint8))
    square = folded(strip)
    assert (square.width(), square.height()) == size
    colours = [square.pixelColor(at % size[0], at // size[0]) for at in range(size[0] * size[1])]
    assert [colour.red() for colour in colours[:width]] == levels.tolist()
    assert not any(colour.alpha() for colour in colours[width:])


def test_a_number_and_its_percent_sign_stay_on_one_line(qtbot):
    words = "95 % interval: 62.4 % to 65.0 %, or 7 of 9"
    label = WrappedLabel(words)
    qtbot.addWidget(label)
    assert QLabel.text(label).count("\N{NO-BREAK SPACE}%") == 3
    assert label.text() == words
    label.setText("> 99 % sure")
    assert (QLabel.text(label), label.text()) == ("> 99\N{NO-BREAK SPACE}% sure", "> 99 % sure")


def test_the_two_sides_of_a_size_stay_on_one_line(qtbot):
    label = WrappedLabel("all 17 × 15 places of 3 × 32 × 32, × once")
    qtbot.addWidget(label)
    hard = "\N{NO-BREAK SPACE}"
    assert QLabel.text(label) == f"all 17{hard}×{hard}15 places of 3{hard}×{hard}32{hard}×{hard}32, × once"
    assert label.text() == "all 17 × 15 places of 3 × 32 × 32, × once"
