"""Draw resources/samples/*.svg as 256-pixel PNG files, what the app and the command line read.

uv run python tests/render_samples.py [folder]
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "samples"
SIZE = 256


def render(drawing: Path, picture: Path) -> None:
    """Draw one SVG file into one PNG file. Needs a QGuiApplication. Raises ValueError if it is no drawing."""
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(drawing))
    if not renderer.isValid():
        raise ValueError(f"{drawing} cannot be drawn")
    image = QImage(SIZE, SIZE, QImage.Format.Format_RGB888)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter)
    painter.end()
    if not image.save(str(picture)):
        raise OSError(f"{picture} cannot be written")


def main() -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication(sys.argv[:1])
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES
    for drawing in sorted(folder.glob("*.svg")):
        render(drawing, drawing.with_suffix(".png"))
        print(drawing.with_suffix(".png"))
    application.quit()


if __name__ == "__main__":
    main()
