"""The card of a run: made, saved, copied, and dropped on the app again."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from cifar_gui.data.picture import PictureSource
from cifar_gui.recipe import Recipe
from cifar_gui.runs.card_file import recipe_in, with_recipe
from cifar_gui.ui.runs.card_dialog import CardDialog
from cifar_gui.ui.runs.card_facts import _day, card_lines, read_card
from cifar_gui.ui.runs.card_paint import SIZE, paint_card, size_to_fit
from cifar_gui.ui.runs.rows import row_of
from cifar_gui.ui.theme import theme
from cifar_gui.ui.tokens import LIGHT
from cifar_gui.ui.widgets.mime import Dropped


def small_png(recipe: Recipe) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), "orange").save(buffer, "PNG")
    return with_recipe(buffer.getvalue(), recipe)


def test_a_card_says_what_was_trained_and_what_came_of_it(make_run, qtbot) -> None:
    run = make_run((0.3, 0.5, 0.4), seed=7, lr=0.01)
    run.rename("the good one")
    facts = read_card(row_of(run.summary(), {"shapes": "Shapes (built in)"}))
    assert (facts.title, facts.figure, facts.figure_note) == (
        "the good one",
        "50.0 %",
        "of the held-out pictures named rightly",
    )
    assert facts.subtitle == f"Simple CNN on Shapes (built in) · run 0001 · {_day(run.summary().created)}"
    assert _day("2026-05-03T12:00:00+00:00") == "3 May 2026"
    assert list(facts.validation) == [0.3, 0.5, 0.4]
    assert facts.filters is not None
    assert len(facts.filters) == 12
    lines = dict(facts.lines)
    assert (lines["Epochs"], lines["Seed"]) == ("3 of 3, best after 2", "7")
    assert lines["Optimiser"] == "Adam, lr 0.01, batch 250"


def test_it_looks_the_same_in_a_dark_and_enlarged_window(make_run, qtbot) -> None:
    facts = read_card(row_of(make_run((0.3, 0.5)).summary(), {}))
    before = paint_card(facts)
    theme().set_look(scheme="dark", zoom=1.5)
    assert before.size() == SIZE
    assert paint_card(facts) == before


def test_what_is_long_is_written_smaller_before_it_is_cut_off(qtbot) -> None:
    long = "Best, batch size 32, micro-batch 32"
    sizes = [size_to_fit(text, 248, 16, least=13) for text in ("none", long, 9 * long)]
    assert sizes[0] == 16
    assert 13 <= sizes[1] < 16
    assert sizes[2] == 13


def test_a_network_without_validation_or_filters_has_a_card_too(make_run, qtbot) -> None:
    run = make_run((0.3,))
    row = row_of(run.summary(), {})
    facts = read_card(row)
    bare = type(facts)(
        **{name: getattr(facts, name) for name in facts.__slots__}
        | {"filters": None, "filters_note": "", "validation": facts.validation * float("nan")}
    )
    assert paint_card(bare) != paint_card(facts)


@pytest.fixture
def dialog(make_run, window, qtbot) -> CardDialog:
    """The dialog over the one run there is, opened from the page."""
    make_run((0.3, 0.5, 0.4), seed=7)
    page = window.show_page("runs")
    qtbot.waitUntil(lambda: bool(page.model.rows) and window.context.jobs.idle)
    page.commands.action("card").trigger()
    qtbot.waitUntil(lambda: page.findChild(CardDialog) is not None)
    return page.findChild(CardDialog)


def test_a_card_that_was_saved_and_dropped_brings_recipe_and_seed(dialog, window, qtbot, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(tmp_path / "mine"), ""))
    dialog.copy.click()
    assert QGuiApplication.clipboard().image().size() == SIZE
    dialog.save.click()
    file = tmp_path / "mine.png"
    assert recipe_in(PictureSource.from_path(file)).seed == 7
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    window._actions.take(mime)
    qtbot.waitUntil(lambda: window.pages.current_name == "train")
    recipe = window.pages.built("train").form.recipe
    assert (recipe.seed, recipe.network, recipe.epochs) == (7, "simple", 3)
    assert window.context.messages.all[0].text == "The recipe on Train, with its seed 7, is the one in mine.png."


def test_the_dialog_begins_with_saving_and_what_cannot_be_written_leaves_it_open(
    dialog, window, qtbot, tmp_path, monkeypatch
) -> None:
    dialog.activateWindow()
    qtbot.waitUntil(dialog.save.hasFocus)
    assert dialog.save.isDefault()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(tmp_path / "gone" / "mine.png"), ""))
    dialog.save.click()
    assert dialog.isVisible()
    assert (window.context.messages.all[0].severity, tmp_path.joinpath("gone").exists()) == ("error", False)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: ("", ""))
    dialog.save.click()
    assert (dialog.isVisible(), len(window.context.messages.all)) == (True, 1)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().mimeData()
    assert bytes(copied.data("image/png").data()) == dialog.png
    assert QGuiApplication.clipboard().image().size() == SIZE
    assert window.context.messages.all[0].text == "The card of run 0001 is on the clipboard."
    assert dialog.isVisible(), "it may be saved, too"


def test_on_classify_a_card_is_a_recipe_and_any_other_picture_a_picture(window, qtbot, make_picture, tmp_path) -> None:
    card = tmp_path / "card.png"
    card.write_bytes(small_png(Recipe(network="simple", data="shapes", seed=5)))
    page = window.show_page("classify")
    opened: list[object] = []
    page.opener.opened.connect(opened.append)
    page.take(Dropped((PictureSource.from_path(make_picture()),)))
    qtbot.waitUntil(lambda: len(opened) == 1)
    page.take(Dropped((PictureSource.from_path(card),)))
    qtbot.waitUntil(lambda: window.pages.current_name == "train")
    assert window.pages.built("train").form.recipe.seed == 5
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        (Recipe(network="gone"), "There is no network called 'gone'"),
        (Recipe(network="simple", network_settings={"kernel": 4}), "simple cannot be built with kernel 4"),
    ],
)
def test_a_card_that_makes_no_sense_here_is_told_and_changes_nothing(window, qtbot, tmp_path, recipe, said) -> None:
    before = window.show_page("train").form.recipe
    card = tmp_path / "card.png"
    card.write_bytes(small_png(recipe))
    assert window.open_elsewhere([PictureSource.from_path(card)])
    qtbot.waitUntil(lambda: bool(window.context.messages.all))
    assert window.context.messages.all[0].text.startswith(said)
    assert window.pages.built("train").form.recipe == before


def test_a_run_without_a_name_or_held_out_pictures_has_its_network_and_training_accuracy_on_the_card(make_run) -> None:
    row = row_of(make_run((0.3, 0.5)).summary(), {"shapes": "Shapes (built in)"})
    facts = read_card(row)
    assert facts.title == "Simple CNN"
    assert facts.subtitle.startswith("Shapes (built in) · run 0001 · ")
    unheld = replace(row, summary=replace(row.summary, record=replace(row.summary.record, best_accuracy=None)))
    facts = read_card(unheld)
    assert (facts.figure, facts.figure_note) == (f"{100 * facts.training[-1]:.1f} %", "of the training pictures")
    assert dict(facts.lines)["Epochs"] == "2 of 3", "nothing is the best of what was not compared"


def test_what_one_wants_to_know_of_a_training_stands_in_lines(make_run) -> None:
    row = row_of(make_run((0.3, 0.5), crop=4, flip="random", cutout=8, batch_size=1000).summary(), {})
    record = replace(row.summary.record, device="cuda", precision="bfloat16", parameters=12345, seconds=90.0)

    def lines(**changes: object) -> dict[str, str]:
        summary = replace(row.summary, record=replace(record, **changes))
        return dict(card_lines(replace(row, summary=summary), row.summary.recipe))

    told = lines()
    assert told["Augmentation"] == "crop 4, flip at random, cutout 8"
    assert told["Optimiser"].endswith("batch 1,000")
    assert (told["Parameters"], told["Time"]) == ("12,345", "1 min 30 s on CUDA, bf16")
    assert (lines(device="", precision="")["Time"], lines(parameters=0)["Parameters"]) == ("1 min 30 s", "–")
    plain = row.summary.recipe.changed(crop=0, flip="none", cutout=0)
    assert dict(card_lines(row, plain))["Augmentation"] == "none"


def test_the_curves_of_a_card_lie_where_their_numbers_are(make_run, qtbot) -> None:
    facts = read_card(row_of(make_run((0.3, 0.5, 0.4)).summary(), {}))
    nothing = facts.validation * float("nan")
    wide = replace(facts, training=nothing, validation=np.array([0.2, 0.8, 0.5]))
    image = paint_card(wide)

    def inked(picture: QImage, colour: QColor, x: int) -> list[int]:
        return [y for y in range(180, 506) if picture.pixelColor(x, y) == colour]

    columns = [inked(image, LIGHT.accent, x) for x in (105, 402, 700)]  # of the first, the middle and the last epoch
    first, middle, last = (sum(each) / len(each) for each in columns)
    assert middle < last < first
    assert (first - last) / (first - middle) == pytest.approx(0.5, abs=0.03)
    assert len(columns[2]) > 6, "it ends in a dot"
    legend = [image.pixelColor(x, 154) for x in (210, 350)]
    assert legend == [LIGHT.accent, LIGHT.panel], "of training nothing is known, and nothing is said"
    both = paint_card(replace(wide, training=np.array([0.3, 0.4, 0.5])))
    assert [both.pixelColor(x, 154) for x in (206, 350)] == [LIGHT.muted, LIGHT.accent]
    dashes = [bool(inked(both, LIGHT.muted, x)) for x in range(120, 690)]
    assert 0.4 < sum(dashes) / len(dashes) < 0.9, "told apart by more than colour"
