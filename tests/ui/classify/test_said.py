"""What the Classify page says, word for word, of one picture, of what can be asked about it, and of many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CheckpointError
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.verdict import verdict

from ..conftest import CLASSES

pytestmark = pytest.mark.usefixtures("nothing_is_kept")


@pytest.fixture
def answered(page, window, show, make_picture, qtbot):
    """With the answer about one picture."""
    window.resize(1500, 1000)
    show(make_picture())
    settle(page, qtbot)
    return page


def settle(page, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def test_before_there_is_a_picture(page, stays_said):
    stays_said(page, "no-picture")


def test_an_answer(answered, stays_said):
    stays_said(answered, "answer")


def test_an_answer_from_one_view(answered, qtbot, stays_said):
    answered.single.verdict_panel._six_views.click()
    settle(answered, qtbot)
    stays_said(answered, "one-view")


@pytest.mark.parametrize("method", ["occlusion", "grad_cam", "integrated_gradients"])
def test_where_it_looks(answered, qtbot, stays_said, method):
    side = answered.single.picture_panel.side
    side.method.setCurrentIndex(side.method.findData(method))
    settle(answered, qtbot)
    stays_said(answered, f"{method}")


@pytest.mark.parametrize("view", ["paint", "why", "resembles"])
def test_what_can_be_asked_about_an_answer(answered, qtbot, tiny_data, stays_said, view):
    answered.context.data.adopt("tiny", tiny_data)
    answered.single.picture_panel.views.button(view).click()
    settle(answered, qtbot)
    stays_said(answered, f"{view}")


def test_many_pictures_in_folders_named_after_classes(page, window, qtbot, make_picture, tmp_path: Path, stays_said):
    window.resize(1500, 1000)
    for number, folder in enumerate(["bird", "bird", "cat", "cat", "others", "bird", "frog"]):
        colour = ["red", "green", "gold", "teal", "white", "navy", "black"][number]
        make_picture(f"many/{folder}/{number}.png", colour=colour)
    (tmp_path / "many" / "cat" / "broken.png").write_bytes(b"\x89PNG broken")
    page.open_pictures([PictureSource.from_path(tmp_path / "many")])
    table = page.many.table_page
    qtbot.waitUntil(lambda: page.many.is_in_front and all(row.state != "waiting" for row in table.model.rows))
    qtbot.waitUntil(lambda: not table.batch.running and not table._rearrange.isActive())
    table.table.selectRow(1)
    settle(page, qtbot)
    stays_said(page, "many", r"\d+ ms")


def test_many_pictures_while_they_are_asked_about_and_when_that_has_ended_early(
    page, window, make_picture, monkeypatch, stays_said
):
    window.resize(1500, 1000)
    monkeypatch.setattr(page.context.jobs, "run", lambda *_given, **_named: None)  # nothing comes to its end
    page._on_many([PictureSource.from_path(make_picture(f"{number}.png")) for number in range(3)])
    table = page.many.table_page
    stays_said(page, "many-begun")
    shares = (0.9, 0.08, *[0.0025] * 8)
    answer = Prediction(CLASSES, shares, verdict(CLASSES, shares))
    table.batch.found.emit([(1, answer)])
    table.batch.progressed.emit(1, 3, 100.0)
    table._rearrange.timeout.emit()
    stays_said(page, "many-under-way")
    table.cancel_button.click()
    assert not table._rearrange.isActive(), "no more is to come"
    stays_said(page, "many-given-up")
    table._go_on_button.click()
    assert [table.model.rows[place].state for place in table._places] == ["waiting"] * 2
    assert (table._progress.value(), table._doing.text()) == (0, "Starting…")
    table.batch._on_broken(table.batch._run)
    assert (table._tally.text().split(" · ")[-1], table._go_on_button.isVisible()) == ("stopped by a fault", True)
    table._go_on_button.click()
    table.batch.refused.emit(CheckpointError("Its weights do not fit."))
    stays_said(page, "many-refused")
    page.many.ask_with(None)
    stays_said(page, "many-without-a-network")
    table.back_button.click()
    stays_said(page, "beside-many")


def test_what_is_said_without_an_answer_and_the_same_as_before_with_the_next(answered, qtbot, stays_said):
    side = answered.single.picture_panel.side
    side.method.setCurrentIndex(side.method.findData("occlusion"))
    settle(answered, qtbot)
    snapshot = answered._snapshot
    for name, lose in (
        ("refused", lambda: answered.answers.refused.emit(CheckpointError("Its weights do not fit."))),
        ("network-gone", lambda: answered.on_model(None)),
    ):
        lose()
        settle(answered, qtbot)
        stays_said(answered, name)
        answered.on_model(snapshot)
        settle(answered, qtbot)
        stays_said(answered, "occlusion")


def test_what_a_second_network_says(answered, qtbot, decided_snapshot, tmp_path, stays_said):
    weights = {name: -value for name, value in decided_snapshot.weights.items()}
    card = replace(decided_snapshot.card, title="Other")
    save_snapshot(ModelSnapshot(card, weights), tmp_path / "other.safetensors")
    answered.context.models.choose_file(tmp_path / "other.safetensors")
    qtbot.waitUntil(lambda: answered._snapshot is not None and answered._snapshot.card.title == "Other")
    settle(answered, qtbot)
    stays_said(answered, "other-network")
