"""The library behind the model chooser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cifar_gui import paths
from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.data.statistics import CENTRED
from cifar_gui.networks.base import build
from cifar_gui.recipe import Recipe
from cifar_gui.runs import Run, move_to_trash, restore
from cifar_gui.training.events import EpochReport, SnapshotTaken
from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.model_choices import ModelChoice, opened, words_of_key
from cifar_gui.ui.model_chooser import ModelChooser
from cifar_gui.ui.models import ModelLibrary
from cifar_gui.ui.session import TrainingSession
from cifar_gui.ui.settings import Settings

LONG = Recipe(
    network="simple", data="shapes", epochs=5000, batch_size=50, micro_batch=50, device="cpu", precision="float32"
)
CARD = ModelCard("mlp", ("a", "b", "c"), CENTRED, scores={"test_accuracy": 0.935}, title="Small")


@pytest.fixture(scope="module")
def snapshot():
    return capture(build("mlp", 3), CARD)


@pytest.fixture
def shipped(tmp_path: Path, snapshot, monkeypatch) -> Path:
    """Two shipped models and a damaged one."""
    folder = tmp_path / "trained"
    folder.mkdir()
    for name in ("airnet", "other"):
        save_snapshot(replace(snapshot, card=replace(CARD, title=name.title())), folder / f"{name}.safetensors")
    (folder / "damaged.safetensors").write_bytes(b"not a model")
    monkeypatch.setattr(paths, "shipped_models", lambda: folder)
    return folder


@pytest.fixture
def a_run(make_run) -> Run:
    """Run 0001 with two epochs."""
    return make_run((0.5, 0.6), epochs=2)


@pytest.fixture
def library(qtbot, tmp_path: Path, shipped):
    jobs, messages = Background(), Messages()
    session = TrainingSession(lambda _source, _progress: None)  # type: ignore[arg-type,return-value]
    settings = Settings(tmp_path / "window.json")
    made = ModelLibrary(session, jobs, settings, messages)
    made.for_test = (jobs, messages, settings)  # type: ignore[attr-defined]
    yield made
    session.shutdown()
    jobs.shutdown()


def test_without_a_word_the_shipped_airnet_is_chosen(qtbot, library) -> None:
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.current.key == "shipped/airnet"
    assert (library.current.label, library.current.detail) == ("Airnet · shipped", "93.5 %")
    assert [choice.key for choice in library.choices()] == ["shipped/airnet", "shipped/other"]
    assert library.for_test[1].all == []


def test_the_default_comes_first_and_a_model_says_what_it_has_reached(qtbot, library, shipped, snapshot) -> None:
    card = replace(CARD, title="", scores={"validation_accuracy": 0.8})
    save_snapshot(replace(snapshot, card=card), shipped / "aaa.safetensors")
    with qtbot.waitSignal(library.choices_changed):
        library.refresh()
    assert [choice.label for choice in library.choices()] == ["Airnet · shipped", "aaa · shipped", "Other · shipped"]
    assert library.choices()[1].detail == "80.0 %"


def test_choices_that_have_not_changed_are_not_told_again(qtbot, library) -> None:
    with qtbot.waitSignal(library.choices_changed):
        library.refresh()
    library.choices_changed.connect(lambda: pytest.fail("told again"))
    library.refresh()
    qtbot.waitUntil(lambda: library._jobs.idle)


def test_without_a_shipped_model_none_is_chosen(qtbot, library, shipped, a_run) -> None:
    for path in shipped.iterdir():
        path.unlink()
    library.choose_default()
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert (library.current, library.snapshot) == (None, None)
    assert library.choices() != []


def test_without_any_network_the_chooser_says_what_to_do(qtbot, library) -> None:
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    (only,) = chooser.fill().actions()
    assert (only.text(), only.isEnabled()) == ("No network here yet: train one", False)


@pytest.mark.parametrize("kind", ["epoch", "asked for"])
def test_only_the_live_choice_follows_the_training(library, snapshot, kind) -> None:
    event = (
        EpochReport(1, 10, 1.5, 0.4, 1.2, 0.5, 0.1, True, snapshot, 2.0, 100.0)
        if kind == "epoch"
        else SnapshotTaken(10, 1.0, snapshot)
    )
    library._session.event.emit(event)
    assert library.snapshot is None
    library.watch_live()
    library._session.event.emit(event)
    assert library.snapshot is snapshot


def test_an_epoch_just_trained_can_be_chosen(qtbot, library, snapshot, a_run) -> None:
    event = EpochReport(2, 20, 1.5, 0.4, 1.2, 0.5, 0.1, True, snapshot, 2.0, 100.0)
    library._session.event.emit(event)
    qtbot.waitUntil(lambda: "runs/0001/epoch/2" in [choice.key for choice in library.choices()])


def test_watching_live_shows_the_newest_network_at_once_or_asks_for_one(library, snapshot, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(library._session, "request_snapshot", lambda: asked.append(True))
    library.watch_live()
    assert (library.snapshot, asked) == (None, [True])
    library._session.last_snapshot = snapshot
    library.watch_live()
    assert (library.snapshot, asked) == (snapshot, [True])


def test_runs_are_offered_best_last_and_epoch_by_epoch(qtbot, library, a_run) -> None:
    library.refresh()
    qtbot.waitUntil(lambda: len(library.choices()) > 2)
    runs = [choice for choice in library.choices() if choice.group == "runs"]
    assert [choice.key for choice in runs] == [f"runs/0001/{which}" for which in ("best", "last", "epoch/1", "epoch/2")]
    assert [choice.label for choice in runs][-1] == "run 0001 · epoch 2"
    assert [choice.detail for choice in runs] == ["60.0 %", "", "", ""]
    assert {choice.about for choice in runs} == {"simple on shapes"}
    for name, about in (("wider", "wider"), ("wider " * 7, "wider wider wider wider wider wider wid…")):
        a_run.rename(name)
        library.refresh()
        qtbot.waitUntil(lambda wanted=about: {choice.about for choice in library.choices()} == {"", wanted})
    library.choose("runs/0001/epoch/1")
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.current.path == a_run.epoch_path(1)


def test_the_chooser_shows_groups_and_epochs_in_a_submenu(qtbot, library, a_run) -> None:
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    assert chooser.text().startswith("No model")
    library.choose_default()
    library.refresh()
    qtbot.waitUntil(lambda: len(library.choices()) > 2)
    library.choose("shipped/other")
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert chooser.text().startswith("Other · shipped · 93.5 %")
    menu = chooser.fill()
    ticked = [action.text() for action in menu.actions() if action.isChecked()]
    assert ticked == ["Other · shipped · 93.5 %"]
    texts = [action.text() for action in menu.actions()]
    assert [text for text in texts if text in ("Shipped", "Runs")] == ["Shipped", "Runs"]
    submenu = next(action.menu() for action in menu.actions() if action.menu())
    assert [action.text() for action in submenu.actions()] == ["run 0001 · epoch 1", "run 0001 · epoch 2"]
    submenu.actions()[0].trigger()
    qtbot.waitUntil(lambda: library.current.key == "runs/0001/epoch/1")
    menu = chooser.fill()
    assert [action.text() for action in menu.actions() if action.isChecked()] == []
    submenu = next(action.menu() for action in menu.actions() if action.menu())
    assert [action.isChecked() for action in submenu.actions()] == [True, False]


def test_older_runs_than_half_a_dozen_are_in_a_menu_of_their_own(qtbot, library) -> None:
    numbers = [f"{number:04}" for number in range(8, 0, -1)]
    library._on_choices([ModelChoice(f"runs/{each}/best", f"run {each} · best", "", "runs", None) for each in numbers])
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    heading, *runs, older = chooser.fill().actions()
    assert heading.text() == "Runs"
    assert [action.text() for action in runs] == [f"run {each} · best" for each in numbers[:6]]
    assert older.text() == "2 older runs"
    assert [action.text() for action in older.menu().actions()] == ["run 0002 · best", "run 0001 · best"]
    assert not heading.isEnabled()
    texts = ["Runs", *(run.text() for run in runs)]
    library._on_choices(library._choices[:6])
    assert [action.text() for action in chooser.fill().actions()] == texts


def test_every_run_but_the_newest_is_one_line_of_the_menu(qtbot, library) -> None:
    library._on_choices(
        [
            ModelChoice(f"runs/{number}/{which}", f"run {number} · {which}", detail, "runs", None, about)
            for number, about in (("0003", "lenet on shapes"), ("0002", "black & white"), ("0001", ""))
            for which, detail in (("best", "60.0 %"), ("last", ""))
        ]
    )
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    lines = chooser.fill().actions()
    texts = [line.text() for line in lines]
    assert texts == [
        "Runs",
        "run 0003 · best · 60.0 % · lenet on shapes",
        "run 0003 · last",
        "run 0002 · 60.0 % · black && white",
        "run 0001 · 60.0 %",
    ]
    assert [line.text() for line in lines[3].menu().actions()] == ["run 0002 · best · 60.0 %", "run 0002 · last"]


def test_a_choice_is_remembered(qtbot, library) -> None:
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    library.choose("shipped/other")
    qtbot.waitUntil(lambda: library.snapshot.card.title == "Other")
    jobs, messages, settings = library.for_test
    again = ModelLibrary(library._session, jobs, settings, messages)
    again.choose_default()
    qtbot.waitUntil(lambda: again.snapshot is not None)
    assert again.current.key == "shipped/other"


def test_a_damaged_file_leaves_the_choice_as_it_was_and_says_so(qtbot, library, shipped) -> None:
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    library.choose_file(shipped / "damaged.safetensors")
    assert chooser.text().startswith("damaged")
    messages = library.for_test[1]
    qtbot.waitUntil(lambda: bool(messages.all))
    assert "damaged.safetensors" in messages.all[0].text
    assert library.current.key == "shipped/airnet"
    assert chooser.text().startswith("Airnet")
    library.choose("shipped/other")
    qtbot.waitUntil(lambda: messages.all == [])


def test_a_choice_that_has_gone_is_told_about(library) -> None:
    library.choose("runs/0099/best")
    assert "no longer there" in library.for_test[1].all[0].text


def test_what_has_gone_is_called_as_people_know_it() -> None:
    keys = ("runs/0011/best", "runs/0011/epoch/3", "shipped/airnet", "/tmp/mine.safetensors", "runs/0011")
    assert [words_of_key(key) for key in keys] == [
        "run 0011 · best", "run 0011 · epoch 3", "airnet", "/tmp/mine.safetensors", "runs/0011",
    ]  # fmt: skip


def test_a_refresh_does_not_overtake_the_first_choice(qtbot, library) -> None:
    library.choose_default()
    library.refresh()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.current is not None
    assert library.current.group == "shipped"


def test_what_is_chosen_while_the_default_is_being_looked_up_stays_chosen(qtbot, library, shipped) -> None:
    library.choose_default()
    library.choose_file(shipped / "other.safetensors")
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert library.current.path == shipped / "other.safetensors"
    assert library.snapshot.card.title == "Other"


def test_watching_live_forgets_the_file_that_is_being_loaded(qtbot, library, shipped) -> None:
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    first, heard = library.snapshot, []
    library.choose(library.current.key)
    library.watch_live()
    library.snapshot_changed.connect(heard.append)
    qtbot.waitUntil(lambda: library._jobs.idle)
    assert heard == []
    assert library.snapshot is first


def test_live_follows_to_the_next_run(qtbot, window) -> None:
    models, session = window.context.models, window.context.session
    labels = []
    for _ in range(2):
        session.start(LONG)
        qtbot.waitUntil(lambda: session.state == "running")
        if not labels:
            models.watch_live()
        labels.append(models.current.label)
        session.stop()
        qtbot.waitUntil(lambda: session.state == "idle")
    assert labels == ["Live · run 0001", "Live · run 0002"]


def test_a_file_from_anywhere_has_a_group_of_its_own(qtbot, library, tmp_path, snapshot) -> None:
    save_snapshot(snapshot, tmp_path / "found.safetensors")
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    library.choose_file(tmp_path / "found.safetensors")
    library.choose_file(tmp_path / "found.safetensors")
    qtbot.waitUntil(lambda: library.for_test[2].get("model", "") == str(tmp_path / "found.safetensors"))
    assert (library.current.group, library.current.label) == ("opened", "found")
    chooser = ModelChooser(library)
    qtbot.addWidget(chooser)
    texts = [action.text() for action in chooser.fill().actions() if not action.isSeparator()]
    assert texts == ["Shipped", "Airnet · shipped · 93.5 %", "Other · shipped · 93.5 %", "Opened", "found"]


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("best.safetensors", "run elsewhere · best"),
        ("last.safetensors", "run elsewhere · last"),
        ("epochs/003.safetensors", "run elsewhere · epoch 3"),
    ],
)
def test_a_file_of_a_run_kept_elsewhere_is_called_by_its_run(tmp_path, file, label) -> None:
    path = tmp_path / "elsewhere" / file
    assert opened(path).label == path.stem  # no run: it may be called anything
    path.parent.mkdir(parents=True)
    (tmp_path / "elsewhere" / "recipe.toml").touch()
    assert opened(path).label == label


def another(library) -> ModelLibrary:
    """The library of the next start."""
    jobs, messages, settings = library.for_test
    return ModelLibrary(library._session, jobs, settings, messages)


def test_a_file_opened_last_time_is_opened_again(qtbot, library, tmp_path, snapshot) -> None:
    path = tmp_path / "found.safetensors"
    save_snapshot(snapshot, path)
    library.for_test[2].set("model", str(path))
    again = another(library)
    again.choose_default()
    qtbot.waitUntil(lambda: again.snapshot is not None)
    assert (again.current.key, again.current.group) == (str(path), "opened")
    assert again.current in again.choices()
    assert library.for_test[1].all == []


@pytest.mark.parametrize("remembered", ["/no/such/found.safetensors", "runs/0099/best"])
def test_what_was_chosen_last_time_and_has_gone_is_named_once(qtbot, library, remembered) -> None:
    library.for_test[2].set("model", remembered)
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.current.key == "shipped/airnet"
    (message,) = library.for_test[1].all
    assert words_of_key(remembered) in message.text


def test_a_chosen_file_that_has_gone_is_given_up(qtbot, library, tmp_path, snapshot) -> None:
    path = tmp_path / "found.safetensors"
    save_snapshot(snapshot, path)
    library.choose_file(path)
    qtbot.waitUntil(lambda: library.snapshot is not None)
    path.unlink()
    with qtbot.waitSignal(library.snapshot_changed) as said:
        library.refresh()
    assert said.args == [None]
    assert (library.snapshot, library.current) == (None, None)
    assert [choice.group for choice in library.choices()] == ["shipped", "shipped"]
    assert "found is no longer there" in library.for_test[1].all[0].text


def test_a_chosen_run_is_given_up_with_its_folder_and_comes_back_with_it(qtbot, library, a_run) -> None:
    library.refresh()
    qtbot.waitUntil(lambda: len(library.choices()) > 2)
    library.choose("runs/0001/best")
    qtbot.waitUntil(lambda: library.snapshot is not None)
    trashed = move_to_trash(a_run.path)
    library.refresh()
    qtbot.waitUntil(lambda: library.snapshot is None)
    restore(trashed)
    library.refresh()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.current.key == "runs/0001/best"
    assert library.for_test[1].all == []


def test_an_epoch_that_is_not_kept_any_more_stays_while_it_is_looked_at(qtbot, library, a_run) -> None:
    library.refresh()
    qtbot.waitUntil(lambda: len(library.choices()) > 2)
    library.choose("runs/0001/epoch/1")
    qtbot.waitUntil(lambda: library.snapshot is not None)
    a_run.epoch_path(1).unlink()
    library.refresh()
    qtbot.waitUntil(lambda: "runs/0001/epoch/1" not in [choice.key for choice in library.choices()])
    assert library.current.key == "runs/0001/epoch/1"
    assert library.snapshot is not None


def test_what_is_loaded_is_told_apart_from_what_is_being_loaded(qtbot, library) -> None:
    library.choose_default()
    qtbot.waitUntil(lambda: library.snapshot is not None)
    assert library.loaded == library.current
    library.choose("shipped/other")
    assert (library.current.key, library.loaded.key) == ("shipped/other", "shipped/airnet")
    qtbot.waitUntil(lambda: library.loaded.key == "shipped/other")
    assert library.snapshot.card.title == "Other"
