"""Temperatures are found again."""

from __future__ import annotations

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import ImageData, assemble
from cifar_gui.errors import DataError
from cifar_gui.inference.calibration import (
    COLDEST,
    HOTTEST,
    calibrated,
    fit_temperature,
    temperature,
)
from cifar_gui.inference.forward import logits_of
from cifar_gui.inference.views import mean_logits_of


def drawn_from(logits: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """Labels that follow the softmax of the logits."""
    generator = torch.Generator().manual_seed(seed)
    return torch.multinomial(torch.softmax(logits, 1), 1, generator=generator).squeeze(1)


def some_logits(count: int = 20_000, spread: float = 2.0) -> torch.Tensor:
    return torch.randn(count, 10, generator=torch.Generator().manual_seed(1)) * spread


@pytest.mark.parametrize("known", [0.2, 0.5, 1.0, 1.7, 8.0])
def test_a_known_temperature_is_found_again(known: float) -> None:
    logits = some_logits()
    assert fit_temperature(logits * known, drawn_from(logits)) == pytest.approx(known, rel=0.03)


def test_no_other_temperature_has_less_loss() -> None:
    logits = some_logits(500)
    labels = drawn_from(logits * 0.3)
    best = fit_temperature(logits, labels)
    losses = [float(F.cross_entropy(logits.double() / (best * factor), labels)) for factor in (0.99, 1.0, 1.01)]
    assert losses[1] < min(losses[0], losses[2])


def test_extreme_networks_stay_within_bounds() -> None:
    logits = some_logits(50)
    always_right = fit_temperature(logits, logits.argmax(1))
    always_wrong = fit_temperature(logits, logits.argmin(1))
    assert always_right == pytest.approx(COLDEST, rel=0.5)
    assert always_wrong == pytest.approx(HOTTEST, rel=0.5)
    assert fit_temperature(torch.zeros(5, 3), torch.zeros(5, dtype=torch.long)) > 0
    with pytest.raises(ValueError, match="at least one"):
        fit_temperature(logits[:0], torch.zeros(0, dtype=torch.long))


@pytest.mark.parametrize(
    ("card", "one", "six"),
    [
        ({}, 1.0, 1.0),
        ({"temperature": 0.5}, 0.5, 0.5),
        ({"temperature": 0.5, "temperature_six_views": 0.4}, 0.5, 0.4),
        ({"temperature": COLDEST, "temperature_six_views": HOTTEST}, COLDEST, HOTTEST),
        ({"temperature": 0.0}, 1.0, 1.0),
        ({"temperature": float("nan")}, 1.0, 1.0),
        ({"temperature": 1e9}, 1.0, 1.0),
    ],
)
def test_the_card_says_which_temperature_is_used(card: dict[str, float], one: float, six: float) -> None:
    assert temperature(card, six_views=False) == one
    assert temperature(card, six_views=True) == six


def noise(snapshot: ModelSnapshot, count: int) -> ImageData:
    generator = torch.Generator().manual_seed(2)
    images = torch.randint(0, 256, (count, 3, 32, 32), generator=generator, dtype=torch.uint8)
    labels = torch.arange(count) % 10
    return assemble("noise", images, labels, snapshot.card.class_names, test=torch.zeros(count, dtype=torch.bool))


def test_a_calibrated_network_has_the_same_weights_and_two_temperatures(snapshot: ModelSnapshot) -> None:
    found = calibrated(snapshot, noise(snapshot, 100))
    assert set(found.card.calibration) == {"temperature", "temperature_six_views"}
    assert found.weights is snapshot.weights


def test_each_temperature_is_fitted_on_answers_of_its_own_kind(snapshot: ModelSnapshot) -> None:
    data = noise(snapshot, 100)
    split, model = data.split("validation"), rebuild(snapshot)
    expected = {}
    for name, answers in (("temperature", logits_of), ("temperature_six_views", mean_logits_of)):
        with torch.inference_mode():
            logits = torch.cat(list(answers(model, split.images, snapshot.card.stats, Precision())))
        expected[name] = fit_temperature(logits, split.labels)
    assert expected["temperature"] != pytest.approx(expected["temperature_six_views"], rel=0.01)
    assert calibrated(snapshot, data).card.calibration == pytest.approx(expected)


def test_a_network_calibrated_again_has_the_new_temperatures_and_keeps_its_other_figures(
    snapshot: ModelSnapshot,
) -> None:
    def with_calibration(**values: float) -> ModelSnapshot:
        return ModelSnapshot(dataclasses.replace(snapshot.card, calibration=values), snapshot.weights)

    data = noise(snapshot, 100)
    fresh = calibrated(with_calibration(), data).card.calibration
    old = with_calibration(temperature=9.0, temperature_six_views=8.0, threshold=7.0)
    assert calibrated(old, data).card.calibration == {**fresh, "threshold": 7.0}


def test_pictures_that_were_learned_from_are_no_good_for_calibration(snapshot: ModelSnapshot) -> None:
    data = noise(snapshot, 100)
    card = dataclasses.replace(snapshot.card, trained_on=data.training(all_data=True).fingerprint)
    with pytest.raises(DataError, match="learned from the validation pictures"):
        calibrated(ModelSnapshot(card, snapshot.weights), data)
    with pytest.raises(DataError, match="no validation pictures"):
        calibrated(snapshot, noise(snapshot, 10))
