"""Names, places and crops of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cifar_gui.data.picture import Crop, PictureSource, centre_crop, is_picture_name, natural_key, picture_files
from cifar_gui.errors import PictureError


def test_pictures_of_a_folder_come_in_natural_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in (
        "10.png",
        "2.PNG",
        "b/1.jpg",
        "a/12.heic",
        "a/3.avif",
        ".hidden.png",
        ".git/x.png",
        "notes.txt",
        "png",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [path.relative_to(tmp_path).as_posix() for path in picture_files(tmp_path)]
    assert found == ["2.PNG", "10.png", "a/3.avif", "a/12.heic", "b/1.jpg"]


def test_a_folder_inside_a_hidden_one_is_read_when_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / ".cache" / "pictures"
    folder.mkdir(parents=True)
    (folder / "cat.webp").touch()
    assert picture_files(folder) == [folder / "cat.webp"]


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_folder_is_named(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "holiday"
    if kind == "file":
        place.touch()
    with pytest.raises(PictureError, match=r"holiday is not a folder"):
        picture_files(place)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("cat.jpg", True), ("CAT.JPEG", True), ("a.b.heif", True), ("scan.tiff", True), (".cat.jpg", False)),
        *(("cat", False), ("jpg", False), ("cat.jpg.txt", False), ("cat.svg", False), ("", False)),
    ],
)
def test_pictures_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_picture_name(name) is expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [((40, 30), Crop(5, 0, 30)), ((30, 41), Crop(0, 5, 30)), ((32, 32), Crop(0, 0, 32)), ((1, 9), Crop(0, 4, 1))],
)
def test_the_centre_crop_is_the_largest_square_in_the_middle(size: tuple[int, int], expected: Crop) -> None:
    assert centre_crop(*size) == expected


def test_a_source_is_a_path_or_bytes(tmp_path: Path) -> None:
    assert PictureSource.from_path(tmp_path / "cat.png").name == "cat.png"
    assert PictureSource.from_bytes(b"x", "pasted picture") == PictureSource("pasted picture", content=b"x")
    for both in ({}, {"path": tmp_path, "content": b""}):
        with pytest.raises(ValueError, match="exactly one"):
            PictureSource("neither nor", **both)


def test_natural_order_puts_numbers_before_words_and_ignores_case() -> None:
    names = ["b10", "B2", "a", "10", "9", "b2"]
    assert sorted(names, key=natural_key) == ["9", "10", "a", "B2", "b2", "b10"]


def test_pictures_can_be_listed_before_numpy_pillow_and_torch_are_there(run_python: Any) -> None:
    heavy = "{'torch', 'numpy', 'PIL', 'pillow_heif'}"
    code = f"import cifar_gui.data.picture, sys; print(sorted({heavy} & set(sys.modules)))"
    assert run_python(code).stdout.strip() == "[]"
