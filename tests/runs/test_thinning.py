from __future__ import annotations

import itertools

import pytest

from cifar_gui.runs.thinning import MAX_FILES, epochs_to_drop


def kept_after(epochs: int, best: int, size: int = 1000, **limits: int) -> list[int]:
    """What remains when a run drops as it goes."""
    sizes: dict[int, int] = {}
    for epoch in range(1, epochs + 1):
        sizes[epoch] = size
        for dropped in epochs_to_drop(sizes, min(best, epoch), **limits):
            del sizes[dropped]
    return sorted(sizes)


def test_few_epochs_are_all_kept():
    assert kept_after(30, best=7) == list(range(1, 31))


@pytest.mark.parametrize("epochs", [31, 60, 200, 1000])
def test_many_epochs_are_thinned_evenly_and_first_last_and_best_stay(epochs):
    best = epochs // 2 + 3
    kept = kept_after(epochs, best)
    gaps = [after - before for before, after in itertools.pairwise(kept)]
    assert len(kept) == MAX_FILES
    assert {1, best, epochs} <= set(kept)
    assert max(gaps) <= 4 * epochs / MAX_FILES


def test_large_networks_keep_fewer():
    kept = kept_after(50, best=20, size=60_000_000)
    assert len(kept) == 5
    assert {1, 20, 50} <= set(kept)


@pytest.mark.parametrize("size", [160_000_000, 400_000_000])
def test_the_last_epoch_is_kept_however_large(size):
    assert kept_after(9, best=3, size=size)[-1] == 9
    assert len(kept_after(9, best=3, size=size)) == 1


def test_exactly_as_much_as_may_be_kept_is_kept():
    assert epochs_to_drop(dict.fromkeys(range(1, 6), 10), 2, max_files=5, max_bytes=50) == []
    assert epochs_to_drop(dict.fromkeys(range(1, 6), 10), 2, max_files=5, max_bytes=49) == [3]
    assert epochs_to_drop(dict.fromkeys(range(1, 6), 10), 2, max_files=4, max_bytes=50) == [3]


def test_dropped_is_the_epoch_whose_neighbours_are_closest():
    assert epochs_to_drop(dict.fromkeys((1, 5, 9, 11, 20), 1), 5, max_files=4) == [9]
    assert epochs_to_drop(dict.fromkeys((1, 2, 11, 13, 20), 1), 20, max_files=4) == [13]


def test_when_the_three_are_too_large_the_first_goes_then_the_best():
    assert epochs_to_drop({1: 10, 4: 10, 9: 10}, 4, max_bytes=20) == [1]
    assert epochs_to_drop({1: 10, 4: 10, 9: 10}, 4, max_bytes=10) == [1, 4]
