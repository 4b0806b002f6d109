"""*Look at the data*: how many pictures of each class, some of them, and what augmentation makes of a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.data.augment import Augmenter
from cifar_gui.data.base import ImageData
from cifar_gui.recipe import Recipe
from cifar_gui.ui.icons import icon
from cifar_gui.ui.theme import SPACING
from cifar_gui.ui.train.picture_strip import PictureStrip
from cifar_gui.ui.train.wall_rows import chosen
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.text import caption, muted, title

SAMPLES = 12
"""Pictures shown of each class, from the training pictures."""

MOST_CLASSES = 100
"""More rows than this are not shown, and it is said that they are not."""

Pictures = NDArray[np.uint8]


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """The same pictures before and after augmentation: uint8 (N, 3, 32, 32) each."""

    before: Pictures
    after: Pictures


def counts(data: ImageData) -> list[tuple[int, int]]:
    """For each class how many pictures there are for training and for validation. The test pictures stay unseen."""
    classes = len(data.class_names)
    tallies = [torch.bincount(data.split(name).labels, minlength=classes).tolist() for name in ("train", "validation")]
    return list(zip(*tallies, strict=True))


def samples(data: ImageData, label: int, count: int = SAMPLES) -> Pictures:
    """The first `count` training pictures of a class, uint8 (n, 3, 32, 32)."""
    split = data.split("train")
    positions = torch.nonzero(split.labels == label).flatten()[:count]
    return split.images[positions].numpy()


def augmented_batch(data: ImageData, recipe: Recipe, count: int, draw: int) -> Batch:
    """`count` training pictures, of every class in turn, and what the recipe makes of them in step `draw`."""
    split = data.split("train")
    positions = torch.tensor(chosen(split.labels[:2000].tolist(), count), dtype=torch.int64)
    images = split.images[positions]
    augmenter = Augmenter(recipe, len(split), data.stats.mean, torch.device("cpu"))
    draws = augmenter.draw(positions, epoch=1 + draw, step=draw)
    return Batch(images.numpy(), augmenter.apply(images, draws).numpy())


class LookAtData(QWidget):
    """Signals: closed() when the user turns back."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("train.data_view")
        self._data: ImageData | None = None
        self._recipe: Recipe | None = None
        self._draw_number = 0
        self.batch: Batch | None = None
        self._title, self._facts = title("The data"), muted(wrap=True)
        self._before, self._after = PictureStrip("Training pictures as they are"), PictureStrip("The same, augmented")
        self._what = caption(wrap=True)
        self.back, self._again = ShyButton("Back to the curves"), QPushButton("Draw again")
        self._again.setIcon(icon("shuffle"))
        self._again.clicked.connect(self._on_again)
        self._classes = QGridLayout()
        self._classes.setHorizontalSpacing(2 * SPACING)
        self._classes.setVerticalSpacing(SPACING)
        self._classes.setColumnStretch(2, 1)
        self._lay_out()

    def show_data(self, data: ImageData, recipe: Recipe) -> None:
        """Fill the view."""
        if data is not self._data:
            self._data = data
            self._fill_classes(data)
        self._recipe = recipe
        train, validation, test = data.counts
        self._title.setText(data.name)
        self._facts.setText(
            f"{train:,} pictures to learn from, {validation:,} held out to see whether it worked, and {test:,} for the "
            f"final test, which are not shown. {len(data.class_names)} classes, 32×32 pixels each."
        )
        self._show_batch()

    def _show_batch(self) -> None:
        if self._data is None or self._recipe is None:
            return
        batch = augmented_batch(self._data, self._recipe, 24, self._draw_number)
        self.batch = batch
        self._before.show_pictures(batch.before)
        self._after.show_pictures(batch.after)
        self._what.setText(augmentation_in_words(self._recipe))

    def _on_again(self) -> None:
        self._draw_number += 1
        self._show_batch()

    def _fill_classes(self, data: ImageData) -> None:
        while (item := self._classes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for column, words in enumerate(("Class", "Train · held out", "Some of them")):
            self._classes.addWidget(caption(words), 0, column)
        pairs = list(zip(data.class_names, counts(data), strict=True))
        for label, (name, tally) in enumerate(pairs[:MOST_CLASSES], start=1):
            strip = PictureStrip(f"Training pictures of the class {name}")
            strip.show_pictures(samples(data, label - 1))
            numbers = QLabel(f"{tally[0]:,} · {tally[1]:,}")
            self._classes.addWidget(QLabel(name), label, 0)
            self._classes.addWidget(numbers, label, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._classes.addWidget(strip, label, 2)
        if len(pairs) > MOST_CLASSES:
            left_out = caption(f"and {len(pairs) - MOST_CLASSES:,} more classes")
            self._classes.addWidget(left_out, MOST_CLASSES + 1, 0, 1, 3)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * SPACING)
        self.back.setProperty("flat", True)
        self.back.setIcon(icon("chevron-left"))
        self.back.clicked.connect(self.closed)
        layout.addWidget(ControlBar([self._title], [self.back], breaks=True))
        layout.addWidget(self._facts)
        batch = Panel("A batch before and after augmentation")
        batch.header.addWidget(self._again)
        batch.explain("augmentation", "augmentation")
        for widget in (self._before, self._after, self._what):
            batch.body.addWidget(widget)
        layout.addWidget(batch)
        layout.addWidget(self._scrolling(), 1)

    def _scrolling(self) -> Panel:
        panel = Panel("Classes")
        panel.explain("data", "data sets")
        inner = QWidget()
        inner_layout = QVBoxLayout(inner)
        inner_layout.setContentsMargins(0, 0, 0, 0)
        inner_layout.addLayout(self._classes)
        inner_layout.addStretch(1)
        panel.body.addWidget(VerticalScroll(inner, 120))
        return panel


def augmentation_in_words(recipe: Recipe) -> str:
    """What happens to each training picture, in a sentence."""
    parts = []
    if recipe.crop:
        parts.append(f"shifted by up to {recipe.crop} pixels")
    if recipe.flip == "random":
        parts.append("flipped at random")
    elif recipe.flip == "alternating":
        parts.append("flipped every other epoch")
    if recipe.cutout:
        parts.append(f"with a square of {recipe.cutout} pixels blanked")
    if not parts:
        return "This recipe does not augment: the network sees every picture as it is, again and again."
    how = " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
    return f"Each time a picture comes round it is {how}, so that the network hardly ever sees it twice alike."
