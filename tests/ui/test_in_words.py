"""What a page says, as text."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cifar_gui.ui.widgets.value_table import Cell, ValueTable

from .in_words import in_words


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
