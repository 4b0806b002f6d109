"""The wheel, installed into an empty environment away from the repository, is the whole app."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def run(*command: object, **more: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=600, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def uv() -> str:
    """The tool that the README builds and installs with; `uv run` says where it is."""
    found = os.environ.get("UV") or shutil.which("uv")
    return found or pytest.skip("uv is not here")


@pytest.fixture(scope="module")
def built(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a source distribution and the wheel that is built from it alone."""
    folder = tmp_path_factory.mktemp("dist")
    here = ("--python", sys.executable, "--no-build-isolation", "--offline")  # with the hatchling that is installed
    run(uv, "build", *here, "--out-dir", folder, REPOSITORY)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def elsewhere(uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it. What the wheel depends on is lent by the one the tests run in, through a
    path file: its own path files, and with them the repository, are not followed there."""
    folder = tmp_path_factory.mktemp("elsewhere") / "environment"
    run(uv, "venv", "--offline", "--python", sys.executable, folder)
    run(uv, "pip", "install", "--offline", "--no-deps", "--python", folder, wheel)
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(scripts(folder) / "python", "-c", code).stdout.strip())
    (packages / "lent.pth").write_text("\n".join(each for each in site.getsitepackages() if Path(each).is_dir()))
    return folder


def scripts(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


@pytest.fixture
def installed(elsewhere: Path, tmp_path: Path):
    """Run a program of that environment, far from the repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment = {**kept, "CIFAR_GUI_HOME": str(tmp_path / "home"), "QT_QPA_PLATFORM": "offscreen"}

    def execute(program: str, *arguments: object) -> str:
        return run(scripts(elsewhere) / program, *arguments, cwd=tmp_path, env=environment).stdout

    return execute


def contents(archive: Path) -> set[str]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as packed:
            return set(packed.namelist())
    with tarfile.open(archive) as packed:
        return {name.partition("/")[2] for name in packed.getnames()}


def repository_files(folder: str) -> set[str]:
    """What git knows of in a folder; without git, what is there."""
    if shutil.which("git") and (REPOSITORY / ".git").exists():
        listed = run("git", "ls-files", folder, cwd=REPOSITORY).stdout.splitlines()
        return {name for name in listed if (REPOSITORY / name).is_file()}
    found = (REPOSITORY / folder).rglob("*")
    return {
        each.relative_to(REPOSITORY).as_posix() for each in found if each.is_file() and "__pycache__" not in str(each)
    }


def test_the_wheel_has_every_module_resource_and_shipped_model_and_the_licence(wheel):
    inside = contents(wheel)
    assert repository_files("cifar_gui") <= inside
    assert {f"cifar_gui/{name}" for name in repository_files("resources") | repository_files("trained")} <= inside
    assert any(name.endswith("licenses/LICENSE") for name in inside)


def test_the_wheel_has_nothing_else(wheel):
    strangers = {name for name in contents(wheel) if not name.startswith(("cifar_gui/", "cifar_gui-"))}
    assert strangers == set()
    assert not any("__pycache__" in name or name.startswith("cifar_gui/tests") for name in contents(wheel))


def test_the_source_distribution_can_be_tested_too(built):
    inside = contents(next(built.glob("*.tar.gz")))
    assert {"pyproject.toml", "README.md", "LICENSE"} <= inside
    assert repository_files("tests") <= inside


def test_the_wheel_says_what_it_needs_and_what_it_starts(wheel):
    with zipfile.ZipFile(wheel) as packed:
        read = {
            name.rpartition("/")[2]: packed.read(name).decode() for name in packed.namelist() if "dist-info" in name
        }
    about = Parser().parsestr(read["METADATA"])
    assert about["Requires-Python"] == ">=3.11"
    assert about["License-Expression"] == "MIT"
    needed = {line.partition(">")[0].lower() for line in about.get_all("Requires-Dist")}
    assert {"torch", "pyside6-essentials", "safetensors"} <= needed
    assert "pytest" not in needed
    assert "cifar-gui = cifar_gui.__main__:main" in read["entry_points.txt"]


def test_it_is_imported_from_the_wheel_and_finds_what_it_ships(installed, elsewhere):
    code = "import cifar_gui.paths as p; print(p.__file__, p.resources(), p.shipped_models(), sep='\\n')"
    places = [Path(line) for line in installed("python", "-c", code).splitlines()]
    assert all(place.is_relative_to(elsewhere) for place in places)
    assert (places[1] / "icons" / "app.svg").is_file()
    assert list(places[2].glob("*.safetensors"))


def test_it_classifies_a_picture_with_a_shipped_model(installed):
    code = "import cifar_gui.paths as p; print(p.resources() / 'samples' / 'frog.png')"
    sample = installed("python", "-c", code).strip()
    (answer,) = json.loads(installed("cifar-gui", "classify", sample, "--json"))
    assert answer["path"] == sample
    assert len(answer["probabilities"]) == 10


def test_its_window_starts_and_has_its_icons(installed):
    code = """
from PySide6.QtWidgets import QApplication
from cifar_gui.app import create_window
from cifar_gui.ui.icons import icon
application = QApplication([])
window = create_window()
window.show()
application.processEvents()
print(window.isVisible(), icon("train").pixmap(24, 24).toImage().hasAlphaChannel(), window.windowIcon().isNull())
window.close_now()
"""
    assert installed("python", "-c", code).splitlines()[-1] == "True True False"
