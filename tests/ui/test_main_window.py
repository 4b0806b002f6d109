"""The window as a whole: its pages, keys, menus and drops, and what waits for PyTorch."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDropEvent, QGuiApplication, QImage, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMenu, QWidget

from cifar_gui.app import create_window
from cifar_gui.errors import CifarGuiError
from cifar_gui.training.events import Resumed
from cifar_gui.ui import main_window
from cifar_gui.ui.actions import ACTIONS
from cifar_gui.ui.dialogs import shortcuts
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.theme import theme
from cifar_gui.ui.train.page import TrainPage


def menu_actions(window) -> list[QAction]:
    found = []
    for top in window.menuBar().actions():
        stack = [top.menu()]
        while stack:
            for action in stack.pop().actions():
                if isinstance(action.menu(), QMenu):
                    stack.append(action.menu())
                elif not action.isSeparator():
                    found.append(action)
    return found


@pytest.mark.parametrize("name", PAGES.names())
def test_every_page_can_be_shown_by_name_rail_and_key(window, qtbot, name) -> None:
    page = window.show_page(name)
    assert page.objectName() == f"page.{name}"
    assert window.findChild(QWidget, f"page.{name}") is page
    assert window.pages.currentWidget() is page
    other = next(each for each in PAGES.names() if each != name)
    window.show_page(other)
    window.rail.button(name).click()
    assert window.pages.current_name == name
    window.show_page(other)
    window.context.actions[f"page.{name}"].trigger()
    assert window.pages.current_name == name
    assert window.rail.button(name).isChecked()
    assert window.context.actions[f"page.{name}"].shortcut() == QKeySequence(f"Ctrl+{PAGES.names().index(name) + 1}")


def test_a_page_built_after_data_has_been_loaded_shows_it(window, tiny_data) -> None:
    window.context.data.adopt("/somewhere", tiny_data)
    assert window.show_page("train").live.wall.text().startswith("16 pictures")


def test_while_a_page_is_built_the_window_says_so_and_if_that_fails_shows_what_it_showed(window, monkeypatch) -> None:
    seen: list[tuple[str, bool]] = []
    told = window.pages._placeholder.title_label.text
    monkeypatch.setattr(window, "repaint", lambda: seen.append((told(), window.rail.button("runs").isChecked())))
    classify = window.show_page("classify")
    seen.clear()
    with monkeypatch.context() as patched:
        patched.setattr(window.pages, "_build", lambda _name: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            window.show_page("runs")
    assert window.pages.currentWidget() is classify
    assert window.rail.button("classify").isChecked()
    window.show_page("runs")
    window.show_page("classify")
    window.show_page("runs")
    assert seen == [("Opening Runs…", True)] * 2, "once for each time that it is built"


def test_an_unknown_page_is_named_with_those_there_are(window) -> None:
    with pytest.raises(CifarGuiError, match="classify"):
        window.show_page("nonsense")


def test_the_menu_ticks_the_page_in_front(window) -> None:
    for name in ("runs", "classify"):
        window.show_page(name)
        assert [each for each in PAGES.names() if window.context.actions[f"page.{each}"].isChecked()] == [name]


def test_public_names_are_there(window) -> None:
    for name in ("navigation", "model.chooser", "message.bar", "status.progress", "page.classify"):
        assert window.findChild(QWidget, name) is not None, name


def test_every_action_is_in_a_menu_with_mnemonic_icon_and_tip(window) -> None:
    actions = menu_actions(window)
    assert {action.objectName() for action in actions} >= {f"action.{name}" for name in ACTIONS}
    for action in actions:
        assert "&" in action.text(), action.text()
        assert not action.icon().isNull(), action.text()
        assert action.statusTip(), action.text()


def test_mnemonics_and_keys_are_not_given_twice(window) -> None:
    for top in window.menuBar().actions():
        letters = [a.text()[a.text().index("&") + 1].lower() for a in top.menu().actions() if not a.isSeparator()]
        assert len(letters) == len(set(letters)), top.text()
    keys = [key.toString() for action in menu_actions(window) for key in action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_disabled_actions_say_why(window, qtbot) -> None:
    stop = window.context.actions["stop"]
    assert not stop.isEnabled()
    assert stop.statusTip() == "No run is under way"


def drop(window, mime: QMimeData) -> None:
    """With Shift, as a move: what is dropped must stay where it is all the same."""
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    event = QDropEvent(QPointF(5, 5), both, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier)
    window.dropEvent(event)
    assert (event.isAccepted(), event.dropAction()) == (True, Qt.DropAction.CopyAction)


@pytest.fixture
def opened(window, monkeypatch) -> list:
    """What the Classify page is given."""
    given: list = []
    monkeypatch.setattr(window.pages.page("classify"), "open_pictures", given.extend)
    return given


def test_pictures_dropped_anywhere_go_to_classify(window, opened, tmp_path: Path) -> None:
    file = tmp_path / "cat.png"
    QImage(8, 8, QImage.Format.Format_RGB32).save(str(file))
    window.show_page("network" if "network" in PAGES else PAGES.names()[-1])
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    drop(window, mime)
    assert window.pages.current_name == "classify"
    assert [source.path for source in opened] == [file]


def test_a_picture_is_pasted_from_the_clipboard(window, opened) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    window.context.actions["paste"].trigger()
    assert len(opened) == 1
    assert opened[0].content


def test_what_cannot_be_used_is_refused_with_the_reason(window, opened) -> None:
    mime = QMimeData()
    mime.setText("no picture at all")
    drop(window, mime)
    assert opened == []
    assert "no picture at all" in window.message_bar.text()


@pytest.mark.parametrize(
    "name", ["set/", "archive.tar.gz", "ARCHIVE.TAR.GZ", "archive.tgz", "archive.tar", "archive.zip"]
)
def test_folders_and_archives_dropped_on_train_stay_there(window, opened, tmp_path: Path, monkeypatch, name) -> None:
    """Also one that is no data set: that is said where data sets are chosen."""
    path = tmp_path / name
    path.mkdir() if name.endswith("/") else path.touch()
    given: list[str] = []
    page = window.show_page("train")
    monkeypatch.setattr(page, "get_data", given.append)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    drop(window, mime)
    assert given == [str(path)]
    assert opened == []
    assert window.pages.current_name == "train"


def test_a_picture_dropped_on_train_is_classified(window, opened, make_picture) -> None:
    window.show_page("train")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(make_picture()))])
    drop(window, mime)
    assert [source.name for source in opened] == ["picture.png"]


def test_start_on_a_fresh_machine_shows_the_ways_to_data(window, qtbot) -> None:
    window.context.actions["start"].trigger()
    qtbot.waitUntil(lambda: window.pages.current_name == "train")
    page = window.pages.page("train")
    assert page.middle.currentWidget() is page.middle.cards
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    assert window.context.session.state == "idle"
    assert window.message_bar.text() == ""


@pytest.mark.parametrize("end", ["cancelled", "failed", "loaded"])
def test_an_import_that_has_ended_leaves_no_trace_in_the_status_bar(window, tiny_data, end) -> None:
    data = window.context.data
    data.progress.emit(0.4, "Reading pictures…")
    assert window.activity.text() == "Reading pictures…"
    getattr(data, end).emit(*{"failed": ["The archive is torn."], "loaded": [tiny_data]}.get(end, []))
    assert window.activity.text() == "Ready"


def test_start_works_from_any_page(window, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(window.pages.page("train"), "start_training", lambda: started.append(True))
    window.show_page("classify")
    window.context.actions["start"].trigger()
    assert started == [True]
    assert QKeySequence("F5") in window.context.actions["start"].shortcuts()
    assert QKeySequence("Shift+F5") in window.context.actions["stop"].shortcuts()


@pytest.mark.parametrize(
    ("name", "words"), [("shortcuts", ["Ctrl+O", "F5"]), ("about", ["torch", "PySide6-Essentials"])]
)
def test_help_dialogs_say_what_they_are_for(window, name, words) -> None:
    window.context.actions[name].trigger()
    dialog = next(each for each in window.findChildren(QDialog) if not each.isHidden())
    text = " ".join(label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text"))
    assert all(word in text for word in words)
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Close).click()
    assert dialog.isHidden()


def test_the_key_list_follows_the_menus_and_leaves_out_keys_that_few_keyboards_have(window) -> None:
    groups = shortcuts(window.menuBar(), window.context.actions)
    assert [name for name, _rows in groups][:6] == ["File", "Edit", "View", "Model", "Train", "Help"]
    rows = {name: dict(rows) for name, rows in groups}
    assert rows["File"]["Open pictures…"] == "Ctrl+O"  # and not "Ctrl+O, Open"
    assert rows["View"]["1 Classify"] == "Ctrl+1"
    assert rows["Help"]["Explain this"] == "F1"
    window.show_page("runs")  # whose own actions stand in no menu
    groups = shortcuts(window.menuBar(), window.context.actions)
    assert (groups[-1][0], dict(groups[-1][1])["Rename"]) == ("On the pages", "F2")
    assert all(keys for own in rows.values() for keys in own.values())


def test_settings_that_cannot_be_read_are_told_about(qtbot, home: Path) -> None:
    (home / "settings").mkdir(parents=True)
    (home / "settings" / "window.json").write_text("{broken")
    window = create_window()
    try:
        assert "window.json.bad" in window.message_bar.text()
    finally:
        window.close_now()
        window.deleteLater()


def test_what_has_changed_is_written_now_and_then_whatever_happens_to_the_process(qtbot, home: Path, monkeypatch):
    monkeypatch.setattr(main_window, "_REMEMBERED_MS", 1)
    file = home / "settings" / "window.json"
    window = create_window()
    try:
        window.context.settings.add_recent("pictures.recent", "frog.png")
        qtbot.waitUntil(lambda: file.is_file() and "frog.png" in file.read_text())
    finally:
        window.close_now()
        window.deleteLater()


def test_a_page_asked_for_before_pytorch_is_there_waits(qtbot) -> None:
    window = create_window()  # never painted, so the warm-up has not begun
    try:
        window.pages.request("train")
        assert window.pages.current_name == "train"
        assert window.rail.button("train").isChecked()
        assert window.pages.built("train") is None
        window.pages.on_torch_ready()
        assert window.pages.built("train") is window.pages.currentWidget()
    finally:
        window.close_now()
        window.deleteLater()


def test_a_page_that_waits_gives_way_to_the_next_one_shown(qtbot) -> None:
    window = create_window()  # never painted, so the warm-up has not begun
    try:
        window.pages.request("train")
        window.show_page("classify")
        window.pages.on_torch_ready()
        assert window.pages.current_name == "classify"
        assert window.pages.built("train") is None
    finally:
        window.close_now()
        window.deleteLater()


@pytest.mark.parametrize(("action", "method"), [("start", "start_training"), ("get_data", "get_data")])
def test_what_needs_a_page_before_pytorch_is_there_waits_for_both(qtbot, monkeypatch, action, method) -> None:
    done = []
    monkeypatch.setattr(TrainPage, method, lambda *_arguments: done.append(method))
    window = create_window()  # never painted, so the warm-up has not begun
    try:
        window.context.actions[action].trigger()
        assert (window.pages.current_name, window.pages.built("train"), done) == ("train", None, [])
        window.pages.on_torch_ready()
        assert window.pages.built("train") is window.pages.currentWidget()
        assert done == [method]
        window.pages.on_torch_ready()
        assert done == [method], "once"
    finally:
        window.close_now()
        window.deleteLater()


def test_pages_hear_when_they_come_and_go_and_of_everything_there_is_to_know(
    window, monkeypatch, tiny_data, decided_snapshot
) -> None:
    heard: list[str] = []
    page = window.show_page("train")
    for name in ("page_shown", "page_hidden", "on_theme", "on_data", "on_model", "on_event"):
        monkeypatch.setattr(page, name, lambda *_given, name=name: heard.append(name))

    def heard_of(do) -> list[str]:
        heard.clear()
        do()
        return heard[:]

    assert heard_of(lambda: window.show_page("train")) == []
    assert heard_of(lambda: window.show_page("classify")) == ["page_hidden"]
    assert heard_of(lambda: window.show_page("train")) == ["page_shown"]
    assert heard_of(lambda: theme().set_look(scheme="dark")) == ["on_theme"]
    assert heard_of(lambda: window.context.data.adopt("/somewhere", tiny_data)) == ["on_data"]
    assert heard_of(lambda: window.context.models.snapshot_changed.emit(decided_snapshot)) == ["on_model"]
    assert heard_of(lambda: window.context.session.event.emit(Resumed(1))) == ["on_event"]
    assert heard_of(window.close_now) == ["page_hidden"]


def test_a_window_is_closed_once(window, qtbot) -> None:
    closed: list[bool] = []
    window.closed.connect(lambda: closed.append(True))
    window.close_now()
    window.close_now()
    assert window.isHidden()
    assert closed == [True]


def test_the_model_chooser_does_not_begin_with_the_keyboard(window) -> None:
    assert not window.chooser.hasFocus()


def test_a_page_is_finished_once_and_only_when_it_has_been_seen(window, qtbot) -> None:
    finished: list[bool] = []
    page = Page(window.context)
    qtbot.addWidget(page)
    page.finish = lambda: finished.append(True)  # type: ignore[method-assign]
    page.grab()
    qtbot.wait(1)
    assert finished == [], "painted, but not shown"
    seen = Page(window.context)
    qtbot.addWidget(seen)
    seen.finish = lambda: finished.append(True)  # type: ignore[method-assign]
    seen.show()
    qtbot.waitUntil(lambda: finished == [True])
    seen.repaint()
    qtbot.wait(1)
    assert finished == [True]


def test_a_layer_of_the_chosen_model_can_be_looked_at_from_elsewhere(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None)
    window.context.show_filters("blocks.1.conv2")
    page = window.pages.built("filters")
    assert window.pages.current_name == "filters"
    qtbot.waitUntil(lambda: page.layers.chosen is not None and window.context.jobs.idle)
    assert page.layers.chosen.name == "blocks.1.conv2"
    window.show_page("network")
    window.context.show_filters("")
    assert (window.pages.current_name, page.layers.chosen.name) == ("filters", "blocks.1.conv2")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
