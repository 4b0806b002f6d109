"""Pictures and a small network for tests of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget

from cifar_gui.ui.icons import retint
from cifar_gui.ui.theme import theme
from cifar_gui.ui.widgets.open_dialog import last_folder
from cifar_gui.ui.widgets.pixels import pixels_of

from .in_words import in_words

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.data.base import ImageData
    from cifar_gui.runs import Run
    from cifar_gui.ui.background import Background

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


class Library(QObject):
    """What pages use of the data library: it reads nothing, and notes what it is asked for."""

    progress = Signal(float, str)
    failed = Signal(str)
    cancelled = Signal()
    loaded = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.requested: list[str] = []
        self.current_source = ""
        self.current: ImageData | None = None

    def usual_source(self) -> str:
        return "usual"

    def available(self) -> list[tuple[str, str]]:
        return [("usual", "The usual")]

    def request(self, source: str) -> None:
        self.requested.append(source)

    def cancel(self) -> None:
        self.cancelled.emit()


@pytest.fixture(autouse=True)
def _no_last_folder() -> Iterator[None]:
    """Dialogs begin nowhere in particular, whatever a test before has opened."""
    yield
    last_folder.keep_in(None)


@pytest.fixture
def class_folders(tmp_path: Path) -> Callable[..., str]:
    """Makes a folder whose classes can be told, though its pictures hold nothing."""

    def make(name: str, *classes: str) -> str:
        for each in classes:
            (tmp_path / name / each).mkdir(parents=True)
            (tmp_path / name / each / "1.png").touch()
        return str(tmp_path / name)

    return make


@pytest.fixture
def library(qapp: QApplication) -> Library:
    """In place of the window's: no data set yet, and "usual" would be read."""
    return Library()


@pytest.fixture(scope="session")
def decided_snapshot() -> ModelSnapshot:
    """A network that has learned nothing but is sure of everything: its answer depends on the picture."""
    import torch

    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build

    torch.manual_seed(5)
    model = build("simple", len(CLASSES))
    with torch.no_grad():
        for parameter in list(model.parameters())[-2:]:
            parameter.mul_(30)
    return capture(model, ModelCard("simple", CLASSES, CENTRED, title="Decided"))


@pytest.fixture(scope="session")
def decided_model(decided_snapshot: ModelSnapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same network in a file."""
    from cifar_gui.checkpoint.files import save_snapshot

    path = tmp_path_factory.mktemp("models") / "decided.safetensors"
    save_snapshot(decided_snapshot, path)
    return path


@pytest.fixture(autouse=True)
def usual_look(qapp: QApplication) -> Iterator[None]:
    """Whatever a test does to the colours and the size of everything, the next one finds them as they are at first."""
    theme().apply()
    yield
    theme().set_look(scheme="system", zoom=1.0, presenting=False)
    retint()


@pytest.fixture
def make_run(home: Path) -> Callable[..., Run]:
    """Writes a run as a training would have recorded it: an epoch for each accuracy, settings from `changes`."""
    import torch

    from cifar_gui.checkpoint.card import ModelCard
    from cifar_gui.checkpoint.snapshot import capture
    from cifar_gui.data.statistics import CENTRED
    from cifar_gui.networks.base import build, presets
    from cifar_gui.runs import Run
    from cifar_gui.training.events import EpochReport, Finished, Started

    def make(accuracies: tuple[float, ...], reason: str = "completed", **changes: object) -> Run:
        recipe = presets("simple")["best"].changed(**{"data": "shapes", "epochs": 3, **changes})
        with Run.create(recipe) as run:
            run.record(Started("simple", 31_066, recipe.epochs, 10, 0, "cpu", "float32", "contiguous", 400, 40))
            for epoch, accuracy in enumerate(accuracies, start=1):
                with torch.random.fork_rng():
                    torch.manual_seed(epoch)
                    card = ModelCard("simple", CLASSES, CENTRED, recipe=recipe, epoch=epoch)
                    snapshot = capture(build("simple", 10), card)
                best = accuracy == max(accuracies[:epoch])
                run.record(EpochReport(epoch, 10 * epoch, 1.5, 0.4, 1.2, accuracy, 0.1, best, snapshot, 2.0, 100.0))
            run.record(Finished(reason, len(accuracies), 1))  # type: ignore[arg-type]
        return run

    return make


@pytest.fixture
def no_shipped_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """To be asked for before `window`: it then has no network until a test chooses one."""
    from cifar_gui.checkpoint import shipped

    monkeypatch.setattr(shipped, "shipped_models", list)
    monkeypatch.setattr(shipped, "default_shipped", lambda: None)


@pytest.fixture
def make_picture(tmp_path: Path) -> Callable[..., Path]:
    """Writes a picture of one colour with a darker right half, so that crops of it differ."""

    def make(name: str = "picture.png", size: tuple[int, int] = (80, 60), colour: str = "orange") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", size, colour)
        picture.paste("navy", (size[0] // 2, 0, size[0], size[1]))
        picture.save(path)
        return path

    return make


def look_of(page: QWidget) -> dict[str, Any]:
    """What can be seen, read and used of a page: its pixels, and what each part that is to be seen says."""
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()
    for _ in range(6):
        QApplication.sendPostedEvents()
        QApplication.processEvents()
    told: dict[str, Any] = {}
    for part in page.findChildren(QWidget):
        if part.isVisibleTo(page):
            place = part.mapTo(page, QPoint())
            words = [str(read()) for name in _READABLE if callable(read := getattr(part, name, None))]  # NaN is not NaN
            told[f"{type(part).__name__} {part.objectName()} at {place.x()}, {place.y()}"] = words
    image = QImage(page.size(), QImage.Format.Format_RGB888)
    image.fill(0)
    page.render(image, QPoint(), page.rect(), QWidget.RenderFlag.DrawChildren)  # what lies behind it is not its own
    told["pixels"] = pixels_of(image).transpose(1, 2, 0)
    return told


_READABLE = (
    "text", "currentText", "value", "isChecked", "isEnabled", "toolTip", "accessibleName", "accessibleDescription",
    "placeholderText", "currentRow",
)  # fmt: skip


@pytest.fixture
def assert_look_alike() -> Callable[[QWidget, QWidget], None]:
    """Fails unless two pages of one kind show the same, however they came to it."""
    QCursor.setPos(QGuiApplication.primaryScreen().geometry().bottomRight())  # it may be anywhere

    def compare(page: QWidget, fresh: QWidget) -> None:
        shown, wanted = look_of(page), look_of(fresh)
        pixels = shown.pop("pixels"), wanted.pop("pixels")
        differing = sorted(part for part in shown.keys() | wanted.keys() if shown.get(part) != wanted.get(part))
        assert not differing, "\n".join(f"{part}: {shown.get(part)}, not {wanted.get(part)}" for part in differing)
        rows, columns = np.nonzero((pixels[0] != pixels[1]).any(2))
        assert not len(rows), f"rows {rows.min()} to {rows.max()}, columns {columns.min()} to {columns.max()} differ"

    return compare


@pytest.fixture
def nothing_is_kept() -> None:
    """What the explanations have found out in this process is worked out anew."""
    from cifar_gui.explain import ablation, ideal_input, survey

    for module in (survey, ideal_input, ablation):
        module._KEPT._results.clear()


@pytest.fixture
def half_swept(make_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sweep of four, called rates, of which the first and the last have been trained."""
    from cifar_gui.networks.base import presets
    from cifar_gui.runs import Run
    from cifar_gui.runs.axis import Axis
    from cifar_gui.runs.sweep import Sweep
    from cifar_gui.runs.sweep_files import create_sweep

    best = presets("simple")["best"].changed(data="shapes", epochs=3)
    sweep = Sweep(best, (Axis("lr", (0.001, 0.01)), Axis("flip", ("none", "random"))))
    path, create = create_sweep(sweep, "rates"), Run.create
    with monkeypatch.context() as patch:
        patch.setattr(Run, "create", lambda recipe: create(recipe, sweep="rates"))
        for place, accuracy in ((0, 0.3), (3, 0.5)):
            recipe = sweep.trials()[place].recipe
            make_run((accuracy,), **{name: value for name, (value, _old) in recipe.differences(best).items()})
    return path


@pytest.fixture
def stays_said(stays_as_kept: Callable[..., None]) -> Callable[..., None]:
    """Fails unless a page says what it said when that was last kept. `but`: as in `stays_as_kept`."""

    def compare(page: QWidget, name: str, *but: str) -> None:
        if (focused := QApplication.focusWidget()) is not None:
            focused.clearFocus()
        for _ in range(6):
            QApplication.sendPostedEvents()
            QApplication.processEvents()
        stays_as_kept(in_words(page), name, *but)

    return compare


@pytest.fixture
def wander(qtbot: Any) -> Callable[..., None]:
    """Does so many things, drawn from `actions`; only after every second one, or so, it waits until nothing is under
    way, as what is asked for while something is on its way is where pages go wrong."""

    def walk(actions: Sequence[Callable[[], object]], chance: Random, jobs: Background, steps: int) -> None:
        for _ in range(steps):
            chance.choice(actions)()
            if chance.random() < 0.5:
                qtbot.waitUntil(lambda: jobs.idle)

    return walk
