"""Decodes many pictures at once, in a few threads, each to what the network sees of it."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import torch
from PIL.PngImagePlugin import PngImageFile
from torch import Tensor

from cifar_gui.data.base import IMAGE_SIZE, Progress
from cifar_gui.data.decode import DECODER_ERRORS, Pixels
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input, open_picture
from cifar_gui.errors import DataError, PictureError

_PORTION = 64
"""Pictures in one piece of work: enough to be worth handing over."""

_NAMED, _ENOUGH = 5, 100
"""So many unreadable pictures are named, and after so many there is no point in looking for more."""

_PLAIN_PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + IMAGE_SIZE.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
"""How a PNG of 32 × 32 pixels in plain RGB begins."""

_PLAIN_LIMIT = 100_000

_HARMLESS = {"dpi", "gamma", "srgb", "chromaticity"}
"""What else may stand in a PNG without a say in its pixels. Transparency and orientation have one."""


def read_pictures(files: Sequence[Path], progress: Progress, workers: int | None = None) -> Tensor:
    """The network's input for each file, uint8 (N, 3, 32, 32). DataError naming the first few that cannot be read."""
    portions = _Portions(files)
    pool = ThreadPoolExecutor(workers or min(os.cpu_count() or 1, 8), thread_name_prefix="decode")
    try:
        running = {pool.submit(portions.read, start) for start in range(0, len(files), _PORTION)}
        while running:
            finished, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for portion in finished:
                portion.result()  # raises what went wrong in it, apart from pictures that cannot be read
            progress(portions.done / len(files), f"Reading pictures: {portions.done:,} of {len(files):,}")
    finally:  # reached early if the user cancels
        portions.stopped.set()
        pool.shutdown(cancel_futures=True)
    if portions.refusals:
        raise DataError(_refusal(portions.refusals))
    return torch.from_numpy(portions.images)


class _Portions:
    """The pictures read so far; filled by several threads, each portion by one of them."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.images = np.empty((len(files), 3, IMAGE_SIZE, IMAGE_SIZE), np.uint8)
        self.refusals: list[str] = []
        self.done = 0
        self.stopped = threading.Event()
        self._lock = threading.Lock()

    def read(self, start: int) -> None:
        """Read the portion of files that begins at `start`."""
        portion = self.files[start : start + _PORTION]
        for index, path in enumerate(portion, start):
            if self.stopped.is_set() or len(self.refusals) >= _ENOUGH:
                return
            try:
                self.images[index] = read_picture(path)
            except PictureError as error:
                self.refusals.append(f"{path.parent.name}/{error}")
        with self._lock:
            self.done += len(portion)


def read_picture(path: Path) -> Pixels:
    """What the network sees of a picture file, uint8 (3, 32, 32). Raises PictureError.

    Small plain PNGs, of which data sets of this kind consist, skip what they do not need: four times as fast.
    """
    pixels = _plain_png(path)
    return network_input(open_picture(PictureSource.from_path(path))) if pixels is None else pixels


def _plain_png(path: Path) -> Pixels | None:
    """The pixels (3, 32, 32) of a file that is a plain PNG of the right size; None if it is not, or is damaged."""
    if path.suffix.lower() != ".png" or not path.is_file():  # a pipe would be waited for
        return None
    try:
        with path.open("rb") as file:
            content = file.read(_PLAIN_LIMIT + 1)
        if len(content) > _PLAIN_LIMIT or not content.startswith(_PLAIN_PNG):
            return None
        with PngImageFile(io.BytesIO(content)) as image:
            image.load()
            if not _HARMLESS.issuperset(image.info) or image.mode != "RGB":
                return None
            return np.asarray(image).transpose(2, 0, 1)
    except DECODER_ERRORS:  # the long way round finds out why
        return None


def _refusal(refusals: Sequence[str]) -> str:
    named = " ".join(sorted(refusals)[:_NAMED])
    if len(refusals) == 1:
        return f"A picture cannot be used, so the folder was not imported. {named}"
    more = (
        ""
        if len(refusals) <= _NAMED
        else f" And {'at least ' * (len(refusals) >= _ENOUGH)}{len(refusals) - _NAMED} more."
    )
    return f"Some pictures cannot be used, so the folder was not imported. {named}{more}"
