"""The help pages themselves, and finding one's way among them."""

from __future__ import annotations

import re

import pytest

from cifar_gui.recipe import settings
from cifar_gui.ui.help import topics as help_topics
from cifar_gui.ui.help.topics import (
    INDEX,
    Place,
    Trail,
    anchor_of,
    folder,
    grouped,
    headings,
    links,
    matching,
    place_of,
    text_of,
    topics,
)
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.train.form_model import help_topic

NAMES = sorted(path.stem for path in folder().glob("*.md"))


def leads_somewhere(place: Place) -> bool:
    return not place.anchor or place.anchor in map(anchor_of, headings(text_of(place.name)))


def test_every_page_is_in_the_contents_once():
    listed = [each.name for each in topics()]
    assert sorted([*listed, INDEX]) == NAMES
    assert all(each.group for each in topics())


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_to_a_page_and_a_heading(name):
    for link in links(text_of(name)):
        place = place_of(link, name)
        assert place is None or leads_somewhere(place), link


@pytest.mark.parametrize("name", NAMES)
def test_every_page_has_one_title_and_whole_tables(name):
    text = text_of(name)
    assert re.findall(r"^# .+", text, re.MULTILINE) == [text.splitlines()[0]]
    columns = [row.count("|") for row in text.splitlines() if row.startswith("|")]
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1
        assert re.fullmatch(r"\|( --- \|)+", table.splitlines()[1])
    assert all(count > 2 for count in columns)


@pytest.mark.parametrize("name", PAGES.names())
def test_every_page_of_the_window_is_explained(name):
    assert text_of(name).startswith(f"# {PAGES.entry(name).label}\n")


@pytest.mark.parametrize("name", settings())
def test_every_setting_of_a_recipe_is_explained(name):
    assert leads_somewhere(place_of(help_topic(name), INDEX))


def test_a_link_may_name_a_page_a_heading_or_both():
    assert place_of("loss.md", "train") == Place("loss")
    assert place_of("loss.md#the-formula", "train") == Place("loss", "the-formula")
    assert place_of("#the-formula", "loss") == Place("loss", "the-formula")
    assert place_of("loss#the-formula", INDEX) == Place("loss", "the-formula")
    assert place_of("https://example.org/loss.md", "loss") is None


@pytest.mark.parametrize("name", ["gone", "../../README", "", "Loss", "loss.md"])
def test_only_help_pages_are_read(name):
    with pytest.raises(KeyError):
        text_of(name)


def test_a_search_finds_all_words_wherever_they_stand_and_titles_first():
    found = [each.name for each in matching("learning RATE")]
    assert found[0] == "learning-rate"
    assert {"batches", "trouble"} < set(found)
    assert matching("cross-entropy softmax zebra") == []
    assert matching("  ") == list(topics())


def test_topics_stand_under_their_groups():
    shown = grouped([each for each in topics() if each.name in ("classify", "loss", "train")])
    assert [(name, [each.name for each in members]) for name, members in shown] == [
        ("Using the app", ["classify", "train"]), ("While it learns", ["loss"]),
    ]  # fmt: skip


def test_headings_are_named_by_their_words():
    assert anchor_of("How many epochs?") == "how-many-epochs"
    assert anchor_of("“Probably none of the ten”") == "probably-none-of-the-ten"


def test_the_trail_goes_back_and_forth_and_forgets_what_lay_ahead():
    trail, a, b, c = Trail(), Place("a"), Place("b"), Place("c", "x")
    assert (trail.can_go_back, trail.can_go_on) == (False, False)
    for place in (a, b, b, c):
        trail.visit(place)
    assert (trail.step(-1), trail.step(-1), trail.step(-1)) == (b, a, a)
    assert (trail.can_go_back, trail.can_go_on) == (False, True)
    assert trail.step(1) == b
    trail.visit(a)
    assert (trail.can_go_on, trail.step(-1), trail.step(1), trail.step(1)) == (False, b, a, a)


def test_what_is_in_the_help_is_read_once(monkeypatch):
    text_of("loss")
    monkeypatch.setattr(help_topics, "folder", lambda: 1 / 0)
    assert text_of("loss").startswith("# Loss")
