"""From a picture and a crop to an answer, off the GUI thread. While one is computed only the newest question waits."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from cifar_gui.data.picture import Crop, centre_crop
from cifar_gui.inference.prediction import Prediction
from cifar_gui.ui.background import Background
from cifar_gui.ui.newest import Newest
from cifar_gui.ui.opening import crop_thumbnail
from cifar_gui.ui.widgets.pixels import qimage_of

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.decode import Picture, Pixels
    from cifar_gui.inference.classifier import Classifier


@dataclass(frozen=True, eq=False, slots=True)
class Question:
    """What to look at, and with which network; without one only the network's input is made."""

    number: int  # of the picture, as in the history
    picture: Picture
    crop: Crop | None  # None: wherever the network finds something familiar
    snapshot: ModelSnapshot | None
    six_views: bool
    model: str  # what the chooser calls the network
    painted: Pixels | None = None  # uint8 (3, 32, 32) to be looked at instead of the crop


@dataclass(frozen=True, eq=False, slots=True)
class Answer:
    """The answer to `question`. `network_input` is 32 × 32 pixels, `thumbnail` shows the crop; of what is painted, the
    painting."""

    question: Question
    crop: Crop  # what was looked at
    network_input: QImage
    thumbnail: QImage
    prediction: Prediction | None
    pixels: Pixels | None = None  # uint8 (3, 32, 32), what the network was asked about


class ClassifierShelf:
    """Keeps the last network built, as building one takes longer than asking it. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[ModelSnapshot, bool] | None = None
        self._classifier: Classifier | None = None

    def classifier(self, snapshot: ModelSnapshot, *, six_views: bool) -> Classifier:
        """The classifier of a snapshot. Raises CheckpointError if its weights do not fit its network."""
        from cifar_gui.inference.classifier import Classifier  # brings torch

        with self._lock:
            same = self._key is not None and self._key[0] is snapshot and self._key[1] == six_views
            if not same or self._classifier is None:
                self._classifier = Classifier(snapshot, six_views=six_views)
                self._key = (snapshot, six_views)
            return self._classifier


class Answers(QObject):
    """Asks the network. A question that is overtaken by a newer one is never asked.

    Signals: answered(Answer); refused(CifarGuiError) when the network cannot be used.
    """

    answered = Signal(object)
    refused = Signal(object)

    def __init__(self, jobs: Background, shelf: ClassifierShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._newest: Newest[Question, Answer] = Newest(
            jobs, lambda question: answer(question, shelf), self.answered.emit, self.refused.emit, key="classify.answer"
        )

    def ask(self, question: Question) -> None:
        """Answer this question next, forgetting one that still waits."""
        self._newest.ask(question)


def answer(question: Question, shelf: ClassifierShelf) -> Answer:
    """Runs on a worker: what the network sees, and what it says of it."""
    import torch

    from cifar_gui.data.preprocess import network_input

    picture, painted, prediction = question.picture, question.painted, None
    crop = question.crop or centre_crop(picture.width, picture.height)
    classifier = shelf.classifier(question.snapshot, six_views=question.six_views) if question.snapshot else None
    if classifier is not None and painted is not None:
        prediction = classifier.predict(torch.from_numpy(painted[None]), [crop])[0]
    elif classifier is not None:
        prediction = classifier.classify(picture, question.crop)
        crop = prediction.crop or crop
    pixels = painted if painted is not None else network_input(picture, crop)
    shown = qimage_of(pixels.transpose(1, 2, 0))
    thumbnail = shown if painted is not None else crop_thumbnail(picture, crop)
    return Answer(question, crop, shown, thumbnail, prediction, pixels)
