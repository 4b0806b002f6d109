"""The registry: filled by decorators, discovered when first read."""

from __future__ import annotations

import sys

import pytest

from cifar_gui.errors import CifarGuiError
from cifar_gui.registry import Registry


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules, each of which registers a colour with the registry in the first."""
    folder = tmp_path / "colours_for_test"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "base.py").write_text(
        "from cifar_gui.registry import Registry\nCOLOURS = Registry('colour', 'colours_for_test')\n"
    )
    for name, order in (("red", 2), ("blue", 1)):
        (folder / f"{name}.py").write_text(
            "from colours_for_test.base import COLOURS\n"
            f"@COLOURS.register({name!r}, label={name.title()!r}, order={order}, warm={name == 'red'})\n"
            f"def make(): return {name!r}\n"
        )
    monkeypatch.syspath_prepend(tmp_path)
    yield "colours_for_test"
    for module in [each for each in sys.modules if each.startswith("colours_for_test")]:
        del sys.modules[module]


def test_one_file_is_enough_to_add_a_thing(package):
    from colours_for_test.base import COLOURS  # type: ignore[import-not-found]

    assert "colours_for_test.red" not in sys.modules, "nothing is imported before the registry is read"
    assert COLOURS.names() == ["blue", "red"], "in the order asked for"
    assert COLOURS["red"]() == "red"
    assert COLOURS.entry("red").details == {"warm": True}
    assert "blue" in COLOURS
    assert "green" not in COLOURS


def test_an_unknown_name_is_refused_with_the_known_ones(package):
    from colours_for_test.base import COLOURS

    with pytest.raises(CifarGuiError, match=r"There is no colour called 'green'\. Known: blue, red\."):
        COLOURS["green"]


def test_a_name_can_be_taken_only_once():
    shapes: Registry[type] = Registry("shape", "json")
    shapes.register("square", label="Square")(int)
    with pytest.raises(ValueError, match="a shape called 'square' is registered already"):
        shapes.register("square", label="Another")(float)
