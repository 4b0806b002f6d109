from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.inference.prediction import Confidence, Prediction, Verdict
from cifar_gui.ui.classify import history_strip
from cifar_gui.ui.classify.badge import ConfidenceBadge, draw_sign
from cifar_gui.ui.classify.bars import Bars, bar_order, summary
from cifar_gui.ui.classify.heat_legend import HeatLegend
from cifar_gui.ui.classify.history_panel import HistoryPanel
from cifar_gui.ui.classify.history_strip import LIMIT, HistoryEntry, HistoryStrip
from cifar_gui.ui.classify.opinion import Opinion
from cifar_gui.ui.classify.samples import SampleRow, sample_files
from cifar_gui.ui.classify.verdict_panel import VerdictPanel
from cifar_gui.ui.theme import theme, tokens

NAMES = ("cat", "dog", "ship")


def named(confidence: Confidence, headline: str, *probabilities: float) -> Prediction:
    return Prediction(NAMES, probabilities, Verdict(confidence, headline, "Because of this."))


CAT, DOG = named("confident", "cat", 0.9, 0.08, 0.02), named("confident", "dog", 0.1, 0.85, 0.05)
UNSURE = named("unsure", "cat or dog?", 0.48, 0.45, 0.07)


@pytest.fixture
def bars(qtbot):
    widget = Bars()
    qtbot.addWidget(widget)
    widget.resize(300, 200)
    widget.show()
    return widget


@pytest.fixture
def panel(qtbot):
    widget = VerdictPanel()
    qtbot.addWidget(widget)
    widget.resize(384, 560)
    widget.show()
    return widget


def rows_of(bars: Bars) -> list[object]:
    return [bars.model().index(row, 0).data() for row in range(bars.model().rowCount())]


def test_bars_of_a_new_picture_are_sorted_by_probability(bars):
    bars.show_prediction(DOG, keep_order=False)
    assert rows_of(bars) == ["dog, 85.0 %", "cat, 10.0 %", "ship, 5.0 %"]


def extents(image: QImage, y: int, colour: QColor) -> tuple[int, int] | None:
    """The first and the last pixel of a colour in a line."""
    found = [x for x in range(image.width()) if image.pixelColor(x, y) == colour]
    return (found[0], found[-1]) if found else None


def test_a_bar_is_as_long_as_its_share_of_its_track_in_the_colour_of_its_class(bars):
    bars.show_prediction(named("confident", "dog", 0.25, 0.75, 0.0), keep_order=False)
    image = bars.viewport().grab().toImage()
    tracks = []
    for row, (place, share) in enumerate(((1, 0.75), (0, 0.25), (2, 0.0))):
        y = bars.visualRect(bars.model().index(row, 0)).center().y()
        empty = extents(image, y, tokens().raised)
        filled = extents(image, y, tokens().class_colour(place))
        begin = filled[0] if filled else empty[0]
        tracks.append((begin, empty[1]))
        assert (filled is None) == (share == 0)
        if filled:
            assert filled[1] - filled[0] == pytest.approx(share * (empty[1] - begin), abs=2)
    assert len(set(tracks)) == 1, "all on one scale"


def test_the_bar_of_another_network_is_thin_and_grey_and_below_that_of_the_first(bars):
    bars.show_prediction(named("confident", "dog", 0.25, 0.75, 0.0), keep_order=False)
    other = Prediction(("dog", "cat"), (0.4, 0.6), Verdict("unsure", "cat or dog?", "Close."))
    for opinion, of_two in ((Opinion("Net", other), True), (None, True), (None, False)):
        bars.compare(opinion, of_two=of_two)
        image, lengths = bars.viewport().grab().toImage(), []
        for row, place in enumerate((1, 0, 2)):
            box = bars.visualRect(bars.model().index(row, 0))
            lines = range(box.top(), box.bottom() + 1)
            own, grey = (
                [y for y in lines if stretch(image, y, colour)]
                for colour in (tokens().class_colour(place), tokens().muted)
            )
            lengths.append(stretch(image, grey[-1], tokens().muted) if grey else 0)
            if own and grey:
                assert max(own) < min(grey)
                assert len(own) > len(grey)
        assert (lengths[2], bool(lengths[0])) == (0, opinion is not None)
        if opinion is not None:
            assert lengths[0] / lengths[1] == pytest.approx(0.4 / 0.6, abs=0.05)


def stretch(image: QImage, y: int, colour: QColor) -> int:
    """How long the longest stretch of a colour in a line is, if it is longer than those of letters."""
    line = "".join("x" if image.pixelColor(x, y) == colour else " " for x in range(image.width()))
    longest = max(map(len, line.split()), default=0)
    return longest if longest > 15 else 0


def test_bars_keep_their_order_while_the_same_picture_is_asked_about(bars):
    bars.show_prediction(DOG, keep_order=False)
    bars.show_prediction(CAT, keep_order=True)
    assert rows_of(bars) == ["dog, 8.0 %", "cat, 90.0 %", "ship, 2.0 %"]


def test_bars_of_another_network_are_sorted_anew_and_the_class_that_is_asked_about_stays(bars):
    bars.show_prediction(DOG, keep_order=False)
    bars.clicked.emit(bars.model().index(2, 0))
    bars.show_prediction(CAT, keep_order=False, keep_chosen=True)
    assert rows_of(bars) == ["cat, 90.0 %", "dog, 8.0 %", "ship, 2.0 %, chosen"]
    assert bars.chosen == "ship"


def test_the_order_is_not_kept_for_a_network_with_other_classes():
    assert bar_order(CAT, kept=("truck", "dog")) == ("cat", "dog", "ship")


def test_bars_say_in_words_what_they_show(bars):
    bars.show_prediction(named("confident", "cat", 0.998, 0.0015, 0.0005), keep_order=False)
    assert bars.accessibleDescription() == "cat 99.8 %."
    assert summary(CAT) == "cat 90.0 %, dog 8.0 %, ship 2.0 %."


def test_a_bar_reads_in_full_precision_in_its_tool_tip(bars):
    bars.show_prediction(named("unsure", "dog?", 0.123456789, 0.5, 0.376543211), keep_order=False)
    assert bars.model().index(2, 0).data(Qt.ItemDataRole.ToolTipRole) == "cat: 0.123457"


def test_bars_can_be_walked_with_the_keyboard(bars, qtbot):
    bars.show_prediction(CAT, keep_order=False)
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Home)
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    assert bars.currentIndex().data() == "dog, 8.0 %"


def test_the_keyboard_stays_on_its_class_when_the_bars_are_sorted_anew(bars):
    bars.show_prediction(CAT, keep_order=False)
    bars.setCurrentIndex(bars.model().index(0))
    bars.show_prediction(DOG, keep_order=False)
    assert (bars.currentIndex().row(), bars.currentIndex().data()) == (1, "cat, 10.0 %")
    bars.show_classes(("ship", "dog", "cat"))
    assert bars.currentIndex().data() == "cat, –"
    bars.show_classes(("frog", "toad"))
    assert not bars.currentIndex().isValid(), "classes of another network"


def test_the_longer_bar_covers_more_of_its_track(bars):
    bars.show_prediction(CAT, keep_order=False)
    shot = bars.grab().toImage()
    colours = [theme().tokens.class_colour(place) for place in range(2)]
    lengths = [sum(shot.pixelColor(x, 12 + 25 * row) == colours[row] for x in range(shot.width())) for row in range(2)]
    assert lengths[0] > 5 * lengths[1] > 0


def test_before_an_answer_the_classes_are_shown_without_numbers(panel):
    panel.show_classes(NAMES)
    assert rows_of(panel.bars) == ["cat, –", "dog, –", "ship, –"]
    assert panel.verdict.text() == ""


def test_a_verdict_is_said_in_words_number_and_certainty(panel):
    panel.show_prediction(DOG, keep_order=False)
    assert (panel.verdict.text(), panel.probability.text(), panel.badge.state) == ("dog", "85 %", "confident")
    assert panel.reason.text() == "Next is cat with 10 %; the network knows three classes and nothing else."
    assert panel.copy_button.isEnabled()


def test_a_doubtful_verdict_shows_no_single_number(panel):
    panel.show_prediction(UNSURE, keep_order=False)
    assert (panel.verdict.text(), panel.badge.state) == ("cat or dog?", "unsure")
    assert not panel.probability.isVisible()


def test_a_long_verdict_is_broken_into_lines_and_shown_in_full(panel):
    terriers = ("Yorkshire terrier", "Norwich terrier", "Airedale terrier")
    panel.show_prediction(replace(UNSURE, class_names=terriers), keep_order=False)
    panel.grab()
    assert panel.verdict.wordWrap()
    assert panel.verdict.height() >= 2 * panel.verdict.fontMetrics().height()
    panel.show_prediction(DOG, keep_order=False)
    assert not panel.verdict.wordWrap()


def test_waiting_takes_the_old_answer_away_and_says_why(panel):
    panel.show_prediction(DOG, keep_order=False)
    panel.show_waiting("The answer follows.")
    assert (panel.verdict.text(), panel.badge.state, panel.reason.text()) == ("", "", "The answer follows.")
    assert not panel.export_button.isEnabled()


def test_restoring_six_views_tells_nobody_but_a_click_does(panel, qtbot):
    told: list[bool] = []
    panel.six_views_changed.connect(told.append)
    panel.set_six_views(on=False)
    assert (told, panel.six_views) == ([], False)


@pytest.mark.parametrize("state", ["confident", "unsure", "unknown"])
def test_the_badge_tells_certainty_by_word_and_by_shape(qtbot, state):
    badge = ConfidenceBadge()
    qtbot.addWidget(badge)
    pictures = set()
    for each in {"confident", "unsure", "unknown"} | {state}:
        badge.show_state(each)
        badge.resize(12, 20)  # the sign alone
        shape = badge.grab().toImage().convertToFormat(QImage.Format.Format_Mono)
        pictures.add(bytes(shape.constBits()))
    assert len(pictures) == 3
    badge.show_state(state)
    assert badge.accessibleName().startswith("Confidence: ")


MARKED = {
    "confident": {"middle", "top", "bottom"},
    "unsure": {"middle", "top", "bottom", "low left", "low right"},
    "unknown": {"top", "bottom"},
    "unreadable": {"middle", "high left", "high right", "low left", "low right"},
    "waiting": {"middle"},
}


@pytest.mark.parametrize("state", MARKED)
def test_every_sign_is_of_its_own_shape_and_colour(state):
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(tokens().panel)
    with QPainter(image) as painter:
        draw_sign(painter, QRectF(4, 4, 32, 32), state)
    places = {
        "middle": (20, 20), "top": (20, 6), "bottom": (20, 33),
        "high left": (7, 7), "high right": (32, 7), "low left": (7, 33), "low right": (32, 33),
    }  # fmt: skip
    marked = {name for name, place in places.items() if image.pixelColor(*place) != tokens().panel}
    assert marked == MARKED[state]
    colours = tokens()
    named = {"confident": colours.good, "unsure": colours.doubt, "unreadable": colours.bad}
    strongest = image.pixelColor(*places["top" if state == "unknown" else "middle"])
    assert strongest == named.get(state, colours.muted)


def entry(number: int, name: str = "a.png") -> HistoryEntry:
    thumbnail = QImage(8, 8, QImage.Format.Format_RGB32)
    thumbnail.fill(QColor("red"))
    return HistoryEntry(number, PictureSource.from_bytes(b"", name), Crop(0, 0, 8), thumbnail, CAT, "AirNet")


@pytest.fixture
def strip(qtbot):
    widget = HistoryStrip()
    qtbot.addWidget(widget)
    widget.resize(600, 120)
    widget.show()
    return widget


def test_the_newest_picture_stands_first_and_is_marked(strip):
    strip.put(entry(1))
    strip.put(entry(2))
    assert [each.number for each in strip.entries] == [2, 1]
    assert strip.currentIndex().row() == 0


@pytest.mark.parametrize(
    ("prediction", "headline", "colour"),
    [(CAT, "cat", "text"), (UNSURE, "cat or dog?", "doubt"), (None, "no network", "text")],
)
def test_below_a_thumbnail_stand_what_it_is_and_who_says_so_doubts_in_their_colour(
    strip, monkeypatch, prediction, headline, colour
):
    written: list[tuple[QColor, str]] = []
    monkeypatch.setattr(
        history_strip, "_draw_line", lambda painter, _line, text: written.append((painter.pen().color(), text))
    )
    strip.put(replace(entry(1), prediction=prediction))
    strip.grab()
    assert written == [(getattr(tokens(), colour), strip.entries[0].headline), (tokens().muted, "AirNet")]
    assert (strip.entries[0].headline == headline) == (prediction is not None)


def test_only_the_thumbnail_of_the_picture_that_is_shown_has_a_frame(strip):
    strip.put(entry(1))
    strip.put(entry(2))
    strip.put(entry(1))
    image, framed = strip.viewport().grab().toImage(), []
    for row in range(2):
        box = strip.visualRect(strip.model().index(row, 0))
        middle = box.center().x()
        side = strip._delegate.side
        framed.append(
            any(image.pixelColor(x, box.top() + side // 2) == tokens().accent for x in range(box.left(), middle))
        )
        assert image.pixelColor(middle, box.top() + 4 + side // 2) == QColor("red")
    assert [each.number for each in strip.entries] == [2, 1]
    assert framed == [False, True]


def test_the_legend_of_a_heat_map_has_what_speaks_against_on_the_left_and_names_the_class(qtbot):
    legend = HeatLegend()
    qtbot.addWidget(legend)
    colours = QImage(2, 1, QImage.Format.Format_RGB32)
    colours.setPixelColor(0, 0, QColor("navy"))
    colours.setPixelColor(1, 0, QColor("orange"))
    shots = []
    for name in ("frog", "a class of which the name is very long"):
        legend.show_strip(colours, name, "One scale.")
        assert (legend.toolTip(), legend.ENDS) == ("One scale.", ("against", "for"))
        assert legend.accessibleDescription() == f"Blue speaks against {name}, amber speaks for it. One scale."
        legend.resize(260, 18)
        image = legend.grab().toImage()
        against, speaks = extents(image, 9, QColor("navy")), extents(image, 9, QColor("orange"))
        assert against[1] < speaks[0]
        shots.append(image.copy(speaks[1] + 1, 0, 259 - speaks[1], 18))
        assert any(shots[-1].pixelColor(x, y) != image.pixelColor(259, 0) for x in range(40) for y in range(18))
    assert shots[0] != shots[1], "the class stands to the right of it"


def test_a_renewed_entry_keeps_its_place(strip):
    strip.put(entry(1))
    strip.put(entry(2))
    strip.put(replace(entry(1), prediction=DOG))
    assert [(each.number, each.headline) for each in strip.entries] == [(2, "cat"), (1, "dog")]


def test_a_click_or_return_comes_back_to_an_entry(strip, qtbot):
    strip.put(entry(1))
    strip.put(entry(2))
    chosen: list[HistoryEntry] = []
    strip.entry_chosen.connect(chosen.append)
    place = strip.visualRect(strip.model().index(1, 0)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert [each.number for each in chosen] == [1]
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert chosen[-1].number == 2


def test_entries_are_described_with_verdict_and_network(strip):
    strip.put(entry(1, "tabby.jpg"))
    assert strip.model().index(0, 0).data() == "tabby.jpg: cat, 90.0 % · AirNet"


def test_the_strip_forgets_what_is_too_long_ago(strip):
    for number in range(1, LIMIT + 6):
        strip.put(entry(number))
    assert len(strip.entries) == LIMIT
    assert strip.entries[-1].number == 6


def test_there_are_ten_samples_and_each_can_be_clicked(qtbot):
    row = SampleRow()
    qtbot.addWidget(row)
    row.resize(900, 90)
    row.show()
    chosen: list[PictureSource] = []
    row.sample_chosen.connect(chosen.append)
    for button in row.buttons:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert [source.path for source in chosen] == sample_files()
    assert len(chosen) == 10
    assert row.buttons[0].accessibleName() == "Sample drawing: airplane"


def test_samples_stand_in_two_rows_where_there_is_no_room_for_one(qtbot):
    row = SampleRow()
    qtbot.addWidget(row)
    row.show()
    for room, rows, side in ((900, 1, 64), (400, 2, 64), (300, 2, 48)):
        assert row.fit(room, 160, 200)
        row.resize(room, 160)
        row.layout().activate()
        assert len({button.y() for button in row.buttons}) == rows
        assert {button.width() - 6 for button in row.buttons} == {side}


def test_the_badge_takes_the_room_that_its_word_needs(panel, qapp):
    for prediction in (CAT, UNSURE):
        panel.show_prediction(prediction, keep_order=False)
        qapp.processEvents()
        assert panel.badge.width() == panel.badge.sizeHint().width() > 20
    panel.show_waiting("Wait.")
    qapp.processEvents()
    assert panel.badge.width() == 0


def test_thumbnails_without_captions_and_small_ones_take_less_room(qtbot, qapp):
    box, history = QWidget(), HistoryPanel()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    column.addWidget(history)
    column.addStretch(1)
    box.resize(600, 400)
    box.show()
    strip, seen = history.strip, []
    for number in (1, 2):
        history.put(entry(number))
    for captions, small in ((True, False), (False, False), (False, True), (True, False)):
        strip.set_form(captions=captions, small=small)
        for _ in range(4):
            qapp.processEvents()
        width = strip.visualRect(strip.model().index(1, 0)).width()
        assert (width, strip.height()) == (strip._delegate.cell().width(), strip.sizeHint().height())
        seen.append((width, history.height()))
    assert seen[0] == seen[3] > seen[1] > seen[2]


def test_what_has_changed_is_painted_anew(bars, panel, strip, qtbot, painted_anew):
    strip.put(entry(1))
    assert painted_anew(strip.viewport(), lambda: strip.renew(replace(entry(1), prediction=DOG)))
    panel.show_prediction(CAT, keep_order=False)
    assert painted_anew(panel.badge, lambda: panel.badge.show_state("unsure"))
    bars.show_classes(NAMES)
    assert painted_anew(bars.viewport(), lambda: bars.compare(None, of_two=True)), "there is less room for each bar"
    bars.show_prediction(CAT, keep_order=False)
    assert painted_anew(bars.viewport(), lambda: bars.show_prediction(DOG, keep_order=True)), "in the same order"
    assert painted_anew(bars.viewport(), lambda: bars.show_prediction(DOG, keep_order=False)), "in another order"
    row, legend = SampleRow(), HeatLegend()
    for widget in (row, legend):
        qtbot.addWidget(widget)
        widget.show()
    drawing, strip = row.buttons[0], QImage(64, 1, QImage.Format.Format_RGB32)
    qtbot.waitUntil(lambda: drawing._pixmap is not None)
    assert painted_anew(drawing, drawing._read), "it is read after the first time"
    assert painted_anew(legend, lambda: legend.show_strip(strip, "dog", "Full colour is 1."))
