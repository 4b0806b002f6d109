"""Pictures of the table into folders by class, and what their folders say of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cifar_gui.data import sorted_files
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.sorted_files import Sorted
from cifar_gui.inference.by_folder import truth_of
from cifar_gui.inference.prediction import Prediction, Verdict
from cifar_gui.ui import long_work
from cifar_gui.ui.classify.results import Row, RowFilter, Tally, as_text
from cifar_gui.ui.classify.sort_away import UNSURE, SortAway, labelled
from cifar_gui.ui.classify.table_model import ResultsModel

NAMES = ("Cat", "dog")
CAT = Prediction(NAMES, (0.9, 0.1), Verdict("confident", "Cat", ""))
DOUBT = Prediction(NAMES, (0.4, 0.6), Verdict("unsure", "dog or Cat?", ""))
NOTHING = Prediction(NAMES, (0.5, 0.5), Verdict("unknown", "probably neither", ""))


def row(path: str, prediction: Prediction | None, truth: str = "") -> Row:
    return Row(PictureSource.from_path(Path(path)), prediction, truth=truth)


def test_each_file_goes_where_its_verdict_says():
    pasted = Row(PictureSource.from_bytes(b"", "pasted"), CAT)
    rows = [row("a.png", CAT), row("b.png", DOUBT), row("c.png", NOTHING), row("d.png", None), pasted]
    assert labelled(rows) == [(Path("a.png"), "Cat"), (Path("b.png"), UNSURE), (Path("c.png"), "neither Cat nor dog")]


@pytest.mark.parametrize(
    ("path", "truth"), [("x/cat/1.png", "Cat"), ("x/DOG/1.png", "dog"), ("x/fox/1.png", ""), ("1.png", "")]
)
def test_a_folder_that_is_named_as_a_class_says_what_its_pictures_are(path, truth):
    assert truth_of(PictureSource.from_path(Path(path)), NAMES) == truth
    assert truth_of(PictureSource.from_bytes(b"", "cat"), NAMES) == ""


def test_a_folder_that_the_app_made_of_a_class_says_so_too():
    assert truth_of(PictureSource.from_path(Path("x/blue-tit/1.png")), ("great tit", "Blue tit")) == "Blue tit"
    assert truth_of(PictureSource.from_path(Path("1.png")), ("",)) == ""


def test_how_many_are_what_their_folders_say_and_what_is_taken_for_what():
    rows = [row("1", CAT, "Cat"), row("2", CAT, "dog"), row("3", DOUBT, "dog"), row("4", CAT), row("5", None, "dog")]
    assert Tally(rows).by_folder() == ("66.7 % as folders say", "2 of 3 as folders say\ndog taken for Cat: 1")
    assert Tally([row("4", CAT)]).by_folder() == ("", "")
    nearly = [*(row(str(n), CAT, "Cat") for n in range(2500)), row("x", CAT, "dog")]
    assert Tally(nearly).by_folder()[0] == "> 99.9 % as folders say", "not all of them"
    assert [each.is_wrong for each in rows] == [False, True, False, False, False]
    assert [RowFilter(wrong=True).admits(each) for each in rows] == [False, True, False, False, False]
    assert as_text(rows[1:2]).splitlines()[1].startswith("2,2,dog,confident,Cat")


def test_an_answer_brings_what_the_folder_says_and_moved_files_stay_the_same_rows(tmp_path):
    model = ResultsModel()
    model.show_rows([row("x/dog/1.png", None), row("x/dog/2.png", None)])
    model.put([(0, CAT)])
    assert [each.truth for each in model.rows] == ["dog", ""]
    model.follow({Path("x/dog/1.png"): tmp_path / "1.png"})
    assert [each.source.path for each in model.rows] == [tmp_path / "1.png", Path("x/dog/2.png")]
    assert model.rows[0].prediction.label == "Cat"


def test_pictures_are_copied_or_moved_in_the_background_and_put_back_from_the_message(
    window, qtbot, tmp_path, heard, monkeypatch
):
    file = tmp_path / "here.png"
    file.write_text("picture")
    rows = [row(str(file), CAT)]
    sorting = SortAway(window.context, lambda: rows, window)
    moved = heard(sorting.moved)
    sorting.row.cancelled.emit()  # what was cancelled before is no reason to stop now
    sorting.sort(tmp_path / "to", move=False)
    qtbot.waitUntil(lambda: any("copied into" in each.text for each in window.context.messages.all))
    assert moved == [], "the rows are still of the originals"
    (tmp_path / "to" / "Cat" / "here.png").unlink()
    sorting.sort(tmp_path / "to", move=True)
    qtbot.waitUntil(lambda: len(moved) == 1)
    assert moved[0] == {file: tmp_path / "to" / "Cat" / "here.png"}
    message = next(each for each in window.context.messages.all if "moved" in each.text)
    assert message.text == "1 picture moved into folders in to."
    with monkeypatch.context() as patch:
        patch.setattr(type(sorting.work), "running", property(lambda _work: True))
        message.actions[0][1]()
        assert any("sorted already" in each.text for each in window.context.messages.all), "others are on their way"
    message.actions[0][1]()
    qtbot.waitUntil(lambda: len(moved) == 2)
    assert file.read_text() == "picture"
    (tmp_path / "a file").write_text("no folder")
    sorting.sort(tmp_path / "a file" / "to", move=False)
    qtbot.waitUntil(lambda: not sorting.work.running)
    assert window.context.messages.all[0].severity == "warning"
    sorting.sort(tmp_path / "to", move=False)
    assert not any("could not be written" in each.text for each in window.context.messages.all), "it is tried again"
    qtbot.waitUntil(lambda: not sorting.work.running)
    rows.clear()
    sorting.sort(tmp_path / "to", move=True)
    assert any("nothing to sort" in each.text for each in window.context.messages.all)


PAIRS = tuple((Path(f"{name}.png"), Path(f"to/Cat/{name}.png")) for name in "ab")


@pytest.mark.parametrize(
    ("move", "found", "words", "undo"),
    [
        (True, Sorted(PAIRS[:1]), "1 picture moved into folders in to.", True),
        (False, Sorted(PAIRS, there=1), "2 pictures copied into folders in to, where 1 was already.", False),
        (True, Sorted((), there=1200), "0 pictures moved into folders in to, where 1,200 were already.", False),
        (True, Sorted(PAIRS, given_up=True), "2 pictures moved into folders in to, then stopped.", True),
    ],
)
def test_what_has_been_sorted_is_told_and_what_was_moved_can_be_put_back(
    window, heard, tmp_path, move, found, words, undo
):
    sorting = SortAway(window.context, list, window)
    moved = heard(sorting.moved)
    sorting._on_sorted(found, tmp_path / "to", move=move)
    (message,) = window.context.messages.all
    assert (message.text, [label for label, _action in message.actions]) == (words, ["Put them back"] if undo else [])
    assert moved == ([dict(found.done)] if move else [])


def test_of_files_that_could_not_be_sorted_the_first_is_told_and_all_in_the_details(window, tmp_path):
    sorting, messages = SortAway(window.context, list, window), window.context.messages
    sorting._on_sorted(Sorted((), ("A is locked.",)), tmp_path, move=False)
    sorting._on_back(Sorted(PAIRS, ("A is locked.", "B is locked.", "C is locked."), given_up=True))
    told = {message.text: (message.severity, message.details) for message in messages.all}
    assert told["A is locked."] == ("warning", "A is locked.")
    assert told["A is locked. The same goes for 2 more."][1] == "A is locked.\nB is locked.\nC is locked."
    assert "2 pictures put back where they were, then stopped." in told
    sorting._on_back(Sorted(PAIRS[:1]))
    assert messages.all[0].text == "1 picture put back where they were."


def test_how_far_the_sorting_is_stands_there_with_a_way_to_end_it_and_only_meanwhile(
    window, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr(long_work, "_FIRST_AFTER", 0.0)
    sorting, messages = SortAway(window.context, lambda: [row("a.png", CAT)], window), window.context.messages
    sorting.row.setParent(window)

    def slowly(done: tuple[tuple[Path, Path], ...]) -> Callable[..., Sorted]:
        def work(_files, *arguments, stopping=None, **_more) -> Sorted:
            progress = next(each for each in arguments if each is not tmp_path)
            while not (stopping or arguments[-1])():
                progress(0.25, "a.png")  # raises when the app is closed
                time.sleep(0.001)
            return Sorted(done, given_up=True)

        return work

    monkeypatch.setattr(sorted_files, "sort_files", slowly(PAIRS[:1]))
    monkeypatch.setattr(sorted_files, "put_back", slowly(()))
    assert not sorting.row.isVisible()
    sorting.sort(tmp_path, move=True)
    for doing, came in (
        ("Sorting pictures…", "1 picture moved into folders in"),
        ("Putting pictures back…", "0 pictures put back"),
    ):
        qtbot.waitUntil(sorting.row.isVisible)
        assert (sorting.row.words.text(), window.context.jobs.doing) == ("a.png: 25 %", doing)
        sorting.sort(tmp_path, move=False)
        assert any("sorted already" in each.text for each in messages.all)
        sorting.row.cancel.click()
        qtbot.waitUntil(lambda: not sorting.work.running)
        assert not sorting.row.isVisible()
        (told,) = (each for each in messages.all if each.text.startswith(came))
        assert told.text.endswith(", then stopped.")
        if told.actions:
            messages.warn("A is locked.", topic="classify.sort")
            told.actions[0][1]()
            assert not any("A is locked" in each.text for each in messages.all), "it is tried again"


def test_the_menu_says_how_many_files_would_go(window, qtbot):
    rows = [row("a.png", CAT), row("b.png", None)]
    sorting = SortAway(window.context, lambda: rows, window)
    menu = sorting.button.menu()
    assert [action.text() for action in menu.actions()] == [
        "Copy 1 picture into folders by class…", "Move 1 picture into folders by class…",
    ]  # fmt: skip
    rows.append(row("c.png", DOUBT))
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "Copy 2 pictures into folders by class…"
