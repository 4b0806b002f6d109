"""What closing the window asks while a run is under way."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from cifar_gui.ui.widgets.question import Role, ask


def ask_before_closing(parent: QWidget, *, paused: bool) -> str:
    """What shall become of the run, which trains or is `paused`: "stop", "minimise" or "stay"."""
    answers = {
        "stop": ("Stop, save and &close", Role.AcceptRole),
        "minimise": ("&Minimise, still paused" if paused else "&Minimise and train on", Role.ActionRole),
        "stay": ("&Stay", Role.RejectRole),
    }
    title = "A run is paused" if paused else "Training is under way"
    text = f"A run is {'paused' if paused else 'being trained'}. What should happen to it?"
    details = "Stopping keeps everything: the run can be continued later exactly where it was."
    return ask(parent, "closing", title, text, details, answers, usual="stop")
