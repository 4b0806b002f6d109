"""Decoding many pictures: the fast path gives the same pixels as the one that everything else takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cifar_gui.data import pooled
from cifar_gui.data.base import no_progress
from cifar_gui.data.picture import PictureSource
from cifar_gui.data.preprocess import network_input, open_picture

PIXELS = np.random.RandomState(2).randint(0, 256, (32, 32, 4), dtype=np.uint8)


def _turned() -> dict[str, Any]:
    exif = Image.Exif()
    exif[0x0112] = 6
    return {"exif": exif}


def _described() -> dict[str, Any]:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "a comment")
    return {"pnginfo": info}


VARIANTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": (PIXELS[..., :3], {}),
    "uncompressed": (PIXELS[..., :3], {"compress_level": 0}),
    "with a resolution": (PIXELS[..., :3], {"dpi": (72, 72)}),
    "with a comment": (PIXELS[..., :3], _described()),
    "turned by EXIF": (PIXELS[..., :3], _turned()),
    "one colour transparent": (PIXELS[..., :3], {"transparency": tuple(PIXELS[0, 0, :3].tolist())}),
    "with alpha": (PIXELS, {}),
    "greyscale": (PIXELS[..., 0], {}),
    "sixteen bits": (PIXELS[..., 0].astype(np.uint16) * 200, {}),
    "wide": (PIXELS[:20, :, :3], {}),
    "large": (np.tile(PIXELS[..., :3], (2, 2, 1)), {}),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_png_gives_the_pixels_of_the_one_path(variant: str, tmp_path: Path) -> None:
    pixels, options = VARIANTS[variant]
    path = tmp_path / "picture.png"
    Image.fromarray(pixels).save(path, **options)
    expected = network_input(open_picture(PictureSource.from_path(path)))
    assert np.array_equal(pooled.read_picture(path), expected)


def test_plain_small_pngs_take_the_fast_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_needed(source: PictureSource) -> None:
        raise AssertionError(f"{source.name} took the long way")

    path = tmp_path / "picture.png"
    Image.fromarray(PIXELS[..., :3]).save(path)
    monkeypatch.setattr(pooled, "open_picture", not_needed)
    assert np.array_equal(pooled.read_picture(path), PIXELS[..., :3].transpose(2, 0, 1))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_pictures_come_in_the_order_of_their_files(workers: int, tmp_path: Path) -> None:
    for number in range(200):
        Image.fromarray(np.full((32, 32, 3), number, np.uint8)).save(tmp_path / f"{number:03}.png")
    shares: list[float] = []
    files = sorted(tmp_path.glob("*.png"))
    images = pooled.read_pictures(files, lambda share, doing: shares.append(share), workers)
    assert images[:, 0, 0, 0].tolist() == list(range(200))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_bug_in_a_worker_is_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(pooled, "read_picture", broken)
    with pytest.raises(ZeroDivisionError):
        pooled.read_pictures([tmp_path / "a.png"], no_progress)
