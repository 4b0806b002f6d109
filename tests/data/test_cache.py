"""The cache of imported data sets: the same data back, never a damaged or an outdated one."""

from __future__ import annotations

import gc
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from cifar_gui.data import cache
from cifar_gui.data.base import ImageData
from cifar_gui.errors import WriteError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder that stands for a data set."""
    path = tmp_path / "source"
    (path / "cat").mkdir(parents=True)
    (path / "cat" / "1.png").write_bytes(b"one")
    (path / "cat" / "2.png").write_bytes(b"two")
    return path


def copy_of(data: ImageData) -> ImageData:
    """Equal, but another object, so that nothing is alive after a test."""
    fields = (data.class_names, data.counts, data.fingerprints, data.stats)
    return ImageData(data.name, data.images.clone(), data.labels.clone(), *fields)


def same(one: ImageData, other: ImageData) -> bool:
    fields = ("name", "class_names", "counts", "fingerprints", "stats")
    equal = torch.equal(one.images, other.images) and torch.equal(one.labels, other.labels)
    return equal and all(getattr(one, field) == getattr(other, field) for field in fields)


def not_needed() -> ImageData:
    raise AssertionError("imported again")


def test_a_data_set_is_imported_once(source: Path, tiny_data: ImageData) -> None:
    first = cache.remembered(source, lambda: copy_of(tiny_data))
    assert cache.remembered(source, not_needed) is first
    del first
    gc.collect()
    assert same(cache.remembered(source, not_needed), tiny_data)


def touch(path: Path) -> None:
    os.utime(path, (1, 1))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a picture more": lambda path: (path / "cat" / "3.png").write_bytes(b"three"),
    "a picture less": lambda path: (path / "cat" / "1.png").unlink(),
    "a picture renamed": lambda path: (path / "cat" / "1.png").rename(path / "cat" / "0.png"),
    "a picture in another class": lambda path: (path / "cat").rename(path / "dog"),
    "another size": lambda path: (path / "cat" / "1.png").write_bytes(b"one more"),
    "another time": lambda path: touch(path / "cat" / "1.png"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_data_set_that_has_changed_is_imported_again(change: str, source: Path, tiny_data: ImageData) -> None:
    first = cache.remembered(source, lambda: copy_of(tiny_data))
    CHANGES[change](source)
    again = copy_of(tiny_data)
    assert cache.remembered(source, lambda: again) is again is not first
    assert len(list(cache.folder().iterdir())) == 1  # the outdated entry is gone


def link(place: Path, target: Path) -> None:
    try:
        place.symlink_to(target, target_is_directory=True)
    except OSError:
        pytest.skip("links are not allowed here")


@pytest.mark.parametrize("place", ["owl", "train/owl"])
@pytest.mark.parametrize("change", ["a picture more", "a picture less", "another size", "another time"])
def test_a_change_behind_a_linked_class_folder_is_noticed(
    place: str, change: str, source: Path, tmp_path: Path, tiny_data: ImageData
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (source / place).parent.mkdir(exist_ok=True)
    (source / "cat").rename(elsewhere)
    link(source / place, elsewhere)
    first = cache.remembered(source, lambda: copy_of(tiny_data))
    assert cache.remembered(source, not_needed) is first
    elsewhere.rename(tmp_path / "cat")
    CHANGES[change](tmp_path)
    (tmp_path / "cat").rename(elsewhere)
    assert cache.remembered(source, lambda: copy_of(tiny_data)) is not first


def test_a_link_that_leads_to_another_class_is_noticed(source: Path, tiny_data: ImageData) -> None:
    for name in ("dog", "eel"):
        (source / name).mkdir()
    link(source / "owl", source / "dog")
    before = cache.entry_path(source)
    (source / "owl").unlink()
    link(source / "owl", source / "eel")
    assert cache.entry_path(source) != before


def test_links_that_lead_in_circles_are_followed_once(source: Path) -> None:
    for name in ("cat", "dog", "eel"):
        (source / name).mkdir(exist_ok=True)
        (source / name / "of its own.png").write_bytes(b"x")
        for number in range(10):
            link(source / name / f"up {number}", source)
            link(source / name / f"aside {number}", source / "eel")
    listed = [name for name, _, _ in cache._listing(source)]
    assert len(listed) == len(set(listed)) == 2 + 3 + 60  # files, files, links


def test_a_link_to_nothing_does_not_hide_the_other_files(source: Path) -> None:
    link(source / "a link", source / "nowhere")
    link(source / "cat" / "a link.png", source / "nowhere")
    before = cache.entry_path(source)
    touch(source / "cat" / "2.png")
    assert cache.entry_path(source) != before


def test_hidden_files_do_not_count_as_changes(source: Path, tiny_data: ImageData) -> None:
    first = cache.remembered(source, lambda: copy_of(tiny_data))
    (source / "cat" / ".DS_Store").write_bytes(b"x")
    assert cache.remembered(source, not_needed) is first


def test_a_file_is_known_by_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "archive.tar.gz"
    path.write_bytes(b"1")
    before = cache.entry_path(path)
    path.write_bytes(b"12")
    assert cache.entry_path(path).name[:20] == before.name[:20]
    assert cache.entry_path(path) != before


def test_entries_of_another_version_of_the_app_are_not_found(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.entry_path(source)
    monkeypatch.setattr(cache, "_VERSION", cache._VERSION + 1)
    assert cache.entry_path(source) != before


@pytest.mark.skipif(os.name == "nt", reason="there, every name is text")
def test_a_file_whose_name_is_no_text_is_listed_all_the_same(source: Path) -> None:
    before = cache.entry_path(source)
    try:
        Path(os.fsdecode(bytes(source / "cat") + b"/\xff.png")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes text only")
    assert cache.entry_path(source) != before


@pytest.fixture
def entry(source: Path, tiny_data: ImageData) -> Path:
    place = cache.entry_path(source)
    cache.write(tiny_data, place)
    return place


def test_an_entry_gives_back_what_was_written(entry: Path, tiny_data: ImageData) -> None:
    data = cache.read(entry)
    assert data
    assert same(data, tiny_data)
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]


@pytest.mark.parametrize("count", [300, pytest.param(5000, marks=pytest.mark.soak)])
def test_a_damaged_entry_is_never_taken_for_data(count: int, entry: Path, tiny_data: ImageData) -> None:
    good = entry.read_bytes()
    header = good.index(b"\n") + 1
    draws = random.Random(6)
    refused = 0
    for number in range(count):
        mutant = bytearray(good)
        mutant[draws.randrange(header if number % 2 else len(good))] ^= 1 << draws.randrange(8)
        entry.write_bytes(mutant)
        data = cache.read(entry)
        refused += data is None
        assert data is None or same(data, tiny_data)
    assert refused > 0.9 * count


def test_an_entry_cut_short_or_too_long_is_refused(entry: Path) -> None:
    good = entry.read_bytes()
    for length in [*range(0, 600, 13), *range(600, len(good), 40_000), len(good) - 1]:
        entry.write_bytes(good[:length])
        assert cache.read(entry) is None
    entry.write_bytes(good + b"\0")
    assert cache.read(entry) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"{" * 100_000,
        b"[" * 100_000 + b"\n",
        b'{"data": {"counts": [1e300, 1, 1]}}\n',
        b'{"data": {"counts": [-5, 5, 0]}}\n',
        b'{"data": {"counts": [4611686018427387904, 0, 0]}, "checksum": 0}\n',
        b'{"data": {"counts": ["a"]}}\n',
        b"\xff\xfe\n",
    ],
)
def test_a_hostile_entry_is_refused(content: bytes, entry: Path) -> None:
    entry.write_bytes(content)
    assert cache.read(entry) is None


def test_a_damaged_entry_is_replaced_without_a_word(entry: Path, source: Path, tiny_data: ImageData) -> None:
    entry.write_bytes(b"rotten")
    made = cache.remembered(source, lambda: copy_of(tiny_data))
    assert same(made, tiny_data)
    stored = cache.read(entry)
    assert stored
    assert same(stored, tiny_data)


def no_space(handle: int) -> None:
    raise OSError("no space")


@pytest.mark.parametrize("disk", ["has a file where the folder should be", "is full"])
def test_a_cache_that_cannot_be_written_costs_only_time(
    disk: str, source: Path, tiny_data: ImageData, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if disk == "is full":
        monkeypatch.setattr(os, "fsync", no_space)
    else:
        home.mkdir()
        (home / "cache").write_text("in the way")
    assert same(cache.remembered(source, lambda: copy_of(tiny_data)), tiny_data)


def test_a_failed_write_leaves_nothing(entry: Path, tiny_data: ImageData, monkeypatch: pytest.MonkeyPatch) -> None:
    good = entry.read_bytes()
    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(WriteError, match="no space"):
        cache.write(tiny_data, entry)
    assert [path.name for path in entry.parent.iterdir()] == [entry.name]
    assert entry.read_bytes() == good


def test_a_failed_import_leaves_nothing(source: Path) -> None:
    def fail() -> ImageData:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cache.remembered(source, fail)
    assert not cache.folder().exists()


def test_only_the_entries_used_last_are_kept(tmp_path: Path, tiny_data: ImageData) -> None:
    places = []
    for number in range(9):
        path = tmp_path / f"archive {number}"
        path.write_bytes(b"x")
        places.append(cache.entry_path(path))
        cache.write(tiny_data, places[-1])
        os.utime(places[-1], (number, number))
    leftover = places[0].parent / "killed.tmp"
    leftover.write_bytes(b"half")
    os.utime(leftover, (-7200, -7200))
    being_written = places[0].parent / "another window.tmp"
    being_written.write_bytes(b"half")
    os.utime(being_written, (-3000, -3000))
    assert cache.read(places[0]) is not None  # the oldest is used once more
    cache.prune(places[-1])
    assert sorted(places[0].parent.iterdir()) == sorted([places[0], *places[4:], being_written])
