"""The pages, each built when first shown; until PyTorch is there, a page that needs it waits behind a placeholder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from cifar_gui.ui.context import Context
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.empty import EmptyState
from cifar_gui.ui.widgets.scroll import CalmScroll
from cifar_gui.ui.zoom import scale_sizes

_STATE = "page."


class PageStack(QStackedWidget):
    """Builds, shows and informs pages. Each lies in an area that scrolls where the window is too small for it.

    Signals: page_changed(str) with the name of the page at the front, built or still waiting.
    """

    page_changed = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._pages: dict[str, Page] = {}
        self._places: dict[str, int] = {}  # of the pages' areas in the stack
        self._waiting = ""
        self._afterwards: list[tuple[str, Callable[[Page], object]]] = []  # what waits for a page, in order
        self._zoom = theme().zoom
        self._placeholder = EmptyState("clock", "", "")
        self.addWidget(self._placeholder)
        context.session.event.connect(self._on_event)
        context.models.snapshot_changed.connect(self._on_model)
        context.data.loaded.connect(self._on_data)
        theme().changed.connect(self._on_theme)

    def currentWidget(self) -> QWidget | None:
        """The page at the front, or what stands in for one that waits."""
        front = super().currentWidget()
        return front.widget() if isinstance(front, QScrollArea) else front

    @property
    def current_name(self) -> str:
        """The page at the front, or the one that waits to be there."""
        return self._waiting or next((name for name, page in self._pages.items() if page is self.currentWidget()), "")

    def built(self, name: str) -> Page | None:
        """A page that has been built, or None."""
        return self._pages.get(name)

    def request(self, name: str) -> None:
        """Show a page, now if it is built or light or PyTorch is there, else as soon as it is."""
        if name in self._pages or name in PAGES.names()[:1] or self._context.torch_ready():
            self.show_page(name)
            return
        self._announce(name, "Loading PyTorch…", "This page appears in a few seconds.")

    def with_page(self, name: str, do: Callable[[Page], object]) -> None:
        """Do something with a page: at once, or, if it cannot be built before PyTorch is there, as soon as that is.
        Meanwhile the window says that the page is coming."""
        if name in self._pages or self._context.torch_ready():
            do(self.page(name))
        else:
            self._afterwards.append((name, do))
            self.request(name)

    def show_page(self, name: str) -> Page:
        """Show a page, building it now if need be. Raises CifarGuiError for unknown names."""
        page = self._pages.get(name) or self._built_in_sight(name)
        if self.currentWidget() is not page:
            self._leave()
            self._waiting = ""
            is_fresh = page.focusWidget() is None
            self.setCurrentIndex(self._places[name])
            if is_fresh and page.focusProxy() is not None and page.focusWidget() is not None:
                page.setFocus()  # the keyboard has gone to whatever stands first
            page.page_shown()
            self.page_changed.emit(name)
        return page

    def page(self, name: str) -> Page:
        """A page, built if need be, but not shown. Raises CifarGuiError for unknown names."""
        if name not in self._pages:
            self._pages[name] = self._build(name)
            if theme().zoom != 1:
                theme().changed.emit()  # to what has been built as if it were 1
        return self._pages[name]

    def on_torch_ready(self) -> None:
        """Build and show the page that waits, and do what waits for one."""
        if self._waiting:
            self.show_page(self._waiting)
        waiting, self._afterwards = self._afterwards, []
        for name, do in waiting:
            do(self.page(name))

    def save_states(self) -> None:
        """Have the settings remember what the pages want remembered."""
        for name, page in self._pages.items():
            self._context.settings.set(_STATE + name, page.save_state())

    def hide_pages(self) -> None:
        """The window is closing."""
        self._leave()

    def _build(self, name: str) -> Page:
        with theme().built_at_zoom_one():
            page = PAGES[name](self._context)
        page.setObjectName(f"page.{name}")
        page.setAccessibleName(PAGES.entry(name).label)
        scale_sizes(page, theme().zoom)
        area = CalmScroll()  # a page is never squeezed below what its layout needs
        self._places[name] = self.addWidget(area)
        page.resize(self.size())  # else the area would ask for the page's favourite size, and lay it out, to no end
        area.setWidget(page)
        state: dict[str, Any] = self._context.settings.get(_STATE + name, {})
        page.restore_state(state)
        if self._context.data.current is not None:
            page.on_data(self._context.data.current)
        if self._context.models.snapshot is not None:
            page.on_model(self._context.models.snapshot)
        return page

    def _built_in_sight(self, name: str) -> Page:
        """Built, which takes up to a second, while the window says so. What was shown comes back if that fails."""
        if not self.isVisible():
            return self.page(name)
        before = self.current_name
        self._announce(name, f"Opening {PAGES.entry(name).label}…", "")
        self.window().repaint()  # now: the next events are handled when it is there
        try:
            return self.page(name)
        except BaseException:
            self._waiting = ""
            if before in self._pages:
                self.show_page(before)
            raise

    def _announce(self, name: str, title: str, text: str) -> None:
        """The page is coming: this stands in for it."""
        self._leave()
        self._waiting = name
        self._placeholder.title_label.setText(title)
        self._placeholder.text_label.setText(text)
        self.setCurrentWidget(self._placeholder)
        self.page_changed.emit(name)

    def _leave(self) -> None:
        current = self.currentWidget()
        if isinstance(current, Page):
            current.page_hidden()

    def _on_event(self, event: Any) -> None:
        for page in list(self._pages.values()):
            page.on_event(event)

    def _on_model(self, snapshot: Any) -> None:
        for page in list(self._pages.values()):
            page.on_model(snapshot)

    def _on_data(self, data: Any) -> None:
        for page in list(self._pages.values()):
            page.on_data(data)

    def _on_theme(self) -> None:
        ratio, self._zoom = theme().zoom / self._zoom, theme().zoom
        for page in list(self._pages.values()):
            if ratio != 1:
                scale_sizes(page, ratio)
            page.on_theme()
