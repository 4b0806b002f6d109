"""Own designs on the Network page: from a template to training, files, the card, and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from cifar_gui.networks import custom
from cifar_gui.networks.base import NETWORKS, build, presets
from cifar_gui.networks.design import Design
from cifar_gui.ui.network.design_overview import of_design
from cifar_gui.ui.network.gallery import figures
from cifar_gui.ui.network.overview import NetworkOverview, overview
from cifar_gui.ui.network.page import NetworkPage
from cifar_gui.ui.network.shapes import blocks_of

MINE = "convolution depth=3; flatten; dense"


def text(page: NetworkPage) -> str:
    return page.designer.model.design.to_text()


def put(page: NetworkPage, words: str) -> None:
    page.gallery.choose("custom")
    page.designer.replace(Design.from_text(words), "for a test")


def enter(page: NetworkPage, name: str, words: str) -> None:
    field = page.designer.rows.form.fields[name]
    field.setText(words)
    field.edited.emit()


def test_the_card_of_ones_own_design_opens_the_designer_and_others_the_summary(page):
    page.gallery.choose("custom")
    assert (page.designer.isVisible(), page.summary.isVisible()) == (True, False)
    assert page.findChild(QWidget, "network.designer") is page.designer
    page.gallery.choose("airnet")
    assert (page.designer.isVisible(), page.summary.isVisible()) == (False, True)


def test_a_plain_sequence_can_be_made_ones_own_and_others_cannot(page):
    page.gallery.choose("airnet")
    assert not page.summary.design.isVisible()
    page.gallery.choose("lenet")
    assert page.summary.design.isVisible()
    page.summary.design.click()
    assert page.gallery.chosen == "custom"
    assert page.designer.isVisible()
    assert page.designer.model.design == custom.design_of(build("lenet", 10, presets("lenet")["best"].network_settings))
    assert page.designer.rows.hasFocus() or not page.isActiveWindow()
    page.undo()
    assert page.designer.model.design == custom.START


def test_the_networks_that_are_plain_sequences_are_templates(page):
    names = [action.text() for action in page.designer.templates.menu().actions()]
    plain = ["vgg11", "vgg16", "alexnet", "zfnet", "keras1m", "lenet", "simple", "mlp"]
    assert names == [*(NETWORKS.entry(name).label for name in plain), "As at the beginning"]


def test_a_template_is_changed_and_proposed_for_training(page, qtbot, said):
    page.gallery.choose("lenet")
    page.summary.design.click()
    enter(page, "depth", "17")
    with qtbot.waitSignal(page.context.session.recipe_proposed) as proposed:
        page.designer.train.click()
    (recipe,) = proposed.args
    assert recipe == presets("custom")["best"].changed(network_settings={"layers": text(page)})
    assert recipe.network_settings["layers"].startswith("convolution depth=17 ")
    assert page.shown_pages == ["train"]
    assert said() == []


def test_what_does_not_fit_is_not_trained_and_the_reason_is_said_until_it_does(page, qtbot, said):
    put(page, "convolution depth=3; dense; flatten; dense")
    proposed = []
    page.context.session.recipe_proposed.connect(proposed.append)
    page.designer.train.click()
    assert (proposed, page.shown_pages, page.designer.rows.currentRow()) == ([], [], 1)
    ((severity, words),) = said()
    assert severity == "error"
    assert words == "This cannot be trained yet. Layer 2 does not fit."
    assert page.designer.rows.lines()[1].problems[0].startswith("It needs a row of values")
    page.designer.commands.action("remove").trigger()
    assert said() == []
    page.undo()
    assert said() == [], "what was refused is past"
    page.redo()
    page.designer.train.click()
    assert (len(proposed), said()) == (1, [])


def test_what_is_half_typed_is_not_trained_without_it(page, said):
    put(page, MINE)
    enter(page, "depth", "")
    page.designer.train.click()
    assert page.shown_pages == []
    assert said() == [("error", "This cannot be trained yet. Layer 1 does not fit.")]
    assert page.designer.misfit.text().startswith("Layer 1: Convolution: depth is empty")
    page.undo()
    assert said() == []


# The card


def card(page: NetworkPage) -> NetworkOverview:
    (found,) = (each for each in page.gallery.networks() if each.name == "custom")
    return found


def test_the_card_shows_the_design_as_it_is_now(page):
    put(page, MINE)
    assert figures(card(page)) == "30.8 k parameters · 114 k mult-adds"
    assert [block.label for block in blocks_of(card(page).rows, card(page).layers)] == [
        "3 × 32 × 32", "3 × 32 × 32", "10",
    ]  # fmt: skip
    assert card(page).about == NETWORKS.entry("custom").details["about"]
    page.designer.go_to(1)
    page.designer.commands.action("remove").trigger()
    assert card(page).about == "Layer 2 does not fit."
    assert len(card(page).rows) == 1


@pytest.mark.parametrize("depth", ["0", "40000", "", "x"])
def test_figures_are_unknown_on_the_card_where_they_are_in_the_designer(page, depth):
    put(page, MINE)
    enter(page, "depth", depth)
    assert figures(card(page)) == "? parameters · ? mult-adds"
    assert [each.text() for each in (page.designer.parameters, page.designer.multiply_adds)] == ["?", "?"]
    assert page.gallery.item(page.gallery.count() - 1).toolTip() == ""
    enter(page, "depth", "3")
    assert figures(card(page)) == "30.8 k parameters · 114 k mult-adds"


def test_a_design_that_has_no_end_yet_says_what_there_is(page):
    put(page, "convolution")
    assert figures(card(page)) == "896 parameters · 885 k mult-adds"
    assert page.designer.parameters.text() == "896"
    assert page.designer.rows.lines()[0].figures[0] == "32 × 32 × 32"
    assert page.designer.rows.lines()[0].problems[0].startswith("The last layer must give one value for each class")
    put(page, "")
    assert figures(card(page)) == "? parameters · ? mult-adds"
    assert card(page).about == "There is no layer."


@pytest.mark.parametrize(
    "words",
    [
        custom.START.to_text(),
        "convolution depth=5 height=5 width=3 stride=2; average_pooling; global_average; dense units=20; dense",
    ],
)
def test_the_card_is_that_of_the_network_that_would_be_built(networks, monkeypatch, words):
    (own,) = (each for each in networks if each.name == "custom")
    made = of_design(own, Design.from_text(words).steps(), "")
    recipes = {"best": presets("custom")["best"].changed(network_settings={"layers": words})}
    monkeypatch.setattr("cifar_gui.ui.network.overview.presets", lambda _name: recipes)
    built = overview("custom", "Own design", [])
    drawn, wanted = ([replace(block, name="") for block in blocks_of(each.rows, each.layers)] for each in (made, built))
    assert drawn == wanted
    assert (made.parameters, made.multiply_adds) == (built.parameters, built.multiply_adds)
    assert made.receptive_field == built.receptive_field
    assert made.design == built.design


# Files


def test_a_design_goes_into_a_file_and_comes_back_from_it(page, monkeypatch, tmp_path, said):
    put(page, MINE)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "mine"), ""))
    page.save()
    assert said() == [("info", "The design was saved as mine.toml.")]
    put(page, "flatten; dense")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(tmp_path / "mine.toml"), ""))
    page.designer.open_requested.emit()
    assert (text(page), page.designer.model.undo_words) == (MINE, "open mine.toml")
    page.undo()
    assert text(page) == "flatten; dense"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["mine.toml"]


def test_a_design_that_does_not_fit_yet_can_be_saved_too(page, monkeypatch, tmp_path):
    put(page, "dense")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "x.toml"), ""))
    page.designer.save_requested.emit()
    assert Design.load(tmp_path / "x.toml") == Design.from_text("dense")


def test_a_design_that_is_opened_while_the_networks_are_looked_at_is_shown_then(new_page, qtbot, tmp_path):
    (tmp_path / "early.toml").write_text(Design.from_text(MINE).to_toml(), encoding="utf-8")
    new_page.open_design(tmp_path / "early.toml")
    new_page.show()
    new_page.page_shown()
    qtbot.waitUntil(lambda: new_page.gallery.count() > 0)
    assert (text(new_page), new_page.designer.isVisible()) == (MINE, True)


def dropped(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_a_design_is_opened_wherever_in_the_window_its_file_is_dropped(window, qtbot, tmp_path):
    path = tmp_path / "mine.TOML"
    path.write_text(Design.from_text(MINE).to_toml(), encoding="utf-8")
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    left, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
    for over in (page.gallery.viewport(), page.summary.table.viewport(), page.designer.rows.viewport(), window.rail):
        page.designer.replace(custom.START, "begin anew")
        page.gallery.choose("custom" if over is page.designer.rows.viewport() else "airnet")
        mime = dropped(path)  # Qt keeps no hold on it
        QApplication.sendEvent(over, QDragEnterEvent(QPoint(5, 5), copy, mime, left, none))  # asks one parent after
        QApplication.sendEvent(over, QDropEvent(QPointF(5, 5), copy, mime, left, none))  # the other
        assert (text(page), page.gallery.chosen, page.designer.isVisible()) == (MINE, "custom", True), over
    window.show_page("runs")
    page.designer.replace(custom.START, "begin anew")
    window._actions.take(dropped(path))
    assert (window.pages.current_name, text(page), window.message_bar.text()) == ("network", MINE, "")
    path.write_text("epochs = 3\n", encoding="utf-8")
    window._actions.take(dropped(path))
    assert (window.pages.current_name, text(page)) == ("network", MINE)
    assert window.message_bar.text().startswith("mine.TOML is no network")


def test_a_design_is_opened_from_the_file_menu_on_whatever_page(window, qtbot, monkeypatch, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(Design.from_text(MINE).to_toml(), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(path), ""))
    window.context.actions["open_design"].trigger()
    assert (window.pages.current_name, text(window.pages.built("network"))) == ("network", MINE)


def test_what_was_copied_in_the_designer_can_be_pasted_there(window, qtbot):
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    put(page, MINE)
    window.context.actions["copy"].trigger()
    page.designer.replace(custom.START, "begin anew")
    page.gallery.choose("airnet")
    window.context.actions["paste"].trigger()
    assert (text(page), page.gallery.chosen, page.designer.model.undo_words) == (MINE, "custom", "paste a design")
    page.undo()
    assert text(page) == custom.START.to_text()


@pytest.mark.parametrize(
    ("pasted", "design", "bar"),
    [
        ("flatten\n dense", "flatten; dense", ""),
        ("[[layers]]\nkind = 'dense'\n", "dense", ""),
        ("convolution depth=0; dense", MINE, "Layer 1: Convolution: depth must be"),
        ("[[layers]]\nkind = 'wings'", MINE, "What was pasted cannot be used. Layer 1 is of no known kind"),
        ("[[layers]]\nkind =", MINE, "What was pasted is not valid TOML"),
    ],
)
def test_a_design_is_pasted_as_toml_or_in_a_line(page, said, pasted, design, bar):
    put(page, MINE)
    assert page.take_text(pasted)
    assert text(page) == design
    assert [words for _, words in said()] == ([said()[0][1]] if bar else [])
    assert not bar or said()[0][1].startswith(bar)


def test_a_picture_with_words_beside_it_is_a_picture_all_the_same(window, monkeypatch):
    given: list = []
    monkeypatch.setattr(window.pages.page("classify"), "open_pictures", given.extend)
    page, mime = window.show_page("network"), QMimeData()
    mime.setData("image/png", b"a picture")
    mime.setText(MINE)
    window._actions.take(mime)
    assert (window.pages.current_name, len(given), text(page)) == ("classify", 1, custom.START.to_text())


@pytest.mark.parametrize("pasted", ["", "a dense fog", "layers = 3", "/home/cat.png"])
def test_text_that_is_no_design_is_left_to_others(page, pasted):
    assert not page.take_text(pasted)
    assert text(page) == custom.START.to_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("[[layers]\n", "bad.toml is not valid TOML"),
        ("epochs = 3\n", "bad.toml is no network"),
        (
            "[[layers]]\nkind = 'convolution'\ndepth = 0\n",
            "bad.toml cannot be used. Layer 1: Convolution: depth must be a whole number from 1 to 4,096, not 0.",
        ),
    ],
)
def test_a_file_that_is_no_design_is_refused_and_nothing_is_lost(page, tmp_path, content, words, said):
    put(page, MINE)
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    page.open_design(path)
    ((severity, told),) = said()
    assert (severity, text(page)) == ("error", MINE)
    assert words in told
    path.write_text(Design.from_text("flatten; dense").to_toml(), encoding="utf-8")
    page.open_design(path)
    assert (said(), text(page)) == ([], "flatten; dense")


def test_a_design_that_cannot_be_written_is_still_there(page, monkeypatch, tmp_path, said):
    put(page, MINE)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(tmp_path / "no" / "x.toml"), ""))
    page.save()
    assert said()[0][0] == "error"
    assert "x.toml could not be written" in said()[0][1]
    assert text(page) == MINE


def test_nothing_happens_if_the_user_thinks_better_of_it(page, monkeypatch, said):
    put(page, MINE)
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_arguments: ("", ""))
    page.save()
    page.designer.open_requested.emit()
    assert (said(), text(page)) == ([], MINE)


def test_what_is_half_typed_is_neither_saved_nor_copied_without_it(page, monkeypatch, said):
    put(page, MINE)
    enter(page, "depth", "x")
    page.designer.rows.setCurrentRow(2)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: pytest.fail("asked where to save"))
    QGuiApplication.clipboard().setText("before")
    page.save()
    page.copy()
    reason = "Layer 1 does not fit."
    assert said() == [("error", f"Nothing was copied. {reason}"), ("error", f"Nothing was saved. {reason}")]
    assert QGuiApplication.clipboard().text() == "before"
    assert page.designer.rows.currentRow() == 0


def test_a_design_is_copied_as_toml_and_the_table_of_others_as_ever(page):
    put(page, MINE)
    page.copy()
    assert Design.from_toml(QGuiApplication.clipboard().text()) == Design.from_text(MINE)
    page.gallery.choose("airnet")
    page.copy()
    assert QGuiApplication.clipboard().text().startswith("Layer\tKind")


# Undo and redo in the menu


def test_undo_and_redo_are_in_the_menu_with_what_they_would_do_or_why_they_cannot(window, qtbot):
    actions = window.context.actions
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    edit = next(top.menu() for top in window.menuBar().actions() if top.text() == "&Edit")
    assert {actions["undo"], actions["redo"]} <= set(edit.actions())
    put(page, MINE)
    window.activateWindow()
    page.designer.rows.setFocus()
    qtbot.waitUntil(page.designer.rows.hasFocus)
    qtbot.keyClick(page.designer.rows, Qt.Key.Key_Delete)
    assert (actions["undo"].isEnabled(), actions["undo"].statusTip()) == (True, "remove layer 1, Convolution")
    assert actions["redo"].statusTip() == "Nothing has been undone."
    qtbot.keyClick(page.designer.rows, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert text(page) == MINE, "no other action has the same keys"
    window.show_page("runs")
    assert not actions["redo"].isEnabled()
    assert actions["redo"].statusTip() == "There is nothing to redo on this page"
    window.show_page("network")
    assert actions["redo"].isEnabled()
    page.gallery.choose("airnet")
    assert not actions["redo"].isEnabled()
    assert actions["redo"].statusTip().startswith("Only changes of your own design")
    page.gallery.choose("custom")
    actions["redo"].trigger()
    assert text(page) == "flatten; dense"


# What is remembered


def test_the_design_is_there_again_after_a_restart_with_nothing_to_undo(remembering, request, qtbot):
    remembering.set("design", MINE)
    page = request.getfixturevalue("page")
    assert (text(page), page.designer.model.undo_words) == (MINE, "")
    assert figures(card(page)) == "30.8 k parameters · 114 k mult-adds"
    put(page, "flatten; dense")
    assert remembering.get("design") == "flatten; dense"
    assert page.save_state() == {"network": "custom", "layers": "table"}


@pytest.mark.parametrize("design", ["wings; dense", 7, None, "convolution depth=0"])
def test_a_remembered_design_that_makes_no_sense_leaves_the_first_one(remembering, request, design):
    remembering.set("design", design)
    assert text(request.getfixturevalue("new_page")) == custom.START.to_text()


def test_a_design_survives_another_page_with_all_that_can_be_undone(page):
    put(page, MINE)
    page.page_hidden()
    page.page_shown()
    assert (text(page), page.designer.model.undo_words) == (MINE, "for a test")


def test_a_design_trains_in_the_window_and_its_filters_can_be_looked_at(window, qtbot, tiny_data, monkeypatch):
    session, models = window.context.session, window.context.models
    monkeypatch.setattr(session, "_load_data", lambda _source, _progress: tiny_data)
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    put(page, "convolution depth=4; activation; max_pooling size=4 stride=4; flatten; dense")
    page.designer.train.click()
    assert window.pages.current_name == "train"
    recipe = window.pages.built("train").form.recipe
    assert (recipe.network, recipe.preset, recipe.network_settings) == ("custom", "best", {"layers": text(page)})
    session.start(recipe.changed(data="tiny", epochs=400, batch_size=20, micro_batch=20, device="cpu"))
    qtbot.waitUntil(lambda: bool(session.history.epoch_rows))
    session.stop()
    qtbot.waitUntil(lambda: session.state == "idle")
    (best,) = (each for each in models.choices() if each.key.endswith("/best"))
    models.choose(best.key)
    filters = window.show_page("filters")
    qtbot.waitUntil(lambda: models.snapshot is not None and models.snapshot.card.network == "custom")
    qtbot.waitUntil(lambda: [layer.shape for layer in filters.layers.layers][:1] == [(4, 3, 3, 3)])
    qtbot.waitUntil(lambda: window.context.jobs.idle)


def test_the_train_page_trains_the_design_that_is_on_this_page_and_says_which_layers(window, qtbot):
    train = window.show_page("train")
    page = window.show_page("network")
    qtbot.waitUntil(lambda: page.gallery.count() > 0)
    put(page, MINE)
    window.show_page("train")
    network = train.form.basic.fields["network"]
    network.setCurrentIndex(network.findData("custom"))
    assert train.form.recipe.network_settings == {"layers": MINE}
    assert train.recipe_panel.about.text().startswith(
        "Your own design, as it is on the Network page. 3 layers with 30,"
    )
    page.designer.undo()
    window.show_page("network")
    window.show_page("train")
    assert train.form.recipe.network_settings == {"layers": MINE}, "nothing changes behind one's back"
    assert "The design on the Network page is another one now" in train.recipe_panel.about.text()
