"""A question that has to be answered before anything goes on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QMessageBox, QWidget

Role = QMessageBox.ButtonRole


def ask(
    parent: QWidget, name: str, title: str, text: str, details: str, answers: Mapping[str, tuple[str, Role]], usual: str
) -> str:
    """Which of the `answers` was chosen: each a key, the words on its button and what that does; the last of them, with
    which all stays as it is, also for Escape. The `usual` one is for Enter. `name`: of the box, for tests."""
    box = QMessageBox(parent)
    box.setObjectName(name)
    box.setWindowTitle(title)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setText(text)
    box.setInformativeText(details)
    buttons = {key: box.addButton(words, role) for key, (words, role) in answers.items()}
    *_, stay = answers
    box.setDefaultButton(buttons[usual])
    box.setEscapeButton(buttons[stay])
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return next((key for key, button in buttons.items() if button is clicked), stay)
