"""The application-wide stylesheet, made from the tokens and the zoom."""

from __future__ import annotations

import re
from dataclasses import fields

from PySide6.QtGui import QColor

from cifar_gui import paths
from cifar_gui.ui.tokens import Tokens, mixed

# {name} is a token's colour, 12dp a length that grows with the zoom, {icons}/x.svg a file tinted by the theme's name.
_TEMPLATE = """
QMainWindow, QDialog, QWidget#central { background: {ground}; }
QToolTip { background: {raised}; color: {text}; border: 1px solid {panel_line}; padding: 4dp 8dp; }
QLabel[caption="true"] { color: {muted}; font-size: 11dp; }
QLabel[heading="true"] { color: {muted}; font-size: 11dp; font-weight: 600; letter-spacing: 1px; }
QLabel[title="true"] { font-size: 17dp; font-weight: 600; }
QLabel[verdict="true"] { font-size: 34dp; font-weight: 700; }
QLabel[beside_verdict="true"] { color: {muted}; font-size: 20dp; }
QLabel[muted="true"] { color: {muted}; }
QLabel[good="true"] { color: {good}; }
QLabel[bad="true"], QToolButton[bad="true"] { color: {bad}; }
QLabel[doubt="true"] { color: {doubt}; }
QFrame[panel="true"] { background: {panel}; border: 1px solid {panel_line}; border-radius: 10dp; }
QFrame[popup="true"] { background: {panel}; border: 1px solid {panel_line}; }
QFrame[popup="true"] QListView { border: 2px solid transparent; border-radius: 4dp; }
QFrame[popup="true"] QListView:focus { border: 2px solid {accent}; }
QFrame[popup="true"] QListView::item { min-height: 26dp; }
QFrame[line="true"] { background: {panel_line}; border: none; min-height: 1px; max-height: 1px; }

QPushButton, QToolButton, QComboBox, QLineEdit, QAbstractSpinBox {
    background: {raised}; color: {text}; border: 1px solid {panel_line}; border-radius: 6dp;
    min-height: 26dp; max-height: 26dp; padding: 0 10dp; icon-size: 16dp; outline: none;
}
QLineEdit, QAbstractSpinBox { padding: 0 8dp; selection-background-color: {accent}; selection-color: {on_accent}; }
QComboBox, QLineEdit, QAbstractSpinBox { border-color: {control_line}; }
QPushButton:hover, QToolButton:hover, QComboBox:hover { background: {panel_line}; }
QPushButton:pressed, QToolButton:pressed { background: {accent_ground}; }
QPushButton:checked, QToolButton:checked {
    background: {accent_ground}; color: {accent_text}; border-color: {accent}; }
QPushButton:disabled, QToolButton:disabled, QComboBox:disabled, QLineEdit:disabled, QAbstractSpinBox:disabled {
    color: {control_line}; border-color: {panel_line};
}
QPushButton[primary="true"] { background: {accent}; color: {on_accent}; border-color: {accent}; font-weight: 600; }
QPushButton[primary="true"]:hover { background: {accent_hover}; }
QPushButton[primary="true"]:disabled { background: {accent_faint}; border-color: {accent_faint}; color: {on_accent}; }
QPushButton[danger="true"] { color: {bad}; border-color: {bad}; }
QPushButton[flat="true"], QToolButton[flat="true"] { background: transparent; border-color: transparent; }
QPushButton[listed="true"] { text-align: left; }
QPushButton[flat="true"]:hover, QToolButton[flat="true"]:hover { background: {raised}; }
QPushButton:focus, QToolButton:focus, QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus,
QPushButton[flat="true"]:focus, QToolButton[flat="true"]:focus {
    border: 2px solid {accent}; min-height: 24dp; max-height: 24dp; padding-left: 9dp; padding-right: 9dp;
}
QToolButton[mark="true"] { padding-left: 4dp; padding-right: 4dp; min-height: 16dp; max-height: 16dp; }
QToolButton[mark="true"]:focus { padding-left: 3dp; padding-right: 3dp; min-height: 14dp; max-height: 14dp; }
QComboBox:focus { padding-right: 3dp; }
QPushButton[primary="true"]:focus { border-color: {text}; }
QLineEdit:focus, QAbstractSpinBox:focus { padding: 0 7dp; }
QLineEdit[cell="true"], QLineEdit[cell="true"]:focus { padding: 0; }
QLineEdit[cell="true"][small="true"] { font-size: 11dp; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit, QAbstractSpinBox QLineEdit:focus, QComboBox QLineEdit:focus {
    border: none; background: transparent; padding: 0 0 0 7dp; min-height: 0; max-height: 99dp; }
QComboBox QLineEdit, QComboBox QLineEdit:focus { padding: 0; }
QLineEdit[wrong="true"], QAbstractSpinBox[wrong="true"], QComboBox[wrong="true"] { border: 2px solid {bad}; }

QComboBox { padding-right: 4dp; combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 22dp; }
QComboBox::down-arrow { image: url("{icons}/chevron-down-{shade}.svg"); width: 12dp; height: 12dp; }
QComboBox QAbstractItemView {
    background: {panel}; border: 1px solid {panel_line}; padding: 4dp; outline: none;
    selection-background-color: {accent_ground}; selection-color: {text};
}
QComboBox QAbstractItemView::item { min-height: 26dp; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent; width: 16dp; }
QAbstractSpinBox::up-arrow { image: url("{icons}/chevron-up-{shade}.svg"); width: 9dp; height: 9dp; }
QAbstractSpinBox::down-arrow { image: url("{icons}/chevron-down-{shade}.svg"); width: 9dp; height: 9dp; }
QToolButton::menu-indicator { image: none; }

QCheckBox, QRadioButton { spacing: 8dp; min-height: 20dp; border: 2px solid transparent; border-radius: 4dp; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid {accent}; }
QCheckBox::indicator, QListView::indicator { width: 14dp; height: 14dp; border: 1px solid {control_line};
    border-radius: 3dp; background: {raised}; }
QCheckBox::indicator:checked, QListView::indicator:checked { background: {accent}; border-color: {accent};
    image: url("{icons}/check-{on_shade}.svg"); }

QSlider { min-height: 20dp; border: 2px solid transparent; border-radius: 4dp; }
QSlider:focus { border: 2px solid {accent}; }
QSlider::groove:horizontal { height: 4dp; border-radius: 2dp; background: {panel_line}; }
QSlider::sub-page:horizontal { height: 4dp; border-radius: 2dp; background: {accent}; }
QSlider::sub-page:horizontal:disabled { background: {control_line}; }
QSlider::handle:horizontal { width: 14dp; height: 14dp; margin: -5dp 0; border-radius: 6dp; background: {accent}; }
QSlider::handle:horizontal:disabled { background: {control_line}; }
QProgressBar { background: {panel_line}; border: none; border-radius: 3dp; min-height: 6dp; max-height: 6dp; }
QProgressBar::chunk { background: {accent}; border-radius: 3dp; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; } /* those of the platform are of another hand */

QMenuBar { background: {panel}; border-bottom: 1px solid {panel_line}; padding: 0 6dp; }
QMenuBar::item { padding: 6dp 10dp; border-radius: 5dp; background: transparent; }
QMenuBar::item:selected { background: {accent_ground}; }
QMenu { background: {panel}; border: 1px solid {panel_line}; padding: 4dp; }
QMenu::item { padding: 5dp 24dp 5dp 8dp; border-radius: 5dp; }
QMenu::item:selected { background: {accent_ground}; color: {text}; }
QMenu::item:disabled { color: {control_line}; }
QMenu::icon { padding-left: 8dp; }
QMenu::separator { height: 1px; background: {panel_line}; margin: 4dp 8dp; }
QMenu::section { color: {muted}; font-size: 11dp; padding: 6dp 8dp 2dp 8dp; }

QAbstractItemView { background: {panel}; alternate-background-color: {ground}; border: none; outline: none;
    selection-background-color: {accent_ground}; selection-color: {text}; gridline-color: {panel_line}; }
QTableView { border: 2px solid transparent; } /* room for the ring: else the header stands on it */
QAbstractItemView:focus { border: 2px solid {accent}; border-radius: 4dp; }
QHeaderView { background: transparent; border: none; }
QHeaderView::section { background: {panel}; color: {muted}; border: none; border-bottom: 1px solid {panel_line};
    padding: 4dp 8dp; font-size: 11dp; font-weight: 600; }
QHeaderView::up-arrow, QHeaderView::down-arrow { subcontrol-position: top center; width: 9dp; height: 9dp; }
QTableCornerButton::section { background: {panel}; border: none; }
QScrollArea { background: transparent; border: none; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 10dp; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10dp; margin: 0; }
QScrollBar::handle { background: {panel_line}; border-radius: 4dp; margin: 1px; }
QScrollBar::handle:vertical { min-height: 24dp; }
QScrollBar::handle:horizontal { min-width: 24dp; }
QScrollBar::handle:hover { background: {control_line}; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: {panel_line}; }
QTabWidget::pane { border: none; }
QTabBar { border: none; }
QTabBar::tab { background: transparent; color: {muted}; padding: 6dp 12dp; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: {accent}; border-bottom: 2px solid {accent}; }
QTabBar::tab:focus { border: 2px solid {accent}; border-radius: 4dp; }
QPlainTextEdit, QTextEdit, QTextBrowser { background: {panel}; color: {text}; border: 1px solid {panel_line};
    border-radius: 6dp; selection-background-color: {accent}; selection-color: {on_accent}; }
QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus { border: 2px solid {accent}; }

QFrame[segmented="true"] { background: {raised}; border: 1px solid {panel_line}; border-radius: 6dp; }
QFrame[segmented="true"] QPushButton { background: transparent; border: 2px solid transparent; border-radius: 6dp;
    min-height: 22dp; max-height: 22dp; padding: 0 10dp; color: {muted}; }
QFrame[segmented="true"] QPushButton:hover { color: {text}; }
QFrame[segmented="true"] QPushButton:checked { background: {accent_ground}; color: {accent_text};
    font-weight: 600; }
QFrame[segmented="true"] QPushButton:focus { border: 2px solid {accent}; padding: 0 10dp; }

QListWidget#help_contents { background: transparent; border: none; }
QListWidget#help_contents::item { padding: 4dp 8dp; border-radius: 5dp; }

QFrame#navigation { background: {panel}; border: none; border-right: 1px solid {panel_line}; }
QFrame#navigation QToolButton { background: transparent; border: 2px solid transparent; border-radius: 8dp;
    color: {muted}; font-size: 11dp; min-height: 46dp; max-height: 46dp;
    padding: 4dp 0 2dp 0; icon-size: 22dp; }
QFrame#navigation QToolButton:hover { background: {raised}; }
QFrame#navigation QToolButton:checked { background: {accent_ground}; color: {accent_text}; }
QFrame#navigation QToolButton:focus { border: 2px solid {accent}; padding: 4dp 0 2dp 0;
    min-height: 46dp; max-height: 46dp; }
QFrame#navigation[compact="true"] QToolButton { min-height: 30dp; max-height: 30dp; padding: 2dp 0; }

QFrame#lesson\\.bar { background: {accent_ground}; border: none; border-bottom: 1px solid {panel_line}; }
QStatusBar { background: {panel}; border-top: 1px solid {panel_line}; color: {muted}; min-height: 26dp; }
QStatusBar::item { border: none; }
QStatusBar QLabel { color: {muted}; font-size: 11dp; }
QFrame#message\\.bar { background: transparent; border: none; }
QFrame[message="true"] { background: {panel}; border: 1px solid {panel_line}; border-radius: 10dp; }
QFrame[message="true"][severity="error"] { border-color: {bad}; }
QFrame[message="true"][severity="warning"] { border-color: {doubt}; }
QFrame[message="true"][severity="info"] { border-color: {accent}; }
"""


def stylesheet(colours: Tokens, zoom: float) -> str:
    """The stylesheet with these colours, lengths multiplied by `zoom`."""
    dark = colours.ground.lightnessF() < 0.5
    values = {each.name: _css(getattr(colours, each.name)) for each in fields(colours) if each.name != "classes"}
    values |= {
        "accent_text": _css(colours.accent_text),
        "accent_hover": _css(mixed(colours.accent, colours.text, 0.15)),
        "accent_faint": _css(mixed(colours.accent, colours.panel, 0.5)),
        "icons": (paths.resources() / "icons" / "controls").as_posix(),
        "shade": "dark" if dark else "light",
        "on_shade": "on-dark" if dark else "on-light",
    }
    text = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), _TEMPLATE)
    return re.sub(r"(-?\d+)dp\b", lambda match: f"{round(int(match[1]) * zoom)}px", text)


def _css(colour: QColor) -> str:
    return colour.name()
