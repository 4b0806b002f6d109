"""Not a test: the app with a given network, run as a process of its own by test_drag_and_drop.py.

    python drag_target.py MODEL

Prints a line of JSON whenever what it shows has changed; ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from cifar_gui.app import create_window

model = Path(sys.argv[1])
_told = ""


def tell() -> None:
    """Print the state, if it is another one than last time."""
    global _told
    current, snapshot = window.context.models.current, window.context.models.snapshot
    centre = drop.mapToGlobal(drop.rect().center())
    state = {
        "ready": snapshot is not None and current is not None and current.path == model,
        "centre": [centre.x(), centre.y()],
        "lit": drop._lit,
        "verdict": page.single.verdict_panel.verdict.text(),
        "pictures": [entry.source.name for entry in page.history_panel.strip.entries],
        "messages": [message.text for message in window.context.messages.all],
    }
    line = json.dumps(state)
    if line != _told:
        _told = line
        print(line, flush=True)
    if window.context.torch_ready() and (current is None or current.path != model):
        window.context.models.choose_file(model)
    if not stopped.is_alive():
        window.close_now()
        application.quit()


application = QApplication(sys.argv[:1])
window = create_window()
window.setGeometry(300, 0, 1024, 640)
window.show()
page = window.show_page("classify")
drop = page.single.picture_panel.drop_area
stopped = threading.Thread(target=sys.stdin.read, daemon=True)
stopped.start()
timer = QTimer()
timer.timeout.connect(tell)
timer.start(20)
sys.exit(application.exec())
