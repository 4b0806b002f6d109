"""The precision that answers quickest."""

from __future__ import annotations

import torch

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.inference import quickest as module
from cifar_gui.inference.quickest import TRIED, quickest
from cifar_gui.inference.sight import Sight


def test_it_is_one_that_answers_the_same(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    eyes = Sight(snapshot)
    exact, quick = eyes.see(inputs, 2), eyes.see(inputs, 2, quickest(snapshot, inputs))
    assert float((quick.probabilities - exact.probabilities).abs().max()) < 0.05


def test_it_is_tried_with_some_pictures_and_the_network_of_the_card(snapshot: ModelSnapshot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(module, "choose_precision", lambda *arguments: asked.append(arguments))
    quickest(snapshot, torch.zeros(100, 3, 32, 32, dtype=torch.uint8))
    ((recipe, _model, sample, labels, _between),) = asked
    assert (recipe.network, recipe.network_settings) == (snapshot.card.network, dict(snapshot.card.network_settings))
    assert (recipe.precision, recipe.memory_format) == ("auto", "auto")
    assert sample.shape == (TRIED, 3, 32, 32)
    assert len(labels) == TRIED
    assert int(labels.max()) < len(snapshot.card.class_names)
