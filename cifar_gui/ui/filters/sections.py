"""Parts of the panel about one unit: its answer to the picture, what excites it most, how its ideal input forms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cifar_gui.explain.climb import STATES
from cifar_gui.explain.response import Box
from cifar_gui.explain.top_pictures import TopPicture
from cifar_gui.ui.filters.story import SubjectMap
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.widgets.framed import Framed, FramedPictures
from cifar_gui.ui.widgets.pixels import qimage_of
from cifar_gui.ui.widgets.text import caption, heading
from cifar_gui.ui.widgets.waiting import Waiting
from cifar_gui.words import signed_text

_LOOK = "Look for pictures"


class Section(QWidget):
    """A small heading and what stands under it."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 4, 0, 0)
        self.column.setSpacing(SPACING)
        self.title = heading()
        self.column.addWidget(self.title)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self.title.setText(title.upper())
        self.title.setAccessibleName(title)


class AnswerSection(Section):
    """The picture that is explained, with what the strongest place of the map sees of it, and the map."""

    def __init__(self) -> None:
        super().__init__("Its map")
        self.pictures = FramedPictures("Picture and map", 2, 96)
        self.text = caption(wrap=True)
        self.column.addWidget(self.pictures)
        self.column.addWidget(self.text)

    def show_subject(self, subject: SubjectMap | None) -> None:
        """None hides it."""
        self.setVisible(subject is not None)
        if subject is None:
            return
        height, width = subject.map.shape[:2]
        answers = Framed(qimage_of(subject.map), None, f"the map, {height} × {width} places")
        value = signed_text(subject.highest, 3)
        self.set_title("Its answer" if height == width == 1 else "Its map")
        if height == width == 1:
            self._tell(subject, None, [], f"It answers {value}: one number for the whole picture.")
        elif subject.highest == 0:
            self._tell(subject, None, [answers], "It says nothing to this picture.")
        else:
            self._tell(subject, subject.box, [answers], f"Highest {value}, for what is framed.")

    def _tell(self, subject: SubjectMap, box: Box | None, beside: list[Framed], words: str) -> None:
        what = "the picture, and what excites the unit most in it" if box is not None else "the picture"
        self.pictures.show_pictures([Framed(_image(subject.pixels), box, what), *beside])
        self.text.setText(words)


class TopsSection(Section):
    """The validation pictures that excite it most. Signals: wanted() when they are to be looked for."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Excites it most")
        self.pictures = FramedPictures("Pictures that excite it most", 3)
        self.text = caption(wrap=True)
        self.button = QPushButton(_LOOK)
        self.button.setToolTip(
            "Look through the validation pictures for those that excite the units of this layer most"
        )
        self.button.clicked.connect(self.wanted)
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addStretch(1)
        self.waiting = Waiting()
        for widget in (self.pictures, self.text, self.waiting):
            self.column.addWidget(widget)
        self.column.addLayout(row)

    def show_waiting(self) -> None:
        """They are being looked for."""
        self.waiting.begin("Looking through the validation pictures")
        self.waiting.show()
        for widget in (self.button, self.pictures, self.text):
            widget.hide()

    def show_progress(self, share: float, what: str) -> None:
        """How far it is, 0–1."""
        self.waiting.show_progress(share, what)

    def show_tops(self, tops: tuple[TopPicture, ...] | None, moment: str = "") -> None:
        """None if they are not known yet. `moment`: of the training, "epoch 3.2", if it has passed."""
        self.waiting.hide()
        self.button.setVisible(tops is None or bool(moment))
        self.button.setText("Renew" if moment else _LOOK)
        self.pictures.setVisible(bool(tops))
        said = [f"As of {moment}."] if moment else []
        if tops == ():
            said.append("Nothing: it says the same to every picture.")
        self.text.setVisible(bool(said))
        self.text.setText(" ".join(said))
        self.pictures.show_pictures(
            [
                Framed(_image(top.pixels), top.box, f"{top.label}, answer {signed_text(top.answer, 3)}")
                for top in tops or ()
            ]
        )


class FormingSection(Section):
    """An ideal input, from grey to what it became."""

    def __init__(self) -> None:
        super().__init__("How it forms")
        self.pictures = FramedPictures("The ideal input as it forms", 3)
        self.column.addWidget(self.pictures)

    def show_states(self, states: NDArray[np.uint8] | None) -> None:
        """(states, 3, h, w); None hides it."""
        self.setVisible(states is not None)
        if states is not None:
            words = [f"after {step} steps" for step in STATES]
            shown = [Framed(_image(state), None, text) for state, text in zip(states, words, strict=True)]
            self.pictures.show_pictures(shown)


def _image(pixels: NDArray[np.uint8]) -> QImage:
    return qimage_of(pixels.transpose(1, 2, 0))
