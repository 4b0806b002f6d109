"""A recipe inside a PNG picture: written beside the pixels as a chunk of text, and read from what anybody may send.

PNG (third edition, W3C 2025), section 11.3.3.4: an iTXt chunk is a keyword, then after some zeros UTF-8 text. It stands
before the pixels, so that no more than the beginning of a file is read to see whether it has one.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO

from cifar_gui import paths
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import RecipeError, not_read
from cifar_gui.recipe import Recipe

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"cifar-gui recipe"
_START = _KEYWORD + b"\0\0\0\0\0"  # not compressed, in no language, the keyword not translated
_HEADER = 25  # bytes of the chunk IHDR, which is the first
MAX_CHUNK = 1 << 18
_MAX_CHUNKS = 64  # before the pixels


def with_recipe(png: bytes, recipe: Recipe) -> bytes:
    """A PNG picture with the recipe in it. Raises ValueError if it is none, or the recipe is too long."""
    body = _START + recipe.to_toml().encode()
    head = len(_SIGNATURE) + _HEADER
    if not png.startswith(_SIGNATURE) or len(png) < head or len(body) > MAX_CHUNK:
        raise ValueError("no PNG picture, or too long a recipe")
    chunk = b"iTXt" + body
    return png[:head] + struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[head:]


def carries_recipe(source: PictureSource) -> bool:
    """Whether a picture has a recipe in it, damaged or not. Never raises, and waits for no pipe."""
    if source.path is not None and not paths.is_file(source.path):
        return False
    try:
        with _opened(source) as file:
            return _chunk_in(file) is not None
    except (OSError, ValueError):
        return False


def recipe_in(source: PictureSource) -> Recipe:
    """The recipe in a picture. Raises RecipeError, naming the picture, if there is none or it is damaged."""
    try:
        with _opened(source) as file:
            found = _chunk_in(file)
    except (OSError, ValueError) as error:
        raise RecipeError(not_read(source.name, error)) from error
    if found is None:
        raise RecipeError(f"There is no recipe in {source.name}.")
    body, checksum = found
    if zlib.crc32(b"iTXt" + body) != checksum or not body.startswith(_START):
        raise RecipeError(
            f"The recipe in {source.name} is damaged. Ask for the picture again, as a file: what edits pictures, or "
            "sends them as messages, may change what is in them."
        )
    try:
        text = body[len(_START) :].decode()
    except UnicodeDecodeError as error:
        raise RecipeError(f"The recipe in {source.name} is damaged: it is not text in UTF-8.") from error
    return Recipe.from_toml(text, f"The recipe in {source.name}")


def _opened(source: PictureSource) -> BinaryIO:
    return source.path.open("rb") if source.path is not None else io.BytesIO(source.content or b"")


def _chunk_in(file: BinaryIO) -> tuple[bytes, int] | None:
    """The body of our chunk, of which no more than one byte too many is read, and its checksum; None without one."""
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return None
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] in (b"IDAT", b"IEND"):
            return None
        (length,) = struct.unpack(">I", head[:4])
        if head[4:] == b"iTXt":
            body = file.read(min(length, MAX_CHUNK + 1))
            if body.startswith(_KEYWORD + b"\0"):
                end = file.read(4) if len(body) == length else b""
                return body, struct.unpack(">I", end)[0] if len(end) == 4 else -1
            file.seek(length - len(body), io.SEEK_CUR)
        else:
            file.seek(length, io.SEEK_CUR)
        file.seek(4, io.SEEK_CUR)
    return None
