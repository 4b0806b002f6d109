"""Which buttons of the Train page can be pressed, what they are called, and why not. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

from cifar_gui.words import rounded


@dataclass(frozen=True, slots=True)
class Situation:
    """What the buttons depend on."""

    state: str = "idle"  # of the session
    run: str = ""  # number of the run under way, or of the last one; "" if there is none
    unfinished: tuple[str, int, int] | None = None  # a run to continue: number, epochs done, epochs planned
    problem: str = ""  # why the recipe cannot be trained as it stands: a sentence
    copying: bool = False  # while a network trains, the form holds the recipe of a later run
    lr: float | None = None  # of the next step, while paused
    live: bool = False  # whether the window looks at the network in training already
    finding: bool = False  # whether a learning rate is being looked for
    diverged: bool = False  # whether `run` ended because its loss ran away


@dataclass(frozen=True, slots=True)
class Look:
    """One button."""

    text: str
    tip: str
    enabled: bool
    visible: bool = True


def buttons(now: Situation) -> dict[str, Look]:
    """The buttons "start", "new_run", "pause", "stop", "one_more", "watch_live", "edit_copy" and "find_lr"."""
    return {
        "start": _start(now),
        "new_run": _new_run(now),
        "pause": _pause(now),
        "stop": _stop(now),
        "one_more": _one_more(now),
        "watch_live": Look(
            "Watch live",
            "Let every page look at this network while it learns",
            enabled=True,
            visible=now.state in ("running", "paused") and not now.live,
        ),
        "edit_copy": _edit_copy(now),
        "find_lr": _find_lr(now),
    }


_FINDING = "A learning rate is being looked for. Wait for it, or cancel that."
"""Both draw random numbers, of which each run has its own."""


def _start(now: Situation) -> Look:
    if now.finding and now.state == "idle":
        return Look("Start", _FINDING, enabled=False)
    if now.state == "starting":
        return Look("Start", "The run is being prepared.", enabled=False)
    if now.state != "idle":
        return Look("Start", "A network is training. Stop it before starting another one.", enabled=False)
    if now.unfinished:
        number, done, planned = now.unfinished
        tip = f"Go on exactly where run {number} was left"
        return Look(f"Continue run {number} ({done} of {planned})", tip, enabled=True)
    return Look("Start", now.problem or "Train a network by this recipe", enabled=not now.problem)


def _new_run(now: Situation) -> Look:
    visible = now.state == "idle" and now.unfinished is not None
    tip = (_FINDING if now.finding else now.problem) or "Begin again with this recipe. The unfinished run is kept."
    return Look("New run", tip, enabled=visible and not now.problem and not now.finding, visible=visible)


def _pause(now: Situation) -> Look:
    if now.state == "paused":
        return Look("Resume", "Go on where the run waits", enabled=True)
    if now.state == "running":
        return Look("Pause", "Wait before the next batch", enabled=True)
    return Look("Pause", "Nothing is training.", enabled=False)


def _stop(now: Situation) -> Look:
    if now.state == "stopping":
        return Look("Stop", "The run is being saved.", enabled=False)
    if now.state == "idle":
        return Look("Stop", "Nothing is training.", enabled=False)
    return Look("Stop", "Stop at once and keep everything; it can be continued", enabled=True)


def _one_more(now: Situation) -> Look:
    if now.state in ("starting", "stopping"):
        return Look("+1 epoch", "Wait until the run is ready.", enabled=False)
    if now.state == "idle" and not now.run:
        return Look("+1 epoch", "There is no run yet to train one more epoch of.", enabled=False)
    if now.state == "idle" and now.finding:
        return Look("+1 epoch", _FINDING, enabled=False)
    if now.state == "idle" and now.diverged:
        why = f"The loss of run {now.run} ran away, and would again. Lower the learning rate and start a new run."
        return Look("+1 epoch", why, enabled=False)
    if now.state == "idle":
        return Look("+1 epoch", f"Train one more epoch of run {now.run}", enabled=True)
    rate = f" Its learning rate will be {rounded(now.lr)}." if now.lr is not None else ""
    return Look("+1 epoch", f"Train to the end of the epoch, then pause.{rate}", enabled=True)


def _edit_copy(now: Situation) -> Look:
    visible = now.state in ("running", "paused", "stopping")
    if now.copying:
        return Look("Back to the run", "Show the recipe that is being trained", enabled=True, visible=visible)
    return Look("Edit a copy", "Prepare the recipe of another run meanwhile", enabled=True, visible=visible)


def _find_lr(now: Situation) -> Look:
    name = "Find a learning rate…"
    if now.state != "idle":
        return Look(name, "A network is training: a learning rate can be looked for when it has ended.", enabled=False)
    what = "Find a learning rate: a short run in which it rises, on a network that is thrown away"
    return Look(name, now.problem or what, enabled=not now.problem)
