"""The walk through a whole small network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.preprocess import standardise
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.ui.convolution import page as page_module
from cifar_gui.ui.convolution.numbers import sum_text
from cifar_gui.ui.convolution.pictures import SmallPicture
from cifar_gui.ui.convolution.stages import STAGES, StageStrip, stages_of
from cifar_gui.ui.convolution.walked_network import find_network, untrained
from cifar_gui.ui.model_choices import ModelChoice
from cifar_gui.ui.theme import theme
from cifar_gui.words import modest_percent

VOLUMES = ((32, 32, 3), (32, 32, 12), (32, 32, 12), (16, 16, 12), (10,))


@pytest.fixture
def walking(page, qtbot, decided_snapshot):
    """The page with a network that is sure of everything, and a picture that somebody says is a frog."""
    page.on_model(decided_snapshot)
    page.context.models.loaded = SimpleNamespace(label="Decided")
    pixels = np.random.default_rng(6).integers(0, 256, (3, 32, 32), dtype=np.uint8)
    page.pictures.taken.emit(SmallPicture(pixels, "noise", "frog"))
    page.views.button("network").click()
    qtbot.waitUntil(lambda: page.network.walk is not None)
    return page


@pytest.fixture
def stages(decided_snapshot, walking) -> list[torch.Tensor]:
    """What PyTorch makes of the same picture: the input, then the output of each layer."""
    found = [standardise(torch.from_numpy(walking.setup.picture[None]), CENTRED)]
    for layer in rebuild(decided_snapshot):
        found.append(layer(found[-1]).detach())
    return found


def test_a_walk_that_failed_is_tried_again_when_it_is_looked_at_again(walking, qtbot, monkeypatch) -> None:
    before, told = walking.network.walk, []
    walking.context.jobs._unexpected = told.append
    with monkeypatch.context() as patched:
        patched.setattr(page_module, "walk", lambda *_: 1 / 0)
        walking.on_theme()
        qtbot.waitUntil(lambda: bool(told) and walking.context.jobs.idle)
    walking.views.button("operator").click()
    walking.views.button("network").click()
    qtbot.waitUntil(lambda: walking.network.walk is not before)


@pytest.mark.parametrize(("stage", "layer"), [("input", 0), ("conv", 1), ("relu", 2), ("pool", 3), ("dense", 5)])
def test_the_numbers_of_the_layer_in_front_are_saved(walking, stages, monkeypatch, tmp_path, stage, layer) -> None:
    walking.network.show_stage(stage)
    walking.network.maps.choose(4)
    expected = stages[layer][0].numpy()
    expected = expected[4] if stage in ("conv", "relu", "pool") else expected.reshape(-1, expected.shape[-1]).squeeze()
    path = tmp_path / "numbers.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    walking.save()
    assert np.allclose(np.loadtxt(path, delimiter=","), expected, atol=1e-4)


def test_before_a_picture_has_gone_through_the_network_nothing_is_saved_and_it_is_said(walking, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: pytest.fail("asked where to save nothing"))
    told: list[str] = []
    monkeypatch.setattr(walking, "tell", told.append)
    walking.network._walk = None
    walking.save()
    assert told == ["Nothing is saved: no picture has gone through the network yet."]


def test_what_is_copied_of_the_network_is_of_its_layer_in_front(walking) -> None:
    def copied() -> str:
        walking.copy()
        return QGuiApplication.clipboard().text()

    walking.network.show_stage("conv")
    assert copied() == walking.network.operator.in_words() != walking.operator.in_words()
    walking.network.show_stage("softmax")
    name, share = copied().splitlines()[6].split("\t")
    assert (name, float(share)) == ("frog", walking.network.walk.probabilities[6])
    walking.network.show_stage("input")
    assert copied() == walking.network.note.text()


def test_another_network_is_walked_through_as_soon_as_it_is_chosen(walking, qtbot, decided_snapshot) -> None:
    weights = {name: value * 2 for name, value in decided_snapshot.weights.items()}
    other = replace(decided_snapshot, weights=weights)
    walking.on_model(other)
    qtbot.waitUntil(lambda: walking.context.jobs.idle)
    assert walking.network.walk.snapshot is other


def test_it_has_its_name_while_the_next_network_is_being_loaded(walking, qtbot) -> None:
    walking.context.models.current = SimpleNamespace(label="Next")
    before = walking.network.walk
    walking.on_theme()
    qtbot.waitUntil(lambda: walking.network.walk is not before)
    assert "Network: Decided." in walking.network.which.text()


def test_in_another_theme_the_maps_have_its_colours(walking, qtbot) -> None:
    theme().set_look(scheme="light")
    walking.on_theme()
    qtbot.waitUntil(lambda: walking.context.jobs.idle)
    before = walking.network.maps.grid.tiles
    theme().set_look(scheme="dark")
    walking.on_theme()
    qtbot.waitUntil(lambda: walking.context.jobs.idle)
    theme().set_look(scheme="light")
    assert (walking.network.maps.grid.tiles != before).any()


def test_the_volumes_are_said_and_every_layer_can_be_clicked(walking, qtbot) -> None:
    strip = walking.network.stages
    shapes = [strip.button(key).stage.shape_text for key in STAGES]
    assert shapes == ["32×32×3", "32×32×12", "32×32×12", "16×16×12", "10", "10", "1"]
    for key in STAGES:
        qtbot.mouseClick(strip.button(key), Qt.MouseButton.LeftButton)
        assert strip.current == key
        assert walking.network.note.text() == strip.button(key).stage.text
        walking.network.grab()


def test_the_numbers_of_learned_weights_are_right() -> None:
    texts = {stage.key: stage.text for stage in stages_of(VOLUMES, 3, 10)}
    model = build("simple", 10)
    conv, dense = (sum(value.numel() for value in model[place].parameters()) for place in (0, 4))
    assert f"{conv:,} numbers are learned here" in texts["conv"]
    assert f"{dense:,} numbers are learned here" in texts["dense"]


@pytest.mark.parametrize(("key", "layer"), [("conv", 1), ("relu", 2), ("pool", 2)])
def test_the_maps_are_those_of_pytorch_and_the_arithmetic_adds_up(walking, stages, key, layer) -> None:
    network = walking.network
    network.show_stage(key)
    network.maps.choose(5)
    network.operator.go((0, 31))  # a corner: padding is read
    shown = network.operator.arithmetic.shown
    assert shown.step.value == pytest.approx(float(stages[1][0, 5, 0, 31]), abs=2e-5)
    assert shown.result == pytest.approx(float(stages[layer][0, 5, 0, 31]), abs=2e-5)
    np.testing.assert_allclose(network.operator.output.content.values, stages[layer][0, 5].numpy(), atol=2e-5)
    if key == "pool":
        np.testing.assert_allclose(network.operator.pool.content.values, stages[3][0, 5].numpy(), atol=2e-5)


def test_a_logit_is_the_sum_of_what_all_maps_add(walking, stages) -> None:
    network = walking.network
    network.show_stage("dense")
    network.dense.classes.selectRow(3)
    network.maps.choose(2)
    values, weights, products = (each.content.values for each in network.dense.maps)
    np.testing.assert_allclose(values, stages[3][0, 2].numpy(), atol=2e-5)
    np.testing.assert_allclose(values * weights, products)
    model = network.dense.shares.model()
    numbers = [model.rows[row][1].value for row in range(model.rowCount())]
    assert len(numbers) == 13
    assert sum(numbers) == pytest.approx(float(stages[5][0, 3]), abs=1e-3)
    assert numbers[2] == pytest.approx(float(products.sum()))


def test_softmax_and_loss_are_those_of_pytorch(walking, stages) -> None:
    answer, label = walking.network.answer, 6
    walking.network.show_stage("loss")
    shares = stages[5][0].softmax(0)
    rows = answer.table.model().rows
    np.testing.assert_allclose([row[3].value for row in rows], shares.numpy(), atol=1e-4)
    assert answer.truth.currentText() == "frog"  # what somebody has said
    expected = float(torch.nn.functional.cross_entropy(stages[5], torch.tensor([label])))
    assert float(answer.loss_result.text().removeprefix("= ")) == pytest.approx(expected, abs=2e-3)
    answer.truth.setCurrentIndex(1)
    expected = float(torch.nn.functional.cross_entropy(stages[5], torch.tensor([1])))
    assert float(answer.loss_result.text().removeprefix("= ")) == pytest.approx(expected, abs=2e-3)


def test_another_true_class_leaves_the_keyboard_where_it_is_in_the_table(walking) -> None:
    walking.network.show_stage("softmax")
    answer = walking.network.answer
    answer.table.selectRow(4)
    answer.truth.setCurrentIndex(1)
    assert (answer.table.chosen_rows, answer.table.currentIndex().row()) == ((4,), 4)
    assert answer.table.rows[1][0].bold, "it is told of the class that is chosen now"


def test_the_class_that_was_said_to_be_true_stays_until_there_is_another_picture(walking, qtbot) -> None:
    walking.network.show_stage("loss")
    answer = walking.network.answer
    answer.truth.setCurrentIndex(1)
    walking.network.show_walk(walking.network.walk, "again", "noise", "frog", trained=True)
    assert answer.truth.currentIndex() == 1
    walking.network.show_walk(walking.network.walk, "again", "another", "frog", trained=True)
    assert answer.truth.currentText() == "frog"


def test_another_picture_of_the_same_name_is_another_picture(walking) -> None:
    network, walk = walking.network, walking.network.walk
    network.show_stage("loss")
    network.answer.truth.setCurrentIndex(1)
    network.show_walk(replace(walk, pixels=255 - walk.pixels), "again", "noise", "frog", trained=True)
    assert network.answer.truth.currentText() == "frog"


def test_the_true_class_is_the_same_one_to_a_network_that_has_its_classes_in_another_order(walking) -> None:
    network, walk = walking.network, walking.network.walk
    network.show_stage("loss")
    card = replace(walk.snapshot.card, class_names=walk.class_names[::-1])
    other = replace(walk, snapshot=replace(walk.snapshot, card=card))
    network.show_walk(other, "reversed", "noise", "frog", trained=True)
    assert network.answer.truth.currentText() == "frog"


def test_what_nobody_has_named_is_taken_for_what_the_network_says(walking, qtbot) -> None:
    before = walking.network.walk
    walking.pictures.taken.emit(SmallPicture(np.zeros((3, 32, 32), np.uint8), "black"))
    qtbot.waitUntil(lambda: walking.network.walk is not before)
    walking.network.show_stage("loss")
    walk = walking.network.walk
    assert walking.network.answer.truth.currentText() == walk.class_names[int(walk.logits.argmax())]
    assert "Nobody has said" in walking.network.answer.remark.text()
    assert "Picture: black." in walking.network.which.text()


def test_the_loss_of_who_knows_nothing_is_told_beside_that_of_the_answer(walking) -> None:
    walking.network.show_stage("loss")
    answer, walk = walking.network.answer, walking.network.walk
    assert answer.remark.text() == (
        "A network that knows nothing, and gives every class the same probability, has a loss of 2.303; one that is "
        "right and certain has 0."
    )
    answer.truth.setCurrentIndex(3)
    logits = torch.from_numpy(walk.logits)
    for row, cells in enumerate(answer.table.model().rows):
        assert cells[0].text == walk.class_names[row]
        assert cells[0].bold == (row == 3)
        assert cells[1].value == pytest.approx(float(logits[row]))
        assert cells[2].value == pytest.approx(float((logits[row] - logits.max()).exp()), rel=1e-4)
    share = float(logits.softmax(0)[3])
    powers = (logits - logits.max()).exp()
    assert answer.formula.text() == f"{sum_text(float(powers[3]))} / {sum_text(float(powers.sum()))}"
    assert answer.result.text() == f"= {modest_percent(share, 1)}"
    assert float(answer.loss_formula.text().removeprefix("−ln ")) == pytest.approx(share, rel=1e-3)


def test_the_input_shows_how_a_pixel_is_standardised(walking) -> None:
    walking.network.show_stage("input")
    walking.network.slices.maps[2].pointed.emit(4, 9)
    pixel = int(walking.setup.picture[1, 4, 9])
    assert f"Green ({pixel} − 127.5) / 255.0 = " in walking.network.slices.numbers.text()


def test_one_that_has_not_been_trained_says_so_and_offers_training(page, qtbot) -> None:
    proposed = []
    page.context.session.recipe_proposed.connect(proposed.append)
    page.views.button("network").click()
    qtbot.waitUntil(lambda: page.network.walk is not None)
    assert "has not been trained: its numbers are random" in page.network.which.text()
    page.network.train.click()
    assert (page.shown_pages, proposed[0].network) == (["train"], "simple")


def test_another_picture_can_be_asked_for_beside_the_network_too(walking, monkeypatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(page_module.file_dialogs, "ask_for_pictures", lambda *_: asked.append("file") or [])
    walking.network.open.click()
    walking.network.held_out.click()
    assert asked == ["file"]
    assert walking.context.data.requested == ["usual"]


def test_the_player_belongs_to_the_view_at_the_front(walking) -> None:
    walking.network.show_stage("conv")
    assert walking.network.operator.player.isVisibleTo(walking)
    assert not walking.operator.player.isVisibleTo(walking)
    walking.network.show_stage("loss")
    assert not walking.network.operator.player.isVisibleTo(walking)
    walking.views.button("operator").click()
    assert walking.operator.player.isVisibleTo(walking)


def test_what_plays_stops_when_it_goes_out_of_sight(walking) -> None:
    inner, outer = walking.network.operator.player, walking.operator.player
    for leave in (
        walking.views.button("operator").click,
        walking.network.stages.button("loss").click,
        walking.page_hidden,
    ):
        walking.views.button("network").click()
        walking.network.show_stage("conv")
        inner.play.click()
        walking.network.stages.button("relu").click()
        assert inner.is_playing, "through the next layer the window slides on"
        leave()
        assert not inner.is_playing
    walking.views.button("operator").click()
    outer.play.click()
    walking.views.button("network").click()
    assert not outer.is_playing


def test_the_view_and_the_layer_are_remembered(walking) -> None:
    walking.network.show_stage("dense")
    state = walking.save_state()
    walking.views.button("operator").click()
    walking.network.show_stage("conv")
    walking.restore_state(state)
    assert (walking.views.current, walking.network.stages.current) == ("network", "dense")


def test_the_layer_of_last_time_is_shown_as_soon_as_there_is_a_network(page, qtbot) -> None:
    page.restore_state({"view": "network", "stage": "loss"})
    qtbot.waitUntil(lambda: page.network.walk is not None)
    assert (page.views.current, page.network.stages.current) == ("network", "loss")
    page.network.show_stage("unheard of")
    assert page.network.stage == "loss"


@pytest.mark.parametrize(("width", "one_row"), [(1100, True), (500, False)])
def test_where_there_is_no_room_for_one_row_of_layers_there_are_more(qtbot, width, one_row) -> None:
    strip = StageStrip()
    qtbot.addWidget(strip)
    strip.show_stages(stages_of(VOLUMES, 3, 10), "conv")
    strip.resize(width, 200)
    strip.show()
    QApplication.processEvents()  # a layout that has changed is asked for its places later
    tops = {strip.button(key).y() for key in STAGES}
    assert (len(tops) == 1) == one_row
    assert all(strip.rect().contains(strip.button(key).geometry()) for key in STAGES)


def choice(path: Path) -> ModelChoice:
    return ModelChoice(path.stem, path.stem, "", "runs", path)


def test_the_chosen_network_is_walked_through_if_it_is_such_a_one(decided_snapshot, decided_model) -> None:
    found = find_network(decided_snapshot, "mine", [choice(decided_model)])
    assert (found.snapshot is decided_snapshot, found.title, found.trained) == (True, "mine", True)


def test_else_the_first_of_the_runs_and_files_that_is(decided_model, tmp_path) -> None:
    other, broken = tmp_path / "lenet.safetensors", tmp_path / "broken.safetensors"
    lenet = capture(build("lenet", 10), ModelCard("lenet", tuple("abcdefghij"), CENTRED))
    save_snapshot(lenet, other)
    broken.write_bytes(b"nothing")
    found = find_network(lenet, "LeNet", [choice(broken), choice(other), choice(decided_model)])
    assert (found.snapshot.card.title, found.title, found.trained) == ("Decided", "decided", True)
    assert not find_network(lenet, "LeNet", [choice(other)]).trained


def test_the_untrained_one_is_always_the_same_and_leaves_chance_as_it_is() -> None:
    torch.manual_seed(11)
    expected = torch.rand(2)
    torch.manual_seed(11)
    one, other = untrained(), untrained()
    assert torch.equal(torch.rand(2), expected)
    assert one == other
