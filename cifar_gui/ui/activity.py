"""What the machine is doing, in the status bar: importing, loading, training, working, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cifar_gui.training.events import Paused
from cifar_gui.ui.context import Context
from cifar_gui.ui.status_bar import StatusBar, TrainingFigures
from cifar_gui.words import place_words

if TYPE_CHECKING:
    from cifar_gui.compute.device import DeviceStatus
    from cifar_gui.training.events import Event

_WORDS = {"running": "Training", "paused": "Paused", "stopping": "Stopping and saving…"}


class Activity:
    """Listens to everybody and writes the status bar."""

    def __init__(self, context: Context, status: StatusBar) -> None:
        self._context, self._status = context, status
        self._figures = TrainingFigures()
        self._importing = False
        self._devices: dict[str, str] = {}  # those that can be used, what is taken by itself first: how each is called
        self._loading: tuple[float, str] | None = None
        session, data = context.session, context.data
        session.event.connect(self._on_event)
        session.state_changed.connect(self._on_state)
        session.progress.connect(self._on_loading)
        data.progress.connect(self._on_loading)
        data.loaded.connect(self._on_loaded)
        data.failed.connect(self._on_loaded)
        data.cancelled.connect(self._on_loaded)
        context.models.choices_changed.connect(self.refresh)
        context.jobs.doing_changed.connect(self.refresh)
        context.sweeps.changed.connect(self.refresh)
        self.refresh()

    def text(self) -> str:
        """What the left side says."""
        return self._status.progress.text()

    def show_importing(self, *, importing: bool) -> None:
        """Whether PyTorch is being imported."""
        self._importing = importing
        self.refresh()

    def find_devices(self) -> None:
        """Find out what can compute here, once PyTorch is there."""
        self._context.jobs.run(_usable_devices, self._on_devices, key="status.devices")

    def refresh(self) -> None:
        """Write both sides anew."""
        state = self._context.session.state
        progress = self._status.progress
        sweep = self._context.sweeps.words
        if state in _WORDS:
            whose = " of this run" if sweep else ""
            figures = self._figures.text(whose) if state == "running" else self._figures.epoch
            progress.show_state(_WORDS[state], self._figures.share, " · ".join(filter(None, (sweep, figures))))
        elif self._loading is not None:
            share, what = self._loading
            progress.show_state(what, share if share > 0 else -1)
        elif state == "starting" or sweep:
            progress.show_state("Starting…", -1, sweep)
        elif self._importing:
            progress.show_state("Loading PyTorch…", -1)
        elif doing := self._context.jobs.doing:
            progress.show_state(doing, -1)
        else:
            progress.show_state("Ready")
        self._status.place.setText(self._place())

    def _place(self) -> str:
        """ "CPU, bf16 · CIFAR-10 · run 0007"; without a run "CPU · CIFAR-10"."""
        session = self._context.session
        run = session.run if session.state != "idle" else None
        data = self._context.data.current if run is None else session.data  # the run's, whatever is looked at meanwhile
        parts = [self._device(), data.name if data is not None else "", f"run {run.number}" if run is not None else ""]
        return " · ".join(part for part in parts if part)

    def _device(self) -> str:
        """What computes: for the run under way, else what would be taken; "" while that is not known."""
        started = self._context.session.started
        if started is None or self._context.session.state == "idle":
            return next(iter(self._devices.values()), "")
        return place_words(self._devices.get(started.device, started.device.upper()), started.precision)

    def _on_devices(self, found: dict[str, str]) -> None:
        self._devices = found
        self.refresh()

    def _on_event(self, event: Event) -> None:
        self._figures.follow(event)
        if not isinstance(event, Paused):
            self.refresh()

    def _on_state(self, state: str) -> None:
        if state != "starting":
            self._loading = None
        self.refresh()

    def _on_loading(self, share: float, what: str) -> None:
        self._loading = (share, what) if share < 1 else None  # all there: what comes now is something else
        self.refresh()

    def _on_loaded(self, _result: object = None) -> None:
        self._loading = None
        self.refresh()


def device_name(status: DeviceStatus) -> str:
    """ "CPU", or what a graphics card calls itself."""
    return status.reason.rpartition(",")[0] if status.name.startswith("cuda") else status.name.upper()


def _usable_devices() -> dict[str, str]:
    """For a worker: the names of what can be used, best first, and how each is called."""
    from cifar_gui.compute.device import devices

    return {status.name: device_name(status) for status in devices() if status.usable}
