"""What works, what does not, why, and what to do."""

from __future__ import annotations

import shutil

import pytest

from cifar_gui.cli import examination
from cifar_gui.compute.device import DeviceStatus
from cifar_gui.preflight import Problem


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Without the probe of speed, which other tests are about."""
    monkeypatch.setattr(examination, "_best_precision", lambda status: "trains in float32")


def test_json_has_the_public_keys(cli):
    report = cli("doctor", "--json").json
    assert set(report) == {"versions", "paths", "devices", "problems"}
    assert report["versions"]["torch"]
    assert set(report["paths"]) == {"data", "runs", "settings", "cache", "logs"}
    assert all(set(each) == {"name", "usable", "reason"} for each in report["devices"])
    assert all(set(each) == {"what", "do"} for each in report["problems"])
    cpu = report["devices"][-1]
    assert (cpu["name"], cpu["usable"]) == ("cpu", True)
    assert "float32" in cpu["reason"]


def test_people_get_tables(cli, home):
    outcome = cli("doctor")
    assert outcome.code == 0
    assert "PySide6-Essentials" in outcome.out
    assert str(home / "runs") in outcome.out


def problems(cli):
    return {each["what"]: each["do"] for each in cli("doctor", "--json").json["problems"]}


def test_a_gpu_that_fails_is_a_problem_and_one_that_is_not_there_is_none(cli, monkeypatch):
    found = [
        DeviceStatus("cuda:0", False, "its memory is full"),
        DeviceStatus("cuda:1", False, "no NVIDIA GPU was found", present=False),
        DeviceStatus("cpu", True, "2 threads"),
    ]
    monkeypatch.setattr("cifar_gui.compute.device.devices", lambda: found)
    what = [each for each in problems(cli) if "cuda" in each]
    assert what == ["cuda:0 is there but cannot be used: its memory is full."]


def test_a_folder_that_cannot_be_written_to_is_a_problem(cli, home):
    home.write_text("a file where the folder should be")
    found = {what: do for what, do in problems(cli).items() if str(home) in what}
    assert len(found) == 5
    assert all("CIFAR_GUI_HOME" in do for do in found.values())


def test_a_folder_whose_name_is_too_long_is_told_as_one_that_is_not_made_yet(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_GUI_HOME", str(tmp_path / ("a" * 400)))
    outcome = cli("doctor")
    assert outcome.code == 0
    assert "not made yet" in outcome.out


def test_little_room_is_a_problem(cli, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 1))
    assert sum("little room" in what for what in problems(cli)) == 2


def test_a_damaged_shipped_model_is_a_problem(cli, monkeypatch, tmp_path):
    (tmp_path / "airnet.safetensors").write_bytes(b"nothing of the kind")
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: tmp_path)
    assert any("airnet.safetensors" in what for what in problems(cli))


def test_a_package_that_is_missing_is_a_problem(cli, monkeypatch):
    monkeypatch.setattr(examination, "PACKAGES", ("torch", "no-such-package"))
    assert problems(cli)["no-such-package is not installed."].startswith("Install cifar-gui anew")


def test_a_pytorch_that_does_not_load_is_a_problem_and_the_rest_is_told(cli, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    report = cli("doctor", "--json").json
    assert any("PyTorch cannot be loaded" in each["what"] for each in report["problems"])
    assert report["versions"]["numpy"]


def test_without_problems_it_says_so(cli, monkeypatch):
    monkeypatch.setattr(examination, "window_problem", lambda: None)
    monkeypatch.setattr(examination, "_model_complaints", lambda: iter(()))
    assert "No problems found." in cli("doctor").out


def test_a_window_that_cannot_open_is_a_problem(cli, monkeypatch):
    monkeypatch.setattr(examination, "window_problem", lambda: Problem("No display.", "Get one."))
    assert problems(cli)["No display."] == "Get one."
    assert "1. " in cli("doctor").out
