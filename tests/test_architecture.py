"""Who may import whom: the contracts in pyproject.toml, and that they cover everything."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
import tomllib
from pathlib import Path

import cifar_gui

REPOSITORY = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_imports_point_down_and_only_the_interface_knows_qt():
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=300)
    assert done.returncode == 0, done.stdout
    assert f"Contracts: {len(CONTRACTS['contracts'])} kept, 0 broken." in done.stdout


def test_every_module_of_the_package_has_its_layer():
    layers = {name.strip() for layer in CONTRACTS["contracts"][0]["layers"] for name in layer.split("|")}
    modules = {f"cifar_gui.{module.name}" for module in pkgutil.iter_modules(cifar_gui.__path__)}
    assert modules - {"cifar_gui.resources", "cifar_gui.trained"} <= layers


def test_every_module_outside_the_interface_is_kept_from_qt():
    sources = set(CONTRACTS["contracts"][1]["source_modules"])
    modules = {f"cifar_gui.{module.name}" for module in pkgutil.iter_modules(cifar_gui.__path__)}
    assert modules - {"cifar_gui.app", "cifar_gui.ui"} == sources
