"""The diagnosis says the right thing about made-up curves whose meaning is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cifar_gui.recipe import Recipe
from cifar_gui.ui.train.diagnosis import Diagnosis, diagnose
from cifar_gui.ui.train.expectation import Expectation


def judged(
    train_loss=(), loss=(), accuracy=(), train_accuracy=None, steps=(), diverged=False, recipe=None, lr=(), **more
) -> Diagnosis:
    epochs = {
        "train_loss": np.array(train_loss, float),
        "train_accuracy": np.array(accuracy if train_accuracy is None else train_accuracy, float),
        "validation_loss": np.array(loss, float),
        "validation_accuracy": np.array(accuracy, float),
        "lr": np.array(lr, float),
    }
    return diagnose({"loss": np.array(steps, float)}, epochs, classes=10, diverged=diverged, recipe=recipe, **more)


def test_an_empty_history_is_an_invitation():
    found = diagnose({}, {}, classes=10)
    assert (found.kind, found.tone) == ("empty", "neutral")
    assert "Start" in found.detail
    assert diagnose({}, {}, classes=10, begun=True).kind == "early"


def test_of_few_held_out_pictures_it_is_said_how_little_they_say():
    curves = ((1.5, 1.2), (1.6, 1.3), (0.4, 0.45))
    said = "Only 20 pictures are held out: one more or less is 5.0 points, so small moves mean little."
    assert judged(*curves, held_out=20).detail.endswith(said)
    for many in (None, 5000):
        assert judged(*curves, held_out=many).detail == judged(*curves).detail != ""
    assert "held out" not in judged(steps=(2.3,), held_out=20).detail
    assert "Only" not in judged([1.0], [math.nan], [math.nan], held_out=20).detail


def test_before_the_first_epoch_it_is_too_early_but_the_falling_loss_is_named():
    found = judged(steps=(2.3, 2.1, 1.9, 1.5))
    assert found.kind == "early"
    assert "from 2.30 to 1.50" in found.detail
    assert judged(steps=(2.3,)).detail.endswith("after each epoch, and none is complete yet.")


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


@pytest.mark.parametrize(
    ("accuracy", "train_accuracy", "headline", "said"),
    [
        ((0.16, 0.10, 0.102), (0.17, 0.10, 0.11), "No better than guessing.", "it has been 16.0 %"),
        ((0.30, 0.10, 0.105), (0.40, 0.50, 0.60), "No better than guessing.", "training accuracy is 60.0 %"),
        (
            (0.12, 0.14, 0.15),
            (0.12, 0.14, 0.14),
            "Better than guessing, not by much yet.",
            "guessing gives 10.0 %. It rose",
        ),
        ((0.12, 0.14, 0.19), (0.12, 0.14, 0.14), "Learning well.", "rose 5.0 points"),
    ],
)
def test_at_the_level_of_guessing_or_hardly_above_it_nothing_is_learning_well(accuracy, train_accuracy, headline, said):
    found = judged([2.30, 2.25, 2.20], [2.31, 2.24, 2.19], accuracy, train_accuracy=train_accuracy)
    assert found.headline == headline
    assert said in found.detail
    assert (found.tone == "good") == (headline == "Learning well.")


PLAIN = Recipe(network="simple", crop=0, flip="none", cutout=0)


@pytest.mark.parametrize(
    ("recipe", "why"),
    [
        (None, ""),
        (PLAIN, ""),
        (PLAIN.changed(flip="random"), "training pictures are flipped, and "),
        (PLAIN.changed(flip="random", crop=2), "training pictures are cropped and flipped, and "),
        (
            PLAIN.changed(flip="random", crop=2, cutout=8),
            "training pictures are cropped, flipped and blanked in part, and ",
        ),
        (PLAIN.changed(network="keras1m"), "units drop out in training, and "),
        (
            PLAIN.changed(network="mlp", crop=1, network_settings={"dropout": 0.2}),
            "training pictures are cropped, and units drop out in training, and ",
        ),
        (PLAIN.changed(network="mlp"), ""),
        (PLAIN.changed(network="of another version"), ""),
    ],
)
def test_validation_better_than_training_is_explained_as_normal_by_what_the_recipe_does(recipe, why):
    found = judged([1.5, 1.2, 1.0], [1.3, 1.0, 0.8], [0.5, 0.6, 0.7], train_accuracy=[0.4, 0.5, 0.6], recipe=recipe)
    assert (found.kind, found.tone) == ("modest", "good")
    assert f"than training because {why}training is counted while the network still learns: normal." in found.detail


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


def test_a_network_that_makes_no_mistake_is_not_said_to_stand_still():
    losses = np.linspace(1, 0.9, 6)
    found = judged(losses, losses, [0.5, 1, 1, 1, 1, 1], train_accuracy=[0.8] * 6)
    assert (found.tone, found.headline) == ("good", "Nothing left to improve.")
    assert "since epoch 2 or so" in found.detail
    fallen = judged(losses, losses, [0.5, 1, 1, 1, 1, 0.999], train_accuracy=[0.8] * 6)
    assert fallen.headline == "No longer improving."


def test_a_single_step_back_is_called_usual():
    found = judged([1.0, 0.9], [1.0, 1.1], [0.6, 0.588])
    assert (found.kind, found.tone) == ("dip", "neutral")
    assert "while the learning rate is high" in found.detail
    late = judged([1.0, 0.9], [1.0, 1.1], [0.6, 0.588], lr=[0.1, 0.001])
    assert (late.kind, "rate is low by now" in late.detail) == ("dip", True), "what is not so is not said"
    assert "fell 1.2 points" in found.detail


def test_staying_at_chance_is_doubtful_and_names_the_learning_rate():
    found = judged([2.3, 2.3], [2.3, 2.3], [0.1, 0.11])
    assert (found.kind, found.tone) == ("chance", "doubt")
    assert "learning rate" in found.detail


def test_a_network_that_learns_its_training_pictures_is_not_said_not_to_learn():
    found = judged([1.8], [2.4], [0.1], train_accuracy=[0.34])
    assert found.kind == "early"
    assert "Off to a start" in found.headline


@pytest.mark.parametrize("steps", [(2.3, 2.2, math.nan), (2.0, 1.5, *[9.0] * 10)])
def test_a_loss_that_runs_away_is_called_so(steps):
    found = judged(steps=steps)
    assert (found.kind, found.tone) == ("diverging", "bad")
    assert "Lower the learning rate" in found.detail


def test_the_verdict_of_the_engine_counts_whatever_the_curves_look_like():
    assert judged([1.0, 0.9], [1.0, 0.8], [0.6, 0.7], diverged=True).kind == "diverging"


def test_the_whole_advice_is_given_when_a_falling_loss_ends_in_no_number():
    found = judged([1.8], [1.6], [0.4], steps=(2.3, 2.0, 1.5), diverged=True, recipe=PLAIN.changed(lr=0.5))
    assert f"{found.headline} {found.detail}" == (
        "The loss is no longer a number. The steps were too large. The lowest loss seen was 1.50. Lower the learning "
        "rate (now 0.5) and start again; the weights of the last whole epoch are kept."
    )
    assert "kept" not in judged(steps=(2.3, 2.0), diverged=True).detail, "there is no whole epoch"


def test_only_of_a_rising_loss_it_is_said_that_each_step_makes_things_worse():
    assert "worse" in judged(steps=(2.0, 1.5, *[9.0] * 10)).detail
    assert "worse" not in judged(steps=(2.3, 2.0, 1.5), diverged=True).detail
    found = judged(steps=(2.0, 1.5, 40.0, 38.0, 35.0, 33.0, 30.0, 25.0, 20.0, 15.0))
    assert found.kind == "diverging"
    assert "worse" not in found.detail


def test_a_high_loss_at_the_very_start_is_not_running_away():
    assert judged(steps=[9.0] * 12).kind == "early"


def test_a_run_on_all_the_data_is_not_judged():
    nothing = [math.nan, math.nan]
    found = judged([1.0, 0.9], nothing, nothing, train_accuracy=[0.6, 0.7])
    assert found.kind == "unvalidated"
    assert "70.0 %" in found.detail


@pytest.mark.parametrize(
    ("steps", "classes", "kind"),
    [
        ((2.0, 1.5, *[9.0] * 7), 10, "early"),  # too few
        ((2.0, 1.5, *[9.0] * 8), 10, "diverging"),
        ((2.0, 1.5, *[9.0] * 7, 1.6, 9.0, 9.0), 10, "early"),  # not for long
        ((2.0, 0.5, *[3.4] * 8), 10, "early"),  # not far above guessing, 1.5 × ln 10
        ((2.0, 0.5, *[3.5] * 8), 10, "diverging"),
        ((2.0, 0.5, *[3.4] * 8), 3, "diverging"),
        ((3.0, 2.5, *[4.9] * 8), 10, "early"),  # not twice the lowest
        ((3.0, 2.5, *[5.1] * 8), 10, "diverging"),
    ],
)
def test_a_loss_runs_away_that_stays_far_above_guessing_and_above_what_it_was(steps, classes, kind):
    assert diagnose({"loss": np.array(steps)}, {}, classes=classes).kind == kind


@pytest.mark.parametrize("steps", [(2.3, 2.0, 1.5), (2.3, 2.3, 2.3, 2.25)])
def test_of_a_loss_that_has_hardly_begun_or_hardly_moved_nothing_is_said(steps):
    assert "come down" not in judged(steps=steps).detail


@pytest.mark.parametrize(
    ("accuracies", "trained", "kind"),
    [
        ([0.1, 0.12], [0.1, 0.14], "chance"),
        ([0.1, 0.13], [0.1, 0.14], "learning"),  # better than guessing by more than a quarter
        ([0.1, 0.12], [0.1, 0.16], "chance"),  # the training pictures are learned, a little
        ([0.2, 0.1], [0.1, 0.1], "dip"),  # it was better before
    ],
)
def test_what_is_no_better_than_guessing_is_called_that_unless_it_has_just_fallen(accuracies, trained, kind):
    assert judged([2.3, 2.2], [2.3, 2.25], accuracies, train_accuracy=trained).kind == kind


@pytest.mark.parametrize(
    ("trained", "loss", "kind"),
    [
        ([0.9, 0.7, 0.5], [1.0, 1.1, 1.2], "overfitting"),  # it has risen from the start
        ([0.9, 0.7, 0.5], [1.0, 1.1, 1.1], "learning"),
        ([0.9, 0.7, 0.9], [1.0, 1.1, 1.2], "learning"),  # training loss does not fall
        ([1.5, 1.4, 1.3], [1.0, 1.1, 1.2], "learning"),  # training is still harder than validation
        ([0.9, 0.5, 0.6, 0.7], [1.5, 1.0, 1.1, 1.2], "learning"),
    ],
)
def test_memorising_is_a_loss_that_rises_above_a_falling_training_loss(trained, loss, kind):
    accuracy = [0.5 + 0.01 * epoch for epoch in range(len(loss))]
    assert judged(trained, loss, accuracy, train_accuracy=[0.9] * len(loss)).kind == kind


ZIGZAG = [1.4, 1.2, 1.5, 1.3, 1.6, 1.5, 1.8, 1.7]


def zigzag(loss=ZIGZAG, trained=0.99, train_loss=(2.0, 1.5, 1.0, 0.6, 0.3, 0.1, 0.05, 0.01)) -> Diagnosis:
    accuracy = [0.4, 0.5, 0.51, 0.52, 0.53, 0.535, 0.538, 0.54][: len(loss)]
    return judged(train_loss[: len(loss)], loss, accuracy, train_accuracy=[trained] * len(loss))


def test_memorising_is_seen_through_the_swings_of_the_loss():
    found = zigzag()
    assert (found.kind, found.tone) == ("overfitting", "doubt")
    assert found.detail.startswith(
        "Validation loss has risen since epoch 2, from 1.20 to 1.70, while training loss falls. The best epoch, 8, is"
    )


def test_a_loss_that_rose_long_ago_is_not_said_to_have_risen_for_two_epochs():
    found = zigzag([1.4, 1.2, 1.5, 1.3, 1.6, 1.5, 1.6, 1.7])
    assert found.detail.startswith("Validation loss has risen since epoch 2, ")


@pytest.mark.parametrize(
    "changes",
    [
        {"loss": ZIGZAG[:5]},  # three epochs since the lowest
        {"loss": [*ZIGZAG[:6], 1.31, 1.7]},  # it was down by more than a tenth of it just now
        {"trained": 0.565},  # it knows no more than it can use
        {"train_loss": (2.0, 0.5, 1.0, 0.6, 0.7, 0.6, 0.7, 0.6)},  # and does not learn more
    ],
)
def test_swings_alone_are_no_memorising(changes):
    assert zigzag(**changes).kind != "overfitting"


def test_a_loss_that_creeps_up_while_no_more_is_learned_than_can_be_used_is_no_memorising():
    found = judged([1.25, 1.2, 1.15], [1.30, 1.31, 1.32], [0.54, 0.55, 0.56], train_accuracy=[0.53, 0.55, 0.57])
    assert found.kind == "learning"


@pytest.mark.parametrize(("accuracy", "headline"), [(0.47, "Hardly moving."), (0.471, "Learning well.")])
def test_where_nothing_moves_nothing_goes_well(accuracy, headline):
    found = judged([1.4, 1.4], [1.4, 1.41], [0.47, accuracy], train_accuracy=[0.5, 0.5])
    assert (found.kind, found.headline) == ("learning", headline)


@pytest.mark.parametrize(
    ("accuracy", "kind", "words"),
    [
        ([0.5, 0.7, 0.69, 0.69, 0.695], "learning", "rose 0.5 points"),  # three epochs are no standstill yet
        ([0.5, 0.7, 0.69, 0.69, 0.69, 0.69], "plateau", "70.0 % of epoch 2 for 4 epochs"),
        ([0.5, 0.5], "learning", "stayed where it was last epoch"),
        ([0.5, 0.4996], "learning", "stayed where it was last epoch"),
        ([0.5, 0.4994], "dip", "fell 0.1 points last epoch"),
        ([0.5, 0.4], "dip", "fell 10.0 points last epoch, from its 50.0 %"),
        ([0.5], "early", "After one epoch 50.0 % of the held-out pictures"),
    ],
)
def test_what_the_last_epochs_have_brought(accuracy, kind, words):
    losses = np.linspace(1, 0.9, len(accuracy))
    found = judged(losses, losses, accuracy, train_accuracy=[0.8] * len(accuracy))
    assert found.kind == kind
    assert words in found.detail


@pytest.mark.parametrize(
    ("trained", "loss", "train_accuracy", "kind"),
    [
        ([1.2, 1.0], [1.0, 0.8], 0.6, "modest"),
        ([1.2, 1.0], [1.0, 0.8], 0.8, "learning"),  # only its loss is better than that of training
        ([1.0, 0.8], [1.2, 1.0], 0.6, "learning"),  # only its accuracy is
    ],
)
def test_validation_is_better_than_training_in_both_or_not_at_all(trained, loss, train_accuracy, kind):
    assert judged(trained, loss, [0.6, 0.7], train_accuracy=[train_accuracy] * 2).kind == kind


@pytest.mark.parametrize(
    ("trained", "loss", "both"),
    [([0.9, 0.8], [1.2, 1.1], True), ([0.8, 0.9], [1.2, 1.1], False), ([0.9, 0.8], [1.1, 1.2], False)],
)
def test_the_losses_fall_together_if_both_do(trained, loss, both):
    found = judged(trained, loss, [0.6, 0.7], train_accuracy=[0.8, 0.8])
    assert ("fall together" in found.detail) == both


STILL = [1.20, 1.18, 1.19, 1.18, 1.185, 1.18]
FALLING_RATE = [0.1, 0.1, 0.08, 0.06, 0.04, 0.02]


def still(**changes) -> Diagnosis:
    """Six epochs in which training has stood still, and validation with it."""
    given = {
        "train_loss": STILL, "loss": [1.2] * 6, "accuracy": [0.57, 0.575, 0.57, 0.58, 0.579, 0.581],
        "train_accuracy": [0.58] * 6, "lr": FALLING_RATE,
    }  # fmt: skip
    return judged(**{**given, **changes})


def test_training_that_stands_still_no_better_than_validation_is_underfitting():
    found = still()
    assert (found.kind, found.tone) == ("underfitting", "neutral")
    assert "stands still at 58.0 %" in found.detail
    assert "A larger network" in found.detail


def test_training_that_goes_up_and_down_at_a_high_rate_does_not_settle():
    found = still(lr=[0.1] * 6)
    assert (found.kind, found.tone) == ("unsettled", "doubt")
    assert "the learning rate is too high" in found.detail
    assert "Lower it" in found.detail


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"lr": ()}, "unsettled"),  # not known: at first it is high
        ({"lr": [0.1] * 5 + [0.05]}, "unsettled"),
        ({"lr": [0.1] * 5 + [0.049]}, "underfitting"),
        ({"lr": [0.02, 0.05, 0.1, 0.08, 0.06, 0.04]}, "underfitting"),  # it is twice what the warm-up began with
        ({"lr": [0.1] * 6, "train_loss": [1.2, 1.19, 1.188, 1.186, 1.184, 1.182]}, "underfitting"),  # smoothly
        ({"lr": [0.1] * 6, "train_loss": [1.2, 1.19, 1.188, 1.186, 1.187, 1.182]}, "underfitting"),  # one step up
        ({"train_loss": [1.20, 1.20, 1.19, 1.18, 1.18, 1.177]}, "underfitting"),  # 1.9 % in four epochs
        ({"train_loss": [1.20, 1.20, 1.19, 1.18, 1.18, 1.175]}, "learning"),  # 2.1 %
        ({"train_accuracy": [0.61] * 6}, "underfitting"),
        ({"train_accuracy": [0.612] * 6}, "learning"),  # more is learned than can be used
        ({"train_accuracy": [0.91] * 6, "accuracy": [0.9, 0.901, 0.902, 0.903, 0.904, 0.905]}, "learning"),
    ],
)
def test_where_training_stands_still_the_rate_tells_why(changes, kind):
    assert still(**changes).kind == kind


def test_four_epochs_are_not_enough_to_say_that_training_stands_still():
    assert still(
        train_loss=STILL[:4], loss=[1.2] * 4, accuracy=[0.57, 0.572, 0.575, 0.58], train_accuracy=[0.59] * 4,
        lr=FALLING_RATE[:4],
    ).kind == "learning"  # fmt: skip


def slow(train_loss=(2.20, 2.18, 2.16), **changes) -> Diagnosis:
    accuracy = [0.17 + 0.01 * epoch for epoch in range(len(train_loss))]
    trained = [each + 0.005 for each in accuracy]
    return judged(train_loss, [each + 0.01 for each in train_loss], accuracy, train_accuracy=trained, **changes)


def test_a_loss_that_creeps_down_near_that_of_guessing_is_a_rate_too_low():
    found = slow()
    assert (found.kind, found.tone) == ("slow", "doubt")
    assert "only by 0.020 an epoch, and at 2.16" in found.detail
    assert "learning rate is probably too low" in found.detail
    assert "Find a learning rate" in found.detail


@pytest.mark.parametrize(
    ("train_loss", "lr", "kind"),
    [
        ((2.20, 2.18, 2.16), [0.01, 0.01, 0.004], "learning"),  # the schedule has lowered it
        ((2.20, 2.18), (), "learning"),  # too few
        ((2.20, 2.15, 2.10), (), "learning"),  # faster
        ((1.76, 1.75, 1.74), (), "slow"),
        ((1.74, 1.73, 1.72), (), "learning"),  # far from 2.30, that of guessing
        ((2.18, 2.20, 2.16), (), "learning"),  # not steadily
    ],
)
def test_only_what_creeps_steadily_at_a_high_rate_near_guessing_is_slow(train_loss, lr, kind):
    assert slow(train_loss, lr=lr).kind == kind


EXPECTED = Expectation((0.65, 0.76), is_best=True)
RISING = ([1.5, 1.2, 0.9], [1.6, 1.3, 1.1], [0.40, 0.50, 0.70])


def test_what_it_should_reach_stands_after_what_it_has_reached():
    trained = {"train_accuracy": [0.45, 0.58, 0.76], "expected": EXPECTED}
    plain = judged(*RISING, train_accuracy=[0.45, 0.58, 0.76])
    assert judged(*RISING, **trained).detail == f"{plain.detail} So far 70.0 %; this network should reach 65–76 %."
    ended = judged(*RISING, **trained, ended=True)
    assert ended.detail == f"{plain.detail} It reached 70.0 %; this network should reach 65–76 %."
    assert (ended.kind, ended.headline) == (plain.kind, plain.headline)


def test_the_best_epoch_counts_and_not_the_last():
    found = judged([1.0, 0.9, 0.8], [1.0, 1.0, 1.1], [0.6, 0.7, 0.66], expected=EXPECTED, ended=True)
    assert "It reached 70.0 %" in found.detail


@pytest.mark.parametrize(
    ("curves", "steps", "said"),
    [
        (([1.5], [1.4], [0.45]), (), (False, True)),  # one epoch says little unless it was all
        (([], [], []), (), (False, False)),
        (([1.0], [1.0], [math.nan]), (), (False, False)),  # on all the data
        (RISING, (2.0, 1.5, *[9.0] * 10), (False, True)),  # it is running away
    ],
)
def test_nothing_is_compared_before_there_is_anything_to_compare(curves, steps, said):
    for ended, expected in zip((False, True), said, strict=True):
        found = judged(*curves, steps=steps, ended=ended, expected=EXPECTED)
        assert ("this network should reach" in found.detail) == expected


def test_at_the_end_of_a_run_that_was_made_for_the_time_there_was_its_promise_is_looked_at():
    recipe = Recipe(promised_minutes=1.0, promised_accuracy=0.5)
    epochs = {
        "train_loss": np.array([1.5, 1.2]), "train_accuracy": np.array([0.4, 0.5]),
        "validation_loss": np.array([1.6, 1.3]), "validation_accuracy": np.array([0.4, 0.52]),
        "seconds": np.array([31.0, 30.0]),
    }  # fmt: skip
    said = "Promise kept: 1 min 00 s of training were promised and it took 1 min 01 s, 50.0 % and it reached 52.0 %."
    assert diagnose({}, epochs, classes=10, ended=True, recipe=recipe).detail.endswith(said)
    assert "romise" not in diagnose({}, epochs, classes=10, recipe=recipe).detail
    assert "romise" not in diagnose({}, epochs, classes=10, ended=True, recipe=Recipe()).detail
    unvalidated = {**epochs, "validation_loss": np.full(2, np.nan), "validation_accuracy": np.full(2, np.nan)}
    assert diagnose({}, unvalidated, classes=10, ended=True, recipe=recipe).detail.endswith("it took 1 min 01 s.")
