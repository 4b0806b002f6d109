"""Which epochs of a run can be replayed, worked out from the window's model choices. Free of widgets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cifar_gui.ui.model_choices import LIVE, ModelChoice


@dataclass(frozen=True, slots=True)
class EpochTrack:
    """The kept epochs of one run and where the shown network stands among them."""

    epochs: tuple[int, ...] = ()  # rising; old runs keep a thinned selection
    position: int = -1  # in `epochs`; −1 when the shown network is none of them
    run: str = ""  # "0007"
    note: str = ""  # what stands behind the number: "of 8 · best"
    reason: str = ""  # why nothing can be replayed, "" if it can

    @property
    def playable(self) -> bool:
        return len(self.epochs) > 1

    def key(self, position: int) -> str:
        """What to choose in the model chooser to see the epoch at `position`."""
        return f"runs/{self.run}/epoch/{self.epochs[position]}"


def epoch_track(
    choices: Iterable[ModelChoice], current: ModelChoice | None, live_run: str, shown_epoch: float
) -> EpochTrack:
    """The track for the current choice. `live_run`: number of the run in training, "" if none; `shown_epoch`: of the
    snapshot on screen."""
    if current is None:
        return EpochTrack(reason="No network is chosen.")
    run = run_of(current, live_run)
    if not run:
        return EpochTrack(
            reason="This model is one file without its earlier epochs. Runs trained here can be replayed."
        )
    prefix = f"runs/{run}/epoch/"
    epochs = tuple(sorted(int(each.key.removeprefix(prefix)) for each in choices if each.key.startswith(prefix)))
    if not epochs:
        return EpochTrack(run=run, reason=f"Run {run} has not kept an epoch yet; the first appears when it is done.")
    live = current.key == LIVE
    position = len(epochs) - 1 if live else position_of(epochs, shown_epoch)
    which = current.key.rsplit("/", 1)[-1]
    extra = {"best": " · best", "last": " · last", LIVE: " · live"}.get(which, "")
    reason = "" if len(epochs) > 1 else f"Run {run} has kept one epoch so far; with a second one it can be replayed."
    return EpochTrack(epochs, position, run, f"of {epochs[-1]}{extra}", reason)


def run_of(choice: ModelChoice, live_run: str) -> str:
    """The number of the run that a choice belongs to, "" if none."""
    if choice.key == LIVE:
        return live_run
    parts = choice.key.split("/")
    return parts[1] if choice.group == "runs" and parts[0] == "runs" and len(parts) > 2 else ""


def position_of(epochs: tuple[int, ...], epoch: float) -> int:
    """Where `epoch` stands, or the nearest kept one before it; the first when all come later."""
    earlier = [position for position, each in enumerate(epochs) if each <= epoch]
    return earlier[-1] if earlier else 0
