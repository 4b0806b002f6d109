"""What a unit answers to the picture, in words."""

from __future__ import annotations

import numpy as np
import pytest

from cifar_gui.explain.response import Box
from cifar_gui.ui.filters.sections import AnswerSection, TopsSection
from cifar_gui.ui.filters.story import SubjectMap


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
