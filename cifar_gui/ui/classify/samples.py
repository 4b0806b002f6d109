"""The drawings that come with the app, to click when there is no picture at hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QWidget

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource
from cifar_gui.ui.theme import px, tokens

_SIDES = (64, 48, 32)
_GAP = 8
_FRAME = 3  # room for the focus ring


def sample_files() -> list[Path]:
    """The shipped drawings, one for each class, in alphabetical order; an empty list if they were removed."""
    folder = paths.resources() / "samples"
    return sorted(folder.glob("*.png")) if folder.is_dir() else []


def sample_source(file: Path) -> PictureSource:
    """A drawing as a picture to classify."""
    return PictureSource.from_path(file)


class SampleButton(QAbstractButton):
    """One drawing. What it shows is said to screen readers but not written beside it: the network shall say that."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._side = _SIDES[0]
        self._pixmap: QPixmap | None = None  # read after the first paint: the window is there sooner without
        name = file.stem.replace("-", " ").replace("_", " ")
        self.setAccessibleName(f"Sample drawing: {name}")
        self.setToolTip(f"Classify the drawing “{name}”")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_side(self, side: int) -> None:
        """How large the drawing is, in pixels at zoom 1."""
        if side != self._side:
            self._side = side
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(px(self._side + 2 * _FRAME), px(self._side + 2 * _FRAME))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
            frame = px(_FRAME)
            box = QRectF(self.rect()).adjusted(frame, frame, -frame, -frame)
            if self._pixmap is None:
                QTimer.singleShot(0, self, self._read)
            else:
                painter.drawPixmap(box, self._pixmap, QRectF(self._pixmap.rect()))
            if self.hasFocus() or self.underMouse():
                pen = painter.pen()
                pen.setColor(tokens().accent)
                pen.setWidth(px(2))
                painter.setPen(pen)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(3), px(3))

    def _read(self) -> None:
        self._pixmap = QPixmap(str(self._file))
        self.update()


class SampleRow(QWidget):
    """The drawings in one row, or in two where there is no room for one; always square.

    Signals: sample_chosen(PictureSource).
    """

    sample_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Sample drawings")
        self._buttons = [self._button(file) for file in sample_files()]
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP - 2 * _FRAME)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._arrange(_SIDES[0], len(self._buttons))

    @property
    def buttons(self) -> list[SampleButton]:
        return list(self._buttons)

    def least_size(self) -> QSize:
        """The smallest drawings in two rows."""
        return self._size(_SIDES[-1], self._half)

    def fit(self, width: int, height: int, more_height: int) -> bool:
        """Be as large as fits into `width` by `height`. Returns False if that took `more_height`."""
        for side in _SIDES:
            for columns in (len(self._buttons), self._half):
                size = self._size(side, columns)
                if size.width() <= width and size.height() <= more_height:
                    self._arrange(side, columns)
                    return size.height() <= height
        self._arrange(_SIDES[-1], self._half)
        return False

    @property
    def _half(self) -> int:
        return max(1, (len(self._buttons) + 1) // 2)

    def _size(self, side: int, columns: int) -> QSize:
        each, gap = px(side + 2 * _FRAME), self._grid.spacing()
        rows = -(-len(self._buttons) // max(columns, 1))
        return QSize(columns * (each + gap) - gap, rows * (each + gap) - gap)

    def _button(self, file: Path) -> SampleButton:
        button = SampleButton(file)
        button.clicked.connect(lambda: self.sample_chosen.emit(sample_source(file)))
        return button

    def _arrange(self, side: int, columns: int) -> None:
        for button in self._buttons:
            button.set_side(side)
        if columns != self._columns:
            self._columns = columns
            for place, button in enumerate(self._buttons):
                self._grid.addWidget(button, place // columns, place % columns)
