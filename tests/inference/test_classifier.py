"""One picture or thousands: the answers of the plain forward pass, in order, whatever goes wrong with some."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from cifar_gui.checkpoint.rebuild import rebuild
from cifar_gui.checkpoint.snapshot import ModelSnapshot
from cifar_gui.compute.precision import Precision
from cifar_gui.data.picture import Crop, PictureSource, centre_crop, whole_crop
from cifar_gui.data.preprocess import Picture, network_input, open_picture, standardise
from cifar_gui.errors import Cancelled, PictureError
from cifar_gui.inference import classifier, sight
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.familiarity import Familiarity
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.proposals import proposals
from cifar_gui.inference.sight import Seen, Sight


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


def photo(width: int = 150, height: int = 100) -> Picture:
    """Noise of a smooth kind, so that every square of it is another picture."""
    random = np.random.default_rng(3)
    pixels = random.integers(0, 256, (height // 10, width // 10, 3), np.uint8).repeat(10, 0).repeat(10, 1)
    return Picture("photo", pixels, width, height)


@pytest.mark.parametrize(("six_views", "views"), [(True, 2), (False, 1)])
def test_in_a_photo_the_most_familiar_squares_decide_together(
    snapshot: ModelSnapshot, six_views: bool, views: int
) -> None:
    asked = Classifier(snapshot, six_views=six_views)
    answer = asked.classify(photo())
    squares = proposals(150, 100)
    inputs = torch.from_numpy(np.stack([network_input(photo(), square) for square in squares]))
    eyes = Sight(snapshot)
    glances = eyes.understood(eyes.look(inputs, slice(1)), several=six_views)  # the temperature moves the familiarity
    best = glances.familiarity.argsort(descending=True)[:6]
    seen = eyes.see(inputs, views)
    expected = seen.probabilities[best].mean(0)
    assert (answer.crops, answer.views) == (6, views)
    assert answer.probabilities == pytest.approx(expected.tolist(), abs=1e-5)
    assert answer.familiarity == pytest.approx(float(seen.familiarity[best].mean()), abs=1e-4)
    assert answer.votes == tuple(torch.bincount(seen.probabilities[best].argmax(1), minlength=10).tolist())
    surest = best[seen.probabilities[best, int(expected.argmax())].argmax()]
    assert answer.crop == squares[int(surest)]


def test_the_square_that_is_shown_is_the_surest_of_the_answer_and_not_of_another_class(snapshot: ModelSnapshot) -> None:
    shares = torch.zeros(3, 10)
    shares[:, :2] = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    seen = Seen(shares.log(), shares, torch.zeros(3).double(), shares.argmax(1, keepdim=True))
    answer = Classifier(snapshot)._answer([Crop(place, 0, 32) for place in range(3)], seen)
    assert (answer.label, answer.crop) == ("automobile", Crop(1, 0, 32))


def test_only_the_squares_that_decide_are_looked_at_in_another_view(
    snapshot: ModelSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[int] = []

    def counted(model: object, images: torch.Tensor, *_: object) -> list[torch.Tensor]:
        shown.append(len(images))
        return [torch.rand(len(images), 10)]

    asked = Classifier(snapshot)
    monkeypatch.setattr(sight, "logits_of", counted)
    answer = asked.classify(photo())
    assert shown == [len(proposals(150, 100)), answer.crops]


def test_a_square_that_is_given_decides_alone_and_its_views_vote(snapshot: ModelSnapshot) -> None:
    answer = Classifier(snapshot).classify(photo(), Crop(10, 20, 64))
    inputs = torch.from_numpy(network_input(photo(), Crop(10, 20, 64))[None])
    assert (answer.crop, answer.crops, answer.views) == (Crop(10, 20, 64), 1, 6)
    assert answer.votes == tuple(torch.bincount(Sight(snapshot).see(inputs, 6).favourites[0], minlength=10).tolist())
    assert sum(answer.votes) == 6


def with_familiarity(snapshot: ModelSnapshot, zero: float, strange: float) -> ModelSnapshot:
    """Calls a picture familiar by the energy of its logits alone; `zero` and `strange` as of `Familiarity.moved`."""
    weights = np.zeros(10 + 3, np.float32)
    weights[10] = 1
    known = Familiarity(weights, 0.0).moved(zero, strange)
    return ModelSnapshot(dataclasses.replace(snapshot.card, familiarity=tuple(known.to_list())), snapshot.weights)


@pytest.mark.parametrize(("zero", "strange", "standing"), [(-1, -2, "familiar"), (1, -1, "unusual"), (2, 1, "strange")])
def test_a_network_that_knows_what_is_familiar_says_how_a_picture_stands(
    snapshot: ModelSnapshot, inputs: torch.Tensor, zero: float, strange: float, standing: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("cifar_gui.inference.familiarity.WIDEST", 0)
    energy = float(torch.logsumexp(Classifier(snapshot).logits(inputs[:1]), 1))
    [answer] = Classifier(with_familiarity(snapshot, energy + zero, energy + strange)).predict(inputs[:1])
    assert answer.standing == standing
    assert answer.familiarity == pytest.approx(-zero, abs=1e-4)
    assert (answer.verdict.confidence == "unknown") == (standing == "strange" or answer.probability < 0.6)


def test_six_views_without_their_own_temperature_use_that_of_one(snapshot: ModelSnapshot, inputs: torch.Tensor) -> None:
    def with_calibration(**values: float) -> torch.Tensor:
        card = dataclasses.replace(snapshot.card, calibration=values)
        return Classifier(ModelSnapshot(card, snapshot.weights)).logits(inputs)

    assert torch.allclose(with_calibration(temperature=2.0) * 2, with_calibration(), atol=1e-5)
    assert torch.allclose(with_calibration(temperature=-1.0), with_calibration())  # nonsense is ignored


def test_many_pictures_come_back_in_order_with_the_same_answers(
    snapshot: ModelSnapshot, sources: list[PictureSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier, "MANY", 10**9)  # in the quickest precision the last digits may differ
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


@pytest.mark.parametrize(("way", "crop"), [("centre", centre_crop), ("whole", whole_crop)])
def test_where_to_look_in_many_pictures_can_be_said(
    snapshot: ModelSnapshot, sources: list[PictureSource], way: Any, crop: Any
) -> None:
    answers = Classifier(snapshot, six_views=False).classify_many(sources[:3], way=way)
    for source, answer in answers:
        assert isinstance(answer, Prediction)
        picture = open_picture(source)
        assert (answer.crop, answer.crops) == (crop(picture.width, picture.height), 1)


@pytest.mark.parametrize(("way", "turns"), [("proposed", 2), ("centre", 1)])
def test_many_pictures_are_answered_in_the_quickest_precision_once_there_are_many(
    snapshot: ModelSnapshot, sources: list[PictureSource], monkeypatch: pytest.MonkeyPatch, way: Any, turns: int
) -> None:
    """Counted are the squares looked at, or with one square each the views: 12 photos are many here."""
    asked, used = [], []
    half = Precision("bfloat16")
    monkeypatch.setattr(classifier, "quickest", lambda _snapshot, inputs: asked.append(len(inputs)) or half)
    plain = Sight.look
    monkeypatch.setattr(
        Sight, "look", lambda self, inputs, which, precision=None: used.append(precision) or plain(self, inputs, which)
    )
    photos = [source for source in sources if squares_in(source) > 1][:20]
    looks = [squares_in(source) if way == "proposed" else 6 for source in photos]
    monkeypatch.setattr(classifier, "MANY", sum(looks[:12]))
    list(Classifier(snapshot).classify_many(photos, way=way))
    assert len(asked) == 1
    # batches of 4, 8 and 8, each looked at in six views at once, or as it is and then mirrored
    assert used == [*[None] * 2 * turns, *[half] * turns]


def squares_in(source: PictureSource) -> int:
    """0 if it cannot be read."""
    try:
        picture = open_picture(source)
    except PictureError:
        return 0
    return len(proposals(picture.width, picture.height))


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
