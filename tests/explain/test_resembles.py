from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from cifar_gui.compute.precision import Precision
from cifar_gui.errors import Cancelled
from cifar_gui.explain import resembles
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.penultimate import features_of
from cifar_gui.explain.resembles import library, nearest
from cifar_gui.inference.last_layer import NotLinear


@pytest.fixture
def small(snapshot_of: Callable) -> Examined:
    return Examined(snapshot_of("lenet"))


def test_a_training_picture_resembles_itself_most(small, tiny_data):
    split = tiny_data.split("train")
    whole = library(small, split)
    for place in (0, 17, len(split) - 1):
        found = nearest(whole, small, split.images[place].numpy(), 5)
        assert found[0].place == place
        assert found[0].likeness == pytest.approx(1, abs=2e-3)
        assert [each.likeness for each in found] == sorted((each.likeness for each in found), reverse=True)


def test_likeness_is_the_cosine_of_what_the_last_layer_reads(small, tiny_data):
    split = tiny_data.split("train")
    features = features_of(small, small.inputs(split.images.numpy()))
    wanted = torch.nn.functional.cosine_similarity(features, features[3:4])
    found = nearest(library(small, split), small, split.images[3].numpy(), 10)
    assert [each.likeness for each in found] == pytest.approx([float(wanted[each.place]) for each in found], abs=2e-3)
    assert min(each.likeness for each in found) >= wanted.sort(descending=True).values[10] - 2e-3


def test_many_pictures_are_looked_at_in_the_precision_that_a_probe_finds_quickest_and_the_likest_stay_the_likest(
    snapshot_of, tiny_data, monkeypatch
):
    split, asked = tiny_data.split("train"), []
    examined = Examined(snapshot_of("airnet", size="93"))
    exact = library(examined, split)

    def probe(snapshot, images, between):
        asked.append((snapshot, images))
        between()  # where it can be given up
        return Precision("bfloat16")

    monkeypatch.setattr(resembles, "quickest", probe)
    monkeypatch.setattr(resembles, "_WORTH_A_PROBE", len(split))
    resembles._STORE.place(resembles._key(examined.snapshot, split)).unlink()
    rounded = library(examined, split)
    assert asked == [(examined.snapshot, split.images)]
    assert not np.array_equal(rounded.features, exact.features), "it was computed in another precision"
    likeness = (rounded.features.astype(np.float32) * exact.features.astype(np.float32)).sum(1)
    assert likeness.min() > 0.999
    pixels = split.images[3].numpy()
    assert nearest(rounded, examined, pixels, 1)[0].place == nearest(exact, examined, pixels, 1)[0].place == 3


def test_few_pictures_are_not_worth_a_probe(small, tiny_data, monkeypatch):
    monkeypatch.setattr(resembles, "quickest", None)
    assert len(library(small, tiny_data.split("train"))) == len(tiny_data.split("train"))


def test_what_has_been_computed_is_kept_for_this_network_and_these_pictures(small, tiny_data, snapshot_of, monkeypatch):
    split = tiny_data.split("train")
    first = library(small, split)
    monkeypatch.setattr(resembles, "_compute", None)
    assert np.array_equal(library(small, split).features, first.features)
    for snapshot, other in (
        (small.snapshot, tiny_data.split("validation")),
        (small.snapshot, replace(split, fingerprint="as many others")),
        (snapshot_of("mlp", hidden=4), split),
    ):
        assert resembles.kept(snapshot, other) is None


def test_what_cannot_be_is_computed_again(small, tiny_data):
    split = tiny_data.split("train")
    first = library(small, split)
    damaged = np.where(np.arange(len(split))[:, None] == 7, np.float16(np.nan), first.features)
    resembles._STORE.write(resembles._key(small.snapshot, split), {"features": damaged})
    assert resembles.kept(small.snapshot, split) is None
    assert np.array_equal(library(small, split).features, first.features)


def test_a_folder_that_cannot_be_written_to_does_no_harm(small, tiny_data):
    folder = resembles._STORE.cached()
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file where the folder should be")
    assert len(library(small, tiny_data.split("validation"))) == len(tiny_data.split("validation"))


def test_it_can_be_given_up_and_then_nothing_is_kept(small, tiny_data):
    def give_up(_share: float, _doing: str) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        library(small, tiny_data.split("train"), give_up)
    assert not resembles._STORE.cached().exists()


def test_wide_layers_are_projected_so_that_near_stays_near(snapshot_of, tiny_data):
    wide = Examined(snapshot_of("simple"))
    split = tiny_data.split("train")
    whole = library(wide, split)
    assert whole.features.shape == (len(split), resembles.WIDEST)
    found = nearest(whole, wide, split.images[5].numpy(), 20)
    assert found[0].place == 5
    assert sum(int(split.labels[each.place]) == int(split.labels[5]) for each in found) >= 18


def test_a_network_that_ends_in_an_averaged_convolution_has_neighbours_and_one_without_weights_says_so(
    snapshot_of, tiny_data
):
    split = tiny_data.split("validation")
    layers = "convolution depth=10 height=3 width=3 padding=same; global_average"
    assert library(Examined(snapshot_of("custom", layers=layers)), split).features.shape == (len(split), 27)
    layers = "convolution depth=5 height=32 width=31 padding=valid; flatten"
    with pytest.raises(NotLinear, match="weighted sum for each class"):
        library(Examined(snapshot_of("custom", layers=layers)), split)
