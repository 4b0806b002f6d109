"""Near-duplicates that are kept."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from cifar_gui.data import known_duplicates
from cifar_gui.data.base import Split
from cifar_gui.data.duplicates import Twins
from cifar_gui.data.known_duplicates import entry_path, remembered_duplicates

FOUND = [Twins(1, 2, 0.97, True, False)]


@pytest.fixture
def splits() -> tuple[Split, Split]:
    images = torch.zeros(3, 3, 32, 32, dtype=torch.uint8)
    return tuple(Split("some", images, torch.zeros(3, dtype=torch.int64), name) for name in ("one", "other"))


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The fingerprints of what was looked through."""
    asked: list[str] = []

    def look(first: Split, second: Split, **_named: object) -> list[Twins]:
        asked.append(f"{first.fingerprint} {second.fingerprint}")
        return FOUND

    monkeypatch.setattr(known_duplicates, "near_duplicates", look)
    return asked


def test_they_are_looked_for_once(splits, asked):
    assert remembered_duplicates(*splits) == remembered_duplicates(*splits) == FOUND
    assert asked == ["one other"]


def test_other_pictures_have_others(splits, asked):
    remembered_duplicates(*splits)
    remembered_duplicates(*reversed(splits))
    remembered_duplicates(splits[0], dataclasses.replace(splits[1], fingerprint="third"))
    assert asked == ["one other", "other one", "one third"]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"\xff", b"[1]", b"3", b'[{"first": 1}]'),
        b'[{"first": 1, "second": 7, "correlation": 0.9, "mirrored": true, "same_label": true}]',
        b'[{"first": 1, "second": 2, "correlation": 9, "mirrored": true, "same_label": true}]',
    ],
)
def test_a_file_that_is_damaged_or_of_other_pictures_is_written_anew(splits, asked, content):
    place = entry_path(*splits)
    place.parent.mkdir(parents=True)
    place.write_bytes(content)
    assert remembered_duplicates(*splits) == remembered_duplicates(*splits) == FOUND
    assert len(asked) == 1


def test_where_nothing_can_be_written_they_are_found_all_the_same(splits, asked):
    place = entry_path(*splits)
    place.parent.parent.mkdir(parents=True, exist_ok=True)
    place.parent.write_text("in the way")
    assert remembered_duplicates(*splits) == FOUND
