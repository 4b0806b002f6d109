from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from cifar_gui.errors import Cancelled, CifarGuiError
from cifar_gui.explain.attribution.base import ATTRIBUTIONS, heat
from cifar_gui.explain.attribution.grad_cam import _latest, grad_cam
from cifar_gui.explain.attribution.integrated_gradients import integrated_gradients
from cifar_gui.explain.attribution.occlusion import Covered, cover, log_odds, occlusion, occlusion_map, share
from cifar_gui.explain.examined import Examined
from cifar_gui.words import modest_percent


def hooks(examined: Examined) -> int:
    modules = examined.model.modules()
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in modules)


def gained(examined: Examined, pixels: np.ndarray, target: int) -> float:
    """What the logit gains from plain grey to the picture."""
    picture = examined.inputs(pixels)
    with torch.inference_mode():
        before, after = examined.logits(torch.cat([torch.zeros_like(picture), picture]))[:, target]
    return float(after - before)


@pytest.mark.parametrize("name", ATTRIBUTIONS.names())
def test_every_way_of_asking_finds_the_corner_that_a_planted_detector_looks_at(corner, bright_corner, name):
    values = ATTRIBUTIONS[name](corner, bright_corner, 0).values
    assert (values.shape, values.dtype) == ((32, 32), np.float32)
    assert values[:8, :8].mean() > 0.02 > 5 * np.abs(values[16:, 16:]).mean()


def test_what_speaks_for_one_class_speaks_against_the_other(corner, bright_corner):
    assert occlusion(corner, bright_corner, 1).values[:8, :8].max() < -0.02


@pytest.mark.parametrize("name", ATTRIBUTIONS.names())
def test_every_way_of_asking_gives_the_same_answer_twice_and_leaves_the_network_as_it_was(corner, bright_corner, name):
    before = {key: value.clone() for key, value in corner.model.state_dict().items()}
    first, second = (ATTRIBUTIONS[name](corner, bright_corner, 0) for _ in range(2))
    assert np.array_equal(first.values, second.values)
    assert (first.caption, first.note, first.class_name) == (second.caption, second.note, "cat")
    assert hooks(corner) == 0
    assert not corner.model.training
    assert all(torch.equal(value, before[key]) for key, value in corner.model.state_dict().items())


@pytest.mark.parametrize("name", ATTRIBUTIONS.names())
def test_every_way_of_asking_can_be_given_up_and_leaves_nothing_behind(corner, bright_corner, name):
    def give_up(_share: float, _doing: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ATTRIBUTIONS[name](corner, bright_corner, 0, give_up)
    assert hooks(corner) == 0
    assert corner.lock.acquire(blocking=False)
    corner.lock.release()


def test_hooks_are_gone_after_an_error_in_the_network(examined, bright_corner):
    broken = examined("simple", filters=2)

    def fail(*_arguments: object) -> None:
        raise RuntimeError("planted")

    planted = broken.model.get_submodule("4").register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="planted"):
        grad_cam(broken, bright_corner, 0)
    planted.remove()
    assert hooks(broken) == 0


def test_integrated_gradients_of_a_linear_network_are_weight_times_input(linear, bright_corner):
    weights = linear.snapshot.weights["1.weight"].view(3, 3, 32, 32)
    for target in range(3):
        wanted = (weights[target] * linear.inputs(bright_corner)[0]).sum(0).numpy()
        np.testing.assert_allclose(
            integrated_gradients(linear, bright_corner, target, steps=4).values, wanted, atol=1e-5
        )


@pytest.mark.parametrize(("name", "settings"), [("simple", {"filters": 4}), ("lenet", {}), ("mlp", {"hidden": 8})])
def test_integrated_gradients_add_up_to_what_the_logit_gained(examined, bright_corner, name, settings):
    network = examined(name, **settings)
    found = integrated_gradients(network, bright_corner, 1, steps=200)
    assert found.values.sum() == pytest.approx(gained(network, bright_corner, 1), abs=0.01)


def test_the_caption_of_integrated_gradients_tells_what_the_logit_gained_and_what_the_pixels_come_to(
    linear, bright_corner
):
    gains = [gained(linear, bright_corner, target) for target in range(3)]
    assert min(gains) < -0.005 < 0.005 < max(gains)
    for target, gain in enumerate(gains):
        number = f"{gain:+.2f}".replace("-", "−")
        wanted = f"From grey to this picture the logit gains {number}; the pixels add up to {number}."
        assert integrated_gradients(linear, bright_corner, target).caption == wanted


def test_points_on_the_way_stand_in_the_middle_of_their_parts(examined, bright_corner):
    network = examined("custom", layers="flatten; dense units=9; activation function=tanh; dense")
    network.model[1].weight.mul_(2)  # so that it bends
    wanted = gained(network, bright_corner, 1)
    found = integrated_gradients(network, bright_corner, 1, steps=16)
    assert abs(wanted) > 0.1
    assert found.values.sum() == pytest.approx(wanted, rel=0.02)


def test_the_temperature_divides_what_is_attributed(linear, bright_corner):
    card = replace(linear.snapshot.card, calibration={"temperature": 2.0})
    cooled = Examined(replace(linear.snapshot, card=card))
    plain, halved = (integrated_gradients(each, bright_corner, 0).values for each in (linear, cooled))
    np.testing.assert_allclose(halved, plain / 2, atol=1e-6)


def test_occlusion_asks_about_squares_that_reach_every_edge(examined, bright_corner):
    network = examined("simple", filters=2)
    covered = cover(network, bright_corner, patch=10, stride=7)
    assert {left for left, _top in covered.corners} == {top for _left, top in covered.corners} == {0, 7, 14, 21, 22}
    for place, (left, top) in enumerate(covered.corners):
        picture = bright_corner.copy()
        picture[:, top : top + 10, left : left + 10] = 120
        with torch.inference_mode():
            wanted = network.logits(network.inputs(picture))[0].numpy()
        np.testing.assert_allclose(covered.logits[place], wanted, atol=1e-4)
    with torch.inference_mode():
        np.testing.assert_allclose(covered.plain, network.logits(network.inputs(bright_corner))[0].numpy(), atol=1e-4)


def test_a_pixel_gets_the_mean_loss_of_the_squares_that_cover_it():
    plain = np.array([0.0, 0.0], np.float32)
    covered = Covered(((0, 0), (1, 0)), 2, plain, np.array([[-1.0, 0.0], [-3.0, 0.0]], np.float32))
    values = occlusion_map(covered, 0, "cat", size=3).values
    np.testing.assert_allclose(values, [[1, 2, 3], [1, 2, 3], [0, 0, 0]])


def covered_with(dog: float, *places: float) -> Covered:
    """The probability of dog in the picture as it is, and with each of these places covered; the rest is cat."""
    logits = [[0.0, float(np.log(share / (1 - share)))] for share in (dog, *places)]
    corners = tuple((8 * number, 0) for number in range(len(places)))
    return Covered(corners, 8, np.array(logits[0], np.float32), np.array(logits[1:], np.float32))


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        ((0.93, 0.9, 0.41, 0.97), "Covering the strongest place takes dog from 93 % to 41 %."),
        ((0.9999, 0.002, 0.5), "Covering the strongest place takes dog from > 99 % to < 1 %."),
        ((0.996, 0.991), "Whichever place is covered, dog stays at 99 % or more."),
        ((0.9999, 0.998), "Whichever place is covered, dog stays at > 99 %."),
        ((0.002, 0.001), "With nothing covered, dog has < 1 %: there is hardly anything to take."),
        ((0.6, 0.7, 0.8), "Whichever place is covered, dog stays at 60 % or more."),
        ((0.5, 0.5), "Whichever place is covered, dog stays at 50 % or more."),
    ],
)
def test_the_caption_tells_what_the_strongest_place_to_cover_takes_from_the_probability(shares, wanted):
    assert occlusion_map(covered_with(*shares), 1, "dog").caption == wanted


def test_the_shares_in_the_caption_are_those_of_the_covered_pictures(corner, bright_corner):
    covered = cover(corner, bright_corner)
    of_cat = [float(softmax[0]) for softmax in torch.from_numpy(covered.logits).softmax(1)]
    before = float(torch.from_numpy(covered.plain).softmax(0)[0])
    caption = occlusion_map(covered, 0, "cat").caption
    assert before > 2 * min(of_cat)
    assert caption.endswith(f" takes cat from {modest_percent(before)} to {modest_percent(min(of_cat))}.")


def test_a_square_that_changes_nothing_is_worth_nothing(corner):
    grey = np.full((3, 32, 32), 120, np.uint8)
    assert occlusion(corner, grey, 0).peak == 0.0


def test_log_odds_do_not_come_to_rest_where_probabilities_do():
    logits = np.array([[50.0, 0.0, 0.0], [40.0, 0.0, 0.0], [0.0, 0.0, 0.0]], np.float32)
    odds = log_odds(logits, 0)
    assert odds[0] - odds[1] == pytest.approx(10)
    assert share(odds[2]) == pytest.approx(1 / 3)
    assert log_odds(np.array([3.0], np.float32), 0) == 3.0


def test_grad_cam_looks_at_the_last_maps_that_are_not_too_coarse(examined, bright_corner):
    assert "7 × 7 places of block 3 · conv 1" in grad_cam(examined("airnet", size="93"), bright_corner, 0).caption


def test_four_places_across_are_not_too_coarse_and_three_are():
    sizes = {"fine": (8, 8), "enough": (4, 4), "coarse": (3, 4)}
    assert _latest([(name, torch.zeros(1, 2, *size)) for name, size in sizes.items()])[0] == "enough"


def test_a_network_without_maps_says_so_and_what_to_do(examined, bright_corner):
    with pytest.raises(CifarGuiError, match=r"has none\. Choose occlusion"):
        grad_cam(examined("mlp", hidden=4), bright_corner, 0)


def test_heat_is_amber_for_blue_against_and_grey_where_nothing_matters():
    strong, weak, none = heat(np.array([[2.0, -1.0, 0.0]], np.float32))[0].astype(int)
    assert strong[0] > strong[1] > strong[2] + 80
    assert weak[2] > weak[0] + 40
    assert none.tolist() == [128, 128, 128]
    assert (heat(np.zeros((2, 2), np.float32)) == 128).all()


def test_heat_lets_the_picture_shine_through_in_grey():
    pixels = np.zeros((3, 1, 3), np.uint8)
    pixels[:, 0, 1], pixels[0, 0, 2] = 255, 255
    black, white, red = heat(np.zeros((1, 3), np.float32), pixels)[0].tolist()
    assert (black, white) == ([60] * 3, [200] * 3)
    assert red == [102] * 3, "no colour of the picture is to be taken for the map's"
