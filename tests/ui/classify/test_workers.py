"""What the Classify page has done on workers: opening, asking, many pictures in a row, thumbnails."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor

from cifar_gui.data.decode import Picture
from cifar_gui.data.picture import Crop, PictureSource
from cifar_gui.data.preprocess import network_input
from cifar_gui.errors import Cancelled, CheckpointError, PictureError
from cifar_gui.explain.attribution.occlusion import OCCLUSION
from cifar_gui.explain.mind import attribution_of
from cifar_gui.inference.prediction import Prediction, Verdict
from cifar_gui.ui import opening
from cifar_gui.ui.background import Background
from cifar_gui.ui.classify import batch, fetch, thumbnails
from cifar_gui.ui.classify.answers import Answers, ClassifierShelf, Question, answer
from cifar_gui.ui.classify.batch import Asking, Batch
from cifar_gui.ui.classify.examined_shelf import ExaminedShelf
from cifar_gui.ui.classify.heat_maps import HeatMaps, HeatQuestion
from cifar_gui.ui.classify.thumbnails import Thumbnails
from cifar_gui.ui.messages import Messages
from cifar_gui.ui.opening import Opened, Opener, crop_thumbnail
from cifar_gui.ui.widgets.mime import Dropped

CAT = Prediction(("cat", "dog"), (0.9, 0.1), Verdict("confident", "cat", ""))
UNUSABLE = CheckpointError("The weights do not fit.")
SNAPSHOT: Any = object()


@pytest.fixture
def faults() -> list[BaseException]:
    """What would be shown as a fault of the app."""
    return []


@pytest.fixture
def jobs(qapp: Any, faults: list[BaseException]) -> Iterator[Background]:
    made = Background(faults.append)
    yield made
    made.shutdown()


def source(name: str) -> PictureSource:
    return PictureSource.from_bytes(b"no picture", name)


def quarters(width: int, height: int, *, reduced: int = 1) -> Picture:
    """A picture of four colours: red and green above, blue and white below."""
    pixels = np.zeros((height // reduced, width // reduced, 3), np.uint8)
    middle, centre = pixels.shape[0] // 2, pixels.shape[1] // 2
    pixels[:middle, :centre] = (255, 0, 0)
    pixels[:middle, centre:] = (0, 255, 0)
    pixels[middle:, :centre] = (0, 0, 255)
    pixels[middle:, centre:] = (255, 255, 255)
    return Picture("quarters", pixels, width, height)


# Heat maps


def test_what_one_network_says_of_the_covered_picture_is_not_taken_for_the_answer_of_another(
    jobs, decided_snapshot
) -> None:
    weights = {
        name: value.flip(0) if name.startswith("4.") else value for name, value in decided_snapshot.weights.items()
    }
    pixels = np.random.default_rng(2).integers(0, 256, (3, 32, 32), np.uint8)
    questions = [
        HeatQuestion(snapshot, pixels, 1, OCCLUSION, "")
        for snapshot in (
            decided_snapshot,
            replace(decided_snapshot, weights=weights),
        )  # its classes the other way round
    ]
    maps = HeatMaps(jobs, ExaminedShelf())
    first, second = (maps._look(each) for each in questions)
    assert first.image != second.image
    assert second.image == HeatMaps(jobs, ExaminedShelf())._look(questions[1]).image


def test_what_is_said_of_one_covered_picture_is_not_taken_for_the_answer_to_another(jobs, decided_snapshot) -> None:
    maps = HeatMaps(jobs, ExaminedShelf())
    for pixels in np.random.default_rng(2).integers(0, 256, (2, 3, 32, 32), np.uint8):
        question = HeatQuestion(decided_snapshot, pixels, 1, OCCLUSION, "")
        assert maps._look(question).image == HeatMaps(jobs, ExaminedShelf())._look(question).image


def test_a_heat_map_comes_with_its_colours_from_against_to_for_and_with_what_to_learn_from_it(jobs, decided_snapshot):
    pixels = np.random.default_rng(2).integers(0, 256, (3, 32, 32), np.uint8)
    made = HeatMaps(jobs, ExaminedShelf())._look(HeatQuestion(decided_snapshot, pixels, 1, OCCLUSION, ""))
    low, high = (made.strip.pixelColor(x, 0) for x in (0, made.strip.width() - 1))
    assert low.blue() > low.red()
    assert high.red() > high.blue()
    assert (made.image.width(), made.image.height()) == (32, 32)
    examined = ExaminedShelf().examined(decided_snapshot)
    _found, words = attribution_of(OCCLUSION, examined, pixels, 1)
    assert made.words == words


# One question


class Shelf:
    """Hands out classifiers, but first raises what it is given."""

    def __init__(self, *raised: Exception, classifier: Any = None) -> None:
        self._raised = list(raised)
        self._classifier = classifier or SimpleNamespace(classify=lambda _picture, _crop: CAT)

    def classifier(self, _snapshot: Any, *, six_views: bool) -> Any:
        if self._raised:
            raise self._raised.pop(0)
        return self._classifier


def test_a_network_is_built_once_as_long_as_it_is_asked_in_the_same_way(decided_snapshot):
    shelf = ClassifierShelf()
    first = shelf.classifier(decided_snapshot, six_views=False)
    assert shelf.classifier(decided_snapshot, six_views=False) is first
    six = shelf.classifier(decided_snapshot, six_views=True)
    other = replace(decided_snapshot, weights={**decided_snapshot.weights})
    assert len({first, six, shelf.classifier(other, six_views=True)}) == 3
    assert shelf.classifier(decided_snapshot, six_views=True) is not six, "one is kept"


@pytest.mark.parametrize("painted", [False, True])
@pytest.mark.parametrize("network", [False, True])
@pytest.mark.parametrize("asked", [None, Crop(30, 5, 20)])
def test_where_the_network_did_not_choose_a_place_the_middle_is_looked_at(painted, network, asked):
    seen: list[Any] = []

    def predict(pictures, crops):
        seen.extend([np.asarray(pictures[0]), crops[0]])
        return [CAT]

    classifier = SimpleNamespace(predict=predict, classify=lambda picture, crop: seen.extend([picture, crop]) or CAT)
    picture, pixels = quarters(80, 40), np.full((3, 32, 32), 7, np.uint8) if painted else None
    question = Question(3, picture, asked, SNAPSHOT if network else None, False, "", pixels)
    found = answer(question, Shelf(classifier=classifier))  # type: ignore[arg-type]
    middle = asked or Crop(20, 0, 40)
    assert (found.crop, found.prediction) == (middle, CAT if network else None)
    if network and painted:
        assert (np.array_equal(seen[0], pixels), seen[1]) == (True, middle)
    elif network:
        assert (seen[0] is picture, seen[1]) == (True, asked), "where nothing was asked the network looks for itself"
    if painted:
        assert np.array_equal(found.pixels, pixels)
        assert found.thumbnail == found.network_input
    else:
        assert np.array_equal(found.pixels, network_input(picture, middle))


@pytest.mark.parametrize("problem", [UNUSABLE, ZeroDivisionError("a fault of the app")])
def test_a_question_that_fails_does_not_keep_the_next_one_from_being_answered(jobs, faults, qtbot, problem):
    answers, refused, answered = Answers(jobs, Shelf(problem)), [], []  # type: ignore[arg-type]
    answers.refused.connect(refused.append)
    answers.answered.connect(answered.append)
    answers.ask(Question(1, quarters(40, 40), Crop(0, 0, 40), SNAPSHOT, True, ""))
    qtbot.waitUntil(lambda: bool(refused or faults))
    assert refused + faults == [problem]
    assert refused == [problem] * isinstance(problem, CheckpointError)
    answers.ask(Question(2, quarters(40, 40), Crop(0, 0, 40), SNAPSHOT, True, ""))
    qtbot.waitUntil(lambda: bool(answered))
    assert (answered[0].question.number, answered[0].prediction) == (2, CAT)


@pytest.mark.parametrize(
    ("picture", "crop", "size", "first", "last"),
    [
        (quarters(80, 60), Crop(0, 0, 20), (20, 20), "red", "red"),
        (quarters(80, 60), Crop(50, 10, 40), (30, 40), "lime", "white"),
        (quarters(80, 60), Crop(0, -10, 80), (80, 60), "red", "white"),
        (quarters(60, 80), Crop(-10, 0, 80), (60, 80), "red", "white"),
        (quarters(200, 200), Crop(0, 0, 200), (128, 128), "red", "white"),
        (quarters(200, 100), Crop(0, -50, 200), (128, 64), "red", "white"),
        (quarters(800, 400, reduced=4), Crop(400, 0, 200), (50, 50), "lime", "lime"),
        (quarters(400, 800, reduced=4), Crop(0, 400, 200), (50, 50), "blue", "blue"),
        (quarters(800, 400, reduced=4), Crop(0, 200, 1), (1, 1), "blue", "blue"),
    ],
)
def test_a_thumbnail_shows_the_part_of_the_picture_in_the_crop(picture, crop, size, first, last):
    image = crop_thumbnail(picture, crop)
    assert (image.width(), image.height()) == size
    assert image.pixelColor(0, 0) == QColor(first)
    assert image.pixelColor(size[0] - 1, size[1] - 1) == QColor(last)


# Many pictures


class Slow:
    """A classifier that says "cat" of each picture as soon as it may."""

    def __init__(self, *, may: bool = True) -> None:
        self.looked_at: list[str] = []
        self.may = threading.Event()
        if may:
            self.may.set()

    def classify_many(self, sources: list[PictureSource], *, way: str) -> Iterator[tuple[PictureSource, Prediction]]:
        for each in sources:
            self.looked_at.append(each.name)
            self.may.wait(60)
            yield each, CAT


class Watched:
    """A batch, and what it told."""

    def __init__(self, jobs: Background, shelf: Shelf) -> None:
        self.batch = Batch(jobs, shelf)  # type: ignore[arg-type]
        self.found: list[list[int]] = []
        self.progress: list[tuple[int, int, float]] = []
        self.ended: list[str] = []
        self.refused: list[Exception] = []
        self.batch.found.connect(lambda handful: self.found.append([place for place, _ in handful]))
        self.batch.progressed.connect(lambda *progress: self.progress.append(progress))
        self.batch.ended.connect(self.ended.append)
        self.batch.refused.connect(self.refused.append)

    def start(self, count: int, name: str = "a") -> None:
        self.batch.start([source(f"{name}{place}") for place in range(count)], Asking(SNAPSHOT, six_views=True))


@pytest.mark.parametrize("how", ["cancel", "start", "shutdown"])
def test_what_is_given_up_is_not_worked_on_any_longer(jobs, qtbot, how):
    slow = Slow(may=False)
    watched = Watched(jobs, Shelf(classifier=slow))
    watched.start(50)
    qtbot.waitUntil(lambda: bool(slow.looked_at))
    if how == "shutdown":
        closing = threading.Thread(target=lambda: (jobs._closing.wait(60), slow.may.set()))
        closing.start()
        jobs.shutdown()
        closing.join()
    else:
        watched.batch.cancel() if how == "cancel" else watched.start(2, "b")
        slow.may.set()
        qtbot.waitUntil(lambda: jobs.idle)
    assert sum(name.startswith("a") for name in slow.looked_at) <= 2
    assert watched.found == ([[0, 1]] if how == "start" else [])
    assert watched.ended == {"cancel": ["cancelled"], "start": [""], "shutdown": []}[how]


def test_answers_come_in_handfuls_with_what_is_left_to_do(jobs, qtbot, monkeypatch):
    clock = itertools.count(step=0.03)
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    watched = Watched(jobs, Shelf(classifier=Slow()))
    watched.start(20)
    qtbot.waitUntil(lambda: bool(watched.ended))
    assert list(itertools.chain(*watched.found)) == list(range(20))
    assert 3 <= len(watched.found) <= 8
    assert [done for done, _, _ in watched.progress] == list(itertools.accumulate(map(len, watched.found)))
    assert {total for _, total, _ in watched.progress} == {20}
    assert watched.progress[-1][2] == 0
    assert not watched.batch.running


def test_the_time_left_follows_from_the_pace_of_late_without_what_it_took_to_begin(jobs, qtbot, monkeypatch):
    clock = SimpleNamespace(now=10.0)
    monkeypatch.setattr(batch, "time", SimpleNamespace(monotonic=lambda: clock.now))
    shelf = Shelf(classifier=Slow(may=False))
    got_ready = shelf.classifier
    shelf.classifier = lambda *asked, **how: (setattr(clock, "now", 100.0), got_ready(*asked, **how))[1]
    watched = Watched(jobs, shelf)
    watched.start(100)
    run = watched.batch._run
    qtbot.waitUntil(lambda: len(run.speed._counted) == 1)
    for clock.now, count in ((100.3, 1), (106, 2), (126, 40)):
        watched.batch._on_found(run, [(0, CAT)] * count)
    assert watched.progress == [(1, 100, 0), (3, 100, pytest.approx(6 / 3 * 97)), (43, 100, pytest.approx(57 / 2))]
    watched.batch.cancel()
    watched.batch._on_found(run, [(3, CAT)])
    assert len(watched.progress) == len(watched.found) == 3, "cancelled while it was on its way"
    monkeypatch.undo()
    watched.batch._shelf._classifier.may.set()


@pytest.mark.parametrize("problem", [UNUSABLE, ZeroDivisionError("a fault of the app")])
def test_a_batch_that_fails_is_over_and_the_next_one_goes_on(jobs, faults, qtbot, problem):
    watched = Watched(jobs, Shelf(problem, classifier=Slow()))
    watched.start(3)
    qtbot.waitUntil(lambda: not watched.batch.running)
    refused = isinstance(problem, CheckpointError)
    assert (watched.refused, faults) == (([problem], []) if refused else ([], [problem]))
    assert watched.ended == ([] if refused else ["stopped by a fault"])
    watched.start(3)
    qtbot.waitUntil(lambda: not watched.batch.running)
    assert watched.found == [[0, 1, 2]]


def test_what_becomes_of_a_batch_that_was_overtaken_is_not_told(jobs, qtbot):
    watched = Watched(jobs, Shelf(UNUSABLE, classifier=Slow()))
    watched.start(3)
    watched.start(2)
    qtbot.waitUntil(lambda: jobs.idle and not watched.batch.running)
    assert (watched.refused, watched.ended, watched.found) == ([], [""], [[0, 1]])


# Thumbnails


@pytest.fixture
def made(monkeypatch) -> list[str]:
    """The names of the pictures of which a thumbnail was made, in this order, by a quick stand-in."""
    names: list[str] = []
    original = thumbnails.thumbnail

    def make(each: PictureSource) -> Any:
        names.append(each.name)
        return original(each)

    monkeypatch.setattr(thumbnails, "thumbnail", make)
    return names


def test_thumbnails_come_newest_wish_first_and_the_unreadable_are_null(jobs, qtbot, made, make_picture):
    kept, arrived = Thumbnails(jobs), []
    kept.arrived.connect(lambda: arrived.append(len(made)))
    picture = PictureSource.from_path(make_picture())
    wanted = [picture, *(source(f"{number}") for number in range(6))]
    assert [kept.get(each) for each in wanted] == [None] * 7
    qtbot.waitUntil(lambda: len(arrived) == 3)
    assert made == ["picture.png", "5", "4", "3", "2", "1", "0"]
    assert arrived == [1, 5, 7]
    assert (kept.get(picture).width(), kept.get(wanted[1]).isNull()) == (60, True)
    assert len(made) == 7, "none is made twice"


def test_thumbnails_that_were_not_looked_at_for_long_are_forgotten(jobs, qtbot, made, monkeypatch):
    monkeypatch.setattr(thumbnails, "_KEPT", 2)
    kept = Thumbnails(jobs)

    def look_at(name: str) -> None:
        if kept.get(source(name)) is None:
            qtbot.waitUntil(lambda: jobs.idle)

    for name in "abacab":
        look_at(name)
    assert made == ["a", "b", "c", "b"]


def test_of_many_thumbnails_wished_for_at_once_the_oldest_wishes_are_dropped(jobs, qtbot, made, monkeypatch):
    monkeypatch.setattr(thumbnails, "_KEPT", 2)
    kept = Thumbnails(jobs)
    for name in "abcd":
        kept.get(source(name))
    qtbot.waitUntil(lambda: jobs.idle and not kept._wanted)
    assert made == ["a", "d", "c"]


def test_what_is_wished_for_again_comes_before_what_was_wished_for_since(jobs, qtbot, made):
    kept = Thumbnails(jobs)
    for name in "abcdefb":  # b is in sight again; a is on its way at once
        kept.get(source(name))
    qtbot.waitUntil(lambda: jobs.idle and not kept._wanted)
    assert made == list("abfedc")


def test_a_fault_does_not_end_the_making_of_thumbnails_and_is_not_repeated(jobs, faults, qtbot, made, monkeypatch):
    kept = Thumbnails(jobs)
    with monkeypatch.context() as patched:
        patched.setattr(thumbnails, "thumbnail", lambda _source: 1 / 0)
        kept.get(source("a"))
        qtbot.waitUntil(lambda: kept.get(source("a")) is not None)
    qtbot.waitUntil(lambda: kept.get(source("b")) is not None)
    assert kept.get(source("a")).isNull()
    assert made == ["b"], "asking again while it is made does not make it twice"
    assert len(faults) == 1


# Opening


class Opening:
    """An opener, and what it told."""

    def __init__(self, jobs: Background) -> None:
        self.messages = Messages()
        self.opener = Opener(jobs, self.messages)
        self.opened: list[Opened] = []
        self.many: list[list[str]] = []
        self.opener.opened.connect(self.opened.append)
        self.opener.many_found.connect(lambda found: self.many.append([each.name for each in found]))

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(message.severity, message.text) for message in self.messages.all]


@pytest.fixture
def desk(jobs) -> Opening:
    return Opening(jobs)


@pytest.mark.parametrize(
    ("refusals", "text"),
    [
        (("No a.",), "No a."),
        (("No a.", "No b."), "No a. The same goes for 1 more."),
        (("No a.", "No b.", "No c."), "No a. The same goes for 2 more."),
    ],
)
def test_what_is_refused_is_said_once_for_all(desk, refusals, text):
    desk.opener.take(Dropped(refusals=refusals))
    assert desk.said == [("warning", text)]


def test_what_can_be_opened_is_opened_also_beside_what_is_refused_and_what_is_on_the_web(desk, qtbot, make_picture):
    picture = PictureSource.from_path(make_picture())
    desk.opener.take(Dropped((picture,), ("https://example.org/cat.png",), ("No a.",)))
    assert [severity for severity, _ in desk.said] == ["info", "warning"]
    qtbot.waitUntil(lambda: bool(desk.opened))
    assert [severity for severity, _ in desk.said] == ["info"], "a picture is there: what was wrong before is over"
    assert (desk.opened[0].source, desk.opened[0].number, desk.opened[0].crop) == (picture, 0, Crop(10, 0, 60))


def test_a_complaint_about_a_file_goes_when_another_one_opens(desk, qtbot, make_picture, tmp_path):
    desk.opener.open([PictureSource.from_path(tmp_path / "gone.png")])
    qtbot.waitUntil(lambda: bool(desk.said))
    desk.opener.open([PictureSource.from_path(make_picture())])
    qtbot.waitUntil(lambda: bool(desk.opened))
    assert desk.said == []


def test_the_newest_wish_wins(desk, jobs, qtbot, make_picture, monkeypatch):
    original, may = opening.decoded, threading.Event()

    def decoded(each: PictureSource, *arguments: Any) -> Opened:
        if each.name != "last.png":
            may.wait(60)
        return original(each, *arguments)

    monkeypatch.setattr(opening, "decoded", decoded)
    first, second, last = (PictureSource.from_path(make_picture(f"{name}.png")) for name in ("first", "second", "last"))
    desk.opener.open([first])
    desk.opener.reopen(second, None, 1)
    desk.opener.open([last])
    qtbot.waitUntil(lambda: bool(desk.opened))
    may.set()
    qtbot.waitUntil(lambda: jobs.idle)
    assert [opened.source for opened in desk.opened] == [last]


@pytest.mark.parametrize(("limit", "size"), [(79, (79, 59)), (80, (80, 60))])
def test_large_pictures_are_shown_from_a_reduced_copy(make_picture, monkeypatch, limit, size):
    monkeypatch.setattr(opening, "LARGEST_SHOWN", limit)
    opened = opening.decoded(PictureSource.from_path(make_picture()), Crop(0, 0, 30), 4)
    assert (opened.image.width(), opened.image.height()) == size
    assert (opened.picture.width, opened.thumbnail.width(), opened.crop, opened.number) == (80, 30, Crop(0, 0, 30), 4)


def test_folders_without_pictures_are_named(desk, qtbot, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    desk.opener.open([PictureSource.from_path(tmp_path / name) for name in ("a", "b")])
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said[0][1].startswith("There are no pictures in a and b:")


def test_a_second_question_about_pictures_on_the_web_names_each_host_once(desk):
    desk.opener.ask_about(("https://one.org/a.png", "https://one.org/b.png", "https://two.org/c.png"))
    (message,) = desk.messages.all
    assert message.text.startswith("These 3 pictures are on the web, at one.org, two.org.")
    assert message.actions[0][0] == "Fetch them"


LINKS = ("https://one.org/a.png", "https://one.org/b.png", "https://one.org/c%20d.png")


@pytest.mark.parametrize(
    ("there", "many", "opened", "said"),
    [
        ("abc", [["a.png", "b.png", "c d.png"]], [], []),
        ("bc", [["b.png", "c d.png"]], [], []),
        ("b", [], ["b.png"], []),
        ("", [], [], [("error", "No a.png.")]),
    ],
)
def test_of_several_pictures_on_the_web_one_that_fails_does_not_stop_the_others(
    desk, qtbot, make_picture, monkeypatch, there, many, opened, said
):
    def answer(_address: str, name: str, _tick: object) -> PictureSource:
        if name[0] not in there:
            raise PictureError(f"No {name}.")
        return PictureSource.from_bytes(make_picture().read_bytes(), name)

    monkeypatch.setattr(fetch, "fetch_picture", answer)
    desk.opener.ask_about(LINKS)
    desk.messages.all[0].actions[0][1]()
    qtbot.waitUntil(lambda: bool(desk.many or desk.opened or desk.said))
    assert (desk.many, [each.source.name for each in desk.opened], desk.said) == (many, opened, said)


def test_the_end_of_the_app_does_not_wait_for_a_server(desk, jobs, qtbot, monkeypatch):
    begun, given_up = threading.Event(), []

    def wait_for_server(_address: str, _name: str, tick: Callable[[], None]) -> PictureSource:
        begun.set()
        deadline = time.monotonic() + 20
        try:
            while time.monotonic() < deadline:
                tick()
        except Cancelled:
            given_up.append(True)
            raise
        raise PictureError("nobody gave up")

    monkeypatch.setattr(fetch, "fetch_picture", wait_for_server)
    desk.opener.ask_about(LINKS)
    desk.messages.all[0].actions[0][1]()
    qtbot.waitUntil(begun.is_set)
    jobs.shutdown()
    assert given_up == [True]


def test_a_thumbnail_is_of_the_middle_of_the_picture(make_picture):
    image = thumbnails.thumbnail(PictureSource.from_path(make_picture(size=(300, 200))))
    assert (image.width(), image.height()) == (thumbnails.SIDE, thumbnails.SIDE)
    assert image.pixelColor(5, 48) == QColor("orange")
    assert image.pixelColor(90, 48) == QColor("navy")
