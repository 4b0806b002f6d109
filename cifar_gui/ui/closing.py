"""What closing the window asks while a run is under way."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget


def ask_before_closing(parent: QWidget, *, paused: bool) -> str:
    """What shall become of the run, which trains or is `paused`: "stop", "minimise" or "stay"."""
    box = QMessageBox(parent)
    box.setObjectName("closing")
    box.setWindowTitle("A run is paused" if paused else "Training is under way")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(f"A run is {'paused' if paused else 'being trained'}. What should happen to it?")
    box.setInformativeText("Stopping keeps everything: the run can be continued later exactly where it was.")
    stop = box.addButton("Stop, save and &close", QMessageBox.ButtonRole.AcceptRole)
    minimise = box.addButton(
        "&Minimise, still paused" if paused else "&Minimise and train on", QMessageBox.ButtonRole.ActionRole
    )
    stay = box.addButton("&Stay", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stop)
    box.setEscapeButton(stay)
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return {stop: "stop", minimise: "minimise"}.get(clicked, "stay")  # type: ignore[call-overload,no-any-return]
