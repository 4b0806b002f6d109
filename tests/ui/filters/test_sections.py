"""Parts of the Filters page: what a unit answers to the picture, what excites it, and the layers to choose from."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from cifar_gui.explain.ablation import Ablation
from cifar_gui.explain.base import Legend
from cifar_gui.explain.layers import ConvLayer
from cifar_gui.explain.response import Box
from cifar_gui.ui.filters.layer_list import LayerList
from cifar_gui.ui.filters.legend import LegendStrip
from cifar_gui.ui.filters.material import Material
from cifar_gui.ui.filters.sections import AnswerSection, TopsSection
from cifar_gui.ui.filters.story import SubjectMap
from cifar_gui.ui.filters.switch_off import in_words
from cifar_gui.ui.shown_picture import ShownPicture
from cifar_gui.ui.theme import tokens
from cifar_gui.ui.widgets.pixels import pixels_of


@pytest.mark.parametrize(
    ("places", "highest", "words", "pictures", "framed"),
    [
        (8, 4.47, "Highest 4.47, for what is framed.", 2, True),
        (8, -4.47, "Highest −4.47, for what is framed.", 2, True),
        (8, 0.0, "It says nothing to this picture.", 2, False),
        (1, -3.98, "It answers −3.98: one number for the whole picture.", 1, False),
    ],
)
def test_what_is_framed_is_what_there_is_to_see(qtbot, places, highest, words, pictures, framed) -> None:
    section = AnswerSection()
    qtbot.addWidget(section)
    shown: list = []
    section.pictures.show_pictures = shown.extend
    subject = SubjectMap(
        np.zeros((3, 32, 32), np.uint8), np.zeros((places, places, 4), np.uint8), highest, Box(2, 3, 9, 9)
    )
    section.show_subject(subject)
    assert section.text.text() == words
    assert section.title.accessibleName() == ("Its answer" if places == 1 else "Its map"), "one number is no map"
    assert len(shown) == pictures
    assert (shown[0].box is not None) == framed


@pytest.mark.parametrize(
    ("tops", "moment", "offer", "words"),
    [
        (None, "", "Look for pictures", ""),
        (None, "epoch 3.2", "Renew", "As of epoch 3.2."),
        ((), "", "", "Nothing: it says the same to every picture."),
        ((), "epoch 3.2", "Renew", "As of epoch 3.2. Nothing: it says the same to every picture."),
    ],
)
def test_top_pictures_are_offered_where_there_are_none_and_of_a_moment_that_has_passed(
    qtbot, tops, moment, offer, words
) -> None:
    section = TopsSection()
    qtbot.addWidget(section)
    section.show_waiting()
    section.show_tops(tops, moment)
    assert section.waiting.isHidden()
    assert ("" if section.button.isHidden() else section.button.text()) == offer
    assert ("" if section.text.isHidden() else section.text.text()) == words
    assert section.pictures.isHidden()


def test_the_chosen_layer_and_the_one_under_the_mouse_stand_on_grounds_of_their_own(qtbot) -> None:
    layer = ConvLayer("conv", "conv 1", (9, 3, 3, 3), 252, learned=True)
    layers = LayerList()
    qtbot.addWidget(layers)
    layers.show_layers([replace(layer, name=str(number)) for number in range(3)], None)
    layers.setCurrentRow(1)
    layers.resize(240, 200)
    painter, grounds = layers.itemDelegate(), []
    for row, hovered in ((0, False), (1, False), (2, True)):
        image = QImage(240, 60, QImage.Format.Format_RGB32)
        image.fill(tokens().panel)
        option = QStyleOptionViewItem()
        option.rect = image.rect()
        option.state = QStyle.StateFlag.State_Enabled
        option.state |= QStyle.StateFlag.State_Selected if row == layers.currentRow() else QStyle.StateFlag.State_None
        option.state |= QStyle.StateFlag.State_MouseOver if hovered else QStyle.StateFlag.State_None
        with QPainter(image) as brush:
            painter.paint(brush, option, layers.model().index(row, 0))
        grounds.append(image.pixelColor(120, 56))
    assert grounds == [tokens().panel, tokens().accent_ground, tokens().raised]


@pytest.mark.parametrize(
    ("loaded", "held_out", "asked"), [(False, 40, "open"), (True, 0, "open"), (True, 40, "random")]
)
def test_the_first_picture_is_a_held_out_one_only_where_there_is_one_at_hand(
    qtbot, library, tiny_data, monkeypatch, loaded, held_out, asked
) -> None:
    train, validation, test = tiny_data.counts
    if loaded:
        library.current = replace(tiny_data, counts=(train + validation - held_out, held_out, test))
    picture = ShownPicture()
    material = Material(SimpleNamespace(data=library, picture=picture, models=SimpleNamespace(snapshot=None)))
    told: list[str] = []
    monkeypatch.setattr(material, "take_random", lambda: told.append("random"))
    monkeypatch.setattr(material, "open", lambda source: told.append("open"))
    material.ensure_subject()
    assert told == [asked]
    monkeypatch.setattr(material, "give_up", lambda: None)
    shown = QImage(32, 32, QImage.Format.Format_RGB32)
    shown.fill(QColor("teal"))
    picture.show(shown, "classified.png")
    material.ensure_subject()
    assert (material.subject.name, told) == ("classified.png", [asked]), "what was classified comes first"


def test_of_what_is_lost_the_three_worst_and_the_three_best_are_named_the_furthest_first() -> None:
    names = tuple("abcdefghij")
    losses = (0.02, -0.011, 0.3, 0.0004, -0.2, 0.07, 0.1, -0.05, -0.004, -0.0004)
    before = (0.5,) * 10
    after = tuple(0.5 - loss for loss in losses)
    layer = ConvLayer("c", "c", (1, 3, 3, 3), 0, learned=True)
    said = in_words(Ablation(layer, 0, names, before, after, 0.5, 0.47, 1234, "held-out pictures", 1))
    assert said.splitlines() == [
        "47.0 % right instead of 50.0 % of 1,234 held-out pictures; 1 is called something else.",
        "Worse: c −30.0, g −10.0, f −7.0 points.",
        "Better: e +20.0, h +5.0, b +1.1 points.",
    ]


def drawn(legend: Legend) -> np.ndarray:
    """(rows, columns, 3): the strip of colours alone."""
    strip = LegendStrip()
    strip.show_legend(legend)
    strip.resize(strip.sizeHint())
    image = strip.grab().toImage()
    low, _high = strip._text_widths()
    begin, top = low + 6, (image.height() - 11) // 2
    return pixels_of(image)[:, top : top + 11, begin : begin + 96].transpose(1, 2, 0).astype(int)


def test_the_strip_of_a_legend_has_what_is_lowest_on_the_left(qtbot) -> None:
    signed = drawn(Legend("signed", "−1", "+2", "Each by itself."))
    assert np.abs(signed[5, 1] - (16, 48, 140)).max() < 12
    assert np.abs(signed[5, 94] - (255, 214, 102)).max() < 12
    assert np.abs(signed[5, 48] - 128).max() < 12
    coloured = drawn(Legend("rgb", "−1", "+2", "Each by itself."))
    for channel, row in enumerate((1, 5, 9)):  # red, green and blue below each other
        others = [each for each in range(3) if each != channel]
        assert coloured[row, 1, channel] < 12
        assert coloured[row, 94, channel] > 243
        assert np.abs(coloured[row, 48] - 128).max() < 6
        assert np.abs(coloured[row, [1, 94]][:, others] - 128).max() < 6
