"""The README says what is so: its tree, its pictures, its commands."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from cifar_gui.cli.main import build_parser
from cifar_gui.networks.design import KINDS, Design, fields_of

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_file_tree_is_the_one_there_is():
    location = ROOT / "tests" / "readme_tree.py"
    spec = importlib.util.spec_from_file_location("readme_tree", location)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.inserted(README) == README, "run: uv run python tests/readme_tree.py"


def test_its_pictures_exist():
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert len(pictures) >= 5
    assert [each for each in pictures if not (ROOT / each).is_file()] == []


def test_its_design_is_one():
    (text,) = re.findall(r"```toml\n(\[\[layers.+?)```", README, flags=re.DOTALL)
    Design.from_toml(text).check()


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_a_layer_has_that_is_left_out(kind):
    (settings,) = re.findall(rf"^\| (?:`\w+`, )*`{kind}`(?:, `\w+`)* \|(.*)\|$", README, flags=re.MULTILINE)
    told = tomllib.loads("\n".join(re.findall(r"`(\w+ = [^`]+)`", settings)))
    assert told == {name: getattr(KINDS[kind](), name) for name in fields_of(KINDS[kind])}


COMMANDS = re.findall(r"^cifar-gui (\w+ .*|\w+)$", README, flags=re.MULTILINE)


def test_it_shows_every_command():
    assert {line.split()[0] for line in COMMANDS} >= {
        "train",
        "lr",
        "evaluate",
        "classify",
        "summary",
        "models",
        "doctor",
    }


@pytest.mark.parametrize("line", COMMANDS)
def test_its_commands_are_understood(line, capsys):
    command = shlex.split(line, comments=True)
    with pytest.raises(SystemExit) as left:  # --help is read before anything is done
        build_parser().parse_args([*command, "--help"])
    assert left.value.code == 0
    options = {word for word in command if word.startswith("--")}
    assert options <= set(re.findall(r"--[\w-]+", capsys.readouterr().out))


@pytest.mark.parametrize(
    "line", re.findall(r"^(?:\w+=\S+ )?torchrun (.+)$|`torchrun (.+)`", README, flags=re.MULTILINE)
)
def test_torchrun_leaves_to_the_command_what_is_for_it(line):
    from torch.distributed.run import get_args_parser

    words = shlex.split("".join(line))
    read = get_args_parser().parse_args(words)
    assert (read.module, read.training_script) == (True, "cifar_gui")
    assert read.training_script_args == words[words.index("train") :]
