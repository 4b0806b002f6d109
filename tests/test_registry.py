"""The registry: filled by decorators, discovered when first read."""

from __future__ import annotations

import importlib
import sys
import threading

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


def test_the_order_is_that_of_the_numbers_then_of_the_names():
    shapes: Registry[int] = Registry("shape", "json")
    for name, order in (("triangle", 100), ("circle", 100), ("square", 99), ("star", 101)):
        shapes.register(name, label=name.title(), order=order)(1)
    shapes.register("line", label="A line")(2)
    assert shapes.names() == ["square", "circle", "line", "triangle", "star"], "100 unless said otherwise"
    assert [entry.label for entry in shapes][2] == "A line"


def test_the_package_is_searched_once(package, monkeypatch):
    from colours_for_test.base import COLOURS

    assert "red" in COLOURS
    monkeypatch.setattr("pkgutil.iter_modules", lambda _path: pytest.fail("searched again"))
    assert COLOURS.names() == ["blue", "red"]


def test_who_reads_while_another_thread_still_imports_gets_everything(package, monkeypatch):
    from colours_for_test.base import COLOURS

    importing, go_on, real = threading.Event(), threading.Event(), importlib.import_module

    def slow(name):
        importing.set()
        assert go_on.wait(timeout=10)
        return real(name)

    monkeypatch.setattr(importlib, "import_module", slow)
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(COLOURS.names())) for _ in range(2)]
    threads[0].start()
    assert importing.wait(timeout=10)
    threads[1].start()
    threads[1].join(timeout=0.05)  # it would be done by then if it did not wait
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == [["blue", "red"]] * 2
