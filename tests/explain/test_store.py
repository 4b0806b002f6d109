"""What was found out in an earlier session is read, and nothing that is damaged, foreign or of another form."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cifar_gui import paths
from cifar_gui.checkpoint import container
from cifar_gui.errors import WriteError
from cifar_gui.explain.store import Arrays, Store

KEY, OTHER = ("a digest", "conv 1", (0, 1)), ("a digest", "conv 1", (0,))
ARRAYS = {"states": np.arange(24, dtype=np.uint8).reshape(2, 3, 4), "answers": np.array([0.5, -1], np.float32)}
FORMS = {"states": (np.uint8, (2, 3, 4)), "answers": (np.float32, (2,))}


@pytest.fixture
def store() -> Store:
    return Store("things", 1, 3000)


def is_right(found: Arrays | None) -> bool:
    return found is not None and all(np.array_equal(found[name], values) for name, values in ARRAYS.items())


def test_a_later_session_reads_what_this_one_has_written(store):
    assert store.read(KEY, FORMS) is None
    store.write(KEY, ARRAYS)
    assert is_right(Store("things", 1, 3000).read(KEY, FORMS))


def test_what_was_found_from_something_else_or_in_another_way_is_something_else(store):
    store.write(KEY, ARRAYS)
    assert store.read(OTHER, FORMS) is None
    assert Store("things", 2, 3000).read(KEY, FORMS) is None
    store.place(KEY).rename(store.place(OTHER))
    assert store.read(OTHER, FORMS) is None


@pytest.mark.parametrize(
    "forms",
    [
        {**FORMS, "states": (np.int8, (2, 3, 4))},
        {**FORMS, "states": (np.uint8, (2, 4, 3))},
        {**FORMS, "more": (np.uint8, (1,))},
        {"states": FORMS["states"]},
    ],
)
def test_arrays_of_another_form_are_not_read(store, forms):
    store.write(KEY, ARRAYS)
    assert store.read(KEY, forms) is None


def test_a_length_that_is_not_known_beforehand_may_be_left_open(store):
    store.write(KEY, ARRAYS)
    assert is_right(store.read(KEY, {**FORMS, "states": (np.uint8, (2, None, 4))}))
    assert store.read(KEY, {**FORMS, "states": (np.uint8, (3, None, 4))}) is None
    assert store.read(KEY, {**FORMS, "states": (np.uint8, (2, None))}) is None


def cut_short(content: bytes) -> bytes:
    return content[:-1]


def changed(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def of_another_kind(content: bytes) -> bytes:
    return content.replace(b"cifar-gui results", b"cifar-gui resultS")


@pytest.mark.parametrize("damage", [cut_short, changed, of_another_kind, lambda _content: b""])
def test_a_damaged_file_is_as_if_it_were_not_there_and_is_replaced(store, damage: Callable[[bytes], bytes]):
    store.write(KEY, ARRAYS)
    store.place(KEY).write_bytes(damage(store.place(KEY).read_bytes()))
    assert store.read(KEY, FORMS) is None
    store.write(KEY, ARRAYS)
    assert is_right(store.read(KEY, FORMS))


def test_the_results_used_last_stay_and_what_was_left_half_written_goes_with_the_old(store):
    store.cached().mkdir(parents=True)
    (store.cached() / ".left.tmp").write_bytes(bytes(500))
    os.utime(store.cached() / ".left.tmp", (0, 0))
    keys = [("a digest", number) for number in range(5)]
    for age, key in enumerate(keys):
        store.write(key, ARRAYS)
        os.utime(store.place(key), (1000 + age, 1000 + age))
    size = store.place(keys[-1]).stat().st_size
    assert store.read(keys[2], FORMS) is not None
    Store("things", 1, 3 * size).write(KEY, ARRAYS)
    assert set(store.cached().iterdir()) == {store.place(key) for key in (keys[2], keys[4], KEY)}
    Store("things", 1, 1).write(KEY, ARRAYS)
    assert list(store.cached().iterdir()) == [store.place(KEY)]


def test_a_folder_that_cannot_be_made_does_no_harm(store, home):
    home.mkdir()
    paths.cache().write_text("a file where the folder should be")
    store.write(KEY, ARRAYS)
    assert store.read(KEY, FORMS) is None


def test_a_disk_that_is_full_does_no_harm(store, monkeypatch):
    def full(path: Path, _chunks: object) -> None:
        raise WriteError(f"{path} could not be written: no space left on device.")

    monkeypatch.setattr(container, "write_atomically", full)
    store.write(KEY, ARRAYS)
    assert store.read(KEY, FORMS) is None


def test_what_comes_with_the_app_is_read_where_nothing_was_found_here(store, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "shipped_models", lambda: tmp_path)
    assert not store.ships(KEY)
    path = store.ship("airnet", {KEY: ARRAYS, OTHER: {"answers": ARRAYS["answers"]}})
    assert path == tmp_path / "things" / "airnet.safetensors"
    assert is_right(store.read(KEY, FORMS))
    assert list(store.read(OTHER, {"answers": FORMS["answers"]}) or ()) == ["answers"]
    assert (store.ships(KEY), store.ships(("a digest",))) == (True, False)
    assert not store.cached().exists()


def test_if_what_comes_with_the_app_is_damaged_what_was_found_here_is_read(store, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "shipped_models", lambda: tmp_path)
    path = store.ship("airnet", {KEY: ARRAYS})
    path.write_bytes(changed(path.read_bytes()))
    assert store.read(KEY, FORMS) is None
    store.write(KEY, ARRAYS)
    assert is_right(store.read(KEY, FORMS))
    path.write_bytes(b"no model")
    assert is_right(store.read(KEY, FORMS))
