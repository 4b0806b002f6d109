"""A lesson in the window: opening it sets everything up, leaving it brings everything back."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtWidgets import QFileDialog, QWidget

from cifar_gui.networks.base import presets
from cifar_gui.recipe import Recipe
from cifar_gui.training.history import History
from cifar_gui.ui.lessons.dialog import LessonDialog, save
from cifar_gui.ui.lessons.lesson import LONGEST_TEXT, Lesson, shipped_lessons
from cifar_gui.ui.lessons.parts import PARTS
from cifar_gui.ui.lessons.view import LessonView
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import px

RECIPE = presets("simple")["quick"].changed(data="shapes")
OWN = presets("lenet")["best"].changed(data="shapes", seed=11, lr=0.02, preset="custom")
HIDDEN = frozenset({"train.settings", "classify.paint"})
LESSON = Lesson("Try it", "Press *Start*.", ("classify", "train"), "train", HIDDEN, RECIPE, "mlp")


@pytest.fixture
def ready(window, qtbot):
    """With a network, a recipe of one's own, and the Runs page in front."""
    qtbot.waitUntil(lambda: window.context.models.snapshot is not None and window.context.jobs.idle)
    page = window.show_page("train")
    page._fill_form(OWN)
    window.show_page("runs")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    return window


@pytest.fixture
def drop(ready, qtbot, tmp_path):
    """Drops a lesson on the window, and waits until it is open or refused."""

    def dropped(lesson: Lesson | str) -> None:
        path = tmp_path / "a.lesson.toml"
        path.write_text(lesson if isinstance(lesson, str) else lesson.to_toml(), encoding="utf-8")
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        ready._actions.take(mime)
        qtbot.waitUntil(lambda: ready.context.jobs.idle)

    return dropped


def rail(window) -> list[str]:
    return [name for name in PAGES.names() if not window.rail.button(name).isHidden()]


def keys(window) -> dict[str, str]:
    """Page → its key, of those that the View menu offers."""
    actions = {name: window.context.actions[f"page.{name}"] for name in PAGES.names()}
    return {name: action.shortcut().toString() for name, action in actions.items() if action.isVisible()}


def situation(window) -> dict:
    """All that a lesson may change."""
    context = window.context
    built = {name: page for name in PAGES.names() if (page := window.pages.built(name)) is not None}
    return {
        "page": window.pages.current_name,
        "rail": rail(window),
        "marked": [name for name in PAGES.names() if window.rail.button(name).isChecked()],
        "tips": [window.rail.button(name).toolTip() for name in PAGES.names()],
        "keys": keys(window),
        "texts": [context.actions[f"page.{name}"].text() for name in PAGES.names()],
        "model": context.models.current,
        "loaded": context.models.loaded,
        "recipe": window.pages.built("train").form.last_valid,
        "states": {name: page.save_state() for name, page in built.items()},
        "hidden": [w.isHidden() for page in built.values() for own in page.parts().values() for w in own],
        "bar": (window.lesson.bar.isHidden(), window.lesson.text.isHidden()),
        "size": window.size().toTuple(),
    }


def test_opening_sets_everything_up_and_leaving_brings_everything_back(ready, drop, qtbot):
    ready.show_page("classify")
    ready.show_page("runs")
    before, written = situation(ready), ready.context.settings
    ready.pages.save_states()
    kept = json.loads(written.as_text())
    drop(LESSON)
    train, classify = ready.pages.built("train"), ready.pages.built("classify")
    assert (ready.pages.current_name, rail(ready)) == ("train", ["classify", "train"])
    assert keys(ready) == {"classify": "Ctrl+1", "train": "Ctrl+2"}
    assert ready.rail.button("train").toolTip() == "Train (Ctrl+2)"
    assert train.form.last_valid == RECIPE
    assert ready.context.models.loaded.key == "shipped/mlp"
    assert (train.form.folded.isHidden(), train.form.find_lr.isHidden()) == (True, False)
    assert classify.single.picture_panel.views.button("paint").isHidden()
    assert (ready.lesson.bar.isVisible(), ready.lesson.text.isVisible()) == (True, True)
    assert ready.lesson.title.text() == "Try it"
    assert ready.lesson.text.toPlainText() == "Press Start."
    train.form.more.setChecked(True)
    train._fill_form(RECIPE.changed(epochs=2))
    ready.show_page("classify")
    ready._remember()
    assert json.loads(written.as_text()) == kept | {"window.geometry": written.get("window.geometry")}
    ready.lesson.leave_button.click()
    qtbot.waitUntil(lambda: ready.context.jobs.idle)
    assert situation(ready) == before
    ready._remember()
    assert json.loads(written.as_text()) == kept | {"window.geometry": written.get("window.geometry")}
    ready.show_page("train")
    ready._remember()
    assert json.loads(written.as_text())["page"] == "train", "what is chosen is remembered again"


def test_who_quits_in_a_lesson_starts_as_before_it(ready, drop, home):
    drop(LESSON)
    ready.close_now()
    written = json.loads((home / "settings" / "window.json").read_text(encoding="utf-8"))
    assert (written["page"], written["model"]) == ("runs", "shipped/airnet")
    assert written["page.train"]["recipe"] == OWN.to_dict()


def test_a_lesson_opened_before_pytorch_is_there_brings_back_what_was_in_front_then(ready, drop, monkeypatch):
    """The page it begins with stands in front, and waits, before the lesson is open."""
    is_ready = [False]
    monkeypatch.setitem(vars(ready.context), "torch_ready", lambda: is_ready[0])
    drop(Lesson("One", "", ("filters",)))
    assert (ready.pages.current_name, ready.pages.built("filters")) == ("filters", None)
    assert ready.lesson.bar.isHidden()
    is_ready[0] = True
    ready.pages.on_torch_ready()
    assert (ready.pages.built("filters").isVisible(), ready.lesson.bar.isVisible()) == (True, True)
    ready._remember()
    assert json.loads(ready.context.settings.as_text())["page"] == "runs"
    ready.lesson.leave_button.click()
    assert ready.pages.current_name == "runs"


def test_a_lesson_that_cannot_be_used_says_so_and_nothing_changes(ready, drop):
    before, good = situation(ready), LESSON.to_toml()
    for right, wrong, said in (
        ('"classify",', '"painting",', "no page called 'painting'"),
        ('"mlp"', '"gpt"', "called 'gpt'"),
        ("format = 1", "format = 9", "newer version of the app"),
        ('network = "simple"', 'network = "gone"', "recipe does not fit"),
    ):
        drop(good.replace(right, wrong))
        assert said in ready.message_bar.text()
        assert "a.lesson.toml" in ready.message_bar.text()
        assert situation(ready) == before
    drop(good)
    assert ready.message_bar.text() == "", "what was wrong has been put right"


def test_another_lesson_takes_the_place_of_the_first_and_leaving_goes_back_to_before_both(ready, drop, qtbot):
    before = situation(ready)
    drop(LESSON)
    drop(Lesson("Next", "", ("runs", "train"), hidden=frozenset({"train.rates"})))
    train = ready.pages.built("train")
    assert (rail(ready), ready.pages.current_name) == (["train", "runs"], "train")
    assert (train.form.folded.isHidden(), train.form.find_lr.isHidden()) == (False, True)
    assert train.form.last_valid == OWN, "this lesson leaves the recipe as it is"
    assert ready.context.models.current == before["model"]
    assert ready.lesson.text.isHidden(), "it has none"
    ready.lesson.leave_button.click()
    qtbot.waitUntil(lambda: ready.context.jobs.idle)
    now = situation(ready)
    assert {name: now[name] for name in before if name not in ("states", "hidden")} == {
        name: before[name] for name in before if name not in ("states", "hidden")
    }
    assert not any(now["hidden"])


def test_what_is_left_out_stands_there_only_while_something_has_led_to_it(ready, drop, qtbot):
    page = ready.show_page("convolution")
    page.views.button("network").click()
    drop(Lesson("One", "", ("convolution", "train"), "convolution", frozenset({"convolution.network"})))
    assert page.views.current == "operator", "the view in front has lost its button"
    ready.context.show_page("evaluate")
    assert rail(ready) == ["train", "evaluate", "convolution"]
    assert ready.rail.button("evaluate").toolTip() == "Evaluate"
    ready.context.actions["page.train"].trigger()
    assert rail(ready) == ["train", "convolution"]
    ready.lesson.leave_button.click()
    qtbot.waitUntil(lambda: ready.context.jobs.idle)
    assert page.views.current == "network"


def test_what_is_left_out_is_switched_off_meanwhile(ready, drop):
    page = ready.show_page("evaluate")
    page.controls.six_views.setChecked(True)
    drop(Lesson("One", "", ("evaluate",), "evaluate", frozenset({"evaluate.six_views"})))
    assert page.controls.six_views.isHidden()
    assert (page.controls.six_views.isChecked(), page.examiner._six_views) == (False, False)
    ready.lesson.leave_button.click()
    assert (page.controls.six_views.isChecked(), page.examiner._six_views) == (True, True)


def test_a_training_is_not_disturbed_whether_it_began_before_the_lesson_or_within(ready, drop):
    session, page = ready.context.session, ready.pages.built("train")

    def train(number: str, recipe: Recipe) -> None:
        session._set_state("running")
        page._show_run(number, recipe, History())

    drop(LESSON)
    trained = RECIPE.changed(epochs=7, preset="custom")
    train("0001", trained)
    ready.lesson.leave_button.click()
    assert (session.state, page.shown.recipe) == ("running", trained)
    assert (page.form.last_valid, page.shown.copying) == (OWN, True), "one's own waits as the copy"
    page._on_copy_toggled()
    assert (page.form.last_valid, page.shown.copying) == (trained, False)
    drop(LESSON)
    assert (page.form.last_valid, page.shown.copying) == (RECIPE, True)
    ready.lesson.leave_button.click()
    assert (page.form.last_valid, page.shown.copying) == (trained, False), "the run is on show as before"
    assert (session.state, page.shown.draft) == ("running", OWN)
    session._set_state("idle")


def test_the_text_can_be_hidden_has_links_to_the_help_and_finds_room(ready, drop, qtbot, monkeypatch, make_picture):
    shown: list[str] = []
    monkeypatch.setattr(ready, "show_help", shown.append)
    drop(LESSON)
    view = ready.lesson
    assert view.is_beside
    for there in (False, True):
        view.text_button.click()
        assert (view.text.isVisible(), view.text_button.isChecked()) == (there, there)
    view.text.anchorClicked.emit(QUrl("loss.md"))
    assert shown == ["loss.md"]
    ready.resize(1000, 700)
    qtbot.waitUntil(lambda: not view.is_beside)
    assert view.text.width() > ready.pages.width() * 0.9
    path = make_picture("secret.png")
    assert view.text.loadResource(2, QUrl.fromLocalFile(str(path))) is None, "no file is read for a picture in the text"


def test_each_lesson_begins_with_its_text_in_sight_whatever_was_done_with_the_one_before(qtbot):
    view = LessonView(QWidget())
    qtbot.addWidget(view)
    view.resize(1300, 600)
    view.show()
    assert (view.bar.isVisible(), view.text.isVisible()) == (False, False)
    view.show_lesson("One", "Look.")
    view.clear()
    assert (view.bar.isVisible(), view.text.isVisible()) == (False, False)
    view.show_lesson("Two", "Look again.")
    assert (view.text.isVisible(), view.text.toPlainText()) == (True, "Look again.")
    view.text_button.click()
    view.show_lesson("Three", " \n")
    assert (view.title.text(), view.text.isVisible(), view.text_button.isVisible()) == ("Three", False, False)
    view.show_lesson("Four", "Look.")
    assert (view.text.isVisible(), view.text_button.isVisible(), view.text_button.isChecked()) == (True, True, True)
    assert view._split.sizes()[0] == px(320)
    view.resize(900, 600)
    qtbot.waitUntil(lambda: not view.is_beside)
    assert abs(view._split.sizes()[0] - px(190)) < 20


def test_every_group_of_controls_is_on_its_page_and_shipped_lessons_are_in_the_help_menu(window, qtbot):
    for name in PAGES.names():
        assert list(window.pages.page(name).parts()) == [part.name for part in PARTS if part.page == name]
    menu = window.context.actions["lessons"].menu()
    qtbot.waitUntil(lambda: bool(menu.actions()))
    titles = [f"&{number} {Lesson.load(path).title}" for number, path in enumerate(shipped_lessons(), start=1)]
    assert [action.text() for action in menu.actions()] == titles
    menu.actions()[1].trigger()
    qtbot.waitUntil(lambda: window.lesson.title.text() == "Learning, live" and window.context.jobs.idle)
    assert window.pages.current_name == "train"


def test_what_is_set_up_is_saved_as_a_lesson_and_opens_as_such(ready, tmp_path, monkeypatch):
    path = tmp_path / "mine.lesson.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "mine"), ""))
    ready.context.actions["save_lesson"].trigger()
    dialog = ready.findChild(LessonDialog)
    assert dialog.first.raw() == "runs", "the page in front"
    dialog.save.click()
    assert "title" in dialog.problem.text()
    assert dialog.network.text() == f"The network: {ready.context.models.current.label}"
    assert not path.exists()
    dialog.title.setText("Mine")
    dialog.text.setPlainText("Look.")
    for name in ("network", "runs", "convolution"):
        dialog.pages[name].setChecked(False)
    assert dialog.parts["runs.sweeps"].isHidden()
    dialog.parts["train.sweep"].setChecked(False)
    dialog.parts["runs.sweeps"].setChecked(False)  # of a page that is not shown
    dialog.recipe.setChecked(True)
    dialog.network.setChecked(True)
    dialog.save.click()
    pages = ("classify", "train", "filters", "evaluate")
    hidden = frozenset({"train.sweep"})
    assert Lesson.load(path) == Lesson("Mine", "Look.", pages, "classify", hidden, OWN, "airnet")
    assert "mine.lesson.toml" in ready.message_bar.text()


def test_the_dialog_begins_with_the_lesson_that_is_open_and_takes_only_networks_that_everybody_has(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1000, 700)
    assert LessonDialog(LESSON, "runs", "mlp", parent).lesson(RECIPE) == LESSON
    other = LessonDialog(LESSON, "runs", "", parent)
    assert (other.network.isEnabled(), other.lesson(RECIPE).network) == (False, "")
    assert "come with the app" in other.network.toolTip()


def test_what_the_dialog_and_an_open_lesson_say(ready, drop, qtbot, stays_said):
    dialog = LessonDialog(LESSON, "train", "mlp", ready)
    qtbot.addWidget(dialog)
    dialog.show()
    stays_said(dialog, "dialog")
    drop(LESSON)
    stays_said(ready.lesson.bar, "bar")


def test_the_dialog_leaves_network_and_recipe_alone_where_the_lesson_does(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1000, 700)
    bare = Lesson("Bare", "", ("runs", "train"), "runs")
    dialog = LessonDialog(bare, "train", "mlp", parent, "MLP")
    assert dialog.network.text() == "The network: MLP"
    assert dialog.lesson(RECIPE) == bare
    fresh = LessonDialog(None, "train", "mlp", parent)
    fresh.title.setText("New")
    new = fresh.lesson(RECIPE)
    assert (new.pages, new.first_page, new.hidden) == (tuple(PAGES.names()), "train", frozenset())
    assert (new.recipe, new.network) == (None, "")
    dialog.pages["runs"].setChecked(False)
    assert (dialog.first.raw(), dialog.lesson(RECIPE).first_page) == ("train", "train"), "a page that is not shown"


def test_the_dialog_begins_with_the_title_and_leads_back_to_it_while_it_is_missing(qtbot, monkeypatch):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1000, 700)
    dialog = LessonDialog(None, "runs", "mlp", parent)
    dialog.open()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.title.hasFocus)
    assert not dialog.problem.isVisible()
    dialog.text.setFocus()
    context: Any = SimpleNamespace(messages=SimpleNamespace(info=lambda text: pytest.fail(text)))
    assert not save(dialog, RECIPE, context)
    assert (dialog.title.hasFocus(), dialog.problem.isVisible()) == (True, True)
    assert dialog.problem.text() == "Give the lesson a title first: it is what students see above it."
    qtbot.keyClicks(dialog.title, "Why?")
    assert not dialog.problem.isVisible(), "it was of what stood there before"
    for box in dialog.pages.values():
        box.setChecked(False)
    assert not save(dialog, RECIPE, context)
    assert (dialog.problem.isVisible(), "at least one" in dialog.problem.text()) == (True, True)
    dialog.pages["train"].setChecked(True)
    assert not dialog.problem.isVisible()
    dialog.text.setPlainText("word " * LONGEST_TEXT)
    assert not save(dialog, RECIPE, context)
    assert (dialog.problem.isVisible(), "shorten it" in dialog.problem.text()) == (True, True)
    dialog.text.setPlainText("word")
    assert not dialog.problem.isVisible()


def test_what_has_been_written_is_not_thrown_away_without_a_question(qtbot, monkeypatch):
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(1000, 700)
    asked: list[str] = []
    answers = iter(("stay", "discard"))
    monkeypatch.setattr(
        "cifar_gui.ui.lessons.dialog.ask", lambda _parent, name, *_rest, usual: asked.append(name) or next(answers)
    )
    unchanged, dialog = (LessonDialog(LESSON, "runs", "mlp", parent) for _ in range(2))
    unchanged.open()
    unchanged.cancel.click()
    assert (asked, unchanged.isVisible()) == ([], False)
    dialog.open()
    qtbot.keyClicks(dialog.text, "Much work. ")
    dialog.close()
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert (asked, dialog.isVisible()) == (["lesson.discard"] * 2, False)


@pytest.fixture
def networkless(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that has come without its networks."""
    monkeypatch.setattr("cifar_gui.ui.lessons.lesson.networks", list)


def test_a_shipped_lesson_that_does_not_fit_is_offered_and_says_why_when_it_is_opened(networkless, window, qtbot):
    """Its network is missing, say: the window opens all the same."""
    qtbot.waitUntil(lambda: "lesson.1" in dict(window.context.actions))
    window.context.actions["lesson.1"].trigger()
    qtbot.waitUntil(lambda: any("cannot be opened as a lesson" in each.text for each in window.context.messages.all))
