from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.decode import open_picture
from cifar_gui.data.picture import Crop, PictureSource, centre_crop
from cifar_gui.data.preprocess import network_input
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.verdict import judged
from cifar_gui.ui.classify import fetch, saving
from cifar_gui.ui.classify.answers import Answer
from cifar_gui.ui.classify.page import RECENT, ClassifyPage
from cifar_gui.ui.classify.results import COLUMNS
from cifar_gui.ui.classify.samples import sample_files

CENTRE = Crop(10, 0, 60)  # of the 80 × 60 pictures that make_picture makes


def sources(*paths: Path) -> list[PictureSource]:
    return [PictureSource.from_path(path) for path in paths]


def fill_table(page: ClassifyPage, qtbot, *paths: Path) -> None:
    page.open_pictures(sources(*paths))
    qtbot.waitUntil(
        lambda: page.many.is_in_front and all(row.state != "waiting" for row in page.many.table_page.model.rows)
    )
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)


def choose_state(page: ClassifyPage, state: str) -> None:
    """Show only these rows of the table."""
    choice = page.many.table_page._by_state
    choice.setCurrentIndex(choice.findData(state))


def with_classes_swapped(snapshot: ModelSnapshot) -> ModelSnapshot:
    """A network that says of everything the class after the one that `snapshot` says."""
    last = list(snapshot.weights)[-2:]
    rolled = {name: weight.roll(1, 0) if name in last else weight for name, weight in snapshot.weights.items()}
    return ModelSnapshot(snapshot.card, rolled)


def messages(page: ClassifyPage) -> list[str]:
    return [message.text for message in page.context.messages.all]


def part(page: ClassifyPage, name: str):
    found = page.findChild(object, name)
    assert found is not None, name
    return found


def expected(snapshot: ModelSnapshot, path: Path, crop: Crop | None = None):
    return Classifier(snapshot).classify(open_picture(PictureSource.from_path(path)), crop)


# One picture


def test_a_picture_gets_the_verdict_the_classifier_gives(page, qtbot, make_picture, decided_snapshot, show):
    path = make_picture()
    show(path)
    wanted = expected(decided_snapshot, path, CENTRE)
    assert part(page, "classify.verdict").text() == wanted.verdict.headline
    assert part(page, "classify.bars").names()[0] == wanted.label
    assert page.history_panel.entry(page._number).prediction == wanted


def test_what_the_network_sees_is_shown_pixel_for_pixel(page, qtbot, make_picture, show):
    path = make_picture()
    show(path)
    pixels = network_input(open_picture(PictureSource.from_path(path)), part(page, "classify.crop").crop)
    shown = part(page, "classify.input").image
    assert (shown.width(), shown.height()) == (32, 32)
    for x, y in ((0, 0), (15, 3), (16, 20), (31, 31)):
        assert [*shown.pixelColor(x, y).getRgb()[:3]] == pixels[:, y, x].tolist()


def test_the_input_is_magnified_by_a_whole_number(page, window, qtbot, make_picture, show):
    show(make_picture())
    for size in ((1280, 800), (1024, 640), (1900, 1100)):
        window.resize(*size)
        qtbot.wait(0)
        assert part(page, "classify.input").target().width() % 32 == 0


def test_moving_the_crop_asks_anew_and_keeps_the_order_of_the_bars(page, qtbot, make_picture, decided_snapshot, show):
    path = make_picture()
    show(path)
    order = part(page, "classify.bars").names()
    view = part(page, "classify.crop")
    with qtbot.waitSignal(page.answers.answered):
        qtbot.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    wanted = expected(decided_snapshot, path, Crop(16, 0, 60))
    assert page.history_panel.entry(page._number).prediction == wanted
    assert part(page, "classify.verdict").text() == wanted.verdict.headline
    assert part(page, "classify.bars").names() == order


def test_another_network_sorts_the_bars_anew(page, qtbot, make_picture, decided_snapshot, show, tmp_path):
    show(make_picture())
    bars, before = part(page, "classify.bars"), page._snapshot
    bars.clicked.emit(bars.model().index(1, 0))
    chosen = bars.chosen
    save_snapshot(with_classes_swapped(decided_snapshot), tmp_path / "other.safetensors")
    page.context.models.choose_file(tmp_path / "other.safetensors")
    qtbot.waitUntil(lambda: page._snapshot is not before and page.context.jobs.idle)
    prediction = page.history_panel.entry(page._number).prediction
    assert bars.names() == tuple(name for name, _share in prediction.top(len(prediction.class_names)))
    assert bars.chosen == chosen


def test_an_answer_is_ascribed_to_the_network_that_gave_it_while_the_next_one_is_being_loaded(
    page, qtbot, make_picture, show
):
    show(make_picture())
    models = page.context.models
    models.current, gave = replace(models.current, key="next", label="Next"), models.current.label
    with qtbot.waitSignal(page.answers.answered):
        qtbot.keyClick(part(page, "classify.crop"), Qt.Key.Key_Minus)
    assert page.history_panel.entry(page._number).model == gave


def test_of_many_crops_in_a_row_the_last_is_answered_and_few_others(page, qtbot, make_picture, show):
    show(make_picture())
    answered: list[Crop] = []
    page.answers.answered.connect(lambda answer: answered.append(answer.crop))
    view = part(page, "classify.crop")
    for _ in range(10):
        qtbot.keyClick(view, Qt.Key.Key_Minus)
    last = view.crop
    qtbot.waitUntil(lambda: answered[-1:] == [last])
    assert len(answered) <= 3


def test_an_answer_that_comes_too_late_goes_to_its_own_picture_in_the_history(page, qtbot, make_picture, show):
    answers: list[Answer] = []
    page.answers.answered.connect(answers.append)
    show(make_picture("first.png", colour="white"))
    show(make_picture("second.png", colour="green"))
    first, second = answers[0], answers[-1]
    verdict, bars = part(page, "classify.verdict").text(), part(page, "classify.bars").names()
    late = judged(replace(first.prediction, standing="strange"))
    page.answers.answered.emit(replace(first, prediction=late))
    assert [page.history_panel.entry(number).prediction for number in (1, 2)] == [late, second.prediction]
    assert part(page, "classify.input").image == second.network_input
    assert (part(page, "classify.verdict").text(), part(page, "classify.bars").names()) == (verdict, bars)


def test_c_cycles_centre_whole_and_proposal(page, qtbot, make_picture, decided_snapshot, show):
    path = make_picture()
    show(path)
    view = part(page, "classify.crop")
    qtbot.keyClick(view, Qt.Key.Key_C)
    assert view.crop == Crop(0, -10, 80)
    qtbot.keyClick(view, Qt.Key.Key_C)
    proposed = expected(decided_snapshot, path).crop
    qtbot.waitUntil(lambda: view.crop == proposed)
    qtbot.keyClick(view, Qt.Key.Key_C)
    assert view.crop == CENTRE


def test_a_proposal_is_shown_with_its_answer_and_made_again_when_the_picture_is_opened_again(
    page, qtbot, make_picture, decided_snapshot, show
):
    path = make_picture("first.png")
    page.single.picture_panel.set_way("proposed")
    show(path)
    proposed = expected(decided_snapshot, path)
    assert proposed.crops > 1
    assert part(page, "classify.crop").crop == page.history_panel.entry(1).crop == proposed.crop
    show(make_picture("second.png", colour="green"))
    with qtbot.waitSignal(page.answers.answered):
        page.history_panel.entry_chosen.emit(page.history_panel.entry(1))
    assert page.single.picture_panel.wanted_crop is None
    assert page.history_panel.entry(1).prediction == proposed


def test_how_pictures_are_cropped_is_remembered_but_not_what_was_done_by_hand(page, qtbot, make_picture, show):
    panel = page.single.picture_panel
    panel.side.crop.setCurrentIndex(2)
    show(make_picture("first.png"))
    assert (panel.side.crop.raw(), panel.wanted_crop) == ("whole", Crop(0, -10, 80))
    qtbot.keyClick(panel.crop_view, Qt.Key.Key_Right)
    show(make_picture("second.png"))
    assert panel.wanted_crop == Crop(0, -10, 80)
    state = page.save_state()
    panel.set_way("proposed")
    for remembered, way in (
        (state, "whole"),
        ({"crop": "own"}, "whole"),
        ({}, "whole"),
        ({"crop": "centre"}, "centre"),
    ):
        page.restore_state(remembered)
        assert panel.way == way


def test_six_views_or_one_is_asked_as_chosen(page, qtbot, make_picture, show):
    show(make_picture())
    assert page.history_panel.entry(1).prediction.views == 6
    with qtbot.waitSignal(page.answers.answered):
        page.single.verdict_panel._six_views.click()
    assert page.history_panel.entry(1).prediction.views == 1


def test_another_snapshot_answers_for_the_shown_picture_and_the_order_stays(
    page, window, qtbot, make_picture, decided_snapshot, show
):
    show(make_picture())
    order = part(page, "classify.bars").names()
    other = with_classes_swapped(decided_snapshot)
    with qtbot.waitSignal(page.answers.answered):
        window.context.models.snapshot_changed.emit(other)
    assert part(page, "classify.bars").names() == order
    assert page.history_panel.entry(1).prediction.label != order[0]


def test_when_the_network_goes_the_answer_goes_with_it(page, window, qtbot, make_picture, show):
    show(make_picture())
    window.context.models.current = window.context.models.snapshot = None
    with qtbot.waitSignal(page.answers.answered):
        window.context.models.snapshot_changed.emit(None)
    assert part(page, "classify.verdict").text() == ""
    assert "No network is chosen" in page.single.verdict_panel.reason.text()


def test_a_picture_is_shown_before_there_is_a_network_and_answered_when_there_is(
    bare, window, qtbot, make_picture, decided_model
):
    bare.open_pictures(sources(make_picture()))
    qtbot.waitUntil(lambda: not part(bare, "classify.input").image.isNull())
    assert not bare.single.picture_panel.drop_area.is_inviting
    assert part(bare, "classify.verdict").text() == ""
    assert "No network is chosen" in bare.single.verdict_panel.reason.text()
    window.context.models.choose_file(decided_model)
    qtbot.waitUntil(lambda: part(bare, "classify.verdict").text() != "")


def test_while_pytorch_is_loading_the_picture_is_there_and_the_answer_is_promised(bare, qtbot, make_picture):
    ready = [False]
    bare.context = replace(bare.context, torch_ready=lambda: ready[0])
    bare.open_pictures(sources(make_picture()))
    qtbot.waitUntil(lambda: not bare.single.picture_panel.drop_area.is_inviting)
    assert bare.single.verdict_panel.reason.text() == "The answer follows when PyTorch is loaded."
    assert part(bare, "classify.input").image.isNull()
    ready[0] = True
    qtbot.waitUntil(lambda: not part(bare, "classify.input").image.isNull())


def test_a_file_that_cannot_be_read_is_named_with_the_reason_and_the_old_picture_stays(
    page, qtbot, make_picture, tmp_path, show
):
    show(make_picture())
    verdict = part(page, "classify.verdict").text()
    broken = tmp_path / "notes.jpg"
    broken.write_bytes(b"not a picture at all")
    page.open_pictures(sources(broken))
    qtbot.waitUntil(lambda: bool(messages(page)))
    assert messages(page)[0].startswith("notes.jpg cannot be read:")
    assert part(page, "classify.verdict").text() == verdict


def test_a_click_on_a_sample_gets_an_answer(page, qtbot):
    button = page.single.picture_panel.drop_area.samples.buttons[3]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._answered == 1)
    assert page.history_panel.entry(1).source.path == sample_files()[3]


def test_opened_files_are_remembered_as_recent(page, qtbot, make_picture, show):
    one, two = make_picture("1.png"), make_picture("2.png")
    show(one)
    show(two)
    assert page.context.settings.texts(RECENT)[:2] == [str(two), str(one)]


def test_a_recent_picture_is_one_click_away(page, qtbot, make_picture, show):
    show(make_picture("1.png"))
    show(make_picture("2.png"))
    menu = page.single.picture_panel._recent.menu()
    assert [action.text() for action in menu.actions()] == ["2.png", "1.png"]
    with qtbot.waitSignal(page.answers.answered):
        menu.actions()[1].trigger()
    assert page.history_panel.entry(page._number).source.name == "1.png"


def test_samples_are_not_listed_among_recent_files(page, qtbot, show):
    show(sample_files()[0])
    assert page.context.settings.texts(RECENT) == []
    assert not page.single.picture_panel._recent.isEnabled()


# History


def test_history_comes_back_to_a_picture_with_the_crop_it_had(page, qtbot, make_picture, show):
    show(make_picture("first.png"))
    view = part(page, "classify.crop")
    with qtbot.waitSignal(page.answers.answered):
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    moved = view.crop
    show(make_picture("second.png"))
    assert view.crop == CENTRE
    strip = part(page, "classify.history")
    with qtbot.waitSignal(page.answers.answered):
        strip.entry_chosen.emit(strip.entries[1])
    assert view.crop == moved
    assert [entry.source.name for entry in strip.entries] == ["second.png", "first.png"]
    assert strip.currentIndex().row() == 1


def test_history_names_verdict_and_network(page, qtbot, make_picture, show):
    show(make_picture())
    entry = page.history_panel.entry(1)
    assert entry.model == "decided"
    assert entry.headline == part(page, "classify.verdict").text().removeprefix("probably ")


def test_a_picture_that_has_gone_says_so_when_one_comes_back_to_it(page, qtbot, make_picture, show):
    path = make_picture()
    show(path)
    path.unlink()
    strip = part(page, "classify.history")
    strip.entry_chosen.emit(strip.entries[0])
    qtbot.waitUntil(lambda: bool(messages(page)))
    assert "no such file" in messages(page)[0]


def test_an_answer_that_comes_late_does_not_mark_its_picture_as_the_one_that_is_shown(page, make_picture, show):
    show(make_picture("one.png"))
    late = page.insight._answer
    show(make_picture("two.png", colour="green"))
    page.history_panel.renew(late.question, late)
    strip = part(page, "classify.history")
    assert [entry.source.name for entry in strip.entries] == ["two.png", "one.png"]
    assert strip.currentIndex().row() == 0


def test_clearing_the_history_forgets_all_and_the_picture_stays(page, qtbot, make_picture, show):
    show(make_picture())
    page.history_panel.clear_button.click()
    assert part(page, "classify.history").entries == []
    with qtbot.waitSignal(page.answers.answered):
        qtbot.keyClick(part(page, "classify.crop"), Qt.Key.Key_Right)
    assert part(page, "classify.history").entries == []
    assert part(page, "classify.verdict").text() != ""


# Random held-out pictures


def test_without_data_random_says_so_and_offers_to_get_some(bare, window, qtbot):
    bare.single.picture_panel._random.click()
    qtbot.waitUntil(lambda: window.context.messages.all != [])
    (message,) = window.context.messages.all
    assert "CIFAR-10 is not on this machine" in message.text
    assert "command line" not in message.text
    label, get_data = message.actions[0]
    assert label == "Get data"
    get_data()
    assert window.pages.current_name == "train"
    assert window.pages.page("train").middle.currentWidget().objectName() == "train.get_data"


def test_random_reads_the_data_set_of_last_time_first(page, window, qtbot, monkeypatch, tiny_data):
    monkeypatch.setattr(window.context.data, "load", lambda source, progress: tiny_data)
    window.context.settings.add_recent("data.recent", "/the/folder/of/last/time")
    with qtbot.waitSignal(page.answers.answered):
        page.single.picture_panel._random.click()
    assert "validation picture" in page.history_panel.entry(1).source.name
    assert window.context.data.current_source == "/the/folder/of/last/time"


@pytest.mark.parametrize("last", ["mine.png", "Tiny, validation picture"])
def test_the_picture_that_was_asked_for_last_is_the_one_that_is_shown(page, qtbot, make_picture, tiny_data, last):
    page.context.data.request = lambda _source: None  # a random one has to wait for the data set
    mine = [PictureSource.from_path(make_picture("mine.png"))]
    wishes = [page.single.picture_panel._random.click, lambda: page.opener.open(mine)]
    for wish in wishes if last == "mine.png" else reversed(wishes):
        wish()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    page.context.data.adopt("tiny", tiny_data)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page._shown.source.name.startswith(last)


def test_a_random_picture_that_is_waited_for_does_not_take_the_place_of_many(page, qtbot, folder, tiny_data):
    page.context.data.request = lambda _source: None
    page.single.picture_panel._random.click()
    fill_table(page, qtbot, folder)
    page.context.data.adopt("tiny", tiny_data)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert page.many.is_in_front


def test_random_shows_a_validation_picture_untouched(page, qtbot, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    with qtbot.waitSignal(page.answers.answered):
        page.single.picture_panel._random.click()
    source = page.history_panel.entry(1).source
    assert "validation picture" in source.name
    pixels = open_picture(source).pixels.transpose(2, 0, 1)
    held_out = tiny_data.split("validation").images.numpy()
    assert any((pixels == each).all() for each in held_out)


def test_a_network_that_has_learned_from_all_pictures_is_shown_none_as_held_out(
    page, window, decided_snapshot, tiny_data
):
    random = page.single.picture_panel._random
    page.context.data.adopt("tiny", tiny_data)
    assert random.isEnabled()
    card = replace(decided_snapshot.card, trained_on=tiny_data.fingerprints[3])
    window.context.models.snapshot_changed.emit(ModelSnapshot(card, decided_snapshot.weights))
    assert not random.isEnabled()
    assert random.toolTip() == "This network has learned from all training pictures of Tiny: none were held out."


# Many pictures


@pytest.fixture
def folder(make_picture, tmp_path) -> Path:
    """Twelve pictures and two files that are none, in two levels."""
    for number in range(12):
        make_picture(f"many/{number}.png", colour=["red", "green", "gold", "teal"][number % 4])
    (tmp_path / "many" / "sub").mkdir()
    (tmp_path / "many" / "sub" / "broken.png").write_bytes(b"\x89PNG broken")
    (tmp_path / "many" / "empty.jpg").write_bytes(b"")
    return tmp_path / "many"


def test_a_folder_becomes_a_table_in_which_unreadable_files_say_why_and_the_others_go_on(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    rows = page.many.table_page.model.rows
    states = {row.source.name: row.state for row in rows}
    assert len(rows) == 14
    assert states["broken.png"] == states["empty.jpg"] == "unreadable"
    assert {state for name, state in states.items() if name[0].isdigit()} <= {"confident", "unsure", "unknown"}
    assert "empty.jpg cannot be read" in next(row.problem for row in rows if row.source.name == "empty.jpg")


def test_the_table_shows_what_the_single_view_would(page, qtbot, folder, decided_snapshot):
    fill_table(page, qtbot, folder)
    for row in page.many.table_page.model.rows[:3]:
        picture = open_picture(row.source)
        alone = expected(decided_snapshot, row.source.path, centre_crop(picture.width, picture.height))
        assert row.prediction.verdict.headline == alone.verdict.headline
        assert row.prediction.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


def test_a_row_opens_in_the_single_view_and_the_table_is_still_there(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    table = part(page, "classify.table")
    place = table.visualRect(page.many.table_page.model.index(2, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page._answered > 0 and not page.many.is_in_front)
    assert page.history_panel.entry(page._number).source == page.many.table_page.model.rows[2].source
    page.single.picture_panel.table_button.click()
    assert page.many.is_in_front
    assert len(page.many.table_page.model.rows) == 14


def test_an_unreadable_row_does_not_open_but_says_why(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    row = next(row for row in page.many.table_page.model.rows if row.problem)
    page.many.table_page.row_opened.emit(row)
    assert messages(page)[0] == row.problem
    assert page.many.is_in_front


def test_the_table_filters_by_class_and_by_doubt(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    table = page.many.table_page
    table._by_state.setCurrentIndex(table._by_state.findData("unreadable"))
    assert {row.state for row in table.model.shown_rows()} == {"unreadable"}
    table._by_state.setCurrentIndex(0)
    label = next(row.prediction.label for row in table.model.rows if row.prediction)
    table._by_class.setCurrentIndex(table._by_class.findData(label))
    assert {row.prediction.label for row in table.model.shown_rows()} == {label}


def test_a_click_on_a_heading_sorts(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    header = part(page, "classify.table").horizontalHeader()
    middle = header.sectionViewportPosition(COLUMNS.index("probability")) + 20
    qtbot.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, pos=header.rect().topLeft() + type(header.pos())(middle, 8)
    )
    shown = [row.prediction.probability for row in page.many.table_page.model.shown_rows() if row.prediction]
    assert shown == sorted(shown)
    assert len(shown) == 12


def test_selected_rows_are_copied_as_tab_separated_values(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    table = part(page, "classify.table")
    table.selectRow(1)
    page.copy()
    copied = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    assert [row["picture"] for row in copied] == [page.many.table_page.model.shown_rows()[1].source.name]


def test_the_table_is_saved_with_every_probability_in_full(page, qtbot, folder, tmp_path, monkeypatch):
    fill_table(page, qtbot, folder)
    target = tmp_path / "out.csv"
    monkeypatch.setattr(saving, "ask_where_to_save", lambda *_arguments: target)
    page.save()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    saved = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert len(saved) == 14
    first = page.many.table_page.model.rows[0].prediction
    assert [float(saved[0][name]) for name in first.class_names] == list(first.probabilities)
    assert messages(page)[0].startswith("Saved out.csv: 14 pictures")
    table = page.many.table_page.table
    flags = table.selectionModel().SelectionFlag
    table.selectRow(2)  # as whoever has opened a picture comes back: one row is no choice
    page.save()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8")))) == saved
    table.clearSelection()
    for row in (1, 3):
        table.selectionModel().select(table.model().index(row, 0), flags.Select | flags.Rows)
    page.save()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    chosen = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert [row["picture"] for row in chosen] == [saved[1]["picture"], saved[3]["picture"]]


def test_a_place_that_cannot_be_written_to_is_named(page, qtbot, make_picture, tmp_path, monkeypatch, show):
    show(make_picture())
    monkeypatch.setattr(saving, "ask_where_to_save", lambda *_arguments: tmp_path / "no" / "such.csv")
    page.save()
    qtbot.waitUntil(lambda: bool(messages(page)))
    assert "such.csv could not be written" in messages(page)[0]


def test_cancelling_keeps_what_has_been_found_and_says_so(page, qtbot, make_picture):
    paths = [make_picture(f"long/{number}.png") for number in range(300)]
    page.open_pictures(sources(*paths))
    qtbot.waitUntil(lambda: page.many.table_page.batch.running)
    assert page.context.jobs.doing == "Classifying…", "what the status bar says"
    page.many.table_page.cancel_button.click()
    assert not page.many.table_page.batch.running
    assert "cancelled" in page.many.table_page._tally.text()
    assert not page.many.table_page._rearrange.isActive(), "nothing writes over that"
    assert page.many.table_page._go_on_button.width() < 200
    waiting = sum(row.state == "waiting" for row in page.many.table_page.model.rows)
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert sum(row.state == "waiting" for row in page.many.table_page.model.rows) == waiting > 0


def test_another_network_fills_the_table_anew(page, window, qtbot, folder, decided_snapshot):
    fill_table(page, qtbot, folder)
    before = [row.prediction.label for row in page.many.table_page.model.rows if row.prediction]
    other = with_classes_swapped(decided_snapshot)
    with qtbot.waitSignal(page.many.table_page.batch.ended):
        window.context.models.snapshot_changed.emit(other)
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)
    assert [row.prediction.label for row in page.many.table_page.model.rows if row.prediction] != before


def test_a_table_in_the_background_is_renewed_when_it_comes_to_the_front(
    page, window, qtbot, folder, make_picture, decided_snapshot, show
):
    fill_table(page, qtbot, folder)
    before = [row.prediction.label for row in page.many.table_page.model.rows if row.prediction]
    show(make_picture())
    window.context.models.snapshot_changed.emit(with_classes_swapped(decided_snapshot))
    assert not page.many.table_page.batch.running
    page.many.bring_to_front()
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)
    assert [row.prediction.label for row in page.many.table_page.model.rows if row.prediction] != before


def test_six_views_or_one_are_for_the_table_too(page, qtbot, folder):
    fill_table(page, qtbot, folder)
    page.show_single()
    page.single.verdict_panel._six_views.click()
    page.many.bring_to_front()
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)
    assert {row.prediction.views for row in page.many.table_page.model.rows if row.prediction} == {1}


def test_how_pictures_are_cropped_is_for_the_table_too(page, qtbot, make_picture):
    first, second = make_picture("first.png"), make_picture("second.png", colour="green")
    fill_table(page, qtbot, first, second)
    page.show_single()
    page.single.picture_panel.set_way("proposed")
    page.many.bring_to_front()
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)
    assert all(row.prediction.crops > 1 for row in page.many.table_page.model.rows)


def test_only_the_rows_that_are_shown_are_saved(page, qtbot, folder, tmp_path, monkeypatch):
    fill_table(page, qtbot, folder)
    choose_state(page, "unreadable")
    shown = page.many.table_page.model.rowCount()
    monkeypatch.setattr(saving, "ask_where_to_save", lambda *_arguments: tmp_path / "rows.csv")
    page.save()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert 0 < shown < len(page.many.table_page.model.rows)
    assert len((tmp_path / "rows.csv").read_text(encoding="utf-8").splitlines()) == 1 + shown


def test_a_new_table_shows_everything_whatever_was_filtered_before(page, qtbot, folder, make_picture):
    fill_table(page, qtbot, folder)
    choose_state(page, "unreadable")
    page.open_pictures(sources(*(make_picture(f"{number}.png") for number in range(3))))
    qtbot.waitUntil(lambda: len(page.many.table_page.model.rows) == 3)
    assert page.many.table_page.model.rowCount() == 3


def test_a_folder_without_pictures_is_refused_by_name(page, qtbot, tmp_path):
    (tmp_path / "bare").mkdir()
    page.open_pictures(sources(tmp_path / "bare"))
    qtbot.waitUntil(lambda: bool(messages(page)))
    assert messages(page)[0].startswith("There are no pictures in bare")
    assert not page.many.is_in_front


def test_a_folder_with_a_single_picture_shows_just_that(page, qtbot, make_picture, show):
    show(make_picture("one/only.png").parent)
    assert page.history_panel.entry(page._number).source.name == "only.png"


# In and out


def test_a_pasted_picture_is_classified(page, qtbot, make_picture):
    mime = QMimeData()
    mime.setData("image/png", make_picture().read_bytes())
    QGuiApplication.clipboard().setMimeData(mime)
    with qtbot.waitSignal(page.answers.answered):
        page.paste()
    assert page.history_panel.entry(1).source.name == "picture.png"


def test_nothing_is_fetched_from_the_web_before_a_visible_yes(page, window, qtbot, make_picture, monkeypatch):
    fetched: list[str] = []

    def answer(address: str, name: str, tick: object) -> PictureSource:
        fetched.append(address)
        return PictureSource.from_bytes(make_picture().read_bytes(), name)

    monkeypatch.setattr(fetch, "fetch_picture", answer)
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/cat.png")])
    QGuiApplication.clipboard().setMimeData(mime)
    window.context.actions["paste"].trigger()
    question = page.context.messages.all[0]
    assert "example.org" in question.text
    assert fetched == []
    with qtbot.waitSignal(page.answers.answered):
        question.actions[0][1]()
    assert fetched == ["https://example.org/cat.png"]
    assert messages(page) == []


def test_the_result_is_copied_with_full_precision(page, qtbot, make_picture, show):
    show(make_picture())
    page.copy()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    best = page.history_panel.entry(1).prediction.top(1)[0]
    assert lines[0] == ["picture", "picture.png"]
    assert lines[3] == [best[0], repr(best[1])]


def test_an_answer_is_copied_with_the_network_that_gave_it_though_the_next_one_is_loaded(page, make_picture, show):
    show(make_picture())
    models = page.context.models
    gave, models._loaded = models.loaded.label, replace(models.loaded, key="next", label="Next")
    page.copy()
    assert f"network\t{gave}\n" in QGuiApplication.clipboard().text()


def test_state_is_remembered_and_wrong_values_are_ignored(page):
    page.single.verdict_panel.set_six_views(on=False)
    state = page.save_state()
    page.restore_state({"six_views": "perhaps", "splitter": 7})
    assert not page.single.verdict_panel.six_views
    page.single.verdict_panel.set_six_views(on=True)
    page.restore_state(state)
    assert not page.single.verdict_panel.six_views


@pytest.mark.parametrize(
    "name",
    [f"classify.{each}" for each in ("drop", "crop", "verdict", "bars", "input", "history", "table")],
)
def test_public_parts_are_there_from_the_start_and_have_accessible_names(bare, name):
    assert part(bare, name).accessibleName()


@pytest.mark.parametrize("size", [(1024, 640), (1280, 800)])
def test_everything_fits_into_the_window(page, window, qtbot, make_picture, size, show):
    show(make_picture())
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    bars = part(page, "classify.bars")
    assert page.minimumSizeHint().height() <= page.height()
    qtbot.waitUntil(lambda: part(page, "classify.crop").crop_rectangle().width() >= 180)
    qtbot.waitUntil(lambda: bars.verticalScrollBar().maximum() == 0)


@pytest.mark.skipif("CIFAR_GUI_TEST_PHOTOS" not in os.environ, reason="CIFAR_GUI_TEST_PHOTOS names no folder")
def test_a_folder_of_photos_is_classified_without_a_problem(page, qtbot):
    folder = Path(os.environ["CIFAR_GUI_TEST_PHOTOS"])
    fill_table(page, qtbot, folder)
    assert [row.problem for row in page.many.table_page.model.rows if row.problem] == []
    assert page.many.table_page.model.rows[0].prediction.crop == centre_crop(500, 375)
