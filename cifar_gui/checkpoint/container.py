"""The file format: safetensors, read by a strict parser of our own, with a JSON document and checksums in the header.

    8 bytes   length of the header, little endian
    header    JSON: each tensor's name → {dtype, shape, data_offsets}, and
              "__metadata__" → {format, document, payload_sha256, header_sha256}
    payload   the tensors' bytes, without gaps

`header_sha256` is that of the length and the header with 64 zeros in its own place. As the header names the payload's,
one changed bit anywhere is noticed, and the document can be trusted without reading the payload. Free of torch.
"""

from __future__ import annotations

import hashlib
import json
import math
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from cifar_gui.atomic import write_atomically
from cifar_gui.errors import CheckpointError, WriteError, not_read

ITEM_SIZES: Mapping[str, int] = {
    "F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1,
}  # fmt: skip
"""Bytes per value of the number types that may occur, by their safetensors names."""

MAX_HEADER = 2 << 20
MAX_PAYLOAD = 1 << 30
MAX_TENSORS = 10_000
MAX_DIMENSIONS = 8
_CHUNK = 1 << 20
_BLANK = "0" * 64


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies in the payload, in bytes."""

    name: str
    dtype: str  # a key of ITEM_SIZES
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class TensorBytes:
    """A tensor to be written: `content` is its values in row-major order, little endian."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    content: memoryview


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the payload, checked."""

    document: dict[str, Any]
    tensors: tuple[StoredTensor, ...]  # in the order of the payload
    payload_start: int
    payload_size: int
    payload_sha256: str


class Refusal(Exception):
    """Why a file is not accepted: the end of the sentence "NAME cannot be used: …". Becomes a CheckpointError."""


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """The file, for reading; anything wrong with it inside the block becomes a CheckpointError that names it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise Refusal("it is not a file")
        with path.open("rb") as file:
            yield file
    except Refusal as refusal:
        raise CheckpointError(f"{path} cannot be used: {refusal}.") from refusal
    except FileNotFoundError as error:
        raise CheckpointError(f"{path} does not exist.") from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise CheckpointError(not_read(path, error)) from error


def write_container(path: Path, kind: str, document: Mapping[str, Any], tensors: Sequence[TensorBytes]) -> None:
    """Write atomically and durably. `kind` names what the document is. Raises WriteError, ValueError for NaN."""
    ordered = sorted(tensors, key=lambda each: (-ITEM_SIZES[each.dtype], each.name))  # keeps every tensor aligned
    digest = hashlib.sha256()
    entries: dict[str, Any] = {}
    position = 0
    for each in ordered:
        size = each.content.nbytes
        entries[each.name] = {
            "dtype": each.dtype, "shape": list(each.shape), "data_offsets": [position, position + size],
        }  # fmt: skip
        digest.update(each.content)
        position += size
    metadata = {
        "format": kind,
        "document": json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
        "payload_sha256": digest.hexdigest(),
        "header_sha256": _BLANK,
    }
    header = _sealed({"__metadata__": metadata, **entries})
    if len(header) - 8 > MAX_HEADER or position > MAX_PAYLOAD:
        raise WriteError(f"{path} was not written: it would be larger than this version can read.")
    write_atomically(path, [header, *(each.content for each in ordered)])


def read_header(file: BufferedReader, kind: str) -> Header:
    """Parse and check everything but the payload. Raises Refusal."""
    size = file.seek(0, 2)
    file.seek(0)
    prefix = file.read(8)
    length = int.from_bytes(prefix, "little")
    if len(prefix) < 8 or length < 2:
        raise Refusal("it is too short to be a model file of this app")
    if length > MAX_HEADER or 8 + length > size:
        raise Refusal("it is cut short, or not a safetensors file")
    raw = file.read(length)
    values = parse_json(raw)
    metadata = _metadata(values.pop("__metadata__", None), kind)
    _check_seal(prefix + raw, metadata["header_sha256"])
    payload_size = size - 8 - length
    tensors = _check_tensors(values, payload_size)
    document = parse_json(metadata["document"].encode())
    return Header(document, tensors, 8 + length, payload_size, metadata["payload_sha256"])


def read_payload(file: BufferedReader, header: Header) -> bytearray:
    """The payload, after its checksum has been found right chunk by chunk. Raises Refusal."""
    if header.payload_size > MAX_PAYLOAD:
        raise Refusal("it holds more than this version reads")
    digest = hashlib.sha256()
    file.seek(header.payload_start)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != header.payload_sha256:
        raise Refusal("its checksum is wrong, so the file has been damaged")
    payload = bytearray(header.payload_size)
    file.seek(header.payload_start)
    if file.readinto(payload) != header.payload_size:
        raise Refusal("it became shorter while it was read")
    return payload


def parse_json(content: bytes) -> dict[str, Any]:
    """A JSON object without NaN, infinities or repeated keys. Raises Refusal."""
    try:
        values = json.loads(
            content.decode(), object_pairs_hook=_no_repeats, parse_constant=_refuse_number, parse_float=_finite
        )
    except (ValueError, RecursionError) as error:
        raise Refusal("its header is not valid JSON, so the file is damaged or of another kind") from error
    if not isinstance(values, dict):
        raise Refusal("its header is not a JSON object")
    return values


def _sealed(values: Mapping[str, Any]) -> bytes:
    """Length and header, padded so that the payload is aligned, with `header_sha256` filled in."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    header = len(text).to_bytes(8, "little") + text
    mark = f'"header_sha256":"{_BLANK}"'.encode()
    digest = hashlib.sha256(header).hexdigest()
    return header.replace(mark, f'"header_sha256":"{digest}"'.encode(), 1)


def _check_seal(header: bytes, digest: str) -> None:
    place = f'"header_sha256":"{digest}"'.encode()
    blanked = header.replace(place, f'"header_sha256":"{_BLANK}"'.encode(), 1)
    if place not in header or hashlib.sha256(blanked).hexdigest() != digest:
        raise Refusal("the checksum of its header is wrong, so the file has been damaged")


def _metadata(found: Any, kind: str) -> dict[str, str]:
    wanted = ("format", "document", "payload_sha256", "header_sha256")
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise Refusal("it has no description, so it was not written by this app")
    if found.get("format") != kind:
        raise Refusal(f"it says it is {found.get('format', 'something else')!r:.40}, and {kind!r} is wanted here")
    if any(name not in found for name in wanted):
        raise Refusal("its description is not complete")
    return found


def _check_tensors(values: Mapping[str, Any], payload_size: int) -> tuple[StoredTensor, ...]:
    if len(values) > MAX_TENSORS:
        raise Refusal(f"it names {len(values)} tensors, more than any network here has")
    tensors = sorted((_tensor(name, entry) for name, entry in values.items()), key=lambda each: (each.start, each.stop))
    position = 0
    for each in tensors:
        if each.start != position:
            raise Refusal(f"the tensor {each.name!r:.80} overlaps another or leaves a gap")
        position = each.stop
    if position != payload_size:
        raise Refusal(f"its tensors take {position} bytes and {payload_size} are there: cut short or added to")
    return tuple(tensors)


def _tensor(name: str, entry: Any) -> StoredTensor:
    """One entry of the header, if its parts agree with each other. Raises Refusal."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise Refusal(f"the entry of {name!r:.80} is malformed")
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in ITEM_SIZES:
        raise Refusal(f"the tensor {name!r:.80} is of an unknown type")
    if not _are_sizes(shape) or len(shape) > MAX_DIMENSIONS or not _are_sizes(offsets) or len(offsets) != 2:
        raise Refusal(f"the tensor {name!r:.80} has an impossible shape or place")
    item = ITEM_SIZES[dtype]
    start, stop = offsets
    if stop - start != math.prod(shape) * item or start % item:
        raise Refusal(f"the tensor {name!r:.80} has another size than its shape says")
    return StoredTensor(name, dtype, tuple(shape), start, stop)


def _are_sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value <= 1 << 48 for value in values)


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a key is repeated")
    return values


def _refuse_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large")
    return value
