"""One batch file of CIFAR-10, in either edition, as pictures and labels. Every length and label is checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cifar_gui.data.official import CLASS_NAMES, RECORD_BYTES, Edition
from cifar_gui.data.restricted_pickle import read_plain
from cifar_gui.errors import DataError

Bytes = npt.NDArray[np.uint8]


def read_batch(edition: Edition, content: bytes, name: str) -> tuple[Bytes, Bytes]:
    """Pictures, uint8 (10000, 3, 32, 32), and labels, uint8 (10000,) in 0–9. Raises DataError naming the file."""
    read = read_binary if edition.name == "binary" else read_pickled
    images, labels = read(content, name, edition.pictures)
    wrong = np.flatnonzero(labels >= len(CLASS_NAMES))
    if len(wrong):
        raise DataError(
            f"{name} is mislabelled: picture {wrong[0] + 1} has the label {labels[wrong[0]]}, but there are only "
            f"{len(CLASS_NAMES)} classes, 0 to 9. Unpack or download the archive again."
        )
    return images, labels


def read_binary(content: bytes, name: str, count: int) -> tuple[Bytes, Bytes]:
    """A batch of the binary edition: `count` records of one label byte and 3,072 pixels, channel by channel."""
    wanted = count * RECORD_BYTES
    if len(content) != wanted:
        what = "empty" if not content else "cut short" if len(content) < wanted else "too long"
        raise DataError(
            f"{name} is {what}: it has {len(content):,} bytes, and a batch of CIFAR-10 has {wanted:,}. "
            "Unpack or download the archive again."
        )
    records = np.frombuffer(content, np.uint8).reshape(count, RECORD_BYTES)
    return records[:, 1:].reshape(count, 3, 32, 32), records[:, 0]


def read_pickled(content: bytes, name: str, count: int) -> tuple[Bytes, Bytes]:
    """A batch of the pickled edition: a table with `data`, bytes (count, 3072), and `labels`, a list."""
    table = read_plain(content, name)
    pixels, labels = table.get("data"), table.get("labels")
    if not isinstance(pixels, np.ndarray) or pixels.shape != (count, RECORD_BYTES - 1):
        raise DataError(
            f"{name} is not a CIFAR-10 batch: it does not hold {count:,} pictures of 32 × 32 pixels. "
            "Unpack or download the archive again."
        )
    return pixels.reshape(count, 3, 32, 32), _labels(labels, name, count)


def _labels(labels: Any, name: str, count: int) -> Bytes:
    values = labels.tolist() if isinstance(labels, np.ndarray) else labels
    if not isinstance(values, list) or len(values) != count:
        raise DataError(
            f"{name} is not a CIFAR-10 batch: it does not hold {count:,} labels. Unpack or download the archive again."
        )
    # whatever is no small whole number becomes 255, which is refused as a label
    return np.array([each if type(each) is int and 0 <= each <= 255 else 255 for each in values], np.uint8)
