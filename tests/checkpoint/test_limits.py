"""How large a file may be, at both ends: what is written can be read, and nothing larger is either."""

from __future__ import annotations

import pytest
import torch

from cifar_gui.checkpoint import container, rebuild
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.container import TensorBytes, opened, parse_json, read_header, write_container
from cifar_gui.checkpoint.files import RESUME_FORMAT, load_resume_state, load_snapshot, save_resume_state, save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.data.statistics import CENTRED
from cifar_gui.errors import CheckpointError, WriteError
from cifar_gui.networks.base import build

STATE = ResumeState(1, {"a": torch.arange(4.0), "b": torch.arange(3, dtype=torch.uint8)}, {})


@pytest.fixture
def path(tmp_path):
    save_resume_state(STATE, tmp_path / "state")
    return tmp_path / "state"


@pytest.mark.parametrize("limit", ["MAX_HEADER", "MAX_PAYLOAD", "MAX_TENSORS"])
def test_a_file_at_its_limit_is_written_and_read_and_one_above_is_neither(limit, path, monkeypatch):
    with opened(path) as file:
        header = read_header(file, RESUME_FORMAT)
    size = {"MAX_HEADER": header.payload_start - 8, "MAX_PAYLOAD": 4 * 4 + 3, "MAX_TENSORS": 2}[limit]
    monkeypatch.setattr(container, limit, size)
    save_resume_state(STATE, path)
    assert load_resume_state(path).step == 1
    monkeypatch.setattr(container, limit, size - 1)
    with pytest.raises(CheckpointError, match=r"cut short|more than"):
        load_resume_state(path)
    if limit != "MAX_TENSORS":  # there are never so many
        with pytest.raises(WriteError, match="larger than this version can read"):
            save_resume_state(STATE, path.with_name("other"))
        assert not path.with_name("other").exists()


def test_a_header_longer_than_its_file_is_refused_before_it_is_parsed(path):
    content = path.read_bytes()
    for length in (len(content) - 7, len(content) - 8):
        path.write_bytes(length.to_bytes(8, "little") + content[8:])
        with pytest.raises(CheckpointError, match="cut short, or" if length == len(content) - 7 else "not valid JSON"):
            load_resume_state(path)


def test_the_payload_begins_and_every_tensor_lies_where_its_values_can_be_read_in_place(path):
    tensors = [TensorBytes(name, kind, (1,), memoryview(bytes(size))) for name, kind, size in
               (("a", "U8", 1), ("b", "F32", 4), ("c", "I64", 8), ("d", "F16", 2))]  # fmt: skip
    for name in ("x", "xx", "xxx"):
        write_container(path, "kind", {"name": name}, tensors)
        with opened(path) as file:
            header = read_header(file, "kind")
        assert header.payload_start % 8 == 0
        assert [each.name for each in header.tensors] == ["c", "b", "d", "a"]


def test_a_changed_value_is_noticed(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="its checksum is wrong"):
        load_resume_state(path)


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"a": NaN}', '{"a": -Infinity}', '{"a": 1e999}', "[1]", "{"])
def test_json_that_could_mean_two_things_or_none_is_refused(text):
    with pytest.raises(container.Refusal):
        parse_json(text.encode())


@pytest.mark.parametrize(
    "document", [{"step": -1, "values": {}}, {"step": True, "values": {}}, {"step": 1.0, "values": {}}, {"step": 1},
                 {"step": 1, "values": []}, {"values": {}}]
)  # fmt: skip
def test_a_resume_state_without_a_place_is_refused(document, path):
    write_container(path, RESUME_FORMAT, document, [])
    with pytest.raises(CheckpointError, match="its position is malformed"):
        load_resume_state(path)


def test_a_resume_state_may_be_at_the_very_beginning(path):
    save_resume_state(ResumeState(0, {}, {}), path)
    assert load_resume_state(path).step == 0


def test_as_many_classes_as_there_may_be_are_read_and_one_more_is_not(snapshot_of, tmp_path, monkeypatch):
    save_snapshot(snapshot_of("simple"), tmp_path / "m")
    monkeypatch.setattr(rebuild, "MAX_CLASSES", 10)
    load_snapshot(tmp_path / "m")
    monkeypatch.setattr(rebuild, "MAX_CLASSES", 9)
    with pytest.raises(CheckpointError, match="names 10 classes"):
        load_snapshot(tmp_path / "m")


def test_what_can_be_trained_can_be_read_again(tmp_path):
    card = ModelCard("simple", ("a", "b"), CENTRED, network_settings={"filters": 10_000, "kernel": 1})
    snapshot = capture(build("simple", 2, card.network_settings), card)
    save_snapshot(snapshot, tmp_path / "m")
    assert load_snapshot(tmp_path / "m") == snapshot
