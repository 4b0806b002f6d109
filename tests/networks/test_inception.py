"""GoogLeNet's classifiers at the side: there in training alone, and only if asked for."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.networks.base import HasSideClassifiers, build
from cifar_gui.networks.inception import Inception
from cifar_gui.networks.layer_table import layer_table, total_parameters
from cifar_gui.networks.skeleton import build_without_weights

SMALL = {"width": 0.1, "side_classifiers": True}


@pytest.fixture(params=["inception_v1", "inception_v2"])
def name(request) -> str:
    torch.manual_seed(0)
    return str(request.param)


def test_usually_there_is_none(name):
    model = build(name, 10, {"width": 0.1})
    model(torch.randn(2, 3, 32, 32))
    assert isinstance(model, HasSideClassifiers)
    assert model.side_logits() == []


def test_there_are_two_that_speak_in_training_and_only_once(name):
    model = build(name, 7, SMALL)
    logits = model(torch.randn(2, 3, 32, 32))
    said = model.side_logits()
    assert [each.shape for each in said] == [logits.shape] * 2 == [(2, 7)] * 2
    with pytest.raises(RuntimeError, match="no pictures"):
        model.side_logits()
    sum(each.sum() for each in said).backward()
    heads = {key: weight.grad for key, weight in model.named_parameters() if ".classifier." in key}
    assert len(heads) == 2 * 6
    assert all(grad is not None for grad in heads.values())


def test_they_look_at_what_the_third_and_the_sixth_module_give(name):
    """4a and 4d, as in figure 3 of Szegedy et al. 2015."""
    seen, modules = [], 0
    for part in build_without_weights(name, 10, SMALL):
        modules += isinstance(part, Inception)
        if hasattr(part, "take"):
            seen.append(modules)
    assert seen == [3, 6]


def test_they_change_no_answer_and_no_layer_that_answers(name):
    with_them, without = build(name, 10, SMALL).eval(), build(name, 10, {"width": 0.1}).eval()
    kept = [value for key, value in with_them.state_dict().items() if ".classifier." not in key]
    without.load_state_dict(dict(zip(without.state_dict(), kept, strict=True)))
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(with_them(images), without(images))
    assert len(layer_table(with_them)) == len(layer_table(without))
    assert total_parameters(with_them) > total_parameters(without)
