"""The window while a network trains: its status bar, its actions, and the question before it closes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget

from cifar_gui.compute.device import DeviceStatus, devices
from cifar_gui.errors import DataError, MemoryShortage, WriteError
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run
from cifar_gui.ui import closing, main_window
from cifar_gui.ui.activity import device_name

RECIPE = Recipe(
    network="mlp", data="tiny", epochs=400, batch_size=20, micro_batch=20, device="cpu", precision="float32",
    memory_format="contiguous",
)  # fmt: skip


@pytest.fixture
def trains(window, tiny_data, monkeypatch, qtbot):
    """The window while a network trains."""
    monkeypatch.setattr(window.context.session, "_load_data", lambda _source, _progress: tiny_data)
    window.context.session.start(RECIPE)
    qtbot.waitUntil(lambda: window.context.session.state == "running")
    return window


def test_the_status_bar_says_what_computes_before_anything_is_trained(window, qtbot) -> None:
    qtbot.waitUntil(lambda: window.status.place.text() != "")
    usable = next(each for each in devices() if each.usable)
    assert window.status.place.text() == device_name(usable)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (DeviceStatus("cpu", True, "2 threads, AVX512"), "CPU"),
        (DeviceStatus("mps", True, "agrees with the CPU"), "MPS"),
        (DeviceStatus("cuda:0", True, "NVIDIA H200, 139 GiB"), "NVIDIA H200"),
        (DeviceStatus("cuda:1", True, "Card, second edition, 8 GiB"), "Card, second edition"),
    ],
)
def test_a_graphics_card_is_called_by_its_name(status, name) -> None:
    assert device_name(status) == name


def test_a_paused_run_has_neither_speed_nor_time_left(trains, qtbot) -> None:
    qtbot.waitUntil(lambda: "images/s" in trains.activity.text())
    trains.context.session.pause()
    qtbot.waitUntil(lambda: trains.context.session.state == "paused")
    assert trains.activity.text().startswith("Paused · epoch ")
    assert "images/s" not in trains.activity.text()
    assert "left" not in trains.activity.text()


def test_the_run_leaves_the_status_bar_when_it_ends(trains, qtbot) -> None:
    trains.context.session.stop()
    qtbot.waitUntil(lambda: trains.context.session.state == "idle")
    assert trains.status.place.text() == "CPU · Tiny"
    assert trains.context.session.data is None, "its pictures are not kept"


def test_watching_live_is_not_offered_twice(trains, qtbot) -> None:
    action = trains.context.actions["watch_live"]
    assert action.isEnabled()
    action.trigger()
    assert not action.isEnabled()
    assert action.statusTip() == "The network in training is chosen already"
    models = trains.context.models
    qtbot.waitUntil(lambda: any(choice.key == "shipped/airnet" for choice in models.choices()))
    models.choose("shipped/airnet")
    qtbot.waitUntil(action.isEnabled)


def test_actions_follow_the_training(trains, qtbot) -> None:
    actions, session = trains.context.actions, trains.context.session
    assert actions["stop"].isEnabled()
    assert not actions["start"].isEnabled()
    assert "under way" in actions["start"].statusTip()
    actions["pause"].trigger()
    qtbot.waitUntil(lambda: session.state == "paused")
    actions["pause"].trigger()
    qtbot.waitUntil(lambda: session.state == "running")
    actions["stop"].trigger()
    assert session.state == "stopping"
    assert not actions["stop"].isEnabled(), "it is being done already"
    qtbot.waitUntil(lambda: session.state == "idle")
    assert actions["start"].isEnabled()


def test_the_status_bar_says_what_the_machine_is_doing(trains, qtbot) -> None:
    qtbot.waitUntil(lambda: "images/s" in trains.status.progress.text())
    text = trains.status.progress.text()
    assert text.startswith("Training")
    assert "of 400" in text
    assert "left" in text
    assert "CPU, fp32" in trains.status.place.text()
    assert "Tiny" in trains.status.place.text()
    assert "run 0001" in trains.status.place.text()
    assert trains.windowTitle() == "CIFAR GUI", "it can be seen here"
    trains.context.session.stop()
    qtbot.waitUntil(lambda: trains.context.session.state == "idle")
    assert trains.status.progress.text() == "Ready"


def test_the_title_tells_how_far_it_is_while_nothing_else_can(trains, qtbot) -> None:
    trains.showMinimized()
    qtbot.waitUntil(lambda: trains.windowTitle().startswith("Training · epoch "))
    trains.showNormal()
    qtbot.waitUntil(lambda: trains.windowTitle() == "CIFAR GUI")


def test_what_the_mouse_is_over_stands_beside_what_the_machine_is_doing(trains) -> None:
    QApplication.sendEvent(trains, QStatusTipEvent("Stop at once"))
    assert trains.status.tip.text() == "Stop at once"
    assert trains.status.progress.isVisible()
    assert trains.status.currentMessage() == ""
    QApplication.sendEvent(trains, QStatusTipEvent(""))
    assert trains.status.tip.text() == ""


def test_a_live_network_can_be_watched(trains, qtbot) -> None:
    models = trains.context.models
    trains.context.actions["watch_live"].trigger()
    qtbot.waitUntil(lambda: models.snapshot is not None and models.current.key == "live")
    assert "Live" in trains.chooser.text()
    assert any("Live" in action.text() for action in trains.chooser.fill().actions())


@pytest.mark.parametrize(
    ("answer", "state_after", "closed"),
    [("stop", "idle", True), ("minimise", "running", False), ("stay", "running", False)],
)
def test_closing_while_a_network_trains_asks(trains, qtbot, monkeypatch, answer, state_after, closed) -> None:
    asked = []
    monkeypatch.setattr(
        main_window, "ask_before_closing", lambda parent, paused: asked.append((parent, paused)) or answer
    )
    trains.close()
    assert asked == [(trains, False)]
    session = trains.context.session
    qtbot.waitUntil(lambda: session.state == state_after)
    assert trains.isHidden() == closed
    if answer == "minimise":
        assert trains.isMinimized()
    if closed:
        assert session.run.resume_state() is not None
        session.run.close()


def test_closing_while_a_run_is_paused_does_not_speak_of_training_on(trains, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(main_window, "ask_before_closing", lambda _parent, paused: asked.append(paused) or "stay")
    trains.context.session.pause()
    qtbot.waitUntil(lambda: trains.context.session.state == "paused")
    trains.close()
    assert asked == [True]


@pytest.mark.parametrize(
    ("label", "answer", "paused"),
    [
        ("Stop, save and &close", "stop", False),
        ("&Minimise and train on", "minimise", False),
        ("&Minimise, still paused", "minimise", True),
        ("&Stay", "stay", False),
    ],
)
def test_the_question_has_three_answers(qtbot, label, answer, paused) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)

    def press() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        assert ("paused" in box.text()) == paused
        next(button for button in box.findChildren(QPushButton) if button.text() == label).click()

    QTimer.singleShot(0, press)
    assert closing.ask_before_closing(parent, paused=paused) == answer


@pytest.mark.parametrize(("key", "answer"), [(Qt.Key.Key_Return, "stop"), (Qt.Key.Key_Escape, "stay")])
def test_the_question_can_be_answered_with_a_key(qtbot, key, answer) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    QTimer.singleShot(0, lambda: qtbot.keyClick(QApplication.activeModalWidget(), key))
    assert closing.ask_before_closing(parent, paused=False) == answer
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert parent.findChildren(QMessageBox) == []


def test_the_tip_of_a_button_under_the_mouse_follows_what_it_does(window, tiny_data, monkeypatch, qtbot) -> None:
    monkeypatch.setattr(window.context.session, "_load_data", lambda _source, _progress: tiny_data)
    button = window.show_page("train").controls.buttons["pause"]
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    assert window.status.tip.text() == ""
    window.context.session.start(RECIPE)
    qtbot.waitUntil(lambda: window.context.session.state == "running")
    assert window.status.tip.text() == button.toolTip() != ""
    window.context.session.stop()
    qtbot.waitUntil(lambda: window.context.session.state == "idle")
    assert window.status.tip.text() == button.toolTip()


def test_closing_an_idle_window_asks_nothing(window, monkeypatch) -> None:
    monkeypatch.setattr(main_window, "ask_before_closing", lambda _parent, paused: pytest.fail("asked"))
    assert window.close()


def test_the_title_says_nothing_any_more_when_a_run_has_ended_out_of_sight(trains, qtbot) -> None:
    trains.showMinimized()
    qtbot.waitUntil(lambda: trains.windowTitle().startswith("Training · epoch "))
    trains.context.session.stop()
    qtbot.waitUntil(lambda: trains.context.session.state == "idle")
    assert trains.isMinimized()
    assert trains.windowTitle() == "CIFAR GUI"


def test_a_window_stays_to_tell_that_the_run_could_not_be_saved(trains, qtbot, monkeypatch, caplog) -> None:
    def full(_run, _event) -> None:
        raise WriteError("The disk is full.")

    monkeypatch.setattr(main_window, "ask_before_closing", lambda _parent, paused: "stop")
    monkeypatch.setattr(Run, "record", full)
    trains.close()
    qtbot.waitUntil(lambda: trains.context.session.state == "idle")
    assert trains.isVisible()
    assert "The disk is full." in trains.message_bar.text()
    assert "The disk is full." in caplog.text
    assert trains.close(), "which it does when told again"
    assert trains.isHidden()


def test_a_window_that_waits_for_its_run_to_be_saved_asks_once(trains, qtbot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(main_window, "ask_before_closing", lambda parent, paused: asked.append(parent) or "stop")
    trains.close()
    trains.close()
    qtbot.waitUntil(trains.isHidden)
    assert asked == [trains]


def test_a_window_closes_though_the_run_has_ended_while_it_asked(trains, qtbot, monkeypatch) -> None:
    def answer_late(_parent, paused: bool) -> str:
        trains.context.session.stop()
        qtbot.waitUntil(lambda: trains.context.session.state == "idle")
        assert not paused
        return "stop"

    monkeypatch.setattr(main_window, "ask_before_closing", answer_late)
    trains.close()
    assert trains.isHidden()


def test_what_is_loaded_for_a_run_is_told_until_it_trains(window) -> None:
    session, progress = window.context.session, window.status.progress
    seen = []

    def look() -> None:
        seen.append((window.activity.text(), progress.bar.maximum() == 0, progress.bar.isHidden()))

    session._set_state("starting")
    look()
    for share in (0.0, 0.4, 1.0):
        session.progress.emit(share, "Reading pictures…")
        look()
    session._set_state("running")
    look()
    session._set_state("idle")
    look()
    assert seen == [
        ("Starting…", True, False),
        ("Reading pictures…", True, False),
        ("Reading pictures…", False, False),
        ("Starting…", True, False),  # what was read is there, the run is not
        ("Training · epoch 0 of 0", False, False),
        ("Ready", False, True),
    ]


def test_the_import_of_pytorch_is_told(window) -> None:
    seen = []
    for importing in (True, False):
        window.activity.show_importing(importing=importing)
        seen.append(window.activity.text())
    assert seen == ["Loading PyTorch…", "Ready"]


def test_short_memory_can_be_answered_with_smaller_micro_batches(window, monkeypatch) -> None:
    session, asked = window.context.session, []
    monkeypatch.setattr(session, "continue_run", lambda path, **more: asked.append((path, more)))
    session.run = SimpleNamespace(path=Path("runs/0007"))
    session._report(MemoryShortage(125, "the GPU"))
    message = window.context.messages.all[0]
    assert message.text.startswith("The memory of the GPU is not enough for micro-batches of 125.")
    ((label, go_on),) = message.actions
    assert label == "Go on with micro-batches of 62"
    go_on()
    assert asked == [(Path("runs/0007"), {"micro_batch": 62})]
    session.run = None


def test_what_nothing_can_be_done_about_offers_nothing(window) -> None:
    session = window.context.session
    session._report(MemoryShortage(125, "the GPU"))  # no run yet: there is nothing to go on with
    session.run = SimpleNamespace(path=Path("runs/0007"))
    session.smaller_micro_batch = 0
    session._report(DataError("The pictures are gone."))
    assert [message.actions for message in window.context.messages.all] == [(), ()]
    session.run = None
