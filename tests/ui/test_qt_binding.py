"""The Qt binding itself: what it must not do to the interpreter."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is not counted there")
def test_painting_gives_no_references_away(qtbot) -> None:
    """PySide6 6.12.0 loses one reference to None with each call of a painter; before Python 3.12, which stopped
    counting them, the interpreter aborts when none is left: after some minutes of our window."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.drawRect(QRectF(0, 0, 4, 4))
    lost = before - sys.getrefcount(None)
    painter.end()
    assert abs(lost) < 100
