"""Six views against a slow and plain reference."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.inference.forward import logits_of
from cifar_gui.inference.views import VIEW_WEIGHTS, mean_logits_of, six_views


def mirror_at_the_edge(place: int, size: int) -> int:
    return -place if place < 0 else 2 * (size - 1) - place if place >= size else place


def test_views_are_built_pixel_by_pixel() -> None:
    images = torch.arange(2 * 3 * 5 * 7, dtype=torch.uint8).view(2, 3, 5, 7)
    views = six_views(images)
    assert views.shape == (6, 2, 3, 5, 7)
    for number, by in enumerate((0, -1, 1)):
        for row in range(5):
            for column in range(7):
                source = images[:, :, mirror_at_the_edge(row + by, 5), mirror_at_the_edge(column + by, 7)]
                assert torch.equal(views[2 * number, :, :, row, column], source)
        assert torch.equal(views[2 * number + 1], views[2 * number].flip(3))


@pytest.mark.parametrize("which", [slice(1), slice(2), slice(1, 2), slice(1, 6)])
def test_of_the_views_only_those_are_made_that_are_wanted(which: slice) -> None:
    images = torch.arange(2 * 3 * 5 * 7, dtype=torch.uint8).view(2, 3, 5, 7)
    assert torch.equal(six_views(images, which), six_views(images)[which])


def test_half_the_weight_is_on_the_picture_and_its_mirror_image() -> None:
    assert sum(VIEW_WEIGHTS) == 1
    assert sum(VIEW_WEIGHTS[:2]) == 0.5
    assert VIEW_WEIGHTS[2] + VIEW_WEIGHTS[3] == VIEW_WEIGHTS[4] + VIEW_WEIGHTS[5] == 0.25


@pytest.mark.parametrize("chunk", [1, 6, 13, 500])
def test_chunks_change_nothing(snapshot: ModelSnapshot, inputs: torch.Tensor, chunk: int) -> None:
    model, stats = rebuild(snapshot), snapshot.card.stats
    with torch.inference_mode():
        parts = list(mean_logits_of(model, inputs, stats, Precision(), 6, chunk))
        each = [torch.cat(list(logits_of(model, view, stats, Precision()))) for view in six_views(inputs)]
    expected = sum(weight * logits for weight, logits in zip(VIEW_WEIGHTS, each, strict=True))
    assert all(len(part) <= max(chunk // 6, 1) for part in parts)
    assert torch.allclose(torch.cat(parts), expected, atol=1e-5)
