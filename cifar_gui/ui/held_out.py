"""A random picture that the network has not learned from, out of the data set that is loaded."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from cifar_gui.data.picture import PictureSource
from cifar_gui.ui.widgets.mime import encoded
from cifar_gui.ui.widgets.pixels import qimage_of

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData


def why_none(data: ImageData | None, snapshot: ModelSnapshot | None) -> str:
    """Why there is no picture to show that was held out from the training of this network, as a sentence; "" if there
    is one, or a data set yet to be read."""
    if data is None:
        return ""
    if len(data.split("validation")) == 0:
        return f"{data.name} has no pictures that were held out from training"
    if snapshot is not None and data.was_trained_on("validation", snapshot.card.trained_on):
        return f"This network has learned from all training pictures of {data.name}: none were held out"
    return ""


def random_held_out(data: ImageData, random: Random) -> PictureSource:
    """One of the validation pictures, as a lossless PNG; its name says which and what it is labelled."""
    split = data.split("validation")
    place = random.randrange(len(split))
    label = data.class_names[int(split.labels[place])]
    image = qimage_of(split.images[place].permute(1, 2, 0).numpy())
    return encoded(image, f"{data.name}, held-out picture {place} (labelled {label})")
