"""The diagnosis says the right thing about made-up curves whose meaning is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cifar_gui.ui.train.diagnosis import Diagnosis, diagnose


def judged(train_loss=(), loss=(), accuracy=(), train_accuracy=None, steps=(), diverged=False) -> Diagnosis:
    epochs = {
        "train_loss": np.array(train_loss, float),
        "train_accuracy": np.array(accuracy if train_accuracy is None else train_accuracy, float),
        "validation_loss": np.array(loss, float),
        "validation_accuracy": np.array(accuracy, float),
    }
    return diagnose({"loss": np.array(steps, float)}, epochs, classes=10, diverged=diverged)


def test_an_empty_history_is_an_invitation():
    found = diagnose({}, {}, classes=10)
    assert (found.kind, found.tone) == ("empty", "neutral")
    assert "Start" in found.detail


def test_before_the_first_epoch_it_is_too_early_but_the_falling_loss_is_named():
    found = judged(steps=(2.3, 2.1, 1.9, 1.5))
    assert found.kind == "early"
    assert "from 2.30 to 1.50" in found.detail
    assert judged(steps=(2.3,)).detail.endswith("after each epoch; the first is under way.")


def test_after_one_epoch_it_compares_with_guessing():
    found = judged([1.5], [1.4], [0.45])
    assert (found.kind, found.tone) == ("early", "neutral")
    assert "45.0 %" in found.detail
    assert "10.0 %" in found.detail


def test_falling_losses_and_rising_accuracy_are_learning_well():
    found = judged([1.5, 1.2, 0.9], [1.6, 1.3, 1.1], [0.40, 0.50, 0.519], train_accuracy=[0.45, 0.58, 0.66])
    assert (found.kind, found.tone) == ("learning", "good")
    assert "rose 1.9 points" in found.detail
    assert "fall together" in found.detail


def test_validation_better_than_training_is_explained_as_normal():
    found = judged([1.5, 1.2, 1.0], [1.3, 1.0, 0.8], [0.5, 0.6, 0.7], train_accuracy=[0.4, 0.5, 0.6])
    assert (found.kind, found.tone) == ("modest", "good")
    assert "cropped and flipped" in found.detail


def test_validation_loss_rising_for_five_epochs_under_falling_training_loss_is_memorising():
    found = judged(
        [1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1],
        [1.1, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4],
        [0.6, 0.7, 0.69, 0.7, 0.69, 0.68, 0.68],
        train_accuracy=[0.65, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98],
    )
    assert (found.kind, found.tone) == ("overfitting", "doubt")
    assert "risen for 5 epochs" in found.detail
    assert "best epoch, 2" in found.detail


def test_one_epoch_of_rising_loss_is_not_yet_memorising():
    found = judged([1.0, 0.8, 0.6], [1.1, 0.9, 0.95], [0.6, 0.7, 0.72], train_accuracy=[0.65, 0.75, 0.85])
    assert found.kind == "learning"
    assert "no longer fall" in found.detail


def test_four_epochs_without_a_better_accuracy_are_a_standstill():
    accuracy = [0.5, 0.7, 0.69, 0.7, 0.69, 0.695]
    found = judged(np.linspace(1, 0.9, 6), np.linspace(1, 0.9, 6), accuracy)
    assert found.kind == "plateau"
    assert "70.0 % of epoch 2 for 4 epochs" in found.detail


def test_a_single_step_back_is_called_usual():
    found = judged([1.0, 0.9], [1.0, 1.1], [0.6, 0.588])
    assert (found.kind, found.tone) == ("dip", "neutral")
    assert "fell 1.2 points" in found.detail


def test_staying_at_chance_is_doubtful_and_names_the_learning_rate():
    found = judged([2.3, 2.3], [2.3, 2.3], [0.1, 0.11])
    assert (found.kind, found.tone) == ("chance", "doubt")
    assert "learning rate" in found.detail


@pytest.mark.parametrize("steps", [(2.3, 2.2, math.nan), (2.0, 1.5, *[9.0] * 10)])
def test_a_loss_that_runs_away_is_called_so(steps):
    found = judged(steps=steps)
    assert (found.kind, found.tone) == ("diverging", "bad")
    assert "Lower the learning rate" in found.detail


def test_the_verdict_of_the_engine_counts_whatever_the_curves_look_like():
    assert judged([1.0, 0.9], [1.0, 0.8], [0.6, 0.7], diverged=True).kind == "diverging"


def test_a_high_loss_at_the_very_start_is_not_running_away():
    assert judged(steps=[9.0] * 12).kind == "early"


def test_a_run_on_all_the_data_is_not_judged():
    nothing = [math.nan, math.nan]
    found = judged([1.0, 0.9], nothing, nothing, train_accuracy=[0.6, 0.7])
    assert found.kind == "unvalidated"
    assert "70.0 %" in found.detail
