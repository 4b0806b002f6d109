"""Opening lessons, leaving them, and making them: what they change in the window, and how that is taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from cifar_gui.checkpoint.shipped import DEFAULT_NETWORK
from cifar_gui.errors import CifarGuiError
from cifar_gui.recipe import Recipe
from cifar_gui.ui.actions import ActionText
from cifar_gui.ui.context import Context
from cifar_gui.ui.help.topics import INDEX, place_of
from cifar_gui.ui.lessons.lesson import SUFFIX, Lesson, LessonError, shipped_lessons
from cifar_gui.ui.menus import show_pages
from cifar_gui.ui.model_choices import LIVE, ModelChoice
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.widgets.open_dialog import ask_for_file

if TYPE_CHECKING:
    from cifar_gui.ui.lessons.dialog import LessonDialog
    from cifar_gui.ui.main_window import MainWindow

_TOPIC = "lesson"
_FOR_THE_TIME_BEING = ("page", "model")
"""Beginnings of the settings that a lesson changes: the page in front, what pages remember, the chosen network."""

_SHIPPED = "shipped/"
_TIP = "Open this lesson; leaving it brings everything back"


@dataclass(frozen=True)
class _Before:
    """How it was before the lesson."""

    page: str
    model: ModelChoice | None
    restore: tuple[Callable[[], object], ...]  # of the pages


class LessonDesk:
    """At most one lesson is open. A training goes on whatever is opened and left."""

    def __init__(self, window: MainWindow, context: Context) -> None:
        self._window, self._context = window, context
        self._before: _Before | None = None
        self._hidden = _Hidden()
        self.current: Lesson | None = None
        window.lesson.leave_wanted.connect(self.leave)
        window.lesson.link_chosen.connect(self._on_link)
        window.painted.connect(self._offer_shipped)

    def ask(self) -> None:
        """Ask for a file and open it."""
        if file := ask_for_file(self._window, "Open a lesson", f"Lessons (*{SUFFIX})"):
            self.open(file)

    def open(self, path: Path) -> None:
        """Set the app up as the lesson in a file wants it. What is wrong with it is said, and nothing changes."""
        self._context.jobs.run(lambda: _read(path), self._on_read, self._on_refused, key="lesson")

    def leave(self) -> None:
        """Everything is again as it was before; pages' own work, such as a training, goes on."""
        if self._before is None:
            return
        before, self._before, self.current = self._before, None, None
        self._window.lesson.clear()
        self._hidden.clear()
        self._offer(PAGES.names())
        for restore in before.restore:
            restore()
        self._context.settings.release()
        self._restore_model(before.model)
        self._window.pages.request(before.page)
        self._window.rail.show_current(before.page)

    def ask_to_save(self) -> None:
        """Ask what belongs into a lesson, and where to write it."""
        self._window.pages.with_page("train", lambda _page: self._show_dialog())

    # --- opening

    def _on_read(self, lesson: Lesson) -> None:
        self._context.messages.resolve(_TOPIC)
        page = self._window.pages.current_name  # before another one waits for PyTorch
        self._window.pages.with_page(lesson.first_page, lambda _page: self._begin(lesson, page))

    def _on_refused(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error), topic=_TOPIC)

    def _begin(self, lesson: Lesson, page: str) -> None:
        if self._before is not None:
            page = self._before.page
            self.leave()
        pages, context = self._window.pages, self._context
        built = [pages.page(name) for name in (*lesson.pages, *(["train"] if lesson.recipe is not None else []))]
        others = [each for name in PAGES.names() if (each := pages.built(name)) is not None and each not in built]
        pages.save_states()
        context.settings.set("page", page)
        context.settings.hold(*_FOR_THE_TIME_BEING)
        every = dict.fromkeys([*built, *others])
        self._before = _Before(page, context.models.current, tuple(each.keep() for each in every))
        self.current = lesson
        self._offer(lesson.pages)
        self._hidden.hide(
            [widget for each in built for name, own in each.parts().items() if name in lesson.hidden for widget in own]
        )
        if lesson.recipe is not None:
            context.session.recipe_proposed.emit(lesson.recipe)
        if lesson.network:
            self._choose(f"{_SHIPPED}{lesson.network}")
        self._window.lesson.show_lesson(lesson.title, lesson.text)
        pages.show_page(lesson.first_page)
        self._window.rail.show_current(lesson.first_page)

    def _offer(self, names: Collection[str]) -> None:
        self._window.rail.show_only(names)
        show_pages(self._context.actions, names)

    def _choose(self, key: str) -> None:
        current = self._context.models.current
        if current is None or current.key != key:
            self._context.models.choose(key)

    def _restore_model(self, choice: ModelChoice | None) -> None:
        models = self._context.models
        if choice is None:  # none had been chosen yet: it was opened while the app was starting
            if models.current is not None:
                self._choose(self._context.settings.get("model", "") or f"{_SHIPPED}{DEFAULT_NETWORK}")
        elif models.current == choice:
            return
        elif choice.key == LIVE or choice.path is None:
            models.watch_live()
        else:
            models.choose_file(choice.path)

    def _on_link(self, link: str) -> None:
        if place_of(link, INDEX) is None:
            QDesktopServices.openUrl(QUrl(link))
        else:
            self._window.show_help(link)

    def _offer_shipped(self) -> None:
        """After the window's first paint: their titles are in the files."""
        actions = self._context.actions
        menu = actions["lessons"].menu()
        if not isinstance(menu, QMenu):
            return
        for number, path in enumerate(shipped_lessons(), start=1):
            text = ActionText(f"&{number} {_title(path)}", "lesson", _TIP)
            menu.addAction(actions.add(f"lesson.{number}", text, partial(self.open, path)))

    # --- making

    def _show_dialog(self) -> None:
        from cifar_gui.ui.lessons.dialog import LessonDialog

        current = self._context.models.current
        shipped = current if current is not None and current.group == "shipped" else None
        network, called = (shipped.key.removeprefix(_SHIPPED), shipped.label) if shipped is not None else ("", "")
        dialog = LessonDialog(self.current, self._window.pages.current_name, network, self._window, called)
        dialog.save_wanted.connect(lambda: self._save(dialog))
        dialog.open()

    def _save(self, dialog: LessonDialog) -> None:
        from cifar_gui.ui.lessons.dialog import save

        if save(dialog, self._recipe(), self._context):
            dialog.accept()

    def _recipe(self) -> Recipe:
        """The one in the form."""
        self._window.pages.save_states()
        return Recipe.from_dict(self._context.settings.get("page.train", {})["recipe"])


class _Hidden:
    """Widgets that are hidden for the time being."""

    def __init__(self) -> None:
        self._widgets: list[QWidget] = []
        self._pressed: list[QAbstractButton] = []

    def hide(self, widgets: list[QWidget]) -> None:
        """Hide them. Where the button of the view in front goes, the first view comes to the front; what could no
        longer be switched off is switched off."""
        self._widgets = widgets
        for widget in widgets:
            widget.hide()
            if isinstance(widget, QAbstractButton) and widget.isChecked():
                self._pressed.append(widget)
                (widget.group().buttons()[0] if widget.group() is not None else widget).click()

    def clear(self) -> None:
        """Show them again, and the views that were in front, and switch on what was."""
        for widget in self._widgets:
            widget.show()
        for button in self._pressed:
            button.click()
        self._widgets, self._pressed = [], []


def _read(path: Path) -> Lesson:
    """For a worker. Raises LessonError."""
    from cifar_gui.networks.skeleton import check_network  # torch

    lesson = Lesson.load(path)
    if lesson.recipe is not None:
        try:
            check_network(lesson.recipe)
        except CifarGuiError as error:
            raise LessonError(f"{path.name} cannot be opened as a lesson. Its recipe does not fit. {error}") from error
    return lesson


def _title(path: Path) -> str:
    """What a shipped lesson is called; where it cannot be opened here, opening it says why."""
    try:
        return Lesson.load(path).title
    except LessonError:
        return path.name.removesuffix(SUFFIX)
