"""The left half of the page: the picture or another view, what the network sees of it, ways to get another picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from cifar_gui.data.picture import Crop, PictureSource, centre_crop, whole_crop
from cifar_gui.inference.proposals import SQUARES, Way
from cifar_gui.ui.classify.crop_geometry import is_whole
from cifar_gui.ui.classify.drop_area import DropArea
from cifar_gui.ui.classify.input_side import InputSide
from cifar_gui.ui.classify.samples import sample_files, sample_source
from cifar_gui.ui.classify.verdict_panel import HEADER_HEIGHT
from cifar_gui.ui.icons import icon
from cifar_gui.ui.opening import Opened
from cifar_gui.ui.theme import SPACING, px
from cifar_gui.ui.widgets.bar import ControlBar, ShyButton
from cifar_gui.ui.widgets.elided import ElidedLabel
from cifar_gui.ui.widgets.front_stack import FrontStack
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import caption

VIEWS = {"picture": "Picture", "paint": "Paint", "why": "Why?", "resembles": "Resembles"}
"""What can stand beside what the network sees → what people call it."""

_TIPS = {
    "picture": "The picture, and which part of it the network looks at",
    "paint": "Change what the network sees, pixel by pixel",
    "why": "Why this class and not the next, or the one whose bar is chosen: the exact sum",
    "resembles": "The training pictures that are most like this one to the network",
}

_INPUT_SHARE = 0.31
"""Of the width may go to what the network sees."""


class PicturePanel(Panel):
    """Signals: dropped(Dropped); source_chosen(PictureSource) a sample or a recent one; crop_changed(Crop);
    open_wanted(); folder_wanted(); paste_wanted(); random_wanted(); table_wanted(); view_chosen(str) of `VIEWS`;
    way_changed() when pictures are cropped in another way from now on."""

    dropped = Signal(object)
    source_chosen = Signal(object)
    crop_changed = Signal(object)
    open_wanted = Signal()
    folder_wanted = Signal()
    paste_wanted = Signal()
    random_wanted = Signal()
    table_wanted = Signal()
    view_chosen = Signal(str)
    way_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Picture", parent)
        self._size = (1, 1)
        self._way: Way = "proposed"
        self._name = ElidedLabel("caption")
        self.fill_header(self._name)
        self.views = Segmented(VIEWS.items())
        for name, tip in _TIPS.items():
            self.views.button(name).setToolTip(tip)
        self.header.addWidget(self.views)
        self.table_button = QPushButton("Table")
        self.table_button.setIcon(icon("table"))
        self.table_button.setToolTip("Back to the table of many pictures")
        self.table_button.clicked.connect(self.table_wanted)
        self.table_button.hide()
        self.header.addWidget(self.table_button)
        self.header.addStrut(HEADER_HEIGHT)
        self.drop_area = DropArea()
        self.crop_view = self.drop_area.crop_view
        self.side = InputSide()
        self.input_view = self.side.view
        middle = QHBoxLayout()
        middle.setSpacing(2 * SPACING)
        self._front = FrontStack()
        self._front.addWidget(self.drop_area)
        middle.addWidget(self._front, 1)
        middle.addWidget(self.side)
        self.body.addLayout(middle, 1)
        self.body.addWidget(self._make_buttons())
        self._connect()
        self.invite()

    @property
    def wanted_crop(self) -> Crop | None:
        """Which part of the picture the user wants to be looked at; None where the network shall choose."""
        return None if self.side.crop.raw() == "proposed" else self.crop_view.crop

    @property
    def way(self) -> Way:
        """How new pictures are cropped: "proposed", "centre" or "whole"."""
        return self._way

    def set_way(self, way: str) -> None:
        """Crop new pictures so from now on; anything else than a way is ignored."""
        if way in SQUARES and way != self._way:
            self._way = way
            self.way_changed.emit()

    def show_opened(self, opened: Opened, *, proposed: bool | None = None) -> None:
        """Show a picture. What the network sees of it follows.

        `proposed`: of a picture seen before, whether its crop was proposed. A new one is cropped as the last one was,
        unless that was by hand."""
        self._size = (opened.picture.width, opened.picture.height)
        self.crop_view.show_picture(opened.image, *self._size, opened.crop)
        self.drop_area.show_picture()
        if opened.number == 0 and self.view == "picture":
            self.crop_view.setFocus()  # so that the keys that move the crop work at once
        self.side.show()
        self.views.show()
        self._name.setText(f"{opened.source.name} · {self._size[0]:,} × {self._size[1]:,}")
        self.side.show_image(QImage())
        way = self._way if proposed is None else "proposed" if proposed else self._way_of(opened.crop)
        self.side.crop.put(way)
        if proposed is None and way == "whole":
            self.crop_view.show_crop(whole_crop(*self._size))

    def show_answered(self, crop: Crop, image: QImage) -> None:
        """Which part was looked at, and the 32 × 32 pixels that the network saw of it. A crop that the user has changed
        meanwhile stays."""
        if self.wanted_crop is None:
            self.crop_view.show_crop(crop)
        self.side.show_image(image)

    def invite(self) -> None:
        """Show the invitation to drop something."""
        self.drop_area.invite()
        self.side.hide()
        self.views.hide()
        self._name.setText("")

    @property
    def view(self) -> str:
        """Which of `VIEWS` is shown."""
        return self.views.current

    def show_view(self, name: str, widget: QWidget | None = None) -> None:
        """Bring one of `VIEWS` to the front, without a signal; `widget` holds it, unless it is the picture."""
        self.views.choose(name)
        shown = widget or self.drop_area
        if self._front.indexOf(shown) < 0:
            self._front.addWidget(shown)
        self._front.setCurrentWidget(shown)
        self.side.show_framed(framed=shown is self.drop_area)

    def set_recent(self, paths: list[str]) -> None:
        """Offer pictures that were opened lately, newest first."""
        menu = self._recent.menu()
        menu.clear()
        for path in map(Path, paths):
            action = menu.addAction(icon("picture"), path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self.source_chosen.emit(PictureSource.from_path(path)))
        self._recent.setEnabled(bool(paths))
        self._recent.setToolTip("Pictures opened lately" if paths else "No picture has been opened from a file yet")

    def set_random(self, why_not: str) -> None:
        """Whether there is a held-out picture to show; if not, why."""
        self._random.setEnabled(not why_not)
        self._random.setToolTip(why_not or "A picture of the data set that the network has not learned from")

    def on_theme(self) -> None:
        """Lay out anew for another zoom."""
        self.side.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._anywhere.setText("or drop pictures and folders anywhere" if self.width() > px(860) else "")
        self.side.set_room(round(self.width() * _INPUT_SHARE))

    def _make_buttons(self) -> QWidget:
        self.open_button = ShyButton("Open…")
        self.open_button.setProperty("primary", True)
        self.open_button.setIcon(icon("open", "on_accent"))
        self.open_button.setToolTip("Open one picture or several (Ctrl+O)")
        self._recent = QPushButton()
        self._recent.setIcon(icon("clock"))
        self._recent.setAccessibleName("Recent pictures")
        self._recent.setMenu(QMenu(self))
        self._recent.menu().setToolTipsVisible(True)
        self._paste = ShyButton("Paste")
        self._paste.setIcon(icon("paste"))
        self._paste.setToolTip("Classify the picture that was copied (Ctrl+V)")
        self._folder = ShyButton("Folder…")
        self._folder.setIcon(icon("folder"))
        self._folder.setToolTip("Classify all pictures in a folder")
        self._random = ShyButton("Random picture")
        self._random.setIcon(icon("shuffle"))
        self.samples_button = ShyButton("Samples")
        self.samples_button.setToolTip("Drawings that come with the app")
        self.samples_button.setIcon(icon("samples"))
        self.samples_button.setMenu(self._samples_menu())
        self.samples_button.setVisible(bool(sample_files()))
        self._anywhere = caption()
        self._anywhere.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._anywhere.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        buttons = (self.open_button, self._recent, self._folder, self._paste, self._random, self.samples_button)
        return ControlBar([*buttons, self._anywhere], stretched=self._anywhere)

    def _samples_menu(self) -> QMenu:
        menu = QMenu(self)
        for file in sample_files():
            action = QAction(QIcon(str(file)), file.stem.capitalize(), menu)
            action.triggered.connect(lambda _=False, file=file: self.source_chosen.emit(sample_source(file)))
            menu.addAction(action)
        return menu

    def _connect(self) -> None:
        self.views.chosen.connect(self.view_chosen)
        self.drop_area.dropped.connect(self.dropped)
        self.drop_area.samples.sample_chosen.connect(self.source_chosen)
        self.crop_view.crop_changed.connect(self._on_crop)
        self.crop_view.next_crop_wanted.connect(self._on_next_crop)
        self.side.crop.edited.connect(lambda: self._go(self.side.crop.raw()))
        self.open_button.clicked.connect(self.open_wanted)
        self._folder.clicked.connect(self.folder_wanted)
        self._paste.clicked.connect(self.paste_wanted)
        self._random.clicked.connect(self.random_wanted)

    def _on_crop(self, crop: Crop) -> None:
        """The user has moved the frame, or made it larger or smaller."""
        self.side.crop.put("own")
        self.crop_changed.emit(crop)

    def _on_next_crop(self) -> None:
        """C: proposed, the centre, the whole, proposed again; of a square picture the centre is the whole."""
        ways = ["proposed", "centre", *(["whole"] if self._size[0] != self._size[1] else [])]
        now = self.side.crop.raw()
        following = ways[(ways.index(now) + 1) % len(ways)] if now in ways else "proposed"
        self.side.crop.put(following)
        self._go(following)

    def _go(self, way: str) -> None:
        """Look where the user has chosen; where that is to be proposed, the answer says where."""
        self.set_way(way)
        if way == "own":
            self.crop_view.setFocus()
        elif way != "proposed":
            self.crop_view.show_crop(centre_crop(*self._size) if way == "centre" else whole_crop(*self._size))
        self.crop_changed.emit(self.crop_view.crop)

    def _way_of(self, crop: Crop) -> str:
        """How the user came to this crop: "centre", "whole", or with the mouse."""
        if crop == centre_crop(*self._size):
            return "centre"
        return "whole" if is_whole(crop, *self._size) else "own"
