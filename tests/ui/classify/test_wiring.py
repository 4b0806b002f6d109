"""What the Classify page's parts do to each other, in the window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.held_out import none_held_out
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CheckpointError
from cifar_gui.ui.classify import file_dialogs, many, saving
from cifar_gui.ui.classify.page import RECENT, ClassifyPage
from cifar_gui.ui.widgets.mime import Dropped


@pytest.fixture
def folder(make_picture) -> Path:
    for number in range(3):
        picture = make_picture(f"folder/{number}.png")
    return picture.parent


def copy_of(snapshot: ModelSnapshot, title: str = "") -> ModelSnapshot:
    """The same network, read again; another one if it has a title."""
    return ModelSnapshot(replace(snapshot.card, title=title or snapshot.card.title), snapshot.weights)


def fill(page: ClassifyPage, qtbot: Any, folder: Path) -> None:
    """A table of the pictures in a folder, all answered."""
    page.open_pictures([PictureSource.from_path(folder)])
    qtbot.waitUntil(lambda: page.many.is_in_front and not page.many.table_page.batch.running)


def texts(page: ClassifyPage) -> list[str]:
    return [message.text for message in page.context.messages.all]


@pytest.mark.parametrize("kind", ["open", "folder", "paste"])
def test_each_button_leads_to_a_picture(page, qtbot, make_picture, monkeypatch, kind):
    picture = PictureSource.from_path(make_picture())
    monkeypatch.setattr(file_dialogs, "ask_for_pictures", lambda *_arguments: [picture] if kind == "open" else [])
    monkeypatch.setattr(file_dialogs, "ask_for_folder", lambda *_arguments: [picture] if kind == "folder" else [])
    monkeypatch.setattr(
        "cifar_gui.ui.classify.page.picture_sources", lambda _mime: Dropped((picture,) if kind == "paste" else ())
    )
    panel = page.single.picture_panel
    with qtbot.waitSignal(page.answers.answered):
        {"open": panel.open_button, "folder": panel._folder, "paste": panel._paste}[kind].click()
    assert page.history_panel.entry(1).source == picture


def test_nothing_happens_if_the_user_thinks_better_of_it(page, qtbot, monkeypatch):
    monkeypatch.setattr(file_dialogs, "ask_for_pictures", lambda *_arguments: [])
    page.single.picture_panel.open_button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert (texts(page), page.history_panel.entry(1)) == ([], None)


def test_a_single_result_is_copied_and_saved_by_its_buttons(page, qtbot, make_picture, monkeypatch, tmp_path, show):
    picture = make_picture("grün.png")
    asked: list[str] = []
    monkeypatch.setattr(
        saving, "ask_where_to_save", lambda _parent, _title, name, _kinds: asked.append(name) or tmp_path / "one.csv"
    )
    page.save()
    assert asked == [], "there is nothing to save yet"
    assert page.window().status.tip.text() == "Nothing is saved: there is no answer yet."
    page.copy()
    assert page.window().status.tip.text() == "Nothing is copied: there is no answer yet."
    page._tip_ends.timeout.emit()
    assert page.window().status.tip.text() == "", "not for ever: something may have been copied since"
    show(picture)
    page.single.verdict_panel.copy_button.click()
    assert QGuiApplication.clipboard().text().startswith("picture\tgrün.png\n")
    page.single.verdict_panel.export_button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    rows = (tmp_path / "one.csv").read_bytes().decode("utf-8").splitlines()
    assert (len(rows), rows[1].split(",")[:2]) == (2, ["grün.png", str(picture)])
    assert [Path(name).name for name in asked] == ["verdicts.csv"]


def test_the_rows_of_the_table_are_copied_and_saved_by_its_buttons_and_one_goes_back_from_it(
    page, qtbot, folder, monkeypatch, tmp_path
):
    fill(page, qtbot, folder)
    table = page.many.table_page
    for take in (
        table.copy_button.click,
        lambda: qtbot.keyClick(table.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier),
    ):
        QGuiApplication.clipboard().clear()
        take()
        assert len(QGuiApplication.clipboard().text().splitlines()) == 4
    monkeypatch.setattr(saving, "ask_where_to_save", lambda *_arguments: tmp_path / "rows.csv")
    table.export_button.click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert texts(page)[0].startswith("Saved rows.csv: 3 pictures: ")
    table._by_class.addItem("nothing is called so", "nothing is called so")
    table._by_class.setCurrentIndex(table._by_class.count() - 1)
    (tmp_path / "rows.csv").unlink()
    for act, told in ((table.export_button.click, "Nothing is saved"), (table.copy_button.click, "Nothing is copied")):
        act()
        assert page.window().status.tip.text() == f"{told}: the table shows no pictures."
    assert not (tmp_path / "rows.csv").exists()
    table.back_button.click()
    assert not page.many.is_in_front


def test_the_keys_of_the_table_work_as_soon_as_it_comes_to_the_front(page, qtbot, folder, window):
    fill(page, qtbot, folder)
    table = page.many.table_page.table
    assert window.focusWidget() is table
    page.show_single()
    page.single.picture_panel.open_button.setFocus()
    page.single.picture_panel.table_button.click()
    assert window.focusWidget() is table


def test_a_table_is_asked_about_once_and_again_only_for_another_network(page, window, qtbot, folder, decided_snapshot):
    table, started = page.many.table_page, []
    start = table.batch.start
    table.batch.start = lambda sources, asking: started.append(asking.six_views) or start(sources, asking)
    page.single.verdict_panel._six_views.click()
    fill(page, qtbot, folder)
    assert {row.prediction.views for row in table.model.rows} == {1}
    page.show_single()
    page.many.bring_to_front()
    assert started == [False]
    for name, asked in (("other", 1), ("", 1), ("other", 2)):  # "": the one that has answered, read again
        page.show_single()
        window.context.models.snapshot_changed.emit(copy_of(decided_snapshot, name))
        assert len(started) == 1, "not before the table comes to the front"
        for _ in range(2 if (name, asked) != ("other", 1) else 0):
            page.many.bring_to_front()
            page.show_single()
        assert started == [False] * asked
    qtbot.waitUntil(lambda: not table.batch.running)


def test_a_table_behind_another_page_waits_until_it_can_be_seen(page, window, qtbot, folder, decided_snapshot):
    fill(page, qtbot, folder)
    window.show_page("convolution")
    window.context.models.snapshot_changed.emit(copy_of(decided_snapshot, "other"))
    assert not page.many.table_page.batch.running
    window.show_page("classify")
    assert page.many.table_page.batch.running
    qtbot.waitUntil(lambda: not page.many.table_page.batch.running)


def test_there_is_a_way_back_to_the_table_once_there_is_one(page, qtbot, folder, make_picture, show):
    show(make_picture("one.png"))
    button = page.single.picture_panel.table_button
    assert not button.isVisible()
    fill(page, qtbot, folder)
    page.show_single()
    assert button.isVisible()


def test_a_table_whose_network_has_gone_waits_and_takes_no_answer_that_was_under_way(page, qtbot, make_picture):
    paths = [make_picture(f"long/{number}.png") for number in range(150)]
    page.open_pictures([PictureSource.from_path(path) for path in paths])
    table = page.many.table_page
    qtbot.waitUntil(lambda: table.batch.running)
    page.on_model(None)
    page.many.ask_with(None)
    assert (table.batch.running, table.cancel_button.isVisible(), table._go_on_button.isVisible()) == (False,) * 3
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert {row.state for row in table.model.rows} == {"waiting"}
    assert table._tally.text() == "150 pictures: 150 waiting · the answers follow when the network is loaded"


def test_the_keyboard_stands_where_one_would_go_on(page, window, qtbot, make_picture, show):
    window.activateWindow()
    panel = page.single.picture_panel
    panel.open_button.setFocus()
    show(make_picture("one.png"))
    assert window.focusWidget() is panel.crop_view, "its keys move the frame"
    panel.open_button.setFocus()
    panel.side.crop.setCurrentIndex(panel.side.crop.findData("own"))
    assert window.focusWidget() is panel.crop_view
    panel.views.button("paint").click()
    assert window.focusWidget() is page.insight.paint_panel.canvas
    panel.views.button("why").click()
    qtbot.waitUntil(lambda: page.context.jobs.idle)
    panel.open_button.setFocus()
    show(make_picture("two.png", colour="green"))
    assert (panel.view, window.focusWidget()) == ("why", panel.open_button), "the frame is not in sight"


def test_who_walks_through_the_history_by_keys_stays_in_it(page, window, qtbot, make_picture, show):
    window.activateWindow()
    strip = page.history_panel.strip
    for name in ("one.png", "two.png"):
        show(make_picture(name))
    strip.setFocus()
    strip.activated.emit(strip.model().index(1, 0))
    qtbot.waitUntil(lambda: page._number == 1)
    assert window.focusWidget() is strip


def test_the_line_that_was_remembered_is_drawn_for_all_that_there_is(page, qtbot, folder, make_picture, show):
    def states() -> list[str]:
        shown = [page.single.verdict_panel.prediction, page.history_panel.entry(1).prediction]
        return [each.verdict.confidence for each in shown] + [row.state for row in page.many.table_page.model.rows]

    show(make_picture("one.png"))
    fill(page, qtbot, folder)
    share = page.single.verdict_panel.prediction.probability
    least = next(line for line in (0.5, 0.6, 0.7, 0.8, 0.9, 0.99) if abs(line - share) > 0.01)
    before = states()
    page.restore_state({"sure_from": 0.99 if share < 0.99 else least})
    page.restore_state({"sure_from": 0.5})
    assert page.many.table_page.sure.value == page.single.verdict_panel.sure.value == 0.5
    sure = [row.prediction.probability >= 0.5 for row in page.many.table_page.model.rows]
    wanted = ["confident" if each else state for each, state in zip([share >= 0.5] * 2 + sure, before, strict=True)]
    assert states() == wanted


def test_what_a_lesson_has_changed_is_asked_again_as_before_it(page, qtbot, make_picture, show):
    show(make_picture("one.png"))
    panel, bring_back = page.single.verdict_panel, page.keep()
    panel._six_views.click()
    qtbot.waitUntil(lambda: panel.prediction.views == 1)
    bring_back()
    assert panel.six_views
    qtbot.waitUntil(lambda: panel.prediction.views == 6)


def test_what_the_network_sees_is_there_for_the_other_pages(page, qtbot, make_picture, show):
    told = []
    page.context.picture.changed.connect(lambda: told.append(page.context.picture.name))
    for name in ("one.png", "two.png"):
        show(make_picture(name, colour="green"))
        qtbot.waitUntil(lambda: page.context.jobs.idle)
    assert told == ["one.png", "two.png"]
    assert page.context.picture.image == page.single.picture_panel.input_view.image


def test_the_drop_zone_is_lit_while_something_is_held_over_the_page(page):
    zone, dark = page.single.picture_panel.drop_area, page.single.picture_panel.drop_area.grab().toImage()
    mime = QMimeData()
    mime.setText("words")
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for target in (page, zone):
        entered = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, left, none)
        target.dragEnterEvent(entered)
        assert zone.grab().toImage() != dark
        target.dragLeaveEvent(QDragLeaveEvent())
        assert zone.grab().toImage() == dark


def test_what_takes_long_can_be_asked_in_the_quickest_way(page, qtbot, folder):
    fill(page, qtbot, folder)
    table = page.many.table_page
    table.batch.progressed.emit(1, 3, 61.0)
    assert table._quicker_button.isVisible()
    table._quicker_button.click()
    qtbot.waitUntil(lambda: not table.batch.running)
    assert {(row.prediction.views, row.prediction.crops) for row in table.model.rows} == {(1, 1)}
    assert (page.single.verdict_panel.six_views, page.single.picture_panel.way) == (False, "centre")
    assert "asked once about the middle" in texts(page)[-1]
    table.batch.progressed.emit(1, 3, 61.0)
    assert not table._quicker_button.isVisible(), "it could not be quicker"


def test_who_wants_it_quicker_finds_the_single_picture_answered_as_its_switch_says(
    page, qtbot, folder, make_picture, show
):
    show(make_picture("one.png"))
    panel = page.single.verdict_panel
    assert panel.prediction.views == 6
    fill(page, qtbot, folder)
    page.many.quicker_wanted.emit()
    qtbot.waitUntil(lambda: panel.prediction.views == 1)
    page.show_single()
    assert not panel.six_views


@pytest.mark.parametrize(("group", "limit", "asked"), [("live", 2, False), ("live", 3, True), ("runs", 2, True)])
def test_only_large_tables_do_not_follow_live(
    page, window, qtbot, folder, decided_snapshot, monkeypatch, group, limit, asked
):
    models, table = window.context.models, page.many.table_page
    fill(page, qtbot, folder)
    monkeypatch.setattr(many, "LARGEST_LIVE_TABLE", limit)
    models.current = models._loaded = replace(models.current, group=group)
    for name, running in (("first", True), ("second", asked)):  # answers of another network were there: first new ones
        models.snapshot_changed.emit(copy_of(decided_snapshot, name))
        assert table.batch.running == running
        qtbot.waitUntil(lambda: not table.batch.running)
    assert ("an earlier epoch" in table._tally.text()) != asked


def test_the_classes_of_the_network_are_shown_before_there_is_a_picture(page, decided_snapshot):
    model = page.single.verdict_panel.bars.model()
    shown = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert shown == [f"{name}, –" for name in decided_snapshot.card.class_names]


def test_a_network_that_cannot_be_used_is_told_and_gives_no_answer(page, qtbot, make_picture, show):
    show(make_picture())
    page.answers.refused.emit(CheckpointError("The weights do not fit."))
    assert texts(page) == ["The weights do not fit."]
    assert page.single.verdict_panel.reason.text() == "There is no answer: this network cannot be used."
    assert page.single.verdict_panel.verdict.text() == ""


def test_the_answer_is_promised_while_the_network_is_being_loaded(page, qtbot, make_picture):
    page.context.models.snapshot = None
    page.on_model(None)
    show_reason = page.single.verdict_panel.reason.text()
    assert show_reason == "The answer follows when the network is loaded."


def test_a_page_that_is_hidden_while_pytorch_is_loading_waits_for_it_when_it_is_shown_again(bare, qtbot, make_picture):
    ready = [False]
    bare.context = replace(bare.context, torch_ready=lambda: ready[0])
    bare.page_shown()
    assert not bare._until_ready.isActive(), "there is nothing to wait for"
    bare.open_pictures([PictureSource.from_path(make_picture())])
    qtbot.waitUntil(lambda: not bare.single.picture_panel.drop_area.is_inviting)
    assert bare._until_ready.isActive()
    bare.page_hidden()
    assert not bare._until_ready.isActive()
    ready[0] = True
    bare.page_shown()
    qtbot.waitUntil(lambda: not bare.single.picture_panel.input_view.image.isNull())
    assert not bare._until_ready.isActive()


def test_a_page_whose_picture_is_answered_waits_for_nothing(page, qtbot, make_picture, show):
    show(make_picture())
    page.page_shown()
    assert not page._until_ready.isActive()


def test_what_is_known_when_the_page_is_built_is_shown_at_once(window, qtbot, tiny_data, make_picture):
    train, validation, test = tiny_data.counts
    window.context.settings.add_recent(RECENT, str(make_picture("recent.png")))
    window.context.data.adopt("tiny", replace(tiny_data, counts=(train + validation, 0, test)))
    other = ClassifyPage(window.context)
    qtbot.addWidget(other)
    panel = other.single.picture_panel
    assert [action.text() for action in panel._recent.menu().actions()] == ["recent.png"]
    assert panel._random.toolTip() == none_held_out("Tiny")


def test_a_random_picture_that_could_not_be_had_does_not_come_later_by_itself(bare, window, qtbot, tiny_data):
    window.context.data.failed.emit("Another part wanted data.")
    assert texts(bare) == []
    bare.single.picture_panel._random.click()
    qtbot.waitUntil(lambda: bool(texts(bare)))
    before = texts(bare)
    window.context.data.failed.emit("Another part wanted data.")
    assert texts(bare) == before
    window.context.data.adopt("tiny", tiny_data)
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert bare.history_panel.entry(1) is None


def test_a_random_picture_that_was_waited_for_comes_once(page, window, qtbot, monkeypatch, tiny_data):
    monkeypatch.setattr(window.context.data, "load", lambda source, progress: tiny_data)
    with qtbot.waitSignal(page.answers.answered):
        page.single.picture_panel._random.click()
    window.context.data.adopt("again", tiny_data)
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert page.history_panel.entry(2) is None


@pytest.mark.parametrize("where", ["classify.drop", "page.classify"])
def test_the_drop_zone_goes_dark_when_something_was_dropped(page, window, where):
    zone, target = page.single.picture_panel.drop_area, window.findChild(object, where)
    zone.light_up(on=True)
    mime = QMimeData()
    mime.setText("words")
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, left, none))
    after = zone.grab().toImage()
    zone.light_up(on=True)
    assert zone.grab().toImage() != after
    zone.light_up(on=False)
    assert zone.grab().toImage() == after


def test_another_zoom_and_another_height_are_followed_by_the_history(page, window):
    heights = []
    for height in (900, 560):
        page.resize(1000, height)
        heights.append(page.history_panel.strip.sizeHint().height())
    assert heights[0] > heights[1]
