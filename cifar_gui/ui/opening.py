"""From what was dropped to a picture on the screen: folders are looked through and files decoded on a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from cifar_gui import paths
from cifar_gui.data.picture import Crop, PictureSource, centre_crop, picture_files
from cifar_gui.errors import Cancelled, CifarGuiError, PictureError
from cifar_gui.ui.background import Background
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.widgets.mime import Dropped, link_name
from cifar_gui.ui.widgets.pixels import qimage_of

if TYPE_CHECKING:
    from cifar_gui.data.decode import Picture
    from cifar_gui.data.transport import Tick

LARGEST_SHOWN = 1600
"""Pictures are shown from a copy at most this wide and high: scaling a larger one would hold up the window."""

_TOPIC = "picture"


@dataclass(frozen=True, eq=False, slots=True)
class Opened:
    """A picture ready to be shown. `image` may be a reduced copy, `thumbnail` shows the crop."""

    source: PictureSource
    picture: Picture
    image: QImage
    thumbnail: QImage
    crop: Crop
    number: int  # in the history; 0 for a new one


class Opener(QObject):
    """Opens pictures, one at a time; the newest wish wins.

    Signals: opened(Opened) a single picture; many_found(list[PictureSource]) several, not yet opened.
    """

    opened = Signal(object)
    many_found = Signal(object)

    def __init__(
        self, jobs: Background, messages: Messages, parent: QObject | None = None, *, key: str = "classify.open"
    ) -> None:
        """`key` of its work: no other page has the same, whose wishes would put an end to those of this one."""
        super().__init__(parent)
        self._jobs, self._messages, self._key = jobs, messages, key

    def take(self, dropped: Dropped) -> None:
        """Open what was dropped or pasted; what is refused is said, what is on the web is asked about."""
        for refusal in dropped.refusals[:1]:
            rest = len(dropped.refusals) - 1
            text = f"{refusal} The same goes for {rest} more." if rest else refusal
            self._messages.warn(text, topic=_TOPIC)
        if dropped.links:
            self.ask_about(dropped.links)
        if dropped.sources:
            self.open(dropped.sources)

    def open(self, sources: Sequence[PictureSource]) -> None:
        """Open one picture, or find all there are in the files and folders given."""
        if not sources:
            return
        wanted = list(sources)
        self._jobs.run(lambda: _look_into(wanted), self._on_looked_into, self._on_failed, key=self._key)

    def give_up(self) -> None:
        """What is still being opened is not wanted any more."""
        self._jobs.cancel(self._key)

    def reopen(self, source: PictureSource, crop: Crop | None, number: int) -> None:
        """Open a picture seen before, with the crop it had."""
        self._jobs.run(lambda: decoded(source, crop, number), self._on_looked_into, self._on_failed, key=self._key)

    def _on_looked_into(self, found: Opened | list[PictureSource]) -> None:
        self._messages.resolve(_TOPIC)
        if isinstance(found, list):
            self.many_found.emit(found)
        else:
            self.opened.emit(found)

    def _on_failed(self, error: CifarGuiError) -> None:
        self._messages.error(str(error), topic=_TOPIC)

    def ask_about(self, links: tuple[str, ...]) -> None:
        """The visible yes: nothing is fetched before the button in the message is pressed."""
        hosts = ", ".join(dict.fromkeys(urlsplit(link).netloc for link in links))
        if len(links) == 1:
            text = f"{link_name(links[0])} is on the web, at {hosts}. Fetching it tells that site your address."
        else:
            text = f"These {len(links)} pictures are on the web, at {hosts}. Fetching them tells that your address."

        def fetch() -> None:
            self._messages.dismiss(text)
            self._jobs.run(
                lambda: _fetched(links, self._give_up_at_the_end), self._on_looked_into, self._on_failed, key=self._key
            )

        self._messages.info(text, ("Fetch it" if len(links) == 1 else "Fetch them", fetch))

    def _give_up_at_the_end(self) -> None:
        """Called on a worker while it waits for a server: the window does not wait for it to close."""
        if self._jobs.closing:
            raise Cancelled


def decoded(source: PictureSource, crop: Crop | None = None, number: int = 0) -> Opened:
    """Runs on a worker. Raises PictureError."""
    from cifar_gui.data.decode import open_picture

    picture = open_picture(source)
    image = qimage_of(picture.pixels)
    if max(image.width(), image.height()) > LARGEST_SHOWN:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(LARGEST_SHOWN, LARGEST_SHOWN, keep, smooth)
    used = crop or centre_crop(picture.width, picture.height)
    return Opened(source, picture, image, crop_thumbnail(picture, used), used, number)


def _look_into(sources: list[PictureSource]) -> Opened | list[PictureSource]:
    """Runs on a worker: the one picture, decoded, or all that there are. Raises PictureError."""
    found: list[PictureSource] = []
    for source in sources:
        if source.path is not None and paths.is_folder(source.path):
            found.extend(PictureSource.from_path(file) for file in picture_files(source.path))
        else:
            found.append(source)
    if not found:
        names = " and ".join(source.name for source in sources[:2])
        raise PictureError(
            f"There are no pictures in {names}: looked for JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC files."
        )
    return decoded(found[0]) if len(found) == 1 else found


def _fetched(links: tuple[str, ...], tick: Tick) -> Opened | list[PictureSource]:
    """Runs on a worker: fetch all, then go on as with files. One that fails does not stop the others; what `tick`
    raises does."""
    from cifar_gui.ui.classify.fetch import fetch_picture  # brings half the standard library's network code

    found: list[PictureSource] = []
    problems: list[PictureError] = []
    for link in links:
        try:
            found.append(fetch_picture(link, link_name(link), tick))
        except PictureError as problem:
            problems.append(problem)
    if problems and not found:
        raise problems[0]
    return _look_into(found)


def crop_thumbnail(picture: Picture, crop: Crop, side: int = 128) -> QImage:
    """A smooth little picture of the crop, at most `side` pixels wide; smaller crops are left as they are."""
    from PySide6.QtCore import Qt

    across, down = picture.scale
    left, top = max(0, round(crop.x * across)), max(0, round(crop.y * down))
    right, bottom = round((crop.x + crop.side) * across), round((crop.y + crop.side) * down)
    image = qimage_of(picture.pixels[top : max(bottom, top + 1), left : max(right, left + 1)])
    if max(image.width(), image.height()) <= side:
        return image
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    return image.scaled(side, side, keep, smooth)
