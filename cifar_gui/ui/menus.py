"""The menus, laid out as a table; what the actions do is connected in main_window.py and window_actions.py."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from cifar_gui.ui.actions import Actions
from cifar_gui.ui.page import PAGES
from cifar_gui.ui.theme import SCHEMES

_MENUS: dict[str, tuple[str, ...]] = {
    "&File": (
        *("open", "open_folder", "get_data", "open_design", "import_run"),
        *("", "open_lesson", "save_lesson", "", "save", "", "quit"),
    ),
    "&Edit": ("undo", "redo", "", "copy", "paste", "", "preferences"),
    "&View": ("*pages", "", "*theme", "", "zoom_in", "zoom_out", "zoom_reset", "present"),
    "&Model": ("choose_model", "watch_live", "open_model", "", "export_model"),
    "&Train": ("start", "pause", "stop", "one_more"),
    "&Help": ("help", "help_contents", "", "*lessons", "tour", "experiments", "", "shortcuts", "open_log", "", "about"),
}
_SCHEME_ICONS = {"system": "system", "light": "sun", "dark": "moon"}


def fill_menu_bar(bar: QMenuBar, actions: Actions) -> None:
    """Build every menu. Actions for the pages ("page.train") and themes ("theme.dark") are added on the way."""
    for title, names in _MENUS.items():
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        for name in names:
            if name == "*pages":
                _add_pages(menu, actions)
            elif name == "*theme":
                _add_themes(menu, actions)
            elif name == "*lessons":
                _add_lessons(menu, actions)
            elif name:
                menu.addAction(actions[name])
            else:
                menu.addSeparator()


def _add_pages(menu: QMenu, actions: Actions) -> None:
    group = QActionGroup(menu)
    for entry in PAGES:
        action = QAction(actions)
        _prepare(action, group, f"Go to {entry.label}")
        actions.adopt(f"page.{entry.name}", action, str(entry.details["icon"]))
        menu.addAction(action)
    show_pages(actions, PAGES.names())


def show_pages(actions: Actions, names: Collection[str]) -> None:
    """Offer these pages in the View menu, with the keys Ctrl+1 and so on in their order. A hidden action has no key."""
    number = 0
    for entry in PAGES:
        action, shown = actions[f"page.{entry.name}"], entry.name in names
        number += shown
        action.setText(f"&{number} {entry.label}" if shown else entry.label)
        action.setShortcut(f"Ctrl+{number}" if shown else "")
        action.setVisible(shown)


def _add_lessons(menu: QMenu, actions: Actions) -> None:
    """A menu for those that come with the app: it is filled when somebody has read their titles."""
    submenu = menu.addMenu("Les&sons")
    submenu.setToolTipsVisible(True)
    action = submenu.menuAction()
    action.setStatusTip("Guided by a text, with only what it takes on the screen")
    actions.adopt("lessons", action, "lesson")


def _add_themes(menu: QMenu, actions: Actions) -> None:
    submenu = menu.addMenu("&Theme")
    actions.adopt("theme", submenu.menuAction(), "sun")
    group = QActionGroup(submenu)
    for scheme in SCHEMES:
        action = QAction(f"&{scheme.title()}", actions)
        tip = "Follow the system's colours" if scheme == "system" else f"{scheme.title()} colours, always"
        _prepare(action, group, tip)
        actions.adopt(f"theme.{scheme}", action, _SCHEME_ICONS[scheme])
        submenu.addAction(action)


def _prepare(action: QAction, group: QActionGroup, tip: str) -> None:
    action.setCheckable(True)
    action.setStatusTip(tip)
    action.setToolTip(tip)
    group.addAction(action)
