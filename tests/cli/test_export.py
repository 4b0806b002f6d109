"""Models written for other programs."""

from __future__ import annotations

from cifar_gui.cli.export import FORMATS
from cifar_gui.export.base import EXPORTERS


def test_the_files_are_named_and_the_comparison_is_told(cli, model, tmp_path):
    outcome = cli("export", model, "--format", "code", tmp_path / "colours.py")
    assert outcome.code == 0
    files = [tmp_path / "colours.py", tmp_path / "colours_weights.safetensors"]
    assert outcome.out.splitlines() == list(map(str, files))
    assert all(file.is_file() for file in files)
    assert "Compared on 1,000 pictures: probabilities differ by 0 at most." in outcome.err


def test_json_has_files_difference_and_number_of_pictures(cli, model, tmp_path):
    found = cli("export", model, "--format", "exported-program", tmp_path / "colours", "--json").json
    assert found["files"] == [str(tmp_path / name) for name in ("colours.pt2", "colours_pt2.py")]
    assert found["difference"] <= 1e-4
    assert found["n"] == 1000


def test_what_cannot_be_is_refused_with_the_right_code(cli, model, tmp_path):
    assert cli("export", "no such model", "--format", "code", tmp_path / "x").code == 3
    assert cli("export", model, "--format", "gif", tmp_path / "x").code == 2
    assert cli("export", model, "--format", "code", tmp_path / "nowhere" / "x").code == 1


def test_every_form_there_is_can_be_chosen():
    assert list(FORMATS) == EXPORTERS.names()
