"""Module paths → words that people use for layers."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = {
    "Conv2d": "conv",
    "Linear": "dense",
    "MaxPool2d": "pool",
    "AvgPool2d": "pool",
    "AdaptiveAvgPool2d": "pool",
    "BatchNorm1d": "norm",
    "BatchNorm2d": "norm",
    "LeakyReLU": "leaky relu",
}
"""What layers that are only numbered are called; the other kinds are called by their own names, in small letters."""

_CONTAINERS = ("layers", "features", "net", "model", "body")
"""Modules that only hold a list; they say nothing about the layers in it."""


BETWEEN = " · "
"""Between the words of a name."""


def readable_names(names: Sequence[str], kinds: Sequence[str]) -> list[str]:
    """Paths and kinds of modules → words, in the order of computation.

    "blocks.0.conv2" → "block 1 · conv 2"; a layer that is only numbered is called by its kind and counted:
    "4" of kind Conv2d → "conv 2" if it is the second one."""
    counts: dict[tuple[str, str], int] = {}
    labels = []
    for name, kind in zip(names, kinds, strict=True):
        prefix, _, last = name.rpartition(".")
        if last.isdigit():
            word = kind_word(kind)
            counts[prefix, word] = counts.get((prefix, word), 0) + 1
            last = f"{word} {counts[prefix, word]}"
        labels.append(BETWEEN.join([*path_words(prefix), _spaced(last)]))
    return labels


def kind_word(kind: str) -> str:
    """What a layer of this class is called: "Conv2d" → "conv"."""
    return _WORDS.get(kind, kind.lower())


def path_words(path: str) -> list[str]:
    """ "blocks.0" → ["block 1"], "stage1.0" → ["stage 1.1"]; containers are left out."""
    words: list[str] = []
    for part in path.split(".") if path else []:
        if part.isdigit() and words:
            between = "." if words[-1][-1:].isdigit() else " "
            words[-1] = f"{words[-1].removesuffix('s')}{between}{int(part) + 1}"
        elif part not in _CONTAINERS:
            words.append(_spaced(part))
    return words


def _spaced(word: str) -> str:
    """ "conv2" and "conv_2" → "conv 2"; "1x1" stays."""
    return re.sub(r"(?<=[a-z]{2})(?=\d+$)", " ", word.replace("_", " ")).strip()
