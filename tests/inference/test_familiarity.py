"""How much a picture is like those that a network learned from."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cifar_gui.inference.familiarity import WIDEST, Familiarity, energy, fit_familiarity


def made_of(
    count: int, seed: int, *, sure: float, units: int = 6, shift: float = 0.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits, one of them `sure` above the others, and features whose first unit answers by `shift` more."""
    random = torch.Generator().manual_seed(seed)
    logits = torch.randn(count, 4, generator=random)
    logits[torch.arange(count), torch.randint(0, 4, (count,), generator=random)] += sure
    features = torch.randn(count, units, generator=random)
    features[:, 0] += shift
    return logits, features


def ranked_right(known: torch.Tensor, others: torch.Tensor) -> float:
    """The share of pairs in which what is known is called more familiar: the area under the ROC curve."""
    return float((known[:, None] > others[None]).double().mean())


def test_pictures_it_has_not_been_fitted_to_are_told_apart_by_logits() -> None:
    found = fit_familiarity(made_of(300, 1, sure=5), made_of(500, 2, sure=1))
    assert ranked_right(found.of(*made_of(200, 3, sure=5)), found.of(*made_of(200, 4, sure=1))) > 0.95


def test_and_by_what_the_last_layer_reads_where_logits_say_nothing() -> None:
    found = fit_familiarity(made_of(300, 1, sure=2), made_of(300, 2, sure=2, shift=3))
    assert ranked_right(found.of(*made_of(200, 3, sure=2)), found.of(*made_of(200, 4, sure=2, shift=3))) > 0.95


def test_both_kinds_count_alike_however_many_there_are() -> None:
    few, many = made_of(100, 1, sure=3), made_of(2000, 2, sure=2)
    fitted = fit_familiarity(few, many)
    again = fit_familiarity(few, tuple(each.repeat(3, 1) for each in many))
    assert np.allclose(fitted.weights, again.weights, atol=2e-3)
    assert fitted.bias == pytest.approx(again.bias, abs=2e-3)


def test_what_is_fitted_are_the_odds_that_a_picture_is_known() -> None:
    known, others = made_of(4000, 1, sure=2), made_of(4000, 2, sure=1)
    fitted = fit_familiarity(known, others)
    odds = torch.cat([fitted.of(*known), fitted.of(*others)])
    truth = torch.cat([torch.ones(4000), torch.zeros(4000)])
    for low, high in ((-0.6, -0.2), (-0.2, 0.2), (0.2, 0.6)):
        within = (odds > low) & (odds < high)
        assert float(torch.sigmoid(odds[within]).mean()) == pytest.approx(float(truth[within].mean()), abs=0.06)


def test_features_that_are_too_many_are_looked_at_as_a_whole() -> None:
    wide = fit_familiarity(made_of(20, 1, sure=4, units=WIDEST + 1), made_of(20, 2, sure=1, units=WIDEST + 1))
    assert len(wide.weights) == 4 + 3
    assert len(fit_familiarity(made_of(20, 1, sure=4), made_of(20, 2, sure=1)).weights) == 4 + 3 + 6


def test_it_can_be_written_down_and_read() -> None:
    fitted = fit_familiarity(made_of(50, 1, sure=4), made_of(50, 2, sure=1))
    read = Familiarity.from_list(fitted.to_list())
    assert np.allclose(read.weights, fitted.weights, rtol=1e-5)
    assert read.bias == fitted.bias


def test_a_network_of_another_width_is_refused() -> None:
    fitted = fit_familiarity(made_of(50, 1, sure=4), made_of(50, 2, sure=1))
    with pytest.raises(ValueError, match="fitted to 13 values, given 12"):
        fitted.of(*made_of(3, 1, sure=1, units=5))


@pytest.mark.parametrize("missing", [0, 1])
def test_without_one_of_the_kinds_there_is_nothing_to_fit(missing: int) -> None:
    kinds = [made_of(5, 1, sure=1), made_of(5, 2, sure=1)]
    kinds[missing] = made_of(0, 1, sure=1)
    with pytest.raises(ValueError, match="both kinds"):
        fit_familiarity(*kinds)


def test_the_energy_is_the_log_of_the_sum_of_exponentials() -> None:
    assert energy(torch.tensor([[0.0, 0.0], [1000.0, 0.0]])).tolist() == pytest.approx([np.log(2), 1000])
