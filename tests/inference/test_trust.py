"""Temperatures and familiarity, fitted on held-out pictures and on pictures of nothing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.compute.precision import Precision
from cifar_gui.data.base import ImageData, assemble
from cifar_gui.data.outliers import outliers
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import Cancelled, DataError
from cifar_gui.inference import trust
from cifar_gui.inference.calibration import fit_calibration
from cifar_gui.inference.familiarity import Familiarity
from cifar_gui.inference.forward import logits_of
from cifar_gui.inference.sight import Sight
from cifar_gui.inference.trust import (
    FEWEST,
    FOOLED_SHARE,
    STRANGE_SHARE,
    _familiarity,
    _Group,
    _limits,
    _trade,
    trusted,
)
from cifar_gui.inference.views import mean_logits_of
from cifar_gui.networks.base import build


@pytest.fixture(scope="module")
def snapshot() -> ModelSnapshot:
    """A small network with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(7)
        model = build("lenet", 10).eval()
    return capture(model, ModelCard("lenet", tuple("abcdefghij"), ChannelStats((128.0,) * 3, (70.0,) * 3)))


def stripes(snapshot: ModelSnapshot, count: int) -> ImageData:
    """One direction of stripes for each class, with a little noise; four in ten are held out."""
    random = torch.Generator().manual_seed(2)
    labels = torch.arange(count) % 10
    rows, columns = torch.meshgrid(torch.arange(32), torch.arange(32), indexing="ij")
    waves = torch.stack([torch.sin((rows * k + columns * (10 - k)) / 12) for k in range(10)])
    images = 128 + 100 * waves[labels][:, None] + torch.randint(-20, 21, (count, 3, 32, 32), generator=random)
    images, test = images.clamp(0, 255).to(torch.uint8), torch.arange(count) // 10 % 10 == 9
    return assemble("Stripes", images, labels, snapshot.card.class_names, test=test, validation_share=0.4)


def test_held_out_pictures_are_familiar_and_pictures_of_nothing_are_not(snapshot: ModelSnapshot) -> None:
    data = stripes(snapshot, 600)
    found = trusted(snapshot, data)
    known = Sight(found).see(data.split("validation").images, 2).familiarity
    others = Sight(found).see(torch.cat(list(outliers(data.split("test").images[:20]).values())), 2).familiarity
    assert (known[:, None] > others[None]).double().mean() > 0.9
    answered = dict((threshold, rest) for threshold, *rest in found.card.trade)
    assert list(answered) == [percent / 100 for percent in range(50, 100)]
    split = data.split("validation")
    seen = Sight(found).see(split.images, 2)
    sure = (seen.familiarity >= 0) & (seen.probabilities.amax(1) >= 0.6)
    right = (seen.probabilities.argmax(1) == split.labels)[sure].double().mean() if bool(sure.any()) else 1.0
    assert answered[0.6] == pytest.approx([float(sure.double().mean()), float(right)], abs=1e-4)
    standings = [Sight(found).standing(float(each)) for each in known]
    assert standings.count("strange") < 0.15 * len(known)


def test_each_calibration_is_fitted_on_answers_of_its_own_kind(snapshot: ModelSnapshot) -> None:
    data = stripes(snapshot, FEWEST)
    split, model = data.split("validation"), rebuild(snapshot)
    expected = {}
    for six_views, answers in ((False, logits_of), (True, mean_logits_of)):
        with torch.inference_mode():
            logits = torch.cat(list(answers(model, split.images, snapshot.card.stats, Precision())))
        expected |= fit_calibration(logits, split.labels).kept(six_views=six_views)
    assert expected["temperature"] != pytest.approx(expected["temperature_six_views"], rel=0.01)
    found = trusted(snapshot, data)
    assert found.card.calibration == pytest.approx(expected)
    assert found.weights is snapshot.weights


def test_a_network_calibrated_again_has_the_new_temperatures_and_keeps_its_other_figures(
    snapshot: ModelSnapshot,
) -> None:
    def with_calibration(**values: float) -> ModelSnapshot:
        return ModelSnapshot(replace(snapshot.card, calibration=values), snapshot.weights)

    data = stripes(snapshot, FEWEST)
    fresh = trusted(with_calibration(), data).card.calibration
    old = with_calibration(temperature=9.0, temperature_six_views=8.0, smoothing=0.1, threshold=7.0)
    assert trusted(old, data).card.calibration == {**fresh, "threshold": 7.0}


def test_pictures_that_were_learned_from_are_no_good_for_calibration(snapshot: ModelSnapshot) -> None:
    data = stripes(snapshot, FEWEST)
    card = replace(snapshot.card, trained_on=data.training(all_data=True).fingerprint)
    with pytest.raises(DataError, match="learned from the validation pictures"):
        trusted(ModelSnapshot(card, snapshot.weights), data)
    with pytest.raises(DataError, match="no validation pictures"):
        trusted(snapshot, stripes(snapshot, 1))


def test_fitting_can_be_given_up(snapshot: ModelSnapshot) -> None:
    asked: list[None] = []

    def ask(at: int) -> None:
        asked.append(None)
        if len(asked) == at:
            raise Cancelled

    data = stripes(snapshot, 600)
    for at in (1, 4):  # while looking at held-out pictures, 83 at a time, and at pictures of nothing
        asked.clear()
        with pytest.raises(Cancelled):
            trusted(snapshot, data, ask=lambda at=at: ask(at))


def test_only_so_many_pictures_are_looked_at_and_all_parts_of_the_split_are_among_them(
    snapshot: ModelSnapshot,
) -> None:
    data = stripes(snapshot, 600)
    assert len(data.split("validation").some(30).labels.unique()) > 7
    few = trusted(snapshot, data, 30).card
    assert few.familiarity == ()
    assert few.calibration != trusted(snapshot, data).card.calibration


def test_a_fifth_as_many_pictures_of_each_kind_of_nothing_are_looked_at_as_were_held_out(
    snapshot: ModelSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, made = stripes(snapshot, 1500), []
    monkeypatch.setattr(trust, "outliers", lambda images: made.append(len(images)) or outliers(images))
    trusted(snapshot, data, 120)
    assert made == [24]


def test_without_enough_held_out_pictures_there_are_temperatures_only(snapshot: ModelSnapshot) -> None:
    data = stripes(snapshot, FEWEST)
    assert len(data.split("validation")) < FEWEST
    found = trusted(snapshot, data)
    assert found.card.familiarity == found.card.trade == ()
    assert "temperature_six_views" in found.card.calibration


def test_zero_is_where_one_in_ten_pictures_of_nothing_is_still_answered_with_confidence() -> None:
    known = torch.linspace(0, 10, 101)
    fooled = torch.linspace(1, 4, 31)
    zero, strange = _limits(known, fooled, 100)
    assert int((fooled > zero).sum()) == FOOLED_SHARE * 100
    assert float((known < strange).double().mean()) <= STRANGE_SHARE


def test_the_one_in_ten_is_of_all_pictures_of_nothing_and_not_of_those_a_class_is_given() -> None:
    def group(low: float, high: float, probability: float) -> _Group:
        spread = low + (high - low) * (7 * torch.arange(400) % 400) / 400  # the last quarter is like the others
        best = torch.full((400,), 0.5).where(torch.arange(400) // 4 % 5 > 0, torch.tensor(probability))  # one in five
        return _Group(torch.zeros(400, 2), spread[:, None], torch.stack([best, 1 - best], 1))

    others = group(0.0, 2.0, 0.95)
    found = _familiarity(group(0.5, 3.0, 0.5), others)
    last = torch.arange(400) % 4 == 3
    fooled = last & (others.probabilities.amax(1) > 0.9)
    sure = found.of(*others.part(fooled)) > 1e-6
    assert (int(last.sum()), int(fooled.sum()), int(sure.sum())) == (100, 20, FOOLED_SHARE * 100)


def test_no_more_than_half_of_what_is_known_is_kept_from_a_sure_answer() -> None:
    known = torch.linspace(0, 10, 101)
    assert _limits(known, torch.full((100,), 9.0), 100)[0] == 5.0
    zero, strange = _limits(known, torch.zeros(0), 100)
    assert zero == strange  # a network that is not fooled by anything may be sure of whatever is not strange


def test_pictures_that_are_not_familiar_count_as_not_answered() -> None:
    shares = torch.tensor([[0.95, 0.05], [0.3, 0.7], [0.6, 0.4], [0.999, 0.001]])
    known = _Group(shares.log(), torch.zeros(4, 1), shares)
    familiarity: Any = SimpleNamespace(of=lambda _logits, _features: torch.tensor([1.0, 0.0, 2.0, -0.1]))
    rows = {threshold: rest for threshold, *rest in _trade(known, torch.tensor([0, 0, 0, 1]), familiarity)}
    assert rows[0.5] == [0.75, 0.6667]
    assert rows[0.65] == [0.5, 0.5]
    assert rows[0.9] == [0.25, 1.0]
    assert rows[0.99] == [0.0, 1.0]


def test_what_is_fitted_is_the_same_after_a_file() -> None:
    fitted = Familiarity(torch.tensor([0.25, -1.5]).numpy(), 0.75).moved(2.0, 1.0)
    again = Familiarity.from_list(fitted.to_list())
    assert (again.weights.tolist(), again.bias, again.strange) == ([0.25, -1.5], -1.25, -1.0)
