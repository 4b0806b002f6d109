"""One picture or thousands: the answers of the plain forward pass, in order, whatever goes wrong with some."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.data.picture import Crop, PictureSource, centre_crop
from cifar_gui.data.preprocess import network_input, open_picture, standardise
from cifar_gui.errors import Cancelled, PictureError
from cifar_gui.inference import classifier
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.prediction import Prediction


def decoding_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_one_view_is_the_plain_forward_pass(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    with torch.inference_mode():
        logits = rebuild(snapshot)(standardise(inputs, snapshot.card.stats))
    found = Classifier(snapshot, six_views=False).classify_inputs(inputs)
    assert torch.allclose(found, torch.softmax(logits / 0.5, 1), atol=1e-5)


def test_six_views_are_the_weighted_mean_of_six_forward_passes(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    model = rebuild(snapshot)
    padded = torch.nn.functional.pad(inputs.float(), (1, 1, 1, 1), mode="reflect").to(torch.uint8)
    views = [(inputs, 0.5), (padded[..., :32, :32], 0.25), (padded[..., 2:, 2:], 0.25)]
    expected = torch.zeros(len(inputs), 10)
    with torch.inference_mode():
        for view, weight in views:
            for mirrored in (view, view.flip(3)):
                expected += weight / 2 * model(standardise(mirrored, snapshot.card.stats))
    found = Classifier(snapshot).classify_inputs(inputs)
    assert torch.allclose(found, torch.softmax(expected / 0.25, 1), atol=1e-5)


def test_an_answer_says_all_that_is_known(snapshot: ModelSnapshot, sources: list[PictureSource]) -> None:
    picture = open_picture(sources[0])
    asked = Classifier(snapshot)
    answer = asked.classify(picture, Crop(1, 2, 18))
    logits = asked.logits(torch.from_numpy(network_input(picture, Crop(1, 2, 18))[None]))
    assert answer.crop == Crop(1, 2, 18)
    assert answer.views == 6
    assert answer.familiarity == pytest.approx(float(torch.logsumexp(logits, 1)), abs=1e-6)
    assert answer.class_names == snapshot.card.class_names
    assert sum(answer.probabilities) == pytest.approx(1, abs=1e-5)
    assert answer.top(2) == sorted(zip(answer.class_names, answer.probabilities, strict=True), key=lambda p: -p[1])[:2]
    assert (answer.label, answer.probability) == answer.top(1)[0]
    assert answer.top() == answer.top(3)


@pytest.mark.parametrize(("six_views", "views"), [(True, 6), (False, 1)])
def test_an_answer_says_how_many_views_it_rests_on(
    snapshot: ModelSnapshot, inputs: torch.Tensor, six_views: bool, views: int
) -> None:
    assert [answer.views for answer in Classifier(snapshot, six_views=six_views).predict(inputs[:2])] == [views] * 2


def test_without_a_crop_the_middle_is_looked_at(snapshot: ModelSnapshot, sources: list[PictureSource]) -> None:
    picture = open_picture(sources[1])
    middle = centre_crop(picture.width, picture.height)
    assert Classifier(snapshot).classify(picture) == Classifier(snapshot).classify(picture, middle)


def test_six_views_without_their_own_temperature_use_that_of_one(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    def with_calibration(**values: float) -> torch.Tensor:
        card = dataclasses.replace(snapshot.card, calibration=values)
        return Classifier(ModelSnapshot(card, snapshot.weights)).logits(inputs)

    assert torch.allclose(with_calibration(temperature=2.0) * 2, with_calibration(), atol=1e-5)
    assert torch.allclose(with_calibration(temperature=-1.0), with_calibration())  # nonsense is ignored


def test_many_pictures_come_back_in_order_with_the_same_answers(
    snapshot: ModelSnapshot, sources: list[PictureSource]
) -> None:
    asked = Classifier(snapshot)
    answers = list(asked.classify_many(iter(sources)))
    assert [source for source, _ in answers] == sources
    for number, (source, answer) in enumerate(answers):
        if number % 9 == 4:
            assert isinstance(answer, PictureError)
            assert source.name in str(answer)
        else:
            assert isinstance(answer, Prediction)
            alone = asked.classify(open_picture(source))
            assert answer.crop == alone.crop
            assert answer.probabilities == pytest.approx(alone.probabilities, abs=1e-5)


@pytest.mark.parametrize("count", [0, 1, classifier.FIRST_BATCH, classifier.BATCH + 1])
def test_any_number_of_pictures_will_do(snapshot: ModelSnapshot, sources: list[PictureSource], count: int) -> None:
    assert len(list(Classifier(snapshot).classify_many(sources[:count]))) == count


def test_a_folder_of_nothing_readable_gives_reasons_only(snapshot: ModelSnapshot) -> None:
    broken = [PictureSource.from_bytes(b"text", f"{n}.png") for n in range(3)]
    answers = [answer for _, answer in Classifier(snapshot).classify_many(broken)]
    assert [str(answer)[:5] for answer in answers] == ["0.png", "1.png", "2.png"]


def test_pictures_are_decoded_a_bounded_number_ahead(snapshot: ModelSnapshot, sources: list[PictureSource]) -> None:
    asked = 0

    def endless() -> Iterator[PictureSource]:
        nonlocal asked
        while True:
            asked += 1
            yield sources[0]

    answers = Classifier(snapshot, six_views=False).classify_many(endless())
    for _ in range(classifier.FIRST_BATCH):
        next(answers)
    answers.close()
    assert asked <= classifier.FIRST_BATCH + classifier.LOOK_AHEAD
    assert decoding_threads() == []


def test_giving_up_stops_the_pool(snapshot: ModelSnapshot, sources: list[PictureSource]) -> None:
    shares = []

    def progress(share: float, _text: str) -> None:
        shares.append(share)
        raise Cancelled

    answers = Classifier(snapshot, six_views=False).classify_many(sources, progress)
    with pytest.raises(Cancelled):
        list(answers)
    assert shares == [pytest.approx(classifier.FIRST_BATCH / len(sources))]
    assert decoding_threads() == []


def test_progress_ends_at_one(snapshot: ModelSnapshot, sources: list[PictureSource]) -> None:
    shares: list[float] = []
    list(Classifier(snapshot, six_views=False).classify_many(sources, lambda share, _text: shares.append(share)))
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_batches_of_a_folder_grow_up_to_a_limit(
    snapshot: ModelSnapshot, sources: list[PictureSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "BATCH", 10)
    said: list[str] = []
    list(Classifier(snapshot, six_views=False).classify_many(sources[:35], lambda _share, text: said.append(text)))
    assert said == [f"{count} pictures classified" for count in (4, 12, 22, 32, 35)]


def test_of_pictures_without_a_number_the_share_is_not_known(
    snapshot: ModelSnapshot, sources: list[PictureSource]
) -> None:
    shares: list[float] = []
    list(Classifier(snapshot, six_views=False).classify_many(iter(sources[:5]), lambda share, _: shares.append(share)))
    assert shares == [0.0, 0.0]


@pytest.mark.parametrize(
    ("six_views", "few", "many"), [(True, classifier.FEW_VIEWS // 6, classifier.FEW_VIEWS // 6 + 1), (False, 36, 37)]
)
def test_few_views_are_computed_on_one_core_and_many_on_all(
    snapshot: ModelSnapshot, six_views: bool, few: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores: list[int] = []

    def note(model: object, inputs: torch.Tensor, *_: object) -> list[torch.Tensor]:
        cores.append(torch.get_num_threads())
        return [torch.zeros(len(inputs), 10)]

    for name in ("six_view_logits_of", "logits_of"):
        monkeypatch.setattr(classifier, name, note)
    asked, usual = Classifier(snapshot, six_views=six_views), torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        for count in (1, few, many):
            asked.logits(torch.zeros(count, 3, 32, 32, dtype=torch.uint8))
    finally:
        torch.set_num_threads(usual)
    assert cores == [1, 1, 3]


def test_many_threads_may_ask_at_once(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    asked = Classifier(snapshot)
    alone = [asked.classify_inputs(inputs[n : n + 1]) for n in range(len(inputs))]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda n: asked.classify_inputs(inputs[n : n + 1]), range(len(inputs))))
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(alone, together, strict=True))


def test_asking_changes_neither_snapshot_nor_random_numbers(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    before, state = dict(snapshot.weights), torch.random.get_rng_state()
    copies = {name: weight.clone() for name, weight in before.items()}
    Classifier(snapshot).classify_inputs(inputs)
    assert all(torch.equal(copies[name], weight) for name, weight in snapshot.weights.items())
    assert torch.equal(state, torch.random.get_rng_state())


def test_no_input_gives_no_answer(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    assert Classifier(snapshot).classify_inputs(inputs[:0]).shape == (0, 10)
    assert Classifier(snapshot).predict(inputs[:0]) == []
