"""A recipe in a picture: written, read again, and not believed when it is damaged."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from cifar_gui.data.decode import open_picture
from cifar_gui.data.picture import PictureSource
from cifar_gui.errors import RecipeError
from cifar_gui.recipe import Recipe
from cifar_gui.runs.card_file import MAX_CHUNK, carries_recipe, recipe_in, with_recipe

RECIPE = Recipe(network="simple", data="/photos/ü", seed=7, lr=0.3)


def png(**text: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for keyword, value in text.items():
        info.add_itxt(keyword, value)
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), "orange").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def source(content: bytes, name: str = "card.png") -> PictureSource:
    return PictureSource.from_bytes(content, name)


def test_a_picture_brings_its_recipe_and_stays_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "card.png"
    file.write_bytes(with_recipe(png(), RECIPE))
    card = PictureSource.from_path(file)
    assert carries_recipe(card)
    assert recipe_in(card) == RECIPE
    assert recipe_in(source(file.read_bytes())) == RECIPE
    picture = open_picture(card)
    assert (picture.width, picture.height) == (40, 30)
    with Image.open(file) as opened:
        assert Recipe.from_toml(opened.text["cifar-gui recipe"]) == RECIPE, "as any other program reads it"


def test_other_pictures_and_other_files_carry_none(tmp_path: Path) -> None:
    for content in (png(), png(Comment="cifar-gui recipe"), b"", b"\x89PNG", png()[:30], b"GIF89a" + bytes(100)):
        assert not carries_recipe(source(content))
        with pytest.raises(RecipeError, match=r"There is no recipe in card\.png"):
            recipe_in(source(content))
    assert not carries_recipe(PictureSource.from_path(tmp_path))
    assert not carries_recipe(PictureSource.from_path(tmp_path / "gone.png"))
    with pytest.raises(RecipeError, match=r"gone\.png cannot be read"):
        recipe_in(PictureSource.from_path(tmp_path / "gone.png"))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_what_other_programs_have_put_before_it_is_passed_over() -> None:
    card = with_recipe(png(), RECIPE)
    place = card.index(b"iTXt") - 4
    others = chunk(b"gAMA", bytes(4)) + chunk(b"iTXt", b"Comment\0\0\0\0\0" + b"a picture " * 20)
    edited = source(card[:place] + others + card[place:])
    assert carries_recipe(edited)
    assert recipe_in(edited) == RECIPE


def damaged(change: str) -> bytes:
    whole = with_recipe(png(), RECIPE)
    place = whole.index(b"network =")
    if change == "a letter":
        return whole[:place] + b"N" + whole[place + 1 :]
    if change == "cut off":
        return whole[: place + 20]
    length = whole.index(b"iTXt") - 4
    return whole[:length] + struct.pack(">I", 0xFFFFFFFF if change == "endless" else 30) + whole[length + 4 :]


@pytest.mark.parametrize("change", ["a letter", "cut off", "endless", "short"])
def test_what_is_damaged_is_said_to_be(change: str) -> None:
    card = source(damaged(change))
    assert carries_recipe(card)
    with pytest.raises(RecipeError, match=r"The recipe in card\.png is damaged\. Ask for the picture again"):
        recipe_in(card)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no recipe at all", r"The recipe in card\.png is not valid TOML"),
        ("speed = 3", "There is no setting called 'speed'"),
        ("lr = -1", "Learning rate must be more than 0"),
        ("lr = 1" + "0" * 5000, "cannot be read"),
    ],
)
def test_a_recipe_from_elsewhere_is_checked_as_any_other(text: str, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        recipe_in(of(text))


def of(text: str) -> PictureSource:
    """A picture with this text where the recipe would be, whole as a file."""
    chunk = b"iTXtcifar-gui recipe\0\0\0\0\0" + text.encode()
    whole = png()
    return source(
        whole[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + whole[33:]
    )


def test_a_text_beyond_measure_is_neither_written_nor_read() -> None:
    with pytest.raises(RecipeError, match="is damaged"):
        recipe_in(of("#" * MAX_CHUNK))
    with pytest.raises(ValueError, match="too long a recipe"):
        with_recipe(png(), RECIPE.changed(network_settings={"layers": "x" * MAX_CHUNK}))
    with pytest.raises(ValueError, match="no PNG picture"):
        with_recipe(b"GIF89a", RECIPE)
