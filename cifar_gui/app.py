"""The composition root of the window: the only file that knows everybody."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication, QMainWindow

from cifar_gui.ui.actions import Actions
from cifar_gui.ui.background import Background
from cifar_gui.ui.context import Context
from cifar_gui.ui.data_library import DataLibrary
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.models import ModelLibrary
from cifar_gui.ui.session import TrainingSession
from cifar_gui.ui.settings import Settings
from cifar_gui.ui.theme import theme
from cifar_gui.ui.warm_up import WarmUp


def create_window() -> QMainWindow:
    """The whole window, not yet shown. Needs only a QApplication; PyTorch is imported after the first paint."""
    settings, messages = Settings(), Messages()
    theme().set_look(scheme=settings.get("theme", "system"), zoom=settings.get("zoom", 1.0))
    theme().apply()
    jobs = Background(lambda error: messages.error(str(error)))
    data = DataLibrary(jobs, settings)
    session = TrainingSession(data.load)
    models = ModelLibrary(session, jobs, settings, messages)
    ready = [False]
    windows: list[MainWindow] = []
    context = Context(
        session=session,
        models=models,
        data=data,
        jobs=jobs,
        settings=settings,
        messages=messages,
        actions=Actions(),
        show_page=lambda name: windows[0].pages.request(name),
        torch_ready=lambda: ready[0],
    )
    window = MainWindow(context)
    windows.append(window)

    def on_ready(problem: BaseException | None) -> None:
        window.activity.show_importing(importing=False)
        if problem is not None:
            messages.error(f"PyTorch could not be loaded: {problem}. Install the app again.", repr(problem))
            return
        ready[0] = True
        window.pages.on_torch_ready()
        models.choose_default()

    warm_up = WarmUp(lambda problem: jobs.post(lambda: on_ready(problem)))

    def on_painted() -> None:
        window.activity.show_importing(importing=True)
        warm_up.start()

    def on_closed() -> None:
        warm_up.shutdown()
        jobs.shutdown()

    window.painted.connect(on_painted)
    window.closed.connect(on_closed)
    session.failed.connect(messages.error)
    session.refused.connect(messages.warn)
    session.opened.connect(lambda opened: data.adopt(opened.recipe.data, opened.data))
    return window


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and return the exit code when it is closed."""
    application = QApplication(list(arguments) if arguments is not None else sys.argv)
    application.setApplicationName("cifar-gui")
    window = create_window()
    window.show()
    return application.exec()
