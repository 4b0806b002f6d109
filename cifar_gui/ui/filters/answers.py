"""What the Filters page has worked out for it, on a worker; and what is kept of that, so that coming back is quick."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.base import Progress
from cifar_gui.explain.base import EXPLAINERS, Request
from cifar_gui.explain.kept import Kept
from cifar_gui.ui.widgets.image_grid import TileSheet, sheet_of

_LIMIT = 128_000_000


@dataclass(frozen=True, eq=False)
class Answer:
    """The pictures for one request."""

    snapshot: ModelSnapshot
    view: str
    request: Request
    sheet: TileSheet


class Answers:
    """Asks the explainers. For any thread."""

    def __init__(self) -> None:
        self._sheets: Kept[TileSheet] = Kept(_LIMIT, _size)

    def answer(self, snapshot: ModelSnapshot, view: str, request: Request, progress: Progress) -> Answer:
        """Raises CifarGuiError if it cannot be answered, and what `progress` raises."""
        asked = replace(request, progress=progress)
        key = (
            snapshot.digest,
            view,
            request.layer.key,
            request.order,
            request.scale,
            request.channel,
            request.picture.pixels.tobytes() if request.picture is not None else b"",
            request.pictures.split.fingerprint if request.pictures is not None else "",
        )
        sheet = self._sheets.get(key, lambda: sheet_of(EXPLAINERS[view](snapshot, asked), _file_part(view, request)))
        return Answer(snapshot, view, request, sheet)


def _file_part(view: str, request: Request) -> str:
    """What names of files say of a view: "maps"; of one input channel at a time, which: "channels-4"."""
    return f"{view}-{request.channel}" if view == "channels" else view


def _size(sheet: TileSheet) -> int:
    return sheet.image.sizeInBytes() + sheet.grid.tiles.nbytes
