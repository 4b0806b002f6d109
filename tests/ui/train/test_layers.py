"""The panel with the signals of every layer: computed when it can be seen, of the newest network, and no oftener."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollArea

from cifar_gui.data.base import Split
from cifar_gui.explain.signals import LayerSignals
from cifar_gui.training.events import SnapshotTaken
from cifar_gui.ui.background import Background
from cifar_gui.ui.icons import icon
from cifar_gui.ui.train import layer_panel
from cifar_gui.ui.train.layer_panel import TITLES, LayerPanel, rows_of


@pytest.fixture
def panel(qtbot):
    jobs = Background()
    made = LayerPanel(jobs)
    made.jobs = jobs
    qtbot.addWidget(made)
    qtbot.addWidget(made.toggle)
    yield made
    jobs.shutdown()


@pytest.fixture
def looked_at(monkeypatch):
    """The snapshots that signals were computed of."""
    found, compute = [], layer_panel.layer_signals
    monkeypatch.setattr(
        layer_panel, "layer_signals", lambda snapshot, *given: found.append(snapshot) or compute(snapshot, *given)
    )
    return found


def names(panel: LayerPanel) -> list[str]:
    return [row[0].text for row in panel.table.rows]


def test_it_is_folded_and_computes_nothing_until_it_is_unfolded(panel, looked_at, decided_snapshot, tiny_data, qtbot):
    data = replace(tiny_data, class_names=decided_snapshot.card.class_names)
    panel.set_data(data)
    panel.show_snapshot(decided_snapshot)
    assert (panel.isHidden(), looked_at) == (True, [])
    panel.toggle.click()
    qtbot.waitUntil(lambda: bool(names(panel)))
    assert panel.isVisible()
    assert panel.words.text().endswith(".")
    assert len(names(panel)[0]) > 0
    panel.toggle.click()
    panel.toggle.click()
    panel.show_snapshot(decided_snapshot)
    qtbot.waitUntil(lambda: panel.jobs.idle)
    assert looked_at == [decided_snapshot], "nothing new, nothing computed"


def test_the_arrow_points_down_while_it_is_unfolded(panel):
    def arrow() -> QImage:
        return panel.toggle.icon().pixmap(16).toImage()

    folded = arrow()
    panel.toggle.click()
    assert arrow() == icon("chevron-down").pixmap(16).toImage() != folded
    panel.toggle.click()
    assert arrow() == folded


def test_another_run_clears_it_and_data_of_other_classes_is_not_its_own(
    panel, looked_at, decided_snapshot, tiny_data, qtbot
):
    panel.toggle.click()
    panel.set_data(replace(tiny_data, class_names=("some", "other", "names")))
    panel.show_snapshot(decided_snapshot)
    assert panel.jobs.idle
    panel.set_data(replace(tiny_data, class_names=decided_snapshot.card.class_names))
    qtbot.waitUntil(lambda: bool(names(panel)))
    panel.set_data(replace(tiny_data, class_names=decided_snapshot.card.class_names))
    qtbot.waitUntil(lambda: len(looked_at) == 2)  # other pictures may say something else of the same network
    panel.clear()
    assert (names(panel), "after the next epoch" in panel.words.text()) == ([], True)


def test_a_row_says_what_a_layer_does():
    (row,) = rows_of([LayerSignals("block 1 · conv 2", 0.05, 0.001, 1.25, 0.5)])
    assert [cell.text for cell in row] == ["block 1 · conv 2", "0.02", "0.05", "1.2", "50 %"]
    assert "0.001 ÷ 0.05" in row[1].note
    assert len(row) == len(TITLES)


def test_on_the_page_it_follows_the_run_and_is_remembered(window, decided_snapshot, tiny_data, qtbot):
    page = window.show_page("train")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    page.middle.show_plots()  # and not the ways to data
    page._set_data(replace(tiny_data, class_names=decided_snapshot.card.class_names))
    page.middle.layers.toggle.click()
    assert page.middle.layers.isVisible()
    page.on_event(SnapshotTaken(3, 0.5, decided_snapshot))
    qtbot.waitUntil(lambda: bool(names(page.middle.layers)))
    assert page.save_state()["layers"] is True
    page.middle.layers.toggle.click()
    assert page.middle.layers.isHidden()
    page.restore_state({"layers": True})
    assert page.middle.layers.isVisible()


def test_unfolded_it_leaves_the_plots_their_height_and_is_scrolled_to(window, qtbot):
    page = window.show_page("train")
    qtbot.waitUntil(lambda: window.context.jobs.idle)
    page.middle.show_plots()
    plots, panel = page.middle.plots, page.middle.layers
    panel.toggle.click()
    qtbot.waitUntil(lambda: panel.isVisible() and panel.height() > 100)
    for plot in (plots.loss, plots.accuracy):
        assert plot.height() >= 140
    (scroll,) = [each for each in plots.findChildren(QScrollArea) if each.isAncestorOf(panel)]
    qtbot.waitUntil(lambda: panel.mapTo(scroll.viewport(), panel.rect().bottomLeft()).y() <= scroll.viewport().height())
    panel.toggle.click()
    qtbot.waitUntil(lambda: scroll.verticalScrollBar().maximum() == 0)


def test_of_data_sorted_by_class_pictures_of_every_class_are_passed_through(decided_snapshot, monkeypatch):
    passed: list[list[int]] = []
    monkeypatch.setattr(
        layer_panel, "layer_signals", lambda _snapshot, images, labels: passed.append(labels.tolist()) or []
    )
    monkeypatch.setattr(layer_panel, "judge", lambda _layers: None)
    labels = torch.arange(200) // 20
    split = Split("train", torch.zeros(200, 3, 32, 32, dtype=torch.uint8), labels, "sorted")
    layer_panel._signals_of(decided_snapshot, SimpleNamespace(split=lambda _name: split))
    (found,) = passed
    assert len(found) == layer_panel.SAMPLE
    assert set(found) == set(range(10))


def test_what_is_still_computed_of_the_run_before_fills_no_table(
    panel, decided_snapshot, tiny_data, qtbot, monkeypatch
):
    begun, go_on, compute = threading.Event(), threading.Event(), layer_panel.layer_signals

    def held_up(*given):
        begun.set()
        go_on.wait(60)
        return compute(*given)

    monkeypatch.setattr(layer_panel, "layer_signals", held_up)
    panel.toggle.click()
    panel.set_data(replace(tiny_data, class_names=decided_snapshot.card.class_names))
    panel.show_snapshot(decided_snapshot)
    assert begun.wait(60)
    panel.clear()
    go_on.set()
    qtbot.waitUntil(lambda: panel.jobs.idle)
    assert (names(panel), "after the next epoch" in panel.words.text()) == ([], True)


def test_what_is_said_of_the_layers_of_a_network(panel, qtbot, decided_snapshot, tiny_data, stays_said):
    panel.set_data(replace(tiny_data, class_names=decided_snapshot.card.class_names))
    panel.show_snapshot(decided_snapshot)
    panel.toggle.click()
    qtbot.waitUntil(lambda: bool(names(panel)) and panel.jobs.idle)
    stays_said(panel, "layers")
