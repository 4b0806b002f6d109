from __future__ import annotations

import importlib.util
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from cifar_gui import paths
from cifar_gui.checkpoint.files import load_snapshot, read_card, save_snapshot
from cifar_gui.checkpoint.shipped import default_shipped, find_model, shipped_models
from cifar_gui.cli.main import build_parser
from cifar_gui.cli.recipe_arguments import recipe_from
from cifar_gui.errors import CheckpointError
from cifar_gui.networks.base import NETWORKS, presets


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three shipped models and one run with some networks."""
    shipped, runs = tmp_path / "trained", tmp_path / "runs"
    (runs / "0007" / "epochs").mkdir(parents=True)
    (runs / "0008").mkdir()
    shipped.mkdir()
    for name in ("keras1m", "airnet-94", "aaa"):
        (shipped / f"{name}.safetensors").touch()
    for name in ("best", "last", "epochs/003"):
        (runs / "0007" / f"{name}.safetensors").touch()
    (runs / "0008" / "last.safetensors").touch()
    monkeypatch.setattr(paths, "shipped_models", lambda: shipped)
    monkeypatch.setattr(paths, "runs", lambda: runs)
    return tmp_path


def test_shipped_models_are_listed_by_name_and_airnet_is_the_default(places):
    assert [path.stem for path in shipped_models()] == ["aaa", "airnet-94", "keras1m"]
    assert default_shipped() == find_model() == places / "trained" / "airnet-94.safetensors"


def test_the_network_itself_is_the_default_before_its_variants(places):
    (places / "trained" / "airnet.safetensors").touch()
    assert default_shipped() == places / "trained" / "airnet.safetensors"


def test_runs_and_epochs_may_have_many_digits(places):
    run = (places / "runs" / "0007").rename(places / "runs" / "12345")
    (run / "epochs" / "003.safetensors").rename(run / "epochs" / "1234.safetensors")
    assert find_model("12345/epoch-1234") == run / "epochs" / "1234.safetensors"
    assert find_model("12345") == run / "best.safetensors"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("keras1m", "trained/keras1m.safetensors"),
        ("0007", "runs/0007/best.safetensors"),
        ("7", "runs/0007/best.safetensors"),
        ("7/last", "runs/0007/last.safetensors"),
        ("0007/best", "runs/0007/best.safetensors"),
        ("0007/last", "runs/0007/last.safetensors"),
        ("0007/epoch-3", "runs/0007/epochs/003.safetensors"),
        ("0007\\last", "runs/0007/last.safetensors"),
        ("0008", "runs/0008/last.safetensors"),
    ],
)
def test_models_are_found_by_what_people_type(typed, expected, places):
    assert find_model(typed) == places / expected


def test_models_are_found_by_path(places):
    assert find_model(places / "runs/0007") == places / "runs/0007/best.safetensors"
    assert find_model(places / "trained/aaa.safetensors") == places / "trained/aaa.safetensors"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nothing", r"There is no model 'nothing'.*aaa, airnet-94, keras1m"),
        ("a" * 400, "There is no model 'aaaa"),
        ("9" * 400, "There is no run '9999"),
        ("0099", "There is no run '0099'"),
        ("0007/epoch-4", "run 0007 has not kept epoch-4"),
        ("0008/best", "run 0008 has not kept best"),
    ],
)
def test_what_is_not_there_gets_a_sentence(typed, words, places):
    with pytest.raises(CheckpointError, match=words):
        find_model(typed)


def test_without_shipped_models_the_default_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "shipped_models", lambda: tmp_path)
    assert default_shipped() is None
    with pytest.raises(CheckpointError, match="No model is shipped"):
        find_model()


@pytest.mark.parametrize("path", shipped_models(), ids=lambda path: path.stem)
def test_what_is_shipped_can_be_loaded(path, tmp_path):
    snapshot = load_snapshot(path)
    assert snapshot.card.scores["validation_accuracy"] > 0.5
    save_snapshot(snapshot, tmp_path / "copy")
    assert load_snapshot(tmp_path / "copy") == snapshot


@pytest.mark.parametrize("path", shipped_models(), ids=lambda path: path.stem)
def test_no_figure_is_in_the_name_of_a_shipped_model_but_its_networks_own(path):
    card = read_card(path)
    is_plain = card.title.replace(" ", "").isalpha()
    assert is_plain or card.title == NETWORKS.entry(card.network).label, "AirNet 94 beside 93.2 % would be a claim"


@pytest.fixture(scope="module")
def ship():
    """tests/ship.py, which makes what is shipped."""
    spec = importlib.util.spec_from_file_location("ship", Path(__file__).resolve().parent.parent / "ship.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_of_what_is_shipped_says_what_stands_in_the_files(ship):
    written = (paths.shipped_models() / "MODELS.md").read_text(encoding="utf-8")
    assert ship.table_text() == written, "run: uv run python tests/ship.py table"


def test_what_is_shipped_is_small_enough_to_be_cloned():
    sizes = [path.stat().st_size for path in paths.shipped_models().rglob("*") if path.is_file()]
    assert max(sizes) <= 24e6
    assert sum(sizes) < 110e6


@pytest.mark.parametrize(
    ("network", "changes"),
    [
        ("lenet", {"preset": "quick"}),
        ("lenet", {"preset": "best", "all_data": True}),
        ("lenet", {"preset": "textbook", "epochs": 3, "nesterov": False, "bias_lr": 0.5}),
        ("airnet", {"preset": "custom", "bias_lr": None, "network_settings": {"unit_head": False}}),
        ("custom", {"network_settings": {"layers": "flatten; dense units=20; dense"}}),
    ],
)
def test_the_command_of_a_shipped_model_trains_by_its_recipe(network, changes, ship):
    recipe = presets(network)[changes.get("preset", "best").replace("custom", "best")].changed(**changes, seed=7)
    words = shlex.split(ship.command(recipe))
    assert words[:2] == ["cifar-gui", "train"]
    again = recipe_from(build_parser().parse_args(words[1:]))
    assert set(recipe.differences(again)) <= {"preset"}
    assert again.all_data == recipe.all_data


def test_the_worst_class_is_that_of_which_the_fewest_are_found(ship):
    recalls = {"cat": 0.8, "dog": 0.7, "ship": 0.9}
    scored = SimpleNamespace(per_class={name: SimpleNamespace(recall=each) for name, each in recalls.items()})
    assert ship.worst(scored) == ("dog", 0.7)
