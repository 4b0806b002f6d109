"""Odd and hostile pictures: more than sixty kinds of file, and thousands of damaged ones made from them.

Whatever the bytes, the answer is a Picture or a PictureError; nothing crashes, nothing hangs, nothing large is built.
"""

from __future__ import annotations

import io
import random
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageFile

from cifar_gui.data.decode import PIXEL_LIMIT
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import Picture, network_input, open_picture
from cifar_gui.errors import PictureError

SIZE = 24
Seed = Callable[[], bytes]
SEEDS: dict[str, Seed] = {}


def base(mode: str = "RGB", size: tuple[int, int] = (SIZE + 8, SIZE)) -> Image.Image:
    """A picture with edges, gradients and noise."""
    width, height = size
    noise = np.random.default_rng(4).integers(0, 60, (height, width, 3))
    y, x = np.mgrid[0:height, 0:width]
    colours = np.dstack([x * 180 // width, y * 180 // height, (x // 5 + y // 5) % 2 * 180]) + noise
    image = Image.fromarray(colours.astype(np.uint8))
    if mode in ("RGBA", "LA"):
        image.putalpha(Image.linear_gradient("L").resize(size))
    return Image.merge("LAB", image.split()) if mode == "LAB" else image.convert(mode)


def saved(form: str, mode: str = "RGB", **options: object) -> Seed:
    def make() -> bytes:
        buffer = io.BytesIO()
        base(mode).save(buffer, form, **options)
        return buffer.getvalue()

    return make


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_by_hand(depth: int, colour: int, *, before: bytes = b"", size: tuple[int, int] = (8, 8)) -> bytes:
    """A PNG of a kind that Pillow reads but does not write."""
    width, height = size
    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = (width * samples * depth + 7) // 8
    random_bytes = np.random.default_rng(depth + colour).integers(0, 256, (height, row + 1), np.uint8)
    random_bytes[:, 0] = 0
    palette = chunk(b"PLTE", bytes(range(48)) * 16) if colour == 3 else b""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(random_bytes.tobytes()))
    return b"\x89PNG\r\n\x1a\n" + header + palette + before + data + chunk(b"IEND", b"")


def animated(form: str, mode: str = "RGB", **options: object) -> Seed:
    def make() -> bytes:
        frames = [base(mode).rotate(angle) for angle in (0, 90, 180)]
        buffer = io.BytesIO()
        frames[0].save(buffer, form, save_all=True, append_images=frames[1:], **options)
        return buffer.getvalue()

    return make


def turned(form: str) -> Seed:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"
    return saved(form, exif=exif)


def numbers(form: str, dtype: type) -> Seed:
    def make() -> bytes:
        values = (np.mgrid[0:SIZE, 0:SIZE][0] * 1000).astype(dtype)
        buffer = io.BytesIO()
        Image.fromarray(values).save(buffer, form)
        return buffer.getvalue()

    return make


def heif_by_hand(mode: str, **options: object) -> Seed:
    def make() -> bytes:
        buffer = io.BytesIO()
        pillow_heif.from_pillow(base(mode)).save(buffer, **options)
        return buffer.getvalue()

    return make


for _mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"):
    SEEDS[f"png {_mode}"] = numbers("PNG", np.uint16) if _mode == "I;16" else saved("PNG", _mode)
for _depth, _colour in [(1, 0), (2, 0), (4, 0), (16, 0), (16, 2), (1, 3), (2, 3), (4, 3), (16, 4), (16, 6)]:
    SEEDS[f"png depth {_depth} colour {_colour}"] = lambda d=_depth, c=_colour: png_by_hand(d, c)
SEEDS["png palette transparency"] = lambda: png_by_hand(8, 3, before=chunk(b"tRNS", bytes(range(0, 256, 2))))
SEEDS["png grey transparency"] = lambda: png_by_hand(8, 0, before=chunk(b"tRNS", b"\0\x07"))
SEEDS["png sixteen-bit transparency"] = lambda: png_by_hand(16, 0, before=chunk(b"tRNS", b"\1\7"))
SEEDS["png text"] = lambda: png_by_hand(8, 2, before=chunk(b"tEXt", b"Comment\0" + b"a" * 500))
SEEDS["png profile"] = saved("PNG", icc_profile=b"no profile at all" * 9)
SEEDS["png animated"] = animated("PNG")
SEEDS["png turned"] = turned("PNG")
SEEDS["png optimised"] = saved("PNG", "P", optimize=True, transparency=3)
for _mode in ("L", "RGB", "CMYK"):
    SEEDS[f"jpeg {_mode}"] = saved("JPEG", _mode)
SEEDS["jpeg progressive"] = saved("JPEG", progressive=True)
SEEDS["jpeg without subsampling"] = saved("JPEG", subsampling=0, quality=30)
SEEDS["jpeg restart markers"] = saved("JPEG", restart_marker_blocks=2)
SEEDS["jpeg turned"] = turned("JPEG")
SEEDS["jpeg comment"] = saved("JPEG", comment=b"hello")
SEEDS["mpo"] = animated("MPO")
for _mode in ("RGB", "RGBA"):
    SEEDS[f"webp {_mode}"] = saved("WEBP", _mode)
    SEEDS[f"webp lossless {_mode}"] = saved("WEBP", _mode, lossless=True)
    SEEDS[f"webp animated {_mode}"] = animated("WEBP", _mode)
    SEEDS[f"avif {_mode}"] = saved("AVIF", _mode, speed=10)
    SEEDS[f"heic {_mode}"] = heif_by_hand(_mode, quality=60)
SEEDS["webp turned"] = turned("WEBP")
SEEDS["avif grey"] = saved("AVIF", "L", speed=10)
SEEDS["avif animated"] = animated("AVIF", speed=10)
SEEDS["avif turned"] = turned("AVIF")
SEEDS["heic grey"] = heif_by_hand("L", quality=60)
SEEDS["heic without subsampling"] = heif_by_hand("RGB", quality=60, chroma=444)
for _mode in ("1", "L", "P", "RGB"):
    SEEDS[f"gif {_mode}"] = saved("GIF", _mode)
SEEDS["gif not interlaced"] = saved("GIF", "P", interlace=0)
SEEDS["gif transparent"] = saved("GIF", "P", transparency=base("P").getpixel((0, 0)))
SEEDS["gif animated"] = animated("GIF", "P", disposal=2, loop=0)
for _mode in ("1", "L", "P", "RGB", "RGBA"):
    SEEDS[f"bmp {_mode}"] = saved("BMP", _mode)
for _mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB"):
    SEEDS[f"tiff {_mode}"] = saved("TIFF", _mode)
for _compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
    SEEDS[f"tiff {_compression}"] = saved("TIFF", compression=_compression)
SEEDS["tiff fax"] = saved("TIFF", "1", compression="group4")
SEEDS["tiff sixteen-bit"] = numbers("TIFF", np.uint16)
SEEDS["tiff whole numbers"] = numbers("TIFF", np.int32)
SEEDS["tiff floating point"] = numbers("TIFF", np.float32)
SEEDS["tiff of pages"] = animated("TIFF")
SEEDS["tiff turned"] = turned("TIFF")

_made: dict[str, bytes] = {}


def seed(name: str) -> bytes:
    if name not in _made:
        _made[name] = SEEDS[name]()
    return _made[name]


def damaged(content: bytes, number: int) -> bytes:
    """One of endlessly many ways to damage a file, always the same for one number."""
    chance = random.Random(number)
    changed = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 4, 16])):
        place = chance.randrange(max(len(changed), 1)) if chance.random() < 0.5 else chance.randrange(64)
        length = chance.choice([1, 1, 2, 4, 8, 64])
        match chance.randrange(6):
            case 0:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                changed[place : place + 4] = chance.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"])
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = chance.randbytes(length)
            case 4:
                changed[place:place] = changed[place // 2 : place // 2 + length]
            case _:
                del changed[max(place, 8) :]
    return bytes(changed)


def outcome(content: bytes, name: str) -> str:
    """ "picture" or "refused"; anything else fails the test."""
    try:
        picture = open_picture(PictureSource.from_bytes(content, name))
    except PictureError as error:
        message = str(error)
        if message.startswith(f"{name} cannot be read: ") and message.endswith("."):
            return "refused"
        return f"an unhelpful message: {message}"
    assert isinstance(picture, Picture)
    assert picture.width * picture.height <= PIXEL_LIMIT
    assert picture.pixels.dtype == np.uint8
    assert network_input(picture).shape == (3, 32, 32)
    return "picture"


def test_there_are_more_than_sixty_kinds() -> None:
    assert len(SEEDS) >= 60
    assert len({seed(name) for name in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("name", SEEDS)
def test_every_kind_is_read(name: str) -> None:
    assert outcome(seed(name), name) == "picture"


@pytest.mark.parametrize("name", SEEDS)
def test_a_file_cut_anywhere_is_read_or_refused(name: str) -> None:
    content = seed(name)
    results = [outcome(content[: len(content) * part // 12], name) for part in range(12)]
    assert results[0] == "refused"
    assert "refused" in results[1:]


def mutants(count: int) -> Iterator[tuple[str, bytes]]:
    names = list(SEEDS)
    for number in range(count):
        name = names[number % len(names)]
        yield name, damaged(seed(name), number)


def results_of(count: int) -> tuple[Counter[str], list[float]]:
    """How many mutants became what, and how long each took in seconds, longest first."""
    counts: Counter[str] = Counter()
    times: list[float] = []
    for name, content in mutants(count):
        begun = time.perf_counter()
        counts[outcome(content, name)] += 1
        times.append(time.perf_counter() - begun)
    return counts, sorted(times, reverse=True)


def test_hundreds_of_damaged_pictures_are_read_or_refused() -> None:
    counts, _ = results_of(1500)
    assert set(counts) == {"picture", "refused"}
    assert min(counts.values()) > 100


@pytest.mark.soak
def test_five_thousand_damaged_pictures_are_read_or_refused_in_time() -> None:
    counts, times = results_of(5000)
    print(f"\n5,000 mutants of {len(SEEDS)} kinds: {counts}; p99 {times[50]:.3f} s, slowest {times[0]:.2f} s")
    assert set(counts) == {"picture", "refused"}
    assert sum(counts.values()) == 5000
    assert times[50] < 1  # the slowest claim to have a hundred million pixels, and do


def test_damage_is_the_same_in_many_threads() -> None:
    expected = [outcome(content, name) for name, content in mutants(80)]
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append([outcome(content, name) for name, content in mutants(80)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_reading_leaves_pillow_as_it_was() -> None:
    before = (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)
    for name, content in mutants(20):
        outcome(content, name)
    assert before == (ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS)


def test_a_text_bomb_in_a_picture_stays_small() -> None:
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 1))
    assert outcome(png_by_hand(8, 2, before=bomb), "bomb.png") in ("picture", "refused")


@pytest.mark.parametrize("size", [(0, 8), (8, 0), (2**31 - 1, 2**31 - 1), (2**31 - 1, 1), (20_000, 20_000)])
def test_impossible_sizes_are_refused(size: tuple[int, int]) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    assert outcome(content, "huge.png") == "refused"
