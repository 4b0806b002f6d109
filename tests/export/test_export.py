"""Networks written in other forms, read by what others read them with."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import PictureSource, centre_crop
from cifar_gui.data.preprocess import network_input, open_picture
from cifar_gui.errors import Cancelled, CifarGuiError, WriteError
from cifar_gui.export import base
from cifar_gui.export.base import EXPORTERS, TOLERANCE, ExportError, export
from cifar_gui.export.code import Code, Source
from cifar_gui.export.onnx import Onnx
from cifar_gui.export.scripts import PREPARE
from cifar_gui.inference.classifier import Classifier
from cifar_gui.networks.base import NETWORKS, build

from .conftest import NAMES, snapshot_of

every_form = pytest.mark.parametrize("form", EXPORTERS.names())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo that is not square, with something else on each side."""
    pixels = np.random.default_rng(2).integers(0, 256, (9, 14, 3), dtype=np.uint8)
    path = tmp_path_factory.mktemp("picture") / "a photo.png"
    Image.fromarray(pixels).resize((140, 90), Image.Resampling.BICUBIC).save(path)
    return path


def test_the_programs_see_of_a_photo_that_lies_on_its_side_what_the_app_sees(picture: Path, tmp_path: Path) -> None:
    turned = tmp_path / "from a phone.png"
    with Image.open(picture) as photo:
        exif = photo.getexif()
        exif[0x0112] = 6  # the camera was held upright
        photo.save(turned, exif=exif)
    names: dict[str, Any] = {"np": np, "Image": Image, "ImageOps": ImageOps}
    exec(PREPARE, names)
    shown = open_picture(PictureSource.from_path(turned))
    assert np.array_equal(names["prepare"](turned)[0], network_input(shown, centre_crop(shown.width, shown.height)))
    assert not np.array_equal(names["prepare"](turned), names["prepare"](picture))


@every_form
def test_what_is_written_gives_the_same_answers_to_a_program_that_knows_nothing_of_this_app(
    form: str, snapshot: ModelSnapshot, picture: Path, place: Path
) -> None:
    done = export(snapshot, form, place / "my net 1.0")
    assert done.difference <= TOLERANCE
    assert done.pictures == 1000
    assert done.files[0] == place / f"my net 1.0{EXPORTERS[form].suffix}"
    assert set(done.files) == set(place.iterdir())
    program = next(file for file in done.files if file.suffix == ".py")
    assert "cifar_gui" not in program.read_text(encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-X", "utf8", "-W", "error::SyntaxWarning", str(program), str(picture)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        cwd=picture.parent,
    ).stdout
    opened = open_picture(PictureSource.from_path(picture))
    answer = Classifier(snapshot, six_views=False).classify(opened, centre_crop(opened.width, opened.height))
    assert said == f"{picture}: {answer.label}, {answer.probability:.1%}\n"


@pytest.mark.parametrize("name", NETWORKS.names())
def test_the_code_of_every_network_gives_its_answers(name: str, tmp_path: Path) -> None:
    snapshot = snapshot_of(name)
    inputs = np.random.default_rng(0).integers(0, 256, (3, 3, 32, 32), dtype=np.uint8)
    for file, content in Code().files(snapshot, name).items():
        (tmp_path / file).write_bytes(content)
    found = Code().answers(tmp_path / f"{name}.py", inputs)
    expected = Classifier(snapshot, six_views=False).classify_inputs(torch.from_numpy(inputs)).numpy()
    assert np.allclose(found, expected, atol=1e-5)
    assert max(map(len, (tmp_path / f"{name}.py").read_text(encoding="utf-8").splitlines())) <= 120


def test_code_finds_its_weights_whatever_it_is_called(snapshot: ModelSnapshot, tmp_path: Path) -> None:
    for name, content in Code().files(snapshot, "my 🏠").items():
        (tmp_path / name).write_bytes(content)
    assert Code().answers(tmp_path / "my 🏠.py", np.zeros((1, 3, 32, 32), np.uint8)).shape == (1, len(NAMES))


def test_code_reads_as_a_person_would_write_it() -> None:
    source = Source(build("resnet20", 10).eval())
    assert source.layers[:3] == [
        "self.stem_conv = nn.Conv2d(3, 16, 3, padding=1, bias=False)",
        "self.stem_norm = nn.BatchNorm2d(16)",
        "self.stem_act = nn.ReLU()",
    ]
    assert source.steps[:4] == [
        "x = self.stem_conv(x)",
        "x = self.stem_norm(x)",
        "stem_act = self.stem_act(x)",
        "x = self.stage1_0_first_conv(stem_act)",
    ]


def test_the_code_of_a_layer_that_is_not_torchs_is_refused_in_words() -> None:
    class Strange(torch.nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.fft.fft(images).real

    with pytest.raises(ExportError, match=r"cannot be written as code\. Choose another format"):
        Source(torch.nn.Sequential(Strange()))


def test_programs_for_two_forms_lie_beside_each_other(snapshot: ModelSnapshot) -> None:
    written = [EXPORTERS[form].files(snapshot, "net") for form in EXPORTERS.names()]
    names = [name for files in written for name in files]
    assert sorted(names) == sorted(set(names))


def test_onnx_has_the_class_names_and_takes_any_number_of_pictures(
    snapshot: ModelSnapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    written = Onnx().files(snapshot, "net")["net.onnx"]
    session = onnxruntime.InferenceSession(written)
    assert json.loads(session.get_modelmeta().custom_metadata_map["class_names"]) == list(NAMES)
    for count in (1, 5):
        answers = session.run(None, {"images": np.zeros((count, 3, 32, 32), np.uint8)})[0]
        assert answers.shape == (count, 4)
    (tmp_path / "net.onnx").write_bytes(written)
    monkeypatch.setattr("cifar_gui.export.onnx.CHUNK", 2)
    inputs = np.random.default_rng(0).integers(0, 256, (5, 3, 32, 32), dtype=np.uint8)
    for asked in (inputs[:1], inputs):
        expected = Classifier(snapshot, six_views=False).classify_inputs(torch.from_numpy(asked)).numpy()
        assert np.allclose(Onnx().answers(tmp_path / "net.onnx", asked), expected, atol=1e-5)


def test_what_the_exporter_of_torch_lacks_is_not_told_where_nobody_needs_it(
    snapshot: ModelSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("torch.onnx._internal.exporter._registration")
    told = []

    def exporting(*_arguments: object, **_more: object) -> None:
        told.extend(log.isEnabledFor(level) for level in (logging.WARNING, logging.ERROR))
        raise Cancelled

    monkeypatch.setattr(torch.onnx, "export", exporting)
    with pytest.raises(Cancelled):
        Onnx().files(snapshot, "net")
    assert told == [False, True]
    assert log.isEnabledFor(logging.WARNING)


def test_without_its_packages_onnx_says_how_to_get_them(
    snapshot: ModelSnapshot, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cifar_gui.export.onnx.PACKAGES", ("onnxruntime", "no_such_package"))
    with pytest.raises(ExportError, match=r"needs no_such_package, which is not installed.*cifar-gui\[onnx\]"):
        export(snapshot, "onnx", place / "net")
    assert Onnx().why_not()
    assert list(place.iterdir()) == []


@every_form
def test_what_answers_otherwise_is_thrown_away_and_what_was_there_stays(
    form: str, snapshot: ModelSnapshot, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = place / f"net{EXPORTERS[form].suffix}"
    target.write_bytes(b"before")
    answers = Classifier(snapshot, six_views=False)
    wrong = lambda _self, _path, inputs: answers.classify_inputs(torch.from_numpy(inputs)).numpy() + 2e-4  # noqa: E731
    monkeypatch.setattr(type(EXPORTERS[form]), "files", lambda _self, _snapshot, name: {target.name: b"after"})
    monkeypatch.setattr(type(EXPORTERS[form]), "answers", wrong)
    with pytest.raises(ExportError, match=r"answers otherwise than the network, by up to 0\.0002"):
        export(snapshot, form, target)
    assert [path.read_bytes() for path in place.iterdir()] == [b"before"]


def test_an_export_can_be_cancelled_and_leaves_nothing(snapshot: ModelSnapshot, place: Path) -> None:
    def give_up(share: float, _doing: str) -> None:
        if share > 0:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        export(snapshot, "code", place / "net", give_up)
    assert list(place.iterdir()) == []


def test_a_place_that_is_not_there_is_named(snapshot: ModelSnapshot, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=r"net\.py could not be written: .*Choose a folder that is there"):
        export(snapshot, "code", tmp_path / "nowhere" / "net.py")


def test_an_unknown_form_is_named_with_those_there_are(snapshot: ModelSnapshot, tmp_path: Path) -> None:
    with pytest.raises(CifarGuiError, match=r"no export format called 'gif'\. Known: onnx, exported-program, code"):
        export(snapshot, "gif", tmp_path / "net")


def test_the_pictures_compared_are_a_thousand_and_of_two_kinds() -> None:
    pictures = base._pictures()
    assert pictures.shape == (1000, 3, 32, 32)
    spread = pictures.reshape(1000, -1).std(1)
    assert spread[:500].mean() < spread[500:].mean()
