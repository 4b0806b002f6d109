"""What the menus' actions do and when they may be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from cifar_gui import paths
from cifar_gui.app import create_window
from cifar_gui.ui import main_window
from cifar_gui.ui.actions import ACTIONS
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.theme import SCHEMES


class Answering:
    """In place of the file dialogs: notes the folder that each begins with, and answers as if it had been chosen."""

    def __init__(self, monkeypatch) -> None:
        self.answer = ""
        self.began_in: list[str] = []
        monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *given: ([self._of(given)] * bool(self.answer), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *given: (self._of(given), ""))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: self._of(given))

    def _of(self, given: tuple) -> str:
        self.began_in.append(given[2])
        return self.answer


@pytest.fixture
def dialogs(monkeypatch) -> Answering:
    return Answering(monkeypatch)


@pytest.mark.parametrize(("action", "name"), [("open", "cat.png"), ("open_folder", "cats")])
def test_what_is_chosen_is_classified_and_the_next_dialog_begins_beside_it(
    window, dialogs, monkeypatch, tmp_path, action, name
) -> None:
    given: list = []
    monkeypatch.setattr(window.pages.page("classify"), "open_pictures", given.extend)
    window.show_page("runs")
    window.context.actions[action].trigger()
    assert (given, window.pages.current_name) == ([], "runs"), "nothing was chosen"
    dialogs.answer = str(tmp_path / name)
    window.context.actions[action].trigger()
    assert [(source.name, source.path) for source in given] == [(name, tmp_path / name)]
    assert window.pages.current_name == "classify"
    window.context.actions["open_model"].trigger()
    assert dialogs.began_in == ["", "", str(tmp_path)]


def test_the_tour_and_the_experiments_begin_from_the_help_menu_whatever_is_shown(window, qtbot) -> None:
    actions = window.context.actions
    actions["tour"].trigger()
    page = window.pages.built("convolution")
    assert window.pages.current_name == "convolution"
    assert (page.guide.isVisible(), page.guide.counter.text()) == (True, "1 of 8")
    page.end_guide()
    page.views.button("network").click()
    page._columns.tabs.setCurrentWidget(page.settings)
    window.show_page("runs")
    actions["experiments"].trigger()
    assert (window.pages.current_name, page.views.current) == ("convolution", "operator")
    assert window.focusWidget() is page.input_panel.experiments[0]
    qtbot.waitUntil(lambda: not page.input_panel.experiments[0].visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: window.context.jobs.idle)


def test_a_model_file_is_chosen_in_a_dialog(window, dialogs, qtbot, decided_model) -> None:
    before = window.context.models.current
    window.context.actions["open_model"].trigger()
    assert window.context.models.current == before, "nothing was chosen"
    dialogs.answer = str(decided_model)
    window.context.actions["open_model"].trigger()
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None and window.context.jobs.idle)
    assert window.context.models.current.path == decided_model


@pytest.mark.parametrize("name", PAGES.names())
@pytest.mark.parametrize("verb", ["copy", "save"])
def test_copy_and_save_are_those_of_the_page_in_front(window, monkeypatch, name, verb) -> None:
    action, does = window.context.actions[verb], []
    page = window.show_page(name)
    can = getattr(type(page), verb) is not getattr(Page, verb)
    assert action.isEnabled() == can
    assert action.statusTip() == (ACTIONS[verb].tip if can else f"There is nothing to {verb} on this page")
    for each in ("copy", "save"):
        monkeypatch.setattr(page, each, lambda each=each: does.append(each))
    action.trigger()
    assert does == [verb] * can


def test_the_log_folder_is_made_and_opened(window, monkeypatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window.context.actions["open_log"].trigger()
    assert paths.logs().is_dir()
    assert [Path(each) for each in opened] == [paths.logs()]


def test_the_chooser_is_opened_by_its_action(window, monkeypatch) -> None:
    opened: list[bool] = []
    monkeypatch.setattr(window.chooser, "showMenu", lambda: opened.append(True))
    window.context.actions["choose_model"].trigger()
    assert opened == [True]


@pytest.mark.parametrize(("answer", "closed"), [("stay", False), ("stop", True)])
def test_quit_asks_like_the_window_itself(window, monkeypatch, answer, closed) -> None:
    monkeypatch.setattr(main_window, "ask_before_closing", lambda _parent, paused: answer)
    window.context.session._set_state("running")
    window.context.actions["quit"].trigger()
    window.context.session._set_state("idle")
    assert window.isHidden() == closed


@pytest.mark.parametrize(
    ("state", "enabled", "why_not"),
    [
        ("idle", {"start", "one_more"}, "No run is under way"),
        ("starting", {"stop", "watch_live"}, "The run is starting or stopping"),
        ("running", {"pause", "stop", "one_more", "watch_live"}, "A run is under way: stop it first"),
        ("paused", {"start", "pause", "stop", "one_more", "watch_live"}, ""),
        ("stopping", {"watch_live"}, "The run is starting or stopping"),
    ],
)
def test_what_can_be_done_depends_on_the_training_and_the_tips_say_why(window, state, enabled, why_not) -> None:
    actions = window.context.actions
    window.context.session._set_state(state)
    names = ("start", "pause", "stop", "one_more", "watch_live")
    assert {name for name in names if actions[name].isEnabled()} == enabled
    assert all(actions[name].statusTip() == actions[name].toolTip() == ACTIONS[name].tip for name in enabled)
    said = {actions[name].statusTip() for name in names if name not in enabled and name != "start"}
    assert said <= {why_not}
    if "start" not in enabled:
        assert actions["start"].statusTip() == "A run is under way: stop it first"
    window.context.session._set_state("idle")


def test_every_action_with_keys_has_one_on_this_platform(window) -> None:
    assert [name for name, text in ACTIONS.items() if text.keys and not window.context.actions[name].shortcuts()] == []


def test_several_folders_and_folders_dropped_elsewhere_are_pictures_to_classify(window, monkeypatch, tmp_path) -> None:
    given: list = []
    monkeypatch.setattr(window.pages.page("classify"), "open_pictures", given.extend)
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    for page, dropped in (("train", folders), ("runs", folders[:1])):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(each)) for each in dropped])
        given.clear()
        window.show_page(page)
        window._actions.take(mime)
        assert [source.path for source in given] == dropped, page


def test_a_drop_with_something_of_no_use_gives_the_rest_and_names_it(window, monkeypatch, make_picture, tmp_path):
    given: list = []
    monkeypatch.setattr(window.pages.page("classify"), "open_pictures", given.extend)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in (make_picture(), tmp_path / "gone.png")])
    window._actions.take(mime)
    assert [source.name for source in given] == ["picture.png"]
    assert "gone.png" in window.message_bar.text()


def test_the_menu_ticks_the_colours_of_last_time_and_then_those_chosen(qtbot, home: Path) -> None:
    (home / "settings").mkdir(parents=True)
    (home / "settings" / "window.json").write_text('{"theme": "dark"}')
    window = create_window()
    try:
        seen = []
        for scheme in ("", "light"):
            if scheme:
                window.context.actions[f"theme.{scheme}"].trigger()
            seen.append([each for each in SCHEMES if window.context.actions[f"theme.{each}"].isChecked()])
        assert seen == [["dark"], ["light"]]
    finally:
        window.close_now()
        window.deleteLater()


def test_a_picture_pasted_over_the_convolution_page_stays_there(window, qtbot, make_picture):
    page = window.show_page("convolution")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(make_picture("mine.png")))])
    window._actions.take(mime)
    qtbot.waitUntil(lambda: page.setup.picture_name == "mine.png")
    assert window.pages.current_name == "convolution"
