"""Every action of the window by name. Disabled ones say why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from cifar_gui.ui.icons import icon

Key = QKeySequence.StandardKey


@dataclass(frozen=True)
class ActionText:
    """How one action is called, drawn, explained and reached from the keyboard."""

    text: str  # with a mnemonic
    icon: str
    tip: str
    keys: tuple[Key | str, ...] = ()  # the first that this platform has
    also: str = ""  # keys for it on every platform


ACTIONS: dict[str, ActionText] = {
    "open": ActionText("&Open pictures…", "open", "Classify pictures from files", (Key.Open, "Ctrl+O")),
    "open_folder": ActionText("Open &folder…", "folder", "Classify all pictures in a folder", ("Ctrl+Shift+O",)),
    "open_design": ActionText("Open desi&gn…", "network", "Put the layers in a file into the designer"),
    "import_run": ActionText("&Import run…", "runs", "Take in a run that was exported on another machine"),
    "open_lesson": ActionText("Open &lesson…", "lesson", "Set the app up as a lesson wants it, with its text beside"),
    "save_lesson": ActionText("Sa&ve lesson…", "edit", "Make a lesson of what is set up now, for others to open"),
    "save": ActionText("&Save as…", "save", "Save what this page shows", (Key.Save, "Ctrl+S")),
    "get_data": ActionText("Get &data…", "data", "Download a data set, or use one that is here already"),
    "quit": ActionText("&Quit", "quit", "Close the window; a training run is asked about first", (Key.Quit, "Ctrl+Q")),
    "undo": ActionText("&Undo", "undo", "Take back the last change", (Key.Undo, "Ctrl+Z")),
    "redo": ActionText("Red&o", "redo", "Make again what has been taken back", (Key.Redo, "Ctrl+Shift+Z"), "Ctrl+Y"),
    "paste": ActionText("&Paste", "paste", "Classify the picture on the clipboard", (Key.Paste, "Ctrl+V")),
    "copy": ActionText("&Copy", "copy", "Copy what this page shows", (Key.Copy, "Ctrl+C")),
    "preferences": ActionText("Pre&ferences…", "settings", "Colours, size and folders", (Key.Preferences, "Ctrl+,")),
    "zoom_in": ActionText("Zoom &in", "zoom-in", "Make everything larger", (Key.ZoomIn, "Ctrl++")),
    "zoom_out": ActionText("Zoom &out", "zoom-out", "Make everything smaller", (Key.ZoomOut, "Ctrl+-")),
    "zoom_reset": ActionText("&Normal size", "search", "Back to 100 %", ("Ctrl+0",)),
    "present": ActionText(
        "&Present", "full-screen", "Full screen at 150 % with thick curves, for a projector", (Key.FullScreen, "F11")
    ),
    "choose_model": ActionText("&Choose model…", "model", "Choose the network that every page looks at", ("Ctrl+M",)),
    "watch_live": ActionText("Watch &live", "live", "Look at the network that is being trained", ("Ctrl+L",)),
    "open_model": ActionText("&Open model file…", "open", "Look at a network in a .safetensors file"),
    "export_model": ActionText("&Export…", "export", "Write the network for other programs: ONNX, PyTorch, Python"),
    "start": ActionText("&Start or continue", "play", "Train with the recipe on the Train page", ("F5",)),
    "pause": ActionText("&Pause", "pause", "Wait before the next batch, or go on", ("F6",)),
    "stop": ActionText("S&top", "stop", "Stop training and keep everything", ("Shift+F5",)),
    "one_more": ActionText("One &more epoch", "one-more", "Train one more epoch, then pause", ("Ctrl+F5",)),
    "help": ActionText("&Explain this", "help", "The page about what has the focus", (Key.HelpContents, "F1")),
    "help_contents": ActionText("&Contents", "table", "Everything the help has, and a search", ("Shift+F1",)),
    "tour": ActionText("Guided &tour of convolution", "play", "Eight short steps, each set up for you to try"),
    "experiments": ActionText("E&xperiments to try", "convolution", "Ideas about convolution, set up with one click"),
    "shortcuts": ActionText("&Keyboard shortcuts", "keyboard", "Every key of this window", ("Ctrl+F1",)),
    "open_log": ActionText("Open &log folder", "log", "Show the folder with the log file"),
    "about": ActionText("&About CIFAR GUI", "info", "Versions of this app and what it is made with"),
}


class Actions(QObject):
    """The window's actions: `actions["stop"]` is a QAction. Pages may `add` their own under "<page>.<name>"."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._tips: dict[str, str] = {}
        self._icons: dict[str, str] = {}
        for name, text in ACTIONS.items():
            self.add(name, text)

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[tuple[str, QAction]]:
        return iter(self._actions.items())

    def add(self, name: str, text: ActionText, triggered: Callable[[], object] | None = None) -> QAction:
        """Make an action. It belongs in a menu, or on a widget, to be reachable."""
        action = QAction(text.text, self)
        action.setObjectName(f"action.{name}")
        action.setShortcuts(_sequences(text.keys, text.also))
        if triggered is not None:
            action.triggered.connect(lambda: triggered())
        self._actions[name] = action
        self._tips[name] = text.tip
        self._icons[name] = text.icon
        self.enable(name)
        return action

    def draw_icons(self) -> None:
        """Give the actions their icons: after the window's first paint, as they can be seen only in menus."""
        for name, action in self._actions.items():
            action.setIcon(icon(self._icons[name]))

    def adopt(self, name: str, action: QAction, icon_name: str) -> None:
        """Take in an action made elsewhere, which explains itself."""
        action.setObjectName(f"action.{name}")
        self._icons[name] = icon_name
        self._actions[name] = action
        self._tips[name] = action.statusTip()

    def on(self, name: str, triggered: Callable[[], object]) -> None:
        """Have `triggered` called when the action is."""
        self._actions[name].triggered.connect(lambda: triggered())

    def enable(self, name: str) -> None:
        """Allow the action; its tip says what it does."""
        self._tell(name, self._tips[name], enabled=True)

    def disable(self, name: str, why: str) -> None:
        """Forbid the action; its tip says why."""
        self._tell(name, why, enabled=False)

    def allow(self, name: str, why_not: str) -> None:
        """Disable it with a reason, or enable it when the reason is ""."""
        if why_not:
            self.disable(name, why_not)
        else:
            self.enable(name)

    def _tell(self, name: str, tip: str, *, enabled: bool) -> None:
        action = self._actions[name]
        action.setEnabled(enabled)
        action.setStatusTip(tip)
        action.setToolTip(tip)


def _sequences(keys: tuple[Key | str, ...], also: str) -> list[QKeySequence]:
    """The keys of this platform for a standard key, else the fallback; and those that are keys of it everywhere."""
    known = ([QKeySequence(key)] if isinstance(key, str) else QKeySequence.keyBindings(key) for key in keys)
    found: list[QKeySequence] = next(filter(None, known), [])
    more = QKeySequence(also)
    return found if not also or more in found else [*found, more]
