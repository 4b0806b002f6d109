"""What the window slides over: a drawing or a picture, its size and its channels; and ideas to try on it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cifar_gui.data.statistics import CENTRED, ChannelStats
from cifar_gui.ui.convolution.lessons import EXPERIMENTS, TOUR
from cifar_gui.ui.convolution.number_slider import NumberSlider
from cifar_gui.ui.convolution.operator_view import ALL
from cifar_gui.ui.convolution.setup import CHANNELS, LEAST_SIDE, MOST_SIDE, Setup
from cifar_gui.ui.icons import icon
from cifar_gui.ui.widgets.fields import SwitchField
from cifar_gui.ui.widgets.panel import Panel
from cifar_gui.ui.widgets.scroll import VerticalScroll
from cifar_gui.ui.widgets.segmented import Segmented
from cifar_gui.ui.widgets.text import caption, heading

_LARGEST_PEN = 9


class InputPanel(Panel):
    """Signals: changed(Setup); slice_chosen(int) a channel or `ALL`; pen_chosen(int) the value that is drawn;
    reveals_chosen(bool); shown_wanted() the picture that Classify shows; open_wanted(), paste_wanted(),
    held_out_wanted(), start_wanted() the first drawing again; tour_wanted(), experiment_wanted(Lesson)."""

    changed = Signal(object)
    slice_chosen = Signal(int)
    pen_chosen = Signal(int)
    reveals_chosen = Signal(bool)
    shown_wanted = Signal()
    open_wanted = Signal()
    paste_wanted = Signal()
    held_out_wanted = Signal()
    start_wanted = Signal()
    tour_wanted = Signal()
    experiment_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Input", parent)
        self._setup = Setup()
        self._stats = CENTRED
        self._offered = ""
        self._make_fields()
        self.explain("convolution#the-input", "the input")
        self._lay_out()
        self._connect()
        self.show_setup(self._setup)

    def show_setup(self, setup: Setup) -> None:
        """Fill the fields without `changed`."""
        self._setup = setup
        drawing = setup.is_drawing
        self.source.choose("drawing" if drawing else "picture")
        self._allow_picture()
        for widget in (self.pen, self.pen_label, self.clear, self.start):
            widget.setVisible(drawing)
        self.as_network.setVisible(not drawing)
        self.as_network.setChecked(setup.stats is not None)
        self.width_slider.show_value(setup.side)
        self.channels.choose("rgb" if setup.coloured else "one")
        self.slices.setVisible(setup.coloured)

    def offer_shown(self, name: str) -> None:
        """As long as there is no picture of its own, take the one that Classify shows, which is called `name`; "" if it
        shows none."""
        self._offered = name
        self._allow_picture()

    def show_experiments(self) -> None:
        """Scroll to them, with the keyboard on the first."""
        self._scroll.ensureWidgetVisible(self.experiments[-1])
        self.experiments[0].setFocus()

    def show_slice(self, place: int) -> None:
        """Without `slice_chosen`."""
        self.slices.choose(str(place))

    def show_reveals(self, *, reveals: bool) -> None:
        """Without `reveals_chosen`."""
        self.reveal.put(reveals)

    def set_stats(self, stats: ChannelStats) -> None:
        """What the chosen network standardises pictures with from now on."""
        self._stats = stats
        if (setup := self._setup.seen_with(stats)) is not self._setup:
            self._put(setup)

    def allow_held_out(self, why_not: str) -> None:
        """Why there is no held-out picture, "" if there is one."""
        self.held_out.setEnabled(not why_not)
        self.held_out.setToolTip(why_not or "A picture that was held out from training")

    def _make_fields(self) -> None:
        self.source = Segmented([("drawing", "Drawing"), ("picture", "Picture")])
        self.open = QPushButton("Open…")
        self.paste = QPushButton("Paste")
        self.held_out = QPushButton("Held-out picture")
        for button, symbol in ((self.open, "open"), (self.paste, "paste"), (self.held_out, "shuffle")):
            button.setIcon(icon(symbol))
        self.open.setToolTip("A picture of your own; it can be dropped on the page, too")
        self.pen_label = QLabel("Pen")
        self.pen = NumberSlider("Pen", 0, _LARGEST_PEN, "The number that a click puts into a cell")
        self.pen.show_value(1)
        self.clear = QPushButton("Clear")
        self.start = QPushButton("Start again")
        self.start.setToolTip("The drawing, the kernel and everything else as at the beginning")
        self.as_network = SwitchField()
        self.as_network.setText("As the network sees it")
        self.as_network.setToolTip("Standardised: minus the mean of its channel, divided by the deviation")
        self.width_slider = NumberSlider("Width", LEAST_SIDE, MOST_SIDE, "Cells of the input across and down")
        self.channels = Segmented([("one", "One"), ("rgb", "RGB")])
        self.slices = Segmented([(str(ALL), "All slices"), *((str(i), name[0]) for i, name in enumerate(CHANNELS))])
        for place, name in enumerate(CHANNELS):
            self.slices.button(str(place)).setToolTip(name)
            self.slices.button(str(place)).setAccessibleName(f"{name} slice")
        self.reveal = SwitchField()
        self.reveal.setText("Fill the output step by step")
        self.reveal.setToolTip("Hide what the window has not visited, so that it can be guessed")
        self.tour = QPushButton("Guided tour")
        self.tour.setIcon(icon("play"))
        self.tour.setToolTip(f"{len(TOUR)} short steps")

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        buttons = QGridLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.open, 0, 0)
        buttons.addWidget(self.paste, 0, 1)
        buttons.addWidget(self.held_out, 1, 0, 1, 2)
        buttons.addWidget(self.clear, 2, 0)
        buttons.addWidget(self.start, 2, 1)
        column.addWidget(self.source)
        column.addLayout(buttons)
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        rows: list[tuple[QLabel, QWidget]] = [
            (self.pen_label, self.pen),
            (QLabel("Width"), self.width_slider),
            (QLabel("Channels"), self.channels),
        ]
        for place, (label, widget) in enumerate(rows):
            label.setBuddy(widget)
            fields.addWidget(label, place, 0, Qt.AlignmentFlag.AlignVCenter)
            fields.addWidget(widget, place, 1)
        fields.setColumnStretch(1, 1)
        column.addLayout(fields)
        column.addWidget(self.slices)
        column.addWidget(self.as_network)
        column.addWidget(self.reveal)
        column.addSpacing(8)
        column.addWidget(heading("To try"))
        column.addWidget(self.tour)
        column.addWidget(caption("Experiments, set up with one click:", wrap=True))
        self.experiments = [self._experiment(place) for place in range(len(EXPERIMENTS))]
        for button in self.experiments:
            column.addWidget(button)
        column.addStretch(1)
        self._scroll = VerticalScroll(inside)
        self.body.addWidget(self._scroll, 1)

    def _experiment(self, place: int) -> QPushButton:
        lesson = EXPERIMENTS[place]
        button = QPushButton(lesson.title)
        button.setProperty("flat", True)
        button.setProperty("listed", True)
        button.setToolTip(lesson.text)
        button.clicked.connect(lambda: self.experiment_wanted.emit(lesson))
        return button

    def _connect(self) -> None:
        self.source.chosen.connect(self._on_source)
        self.open.clicked.connect(self.open_wanted)
        self.paste.clicked.connect(self.paste_wanted)
        self.held_out.clicked.connect(self.held_out_wanted)
        self.clear.clicked.connect(lambda: self._put(self._setup.cleared()))
        self.start.clicked.connect(self.start_wanted)
        self.pen.changed.connect(self.pen_chosen)
        self.as_network.edited.connect(self._on_as_network)
        self.width_slider.changed.connect(self._on_width)
        self.channels.chosen.connect(lambda key: self._put(self._setup.with_colours(coloured=key == "rgb")))
        self.slices.chosen.connect(lambda key: self.slice_chosen.emit(int(key)))
        self.reveal.edited.connect(lambda: self.reveals_chosen.emit(self.reveal.raw()))
        self.tour.clicked.connect(self.tour_wanted)

    def _allow_picture(self) -> None:
        button, has_one = self.source.button("picture"), self._setup.picture is not None
        button.setEnabled(has_one or bool(self._offered))
        other = f"{self._offered}, as Classify shows it" if self._offered else "Open, paste or drop one first"
        button.setToolTip("" if has_one else other)

    def _on_source(self, key: str) -> None:
        if key == "picture" and self._setup.picture is None:
            self.shown_wanted.emit()
        else:
            self._put(replace(self._setup, draws=key == "drawing"))

    def _put(self, setup: Setup) -> None:
        self.show_setup(setup)
        self.changed.emit(setup)

    def _on_width(self, side: int) -> None:
        name = "drawing_side" if self._setup.is_drawing else "picture_side"
        self._put(replace(self._setup, **{name: side}))  # type: ignore[arg-type]

    def _on_as_network(self) -> None:
        self._put(replace(self._setup, stats=self._stats if self.as_network.raw() else None))
