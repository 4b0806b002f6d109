"""What a network makes of pictures, in one view or several."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.inference import sight
from cifar_gui.inference.calibration import Calibration
from cifar_gui.inference.features import WithFeatures
from cifar_gui.inference.sight import FEW_VIEWS, Sight


def test_each_view_has_a_favourite_and_inputs_are_taken_apart_in_order(
    snapshot: ModelSnapshot, inputs: torch.Tensor
) -> None:
    seen = Sight(snapshot).see(inputs[:5], 2)
    mirrored = Sight(snapshot).see(inputs[:5].flip(3), 1)
    assert torch.equal(seen.favourites[:, 1], mirrored.favourites[:, 0])
    first, second = seen.parts([2, 3])
    assert torch.equal(torch.cat([first.logits, second.logits]), seen.logits)
    assert torch.equal(second.familiarity, seen.familiarity[2:])
    assert (len(first.favourites), len(second.favourites)) == (2, 3)


def test_one_view_has_a_temperature_of_its_own_and_several_share_one(
    snapshot: ModelSnapshot, inputs: torch.Tensor
) -> None:
    def logits(views: int, **calibration: float) -> torch.Tensor:
        card = dataclasses.replace(snapshot.card, calibration=calibration)
        return Sight(ModelSnapshot(card, snapshot.weights)).see(inputs[:2], views).logits

    for views, hot in ((1, 2.0), (2, 5.0), (6, 5.0)):
        calibrated = logits(views, temperature=2.0, temperature_six_views=5.0)
        torch.testing.assert_close(hot * calibrated, logits(views))


def test_probabilities_are_those_of_the_calibration(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    one, six = Calibration(0.5, 0.05), Calibration(0.6, 0.1)
    kept = {**one.kept(six_views=False), **six.kept(six_views=True)}
    sight = Sight(ModelSnapshot(dataclasses.replace(snapshot.card, calibration=kept), snapshot.weights))
    for views, calibration in ((1, one), (2, six), (6, six)):
        seen = sight.see(inputs[:5], views)
        torch.testing.assert_close(seen.probabilities, calibration.probabilities(seen.logits))
        assert not torch.allclose(seen.probabilities, torch.softmax(seen.logits, 1), atol=1e-4)
        first, second = seen.parts([2, 3])
        assert torch.equal(torch.cat([first.probabilities, second.probabilities]), seen.probabilities)


def test_a_network_to_which_nothing_was_fitted_has_nothing_against_a_picture(
    snapshot: ModelSnapshot, inputs: torch.Tensor
) -> None:
    seen = Sight(snapshot).see(inputs[:3], 1)
    assert seen.familiarity.tolist() == pytest.approx(torch.logsumexp(seen.logits, 1).tolist(), abs=1e-5)
    assert Sight(snapshot).standing(-1e9) == "familiar"


def test_what_was_fitted_says_how_a_picture_stands(snapshot: ModelSnapshot) -> None:
    weights = [0.0] * (10 + 3 + WithFeatures(rebuild(snapshot), 10).units)
    card = dataclasses.replace(snapshot.card, familiarity=(-1.5, 0.0, *weights))
    eyes = Sight(ModelSnapshot(card, snapshot.weights))
    assert [eyes.standing(each) for each in (0.0, -0.01, -1.5, -1.51)] == ["familiar", "unusual", "unusual", "strange"]


@pytest.mark.parametrize("written", [(), (1.0,), (-1.5, 0.0, *[0.0] * 270)])
def test_what_belongs_to_another_network_is_ignored(snapshot: ModelSnapshot, written: tuple[float, ...]) -> None:
    card = dataclasses.replace(snapshot.card, familiarity=written)
    assert Sight(ModelSnapshot(card, snapshot.weights)).standing(-1e9) == "familiar"


@pytest.mark.parametrize(("views", "few"), [(6, FEW_VIEWS // 6), (2, FEW_VIEWS // 2), (1, FEW_VIEWS)])
def test_few_views_are_computed_on_one_core_and_many_on_all(
    snapshot: ModelSnapshot, views: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores: list[int] = []

    def note(model: object, shown: torch.Tensor, *_: object) -> list[torch.Tensor]:
        cores.append(torch.get_num_threads())
        return [torch.zeros(len(shown), 10)]

    monkeypatch.setattr(sight, "logits_of", note)
    eyes, usual = Sight(snapshot), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        for count in (1, few, few + 1):
            eyes.see(torch.zeros(count, 3, 32, 32, dtype=torch.uint8), views)
    finally:
        torch.set_num_threads(usual)
    assert cores == [1, 1, 3]
