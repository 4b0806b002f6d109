"""The left half of the page: the picture or another view, what the network sees of it, ways to get another picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from cifar_gui.data.picture import Crop, PictureSource, centre_crop
from cifar_gui.ui.classify.crop_geometry import is_whole, whole
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
    open_wanted(); folder_wanted(); paste_wanted(); random_wanted(); table_wanted(); view_chosen(str) of `VIEWS`."""

    dropped = Signal(object)
    source_chosen = Signal(object)
    crop_changed = Signal(object)
    open_wanted = Signal()
    folder_wanted = Signal()
    paste_wanted = Signal()
    random_wanted = Signal()
    table_wanted = Signal()
    view_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Picture", parent)
        self._size = (1, 1)
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
        self.centre_button, self.whole_button = self.side.centre_button, self.side.whole_button
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

    def show_opened(self, opened: Opened) -> None:
        """Show a picture. What the network sees of it follows."""
        self._size = (opened.picture.width, opened.picture.height)
        self.crop_view.show_picture(opened.image, *self._size, opened.crop)
        self.drop_area.show_picture()
        if opened.number == 0 and self.view == "picture":
            self.crop_view.setFocus()  # so that the keys that move the crop work at once
        self.side.show()
        self.views.show()
        self._name.setText(f"{opened.source.name} · {self._size[0]:,} × {self._size[1]:,}")
        self.side.show_image(QImage())
        self._show_proposals(opened.crop)

    def show_input(self, image: QImage) -> None:
        """What the network sees: 32 × 32 pixels."""
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
        self.centre_button.clicked.connect(lambda: self._propose(centre_crop(*self._size)))
        self.whole_button.clicked.connect(lambda: self._propose(whole(*self._size)))
        self.open_button.clicked.connect(self.open_wanted)
        self._folder.clicked.connect(self.folder_wanted)
        self._paste.clicked.connect(self.paste_wanted)
        self._random.clicked.connect(self.random_wanted)

    def _on_crop(self, crop: Crop) -> None:
        self._show_proposals(crop)
        self.crop_changed.emit(crop)

    def _on_next_crop(self) -> None:
        """C: the centre, the whole, the centre again; for a square picture they are the same."""
        centre = centre_crop(*self._size)
        self._propose(whole(*self._size) if self.crop_view.crop == centre else centre)

    def _propose(self, crop: Crop) -> None:
        if crop != self.crop_view.crop:
            self.crop_view.show_crop(crop)
            self._on_crop(crop)

    def _show_proposals(self, crop: Crop) -> None:
        """Offer the proposals that the crop is not already; say why not."""
        at_centre, all_of_it = crop == centre_crop(*self._size), is_whole(crop, *self._size)
        self.centre_button.setEnabled(not at_centre)
        self.whole_button.setEnabled(not all_of_it)
        shown = "The whole picture is in the frame already"
        self.whole_button.setToolTip(shown if all_of_it else "Look at the whole picture, squeezed into a square (C)")
