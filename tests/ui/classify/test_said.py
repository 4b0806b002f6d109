"""What the Classify page says, word for word, of one picture, of what can be asked about it, and of many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource

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


def test_what_a_second_network_says(answered, qtbot, decided_snapshot, tmp_path, stays_said):
    weights = {name: -value for name, value in decided_snapshot.weights.items()}
    card = replace(decided_snapshot.card, title="Other")
    save_snapshot(ModelSnapshot(card, weights), tmp_path / "other.safetensors")
    answered.context.models.choose_file(tmp_path / "other.safetensors")
    qtbot.waitUntil(lambda: answered._snapshot is not None and answered._snapshot.card.title == "Other")
    settle(answered, qtbot)
    stays_said(answered, "other-network")
