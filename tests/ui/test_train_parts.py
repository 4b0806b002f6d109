"""The parts of the Train page alone: buttons, wall, filters, schedule, fields, pictures of the data."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QWheelEvent

from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training.history import History
from cifar_gui.training.schedule import fraction_at
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.train.earlier import to_continue
from cifar_gui.ui.train.fields import ChoiceField, NumberField
from cifar_gui.ui.train.forming_filters import Forming, FormingFilters, fitting, look_at
from cifar_gui.ui.train.live_panel import LivePanel, Looked
from cifar_gui.ui.train.look_at_data import LookAtData, augmentation_in_words, augmented_batch, counts, samples
from cifar_gui.ui.train.plots import TrainingPlots
from cifar_gui.ui.train.recipe_form import GET_DATA, RecipeForm
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.train.run_state import Situation, buttons
from cifar_gui.ui.train.schedule_preview import SchedulePreview, sampled
from cifar_gui.ui.train.wall import Wall
from cifar_gui.ui.train.wall_rows import bars, chosen, in_words
from cifar_gui.ui.widgets.elided import ElidedLabel

# Buttons

STATES = ("idle", "starting", "running", "paused", "stopping")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("unfinished", [None, ("0007", 5, 8)])
def test_every_button_explains_itself_in_every_state(state, unfinished):
    for name, look in buttons(Situation(state=state, unfinished=unfinished)).items():
        assert look.text, name
        assert len(look.tip) > 10, name


@pytest.mark.parametrize(
    ("state", "enabled"),
    [
        ("idle", {"start"}),
        ("starting", {"stop"}),
        ("running", {"pause", "stop", "one_more"}),
        ("paused", {"pause", "stop", "one_more"}),
        ("stopping", set()),
    ],
)
def test_what_can_be_pressed_depends_on_the_state(state, enabled):
    looks = buttons(Situation(state=state))
    assert {name for name in ("start", "pause", "stop", "one_more") if looks[name].enabled} == enabled


def test_an_unfinished_run_is_offered_beside_a_new_one():
    looks = buttons(Situation(unfinished=("0007", 5, 8), run="0007"))
    assert looks["start"].text == "Continue run 0007 (5 of 8)"
    assert looks["new_run"].visible
    assert looks["one_more"].enabled


def test_a_wrong_recipe_forbids_a_new_run_but_not_going_on():
    looks = buttons(Situation(unfinished=("0007", 5, 8), problem="Epochs must be at least 1."))
    assert looks["start"].enabled
    assert not looks["new_run"].enabled
    assert looks["new_run"].tip == "Epochs must be at least 1."


# The wall


def test_the_wall_takes_one_picture_of_each_class_in_turn():
    assert chosen([2, 2, 0, 1, 0, 2], 4) == [2, 3, 0, 4]
    assert chosen([0, 0], 16) == [0, 1]


def test_bars_tell_the_truth_a_wrong_winner_and_the_others_apart():
    names = ("cat", "dog", "ship", "frog")
    said = bars(np.array([0.1, 0.6, 0.25, 0.05], np.float32), 2, names)
    assert [(bar.label, bar.role) for bar in said] == [("dog", "wrong"), ("ship", "right"), ("cat", "other")]
    said = bars(np.array([0.1, 0.6, 0.25, 0.05], np.float32), 1, names)
    assert [bar.role for bar in said] == ["right", "other", "other"]


def test_the_wall_in_words_counts_what_is_right():
    rows = [bars(np.array([0.9, 0.1], np.float32), truth, ("cat", "dog")) for truth in (0, 1)]
    assert in_words(rows, ["cat", "dog"]) == "1 of 2 right. cat: cat 90 %, right; dog: cat 90 %, wrong"


def test_the_wall_shows_whole_rows_only_and_paints_good_and_bad(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(240, 3 * 72 + 40)
    wall.set_pictures(np.full((8, 3, 32, 32), 77, np.uint8), [0] * 8, ("cat", "dog", "ship"))
    assert wall.shown == 3
    probabilities = np.tile(np.array([0.7, 0.2, 0.1], np.float32), (8, 1))
    probabilities[1] = [0.2, 0.7, 0.1]
    wall.show_probabilities(probabilities)
    assert wall.right == (7, 8)
    picture = wall.grab().toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {tokens().good.name(), tokens().bad.name(), tokens().control_line.name()} <= colours
    assert "7 of 8 right" in wall.accessibleDescription()


def test_what_the_wall_has_right_is_the_same_in_a_larger_window(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.set_pictures(np.zeros((8, 3, 32, 32), np.uint8), [0, 1] * 4, ("cat", "dog"))
    wall.show_probabilities(np.tile(np.array([0.7, 0.3], np.float32), (8, 1)))
    found = []
    for height in (3 * 72, 6 * 72):
        wall.resize(240, height)
        found.append((wall.shown, wall.right))
    assert found == [(3, (4, 8)), (6, (4, 8))]
    assert wall.text().startswith("4 of 8 right. ")


def test_what_is_no_number_is_no_answer_and_never_right(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(240, 2 * 72)
    wall.set_pictures(np.full((2, 3, 32, 32), 77, np.uint8), [0, 1], ("cat", "dog"))
    unsaid = wall.grab().toImage()
    wall.show_probabilities(np.full((2, 2), np.nan, np.float32))
    assert wall.right == (0, 2)
    assert wall.text() == "0 of 2 right. cat: no answer; dog: no answer"
    assert wall.grab().toImage() == unsaid, "no bar is painted"
    wall.show_probabilities(np.array([[0.9, 0.1], [np.nan, np.nan]], np.float32))
    assert wall.text() == "1 of 2 right. cat: cat 90 %, right; dog: no answer"


def test_a_wide_wall_has_more_columns(qtbot):
    wall = Wall()
    qtbot.addWidget(wall)
    wall.resize(500, 150)
    wall.set_pictures(np.zeros((16, 3, 32, 32), np.uint8), [0] * 16, ("cat",))
    assert wall.shown == 4


@pytest.mark.parametrize(("seconds", "period"), [(0.001, 1000), (0.03, 1000), (0.3, 10_000), (3.0, 100_000)])
def test_the_dearer_a_look_the_less_often_it_is_taken(qtbot, seconds, period):
    panel = LivePanel(SimpleNamespace())  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel._on_looked(Looked(None, Forming(None, "", ""), seconds))
    assert panel._timer.interval() == period


# The curves


def test_a_loss_that_has_run_away_has_room_at_the_end_of_its_line(qtbot):
    plots = TrainingPlots()
    qtbot.addWidget(plots)
    steps = [(step, step / 4, loss, 0.1, 0.1, 100.0) for step, loss in ((1, 2.3), (2, 3.7424533614798e31))]
    plots.show_history(History(step_rows=steps), epochs=8, classes=10)
    assert "to 3.74e+31 at epoch 0.5" in plots.loss.summary()
    plots.loss.canvas.set_cursor(0.5)
    assert plots.loss.canvas.readout() == "epoch 0.50: training 3.74e+31"


# Filters


def test_filters_are_as_large_as_whole_pixels_allow():
    assert fitting(12, QSize(3, 3), QSize(240, 140)) == (5, 14)
    columns, magnification = fitting(64, QSize(4, 4), QSize(240, 140))
    assert -(-64 // columns) * (4 * magnification + 2) + 2 <= 140
    assert columns * (4 * magnification + 2) + 2 <= 240
    assert fitting(1000, QSize(9, 9), QSize(50, 50)) == (4, 1)


@pytest.mark.parametrize("name", NETWORKS.names())
def test_the_first_learned_filters_of_every_network_are_shown_or_it_says_why_not(name, qtbot):
    snapshot = snapshot_of(name)
    forming = look_at(snapshot)
    widget = FormingFilters()
    qtbot.addWidget(widget)
    widget.resize(240, 140)
    widget.show_forming(forming)
    assert widget.image.isNull() == (forming.grid is None)
    assert widget.accessibleDescription() == forming.note
    assert forming.note.endswith(".")


def test_a_fixed_stem_is_called_computed_not_learned():
    forming = look_at(snapshot_of("airnet"))
    assert forming.stem == "Seen through the stem, which is computed, not learned"
    assert forming.caption == "all 64"


def test_no_filters_leave_room_for_the_reason(qtbot):
    widget = FormingFilters()
    qtbot.addWidget(widget)
    widget.resize(240, 140)
    widget.show_forming(Forming(None, "", "This network has no convolution layer."))
    assert widget.grab().toImage() != FormingFilters().grab().toImage()


def snapshot_of(name):
    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build

    return capture(build(name, 10), ModelCard(name, tuple("abcdefghij"), CENTRED))


# The schedule


@pytest.mark.parametrize("schedule", settings()["schedule"].choices)
@pytest.mark.parametrize("epochs", [1, 8, 300])
def test_the_preview_is_the_schedule_that_will_be_trained(schedule, epochs):
    recipe = Recipe(schedule=schedule, epochs=epochs, lr=0.5)
    points = sampled(recipe)
    assert points[0][0] == 0.0
    assert len(points) <= 600
    per_epoch = max(1, 240 // epochs)
    for along, share in points:
        step = round(along * per_epoch * epochs)
        assert share == pytest.approx(fraction_at(recipe, step, per_epoch * epochs, per_epoch))


def test_the_preview_says_in_words_what_it_draws(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.show_recipe(Recipe(schedule="linear", lr=0.24, final_lr=0.0))
    preview.show_position(0.5)
    assert preview.accessibleDescription() == "0.24 at the start, at most 0.24, 0 at the end, now 0.12"


def test_the_preview_keeps_the_last_recipe_that_fitted_and_says_so(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.show_recipe(None)
    assert preview.text() == ""
    preview.show_recipe(Recipe(schedule="linear", lr=0.24, final_lr=0.0))
    preview.show_recipe(None)
    assert preview.text() == "last valid: 0.24 at the start, at most 0.24, 0 at the end"


def test_the_preview_follows_what_is_typed_into_the_form(qtbot):
    panel = RecipePanel()
    qtbot.addWidget(panel)
    panel.show_recipe(Recipe(schedule="linear", lr=0.24, final_lr=0.0))
    panel.form.basic.fields["lr"].setValue(0.5)
    assert panel.schedule.text() == "0.5 at the start, at most 0.5, 0 at the end"


# The form


@pytest.fixture
def form(qtbot):
    made = RecipeForm()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("network", NETWORKS.names())
@pytest.mark.parametrize("preset", ["quick", "best", "textbook"])
def test_every_preset_can_be_shown_and_is_recognised(form, network, preset):
    recipe = presets(network)[preset]
    form.set_recipe(recipe)
    assert form.recipe == recipe.changed(preset=form.recipe.preset)
    assert form.basic.fields["preset"].raw() in presets(network)


def test_another_network_brings_its_own_recipe_and_settings(form):
    form.set_recipe(presets("airnet")["best"].changed(data="shapes", seed=3))
    form.basic.fields["network"].put("keras1m")
    form._on_edited("network")
    assert form.recipe == presets("keras1m")["best"].changed(data="shapes", seed=3)
    assert "network.conv_dropout" in form.advanced.fields
    assert "network.size" not in form.advanced.fields


def test_editing_a_preset_makes_it_custom_and_undoing_that_makes_it_a_preset_again(form):
    before = form.basic.fields["epochs"].value()
    form.basic.fields["epochs"].setValue(before + 1)
    assert form.basic.fields["preset"].raw() == "custom"
    form.basic.fields["epochs"].setValue(before)
    assert form.basic.fields["preset"].raw() == "best"


def test_a_problem_in_a_folded_field_unfolds_it(form):
    assert not form.more.isChecked()
    form.advanced.fields["warm_up"].setText("2")
    form._on_edited("warm_up")
    assert form.more.isChecked()
    assert "at most 0.9" in form.advanced._problems["warm_up"].text()
    assert form.recipe is None


def test_a_closed_fold_says_how_much_in_it_is_wrong(form):
    for name, text in (("warm_up", "2"), ("momentum", "x")):
        form.advanced.fields[name].setText(text)
        form._on_edited(name)
    form.more.setChecked(False)
    assert (form.more.text(), form.more.property("bad")) == ("More settings · 2 to correct", True)
    form.set_recipe(form.last_valid)
    assert (form.more.text(), form.more.property("bad")) == ("More settings", False)


def test_a_choice_without_room_ends_in_an_ellipsis(form, qtbot):
    field = form.basic.fields["data"]
    field.put("shapes")
    field.resize(300, 28)
    assert field.shown_text() == "Shapes (built in)"
    field.resize(100, 28)
    assert field.shown_text().endswith("…")


def test_get_data_is_a_request_and_not_a_choice(form, qtbot):
    form.set_sources([("cifar10", "CIFAR-10"), ("shapes", "Shapes")])
    field = form.basic.fields["data"]
    with qtbot.waitSignal(form.data_wanted):
        field.setCurrentIndex(field.findData(GET_DATA))
    assert field.raw() == "cifar10"


def test_a_number_steps_with_the_arrow_keys(qtbot):
    field = NumberField(whole=True)
    qtbot.addWidget(field)
    field.setValue(8)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.value() == 9
    rate = NumberField(whole=False)
    qtbot.addWidget(rate)
    rate.setValue(0.1)
    qtbot.keyClick(rate, Qt.Key.Key_Down)
    assert rate.raw() == "0.0909"


def test_the_wheel_scrolls_past_a_choice_without_changing_it(qtbot):
    field = ChoiceField([("a", "A"), ("b", "B")])
    qtbot.addWidget(field)
    nowhere = QPointF(5, 5)
    no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        nowhere, nowhere, QPointF(0, 0).toPoint(), QPointF(0, -120).toPoint(), no_button, no_key,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    field.wheelEvent(event)
    assert field.raw() == "a"
    assert not event.isAccepted()


# The data


def test_counts_and_samples_leave_the_test_pictures_out(tiny_data):
    assert np.array(counts(tiny_data)).sum(0).tolist() == list(tiny_data.counts[:2])
    bright = samples(tiny_data, 0, 5)
    assert bright.shape == (5, 3, 32, 32)
    assert bright.mean() > 150


def test_a_batch_is_shown_before_and_after_augmentation(tiny_data):
    recipe = Recipe(crop=4, flip="none", cutout=8)
    batch = augmented_batch(tiny_data, recipe, 6, draw=0)
    assert batch.before.shape == batch.after.shape == (6, 3, 32, 32)
    assert (batch.before != batch.after).any()
    again = augmented_batch(tiny_data, recipe, 6, draw=1)
    assert (again.after != batch.after).any()
    plain = augmented_batch(tiny_data, Recipe(crop=0, flip="none"), 6, draw=0)
    assert (plain.before == plain.after).all()


def test_augmentation_is_said_in_words():
    assert "does not augment" in augmentation_in_words(Recipe(flip="none"))
    text = augmentation_in_words(Recipe(crop=2, flip="alternating", cutout=8))
    assert "up to 2 pixels" in text
    assert "every other epoch" in text
    assert "8 pixels blanked" in text


def test_the_view_of_the_data_names_what_is_hidden(qtbot, tiny_data):
    view = LookAtData()
    qtbot.addWidget(view)
    view.show_data(tiny_data, Recipe())
    assert "which are not shown" in view._facts.text()
    first = view.batch.after
    qtbot.mouseClick(view._again, Qt.MouseButton.LeftButton)
    assert (view.batch.after != first).any()
    view.show_data(dataclasses.replace(tiny_data, name="Other"), Recipe())
    assert view._title.text() == "Other"


# Runs


def test_nothing_is_continued_when_there_is_nothing():
    assert to_continue([]) is None


def test_a_title_without_room_ends_in_an_ellipsis_and_tells_the_rest_on_hover(qtbot):
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("AirNet on CIFAR-10, best preset")
    label.resize(60, 20)
    label.show()
    assert label.shown().endswith("…")
    assert label.toolTip() == label.text() == "AirNet on CIFAR-10, best preset"
    label.resize(600, 20)
    assert label.shown() == label.text()
    assert label.toolTip() == ""
