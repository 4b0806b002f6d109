"""The bytes of any picture file → upright RGB pixels. Safe to call from several threads at once.

Only the decoders named here ever see the bytes. Size is checked before a pixel is decoded, and what decoders raise on
damaged files becomes one sentence that names the picture.
"""

from __future__ import annotations

import importlib
import io
import math
import stat
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, UnidentifiedImageError

from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import PictureError, reason, remedy

Pixels = npt.NDArray[np.uint8]

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF", "HEIF")
"""Pillow's names of the formats that are read. Whatever else a file may be, no other decoder is tried."""

BYTE_LIMIT = 100_000_000
PIXEL_LIMIT = 120_000_000
"""Larger pictures are refused: they are mistakes or attacks, and would fill the memory."""

DETAIL = 1024
"""Where a picture's shorter side has at least twice as many pixels, it is kept reduced by a whole number, so that a
photo of 100 megapixels is as quick to show and to crop as any other. A network sees 32."""
_KEPT_PIXELS = 16_000_000

MID_GREY = (128, 128, 128)
"""What shows through where a picture is transparent."""

DECODER_ERRORS = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError, OSError, RuntimeError),
    *(SyntaxError, TypeError, ValueError, Warning, struct.error, zlib.error, Image.DecompressionBombError),
)
"""What Pillow and its plugins have been seen to raise on damaged files: nearly everything."""

_UPRIGHT = {  # EXIF orientation → what undoes it
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112

for _plugin in ("Jpeg", "Mpo", "Png", "WebP", "Gif", "Bmp", "Tiff", "Avif"):  # or Pillow would load all forty, later
    importlib.import_module(f"PIL.{_plugin}ImagePlugin")
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # checked here instead, for every format: Pillow only warns, through shared filters


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """An upright picture. `pixels` is uint8 (h, w, 3), read-only; for very large pictures h and w are smaller than
    `height` and `width`, the true size, in which crops are counted."""

    name: str
    pixels: Pixels = field(repr=False)
    width: int
    height: int

    @property
    def scale(self) -> tuple[float, float]:
        """Columns and rows of `pixels` for each true column and row; (1, 1) unless the picture is very large."""
        return self.pixels.shape[1] / self.width, self.pixels.shape[0] / self.height


def open_picture(source: PictureSource) -> Picture:
    """Read, decode and turn upright: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF, HEIC; of animations the first frame.

    Transparency is laid over mid-grey, 16-bit values are scaled. Raises PictureError, a sentence that names the
    picture, if there is no such file, if it is too large, damaged, cut short or no picture at all.
    """
    content = _content(source)
    if not content:
        raise _refusal(source.name, "it is empty", "save or download it again")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            return _decoded(image, source.name)
    except UnidentifiedImageError as error:
        raise _refusal(
            source.name,
            "it is not a picture of a known kind, or is badly damaged",
            "use JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC",
        ) from error
    except MemoryError as error:
        raise _refusal(source.name, "there is not enough memory to decode it", "make it smaller first") from error
    except DECODER_ERRORS as error:
        raise _refusal(source.name, "it is damaged or cut short", "save or download it again") from error


def _refusal(name: str, why: str, remedy: str) -> PictureError:
    return PictureError(f"{name} cannot be read: {why}; {remedy}.")


def _content(source: PictureSource) -> bytes:
    """The bytes of the file, at most BYTE_LIMIT of them."""
    if source.path is None:
        content = source.content or b""
    else:
        try:
            content = _file_content(source.path, source.name)
        except (OSError, ValueError) as error:
            raise _refusal(source.name, reason(error), remedy(error)) from error
    if len(content) > BYTE_LIMIT:
        raise _refusal(source.name, f"it has more than {BYTE_LIMIT // 10**6} MB", "make it smaller first")
    return content


def _file_content(path: Path, name: str) -> bytes:
    if stat.S_ISDIR(path.stat().st_mode):
        raise _refusal(name, "it is a folder", "open the pictures in it")
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, a device never ends
        raise _refusal(name, "it is not an ordinary file", "choose a picture file")
    with path.open("rb") as file:
        return file.read(BYTE_LIMIT + 1)


def _decoded(image: Image.Image, name: str) -> Picture:
    _check_size(image, name)
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        image.draft(None, (DETAIL, DETAIL))  # lets the decoder skip detail
        image.load()
    else:
        image.load()
        _check_size(image, name)  # HEIC may turn out larger than its header said
        width, height = image.size
    orientation = _orientation(image)
    upright = _reduced(_rgb(image))
    if orientation in _UPRIGHT:
        upright = upright.transpose(_UPRIGHT[orientation])
        if orientation >= 5:
            width, height = height, width
    return Picture(name, np.asarray(upright), width, height)


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise _refusal(name, "it has no pixels", "save or download it again")
    if width * height > PIXEL_LIMIT:
        size = f"{width} × {height} pixels, more than {PIXEL_LIMIT // 10**6} million"
        raise _refusal(name, f"it has {size}", "make it smaller first")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1–8; 1 if there is none. Damaged EXIF data does not make a picture unreadable."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except DECODER_ERRORS:
        return 1


def _reduced(image: Image.Image) -> Image.Image:
    factor = max(min(image.size) // DETAIL, math.ceil(math.sqrt(image.width * image.height / _KEPT_PIXELS)))
    return image.reduce(factor) if factor > 1 else image


def _rgb(image: Image.Image) -> Image.Image:
    """Any of Pillow's modes → RGB."""
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_byte_range(np.asarray(image), image.mode)).convert("RGB")
    if image.has_transparency_data:
        picture = image.convert("RGBA")
        opaque = Image.new("RGB", picture.size, MID_GREY)
        opaque.paste(picture, mask=picture)
        return opaque
    return _from_lab(image) if image.mode == "LAB" else image.convert("RGB")


def _byte_range(values: npt.NDArray[np.generic], mode: str) -> Pixels:
    """Numbers of more than eight bits, (h, w) → 0–255. The range is the type's if that is plain, else the picture's."""
    numbers = np.nan_to_num(values.astype(np.float32))
    low, high = float(numbers.min()), float(numbers.max())
    rules: tuple[tuple[bool, float, float], ...] = (  # applies, black, white
        (mode.startswith("I;16"), 0.0, 65535.0),
        (mode == "F" and low >= 0 and high <= 1, 0.0, 1.0),
        (low >= 0 and high <= 255, 0.0, 255.0),
        (low >= 0 and high <= 65535, 0.0, 65535.0),
        (True, low, high),
    )
    black, white = next((black, white) for applies, black, white in rules if applies)
    scaled = (numbers - black) / max(white - black, 1e-30) * 255
    pixels: Pixels = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return pixels


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms  # rare: some TIFF files of printers

    turned = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    return turned if turned is not None else image
