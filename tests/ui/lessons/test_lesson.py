"""Lesson files: what is written is read again, what does not fit is refused in words, the shipped ones are good."""

from __future__ import annotations

import re

import pytest

from cifar_gui.errors import WriteError
from cifar_gui.networks.base import presets
from cifar_gui.networks.skeleton import check_network
from cifar_gui.recipe import Recipe
from cifar_gui.ui.help.topics import INDEX, anchor_of, headings, links, place_of, text_of
from cifar_gui.ui.lessons.lesson import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    Lesson,
    LessonError,
    is_lesson_file,
    shipped_lessons,
)
from cifar_gui.ui.lessons.parts import PARTS
from cifar_gui.ui.page import PAGES

RECIPE = presets("simple")["quick"].changed(data="shapes", seed=3)
FULL = Lesson(
    'Über "Raten"',
    'Try it.\n\n1. `lr` = 0.1\n2. """quoted""" \\ and a tab\t.\n',
    ("filters", "train"),
    "filters",
    frozenset({"train.rates", "filters.picture"}),
    RECIPE,
    "airnet",
)
BARE = Lesson("Bare", "", ("runs",))
GOOD = 'format = 1\ntitle = "T"\ntext = "Words."\npages = ["train"]\n'


@pytest.mark.parametrize("lesson", [FULL, BARE])
def test_what_is_saved_is_read_again(lesson, tmp_path):
    path = tmp_path / "a.lesson.toml"
    lesson.save(path)
    assert Lesson.load(path) == lesson


def test_pages_stand_in_the_order_of_the_window_and_the_first_is_in_front_unless_another_is_named():
    assert FULL.pages == ("train", "filters")
    assert (FULL.first_page, BARE.first_page) == ("filters", "runs")


def test_the_machine_on_which_a_lesson_was_made_is_no_part_of_it():
    made = Lesson("T", "", ("train",), recipe=RECIPE.changed(device="cuda:1", precision="bfloat16"))
    assert Lesson.from_toml(made.to_toml()).recipe == RECIPE
    assert "cuda" not in made.to_toml(), "nor is it told to everybody"
    by_hand = GOOD + '[recipe]\nnetwork = "simple"\ndevice = "cuda:1"\n'
    assert Lesson.from_toml(by_hand).recipe == Recipe(network="simple")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("1", "2"), "newer version of the app (format 2; this one reads 1). Update the app"),
        (GOOD.replace("format = 1", ""), "does not say that it is a lesson"),
        (GOOD.replace("= 1", "= true"), "does not say that it is a lesson"),
        (GOOD.replace("train", "teach"), "no page called 'teach' in this version"),
        (GOOD + 'network = "../airnet"', "no network among those that come with the app called '../airnet'"),
        (GOOD + 'hidden = ["train.all"]', "no group of controls called 'train.all'"),
        (GOOD + 'first_page = "runs"', "begins with the page 'runs', which it does not show"),
        (GOOD + "sound = true", "says 'sound', which means nothing"),
        (GOOD + 'recipe = "best"', "recipe must be a table"),
        (GOOD + "[recipe]\nepochs = 0", "recipe does not fit. Epochs must be at least 1"),
        (GOOD.replace('["train"]', "[]"), "at least one"),
        (GOOD.replace('["train"]', "[3]"), "pages must be a list of texts"),
        (GOOD.replace('"Words."', "7"), "text must be text"),
        (GOOD.replace('title = "T"', ""), "has no title"),
        (GOOD.replace('"T"', '" "'), "title must be a line of 1 to"),
        (GOOD.replace('"T"', '"a\\nb"'), "title must be a line of 1 to"),
        (GOOD.replace('"T"', f'"{"t" * (LONGEST_TITLE + 1)}"'), "title must be a line of 1 to"),
        (GOOD.replace("Words.", "w" * (LONGEST_TEXT + 1)), "shorten it"),
        ("format = ", "not valid TOML"),
        (f"{GOOD}hidden = {'[' * 3000}", "hundreds deep"),
        ("#" * 300_000, "larger than lessons ever are"),
    ],
)
def test_what_does_not_fit_is_said_in_a_sentence_with_the_name_of_the_file(tmp_path, text, said):
    path = tmp_path / "a.lesson.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LessonError, match=re.escape(said)) as refused:
        Lesson.load(path)
    assert str(refused.value).startswith("a.lesson.toml cannot be opened as a lesson. ")
    assert str(refused.value).endswith(".")


def test_a_file_that_is_gone_or_no_text_is_refused_by_name(tmp_path):
    with pytest.raises(LessonError, match=r"gone\.lesson\.toml cannot be read: there is no such file"):
        Lesson.load(tmp_path / "gone.lesson.toml")
    (tmp_path / "b.lesson.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(LessonError, match="it is not text in UTF-8"):
        Lesson.load(tmp_path / "b.lesson.toml")


def test_a_lesson_that_cannot_be_written_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.lesson.toml"
    path.mkdir()
    with pytest.raises(WriteError):
        BARE.save(path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.lesson.toml"]


def test_lesson_files_are_known_by_their_names(tmp_path):
    assert is_lesson_file(tmp_path / "A.Lesson.TOML")
    assert not is_lesson_file(tmp_path / "design.toml")


def test_groups_of_controls_belong_to_pages_and_have_names_of_their_own():
    assert {part.page for part in PARTS} <= set(PAGES.names())
    assert len({part.name for part in PARTS}) == len(PARTS)


def test_three_lessons_are_shipped():
    titles = [Lesson.load(path).title for path in shipped_lessons()]
    assert titles == ["What does a network see?", "Learning, live", "When is it wrong?"]


@pytest.mark.parametrize("path", shipped_lessons(), ids=lambda path: path.name)
def test_shipped_lessons_are_short_have_things_to_try_and_links_that_lead_somewhere(path):
    lesson = Lesson.load(path)
    assert 150 <= len(lesson.text.split()) <= 280
    assert re.search(r"^1\. ", lesson.text, re.MULTILINE)
    for link in links(lesson.text):
        place = place_of(link, INDEX)
        assert place is not None
        assert not place.anchor or place.anchor in map(anchor_of, headings(text_of(place.name)))
    assert links(lesson.text)
    assert {name.partition(".")[0] for name in lesson.hidden} <= set(lesson.pages)
    if lesson.recipe is not None:
        check_network(lesson.recipe)
        assert lesson.recipe.data == "shapes", "needs no download"


def test_a_title_and_a_text_may_be_as_long_as_is_said():
    assert Lesson("t" * LONGEST_TITLE, "w" * LONGEST_TEXT, ("train",)).first_page == "train"
