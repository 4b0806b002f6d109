"""Nothing in this project may read a pickle, but for the one restricted reader of the official pickled archives."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import cifar_gui

PACKAGE = Path(cifar_gui.__file__).parent
PICKLERS = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
LOADERS = {"torch.load", "torch.jit.load", "torch.hub.load", "numpy.load", "np.load", "torch.package.PackageImporter"}
SOURCES = sorted(PACKAGE.rglob("*.py"))


def picklers_in(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names & PICKLERS


def unsafe_calls_in(tree: ast.AST) -> list[str]:
    """Calls that may run code from a file: loaders, unless they say that they load no objects; eval and exec."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        named = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        is_numpy = name in ("numpy.load", "np.load")
        if name in LOADERS and not (is_numpy and named.get("allow_pickle", "False") == "False"):
            found.append(name)
        if name in ("eval", "exec", "compile", "__import__"):
            found.append(name)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_file_can_run_code_from_a_model(path):
    assert unsafe_calls_in(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_pickle_is_imported_in_one_reader_of_the_data_at_most():
    importers = [path for path in SOURCES if picklers_in(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(importers) <= 1
    assert all(path.parent == PACKAGE / "data" and "Unpickler" in path.read_text() for path in importers)


@pytest.mark.parametrize("text", ["import pickle", "from pickle import loads", "import torch, marshal"])
def test_the_search_finds_what_it_looks_for(text):
    assert picklers_in(ast.parse(text))
    assert unsafe_calls_in(ast.parse("torch.load(path, weights_only=True)")) == ["torch.load"]
