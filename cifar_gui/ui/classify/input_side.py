"""Beside the picture: what the network sees of it, as large as there is room for, with a heat map if wanted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cifar_gui.ui.classify.heat_legend import HeatLegend
from cifar_gui.ui.classify.heat_maps import Heat
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.fields import ChoiceField
from cifar_gui.ui.widgets.help_button import HelpButton
from cifar_gui.ui.widgets.pixels import PixelView
from cifar_gui.ui.widgets.text import caption, muted

INPUT = 32
"""Pixels of the network's input, across and down."""

_LEAST, _MOST = 3, 14  # times that the input is magnified, the least one at zoom 1

CROPS = {
    "proposed": "Crop: auto",
    "centre": "Crop: centre",
    "whole": "Crop: whole",
    "own": "Crop: by hand",
}
"""Which part of the picture is looked at → what people call it."""

_HINT = "32 × 32 pixels. Drag the frame to choose what it looks at; arrow keys nudge it."
_UNFRAMED = "32 × 32 pixels: all that the network is given."
"""What is said where the picture with its frame is not in sight."""


class InputSide(QWidget):
    """Magnifies by a whole number. Where there is little room the words go first, but what is said of a heat map.

    Signals: method_chosen(str) the way to make heat maps, "" for none.
    """

    method_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._room = _MOST * INPUT
        self._width = 7 * INPUT  # of the input, if nothing has to be told below it
        self._texts: tuple[str, ...] = (_HINT,)
        self._usual = _HINT  # what is said while there is nothing else to say
        self.view = PixelView(7 * INPUT)
        self.view.setObjectName("classify.input")
        self.view.setAccessibleName("What the network sees: the crop, reduced to 32 by 32 pixels")
        self.heat_map = PixelView(7 * INPUT)
        self.heat_map.setObjectName("classify.heatmap")
        self.heat_map.setAccessibleName("Heat map")
        self.heat_map.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.heat_map.hide()
        on_top = QVBoxLayout(self.view)
        on_top.setContentsMargins(0, 0, 0, 0)
        on_top.addWidget(self.heat_map)
        self.crop = ChoiceField(CROPS.items())
        self.crop.setAccessibleName("Crop")
        self.crop.setToolTip("Which part of the picture the network looks at (C for the next way)")
        self.method = ChoiceField([("", "Heat map: off")])
        self.method.setAccessibleName("Heat map")
        self.method.setToolTip("What speaks for a class: for the most likely one, or the one whose bar you click")
        self.method.edited.connect(self._on_method)
        self.legend = HeatLegend()
        self.legend.hide()
        self._heading = ElidedLabel("heading", greedy=False)
        self._heading.setText("WHAT IT SEES")
        self._heading.setAccessibleName("What the network sees")
        self._help = HelpButton("attribution", "heat maps")
        self._hint, self._small_hint = muted(_HINT, wrap=True), caption(wrap=True)
        self._small_hint.hide()
        self._lay_out()

    def set_methods(self, methods: list[tuple[str, str]]) -> None:
        """Offer these ways, as (name, label)."""
        self.method.set_options([("", "Heat map: off"), *methods])

    def show_image(self, image: QImage) -> None:
        """What the network sees: 32 × 32 pixels; a null image for nothing."""
        self.view.show_image(image)
        if image.isNull():
            self.show_heat(None)

    def show_heat(self, heat: Heat | None) -> None:
        """Lay a heat map on the input, or take it away."""
        shown = heat is not None
        self.heat_map.show_image(heat.image if heat is not None else QImage())
        self.heat_map.setVisible(shown)
        self.legend.setVisible(shown)
        if heat is not None:
            name = heat.question.snapshot.card.class_names[heat.question.target]
            self.legend.show_strip(heat.strip, name, heat.scale)
            self.view.setToolTip(f"{heat.words}\n{heat.note}\n{heat.scale}")
            self.heat_map.setAccessibleDescription(f"{heat.words} {heat.note}")
        else:
            self.view.setToolTip("")
        self.say(*((f"{heat.words} {heat.note}", heat.words) if heat is not None else (self._usual,)))

    def show_framed(self, *, framed: bool) -> None:
        """Whether the picture stands beside this, with the frame that can be dragged."""
        before, self._usual = self._usual, _HINT if framed else _UNFRAMED
        if self._texts == (before,):
            self.say(self._usual)

    def say(self, *texts: str) -> None:
        """What stands below: the first of these that there is room for."""
        if texts != self._texts:
            self._texts = texts
            self.arrange()

    def set_room(self, width: int) -> None:
        """As much of the width may be taken."""
        if width != self._room:
            self._room = width
            self.arrange()

    def arrange(self) -> None:
        """Find the sizes anew: the room, or the zoom, has changed."""
        ratio, old = self.devicePixelRatioF(), self._width
        room = min(self._room, self.height() - self._others())
        times = max(self._least_times(), min(_MOST, int(room * ratio / INPUT)))
        self._width = round(times * INPUT / ratio)
        sides = [self._width]
        if self._texts != (self._usual,) and times > self._least_times():
            sides.append(round((times - 1) * INPUT / ratio))  # what is to be learned is worth as much of the picture
        side, told = next(((side, label) for side in sides if (label := self._fitting(side))), (self._width, None))
        self.view.setFixedSize(side, side)
        for label in (self._hint, self._small_hint):
            label.setVisible(label is told)
        if self._width != old:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        widths = (self._width, self.method.sizeHint().width(), self.minimumSizeHint().width())
        return QSize(max(widths), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """With the input as small as it may be: it grows into what there is, and must be able to shrink again."""
        side = round(self._least_times() * INPUT / self.devicePixelRatioF())
        return QSize(max(side, self.legend.sizeHint().width()), side + self._others())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def _lay_out(self) -> None:
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(SPACING)
        above = QHBoxLayout()
        above.addWidget(self._heading)
        above.addStretch(1)
        above.addWidget(self._help)
        self._layout.addLayout(above)
        self._layout.addWidget(self.view)
        for widget in (self.crop, self.method, self.legend, self._hint, self._small_hint):
            self._layout.addWidget(widget)
        self._layout.addStretch(1)

    def _on_method(self) -> None:
        if not self.method.raw():
            self.show_heat(None)
        self.method_chosen.emit(self.method.raw())

    def _fitting(self, side: int) -> QLabel | None:
        """Who shows the longest text that there is room for below an input of this size; None if there is for none.
        What is not there all the time is rather told in small type than not at all."""
        width = max(self._width, self.minimumSizeHint().width())
        height = self.height() - self._others() - side - self._layout.spacing()
        places = [(self._hint, text) for text in self._texts]
        if self._texts != (self._usual,):
            places.append((self._small_hint, self._texts[-1]))
        for label, text in places:
            label.setText(text)
            if label.heightForWidth(width) <= height:
                return label
        return None

    def _least_times(self) -> int:
        return max(1, int(px(_LEAST * INPUT) * self.devicePixelRatioF()) // INPUT)

    def _others(self) -> int:
        """Height of what is above and below the input and always there; the legend's place is kept for it."""
        fixed = (self._help, self.crop, self.method, self.legend)
        return sum(widget.sizeHint().height() + px(SPACING) for widget in fixed)
