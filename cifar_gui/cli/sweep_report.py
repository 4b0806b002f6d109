"""What `sweep` writes while it runs and in the end: a table for people, or a line of JSON for each trial."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cifar_gui.cli.console import say, table, write, write_json
from cifar_gui.runs.axis import label_of
from cifar_gui.words import counted, duration, percent, value_words

if TYPE_CHECKING:
    from cifar_gui.runs.sweep_files import SweepState, TrialState


class SweepReport:
    """Told how far the sweep is."""

    def __init__(self, *, json: bool) -> None:
        self._json = json

    def begin(self, state: SweepState) -> None:
        """What there is to do."""
        done = f", {state.done} of them trained already" if state.done else ""
        say(f"Sweep {state.name}: {counted(len(state.trials), 'run')}{done}.")

    def position(
        self, state: SweepState, now: TrialState, epoch: float, epochs: int, what: str = ""
    ) -> tuple[float, str]:
        """The share of the whole sweep, and `what` is under way, the epoch if nothing else."""
        count = len(state.trials)
        share = (state.done + epoch / max(epochs, 1)) / count
        what = what or f"epoch {min(int(epoch) + 1, epochs)}/{epochs}"
        return share, f"sweep {state.done + 1} of {count}, {what}: {_words(state, now)}"

    def trial(self, state: SweepState, now: TrialState) -> None:
        """A trial has ended, or been stopped."""
        if self._json:
            write_json({"event": "trial", **_values(state, now)}, indent=False)
        elif now.run is not None:
            accuracy = percent(now.accuracy, 2)
            say(f"{state.done} of {len(state.trials)}: {accuracy}, run {now.run.number}, {_words(state, now)}")

    def standing(self, state: SweepState) -> None:
        """How far it is, when nothing is trained: for programs every trial, also those that wait."""
        self.begin(state)
        if self._json:
            for each in state.trials:
                self.trial(state, each)
        self.end(state)

    def end(self, state: SweepState) -> None:
        """The results, the best first."""
        best = state.best
        if self._json:
            run = None if best is None or best.run is None else best.run.number
            figures = {"trials": len(state.trials), "done": state.done, "best_run": run}
            write_json({"event": "sweep", "sweep": state.name, **figures}, indent=False)
            return
        ranked = sorted(state.trials, key=lambda each: -(each.accuracy or 0.0))
        rows = [_row(each) for each in ranked if each.run is not None]
        if state.sweep is None or not rows:
            return
        labels = [label_of(axis.setting) for axis in state.sweep.axes]
        write(table(("Accuracy", "Run", *labels, "Epochs", "Time"), rows, right=(0, len(labels) + 2, len(labels) + 3)))
        if best is not None and best.run is not None:
            say(f"Best on the held-out pictures: run {best.run.number}, {percent(best.accuracy, 2)}.")


def _row(each: TrialState) -> tuple[str, ...]:
    run = each.run
    if run is None:
        return ()
    values = (value_words(value) for value in each.trial.values)
    epochs = f"{run.epochs_done}/{run.epochs_planned}"
    return (percent(each.accuracy, 2), run.number, *values, epochs, duration(run.seconds))


def _values(state: SweepState, now: TrialState) -> dict[str, Any]:
    axes = state.sweep.axes if state.sweep is not None else ()
    run = now.run
    return {
        "trial": now.trial.number,
        "values": {axis.setting: value for axis, value in zip(axes, now.trial.values, strict=True)},
        "run": None if run is None else str(run.path),
        "status": "waiting" if run is None else run.status,
        "validation_accuracy": now.accuracy,
        "seconds": None if run is None else run.seconds,
    }


def _words(state: SweepState, now: TrialState) -> str:
    """learning rate 0.1, flip never."""
    axes = state.sweep.axes if state.sweep is not None else ()
    pairs = zip(axes, now.trial.values, strict=True)
    return ", ".join(f"{label_of(axis.setting).lower()} {value_words(value)}" for axis, value in pairs)
