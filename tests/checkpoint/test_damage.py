"""Reliability row 7: bit rot and truncation are always noticed."""

from __future__ import annotations

import random

import pytest

from cifar_gui.checkpoint.files import load_resume_state, load_snapshot, read_card
from cifar_gui.errors import CheckpointError


def refusals_of_flips(path, load, count: int) -> None:
    content = path.read_bytes()
    header = int.from_bytes(content[:8], "little") + 8
    draw = random.Random(7)
    damaged = path.with_name("damaged.safetensors")
    for number in range(count):
        limit = header if number % 2 else len(content)  # half of them in the header, where little room is for mistakes
        place, bit = draw.randrange(limit), draw.randrange(8)
        flipped = bytearray(content)
        flipped[place] ^= 1 << bit
        damaged.write_bytes(flipped)
        with pytest.raises(CheckpointError, match="damaged"):
            load(damaged)


def test_a_flipped_bit_anywhere_is_noticed(model_file):
    refusals_of_flips(model_file, load_snapshot, 200)


@pytest.mark.soak
def test_a_thousand_flipped_bits_are_noticed(model_file):
    refusals_of_flips(model_file, load_snapshot, 1000)


def test_every_flipped_bit_in_the_header_is_noticed_by_reading_the_card_alone(model_file):
    content = model_file.read_bytes()
    header = int.from_bytes(content[:8], "little") + 8
    for place in range(0, header, 3):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        model_file.write_bytes(flipped)
        with pytest.raises(CheckpointError, match=r"model\.safetensors"):
            read_card(model_file)


def test_a_file_cut_anywhere_is_noticed(model_file):
    content = model_file.read_bytes()
    lengths = [*range(0, len(content), 4096), 1, 7, 8, 9, len(content) - 1]
    for length in lengths:
        model_file.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match="cannot be used"):
            load_snapshot(model_file)
        with pytest.raises(CheckpointError, match="cannot be used"):
            load_resume_state(model_file)


def test_a_file_with_something_added_is_noticed(model_file):
    model_file.write_bytes(model_file.read_bytes() + b"\0")
    with pytest.raises(CheckpointError, match="cut short or added to"):
        load_snapshot(model_file)
