"""Any picture → the network's input: exact where it can be, and the same wherever it is done."""

from __future__ import annotations

import io
import os
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from cifar_gui.data import decode
from cifar_gui.data.picture import Crop, PictureSource, centre_crop
from cifar_gui.data.preprocess import Picture, network_input, open_picture, standardise
from cifar_gui.data.statistics import ChannelStats
from cifar_gui.errors import PictureError

HEIGHT, WIDTH = 40, 56


def drawing(height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """A smooth picture without any symmetry, uint8 (height, width, 3)."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red, green = 255 * x / (width - 1), 255 * y / (height - 1)
    blue = 127 + 120 * np.sin(x / 9 + y / 5)
    return np.rint(np.stack([red, green, blue], axis=-1)).astype(np.uint8)


def encoded(image: Image.Image, form: str, **options: object) -> PictureSource:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return PictureSource.from_bytes(buffer.getvalue(), f"drawing.{form.lower()}")


def pixels(source: PictureSource) -> NDArray[np.int64]:
    return open_picture(source).pixels.astype(np.int64)


def largest_difference(found: NDArray[np.generic], expected: NDArray[np.generic]) -> float:
    return float(np.abs(found.astype(np.float64) - expected.astype(np.float64)).max())


@pytest.mark.parametrize("form", ["PNG", "WEBP", "BMP", "TIFF"])
def test_lossless_formats_give_the_very_pixels(form: str) -> None:
    options = {"lossless": True} if form == "WEBP" else {}
    picture = open_picture(encoded(Image.fromarray(drawing()), form, **options))
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert np.array_equal(picture.pixels, drawing())
    assert not picture.pixels.flags.writeable


@pytest.mark.parametrize(
    ("form", "options"), [("JPEG", {"quality": 95}), ("AVIF", {"quality": 90}), ("HEIF", {"quality": 90})]
)
def test_lossy_formats_come_close(form: str, options: dict[str, object]) -> None:
    found = pixels(encoded(Image.fromarray(drawing()), form, **options))
    assert np.abs(found - drawing()).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
def test_every_orientation_is_turned_upright(form: str, orientation: int) -> None:
    undo = {  # what has to be done to the stored rows, for each value of the EXIF standard
        1: lambda a: a,
        2: np.fliplr,
        3: lambda a: np.rot90(a, 2),
        4: np.flipud,
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
        8: np.rot90,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if form == "WEBP" else {"quality": 95} if form == "JPEG" else {}
    picture = open_picture(encoded(Image.fromarray(drawing()), form, exif=exif, **options))
    expected = undo(drawing())
    assert picture.pixels.shape == expected.shape == (picture.height, picture.width, 3)
    assert np.abs(picture.pixels.astype(int) - expected).mean() < (0.01 if form in ("PNG", "TIFF", "WEBP") else 4)


def test_a_phone_picture_in_heic_is_turned_only_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_picture(encoded(Image.fromarray(drawing()), "HEIF", exif=exif.tobytes(), quality=95))
    assert np.abs(picture.pixels.astype(int) - np.rot90(drawing(), -1)).mean() < 4


def test_transparency_lies_over_mid_grey() -> None:
    alpha = np.tile(np.arange(WIDTH, dtype=np.uint8) * 4, (HEIGHT, 1))
    rgba = np.dstack([drawing(), alpha])
    share = alpha[..., None] / 255
    expected = np.rint(drawing() * share + 128 * (1 - share))
    assert largest_difference(pixels(encoded(Image.fromarray(rgba), "PNG")), expected) <= 1


def test_grey_with_transparency_lies_over_mid_grey() -> None:
    grey, alpha = drawing()[..., 0], drawing()[..., 1]
    share = alpha / 255
    expected = np.rint(grey * share + 128 * (1 - share))
    found = pixels(encoded(Image.fromarray(np.dstack([grey, alpha]), "LA"), "PNG"))
    assert largest_difference(found, np.dstack([expected] * 3)) <= 1


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_a_transparent_palette_colour_becomes_mid_grey(form: str) -> None:
    image = Image.new("P", (4, 2), 1)
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.putpixel((0, 0), 0)
    found = pixels(encoded(image, form, transparency=1))
    assert found[0, 0].tolist() == [255, 0, 0]
    assert found[1, 3].tolist() == [128, 128, 128]


def test_one_transparent_colour_of_a_plain_picture_becomes_mid_grey() -> None:
    image = Image.new("RGB", (4, 4), (10, 20, 30))
    image.putpixel((1, 1), (1, 2, 3))
    found = pixels(encoded(image, "PNG", transparency=(10, 20, 30)))
    assert found[0, 0].tolist() == [128, 128, 128]
    assert found[1, 1].tolist() == [1, 2, 3]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled_and_not_cut_off(form: str) -> None:
    values = np.linspace(0, 65535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint16)
    found = pixels(encoded(Image.fromarray(values), form))
    assert np.array_equal(found, np.dstack([np.rint(values / 257)] * 3))


def test_a_dark_picture_of_sixteen_bits_stays_dark() -> None:
    values = np.full((8, 8), 200, np.uint16)
    assert pixels(encoded(Image.fromarray(values), "PNG")).max() == 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0.0, 0.5], [0.25, 1.0]], np.float32), [[0, 128], [64, 255]]),
        (np.array([[0.0, 100.4], [7.0, 255.0]], np.float32), [[0, 100], [7, 255]]),
        (np.array([[-3.0, 1.0], [3.0, 0.0]], np.float32), [[0, 170], [255, 128]]),
        (np.array([[np.nan, 1.0], [0.0, 0.5]], np.float32), [[0, 255], [0, 128]]),
        (np.array([[-1.0, 1.0], [0.0, 0.0]], np.float32), [[0, 255], [128, 128]]),
        (np.array([[0, 1], [1, 0]], np.int32), [[0, 1], [1, 0]]),
        (np.array([[-300, 300], [0, 0]], np.int32), [[0, 255], [128, 128]]),
        (np.array([[5, 100], [0, 255]], np.int32), [[5, 100], [0, 255]]),
        (np.array([[0, 65535], [257, 514]], np.int32), [[0, 255], [1, 2]]),
        (np.array([[0, 4_000_000], [2_000_000, 0]], np.int32), [[0, 255], [128, 0]]),
        (np.array([[7.5, 7.5], [7.5, 7.5]], np.float32), [[8, 8], [8, 8]]),
        (np.array([[-7.5, -7.5], [-7.5, -7.5]], np.float32), [[0, 0], [0, 0]]),
    ],
)
def test_numbers_find_their_range(values: NDArray[np.generic], expected: list[list[int]]) -> None:
    found = pixels(encoded(Image.fromarray(values), "TIFF"))
    assert found[..., 0].tolist() == expected
    assert np.array_equal(found[..., 0], found[..., 2])


def test_cmyk_is_turned_into_light() -> None:
    inks = np.dstack([drawing(), drawing()[..., 0] // 3])
    paper = 255 - inks.astype(np.float64)
    expected = paper[..., :3] * paper[..., 3:] / 255
    found = pixels(encoded(Image.fromarray(inks, "CMYK"), "TIFF"))
    assert largest_difference(found, expected) <= 1.5


def test_printers_lab_colours_are_turned_into_light() -> None:
    image = Image.new("LAB", (4, 4), (255 * 54 // 100, 81 + 128 - 1, 70 + 128 - 1))  # a strong red
    red, green, blue = pixels(encoded(image, "TIFF"))[0, 0]
    assert red > 200 > 60 > max(green, blue) - 20


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF", "AVIF"])
def test_an_animation_shows_its_first_frame(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    red, green, blue = pixels(encoded(frames[0], form, save_all=True, append_images=frames[1:]))[8, 8]
    assert red > 200 > 60 > max(green, blue)


def test_a_large_photo_is_kept_reduced_but_measured_in_its_own_pixels() -> None:
    large = Image.fromarray(drawing(300, 400)).resize((4000, 3000))
    photo, plain = (open_picture(encoded(large, form)) for form in ("JPEG", "BMP"))
    assert (photo.width, photo.height) == (plain.width, plain.height) == (4000, 3000)
    assert photo.pixels.shape == plain.pixels.shape == (1500, 2000, 3)
    assert photo.scale == (0.5, 0.5)
    corner = Crop(2000, 1000, 1200)
    reference = Image.fromarray(np.asarray(large)[1000:2200, 2000:3200]).resize((32, 32), Image.Resampling.BICUBIC)
    for picture in (photo, plain):
        assert np.abs(network_input(picture, corner).transpose(1, 2, 0) - np.asarray(reference, int)).mean() < 3


@pytest.mark.parametrize(
    ("limit", "kept"), [(56 * 40, (40, 56)), (56 * 40 - 1, (20, 28)), (56 * 40 // 9 + 1, (14, 19))]
)
def test_a_long_strip_is_kept_reduced_though_its_shorter_side_is_small(
    limit: int, kept: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_KEPT_PIXELS", limit)
    picture = open_picture(encoded(Image.fromarray(drawing()), "PNG"))
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)
    assert picture.pixels.shape[:2] == kept


def test_a_panorama_keeps_the_few_rows_it_has() -> None:
    assert open_picture(encoded(Image.new("RGB", (3000, 40)), "BMP")).pixels.shape == (40, 3000, 3)


def test_a_crop_of_a_picture_kept_in_another_shape_is_counted_in_true_pixels() -> None:
    """Reducing rounds each side by itself, so columns and rows may be reduced by different shares."""
    kept = drawing(32, 64)
    for picture, rows, columns in (
        (Picture("wide", kept, 64, 64), slice(12, 32), slice(8, 48)),
        (Picture("high", kept.transpose(1, 0, 2), 64, 64), slice(24, 64), slice(4, 24)),
    ):
        part = Image.fromarray(np.ascontiguousarray(picture.pixels[rows, columns]))
        expected = np.asarray(part.resize((32, 32), Image.Resampling.BICUBIC)).transpose(2, 0, 1)
        assert np.array_equal(network_input(picture, Crop(8, 24, 40)), expected)


def test_thirty_two_pixels_pass_through_unchanged() -> None:
    small = drawing(32, 32)
    picture = Picture("small", small, 32, 32)
    assert np.array_equal(network_input(picture), small.transpose(2, 0, 1))
    wide = Picture("wide", drawing(), WIDTH, HEIGHT)
    assert np.array_equal(network_input(wide, Crop(3, 5, 32)), drawing()[5:37, 3:35].transpose(2, 0, 1))


def test_the_input_is_an_array_of_its_own() -> None:
    small = drawing(32, 32)
    network_input(Picture("small", small, 32, 32))[:] = 0
    assert np.array_equal(small, drawing(32, 32))


@pytest.mark.parametrize("size", [(64, 64), (500, 375), (33, 90), (20, 10), (1, 1), (1, 3000), (640, 615)])
def test_reduction_is_that_of_an_antialiased_bicubic_filter(size: tuple[int, int]) -> None:
    width, height = size
    picture = Picture("any", drawing(max(height, 2), max(width, 2))[:height, :width], width, height)
    crop = centre_crop(width, height)
    square = picture.pixels[crop.y : crop.y + crop.side, crop.x : crop.x + crop.side]
    tensor = torch.from_numpy(np.ascontiguousarray(square)).permute(2, 0, 1)[None].float()
    expected = torch.nn.functional.interpolate(tensor, (32, 32), mode="bicubic", antialias=True, align_corners=False)
    found = network_input(picture)
    assert found.shape == (3, 32, 32)
    assert found.dtype == np.uint8
    assert largest_difference(found, expected[0].clamp(0, 255).numpy()) <= 1.5


@pytest.mark.parametrize(
    ("crop", "rows", "columns"),
    [
        (Crop(-10, -20, 30), slice(0, 10), slice(0, 20)),
        (Crop(50, 35, 30), slice(35, 40), slice(50, 56)),
        (Crop(900, 900, 5), slice(39, 40), slice(55, 56)),
        (Crop(-900, -900, 5), slice(0, 1), slice(0, 1)),
        (Crop(3, 4, 0), slice(4, 5), slice(3, 4)),
        (Crop(0, 0, 999), slice(0, 40), slice(0, 56)),
    ],
)
def test_a_crop_that_reaches_outside_is_cut_off(crop: Crop, rows: slice, columns: slice) -> None:
    inside = Image.fromarray(np.ascontiguousarray(drawing()[rows, columns]))
    expected = np.asarray(inside.resize((32, 32), Image.Resampling.BICUBIC)).transpose(2, 0, 1)
    assert np.array_equal(network_input(Picture("any", drawing(), WIDTH, HEIGHT), crop), expected)


def test_a_crop_between_the_pixels_that_are_kept_takes_its_share_of_them() -> None:
    picture = Picture("reduced", drawing(40, 40), 60, 60)
    crop = Crop(10, 19, 34)  # of the pixels kept, columns 6⅔ to 29⅓ and rows 12⅔ to 35⅓
    box = (crop.x / 1.5, crop.y / 1.5, (crop.x + crop.side) / 1.5, (crop.y + crop.side) / 1.5)
    whole = Image.fromarray(picture.pixels).resize((32, 32), Image.Resampling.BICUBIC, box)
    found = network_input(picture, crop).transpose(1, 2, 0)
    inner = (slice(2, -2), slice(2, -2))  # at its edges a crop knows nothing of the pixels beyond
    assert largest_difference(found[inner], np.asarray(whole)[inner]) <= 1


def test_training_evaluation_and_classification_see_the_same(tmp_path: Path) -> None:
    """A data set is made of network inputs; a file, its bytes and a data set's own picture give the same tensor."""
    path = tmp_path / "photo.png"
    Image.fromarray(drawing(90, 120)).save(path)
    stats = ChannelStats((125.3, 123.0, 113.9), (63.0, 62.1, 66.7))
    of_file = network_input(open_picture(PictureSource.from_path(path)))
    of_bytes = network_input(open_picture(PictureSource.from_bytes(path.read_bytes())))
    stored = encoded(Image.fromarray(of_file.transpose(1, 2, 0)), "PNG")  # as an image-folder data set would hold it
    of_data_set = network_input(open_picture(stored))
    tensors = [standardise(torch.from_numpy(each)[None], stats) for each in (of_file, of_bytes, of_data_set)]
    assert torch.equal(tensors[0], tensors[1])
    assert torch.equal(tensors[0], tensors[2])
    batch = standardise(torch.from_numpy(np.stack([of_bytes, of_file])), stats, torch.channels_last)
    assert torch.equal(batch[1:], tensors[0])


def test_standardised_pixels_follow_the_formula() -> None:
    images = torch.arange(2 * 3 * 4 * 4, dtype=torch.uint8).view(2, 3, 4, 4)
    stats = ChannelStats((10.0, 20.0, 30.0), (2.0, 4.0, 8.0))
    found = standardise(images, stats)
    assert found[1, 2, 3, 3].item() == (int(images[1, 2, 3, 3]) - 30) / 8
    with pytest.raises(ValueError, match="1 channels"):
        standardise(images[:, :1], stats)


def test_many_threads_decode_the_same_pixels() -> None:
    sources = [encoded(Image.fromarray(drawing()), form) for form in ("PNG", "JPEG", "GIF", "AVIF", "HEIF", "WEBP")]
    alone = [network_input(open_picture(source)) for source in sources]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda source: network_input(open_picture(source)), sources * 10))
    assert all(np.array_equal(each, alone[i % len(alone)]) for i, each in enumerate(together))


def refusal(source: PictureSource) -> str:
    with pytest.raises(PictureError) as caught:
        open_picture(source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "cat.jpg cannot be read: it is empty; save or download it again."),
        (b"Dear diary, today I saw a cat.", "not a picture of a known kind"),
        (b"\xff\xd8\xff\xe0", "cat.jpg cannot be read: it is"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "use JPEG, PNG"),
        (b"P6 2 2 255 abcdefghijkl", "not a picture of a known kind"),  # a format Pillow knows and this app does not
        (b"%PDF-1.7", "not a picture of a known kind"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_sentence(content: bytes, expected: str) -> None:
    message = refusal(PictureSource.from_bytes(content, "cat.jpg"))
    assert expected in message
    assert message.startswith("cat.jpg cannot be read: ")
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_cut_short_is_refused(form: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    content = encoded(Image.fromarray(noise), form).content or b""
    assert "cut.x cannot be read" in refusal(PictureSource.from_bytes(content[: len(content) // 2], "cut.x"))


def test_missing_files_and_folders_are_told_apart(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(PictureSource.from_path(tmp_path / "gone.png"))
    assert "it is a folder" in refusal(PictureSource.from_path(tmp_path))
    assert "gone\0.png cannot be read" in refusal(PictureSource.from_path(tmp_path / "gone\0.png"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert "not an ordinary file" in refusal(PictureSource.from_path(tmp_path / "pipe.png"))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (PermissionError(13, "no"), "access is not allowed; ask its owner to let you read it."),
        (OSError(5, "I/O"), "the disk reports a fault; copy it to another place and try again."),
    ],
)
def test_files_that_cannot_be_opened_say_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, expected: str
) -> None:
    (tmp_path / "cat.png").write_bytes(b"x")

    def fail(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(Path, "open", fail)
    assert expected in refusal(PictureSource.from_path(tmp_path / "cat.png"))


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(decode, "BYTE_LIMIT", 1_000_000)
    (tmp_path / "huge.png").write_bytes(bytes(1_000_001))
    assert "more than 1 MB" in refusal(PictureSource.from_path(tmp_path / "huge.png"))
    assert "more than 1 MB" in refusal(PictureSource.from_bytes(bytes(1_000_001)))


def test_a_picture_just_within_the_limits_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = encoded(Image.fromarray(drawing()), "PNG")
    (tmp_path / "drawing.png").write_bytes(source.content or b"")
    monkeypatch.setattr(decode, "BYTE_LIMIT", len(source.content or b""))
    monkeypatch.setattr(decode, "PIXEL_LIMIT", WIDTH * HEIGHT)
    for each in (source, PictureSource.from_path(tmp_path / "drawing.png")):
        assert np.array_equal(open_picture(each).pixels, drawing())


def test_what_does_not_fit_into_memory_is_not_called_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_image: Image.Image) -> None:
        raise MemoryError

    source = encoded(Image.fromarray(drawing()), "PNG")
    monkeypatch.setattr(PngImageFile, "load", fail)
    assert "not enough memory" in refusal(source)


def test_a_picture_that_turns_out_larger_than_it_said_is_measured_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As pictures in HEIC may."""
    load, source = PngImageFile.load, encoded(Image.fromarray(drawing()), "PNG")

    def load_larger(image: PngImageFile) -> None:
        load(image)
        image.im = image.im.resize((200, 100), Image.Resampling.NEAREST, (0, 0, WIDTH, HEIGHT))
        image._size = (200, 100)

    monkeypatch.setattr(PngImageFile, "load", load_larger)
    picture = open_picture(source)
    assert (picture.width, picture.height) == (200, 100)
    assert picture.pixels.shape == (100, 200, 3)
    monkeypatch.setattr(decode, "PIXEL_LIMIT", 19_999)
    assert "200 × 100 pixels" in refusal(source)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_too_many_pixels_are_refused_before_they_are_decoded(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode, "PIXEL_LIMIT", 2_000_000)
    monkeypatch.setattr(Image.Image, "load", lambda _image: pytest.fail("decoded"))
    image = Image.new("L" if form != "HEIF" else "RGB", (2001, 1000))
    monkeypatch.undo()
    source = encoded(image, form)
    monkeypatch.setattr(decode, "PIXEL_LIMIT", 2_000_000)
    assert "2001 × 1000 pixels" in refusal(source)


def test_a_bomb_of_a_gigapixel_is_refused_at_once() -> None:
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (40_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    header += zlib.crc32(header[12:]).to_bytes(4, "big")
    data = zlib.compress(bytes(1_000_000))
    chunk = len(data).to_bytes(4, "big") + b"IDAT" + data + zlib.crc32(b"IDAT" + data).to_bytes(4, "big")
    assert "40000 × 40000 pixels, more than 120 million" in refusal(PictureSource.from_bytes(header + chunk))


def test_damaged_exif_data_does_not_make_a_picture_unreadable() -> None:
    source = encoded(Image.fromarray(drawing()), "PNG", exif=b"Exif\0\0garbage that is no TIFF header")
    assert np.array_equal(open_picture(source).pixels, drawing())


def test_heic_is_what_pillow_heif_makes_of_it() -> None:
    source = encoded(Image.fromarray(drawing()), "HEIF", quality=80)
    reference = np.asarray(pillow_heif.read_heif(io.BytesIO(source.content or b"")).to_pillow().convert("RGB"))
    assert np.array_equal(open_picture(source).pixels, reference)
