"""Colours that can be read and told apart, by every eye, in both themes."""

from __future__ import annotations

from itertools import combinations
from unittest.mock import Mock

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QStyle, QStyleOptionComboBox, QTableWidget

from cifar_gui.explain.colours import signed
from cifar_gui.ui.theme import ZOOM_STEPS, font, prepare_pyqtgraph, px, theme, tokens
from cifar_gui.ui.tokens import DARK, LIGHT, Tokens
from cifar_gui.ui.widgets.segmented import Segmented

# Viénot, Brettel and Mollon 1999, on linear RGB: what someone without long- or medium-wave cones sees.
EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanope": ((0.11238, 0.88762, 0), (0.11238, 0.88762, 0), (0.00401, -0.00401, 1)),
    "deuteranope": ((0.29275, 0.70725, 0), (0.29275, 0.70725, 0), (-0.02234, 0.02234, 1)),
}
RUN_COLOURS = tuple(f"run_{place}" for place in range(1, 7))
TEXTS = (
    ("text", "ground"), ("text", "panel"), ("text", "raised"), ("text", "accent_ground"),
    ("muted", "ground"), ("muted", "panel"), ("accent", "panel"), ("accent_text", "accent_ground"),
    ("on_accent", "accent"), ("good", "panel"), ("bad", "panel"), ("doubt", "panel"), ("muted", "plot_ground"),
    *((name, "plot_ground") for name in RUN_COLOURS),
)  # fmt: skip


def linear(colour: QColor) -> list[float]:
    """sRGB → linear RGB, 0–1."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: QColor, other: QColor) -> float:
    """As WCAG 2 defines it, 1 to 21."""
    light, dark = sorted(
        (sum(w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear(each), strict=True)) for each in (one, other)),
        reverse=True,
    )
    return (light + 0.05) / (dark + 0.05)


def lab(colour: QColor, eye: str) -> tuple[float, float, float]:
    """CIE L*a*b* under D65 of what an eye sees."""
    rgb = [min(max(sum(w * x for w, x in zip(row, linear(colour), strict=True)), 0), 1) for row in EYES[eye]]
    rows = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
    white = (0.95047, 1.0, 1.08883)
    x, y, z = (
        _lab_part(sum(w * part for w, part in zip(row, rgb, strict=True)) / reference)
        for row, reference in zip(rows, white, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _lab_part(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXTS)
def test_text_stands_out_from_what_is_behind_it(colours: Tokens, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_class_colours_can_be_told_apart(colours: Tokens, eye: str) -> None:
    seen = [lab(colour, eye) for colour in colours.classes]
    distances = [sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(seen, 2)]
    assert len(colours.classes) == 10
    assert min(distances) >= 20


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_the_colours_of_runs_laid_under_can_be_told_apart_and_from_those_of_the_run_itself(colours, eye) -> None:
    seen = [lab(getattr(colours, name), eye) for name in ("accent", "doubt", *RUN_COLOURS)]
    distances = [sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5 for pair in combinations(seen, 2)]
    assert min(distances) >= 20


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("eye", EYES)
def test_the_colours_of_the_two_signs_can_be_told_apart_and_seen_and_are_those_of_pictures(colours, eye) -> None:
    pair = (colours.negative, colours.positive)
    seen = [lab(colour, eye) for colour in pair]
    assert sum((a - b) ** 2 for a, b in zip(*seen, strict=True)) ** 0.5 >= 40
    assert min(contrast(colour, colours.panel) for colour in pair) >= 3
    in_pictures = [QColor(*end) for end in signed(np.array([[[-1.0, 1.0]]]))[0, 0, :, :3].tolist()]
    assert [colour.hue() for colour in pair] == pytest.approx([colour.hue() for colour in in_pictures], abs=12)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["panel", "raised"])
def test_class_colours_stand_out_from_panel_and_track(colours: Tokens, ground: str) -> None:
    assert min(contrast(colour, getattr(colours, ground)) for colour in colours.classes) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_outlines_of_controls_and_the_focus_ring_can_be_seen(colours: Tokens) -> None:
    assert contrast(colours.control_line, colours.panel) >= 3
    assert contrast(colours.accent, colours.ground) >= 3


def test_an_override_beats_the_system_and_tells_everybody(qtbot) -> None:
    theme().set_look(scheme="light")
    with qtbot.waitSignal(theme().changed):
        theme().set_look(scheme="dark")
    assert tokens() is DARK
    assert QApplication.palette().window().color() == DARK.ground
    disabled = QApplication.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled == DARK.control_line != QApplication.palette().text().color()
    theme().set_look(scheme="light")
    assert tokens() is LIGHT


def test_the_systems_scheme_is_followed_while_it_changes(qtbot, monkeypatch) -> None:
    theme().set_look(scheme="system")
    hints = QGuiApplication.styleHints()
    monkeypatch.setattr(type(theme()), "is_dark", property(lambda _self: True))
    with qtbot.waitSignal(theme().changed):
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert QApplication.palette().window().color() == DARK.ground


def test_with_a_scheme_of_its_own_the_systems_is_not_followed(qtbot) -> None:
    theme().set_look(scheme="dark")
    with qtbot.assertNotEmitted(theme().changed):
        QGuiApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert QApplication.palette().window().color() == DARK.ground


@pytest.mark.parametrize(
    ("scheme", "colours"), [(Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT), (Qt.ColorScheme.Unknown, LIGHT)]
)
def test_a_system_that_does_not_say_is_light(qtbot, monkeypatch, scheme, colours) -> None:
    hints = Mock(colorScheme=lambda: scheme)
    monkeypatch.setattr(QGuiApplication, "styleHints", lambda: hints)
    theme().set_look(scheme="system")
    assert tokens() is colours


def test_what_is_not_given_stays_and_what_makes_no_sense_is_the_systems(qtbot) -> None:
    theme().set_look(scheme="dark", zoom=1.5, presenting=True)
    for change in ({"scheme": "light"}, {"zoom": 1.25}, {"presenting": False}):
        theme().set_look(**change)
    assert (theme().scheme, theme().zoom, theme().presenting) == ("light", 1.25, False)
    theme().set_look(presenting=True)
    theme().set_look(scheme="pink")
    assert (theme().scheme, theme().zoom, theme().presenting) == ("system", 1.25, True)


def test_only_a_change_is_told_and_one_of_the_presenting_is_one(qtbot) -> None:
    theme().set_look(scheme="dark", zoom=1.5)
    with qtbot.assertNotEmitted(theme().changed):
        theme().set_look(scheme="dark", zoom=1.5, presenting=False)
    with qtbot.waitSignal(theme().changed):
        theme().set_look(presenting=True)
    with qtbot.waitSignal(theme().changed):
        theme().set_look(presenting=False)
    with qtbot.waitSignal(theme().changed):
        theme().set_look(zoom=1.25)


@pytest.mark.parametrize(
    ("zoom", "steps", "then"),
    [
        (1.0, 1, 1.1),
        (1.0, -1, 0.9),
        (1.0, 2, 1.25),
        (1.2, 1, 1.5),
        (2.5, 1, 2.5),
        (2.25, 1, 2.5),
        (0.9, -1, 0.8),
        (0.8, -1, 0.8),
    ],
)
def test_the_zoom_has_steps_and_ends(qtbot, zoom, steps, then) -> None:
    theme().set_look(zoom=zoom)
    theme().zoom_by(steps)
    assert theme().zoom == then


def test_a_page_is_built_at_zoom_one_even_if_that_goes_wrong(qtbot) -> None:
    built: list[int] = []

    def build() -> None:
        built.append(px(10))
        raise ZeroDivisionError

    theme().set_look(zoom=2.0)
    with pytest.raises(ZeroDivisionError), theme().built_at_zoom_one():
        build()
    assert (built, px(10)) == ([10], 20)
    assert (font(11).pixelSize(), font().pixelSize()) == (22, 26)
    assert font(bold=True).weight() == QFont.Weight.DemiBold != font().weight()


def test_new_plots_have_the_colours_of_the_theme(qtbot) -> None:
    import pyqtgraph

    for scheme, colours in (("dark", DARK), ("light", LIGHT)):
        theme().set_look(scheme=scheme)
        assert pyqtgraph.getConfigOption("background") == colours.plot_ground
        assert pyqtgraph.getConfigOption("foreground") == colours.muted
    pyqtgraph.setConfigOptions(background="pink", imageAxisOrder="col-major")
    prepare_pyqtgraph()
    assert pyqtgraph.getConfigOption("background") == LIGHT.plot_ground
    assert pyqtgraph.getConfigOption("imageAxisOrder") == "row-major"


def test_zoom_makes_type_and_controls_larger_and_stays_in_range(qtbot) -> None:
    theme().set_look(scheme="light", zoom=1.0)
    button = QPushButton("Start")
    qtbot.addWidget(button)
    button.show()
    height = button.sizeHint().height()
    theme().set_look(zoom=2.0)
    assert QApplication.font().pixelSize() == 26
    assert button.sizeHint().height() >= 1.9 * height
    theme().set_look(zoom=17)
    assert theme().zoom == ZOOM_STEPS[-1]
    theme().zoom_by(-100)
    assert theme().zoom == ZOOM_STEPS[0]


def test_controls_are_28_pixels_high(qtbot) -> None:
    theme().set_look(scheme="light", zoom=1.0)
    button = QPushButton("Start")
    qtbot.addWidget(button)
    button.show()
    assert button.height() == 28


def test_numbers_are_tabular(qtbot) -> None:
    theme().apply()
    metrics = QPushButton("0").fontMetrics()
    assert metrics.horizontalAdvance("111111") == metrics.horizontalAdvance("000000")


def test_presenting_draws_thicker_curves(qtbot) -> None:
    theme().set_look(presenting=True)
    assert theme().curve_width == 3
    theme().set_look(presenting=False)
    assert theme().curve_width == 1


def test_the_ring_of_a_focused_table_goes_round_its_header_too(qtbot) -> None:
    theme().set_look(scheme="light")
    table = QTableWidget(3, 2)
    qtbot.addWidget(table)
    table.resize(300, 160)
    table.show()
    table.activateWindow()
    table.setFocus()
    qtbot.waitUntil(table.hasFocus)
    picture, right, bottom = table.grab().toImage(), table.width() - 1, table.height() - 1
    edges = [(150, 0), (150, bottom), (0, 80), (right, 80), (0, 12), (right, 12)]
    assert {picture.pixelColor(*edge).name() for edge in edges} == {tokens().accent.name()}


def test_the_keyboard_is_shown_by_one_ring_and_not_by_qts_own_frame_too(qtbot) -> None:
    theme().set_look(scheme="light")
    switch = Segmented(("Runs", "Trash"))
    qtbot.addWidget(switch)
    switch.show()
    switch.activateWindow()
    switch.button("Runs").setFocus()
    qtbot.waitUntil(switch.button("Runs").hasFocus)
    ring = switch.grab().toImage()
    switch.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange)  # as after Tab and the arrow keys
    assert switch.grab().toImage() == ring


def test_a_box_to_choose_from_has_the_same_room_for_words_with_and_without_the_keyboard(qtbot) -> None:
    theme().set_look(scheme="light", zoom=1.0)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItem("Near-duplicates")
    box.show()
    option, room = QStyleOptionComboBox(), []
    for state in (QStyle.StateFlag.State_Enabled, QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_HasFocus):
        box.initStyleOption(option)
        option.state = state
        part = QStyle.SubControl.SC_ComboBoxEditField
        room.append(box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, box).width())
    assert room[0] == room[1]


def test_the_arrow_of_a_sorted_column_stands_above_its_title_and_not_on_it(qtbot) -> None:
    theme().set_look(scheme="light", zoom=1.0)
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    header = table.horizontalHeader()
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    table.show()
    unsorted = header.grab().toImage()
    header.setSortIndicatorShown(True)
    header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
    arrow = header.grab().toImage()
    middle = header.sectionSize(0) // 2
    changed = [
        (x, y) for x in range(arrow.width()) for y in range(arrow.height()) if arrow.pixel(x, y) != unsorted.pixel(x, y)
    ]
    assert changed
    assert all(abs(x - middle) < 10 and y < 10 for x, y in changed)
