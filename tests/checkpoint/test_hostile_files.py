"""Reliability row 8: files made to harm. None is accepted, none runs code, none takes time or memory to speak of."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import pickle  # to make the attacks: nothing here reads one
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cifar_gui.checkpoint.files import load_resume_state, load_snapshot, read_card
from cifar_gui.errors import CheckpointError

BLANK = "0" * 64


class Bomb:
    """A pickle that writes a file when it is read."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (Path(self.mark),))


class Model:
    """A valid file taken apart, to be put together wrongly."""

    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        self.header: dict[str, Any] = json.loads(content[8 : 8 + length])
        self.payload = content[8 + length :]
        self.document: dict[str, Any] = json.loads(self.header["__metadata__"]["document"])
        self.header["__metadata__"]["header_sha256"] = BLANK
        self.mark = path.with_name("code-ran")

    @property
    def names(self) -> list[str]:
        return [name for name in self.header if name != "__metadata__"]

    @property
    def first(self) -> dict[str, Any]:
        return self.header[self.names[0]]

    def joined(self, text: bytes | None = None) -> bytes:
        """The file, with both checksums right: whoever attacks can compute them too."""
        metadata = self.header["__metadata__"]
        if isinstance(metadata, dict):
            metadata["document"] = metadata.get("replaced") or json.dumps(self.document)
            metadata.pop("replaced", None)
            metadata["payload_sha256"] = hashlib.sha256(self.payload).hexdigest()
            metadata["header_sha256"] = BLANK
        raw = json.dumps(self.header, separators=(",", ":")).encode() if text is None else text
        raw = len(raw).to_bytes(8, "little") + raw
        digest = hashlib.sha256(raw).hexdigest()
        return raw.replace(BLANK.encode(), digest.encode(), 1) + self.payload


Attack = Callable[[Model], bytes]
ATTACKS: dict[str, Attack] = {}


def attack(function: Attack) -> Attack:
    ATTACKS[function.__name__] = function
    return function


def entry(name: str, **changes: Any) -> None:
    """File an attack that changes the entry of the first tensor."""

    def changed(model: Model) -> bytes:
        model.first.update(changes)
        return model.joined()

    ATTACKS[name] = changed


def document(name: str, **changes: Any) -> None:
    """File an attack that changes the model's card."""

    def changed(model: Model) -> bytes:
        model.document.update(changes)
        return model.joined()

    ATTACKS[name] = changed


def raw(name: str, content: bytes) -> None:
    """File an attack that is just bytes."""
    ATTACKS[name] = lambda _model: content


raw("nothing", b"")
raw("eight_bytes", bytes(8))
raw("length_of_2_to_the_63", struct.pack("<Q", 2**63) + b"{}" * 100)
raw("length_of_2_to_the_64", b"\xff" * 8 + b"{}" * 100)
raw("header_of_a_hundred_megabytes", struct.pack("<Q", 100 << 20) + b" " * 1000)
raw("header_of_blanks", struct.pack("<Q", 2_000_000) + b" " * 2_000_000)
raw("nested_lists", struct.pack("<Q", 2_000_000) + b'{"a":' + b"[" * 1_999_995)
raw("nested_objects", struct.pack("<Q", 2_000_000) + b'{"a":' * 400_000)
raw("many_empty_objects", struct.pack("<Q", 2_000_008) + b'{"a":[' + b"{}," * 666_667 + b"]")
raw("not_text", struct.pack("<Q", 64) + b"\xff\xfe" * 32)
raw("utf_16", struct.pack("<Q", 40) + '{"__metadata__":{}}'.encode("utf-16"))
raw("header_is_a_list", struct.pack("<Q", 2) + b"[]")
raw("header_is_a_number", struct.pack("<Q", 2) + b"12")
raw("number_of_a_million_digits", struct.pack("<Q", 1_000_006) + b'{"a":' + b"9" * 1_000_000 + b"}")
raw("no_description", struct.pack("<Q", 2) + b"{}")
raw("description_is_a_list", struct.pack("<Q", 19) + b'{"__metadata__":[]}')
raw("description_of_numbers", struct.pack("<Q", 24) + b'{"__metadata__":{"a":1}}')
raw("a_picture", b"\x89PNG\r\n\x1a\n" + bytes(500))

entry("offsets_of_2_to_the_63", data_offsets=[0, 2**63])
entry("offsets_below_zero", data_offsets=[-8, 0])
entry("offsets_backwards", data_offsets=[8, 0])
entry("offsets_as_floats", data_offsets=[0.0, 4.0])
entry("offsets_as_booleans", data_offsets=[False, True])
entry("one_offset", data_offsets=[0])
entry("offsets_past_the_end", data_offsets=[0, 1 << 40], shape=[1 << 38])
entry("shape_of_2_to_the_63", shape=[2**63])
entry("shape_that_overflows_64_bits", shape=[2**32, 2**32, 2**32])
entry("shape_below_zero", shape=[-1, -4])
entry("shape_of_a_thousand_dimensions", shape=[1] * 1000)
entry("shape_is_text", shape="4")
entry("unknown_type", dtype="C64")
entry("type_is_a_list", dtype=["F32"])
entry("another_type_of_the_same_size", dtype="I32")
entry("something_more_in_an_entry", hook="os.system")

document("network_unknown", network="evil")
document("network_is_a_path", network="../../evil")
document("network_is_a_list", network=["simple"])
document("network_that_is_another", network="keras1m")
document("setting_unknown", network_settings={"__class__": 1})
document("setting_gigantic", network="mlp", network_settings={"hidden": [10**9, 10**9]})
document("setting_of_many_values", network="mlp", network_settings={"hidden": [64] * 100_000})
document("setting_far_below_zero", network="mlp", network_settings={"hidden": -(10**9)})
document("setting_is_no_text", network="custom", network_settings={"layers": 3})
document("layers_without_end", network="custom", network_settings={"layers": "activation;" * 150_000})
document("setting_nested", network="mlp", network_settings={"hidden": {"a": {}}})
document("settings_are_a_list", network_settings=[1, 2])
document("no_classes", class_names=[])
document("many_thousand_classes", class_names=[""] * 300_000)
document("classes_are_text", class_names="abcdefghij")
document("one_channel", stats={"mean": [1.0], "std": [1.0]})
document("one_mean", stats={"mean": [1.0], "std": [1.0] * 3})
document("one_deviation", stats={"mean": [1.0] * 3, "std": [1.0]})
document("deviation_zero", stats={"mean": [1.0] * 3, "std": [1.0, 0.0, 1.0]})
document("network_is_missing", network=None)
document("statistics_are_text", stats="none")
document("recipe_from_the_future", recipe={"network": "simple", "quantum": True})
document("recipe_is_a_list", recipe=[1])
document("scores_are_a_list", scores=[1])
document("score_is_text", scores={"validation_accuracy": "high"})
document("epoch_is_a_list", epoch=[1])


@attack
def pickled_gadget(model: Model) -> bytes:
    return pickle.dumps(Bomb(str(model.mark)))


@attack
def torch_file_with_gadget(model: Model) -> bytes:
    buffer = io.BytesIO()
    torch.save({"weights": Bomb(str(model.mark))}, buffer)
    return buffer.getvalue()


@attack
def gadget_in_the_card(model: Model) -> bytes:
    model.header["__metadata__"]["replaced"] = pickle.dumps(Bomb(str(model.mark)), 0).decode("latin-1")
    return model.joined()


@attack
def gadget_as_payload(model: Model) -> bytes:
    model.payload = pickle.dumps(Bomb(str(model.mark)))
    return model.joined()


@attack
def zip_bomb(_model: Model) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.pkl", bytes(50 << 20))
    return buffer.getvalue()


@attack
def compressed_zeros(_model: Model) -> bytes:
    return zlib.compress(bytes(50 << 20))


@attack
def overlapping_tensors(model: Model) -> bytes:
    one, two = model.names[:2]
    model.header[two] = dict(model.header[one])
    return model.joined()


@attack
def gap_between_tensors(model: Model) -> bytes:
    for name in model.names:
        model.header[name]["data_offsets"] = [at + 64 for at in model.header[name]["data_offsets"]]
    model.payload = bytes(64) + model.payload
    return model.joined()


@attack
def tensor_twice(model: Model) -> bytes:
    text = json.dumps(model.header, separators=(",", ":"))
    return model.joined((text[:-1] + f',"{model.names[0]}":{json.dumps(model.first)}}}').encode())


@attack
def description_twice(model: Model) -> bytes:
    text = json.dumps(model.header, separators=(",", ":"))
    return model.joined((text[:-1] + ',"__metadata__":{"format":"pt"}}').encode())


@attack
def card_key_twice(model: Model) -> bytes:
    card = json.dumps(model.document)
    model.header["__metadata__"]["replaced"] = card[:-1] + ',"title":""}'
    return model.joined()


@attack
def card_with_nan(model: Model) -> bytes:
    model.document["scores"] = {"validation_accuracy": float("nan")}
    return model.joined()


@attack
def card_with_infinity_spelt_out(model: Model) -> bytes:
    model.header["__metadata__"]["replaced"] = json.dumps(model.document).replace("125.3", "1e999")
    return model.joined()


@attack
def weights_not_numbers(model: Model) -> bytes:
    model.payload = struct.pack("<f", float("nan")) + model.payload[4:]
    return model.joined()


@attack
def weights_infinite(model: Model) -> bytes:
    model.payload = struct.pack("<f", float("-inf")) + model.payload[4:]
    return model.joined()


def shifted(model: Model, by: int, start: bytes) -> None:
    """Put `start` before the payload, by which the others move."""
    for name in model.names:
        model.header[name]["data_offsets"] = [at + by for at in model.header[name]["data_offsets"]]
    model.payload = start + model.payload


@attack
def tensors_at_odd_places(model: Model) -> bytes:
    shifted(model, 1, b"x")
    model.header["extra"] = {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}
    return model.joined()


@attack
def weights_of_twice_the_width(model: Model) -> bytes:
    count = len(model.first["shape"]) and model.first["shape"][0]
    shifted(model, 4 * count, bytes(4 * count))
    model.first.update(dtype="F64", data_offsets=[0, 8 * count])
    return model.joined()


@attack
def tensor_missing(model: Model) -> bytes:
    last = max(model.names, key=lambda name: model.header[name]["data_offsets"][1])
    model.payload = model.payload[: model.header.pop(last)["data_offsets"][0]]
    return model.joined()


@attack
def tensor_added(model: Model) -> bytes:
    end = len(model.payload)
    model.header["extra"] = {"dtype": "U8", "shape": [8], "data_offsets": [end, end + 8]}
    model.payload += bytes(8)
    return model.joined()


@attack
def twenty_thousand_empty_tensors(model: Model) -> bytes:
    for number in range(20_000):
        model.header[f"t{number}"] = {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}
    return model.joined()


@attack
def shape_transposed(model: Model) -> bytes:
    entry = next(model.header[name] for name in model.names if len(model.header[name]["shape"]) == 2)
    entry["shape"] = entry["shape"][::-1]
    return model.joined()


@attack
def two_gigabytes_of_nothing(model: Model) -> bytes:
    """The rest of the file is a hole: see `write`."""
    model.header = {"__metadata__": model.header["__metadata__"]}
    model.header["t"] = {"dtype": "U8", "shape": [2 << 30], "data_offsets": [0, 2 << 30]}
    model.payload = b""
    return model.joined()


@attack
def checksum_of_another(model: Model) -> bytes:
    return model.joined().replace(hashlib.sha256(model.payload).hexdigest().encode(), b"a" * 64)


@attack
def checksum_missing(model: Model) -> bytes:
    return model.joined().replace(b"header_sha256", b"header_sha257")


WHY = {
    "too short": ("nothing", "eight_bytes"),
    "cut short, or not a safetensors file": ("header_of_a_hundred_megabytes", "a_picture", "zip_bomb"),
    "not valid JSON": (
        "nested_lists", "not_text", "tensor_twice", "description_twice", "card_key_twice", "card_with_nan",
        "card_with_infinity_spelt_out",
    ),
    "not a JSON object": ("header_is_a_list", "header_is_a_number"),
    "has no description": ("no_description", "description_is_a_list", "description_of_numbers"),
    "description is not complete": ("checksum_missing",),
    "checksum of its header is wrong": ("checksum_of_another",),
    "impossible shape or place": (
        "offsets_of_2_to_the_63", "offsets_below_zero", "offsets_as_floats", "offsets_as_booleans", "one_offset",
        "shape_of_2_to_the_63", "shape_below_zero", "shape_of_a_thousand_dimensions", "shape_is_text",
    ),
    "another size than its shape": (
        "offsets_backwards", "shape_that_overflows_64_bits", "tensors_at_odd_places",
    ),
    "overlaps another or leaves a gap": ("offsets_past_the_end", "overlapping_tensors", "gap_between_tensors"),
    "cut short or added to": ("gadget_as_payload",),
    "of an unknown type": ("unknown_type", "type_is_a_list"),
    "is malformed": ("something_more_in_an_entry", "scores_are_a_list", "score_is_text", "epoch_is_a_list"),
    "names 20004 tensors": ("twenty_thousand_empty_tensors",),
    "stored as I32, which simple cannot use": ("another_type_of_the_same_size",),
    "stored as F64, which simple cannot use": ("weights_of_twice_the_width",),
    "holds values that are not numbers": ("weights_not_numbers", "weights_infinite"),
    "has the shape": ("shape_transposed",),
    "does not name a network and classes": ("network_is_a_list", "network_is_missing", "classes_are_text"),
    "lacks class names or the statistics": ("no_classes", "one_channel", "one_mean", "one_deviation"),
    "deviation in its card is not positive": ("deviation_zero",),
    "names 300000 classes": ("many_thousand_classes",),
    "hidden must be a whole number": ("setting_gigantic", "setting_of_many_values", "setting_far_below_zero"),
    "layers are too many": ("layers_without_end",),
}  # fmt: skip
"""Words of the refusal → attacks. Each has a reason of its own: refused for another, it would prove nothing."""

BEYOND_THE_CARD = {
    "another_type_of_the_same_size", "layers_without_end", "many_thousand_classes", "network_is_a_path",
    "network_that_is_another", "network_unknown", "setting_far_below_zero", "setting_gigantic",
    "setting_is_no_text", "setting_nested", "setting_of_many_values", "setting_unknown", "shape_transposed",
    "tensor_added", "tensor_missing", "two_gigabytes_of_nothing", "weights_infinite", "weights_not_numbers",
    "weights_of_twice_the_width",
}  # fmt: skip
"""What is wrong with the tensors, or with the network that is to hold them, reading the card alone does not show."""


def write(path: Path, name: str, content: bytes) -> None:
    path.write_bytes(content)
    if name == "two_gigabytes_of_nothing":
        with path.open("r+b") as file:
            file.truncate(len(content) + (2 << 30))


def test_there_are_at_least_forty_attacks():
    assert len(ATTACKS) >= 40


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_file_is_refused_with_a_sentence_and_runs_nothing(name, model_file):
    model = Model(model_file)
    write(model_file, name, ATTACKS[name](model))
    for load in (load_snapshot, load_resume_state):
        with pytest.raises(CheckpointError, match=r"model\.safetensors (cannot be used: .{10}|is not)") as caught:
            load(model_file)
        assert len(str(caught.value)) < 600
    with contextlib.nullcontext() if name in BEYOND_THE_CARD else pytest.raises(CheckpointError):
        read_card(model_file)
    assert not model.mark.exists()


@pytest.mark.parametrize("words", WHY)
def test_a_hostile_file_is_refused_for_its_own_reason(words, model_file):
    content = model_file.read_bytes()
    for name in WHY[words]:
        model_file.write_bytes(content)
        write(model_file, name, ATTACKS[name](Model(model_file)))
        with pytest.raises(CheckpointError, match=words):
            load_snapshot(model_file)


MEASURE = """
import resource, sys, time
from pathlib import Path
from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.errors import CheckpointError
load_snapshot(Path(sys.argv[1]))
for path in sys.argv[2:]:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    try:
        load_snapshot(Path(path))
    except CheckpointError:
        seconds = time.perf_counter() - start
        print(Path(path).stem, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, seconds)
"""


def measured(model_file: Path) -> dict[str, tuple[float, float]]:
    """Attack → kilobytes by which the process grew, seconds taken; all refused in one child process."""
    good = model_file.with_name("good.safetensors")
    good.write_bytes(model_file.read_bytes())
    paths = []
    for name, make in ATTACKS.items():
        paths.append(model_file.with_name(f"{name}.safetensors"))
        write(paths[-1], name, make(Model(good)))
    command = [sys.executable, "-c", MEASURE, good, *paths]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name: (float(grown), float(seconds)) for name, grown, seconds in map(str.split, lines)}


@pytest.mark.skipif(sys.platform != "linux", reason="counts kilobytes as Linux does")
def test_no_hostile_file_takes_two_hundred_megabytes(model_file):
    figures = measured(model_file)
    assert figures.keys() == ATTACKS.keys()
    assert max(figures.values())[0] < 200_000


@pytest.mark.soak
def test_no_hostile_file_takes_two_seconds(model_file):
    figures = measured(model_file)
    assert max(seconds for _, seconds in figures.values()) < 2.0, figures
