"""Pictures that are dragged out, as files for programs that want one."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from PySide6.QtGui import QImage

from cifar_gui import paths

_KEPT = 100
"""The last ones: who took a file may not have read it yet."""


def file_of(picture: QImage, name: str) -> Path | None:
    """A file called `name` with a picture. It lies in a folder of its own: what comes from a path again may be taken
    for what has been read there before. None if it cannot be written."""
    folder = paths.cache() / "dragged"
    own = folder / hashlib.sha256(picture.constBits()).hexdigest()[:16]
    try:
        own.mkdir(parents=True, exist_ok=True)
        if not picture.save(str(own / name)):
            return None
        os.utime(own)
        for old in sorted(folder.iterdir(), key=lambda each: -each.stat().st_mtime_ns)[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return None
    return own / name
