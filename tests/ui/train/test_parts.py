"""The parts of the Train page alone: buttons, schedule, form, pictures of the data."""

from __future__ import annotations

import dataclasses
import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.errors import DataError, DataMissing
from cifar_gui.networks.base import NETWORKS, presets
from cifar_gui.recipe import Recipe, settings
from cifar_gui.training.history import History
from cifar_gui.training.schedule import fraction_at
from cifar_gui.ui.train.chosen_data import ChosenData
from cifar_gui.ui.train.controls import RunControls
from cifar_gui.ui.train.earlier import RunsWatch, to_continue
from cifar_gui.ui.train.look_at_data import LookAtData, augmentation_in_words, augmented_batch, counts, samples
from cifar_gui.ui.train.picture_strip import PictureStrip
from cifar_gui.ui.train.plots import TrainingPlots
from cifar_gui.ui.train.recipe_form import GET_DATA, RecipeForm
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.train.run_state import Situation, buttons
from cifar_gui.ui.train.schedule_preview import SchedulePreview, sampled
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.fields import ChoiceField, NumberField

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


@pytest.mark.parametrize("state", STATES)
def test_a_learning_rate_can_be_looked_for_while_nothing_trains(state):
    look = buttons(Situation(state=state))["find_lr"]
    assert look.enabled == (state == "idle")
    assert ("A network is training" in look.tip) == (state != "idle")


def test_what_keeps_a_recipe_from_being_trained_keeps_its_rate_from_being_found():
    look = buttons(Situation(problem="The data set is not here."))["find_lr"]
    assert (look.enabled, look.tip) == (False, "The data set is not here.")


def test_no_run_begins_while_a_learning_rate_is_looked_for():
    for now in (Situation(finding=True, run="0001"), Situation(finding=True, unfinished=("0007", 5, 8), run="0007")):
        looks = buttons(now)
        for name in ("start", "new_run", "one_more"):
            assert not looks[name].enabled, name
            assert "A learning rate is being looked for" in looks[name].tip, name
    assert buttons(Situation(state="running", finding=True))["one_more"].enabled


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


@pytest.mark.parametrize(
    ("name", "now", "states"),
    [
        ("new_run", Situation(unfinished=("0007", 5, 8)), {"idle"}),
        ("new_run", Situation(), set()),
        ("watch_live", Situation(), {"running", "paused"}),
        ("watch_live", Situation(live=True), set()),
        ("edit_copy", Situation(), {"running", "paused", "stopping"}),
        ("edit_copy", Situation(copying=True), {"running", "paused", "stopping"}),
    ],
)
def test_some_buttons_are_there_only_when_they_mean_something(name, now, states):
    looks = {state: buttons(dataclasses.replace(now, state=state))[name] for state in STATES}
    assert {state for state, look in looks.items() if look.visible} == states
    assert all(looks[state].enabled for state in states)


def test_the_focus_goes_from_start_to_pause_and_back_and_never_to_stop(qtbot):
    around = QWidget()
    layout = QVBoxLayout(around)
    controls, following, other = RunControls(), QPushButton("following"), QPushButton("other")
    for each in (controls, following, other):
        layout.addWidget(each)
    qtbot.addWidget(around)
    around.show()
    around.activateWindow()
    controls.buttons["start"].setFocus()
    qtbot.waitUntil(controls.buttons["start"].hasFocus)
    for state, focused in (("starting", ""), ("running", "pause"), ("stopping", ""), ("idle", "start")):
        controls.show_situation(Situation(state=state))
        assert not controls.buttons["stop"].hasFocus(), state
        assert not focused or controls.buttons[focused].hasFocus(), state
    controls.show_situation(Situation(state="starting"))
    other.setFocus()
    controls.show_situation(Situation(state="running"))
    assert other.hasFocus(), "the user has gone elsewhere"


def test_a_hidden_new_run_cannot_be_pressed():
    assert not buttons(Situation(state="running", unfinished=("0007", 5, 8)))["new_run"].enabled
    assert not buttons(Situation())["new_run"].enabled


def test_a_wrong_recipe_keeps_start_from_being_pressed_and_says_why():
    look = buttons(Situation(problem="Epochs must be at least 1."))["start"]
    assert (look.enabled, look.tip) == (False, "Epochs must be at least 1.")


def test_the_next_learning_rate_is_named_while_it_is_known():
    tips = [buttons(Situation(state="paused", lr=lr))["one_more"].tip for lr in (0.0, 0.0125, None)]
    assert tips[0].endswith("Its learning rate will be 0.")
    assert tips[1].endswith("Its learning rate will be 0.0125.")
    assert tips[2].endswith("then pause.")


# The curves


def test_a_loss_that_has_run_away_has_room_at_the_end_of_its_line(qtbot):
    plots = TrainingPlots()
    qtbot.addWidget(plots)
    steps = [(step, step / 4, loss, 0.1, 0.1, 100.0) for step, loss in ((1, 2.3), (2, 3.7424533614798e31))]
    plots.show_history(History(step_rows=steps), epochs=8, classes=10)
    assert "to 3.74e+31 at epoch 0.5" in plots.loss.summary()
    plots.loss.canvas.set_cursor(0.5)
    assert plots.loss.canvas.readout() == "epoch 0.50: training 3.74e+31"


# The schedule


@pytest.mark.parametrize("schedule", settings()["schedule"].choices)
@pytest.mark.parametrize("epochs", [1, 8, 300, 5000])
def test_the_preview_is_the_schedule_that_will_be_trained(schedule, epochs):
    recipe = Recipe(schedule=schedule, epochs=epochs, lr=0.5)
    points = sampled(recipe)
    assert (points[0][0], points[-1][0]) == (0.0, 1.0)
    assert 240 <= len(points) <= 301
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


def test_the_preview_follows_recipe_and_place(qtbot):
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    seen = []
    for recipe, place in (
        (Recipe(schedule="one_cycle", epochs=10, lr=0.5, warm_up=0.2), None),
        (Recipe(schedule="constant", epochs=10, lr=0.1), 0.0),
        (Recipe(schedule="linear", epochs=10, lr=0.1, final_lr=0.0), 0.75),
        (Recipe(schedule="linear", epochs=10, lr=0.1, final_lr=0.0), None),
    ):
        preview.show_recipe(recipe)
        preview.show_position(place)
        seen.append((preview.toolTip(), preview.grab().toImage()))
        assert preview.accessibleDescription() == preview.toolTip() == preview.text()
    words = [text for text, _picture in seen]
    assert "at most 0.5," in words[0]
    assert not words[0].startswith("0.5 at the start"), "it warms up"
    assert words[1:] == [
        "0.1 at the start, at most 0.1, 0.1 at the end, now 0.1",
        "0.1 at the start, at most 0.1, 0 at the end, now 0.025",
        "0.1 at the start, at most 0.1, 0 at the end",
    ]
    pictures = [picture for _text, picture in seen]
    assert all(one != other for one, other in itertools.combinations(pictures, 2)), "the dot is seen, too"


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


def test_the_view_of_the_data_counts_and_shows_what_there_is_of_each_class(qtbot, tiny_data):
    def rows(view: LookAtData) -> list[tuple[str, str]]:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        texts = [label.text() for label in view.findChildren(QLabel)]
        return [
            (text, texts[at + 1]) for at, text in enumerate(texts[:-1]) if text in ("bright", "dark", "striped", "none")
        ]

    view = LookAtData()
    qtbot.addWidget(view)
    view.show_data(tiny_data, Recipe(crop=0, flip="none"))
    tallies = [f"{train:,} · {held_out:,}" for train, held_out in counts(tiny_data)]
    assert rows(view) == list(zip(tiny_data.class_names, tallies, strict=True))
    train, held_out, test = tiny_data.counts
    assert f"{train} pictures to learn from, {held_out} held out" in view._facts.text()
    assert f"and {test} for the final test" in view._facts.text()
    strips = {strip.accessibleName(): strip for strip in view.findChildren(PictureStrip)}
    bright = strips["Training pictures of the class bright"]._images[0].pixelColor(5, 5).lightness()
    dark = strips["Training pictures of the class dark"]._images[0].pixelColor(5, 5).lightness()
    assert bright > 150 > dark
    assert strips["Training pictures as they are"]._images == strips["The same, augmented"]._images
    assert "does not augment" in view._what.text()
    more = dataclasses.replace(tiny_data, class_names=(*tiny_data.class_names, "none"))
    view.show_data(more, Recipe(crop=2, flip="none"))
    assert rows(view) == [*zip(tiny_data.class_names, tallies, strict=True), ("none", "0 · 0")]
    assert "shifted by up to 2 pixels" in view._what.text()
    assert strips["Training pictures as they are"]._images != strips["The same, augmented"]._images


@pytest.mark.parametrize(("classes", "left_out"), [(100, []), (102, ["and 2 more classes"])])
def test_of_very_many_classes_a_hundred_are_listed_and_the_others_counted(qtbot, tiny_data, classes, left_out):
    view = LookAtData()
    qtbot.addWidget(view)
    names = tuple(f"class {number}" for number in range(classes))
    view.show_data(dataclasses.replace(tiny_data, class_names=names), Recipe())
    texts = [label.text() for label in view.findChildren(QLabel)]
    assert sum(text.startswith("class ") for text in texts) == 100
    assert [text for text in texts if "more classes" in text] == left_out


# Runs


def test_nothing_is_continued_when_there_is_nothing():
    assert to_continue([]) is None


def summary(number: str, **changes) -> SimpleNamespace:
    usual = {"unfinished": False, "status": "completed", "resumable": True, "epochs_done": 2, "title": "a title"}
    usual |= {"name": "a title", "recipe": None}
    return SimpleNamespace(number=number, path=f"/runs/{number}", **{**usual, **changes})


@pytest.mark.parametrize(
    ("runs", "unfinished", "latest"),
    [
        ([], None, None),
        ([summary("0002"), summary("0001", unfinished=True, status="stopped")], None, "0002"),
        ([summary("0002", unfinished=True, status="stopped"), summary("0001")], "0002", "0002"),
        ([summary("0002", unfinished=True, status="diverged")], None, "0002"),
        ([summary("0002", status="damaged", resumable=False), summary("0001")], None, None),
    ],
)
def test_the_newest_run_alone_is_continued(qtbot, runs, unfinished, latest):
    watch = RunsWatch(SimpleNamespace(run=lambda _function, done, key: done(runs)))  # type: ignore[arg-type]
    with qtbot.waitSignal(watch.changed):
        watch.refresh()
    assert watch.all == runs
    assert [found and found.number for found in (watch.unfinished, watch.latest)] == [unfinished, latest]


def test_runs_with_an_epoch_can_be_laid_under_another(qtbot):
    watch = RunsWatch(SimpleNamespace())  # type: ignore[arg-type]
    assert watch.comparable() == []
    watch.all = [summary("0003"), summary("0002", epochs_done=0), summary("0001")]
    assert watch.comparable() == [("/runs/0003", "run 0003 · a title"), ("/runs/0001", "run 0001 · a title")]
    assert watch.comparable(but="0003") == [("/runs/0001", "run 0001 · a title")]


def test_a_run_without_a_name_is_called_by_its_network_as_the_window_names_it():
    watch = RunsWatch(SimpleNamespace())  # type: ignore[arg-type]
    watch.all = [summary("0001", name="", recipe=Recipe(network="custom", data="/some/four"))]
    assert watch.comparable() == [("/runs/0001", "run 0001 · Own design on four")]


# The data of the recipe


def test_what_is_known_of_a_data_set_is_forgotten_with_it(qtbot, monkeypatch):
    def find(source: str) -> str:
        if source in errors:
            raise errors[source]
        return source

    errors = {"gone": DataMissing("It is not here."), "odd": DataError("It is odd.")}
    monkeypatch.setattr("cifar_gui.ui.train.chosen_data.find", find)
    asked, jobs = [], []
    library = SimpleNamespace(current_source="shapes", request=asked.append)
    background = SimpleNamespace(run=lambda function, done, key: jobs.append(lambda: done(function())))
    chosen_data = ChosenData(background, library)  # type: ignore[arg-type]
    assert not chosen_data.known
    seen = []
    chosen_data.changed.connect(lambda: seen.append((chosen_data.problem, chosen_data.missing)))
    for source in ("gone", "odd", "there", "shapes"):
        chosen_data.choose(source)
        assert not chosen_data.known
        jobs.pop()()
        assert chosen_data.known
    assert seen == [("It is not here.", True), ("It is odd.", False), ("", False), ("", False)]
    assert asked == ["there"], "the one that is there, if it has not been read already"


def test_a_title_without_room_ends_in_an_ellipsis_and_tells_the_rest_on_hover(qtbot):
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.setText("AirNet on CIFAR-10 · Best")
    label.resize(60, 20)
    label.show()
    assert label.shown().endswith("…")
    assert label.toolTip() == label.text() == "AirNet on CIFAR-10 · Best"
    label.resize(600, 20)
    assert label.shown() == label.text()
    assert label.toolTip() == ""
