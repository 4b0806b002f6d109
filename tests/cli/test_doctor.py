"""What works, what does not, why, and what to do."""

from __future__ import annotations

import os
import shutil

import pytest

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import ModelSnapshot, capture
from cifar_gui.cli import doctor, examination
from cifar_gui.cli.examination import Device, Place, Report
from cifar_gui.compute.device import DeviceStatus
from cifar_gui.compute.precision import Precision
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.preflight import Problem


@pytest.fixture(autouse=True)
def probe(monkeypatch):
    """Without the probe of speed, which other tests are about. What it would choose can be changed."""
    chosen = [Precision("float32", channels_last=False)]
    monkeypatch.setattr("cifar_gui.compute.precision.choose_precision", lambda *_arguments: chosen[0])
    return lambda precision: chosen.__setitem__(0, precision)


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    """The folder of the shipped models, empty as yet."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    monkeypatch.setattr("cifar_gui.paths.shipped_models", lambda: folder)
    return folder


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


def test_every_folder_is_told_by_its_name(cli, home):
    (home / "runs").mkdir(parents=True)
    told = cli("doctor", "--json").json["paths"]
    names = ("data", "runs", "settings", "cache", "logs")
    assert {name: place["path"] for name, place in told.items()} == {name: str(home / name) for name in names}
    assert [name for name, place in told.items() if place["exists"]] == ["runs"]
    assert all(place["writable"] and place["free_bytes"] > 0 for place in told.values())


def test_people_get_tables(cli, home):
    outcome = cli("doctor")
    assert outcome.code == 0
    assert "PySide6-Essentials" in outcome.out
    assert str(home / "runs") in outcome.out


def test_people_are_told_the_state_of_everything(cli, monkeypatch):
    places = {
        "data": Place("/a", exists=True, writable=True, free_bytes=3 * 2**29),
        "runs": Place("/b", exists=False, writable=True, free_bytes=0),
        "settings": Place("/c", exists=False, writable=False, free_bytes=None),
        "cache": Place("/d", exists=True, writable=False, free_bytes=2**40),
    }
    devices = [Device("cuda:0", usable=False, reason="it is full"), Device("cpu", usable=True, reason="2 threads")]
    report = Report({"torch": "2.9", "numpy": ""}, places, devices)
    monkeypatch.setattr(doctor, "examine", lambda: report)
    told = [" ".join(line.split()) for line in cli("doctor").out.splitlines()]
    assert [line for line in told if line and "─" not in line] == [
        *("Package Version", "torch 2.9", "numpy not installed"),
        *("Folder State Free Path", "data there 1.5 GiB /a", "runs not made yet 0.0 GiB /b"),
        *("settings not writable – /c", "cache not writable 1,024.0 GiB /d"),
        *("Device Usable Why", "cuda:0 no it is full", "cpu yes 2 threads"),
        "No problems found.",
    ]


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        (Precision("bfloat16", channels_last=True), "trains in bfloat16, channels last"),
        (Precision("float32", channels_last=False), "trains in float32, contiguous"),
    ],
)
def test_a_device_that_works_is_told_with_what_it_trains_in(cli, probe, precision, words):
    probe(precision)
    assert cli("doctor", "--json").json["devices"][-1]["reason"].endswith(f"; {words}")


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
    told = {each["name"]: each["reason"] for each in cli("doctor", "--json").json["devices"]}
    assert (told["cuda:0"], told["cuda:1"]) == ("its memory is full", "no NVIDIA GPU was found")


@pytest.mark.parametrize("lacking", [os.W_OK, os.X_OK])
def test_a_folder_that_may_only_be_looked_at_is_a_problem(cli, monkeypatch, lacking):
    monkeypatch.setattr(examination.os, "access", lambda _path, mode: not mode & lacking)
    assert sum("cannot be written to" in what for what in problems(cli)) == 5


def test_a_folder_that_cannot_be_written_to_is_a_problem(cli, home):
    home.write_text("a file where the folder should be")
    home.chmod(0o777)  # which anybody may write to and run
    found = {what: do for what, do in problems(cli).items() if str(home) in what}
    assert len(found) == 5
    assert all("CIFAR_GUI_HOME" in do for do in found.values())


def test_a_folder_whose_name_is_too_long_is_told_as_one_that_is_not_made_yet(cli, tmp_path, monkeypatch):
    monkeypatch.setenv("CIFAR_GUI_HOME", str(tmp_path / ("a" * 400)))
    outcome = cli("doctor")
    assert outcome.code == 0
    assert "not made yet" in outcome.out


def test_little_room_is_a_problem(cli, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 3 * 2**29))
    told = [what for what in problems(cli) if "little room" in what]
    assert [what.partition(" free")[0] for what in told] == [
        f"There is little room for {name}: 1.5 GiB are" for name in ("data", "runs")
    ]
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(100, 99, 2 * 2**30))
    assert not any("little room" in what for what in problems(cli))


def test_a_disk_that_does_not_say_how_much_room_it_has_is_no_problem(cli, monkeypatch):
    def refuse(_path):
        raise OSError("not on this file system")

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    report = cli("doctor", "--json").json
    assert {place["free_bytes"] for place in report["paths"].values()} == {None}
    assert not any("room" in each["what"] for each in report["problems"])


def test_a_damaged_shipped_model_is_a_problem_and_a_sound_one_is_none(cli, shipped):
    assert any("No trained model is shipped" in what for what in problems(cli))
    sound = capture(build("mlp", 3, {"hidden": 3}), ModelCard("mlp", ("a", "b", "c"), CENTRED))
    other = ModelCard("mlp", ("a", "b", "c"), CENTRED, network_settings={"hidden": 5})
    (shipped / "airnet.safetensors").write_bytes(b"nothing of the kind")
    save_snapshot(ModelSnapshot(other, sound.weights), shipped / "other.safetensors")
    save_snapshot(capture(build("mlp", 3), ModelCard("mlp", ("a", "b", "c"), CENTRED)), shipped / "sound.safetensors")
    told = [what for what in problems(cli) if "safetensors" in what or "model" in what]
    assert [name in what for name, what in zip(("airnet", "other"), told, strict=True)] == [True, True]


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
