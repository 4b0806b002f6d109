"""The Tab key follows the layouts, not the order in which things were made."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from cifar_gui.ui.widgets.tab_order import follow_layouts, stops


def test_stops_are_found_row_by_row_in_everything_that_holds_others(qtbot):
    names = ("a", "b", "c", "d", "e", "f", "g", "h")
    made = {name: QPushButton(name) for name in reversed(names)}
    whole = QWidget()
    qtbot.addWidget(whole)
    column, row, grid = QVBoxLayout(whole), QHBoxLayout(), QGridLayout()
    column.addLayout(row)
    row.addWidget(QLabel("no stop"))
    row.addStretch(1)
    row.addWidget(made["a"])
    grid.addWidget(made["c"], 1, 0)
    grid.addWidget(made["b"], 0, 1)
    column.addLayout(grid)
    splitter, stack, tabs, area = QSplitter(), QStackedWidget(), QTabWidget(), QScrollArea()
    area.setFocusPolicy(area.focusPolicy().NoFocus)
    for name, holder in (("d", splitter), ("e", stack), ("f", stack)):
        holder.addWidget(made[name])
    tabs.addTab(made["g"], "one")
    area.setWidget(made["h"])
    for each in (splitter, stack, tabs, area):
        column.addWidget(each)
    follow_layouts(whole)
    found = [each for each in stops(whole) if each is not tabs.tabBar()]
    assert [each.text() for each in found] == list(names)
    chain, each = [], made["a"]
    for _ in range(60):
        if each in found and each not in chain:
            chain.append(each)
        each = each.nextInFocusChain()
    assert chain == found
