"""The panels of the Classify page and what the page asks the system for, each by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from cifar_gui.data.decode import open_picture
from cifar_gui.data.held_out import none_held_out
from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.receipt import Entry, Receipt
from cifar_gui.inference.prediction import Prediction, Verdict
from cifar_gui.inference.verdict import verdict
from cifar_gui.ui.classify import file_dialogs
from cifar_gui.ui.classify.answers import Answer, Question
from cifar_gui.ui.classify.drop_area import DropArea
from cifar_gui.ui.classify.history_panel import HistoryPanel
from cifar_gui.ui.classify.history_strip import HistoryEntry
from cifar_gui.ui.classify.picture_panel import PicturePanel
from cifar_gui.ui.classify.receipt_panel import ReceiptPanel
from cifar_gui.ui.classify.receipt_pictures import RowPictures
from cifar_gui.ui.classify.receipt_rows import BARS
from cifar_gui.ui.classify.samples import sample_files
from cifar_gui.ui.classify.verdict_panel import VerdictPanel, breakable
from cifar_gui.ui.held_out import data_picture, why_none
from cifar_gui.ui.opening import decoded
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets.framed import Framed

NAMES = ("cat", "dog", "ship")
CAT, DOG = (Prediction(NAMES, each, verdict(NAMES, each)) for each in ((0.9, 0.08, 0.02), (0.1, 0.5, 0.4)))


# What the system is asked for


@pytest.fixture
def answer(monkeypatch) -> Any:
    """Answers every file dialog, and keeps what it was asked with."""
    asked: list[tuple[Any, ...]] = []

    def set_answer(found: Any) -> list[tuple[Any, ...]]:
        for name in ("getOpenFileNames", "getExistingDirectory"):
            given = found if name == "getExistingDirectory" else (found, "")
            monkeypatch.setattr(QFileDialog, name, lambda *arguments, given=given: asked.append(arguments) or given)
        return asked

    return set_answer


def test_all_the_pictures_that_were_chosen_are_opened_and_only_pictures_are_offered(answer, qapp):
    asked = answer(["/a/one.png", "/a/two.jpg"])
    found = file_dialogs.ask_for_pictures(QWidget())
    assert [each.path for each in found] == [Path("/a/one.png"), Path("/a/two.jpg")]
    pictures, everything = asked[0][-1].split(";;")
    assert {"*.png", "*.jpeg", "*.heic"} <= set(pictures.removeprefix("Pictures (").rstrip(")").split())
    assert everything == "All files (*)"
    answer([])
    assert file_dialogs.ask_for_pictures(QWidget()) == []
    assert (asked[0][2], asked[1][2]) == ("", str(Path("/a"))), "the next one begins where the last one was"


@pytest.mark.parametrize(("chosen", "found"), [("/a/folder", [Path("/a/folder")]), ("", [])])
def test_a_folder_is_asked_for_unless_the_user_thinks_better_of_it(answer, qapp, chosen, found):
    answer(chosen)
    assert [each.path for each in file_dialogs.ask_for_folder(QWidget())] == found


# Held-out pictures


@pytest.mark.parametrize("seed", range(5))
def test_a_held_out_picture_is_called_by_its_place_and_label(tiny_data, seed):
    split = tiny_data.split("validation")
    place = seed * 7 % len(split)
    source = data_picture(tiny_data, "validation", place)
    assert (open_picture(source).pixels.transpose(2, 0, 1) == split.images[place].numpy()).all()
    label = tiny_data.class_names[int(split.labels[place])]
    assert source.name == f"Tiny, validation picture {place} (labelled {label})"


def test_why_there_is_no_held_out_picture(tiny_data, decided_snapshot):
    train, validation, test = tiny_data.counts
    without = replace(tiny_data, counts=(train + validation, 0, test))

    def trained_on(fingerprint: str) -> Any:
        return replace(decided_snapshot, card=replace(decided_snapshot.card, trained_on=fingerprint))

    assert why_none(without, None) == none_held_out("Tiny")
    assert why_none(tiny_data, trained_on(tiny_data.fingerprints[0])) == ""
    assert why_none(tiny_data, trained_on(tiny_data.fingerprints[3])).startswith("This network has learned from all")
    assert why_none(None, decided_snapshot) == why_none(tiny_data, None) == ""


# The history


@pytest.fixture
def history(qtbot) -> HistoryPanel:
    made = HistoryPanel()
    qtbot.addWidget(made)
    made.resize(800, 140)
    made.show()
    return made


def thumbnail(colour: str) -> QImage:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def entry(number: int, **values: Any) -> HistoryEntry:
    source = PictureSource.from_bytes(b"", f"{number}.png")
    return replace(HistoryEntry(number, source, Crop(0, 0, 8), thumbnail("red")), **values)


def test_the_history_says_what_it_is_for_while_it_is_empty(history):
    assert (history._nothing.isVisible(), history.strip.isVisible(), history.clear_button.isEnabled()) == (
        True,
        False,
        False,
    )
    history.put(entry(1))
    assert (history._nothing.isVisible(), history.strip.isVisible(), history.clear_button.isEnabled()) == (
        False,
        True,
        True,
    )
    history.clear_button.click()
    assert (history._nothing.isVisible(), history.strip.isVisible(), history.clear_button.isEnabled()) == (
        True,
        False,
        False,
    )


def test_numbers_go_on_when_the_history_was_cleared(history):
    assert [history.next_number(), history.next_number()] == [1, 2]
    history.clear()
    assert history.next_number() == 3


def test_an_answer_renews_crop_thumbnail_verdict_and_network_of_its_own_picture(history):
    history.put(entry(1))
    history.put(entry(2))
    question: Any = Question(1, None, Crop(2, 2, 4), None, True, "AirNet")  # type: ignore[arg-type]
    history.renew(question, Answer(question, Crop(2, 2, 4), QImage(), thumbnail("blue"), CAT))
    renewed, other = history.entry(1), history.entry(2)
    assert (renewed.crop, renewed.prediction, renewed.model) == (Crop(2, 2, 4), CAT, "AirNet")
    assert renewed.thumbnail.pixelColor(0, 0) == QColor("blue")
    assert (other.crop, other.prediction) == (Crop(0, 0, 8), None)
    later = replace(question, crop=None, model="")
    history.renew(later, Answer(later, Crop(3, 3, 4), QImage(), thumbnail("green"), None))
    renewed = history.entry(1)
    assert (renewed.crop, renewed.prediction, renewed.model) == (Crop(3, 3, 4), CAT, "AirNet"), "no new answer"


@pytest.mark.parametrize(
    ("values", "headline", "description"),
    [
        ({}, "…", "1.png: no answer yet"),
        ({"prediction": CAT}, "cat", "1.png: cat, 90.0 %"),
        (
            {"prediction": replace(CAT, verdict=Verdict("unknown", "probably none of the ten", "")), "model": "MLP"},
            "none of the ten",
            "1.png: probably none of the ten, 90.0 % · MLP",
        ),
    ],
)
def test_an_entry_is_named_shortly_and_described_in_full(values, headline, description):
    assert (entry(1, **values).headline, entry(1, **values).description) == (headline, description)


def test_a_low_page_takes_first_the_captions_then_the_size_of_the_thumbnails(history):
    heights = []
    for page_height in (600, 599, 500, 499):
        history.fit(page_height)
        heights.append(history.strip.sizeHint().height())
    assert heights[0] > heights[1] == heights[2] > heights[3]


# The picture


@pytest.fixture
def pictures(qtbot) -> PicturePanel:
    made = PicturePanel()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made


def test_before_there_is_a_picture_the_panel_invites(pictures, make_picture):
    assert pictures.drop_area.is_inviting
    assert not pictures.input_view.isVisible()
    pictures.show_opened(decoded(PictureSource.from_path(make_picture())))
    assert not pictures.drop_area.is_inviting
    assert pictures.input_view.isVisible()
    assert pictures._name.text() == "picture.png · 80 × 60"


def test_each_button_asks_for_what_is_on_it(pictures, heard):
    for button, signal in (
        (pictures.open_button, pictures.open_wanted),
        (pictures._folder, pictures.folder_wanted),
        (pictures._paste, pictures.paste_wanted),
        (pictures._random, pictures.random_wanted),
        (pictures.table_button, pictures.table_wanted),
    ):
        told = heard(signal)
        button.click()
        assert len(told) == 1, button.text()


def test_a_sample_is_chosen_from_the_menu_or_the_invitation(pictures, heard):
    told = heard(pictures.source_chosen)
    pictures.samples_button.menu().actions()[2].trigger()
    pictures.drop_area.samples.buttons[4].click()
    assert [source.path for source in told] == [sample_files()[2], sample_files()[4]]


def test_the_user_can_say_where_to_look_and_the_frame_follows(pictures, qtbot, make_picture, heard):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture())))
    told = heard(pictures.crop_changed)
    assert (pictures.side.crop.raw(), pictures.wanted_crop) == ("proposed", None)
    pictures.side.crop.setCurrentIndex(2)
    assert pictures.wanted_crop == Crop(0, -10, 80)
    pictures.side.crop.setCurrentIndex(1)
    qtbot.keyClick(pictures.crop_view, Qt.Key.Key_Right)
    assert (pictures.side.crop.raw(), pictures.wanted_crop) == ("own", Crop(11, 0, 60))
    assert told == [Crop(0, -10, 80), Crop(10, 0, 60), Crop(11, 0, 60)]


def test_c_goes_from_the_proposal_to_the_centre_and_the_whole_and_back(pictures, qtbot, make_picture):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture())))
    ways = []
    for _ in range(4):
        qtbot.keyClick(pictures.crop_view, Qt.Key.Key_C)
        ways.append(pictures.side.crop.raw())
    assert ways == ["centre", "whole", "proposed", "centre"]
    qtbot.keyClick(pictures.crop_view, Qt.Key.Key_Right)
    qtbot.keyClick(pictures.crop_view, Qt.Key.Key_C)
    assert pictures.side.crop.raw() == "proposed"


def test_of_a_square_picture_the_centre_is_the_whole(pictures, qtbot, make_picture):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture(size=(50, 50)))))
    ways = []
    for _ in range(2):
        qtbot.keyClick(pictures.crop_view, Qt.Key.Key_C)
        ways.append(pictures.side.crop.raw())
    assert ways == ["centre", "proposed"]


def test_what_was_proposed_is_shown_unless_the_user_has_moved_the_frame_meanwhile(pictures, qtbot, make_picture):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture())))
    pictures.show_answered(Crop(5, 6, 40), thumbnail("red"))
    assert pictures.crop_view.crop == Crop(5, 6, 40)
    qtbot.keyClick(pictures.crop_view, Qt.Key.Key_Right)
    pictures.show_answered(Crop(9, 9, 40), thumbnail("red"))
    assert pictures.crop_view.crop == Crop(6, 6, 40)


@pytest.mark.parametrize(
    ("crop", "way"), [(Crop(10, 0, 60), "centre"), (Crop(0, -10, 80), "whole"), (Crop(3, 4, 20), "own")]
)
def test_a_picture_that_is_opened_again_stands_in_the_frame_that_it_had(pictures, make_picture, crop, way):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture()), crop, 3), proposed=False)
    assert (pictures.side.crop.raw(), pictures.wanted_crop) == (way, crop)


def test_what_the_network_saw_of_the_last_picture_is_not_shown_beside_the_next(pictures, make_picture):
    opened = decoded(PictureSource.from_path(make_picture()))
    pictures.show_opened(opened)
    pictures.show_answered(Crop(0, 0, 60), thumbnail("red"))
    pictures.show_opened(opened)
    assert pictures.input_view.image.isNull()


def test_the_sign_of_the_invitation_gives_way_to_its_words_and_drawings(pictures):
    zone = pictures.drop_area
    sign = zone._invitation._picture
    for width, height, shown in ((760, 900, True), (760, 270, False), (760, 900, True)):
        pictures.resize(width, height)
        for _ in range(4):
            QApplication.processEvents()
        assert (sign.isVisible(), zone._invitation._heading.isVisible()) == (shown, True)
        assert zone.samples.geometry().bottom() <= zone._invitation.height(), "the drawings are not cut off"


def test_drawings_are_as_large_as_there_is_room_for_and_square(qtbot):
    zone, sides = DropArea(), []
    qtbot.addWidget(zone)
    zone.show()
    for width in (400, 340, 400, 900):
        zone.resize(width, 400)
        for _ in range(4):
            QApplication.processEvents()
        (side,) = {(button.width(), button.height()) for button in zone.samples.buttons}
        assert all(zone.rect().contains(button.geometry()) for button in zone.samples.buttons)
        sides.append(side)
    assert sides == [(70, 70), (54, 54), (70, 70), (70, 70)]


def test_recent_pictures_are_replaced_not_added(pictures, heard):
    told = heard(pictures.source_chosen)
    for paths in (["/a/1.png"], ["/b/2.png", "/a/1.png"]):
        pictures.set_recent(paths)
    first, second = pictures._recent.menu().actions()
    assert (first.text(), first.toolTip(), second.toolTip()) == ("2.png", str(Path("/b/2.png")), str(Path("/a/1.png")))
    second.trigger()
    assert [source.path for source in told] == [Path("/a/1.png")]
    assert pictures._recent.isEnabled()
    pictures.set_recent([])
    assert not pictures._recent.isEnabled()


def test_a_random_picture_is_offered_or_it_is_said_why_not(pictures):
    pictures.set_random("All were seen")
    assert (pictures._random.isEnabled(), pictures._random.toolTip()) == (False, "All were seen")
    pictures.set_random("")
    assert pictures._random.isEnabled()
    assert "has not learned from" in pictures._random.toolTip()


def test_the_drop_zone_is_painted_anew_when_the_crop_in_it_gets_the_focus_or_it_is_lit(
    pictures, make_picture, painted_anew
):
    pictures.show_opened(decoded(PictureSource.from_path(make_picture())))
    zone = pictures.drop_area
    assert painted_anew(zone, pictures.crop_view.focus_changed.emit)
    assert painted_anew(zone, lambda: zone.light_up(on=True))
    assert painted_anew(zone, lambda: zone.light_up(on=False))
    assert not painted_anew(zone, lambda: zone.light_up(on=False))


# The verdict


@pytest.fixture
def verdict(qtbot) -> VerdictPanel:
    made = VerdictPanel()
    qtbot.addWidget(made)
    made.resize(384, 560)
    made.show()
    return made


def texts(verdict: VerdictPanel) -> list[str]:
    model = verdict.bars.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_copying_saving_and_the_number_of_views_are_asked_for_by_a_click(verdict, heard):
    verdict.show_prediction(CAT, keep_order=False)
    told = heard(verdict.six_views_changed)
    verdict.set_six_views(on=False)
    assert told == [], "what is restored is not news"
    verdict._six_views.click()
    verdict._six_views.click()
    assert told == [True, False]
    for button, signal in (
        (verdict.copy_button, verdict.copy_wanted),
        (verdict.export_button, verdict.export_wanted),
    ):
        told = heard(signal)
        button.click()
        assert len(told) == 1


def test_what_another_network_knows_is_not_shown_in_place_of_an_answer_but_after_it(verdict):
    verdict.show_prediction(CAT, keep_order=False)
    verdict.show_classes(("oak", "elm"))
    assert texts(verdict) == ["cat, 90.0 %", "dog, 8.0 %", "ship, 2.0 %"]
    verdict.show_waiting("Wait.")
    assert texts(verdict) == ["oak, –", "elm, –"]
    assert verdict.bars.accessibleDescription() == "No picture yet."
    verdict.judge(0.6)
    verdict.show_opinion(None)
    assert (verdict.verdict.text(), texts(verdict)) == ("", ["oak, –", "elm, –"]), "no answer is judged that has gone"
    verdict.show_alone()
    assert texts(verdict) == ["oak, –", "elm, –"]


def test_the_class_that_is_asked_about_goes_with_the_answer(verdict):
    verdict.show_prediction(CAT, keep_order=False)
    verdict.bars.clicked.emit(verdict.bars.model().index(1, 0))
    assert verdict.bars.chosen == "dog"
    verdict.show_waiting("Wait.")
    assert verdict.bars.chosen == ""
    verdict.bars.clicked.emit(verdict.bars.model().index(1, 0))
    assert verdict.bars.chosen == "", "there is nothing to ask about"
    verdict.show_prediction(CAT, keep_order=False)
    assert not any(text.endswith("chosen") for text in texts(verdict))


def test_buttons_that_cannot_be_used_say_why_and_work_once_there_is_an_answer(verdict):
    def state() -> list[tuple[bool, str]]:
        return [(button.isEnabled(), button.toolTip()) for button in (verdict.copy_button, verdict.export_button)]

    before = [(False, "There is no result to copy yet"), (False, "There is no result to save yet")]
    assert state() == before
    verdict.show_prediction(CAT, keep_order=False)
    assert state() == [(True, "Copy the result (Ctrl+C)"), (True, "Save every probability")]
    verdict.show_waiting("Wait.")
    assert state() == before


def test_the_certainty_is_explained_and_the_number_goes_with_it(verdict):
    verdict.show_prediction(CAT, keep_order=False)
    assert verdict.badge.toolTip() == "One class stands out clearly."
    assert (verdict.probability.isVisible(), verdict.probability.text()) == (True, "90 %")
    verdict.show_waiting("Wait.")
    assert not verdict.probability.isVisible()
    verdict.show_prediction(DOG, keep_order=False)
    assert verdict.badge.toolTip() == "Two classes or more are too close to call."
    assert (verdict.probability.isVisible(), verdict.verdict.isVisible()) == (False, True)
    verdict.show_waiting("Wait.")
    assert (verdict.badge.toolTip(), verdict.badge.accessibleName()) == ("", "")
    assert not verdict.verdict.isVisible()


def test_a_class_called_by_a_long_word_leaves_the_columns_of_the_page_as_they_are(qtbot):
    names = ("boats", "very_long_name_of_a_class_for_lorries", "Kraftfahrzeughaftpflichtversicherung")
    for wins in ((0.02, 0.96, 0.02), (0.02, 0.02, 0.96)):
        prediction = Prediction(names, wins, Verdict("confident", names[wins.index(0.96)], ""))
        panel = VerdictPanel()
        qtbot.addWidget(panel)
        panel.show_prediction(prediction, keep_order=False)
        assert panel.verdict.text() in names[1:], "what it says is what is read from it"
        assert panel.verdict.minimumSizeHint().width() < 380
    assert breakable("probably none of the ten") == "probably none of the ten"


def test_the_bars_of_a_receipt_stand_in_their_column_only_whichever_pictures_are_beside_them(qtbot):
    panel = ReceiptPanel()
    qtbot.addWidget(panel)
    receipt = Receipt("dog", "cat", (Entry("unit 1", 1.0, 2.0, 2.0, 1),), (2.0, 0.0), (0.8, 0.2), 1, per_filter=False)
    picture = Framed(thumbnail("blue"), None, "its map")
    for beside in (RowPictures(), RowPictures(map=picture), RowPictures(map=picture, ideal=picture), RowPictures()):
        panel.show_receipt(receipt, [beside])
        titles = panel.table.titles
        with_bars = [panel.table.itemDelegateForColumn(column) is panel._bars for column in range(len(titles))]
        assert with_bars == [title == BARS for title in titles]


def test_what_speaks_for_the_winner_is_a_bar_to_the_right_as_long_as_it_is_strong(qtbot):
    panel = ReceiptPanel()
    qtbot.addWidget(panel)
    entries = (Entry("unit 1", 1.0, 2.0, 2.0, 1), Entry("unit 2", 1.0, -1.0, -1.0, 2))
    panel.show_receipt(
        Receipt("dog", "cat", entries, (2.0, 1.0), (0.8, 0.2), 1, per_filter=False), [RowPictures(), RowPictures()]
    )
    panel.resize(760, 300)
    panel.show()
    table, reaches = panel.table, []
    image = table.viewport().grab().toImage()
    for row, colour in enumerate((tokens().positive, tokens().negative)):
        cell = table.visualRect(table.model().index(row, table.titles.index(BARS)))
        across = range(cell.left(), cell.right() + 1)
        painted = [x for x in across if image.pixelColor(x, cell.center().y()) == colour]
        reaches.append((painted[0] - cell.center().x(), painted[-1] - cell.center().x()))
    (begin, end), (low, high) = reaches
    assert -1 <= begin <= 2
    assert -2 <= high <= 1
    assert end == pytest.approx(-2 * low, abs=3)


@pytest.mark.parametrize("noun", ["filter", "unit"])
def test_only_rows_of_filters_lead_anywhere_and_look_like_it(qtbot, heard, noun):
    panel = ReceiptPanel()
    qtbot.addWidget(panel)
    layer = ConvLayer("conv", "conv 1", (9, 3, 3, 3), 252, learned=True, noun=noun)
    entries = (Entry("bias", None, 2.0, 2.0, None), Entry("unit 7", 1.0, 2.0, 2.0, 7))
    receipt = Receipt("dog", "cat", entries, (4.0, 0.0), (0.8, 0.2), 1, per_filter=True)
    told: list[tuple[object, int]] = []
    panel.filter_wanted.connect(lambda *seat: told.append(seat))
    panel.show_receipt(receipt, [RowPictures(), RowPictures(seat=(layer, 7))])
    shape = panel.table.viewport().cursor().shape()
    assert shape == (Qt.CursorShape.PointingHandCursor if noun == "filter" else Qt.CursorShape.ArrowCursor)
    for row in range(panel.table.model().rowCount()):  # the last of them is the sum
        panel.table.clicked.emit(panel.table.model().index(row, 0))
    assert told == ([(layer, 7)] if noun == "filter" else [])
