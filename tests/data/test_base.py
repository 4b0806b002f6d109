"""`ImageData`: one order, one split and one fingerprint for the same pictures, however they came."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from cifar_gui.data.base import SPLITS, ImageData, assemble, channel_stats, picture_digests, share_of
from cifar_gui.errors import DataError

CLASSES = ("cat", "dog", "owl")


def some(count: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures, labels, and which are for testing."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 3, 32, 32), generator=generator, dtype=torch.uint8)
    labels = torch.randint(0, 3, (count,), generator=generator)
    return images, labels, torch.rand(count, generator=generator) < 0.2


def assembled(images: Tensor, labels: Tensor, test: Tensor) -> ImageData:
    return assemble("Some", images, labels, CLASSES, test=test)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 60), seed=st.integers(0, 100))
def test_the_order_of_the_pictures_makes_no_difference(count: int, seed: int) -> None:
    images, labels, test = some(count, seed)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(seed + 1))
    one = assembled(images, labels, test)
    other = assembled(images[order], labels[order], test[order])
    assert torch.equal(one.images, other.images)
    assert torch.equal(one.labels, other.labels)
    assert (one.counts, one.fingerprints, one.stats) == (other.counts, other.fingerprints, other.stats)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 60), seed=st.integers(0, 100))
def test_every_picture_is_in_one_split_with_its_label(count: int, seed: int) -> None:
    images, labels, test = some(count, seed)
    data = assembled(images, labels, test)
    splits = [data.split(name) for name in SPLITS]
    found = [
        pair for split in splits for pair in zip(picture_digests(split.images), split.labels.tolist(), strict=True)
    ]
    assert sorted(found) == sorted(zip(picture_digests(images), labels.tolist(), strict=True))
    assert len(data.split("test")) == int(test.sum())


def test_a_tenth_of_each_class_is_held_out() -> None:
    labels = torch.arange(300) % 3
    images, _, _ = some(300)
    data = assembled(images, labels, torch.arange(300) >= 240)
    assert data.counts == (216, 24, 60)
    assert data.split("validation").labels.bincount().tolist() == [8, 8, 8]


@pytest.mark.parametrize(
    ("count", "held_out"), [(0, 0), (1, 0), (2, 0), (3, 1), (10, 1), (14, 1), (16, 2), (5000, 500)]
)
def test_small_classes_give_one_picture_if_they_can(count: int, held_out: int) -> None:
    assert share_of(count, 0.1) == held_out


def test_a_fingerprint_changes_with_a_pixel_a_label_or_a_class_name() -> None:
    images, labels, test = some(40)
    before = assembled(images, labels, test).fingerprints
    changed, relabelled = images.clone(), labels.clone()
    at = int(torch.nonzero(~test)[0])
    changed[at, 0, 0, 0] ^= 1
    relabelled[at] = (labels[at] + 1) % 3
    renamed = assemble("Some", images, labels, ("cat", "dog", "eel"), test=test)
    others = [assembled(changed, labels, test), assembled(images, relabelled, test), renamed]
    assert len({before[3], *(other.fingerprints[3] for other in others)}) == 4
    assert [other.fingerprints[2] == before[2] for other in others] == [True, True, False]


def test_pictures_are_labelled_for_a_network_that_knows_more_classes_in_another_order() -> None:
    data = assembled(*some(40))
    more = ("owl", "ant", "dog", "cat", "eel")
    asked = data.for_classes(list(more))
    assert [more[label] for label in asked.labels.tolist()] == [CLASSES[label] for label in data.labels.tolist()]
    assert asked.class_names == more
    assert asked.images is data.images
    assert (asked.counts, asked.fingerprints) == (data.counts, data.fingerprints)
    assert data.for_classes(more) is asked
    assert data.for_classes(more[::-1]) is not asked
    assert data.for_classes(list(CLASSES)) is data
    assert data.for_classes(("cat", "dog")) is data, "owls are nothing to it"


def test_an_empty_split_has_no_fingerprint() -> None:
    images, labels, _ = some(12)
    data = assembled(images, labels, torch.zeros(12, dtype=torch.bool))
    assert len(data.split("test")) == 0
    assert data.split("test").fingerprint == ""


def test_training_on_everything_takes_validation_pictures_too() -> None:
    data = assembled(*some(60))
    part, whole = data.training(), data.training(all_data=True)
    assert (len(part), len(whole)) == (data.counts[0], data.counts[0] + data.counts[1])
    assert not data.was_trained_on("validation", part.fingerprint)
    assert data.was_trained_on("validation", whole.fingerprint)
    assert data.was_trained_on("train", part.fingerprint)
    assert data.was_trained_on("train", whole.fingerprint)
    assert not data.was_trained_on("test", whole.fingerprint)
    assert not data.was_trained_on("train", "")


def test_a_network_of_unknown_training_has_not_seen_a_split_that_is_empty() -> None:
    images, labels, _ = some(12)
    data = assembled(images, labels, torch.ones(12, dtype=torch.bool))
    assert not any(data.was_trained_on(split, "") for split in SPLITS)


def test_the_same_picture_in_two_classes_comes_in_the_order_of_the_classes() -> None:
    images, labels, none = some(1)[0].repeat(2, 1, 1, 1), torch.tensor([2, 0]), torch.zeros(2, dtype=torch.bool)
    for order in ([0, 1], [1, 0]):
        assert assembled(images, labels[order], none).labels.tolist() == [0, 2]


def test_splits_are_views_not_copies() -> None:
    data = assembled(*some(30))
    assert data.split("validation").images.untyped_storage().data_ptr() == data.images.untyped_storage().data_ptr()


def test_a_split_that_does_not_exist_is_named() -> None:
    with pytest.raises(DataError, match="'dev'"):
        assembled(*some(10)).split("dev")  # type: ignore[arg-type]


@pytest.mark.parametrize("chunk", [1, 7, 5000])
def test_statistics_are_exact(chunk: int) -> None:
    images, _, _ = some(20)
    stats = channel_stats(images, chunk)
    values = images.numpy().astype(np.float64)
    assert stats.mean == pytest.approx(values.mean(axis=(0, 2, 3)), abs=1e-10)
    assert stats.std == pytest.approx(values.std(axis=(0, 2, 3)), abs=1e-10)


def test_pictures_of_one_colour_do_not_divide_by_zero() -> None:
    assert channel_stats(torch.full((4, 3, 32, 32), 255, dtype=torch.uint8)).std == (1.0, 1.0, 1.0)


def test_test_pictures_are_not_in_the_channel_statistics():
    """A test set of white pictures would move the mean."""
    dark = torch.full((20, 3, 32, 32), 10, dtype=torch.uint8)
    dark[:, 0, 0, 0] = torch.arange(20)  # all different
    white = torch.full((5, 3, 32, 32), 255, dtype=torch.uint8)
    data = assemble(
        "Statistics",
        torch.cat([dark, white]),
        torch.arange(25) % 2,
        ("a", "b"),
        test=torch.arange(25) >= 20,
    )
    assert max(data.stats.mean) < 11


def test_channel_statistics_are_of_train_and_validation_together() -> None:
    data = assembled(*some(60))
    assert data.stats == channel_stats(data.training(all_data=True).images)
    assert data.stats != channel_stats(data.training().images)
