"""The fields of a recipe one by one, their grid, and what the form makes of network, preset and lock."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cifar_gui.networks.base import network_settings, presets
from cifar_gui.recipe import Recipe
from cifar_gui.ui.train.field_grid import FieldGrid
from cifar_gui.ui.train.recipe_form import GET_DATA, RecipeForm
from cifar_gui.ui.train.recipe_panel import RecipePanel
from cifar_gui.ui.widgets.fields import ChoiceField, NumberField, SwitchField, TextField


@pytest.fixture
def form(qtbot) -> RecipeForm:
    made = RecipeForm()
    qtbot.addWidget(made)
    return made


def edits(field) -> list[object]:
    """What a field holds each time it says that it has been edited."""
    heard: list[object] = []
    field.edited.connect(lambda: heard.append(field.raw()))
    return heard


def options(field: ChoiceField) -> list[str]:
    return [field.itemData(index) for index in range(field.count())]


def test_a_choice_tells_of_the_user_only_and_stays_when_others_are_offered(qtbot):
    field = ChoiceField([("a", "A"), ("b", "B")])
    qtbot.addWidget(field)
    heard = edits(field)
    field.put("b")
    field.set_options([("c", "C"), ("b", "B")])
    assert (field.raw(), heard) == ("b", [])
    field.set_options([("a", "A"), ("c", "C")])
    assert (field.raw(), heard) == ("a", []), "the first, as it is not there any more"
    field.put("of another version")
    assert (field.raw(), options(field)) == ("of another version", ["a", "c", "of another version"])
    field.setCurrentIndex(1)
    assert heard == ["c"]


@pytest.mark.parametrize("make", [lambda: NumberField(whole=True), TextField])
def test_a_text_tells_of_typing_only(qtbot, make):
    field = make()
    qtbot.addWidget(field)
    heard = edits(field)
    field.put("8")
    assert (field.raw(), heard) == ("8", [])
    qtbot.keyClicks(field, "0")
    assert heard == ["80"]


def test_a_switch_tells_of_clicks_only(qtbot):
    field = SwitchField()
    qtbot.addWidget(field)
    heard = edits(field)
    field.put(True)
    assert (field.raw(), heard) == (True, [])
    field.click()
    assert heard == [False]


@pytest.mark.parametrize(
    ("whole", "text", "up", "down"),
    [(True, "8", "9", "7"), (False, "0.1", "0.11", "0.0909"), (True, "many", "many", "many"), (False, "", "", "")],
)
def test_the_arrow_keys_step_a_number_and_leave_nonsense_alone(qtbot, whole, text, up, down):
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        field = NumberField(whole=whole)
        qtbot.addWidget(field)
        field.put(text)
        heard = edits(field)
        qtbot.keyClick(field, key)
        seen.append(field.raw())
        assert heard == ([] if field.raw() == text else [field.raw()])
    assert seen == [up, down]


def test_a_number_is_committed_by_enter_and_not_while_it_is_typed(qtbot):
    field = NumberField(whole=False)
    qtbot.addWidget(field)
    committed: list[float] = []
    field.committed.connect(lambda: committed.append(field.value()))
    qtbot.keyClicks(field, "0.5")
    assert committed == []
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert committed == [0.5]


def test_what_is_typed_with_the_same_meaning_keeps_the_cursor(qtbot):
    field = NumberField(whole=True)
    qtbot.addWidget(field)
    field.put("100")
    field.setCursorPosition(1)
    field.put("100")
    assert field.cursorPosition() == 1


def test_a_grid_tells_problems_where_they_are_and_takes_them_away_again(qtbot):
    grid = FieldGrid()
    qtbot.addWidget(grid)
    for name in ("one", "two"):
        grid.add(name, name.title(), f"About {name}", TextField())
    heard: list[str] = []
    grid.edited.connect(heard.append)
    qtbot.keyClicks(grid.fields["two"], "x")
    assert heard == ["two"]
    assert grid.first_problem() is None
    grid.show_problems({"two": "It is x.", "three": "not here"})
    assert grid.first_problem() is grid.fields["two"]
    assert [(bool(each.property("wrong")), each.toolTip()) for each in grid.fields.values()] == [
        (False, "About one"),
        (True, "About two"),
    ]
    grid.show_problems({})
    assert grid.first_problem() is None
    assert not grid.fields["two"].property("wrong")
    grid.put({"one": "1", "three": "3"})
    grid.remove(["two"])
    assert grid.raws() == {"one": "1"}


def test_a_preset_replaces_all_but_the_data_and_is_kept_by_name_for_another_network(form):
    form.set_recipe(presets("airnet")["best"].changed(data="shapes", seed=3))
    preset, network = form.basic.fields["preset"], form.basic.fields["network"]
    preset.setCurrentIndex(preset.findData("quick"))
    assert form.recipe == presets("airnet")["quick"].changed(data="shapes", seed=3)
    network.setCurrentIndex(network.findData("mlp"))
    assert form.recipe == presets("mlp")["quick"].changed(data="shapes", seed=3)
    form.basic.fields["epochs"].setValue(77)
    network.setCurrentIndex(network.findData("airnet"))
    assert form.recipe == presets("airnet")["best"].changed(data="shapes", seed=3), "of own settings there are none"


def test_choosing_own_settings_changes_none(form):
    before = form.recipe
    preset = form.basic.fields["preset"]
    preset.setCurrentIndex(preset.findData("custom"))
    assert form.recipe == before


def test_every_edit_is_told_but_not_what_is_put_into_the_form(form):
    heard: list[Recipe | None] = []
    form.edited.connect(lambda: heard.append(form.recipe))
    form.set_recipe(Recipe(epochs=5))
    assert heard == []
    form.basic.fields["epochs"].setValue(6)
    form.basic.fields["epochs"].setValue(0)
    assert [recipe and recipe.epochs for recipe in heard] == [6, None]
    assert form.last_valid.epochs == 6


def test_another_recipe_brings_the_settings_of_its_network(form):
    own = network_settings("simple")
    changed = {"kernel": own["kernel"] + 2}
    form.set_recipe(Recipe(network="simple", network_settings=changed))
    assert form.recipe.network_settings == changed
    kept = form.advanced.fields["network.kernel"]
    form.set_recipe(Recipe(network="simple"))
    assert form.recipe.network_settings == {}
    assert form.advanced.fields["network.kernel"] is kept, "the fields stay while the network does"


def test_what_is_committed_counts_only_while_it_trains_and_makes_sense(form):
    heard: list[tuple[str, float]] = []
    form.lr_committed.connect(lambda lr: heard.append(("lr", lr)))
    form.epochs_committed.connect(lambda epochs: heard.append(("epochs", epochs)))
    lr, epochs = form.basic.fields["lr"], form.basic.fields["epochs"]
    epochs.setValue(7)
    form.set_locked(locked=True)
    epochs.setValue(0)
    lr.setValue(0.5)
    assert heard == []
    epochs.setValue(9)
    lr.setValue(0.25)
    assert heard == [("epochs", 9), ("lr", 0.25)]


def test_a_lock_is_explained_and_lifted(form):
    batch, kernel = form.basic.fields["batch_size"], form.advanced.fields["weight_decay"]
    before = batch.toolTip()
    seen = []
    for locked in (True, False):
        form.set_locked(locked=locked)
        seen.append((batch.isEnabled(), kernel.isEnabled(), "Edit a copy" in batch.toolTip()))
    assert seen == [(False, False, True), (True, True, False)]
    assert batch.toolTip() == before


def test_offers_may_change_without_changing_the_choice(form):
    form.set_recipe(Recipe(data="/some/pictures", device="cpu"))
    form.set_sources([("cifar10", "CIFAR-10"), ("/some/pictures", "pictures")])
    form.set_devices([("cpu", "CPU"), ("cuda:0", "Card")])
    data, device = form.basic.fields["data"], (form.basic.fields | form.advanced.fields)["device"]
    assert (options(data), data.raw()) == (["cifar10", "/some/pictures", GET_DATA], "/some/pictures")
    assert (options(device), device.raw()) == (["auto", "cpu", "cuda:0"], "cpu")
    form.set_sources([("cifar10", "CIFAR-10")])
    assert data.raw() == form.recipe.data == "/some/pictures", "also when it is offered no more"


def test_the_first_wrong_field_is_gone_to_and_a_closed_fold_stays_closed_if_it_hides_none(form, qtbot):
    form.show()
    form.advanced.fields["weight_decay"].put("x")
    form.basic.fields["epochs"].put("x")
    form._on_edited("epochs")
    form.more.setChecked(False)
    form.focus_problem()
    assert form.window().focusWidget() is form.basic.fields["epochs"]
    assert not form.more.isChecked()


def test_beside_the_recipe_stands_what_its_network_is(qtbot):
    panel = RecipePanel()
    qtbot.addWidget(panel)
    said = [panel.about.text()]
    panel.show_recipe(presets("mlp")["best"])
    said.append(panel.about.text())
    network = panel.form.basic.fields["network"]
    network.setCurrentIndex(network.findData("airnet"))
    said.append(panel.about.text())
    assert said[0] == said[2] != said[1]
