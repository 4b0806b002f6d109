"""The forward pass that everything shares."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.preprocess import standardise
from cifar_gui.inference.forward import evaluating, logits_of


@pytest.mark.parametrize("precision", [Precision(), Precision("float32", channels_last=False)])
def test_chunks_give_the_logits_of_the_whole(
    snapshot: ModelSnapshot, inputs: torch.Tensor, precision: Precision
) -> None:
    with evaluating(rebuild(snapshot)) as model:
        parts = list(logits_of(model, inputs, snapshot.card.stats, precision, chunk=7))
        expected = model(standardise(inputs, snapshot.card.stats))
    assert [len(part) for part in parts] == [7, 7, 6]
    assert torch.allclose(torch.cat(parts), expected, atol=1e-5)


def test_half_precision_is_used_when_asked_for_and_answers_in_float32(
    snapshot: ModelSnapshot, inputs: torch.Tensor
) -> None:
    with evaluating(rebuild(snapshot)) as model:
        exact, half = (
            torch.cat(list(logits_of(model, inputs, snapshot.card.stats, Precision(name))))
            for name in ("float32", "bfloat16")
        )
    assert half.dtype == torch.float32
    assert not torch.equal(half, exact)
    assert torch.allclose(half, exact, atol=0.1 * float(exact.abs().max()))


@pytest.mark.parametrize("training", [True, False])
def test_evaluating_puts_back_the_mode_even_after_an_error(snapshot: ModelSnapshot, training: bool) -> None:
    model = rebuild(snapshot).train(training)
    with evaluating(model) as inside:
        assert not inside.training
        assert torch.is_inference_mode_enabled()
    assert model.training is training
    with pytest.raises(RuntimeError, match=r"dimensions|size"), evaluating(model):
        model(torch.zeros(1, 2, 3))
    assert model.training is training
