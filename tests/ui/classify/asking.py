"""Asking about an answer on the Classify page, as tests of its views do."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from cifar_gui.data.decode import open_picture
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input


def seen(path) -> np.ndarray:
    """What the network sees of a picture."""
    return network_input(open_picture(PictureSource.from_path(path)))


def idle(page, qtbot) -> None:
    qtbot.waitUntil(lambda: page.context.jobs.idle)


def click(bars, qtbot, name: str) -> None:
    row = bars.names().index(name)
    qtbot.mouseClick(
        bars.viewport(), Qt.MouseButton.LeftButton, pos=bars.visualRect(bars.model().index(row, 0)).center()
    )


def turn_on(side, page, qtbot, method: str) -> None:
    qtbot.waitUntil(lambda: side.method.findData(method) >= 0)
    side.method.setCurrentIndex(side.method.findData(method))
    idle(page, qtbot)
