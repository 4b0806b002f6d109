"""The restricted reader: reads official batches and their copies, and follows no instruction that is not data."""

from __future__ import annotations

import os
import pickle
import random
import struct
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cifar_gui.data.batches import read_batch
from cifar_gui.data.restricted_pickle import read_plain
from cifar_gui.errors import DataError


@pytest.fixture
def batch(published: Any) -> bytes:
    """A batch just as Python 2 and numpy 1 wrote the official ones."""
    content: bytes = published.files(published.pickled)["data_batch_1"]
    return content


def test_a_batch_as_published_is_read_as_the_unpickler_would(batch: bytes) -> None:
    expected = pickle.loads(batch, encoding="latin-1")
    table = read_plain(batch, "data_batch_1")
    assert table.keys() == expected.keys()
    assert np.array_equal(table["data"], expected["data"])
    assert table["labels"] == expected["labels"]
    assert table["data"].dtype == np.uint8


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("text", [str, str.encode])
def test_a_copy_written_by_python_3_is_read(protocol: int, text: Any, published: Any) -> None:
    images = published.images[:20].reshape(20, -1)
    table = {text("data"): images, text("labels"): [int(each) for each in published.labels[:20]], text("batch"): None}
    pixels, labels = read_batch(published.pickled, pickle.dumps(table, protocol), "copy")
    assert np.array_equal(pixels, published.images[:20])
    assert labels.tolist() == table[text("labels")]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    "table",
    [{"labels": [3]}, {"labels": [3, 4], "more": (1, 2, (3, 4, 5, 6))}, {"yes": True, "no": False, "none": None}],
)
def test_plain_values_are_read_as_the_unpickler_would(table: dict[str, Any], protocol: int) -> None:
    assert read_plain(pickle.dumps(table, protocol), "copy") == table


def test_a_batch_of_ten_thousand_is_not_too_long() -> None:
    table = {"labels": [number % 10 for number in range(10_000)], "filenames": [f"{n}.png" for n in range(10_000)]}
    assert read_plain(pickle.dumps(table, 2), "copy") == table


@pytest.mark.parametrize("spelling", [b"U\x02u1", b"U\x03|u1", b"C\x02u1"])
def test_the_type_of_a_byte_may_be_spelled_in_several_ways(spelling: bytes, batch: bytes, published: Any) -> None:
    pixels, _ = read_batch(published.pickled, batch.replace(b"U\x02u1", spelling), "copy")
    assert np.array_equal(pixels, published.images[:20])


def test_labels_may_be_an_array(published: Any) -> None:
    table = {"data": published.images[:20].reshape(20, -1), "labels": published.labels[:20].astype(np.uint8)}
    _, labels = read_batch(published.pickled, pickle.dumps(table, 4), "copy")
    assert labels.tolist() == published.labels[:20].tolist()


class _Calls:
    """Pickles as a call of `function` with `arguments`."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._call = (function, arguments)

    def __reduce__(self) -> Any:
        return self._call


def _hostile(marker: Path) -> dict[str, bytes]:
    """Name → a pickle that would do harm, or never end, in an ordinary unpickler."""
    gadgets = {
        "system": _Calls(os.system, f"touch {marker}"),
        "popen": _Calls(subprocess.Popen, ["touch", str(marker)]),
        "eval": _Calls(eval, f"open({str(marker)!r}, 'w')"),
        "open": _Calls(open, str(marker), "w"),
        "getattr": _Calls(getattr, str, "format"),
        "partial": partial(os.system, f"touch {marker}"),
        "loader": _Calls(np.load, str(marker)),
        "bytearray": _Calls(bytearray, 10**12),
        "objects": {"data": np.array([os.system], dtype=object)},
        "floats": {"data": np.zeros(4)},
        "words": {"data": np.zeros(4, np.uint16)},
        "scalar": {"labels": [np.uint8(3)]},
        "a path": {"path": marker},
        "a set": {1, 2},
    }
    crafted = {f"{name}, protocol {p}": pickle.dumps(each, p) for name, each in gadgets.items() for p in (0, 2, 4, 5)}
    one_array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R"
    crafted |= {
        "nothing": b"",
        "only a stop": b".",
        "no stop": b"\x80\x02}",
        "a list": b"\x80\x02].",
        "global, then call": b"\x80\x02cposix\nsystem\nU\x02id\x85R.",
        "instance": b"(S'id'\nios\nsystem\n.",
        "object": b"\x80\x02(cos\nsystem\nU\x02ido.",
        "new object": b"\x80\x02cos\nsystem\nU\x02id\x85\x81.",
        "extension": b"\x80\x02\x82\x01.",
        "persistent": b"Pos.system\n.",
        "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
        "stack global of no text": b"\x80\x04K\x01K\x02\x93.",
        "call of text": b"\x80\x02U\x02os)R.",
        "build on a class": b"\x80\x02cnumpy\nndarray\n}U\x08__call__K\x01sb.",
        "huge array": b"\x80\x02}U\x04data" + one_array + b"(K\x01J\xff\xff\xff\x7f\x85" + dtype + b"\x89U\x01xtbs.",
        "negative array": b"\x80\x02}U\x04data"
        + one_array
        + b"(K\x01J\xff\xff\xff\xff\x85"
        + dtype
        + b"\x89U\x01xtbs.",
        "fake shape": b"\x80\x02}U\x04data" + one_array + b"(K\x01U\x01x" + dtype + b"\x89U\x01xtbs.",
        "claims 2^62 bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b"x.",
        "claims 4 GB of text": b"\x80\x02X\xff\xff\xff\xff.",
        "memo far away": b"\x80\x02}r\xff\xff\xff\x7f0.",
        "memo never set": b"\x80\x02h\x07.",
        "keys that take for ever to compare": b"\x80\x02})q\x00" + b"h\x00h\x00\x86q\x00" * 60 + b"K\x01s.",
        "endless": b"\x80\x02" + b"N" * 300_000 + b".",
        "deep": b"\x80\x02" + b"(" * 100_000 + b".",
        "half a mark": b"\x80\x02t.",
        "set on nothing": b"\x80\x02(U\x01aK\x01u.",
        "odd items": b"\x80\x02}(U\x01au.",
        "a list that holds itself": b"\x80\x02}U\x06labels]q\x00h\x00as.",
    }
    return crafted


@pytest.mark.parametrize("name", _hostile(Path("marker")))
def test_a_hostile_batch_is_refused_and_nothing_runs(name: str, tmp_path: Path, published: Any) -> None:
    marker = tmp_path / "ran"
    with pytest.raises(DataError, match="bad_batch") as caught:
        read_batch(published.pickled, _hostile(marker)[name], "bad_batch")
    assert str(caught.value).endswith(".")
    assert not marker.exists()


def mutants(content: bytes, count: int) -> list[bytes]:
    """Copies with a few bytes changed, cut out, or doubled, mostly outside the pixels."""
    draws = random.Random(4)
    made = []
    for _ in range(count):
        mutant = bytearray(content)
        for _ in range(draws.randint(1, 4)):
            place = draws.choice([draws.randrange(300), -draws.randrange(1, 200), draws.randrange(len(content))])
            mutant[place] = draws.randrange(256)
        if draws.random() < 0.3:
            start = draws.randrange(300)
            del mutant[start : start + draws.randint(1, 40)]
        made.append(bytes(mutant))
    return made


@pytest.mark.parametrize("count", [500, pytest.param(20_000, marks=pytest.mark.soak)])
def test_a_damaged_batch_gives_data_or_a_sentence(count: int, batch: bytes, published: Any) -> None:
    refused = 0
    for mutant in mutants(batch, count):
        try:
            images, labels = read_batch(published.pickled, mutant, "mutant")
            assert images.shape == (20, 3, 32, 32)
            assert labels.max() <= 9
        except DataError:
            refused += 1
    assert count // 10 < refused < count


def test_a_batch_cut_short_anywhere_is_refused(batch: bytes, published: Any) -> None:
    for length in [*range(0, 400, 7), *range(400, len(batch), 4096), len(batch) - 1]:
        with pytest.raises(DataError, match="mutant"):
            read_batch(published.pickled, batch[:length], "mutant")
