"""The window: rail, message bar, pages, status bar, and who hears what of whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
    QResizeEvent,
    QStatusTipEvent,
    QWhatsThisClickedEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from cifar_gui.ui.activity import Activity
from cifar_gui.ui.closing import ask_before_closing
from cifar_gui.ui.context import Context
from cifar_gui.ui.icons import icon, retint
from cifar_gui.ui.lessons.view import LessonView
from cifar_gui.ui.menus import fill_menu_bar
from cifar_gui.ui.model_chooser import chooser_corner
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.page_stack import PageStack
from cifar_gui.ui.status_bar import StatusBar
from cifar_gui.ui.theme import px, theme
from cifar_gui.ui.widgets.message_bar import MessageBar
from cifar_gui.ui.widgets.mime import accept_copy
from cifar_gui.ui.widgets.rail import Rail
from cifar_gui.ui.window_actions import WindowActions
from cifar_gui.ui.zoom import scale_sizes

if TYPE_CHECKING:
    from cifar_gui.data.picture import PictureSource
    from cifar_gui.recipe import Recipe
    from cifar_gui.training.events import Event
    from cifar_gui.ui.help.window import HelpWindow

TITLE = "CIFAR GUI"
_SHORT_BELOW = 600  # pixels at zoom 1: the menus and the whole name of a network do not stand side by side
_REMEMBERED_MS = 60_000  # between two writings of the settings


class MainWindow(QMainWindow):
    """Signals: painted() once, after the first paint; closed() once, when nothing runs any more."""

    painted = Signal()
    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self._has_painted = self._is_closed = self._closes_when_idle = False
        self.setWindowTitle(TITLE)
        self.setWindowIcon(icon("app", "accent"))
        self.setAcceptDrops(True)
        self.installEventFilter(self)
        self.rail = Rail((entry.name, entry.label, str(entry.details["icon"])) for entry in PAGES)
        self.pages = PageStack(context)
        self.message_bar = MessageBar(context.messages)
        self.status = StatusBar()
        self.setStatusBar(self.status)
        self._lay_out()
        self._actions = WindowActions(self, context)
        self.activity = Activity(context, self.status)
        self._help: HelpWindow | None = None
        self._zoom = 1.0
        self._wire()
        self._scale()
        self._restore()

    def show_page(self, name: str) -> Page:
        """Bring a page to the front, building it if need be. Raises CifarGuiError for unknown names."""
        return self.pages.show_page(name)

    def start_training(self) -> None:
        """Start or continue with the Train page's recipe, whatever page is at the front."""
        self.pages.with_page("train", lambda page: page.start_training())

    def show_filters(self, layer: str, unit: int | None = None) -> None:
        """Bring the Filters page to the front with a layer by its path, "" for the one it had last, and perhaps one of
        its units chosen."""
        self.pages.with_page("filters", lambda page: page.show_layer(layer, unit))
        self.pages.request("filters")

    def classify(self, sources: list[PictureSource]) -> None:
        """Bring the Classify page to the front with these pictures."""
        self.show_page("classify").open_pictures(sources)

    def sweep_over(self, recipe: Recipe) -> None:
        """Ask which settings of a recipe are to be varied; what comes of it is shown on the Runs page."""
        self.pages.with_page("runs", lambda page: page.sweep_over(recipe))

    def open_elsewhere(self, sources: Sequence[PictureSource]) -> bool:
        """Whether what was dropped on a page that takes pictures is none, and has gone to the page that it is for."""
        return self._actions.open_elsewhere(sources)

    def show_help(self, topic: str) -> None:
        """Open the help at a page by its file's name, "loss", or at a heading of it, "loss#on-the-plot"."""
        if self._help is None:
            from cifar_gui.ui.help.window import HelpWindow

            self._help = HelpWindow(self)
        self._help.show_topic(topic)

    def choose_model(self) -> None:
        """Open the model chooser's menu."""
        self.chooser.showMenu()

    def close_now(self) -> None:
        """Stop and save what runs, and close without asking: for signals and the end of the session."""
        self.shutdown()
        self.close()

    def shutdown(self) -> None:
        """Remember everything, stop everything, wait for it. Harmless when done before."""
        if self._is_closed:
            return
        self._is_closed = True
        self._remember()
        self.pages.hide_pages()
        self.context.session.shutdown()
        self.closed.emit()
        self.context.settings.save()

    # Qt's own

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._has_painted:
            self._has_painted = True
            QTimer.singleShot(0, self.painted.emit)  # not within the paint: who hears it may want to repaint

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_chooser()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt's own status tips would stand over the progress, for as long as the mouse rests.

        A filter of its own events, and not `event`: from there the other handlers would be called through Python, and
        before Python 3.12 PySide crashes on some of what they might raise then."""
        if isinstance(event, QStatusTipEvent):
            self.status.tip.setText(event.tip())
            return True
        if isinstance(event, QWhatsThisClickedEvent):  # of a HelpButton
            self.show_help(event.href())
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and not self.isMinimized():
            self.setWindowTitle(TITLE)  # the status bar can be seen again

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_closed or self.context.session.state == "idle":
            self.shutdown()
            event.accept()
            return
        event.ignore()
        if self._closes_when_idle:
            return
        answer = ask_before_closing(self, paused=self.context.session.state == "paused")
        if answer == "stop":
            self._closes_when_idle = True
            self.context.session.stop()
            if self.context.session.state == "idle":  # the run has ended by itself while the question stood there
                self.shutdown()
                event.accept()
        elif answer == "minimise":
            self.showMinimized()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_copy(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        accept_copy(event)
        self._actions.take(event.mimeData())

    # Putting it together

    def _lay_out(self) -> None:
        self._corner, self.chooser = chooser_corner(self.context.models)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        if self.menuBar().isNativeMenuBar():  # at the top of the screen: it has no corner in the window
            right.addWidget(self._corner, 0, Qt.AlignmentFlag.AlignRight)
        else:
            self.menuBar().setCornerWidget(self._corner)
        right.addWidget(self.message_bar)
        self.lesson = LessonView(self.pages)
        right.addWidget(self.lesson, 1)
        central = QWidget()
        central.setObjectName("central")
        layout = QHBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.rail)
        layout.addLayout(right, 1)
        self.setCentralWidget(central)

    def _wire(self) -> None:
        fill_menu_bar(self.menuBar(), self.context.actions)
        self._actions.connect()
        self.rail.page_chosen.connect(self.pages.request)
        self.pages.page_changed.connect(self._on_page_changed)
        self.context.session.state_changed.connect(self._on_state)
        self.context.session.failed.connect(self._on_training_failed)
        self.context.session.event.connect(self._on_event)
        self.context.models.choices_changed.connect(self._fit_chooser)
        self.context.data.loaded.connect(lambda _data: self._remember_now())
        now_and_then = QTimer(self, interval=_REMEMBERED_MS)
        now_and_then.timeout.connect(self._remember_now)
        self.closed.connect(now_and_then.stop)
        now_and_then.start()
        self.painted.connect(self.context.actions.draw_icons)
        theme().changed.connect(self._on_theme)

    def _fit_chooser(self) -> None:
        """Qt measures a menu bar's corner when it is set and when the bar is resized, not when its text grows."""
        self.chooser.be_short(short=self.width() < px(_SHORT_BELOW))
        if self.menuBar().cornerWidget() is self._corner:
            self.menuBar().setCornerWidget(self._corner)

    def _on_page_changed(self, name: str) -> None:
        self.rail.show_current(name)
        self.context.settings.set("page", name)
        self._actions.on_page(name, self.pages.built(name))

    def _on_event(self, event: Event) -> None:
        if self.isMinimized():
            self.setWindowTitle(f"{self.activity.text()} – {TITLE}")

    def _on_state(self, state: str) -> None:
        self._actions.on_state(state)
        if state == "starting":
            self._remember_now()
        if state == "idle":
            self.setWindowTitle(TITLE)
            if self._closes_when_idle:
                self.close()

    def _on_training_failed(self) -> None:
        """Perhaps what was to be kept before closing could not be: that is to be read first."""
        self._closes_when_idle = False

    def _on_theme(self) -> None:
        retint()
        self._scale()

    def _scale(self) -> None:
        ratio, self._zoom = theme().zoom / self._zoom, theme().zoom
        if ratio != 1:
            for part in (self.rail, self.message_bar, self.lesson.bar, self.status, self._corner):
                scale_sizes(part, ratio)
            self._fit_chooser()

    def _restore(self) -> None:
        settings = self.context.settings
        geometry = QByteArray.fromBase64(settings.get("window.geometry", "").encode(errors="replace"))
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            screen = QGuiApplication.primaryScreen().availableGeometry()
            self.resize(min(1280, screen.width()), min(800, screen.height()))
        self.setMinimumSize(720, 480)
        wanted = settings.get("page", "")
        for name in PAGES.names()[:1]:
            self.pages.show_page(name)  # light: it is there before PyTorch
        if wanted in PAGES:
            self.pages.request(wanted)
        self.pages.setFocus()  # else the model chooser would begin with it

    def _remember_now(self) -> None:
        """Whatever may happen to this process: nothing that has been chosen is to be chosen again after a crash."""
        self._remember()
        settings, text = self.context.settings, self.context.settings.as_text()
        self.context.jobs.run(lambda: settings.write(text), lambda _nothing: None, key="settings")

    def _remember(self) -> None:
        settings = self.context.settings
        if not (self.isFullScreen() or theme().presenting):
            settings.set("window.geometry", bytes(self.saveGeometry().toBase64().data()).decode())
        self.pages.save_states()
