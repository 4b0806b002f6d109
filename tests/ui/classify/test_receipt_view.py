"""Why this class and not that, on the Classify page."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from cifar_gui.checkpoint.files import save_snapshot
from cifar_gui.checkpoint.snapshot import capture
from cifar_gui.errors import CifarGuiError, DataError
from cifar_gui.explain import ideal_input
from cifar_gui.explain.attribution.base import heat
from cifar_gui.explain.examined import Examined
from cifar_gui.explain.head_units import head_units, maps_on_picture
from cifar_gui.explain.held_out import held_out
from cifar_gui.explain.receipt import receipt
from cifar_gui.explain.survey import known_survey
from cifar_gui.explain.top_pictures import top_pictures
from cifar_gui.networks.base import build
from cifar_gui.ui import long_work
from cifar_gui.ui.classify import receipt_pictures, receipts
from cifar_gui.ui.widgets.framed import Framed
from cifar_gui.ui.widgets.pixels import pixels_of

from .asking import click, idle, seen

pytestmark = pytest.mark.usefixtures("page")


def shown_rows(page) -> list[list[str]]:
    return [[cell.text for cell in row] for row in page.insight.view("why").panel.table.rows]


def test_the_receipt_compares_the_verdict_with_the_next_class_or_the_chosen_one(
    page, qtbot, show, dog, bars, decided_snapshot
):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    panel, names = page.insight.view("why").panel, bars.names()
    assert panel.heading.text() == f"Why {names[0]}, not {names[1]}?"
    click(bars, qtbot, names[0])
    idle(page, qtbot)
    assert panel.heading.text() == f"Why {names[0]}, not {names[1]}?", "nothing is compared with itself"
    click(bars, qtbot, names[4])
    idle(page, qtbot)
    assert panel.heading.text() == f"Why {names[0]}, not {names[4]}?"
    places = decided_snapshot.card.class_names.index
    wanted = receipt(Examined(decided_snapshot), seen(dog), places(names[0]), places(names[4]), views=6)
    rows = shown_rows(page)
    assert [row[0] for row in rows[:3]] == [entry.name for entry in wanted.entries[:3]]
    adds = panel.table.titles.index("adds")
    written = [float(row[adds].replace("−", "-")) for row in rows]
    assert sum(written[:-1]) == pytest.approx(written[-1], abs=1e-9)
    assert written[-1] == pytest.approx(wanted.difference, abs=0.005)
    assert panel.table.rows[-1][adds].value == wanted.difference


def test_the_receipt_follows_the_number_of_views(page, qtbot, show, dog):
    show(dog)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    panel = page.insight.view("why").panel
    assert "means over the six views" in panel.sum.text()
    page.single.verdict_panel._six_views.click()
    idle(page, qtbot)
    assert "six views" not in panel.sum.text()


def test_the_receipt_in_front_is_copied_whole_and_in_full_precision(page, why):
    copied = QGuiApplication.clipboard().text
    page.copy()
    receipt = why._found.receipt
    head, *lines = [line.split("\t") for line in copied().splitlines()]
    assert head == ["from", f"adds to {receipt.winner} − {receipt.other}", "answers", "weight"]
    assert [line[0] for line in lines] == [*(entry.name for entry in receipt.entries), "together"]
    assert [float(line[1]) for line in lines[:-1]] == [entry.contribution for entry in receipt.entries]
    assert float(lines[-1][1]) == receipt.difference
    page.single.picture_panel.views.button("picture").click()
    page.copy()
    assert not copied().startswith("from")


def test_bars_are_on_one_scale_whichever_class_the_largest_speaks_for(why):
    made, reach = why._found.receipt, why.panel._bars.reach
    turned = [replace(entry, contribution=-entry.contribution) for entry in made.entries]
    why.panel.show_receipt(replace(made, entries=turned), why._found.rows)
    assert why.panel._bars.reach == reach == max(abs(entry.contribution) for entry in made.entries)


def beside(why, title: str) -> list[Framed | None]:
    """The pictures in a column of the receipt, down to the last filter."""
    table = why.panel.table
    return [row[table.titles.index(title)].picture for row in table.rows[: len(why._found.rows)]]


def test_beside_each_contribution_stands_where_its_filter_looks(why, decided_snapshot, dog):
    examined, titles = Examined(decided_snapshot), why.panel.table.titles
    assert [title for title in titles if "\n" in title] == ["its\nmap", "against\nor for"]
    laid = maps_on_picture(examined, head_units(decided_snapshot), seen(dog))
    for entry, picture in zip(why._found.receipt.entries, beside(why, "its\nmap"), strict=False):
        if entry.unit is None:
            assert picture is None
        else:
            assert np.array_equal(pixels_of(picture.image), heat(laid[entry.unit], seen(dog)).transpose(2, 0, 1))


def test_top_pictures_are_looked_for_when_asked_for_and_stay_for_the_next_picture(
    page, qtbot, why, tiny_data, decided_snapshot, show, make_picture
):
    page.context.data.adopt("tiny", tiny_data)
    offer = why.panel.tops
    assert "top\npicture" not in why.panel.table.titles
    offer.button.click()
    assert (offer.button.isVisible(), offer.waiting.isVisible()) == (False, True)
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)
    assert (offer.button.isVisible(), offer.waiting.isVisible()) == (False, False)
    (layer,) = head_units(decided_snapshot).layers
    pictures = held_out(tiny_data, decided_snapshot.card)
    found = known_survey(decided_snapshot, layer, pictures)
    for entry, picture in zip(why._found.receipt.entries, beside(why, "top\npicture"), strict=False):
        tops = top_pictures(found, entry.unit, pictures) if entry.unit is not None else []
        assert (picture is not None) == bool(tops)
        if picture is not None and tops:
            assert np.array_equal(pixels_of(picture.image), tops[0].pixels)
            assert (picture.box, tops[0].label in picture.words) == (tops[0].box, True)
            assert picture.words.startswith("of the held-out pictures the one that excites it most")
            learned = receipt_pictures._top(tops[0], replace(pictures, seen=True))
            assert learned.words.startswith("of the pictures that the network has learned from the one")
    show(make_picture("other.png", colour="green"))
    idle(page, qtbot)
    assert "top\npicture" in why.panel.table.titles


def test_top_pictures_go_with_the_data_set_that_they_are_of(page, qtbot, why, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    why.panel.tops.button.click()
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)
    page.context.data.adopt("other", replace(tiny_data, name="Other", fingerprints=tuple("abcd")))
    qtbot.waitUntil(lambda: "top\npicture" not in why.panel.table.titles)
    idle(page, qtbot)
    assert why.panel.tops.button.isVisible(), "they can be looked for among the new ones"


def test_without_a_data_set_top_pictures_have_it_read_first(page, qtbot, why, tiny_data):
    asked = []
    page.context.data.request = asked.append
    why.panel.tops.button.click()
    assert asked == [page.context.data.usual_source()]
    assert why.panel.tops.waiting.text.text() == "Reading the held-out pictures."
    page.context.data.failed.emit("It is not here.")
    assert [message.text for message in page.context.messages.all] == ["It is not here."]
    assert why.panel.tops.button.isVisible()
    why.panel.tops.button.click()
    page.context.data.adopt("tiny", tiny_data)
    qtbot.waitUntil(lambda: "top\npicture" in why.panel.table.titles)
    assert (why.panel.tops.button.isVisible(), why.panel.tops.waiting.isVisible()) == (False, False)


def test_top_pictures_given_up_while_a_data_set_was_read_are_not_looked_for_in_it(page, qtbot, why, tiny_data):
    page.context.data.request = lambda _source: None
    why.panel.tops.button.click()
    why.panel.tops.waiting.cancel.click()
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert "top\npicture" not in why.panel.table.titles
    assert why.panel.tops.button.isVisible()


def test_top_pictures_that_waited_for_a_data_set_are_not_looked_for_for_the_next_network(
    page, qtbot, why, tiny_data, decided_snapshot
):
    page.context.data.request = lambda _source: None
    why.panel.tops.button.click()
    answer = page.insight._answer
    why.follow(replace(answer, question=replace(answer.question, snapshot=replace(decided_snapshot))), "")
    idle(page, qtbot)
    assert (why.panel.tops.button.isVisible(), why.panel.tops.waiting.isVisible()) == (True, False)
    page.context.data.adopt("tiny", tiny_data)
    idle(page, qtbot)
    assert "top\npicture" not in why.panel.table.titles


def test_ideal_inputs_are_drawn_from_the_first_wish_on_until_they_are_given_up(
    page, qtbot, why, decided_snapshot, monkeypatch
):
    drawn, go_on = [], threading.Event()

    def slow(snapshot, layer, units, progress):
        drawn.append(units)
        while not go_on.wait(0.001):
            progress(0.5, "Drawing")
        return ideal_input.ideal_inputs(snapshot, layer, units, progress)

    monkeypatch.setattr(receipt_pictures, "ideal_inputs", slow)
    offer, wanted = (
        why.panel.ideals,
        sorted(entry.unit for entry in why._found.receipt.entries[:12] if entry.name != "bias"),
    )
    offer.button.click()
    qtbot.waitUntil(lambda: drawn == [wanted])
    assert page.context.jobs.doing == "Drawing ideal inputs…"
    offer.waiting.cancel.click()
    qtbot.waitUntil(offer.button.isVisible)
    idle(page, qtbot)
    assert "ideal\ninput" not in why.panel.table.titles
    assert not page.context.messages.all
    why._ask_again()
    idle(page, qtbot)
    assert drawn == [wanted], "another receipt does not begin it again"
    go_on.set()
    offer.button.click()
    qtbot.waitUntil(lambda: "ideal\ninput" in why.panel.table.titles)
    (layer,) = head_units(decided_snapshot).layers
    made = ideal_input.ideal_inputs(decided_snapshot, layer, wanted)
    for entry, picture in zip(why._found.receipt.entries, beside(why, "ideal\ninput"), strict=False):
        if entry.unit is not None:
            assert np.array_equal(pixels_of(picture.image), made.states[-1, wanted.index(entry.unit)])
    why._ideals = {}
    why._ask_again()
    qtbot.waitUntil(lambda: len(drawn) == 3)
    qtbot.waitUntil(lambda: len(why._ideals) == len(wanted))
    idle(page, qtbot)
    assert len(drawn) == 3, "where nothing is lacking there is nothing to draw"
    assert (offer.button.isHidden(), offer.waiting.isHidden()) == (True, True)


def test_what_was_drawn_for_one_network_never_stands_beside_the_rows_of_another(
    page, qtbot, why, show, make_picture, choose_other
):
    why.panel.ideals.button.click()
    qtbot.waitUntil(lambda: "ideal\ninput" in why.panel.table.titles)
    page.single.picture_panel.views.button("picture").click()
    show(make_picture("other.png", colour="green"))
    choose_other()
    idle(page, qtbot)
    page.single.picture_panel.views.button("why").click()
    idle(page, qtbot)
    assert why._found.question.snapshot is page._snapshot
    assert "ideal\ninput" not in why.panel.table.titles, "nor is it drawn before it is asked for"
    assert why.panel.ideals.button.isVisible()


def test_what_has_been_drawn_does_not_bring_an_older_question_back(page, qtbot, why, bars):
    click(bars, qtbot, bars.names()[-1])
    why._on_drawn({})  # while the question about the other bar is under way
    idle(page, qtbot)
    assert why.panel.heading.text() == f"Why {bars.names()[0]}, not {bars.names()[-1]}?"


def test_a_receipt_still_under_way_is_not_shown_for_the_next_network(page, qtbot, why, bars, decided_snapshot):
    click(bars, qtbot, bars.names()[-1])
    answer, other = page.insight._answer, replace(decided_snapshot)
    single = replace(answer.prediction, class_names=("cat",), probabilities=(1.0,))
    why.follow(replace(answer, question=replace(answer.question, snapshot=other), prediction=single), "")
    idle(page, qtbot)
    assert why.panel.sum.text() == "This network knows one class only: there is nothing to compare it with."


def test_a_receipt_still_under_way_is_not_shown_once_there_is_no_answer(page, qtbot, why):
    why.follow(page.insight._answer, "")
    why.forget()
    idle(page, qtbot)
    assert why.panel.sum.text() == "The receipt follows when there is an answer."
    assert (why.panel.table.isVisible(), page.insight.receipt_text) == (False, "")


def test_another_data_set_brings_no_receipt_back_whose_answer_has_gone(page, qtbot, why, tiny_data):
    page.context.data.adopt("tiny", tiny_data)
    why.follow(page.insight._answer, "")
    idle(page, qtbot)
    why.forget()
    page.context.data.adopt("other", replace(tiny_data, name="Other", fingerprints=tuple("abcd")))
    idle(page, qtbot)
    assert why.panel.sum.text() == "The receipt follows when there is an answer."
    assert (why.panel.table.isVisible(), page.insight.receipt_text) == (False, "")


def test_a_row_leads_to_its_filter_on_the_filters_page(page, window, qtbot, why):
    table = why.panel.table
    place = next(at for at, entry in enumerate(why._found.receipt.entries[:12]) if entry.unit)
    unit = why._found.receipt.entries[place].unit

    def click_on(row: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        spot = table.visualRect(table.model().index(row, 0)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, spot)

    click_on(place, Qt.KeyboardModifier.ControlModifier)
    assert window.pages.current_name == "classify", "rows are selected so, to be copied"
    click_on(place)
    assert window.pages.current_name == "filters"
    filters = window.pages.built("filters")
    qtbot.waitUntil(lambda: filters.grid_panel.grid.chosen == unit)
    assert filters.layers.chosen.name == "0"
    idle(page, qtbot)


def test_units_that_are_no_filters_lead_nowhere_and_have_no_maps(
    page, qtbot, why, show, dog, tmp_path, decided_snapshot
):
    card = replace(decided_snapshot.card, network="mlp", network_settings={"hidden": 16})
    save_snapshot(capture(build("mlp", 10, {"hidden": 16}), card), tmp_path / "mlp.safetensors")
    page.context.models.choose_file(tmp_path / "mlp.safetensors")
    qtbot.waitUntil(lambda: "its\nmap" not in why.panel.table.titles)
    idle(page, qtbot)
    seats = [row.seat for row in why._found.rows if row.seat is not None]
    assert {layer.label for layer, _unit in seats} == {"dense 1"}
    wanted = []
    why.panel.filter_wanted.connect(lambda *seat: wanted.append(seat))
    for row in range(13):
        why.panel.table.activated.emit(why.panel.table.model().index(row, 0))
    assert wanted == []
    assert why.panel.ideals.button.isVisible()


# What is under way beside a receipt


@pytest.fixture
def held(nothing_is_kept, monkeypatch):
    """What a receipt may show besides is being worked out until the second of these is set."""
    begun, go_on = [], threading.Event()
    monkeypatch.setattr(long_work, "_FIRST_AFTER", 3600.0)  # how far it is depends on the machine

    def hold(name):
        plain = getattr(receipts, name)

        def slow(*arguments):
            begun.append(name)
            while not go_on.wait(0.001):
                arguments[-1](0.25, "At it")
            return plain(*arguments)

        monkeypatch.setattr(receipts, name, slow)

    hold("survey_layers")
    hold("draw_ideals")
    yield begun, go_on
    go_on.set()


@pytest.mark.parametrize("work", ["tops", "ideals"])
@pytest.mark.parametrize("end", ["cancel", "network"])
def test_what_is_under_way_ends_when_it_is_given_up_and_when_another_network_is_asked(
    page, qtbot, why, tiny_data, decided_snapshot, held, stays_said, work, end
):
    page.context.data.adopt("tiny", tiny_data)
    begun, go_on = held
    offers = why.panel.tops, why.panel.ideals
    offer = getattr(why.panel, work)
    offer.button.click()
    qtbot.waitUntil(lambda: bool(begun))
    stays_said(why.panel, f"under-way-{work}")
    if end == "cancel":
        offer.waiting.cancel.click()
    else:
        answer = page.insight._answer
        why.follow(replace(answer, question=replace(answer.question, snapshot=replace(decided_snapshot))), "")
        qtbot.waitUntil(lambda: why._found is not None)
    assert [(each.button.isVisible(), each.waiting.isVisible()) for each in offers] == [(True, False)] * 2
    idle(page, qtbot)
    go_on.set()
    why._ask_again()
    idle(page, qtbot)
    assert (len(begun), page.context.jobs.doing, why._ideals) == (1, "", {})
    assert not {"top\npicture", "ideal\ninput"} & set(why.panel.table.titles)


def test_drawing_ends_with_the_answer_and_begins_again_with_the_next(page, qtbot, why, held):
    begun, go_on = held
    why.panel.ideals.button.click()
    qtbot.waitUntil(lambda: bool(begun))
    why.forget()
    assert not why._drawing.running
    assert (why.panel.ideals.button.isVisible(), why.panel.ideals.waiting.isVisible()) == (False, False)
    idle(page, qtbot)
    why.follow(page.insight._answer, "")
    qtbot.waitUntil(lambda: len(begun) == 2)
    go_on.set()
    qtbot.waitUntil(lambda: "ideal\ninput" in why.panel.table.titles)


@pytest.mark.parametrize("problem", [CifarGuiError("There is no room."), ZeroDivisionError("as intended")])
@pytest.mark.parametrize(("work", "name"), [("tops", "survey_layers"), ("ideals", "draw_ideals")])
def test_what_fails_beside_a_receipt_is_told_and_can_be_tried_again(
    page, qtbot, why, tiny_data, nothing_is_kept, monkeypatch, problem, work, name
):
    def fail(*_arguments):
        raise problem

    page.context.data.adopt("tiny", tiny_data)
    heading, offer = why.panel.heading.text(), getattr(why.panel, work)
    with monkeypatch.context() as patch:
        patch.setattr(receipts, name, fail)
        offer.button.click()
        qtbot.waitUntil(lambda: bool(page.context.messages.all))
        idle(page, qtbot)
        qtbot.waitUntil(lambda: not offer.waiting.isVisible())
    assert (offer.button.isVisible(), why.panel.heading.text()) == (True, heading)
    offer.button.click()
    qtbot.waitUntil(lambda: {"tops": "top\npicture", "ideals": "ideal\ninput"}[work] in why.panel.table.titles)
    assert (offer.button.isVisible(), offer.waiting.isVisible()) == (False, False)


def test_where_no_pictures_are_held_out_it_is_said_and_the_receipt_stays(page, qtbot, why, tiny_data, monkeypatch):
    def refuse(_card):
        raise DataError("None were held out.")

    page.context.data.adopt("tiny", tiny_data)
    monkeypatch.setattr(why._held_out, "of", refuse)
    heading, text = why.panel.heading.text(), page.insight.receipt_text
    why.panel.tops.button.click()
    (told,) = page.context.messages.all
    assert (told.text, [label for label, _do in told.actions]) == ("None were held out.", ["Get data"])
    assert (why.panel.tops.button.isVisible(), why.panel.tops.waiting.isVisible()) == (True, False)
    idle(page, qtbot)
    assert (why.panel.heading.text(), page.insight.receipt_text) == (heading, text)
    page.context.data.loaded.emit(tiny_data)
    assert not why.panel.tops.waiting.isVisible(), "nobody waits for another one"


def test_a_receipt_that_cannot_be_made_says_why_and_takes_the_one_before_with_it(page, qtbot, why, bars, monkeypatch):
    def fail(*_arguments, **_more):
        raise CifarGuiError("It has no last layer.")

    with monkeypatch.context() as patch:
        patch.setattr(receipts, "receipt", fail)
        click(bars, qtbot, bars.names()[4])
        idle(page, qtbot)
    panel = why.panel
    assert (panel.sum.text(), panel.heading.text(), page.insight.receipt_text) == ("It has no last layer.", "", "")
    parts = (panel.table, panel.tops.button, panel.tops.waiting, panel.ideals.button, panel.ideals.waiting)
    assert not any(part.isVisible() for part in parts)
    click(bars, qtbot, bars.names()[3])
    idle(page, qtbot)
    assert panel.heading.text() == f"Why {bars.names()[0]}, not {bars.names()[3]}?"
    assert all(part.isVisible() for part in (panel.table, panel.tops.button, panel.ideals.button))
