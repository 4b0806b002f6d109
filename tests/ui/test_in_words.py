"""What counts as another word, where tests keep what a page says."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.widgets.value_table import Cell, ValueTable

from .in_words import differences, in_words


def test_every_part_that_is_seen_is_told_in_its_order(qtbot) -> None:
    page, table = QWidget(), ValueTable()
    qtbot.addWidget(page)
    layout = QVBoxLayout(page)
    choice, line, check, hidden, button = (
        QComboBox(),
        QLineEdit("typed"),
        QCheckBox("On"),
        QLabel("no"),
        QPushButton("Go"),
    )
    choice.addItems(["one", "two"])
    line.setPlaceholderText("type")
    check.setChecked(True)
    button.setToolTip("First line\nand second")
    button.setEnabled(False)
    table.show_rows(["class", "share"], [[Cell("cat", "cat", bold=True), Cell(0.5, "50 %", "half")]])
    table.selectRow(0)
    for part in (choice, line, check, hidden, button, table):
        layout.addWidget(part)
    page.show()
    hidden.hide()
    assert in_words(page).splitlines() == [
        "QComboBox “one, of one, two”",
        "QLineEdit “typed” · hint: type",
        "QCheckBox “On” · on",
        "QPushButton “Go” · tip: First line / and second · shut",
        "  titles: class | share",
        "  > cat, bold | 50 %, tip: half",
    ]


@pytest.mark.parametrize(
    ("kept", "said", "same"),
    [
        ("cat 71.4 %", "cat 71.5 %", True), ("cat 71.4 %", "cat 71.6 %", False), ("sure 46 %", "sure 45 %", True),
        ("1,234.5678 of", "1,234.5702 of", True), ("−0.0012", "0.0012", False), ("6.60506e-05", "6.60507e-05", True),
        ("4 of 7", "5 of 7", False), ("cat", "dog", False), ("a\nb", "a", False), ("filter 6", "filter 7", False),
    ],
)  # fmt: skip
def test_only_the_last_digit_of_what_was_computed_may_be_another(kept: str, said: str, same: bool) -> None:
    assert (differences(kept, said) == "") == same
