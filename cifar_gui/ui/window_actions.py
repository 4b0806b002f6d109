"""What the menus' actions do, and when they are allowed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import CifarGuiError
from cifar_gui.networks.design import is_design_file
from cifar_gui.recipe import Recipe
from cifar_gui.runs.card_file import carries_recipe, recipe_in
from cifar_gui.runs.layout import EXPORTED as RUN_SUFFIX
from cifar_gui.ui.context import Context
from cifar_gui.ui.dialogs import show_about, show_shortcuts
from cifar_gui.ui.export import ModelExport
from cifar_gui.ui.lessons.desk import LessonDesk
from cifar_gui.ui.lessons.lesson import is_lesson_file
from cifar_gui.ui.page import PAGES, Page
from cifar_gui.ui.theme import SCHEMES, theme
from cifar_gui.ui.widgets.help_button import topic_at
from cifar_gui.ui.widgets.open_dialog import PICTURES, ask_for_file, ask_for_files, ask_for_folder

if TYPE_CHECKING:
    from cifar_gui.ui.main_window import MainWindow

_PRESENTING_ZOOM = 1.5
_CLASSIFY = "classify"
_CARD = "card"


class WindowActions:
    """Connects actions to the window and the rest."""

    def __init__(self, window: MainWindow, context: Context) -> None:
        self._window, self._context = window, context
        self._zoom_before = 1.0
        self._lessons = LessonDesk(window, context)

    def connect(self) -> None:
        """After the menus have been filled."""
        actions, context = self._context.actions, self._context
        for name, do in self._handlers().items():
            actions.on(name, do)
        for page in PAGES.names():
            actions.on(f"page.{page}", partial(self._window.pages.request, page))
        for scheme in SCHEMES:
            actions.on(f"theme.{scheme}", partial(self._set_scheme, scheme))
        actions[f"theme.{theme().scheme}"].setChecked(True)
        context.models.choices_changed.connect(lambda: self.on_state(context.session.state))
        self.on_state(context.session.state)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """What each action does, but those that there is one of for every page and colour scheme."""
        context, window = self._context, self._window
        return {
            "open": self._open,
            "open_folder": self._open_folder,
            "get_data": lambda: self._to_train(""),
            "open_design": lambda: self._to_network(None),
            "import_run": lambda: self._to_runs(None),
            "open_lesson": self._lessons.ask,
            "save_lesson": self._lessons.ask_to_save,
            "quit": window.close,
            "undo": lambda: self._on_front("undo"),
            "redo": lambda: self._on_front("redo"),
            "copy": lambda: self._on_front("copy"),
            "save": lambda: self._on_front("save"),
            "paste": lambda: self.take(QGuiApplication.clipboard().mimeData()),
            "preferences": self._show_preferences,
            "zoom_in": lambda: self._zoom_by(1),
            "zoom_out": lambda: self._zoom_by(-1),
            "zoom_reset": lambda: self._set_zoom(1.0),
            "present": self._present,
            "choose_model": window.choose_model,
            "watch_live": context.models.watch_live,
            "open_model": self._open_model,
            "export_model": ModelExport(window, context).ask,
            "start": window.start_training,
            "pause": self._pause,
            "stop": context.session.stop,
            "one_more": lambda: window.pages.with_page("train", lambda page: page.one_more_epoch()),
            "help": self._explain,
            "help_contents": lambda: window.show_help("index"),
            "tour": lambda: self._to_convolution(lambda page: page.begin_tour()),
            "experiments": lambda: self._to_convolution(lambda page: page.show_experiments()),
            "shortcuts": lambda: show_shortcuts(window, context.actions),
            "open_log": self._open_log,
            "about": lambda: show_about(window),
        }

    def on_page(self, name: str, page: Page | None) -> None:
        """Another page is at the front."""
        actions = self._context.actions
        actions[f"page.{name}"].setChecked(True)
        for verb in ("copy", "save"):
            actions.allow(verb, "" if _can(page, verb) else f"There is nothing to {verb} on this page")
        for verb in ("undo", "redo"):
            if not _can(page, verb):  # those that can allow it themselves, when there is something
                actions.disable(verb, f"There is nothing to {verb} on this page")

    def on_state(self, state: str) -> None:
        """Training has begun, paused, gone on or ended."""
        actions = self._context.actions
        busy = state in ("running", "paused")
        none = "No run is under way" if state == "idle" else "The run is starting or stopping"
        actions.allow("start", "" if state in ("idle", "paused") else "A run is under way: stop it first")
        actions.allow("pause", "" if busy else none)
        actions.allow("stop", "" if state not in ("idle", "stopping") else none)
        actions.allow("one_more", "" if busy or state == "idle" else none)
        live = "The network in training is chosen already" if self._context.models.is_live else ""
        actions.allow("watch_live", live if state != "idle" else none)

    def take(self, mime: QMimeData) -> None:
        """What was dropped on the window or pasted: pictures to the page that takes them, data sets to Train, designs
        to Network, exported runs to Runs; text first to the page at the front."""
        from cifar_gui.ui.widgets.mime import picture_sources

        found = picture_sources(mime)
        if self._window.pages.current_name == "train" and (data := _data_set(found.sources)):
            self._to_train(str(data))
            return
        if self.open_elsewhere(found.sources):
            return
        front = self._window.pages.currentWidget()
        if not found and mime.hasText() and isinstance(front, Page) and front.take_text(mime.text()):
            return
        for refusal in found.refusals:
            self._context.messages.warn(refusal, topic="picture")
        if found.sources:
            self._show_pictures(list(found.sources))
        if found.links:
            self._page_for_pictures().ask_to_fetch(found.links)

    def open_elsewhere(self, sources: Sequence[PictureSource]) -> bool:
        """Whether what was dropped, pasted or opened is nothing to be classified: a lesson sets the app up, a design
        goes to Network, an exported run to Runs, and the recipe in a run card to Train."""
        if (lesson := _lesson(sources)) is not None:
            self._lessons.open(lesson)
        elif (design := _design(sources)) is not None:
            self._to_network(design)
        elif (run := _exported_run(sources)) is not None:
            self._to_runs(run)
        elif len(sources) == 1 and carries_recipe(sources[0]):
            card = sources[0]
            self._context.jobs.run(
                lambda: _recipe_of(card), partial(self._on_card, card.name), self._on_bad_card, key="card"
            )
        else:
            return False
        return True

    def _on_card(self, name: str, recipe: Recipe) -> None:
        self._context.messages.resolve(_CARD)

        def show(_page: Page) -> None:
            self._window.show_page("train")  # first: a page hears of recipes once it has been built
            self._context.session.recipe_proposed.emit(recipe)
            self._context.messages.info(f"The recipe on Train, with its seed {recipe.seed}, is the one in {name}.")

        self._window.pages.with_page("train", show)

    def _on_bad_card(self, error: CifarGuiError) -> None:
        self._context.messages.error(str(error), topic=_CARD)

    def _show_pictures(self, sources: list[PictureSource]) -> None:
        self._page_for_pictures().open_pictures(sources)

    def _page_for_pictures(self) -> Page:
        """The one at the front if it does something with pictures, else Classify."""
        front = self._window.pages.currentWidget()
        if isinstance(front, Page) and front.takes_pictures:
            return front
        return self._window.show_page(_CLASSIFY)

    def _open(self) -> None:
        self._open_paths(ask_for_files(self._window, "Open pictures", PICTURES))

    def _open_folder(self) -> None:
        folder = ask_for_folder(self._window, "Open a folder of pictures")
        if folder is not None:
            self._window.show_page(_CLASSIFY)  # the one that does something with many
            self._open_paths([folder])

    def _open_paths(self, opened: list[Path]) -> None:
        if opened:
            sources = [PictureSource(name=path.name, path=path) for path in opened]
            if not self.open_elsewhere(sources):
                self._show_pictures(sources)

    def _open_model(self) -> None:
        if file := ask_for_file(self._window, "Open a model file", "Models (*.safetensors)"):
            self._context.models.choose_file(file)

    def _to_train(self, source: str) -> None:
        def show(page: Page) -> None:
            self._window.show_page("train")
            page.get_data(source)

        self._window.pages.with_page("train", show)

    def _to_network(self, design: Path | None) -> None:
        def show(page: Page) -> None:
            self._window.show_page("network")
            page.open_design(design)

        self._window.pages.with_page("network", show)

    def _to_convolution(self, do: Callable[[Page], object]) -> None:
        def show(page: Page) -> None:
            self._window.show_page("convolution")
            do(page)

        self._window.pages.with_page("convolution", show)

    def _to_runs(self, file: Path | None) -> None:
        def show(page: Page) -> None:
            self._window.show_page("runs")
            page.import_run(file)

        self._window.pages.with_page("runs", show)

    def _on_front(self, verb: str) -> None:
        page = self._window.pages.currentWidget()
        if isinstance(page, Page):
            getattr(page, verb)()

    def _pause(self) -> None:
        session = self._context.session
        if session.state == "paused":
            session.resume()
        else:
            session.pause()

    def _show_preferences(self) -> None:
        from cifar_gui.ui.preferences import Preferences

        dialog = Preferences(self._window, self._context.messages)
        dialog.scheme_chosen.connect(self._set_scheme)
        dialog.zoom_chosen.connect(self._set_zoom)
        dialog.open()

    def _zoom_by(self, steps: int) -> None:
        theme().zoom_by(steps)
        self._remember_zoom()

    def _set_zoom(self, zoom: float) -> None:
        theme().set_look(zoom=zoom)
        self._remember_zoom()

    def _remember_zoom(self) -> None:
        """That of the window: the one for a projector is given up with it."""
        if not theme().presenting:
            self._context.settings.set("zoom", theme().zoom)

    def _present(self) -> None:
        if theme().presenting:
            theme().set_look(zoom=self._zoom_before, presenting=False)
            self._window.showNormal()
            return
        self._zoom_before = theme().zoom
        theme().set_look(zoom=_PRESENTING_ZOOM, presenting=True)
        self._window.showFullScreen()

    def _set_scheme(self, scheme: str) -> None:
        theme().set_look(scheme=scheme)
        self._context.settings.set("theme", scheme)
        self._context.actions[f"theme.{scheme}"].setChecked(True)

    def _explain(self) -> None:
        """The help page for what has the focus, else for the page in front."""
        self._window.show_help(topic_at(QApplication.focusWidget(), self._window.pages.current_name))

    def _open_log(self) -> None:
        paths.logs().mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.logs())))


def _can(page: Page | None, verb: str) -> bool:
    return page is not None and getattr(type(page), verb) is not getattr(Page, verb)


def _data_set(sources: tuple[PictureSource, ...]) -> Path | None:
    """The one archive or folder that was dropped where data sets are chosen; whether it is one is said there."""
    path = sources[0].path if len(sources) == 1 else None
    if path is None:
        return None
    return path if path.name.lower().endswith((".tar.gz", ".tgz", ".tar", ".zip")) or paths.is_folder(path) else None


def _lesson(sources: Sequence[PictureSource]) -> Path | None:
    """The one lesson file that was dropped or pasted; whether it is one is said where it is read."""
    path = sources[0].path if len(sources) == 1 else None
    return path if path is not None and is_lesson_file(path) else None


def _design(sources: Sequence[PictureSource]) -> Path | None:
    """The one .toml file that was dropped or pasted; whether it is a design is said where designs are."""
    path = sources[0].path if len(sources) == 1 else None
    return path if path is not None and is_design_file(path) else None


def _exported_run(sources: Sequence[PictureSource]) -> Path | None:
    """The one exported run that was dropped or pasted; whether it is one is said where it is read."""
    path = sources[0].path if len(sources) == 1 else None
    return path if path is not None and path.suffix.lower() == RUN_SUFFIX else None


def _recipe_of(card: PictureSource) -> Recipe:
    """For a worker. Raises RecipeError for a recipe that is damaged, or for a network that is not known here."""
    from cifar_gui.networks.skeleton import check_network  # torch

    recipe = recipe_in(card)
    check_network(recipe)
    return recipe
