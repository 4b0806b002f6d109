"""The composition root of the window: the only file that knows everybody."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import NoReturn

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from cifar_gui.ui import faults
from cifar_gui.ui.actions import Actions
from cifar_gui.ui.background import Background
from cifar_gui.ui.context import Context
from cifar_gui.ui.data_library import DataLibrary
from cifar_gui.ui.main_window import MainWindow
from cifar_gui.ui.messages import Action, Messages
from cifar_gui.ui.models import ModelLibrary
from cifar_gui.ui.session import TrainingSession
from cifar_gui.ui.settings import Settings
from cifar_gui.ui.shown_picture import ShownPicture
from cifar_gui.ui.signals import closing_on_signals
from cifar_gui.ui.sweeps.trainer import SweepTrainer
from cifar_gui.ui.theme import theme
from cifar_gui.ui.warm_up import WarmUp
from cifar_gui.ui.widgets.open_dialog import last_folder

_log = logging.getLogger(__name__)


def create_window() -> MainWindow:
    """The whole window, not yet shown. Needs only a QApplication; PyTorch is imported after the first paint."""
    settings, messages = Settings(), Messages()
    last_folder.keep_in(settings)
    theme().set_look(scheme=settings.get("theme", "system"), zoom=settings.get("zoom", 1.0))
    jobs = Background(lambda error: messages.error(*faults.logged(error)))
    data = DataLibrary(jobs, settings)
    session = TrainingSession(data.load, lambda: data.current)
    models = ModelLibrary(session, jobs, settings, messages)

    def show_filters(layer: str, unit: int | None = None) -> None:
        window.show_filters(layer, unit)

    context = Context(
        session=session,
        sweeps=SweepTrainer(session, jobs, messages),
        models=models,
        data=data,
        picture=ShownPicture(),
        jobs=jobs,
        settings=settings,
        messages=messages,
        actions=Actions(),
        show_page=lambda name: window.pages.request(name),
        show_filters=show_filters,
        classify=lambda sources: window.classify(sources),
        sweep_over=lambda recipe: window.sweep_over(recipe),
        open_elsewhere=lambda sources: window.open_elsewhere(sources),
        torch_ready=lambda: warm_up.done,
    )
    warm_up = WarmUp(jobs.post)
    window = MainWindow(context)
    _connect(window, warm_up)
    if settings.set_aside is not None:
        messages.warn(f"The settings could not be read. They were set aside as {settings.set_aside.name}.")
    return window


def _connect(window: MainWindow, warm_up: WarmUp) -> None:
    """What the window's parts hear of each other beyond what they take themselves."""
    context = window.context
    session, messages = context.session, context.messages

    def on_painted() -> None:
        window.activity.show_importing(importing=True)
        warm_up.start(context.models.choose_default, on_warm)

    def on_warm(problem: BaseException | None) -> None:
        window.activity.show_importing(importing=False)
        if problem is not None:
            _log.error("PyTorch could not be loaded", exc_info=problem)
            messages.error(
                f"PyTorch could not be loaded: {problem}. Install the app again.", faults.explain(problem)[1]
            )
            return
        window.activity.find_devices()
        window.pages.on_torch_ready()
        context.sweeps.offer_cut_off()

    def on_closed() -> None:
        warm_up.shutdown()
        context.jobs.shutdown()
        context.sweeps.shutdown()

    window.painted.connect(on_painted)
    window.closed.connect(on_closed)
    session.failed.connect(lambda text, details: messages.error(text, details, _way_out(session), topic="training"))
    session.refused.connect(partial(messages.warn, topic="training"))
    session.opened.connect(lambda opened: context.data.adopt(opened.recipe.data, opened.data))
    session.opened.connect(lambda _opened: messages.resolve("training"))


def _way_out(session: TrainingSession) -> Action | None:
    """Where memory was short: the run in smaller pieces, if the user agrees."""
    run, size = session.run, session.smaller_micro_batch
    if run is None or not size:
        return None
    return f"Go on with micro-batches of {size}", partial(session.continue_run, run.path, micro_batch=size)


def fault_hooks(window: MainWindow) -> faults.Faults:
    """What leads every exception that nobody expected to the window's message bar, once installed."""
    messages, jobs = window.context.messages, window.context.jobs
    return faults.Faults(lambda text, details: jobs.post(lambda: messages.error(text, details)))


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Open the window. The process ends with it."""
    application = QApplication(list(arguments) if arguments is not None else sys.argv)
    application.setApplicationName("cifar-gui")
    with faults.crash_file() as last_crash:
        code = _run(application, last_crash)
        _leave(application, code)


def _run(application: QApplication, last_crash: str) -> int:
    window = create_window()
    messages, hooks = window.context.messages, fault_hooks(window)
    log: list[logging.Handler] = []  # opened after the first paint
    hooks.install()
    try:
        with closing_on_signals(lambda: _quit(application, window)):
            window.painted.connect(lambda: log.append(faults.start_log()))
            if last_crash:
                messages.warn(faults.crash_sentence(last_crash), last_crash)
            window.show()
            code = application.exec()
            window.close_now()  # however the loop was ended
            return code
    finally:
        hooks.remove()
        for handler in log:
            logging.getLogger().removeHandler(handler)
            handler.close()


def _leave(application: QApplication, code: int) -> NoReturn:
    """End the process here, with everything saved and joined. What Qt and PyTorch hold is else freed after Python has
    ended, in an order of its own, which crashes once in some hundred times, and always where Qt keeps what was copied.

    Only what was copied needs Qt's own end, which hands it to the system: that, too, takes the window apart in an order
    that depends on chance, and is known to crash now and then (enthought/envisage#476)."""
    if QGuiApplication.clipboard().ownsClipboard():
        application.shutdown()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _quit(application: QApplication, window: MainWindow) -> None:
    """Whatever is open: a dialog's own event loop ends with the application's."""
    window.close_now()
    application.quit()
