"""A recipe for the time there is: what is picked, what is promised, whether it was kept, how long things take here."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from cifar_gui.errors import Cancelled, MemoryShortage
from cifar_gui.networks.base import NETWORKS, Rung, build, presets
from cifar_gui.recipe import Recipe
from cifar_gui.training import minutes
from cifar_gui.training.minutes import (
    MEASURED_WITH,
    Offer,
    Pace,
    expected_accuracy,
    in_words,
    measure_pace,
    network_words,
    plan,
    promise_kept,
    rungs,
)

SMALL = Rung(presets("airnet")["best"].changed(network_settings={"size": "93"}), ((1, 0.5), (4, 0.8), (8, 0.9)))
LARGE = Rung(presets("airnet")["best"].changed(network_settings={"size": "94"}), ((4, 0.85), (16, 0.95)))
PACES = {"93": Pace(set_up=6, epoch=50, validation=10), "94": Pace(set_up=6, epoch=180, validation=20)}


@pytest.fixture
def probed():
    """Sizes in the order in which they were tried, filled by `probed.probe`."""

    class Probed(list):
        def probe(self, recipe: Recipe) -> Pace:
            self.append(recipe.network_settings["size"])
            return PACES[self[-1]]

    return Probed()


def planned(time, probed, *, is_cifar10=True):
    return plan(time, [SMALL, LARGE], probed.probe, is_cifar10=is_cifar10)


def what(offer):
    return offer.recipe.network_settings["size"], offer.recipe.epochs


def test_whole_epochs_are_counted_with_set_up_and_validation():
    pace = Pace(set_up=6, epoch=50, validation=10)
    assert pace.total(3) == 186
    assert [pace.epochs_in(seconds) for seconds in (0, 65, 66, 125.9, 126)] == [0, 0, 1, 1, 2]


def test_the_first_epochs_may_take_longer():
    pace = Pace(set_up=6, epoch=50, validation=10, slow_epochs=3, slow_extra=5)
    assert [pace.training(epochs) for epochs in (1, 3, 4)] == [55, 165, 215]
    assert [pace.total(epochs) for epochs in (0, 1, 3, 4)] == [6, 71, 201, 261]
    for epochs in range(7):
        assert pace.epochs_in(pace.total(epochs)) == epochs
        assert pace.epochs_in(pace.total(epochs + 1) - 0.1) == epochs
    assert pace.epochs_in(0) == 0


@pytest.mark.parametrize(
    ("time", "picked", "tried"),
    [
        (2, ("93", 1), ["93"]),  # 114 s for epochs of 60 s
        (5, ("93", 4), ["93"]),
        (8.1, ("93", 8), ["93", "94"]),  # the larger one comes to 2 epochs and needs 4
        (14, ("93", 8), ["93", "94"]),  # 4 epochs of the larger one reach 85 %, 8 of the smaller one 90 %
        (40, ("94", 11), ["93", "94"]),
        (600, ("94", 16), ["93", "94"]),
    ],
)
def test_the_most_exact_that_is_ready_in_time_is_picked_and_no_more_is_tried_than_can_be(time, picked, tried, probed):
    offer = planned(time, probed)
    assert (what(offer), probed, offer.in_time) == (picked, tried, True)
    assert offer.seconds <= 60 * time
    assert offer.seconds == PACES[picked[0]].total(picked[1])


def test_when_nothing_is_ready_in_time_the_shortest_is_offered_and_called_so(probed):
    offer = planned(0.5, probed)
    assert (what(offer), offer.in_time, probed) == (("93", 1), False, ["93"])
    assert in_words(offer, 0.5).startswith("Nothing worth having is ready in 30 s on this machine. The shortest is ")


@pytest.mark.parametrize("time", [0, -1, float("nan"), float("inf")])
def test_a_time_that_is_none_is_refused(time, probed):
    with pytest.raises(ValueError, match="above 0"):
        planned(time, probed)
    assert probed == []


def test_without_a_ladder_there_is_no_plan(probed):
    with pytest.raises(ValueError, match="ladder"):
        plan(5, [], probed.probe, is_cifar10=True)


def test_the_recipe_carries_its_promise(probed):
    recipe = planned(5, probed).recipe
    assert (recipe.preset, recipe.promised_minutes, recipe.promised_accuracy) == ("minutes", round(200 / 60, 3), 0.8)
    assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_of_other_pictures_no_accuracy_is_promised(probed):
    offer = planned(5, probed, is_cifar10=False)
    assert offer.recipe.promised_accuracy is None
    assert in_words(offer, 5).endswith("How good it gets can be promised for CIFAR-10 only.")


def test_where_nothing_is_held_out_no_accuracy_is_promised(probed):
    everything = [Rung(SMALL.recipe.changed(all_data=True), SMALL.reached)]
    offer = plan(5, everything, probed.probe, is_cifar10=True)
    assert offer.recipe.promised_accuracy is None
    assert in_words(offer, 5).endswith("How good it gets cannot be told without held-out pictures.")


def test_accuracies_lie_between_those_that_were_measured_and_never_beyond():
    found = [expected_accuracy(SMALL, epochs) for epochs in (1, 2, 4, 8, 100)]
    assert found == pytest.approx([0.5, 0.65, 0.8, 0.9, 0.9])


def test_the_offer_in_words(probed):
    assert in_words(planned(5, probed), 5) == (
        "AirNet (size 93), 4 epochs: ready in about 4 min 06 s, 3 min 20 s of it training, with about 80.0 % of the "
        "held-out pictures named rightly."
    )
    assert " 1 epoch:" in in_words(planned(2, probed), 2)
    assert in_words(planned(600, probed), 600).endswith(" More time would not make it better.")
    assert not in_words(planned(40, probed), 40).endswith("better.")


@pytest.mark.parametrize(("time", "is_best"), [(14, False), (30, False), (60, True), (600, True)])
def test_only_of_the_last_rung_in_full_it_is_said_that_more_time_would_not_help(time, is_best, probed):
    offer = planned(time, probed)  # in 14 minutes the small one in full: the large one would need more
    assert offer.is_best == is_best
    assert in_words(offer, time).endswith(" More time would not make it better.") == is_best


def test_a_network_is_named_with_its_settings():
    assert network_words(SMALL.recipe) == "AirNet (size 93)"
    assert network_words(Recipe(network="lenet")) == "LeNet-5"


PROMISING = Recipe(promised_minutes=10.0, promised_accuracy=0.9)


@pytest.mark.parametrize(
    ("seconds", "accuracy", "verdict"),
    [
        (600, 0.9, "Promise kept: 10 min 00 s of training were promised and it took 10 min 00 s, 90.0 % and it reached "
         "90.0 %."),
        (689, 0.891, "Promise kept: 10 min 00 s of training were promised and it took 11 min 29 s, 90.0 % and it "
         "reached 89.1 %."),
        (511, 0.95, "Promise kept: 10 min 00 s of training were promised and it took 8 min 31 s, 90.0 % and it reached "
         "95.0 %."),
        (691, 0.9, "Promise not kept: 10 min 00 s of training were promised and it took 11 min 31 s, 90.0 % and it "
         "reached 90.0 %."),
        (509, 0.9, "Promise kept, and sooner: 10 min 00 s of training were promised and it took 8 min 29 s, 90.0 % "
         "and it reached 90.0 %."),
        (509, 0.8, "Promise not kept: 10 min 00 s of training were promised and it took 8 min 29 s, 90.0 % and it "
         "reached 80.0 %."),
        (600, 0.889, "Promise not kept: 10 min 00 s of training were promised and it took 10 min 00 s, 90.0 % and it "
         "reached 88.9 %."),
        (600, float("nan"), "Promise kept: 10 min 00 s of training were promised and it took 10 min 00 s."),
        (600, None, "Promise kept: 10 min 00 s of training were promised and it took 10 min 00 s."),
    ],
)  # fmt: skip
def test_afterwards_it_is_said_whether_the_promise_was_kept(seconds, accuracy, verdict):
    assert promise_kept(PROMISING, seconds, accuracy) == verdict


def test_who_promised_nothing_has_kept_nothing():
    assert promise_kept(Recipe(), 600, 0.9) == ""
    timed = Recipe(promised_minutes=10.0)
    assert (
        promise_kept(timed, 600, 0.9) == "Promise kept: 10 min 00 s of training were promised and it took 10 min 00 s."
    )


# The ladders that networks come with


def test_the_rungs_rise_and_take_their_surroundings_from_the_recipe_at_hand():
    like = Recipe(data="shapes", seed=7, device="cpu", precision="float32", all_data=True)
    found = rungs(like, MEASURED_WITH)
    assert len(found) >= 2
    assert [rung.reached[-1][1] for rung in found] == sorted(rung.reached[-1][1] for rung in found)
    for rung in found:
        recipe = rung.recipe
        assert (recipe.data, recipe.seed, recipe.device, recipe.all_data) == ("shapes", 7, "cpu", True)
        assert recipe.precision == "float32"


def test_fewer_pictures_want_more_epochs_and_more_want_fewer():
    def epochs(pictures):
        return [[count for count, _accuracy in rung.reached] for rung in rungs(Recipe(), pictures)]

    usual = epochs(MEASURED_WITH)
    assert epochs(MEASURED_WITH // 10) == [[10 * count for count in counts] for counts in usual]
    assert all(counts == sorted(set(counts)) and counts[0] == 1 for counts in epochs(100 * MEASURED_WITH))
    assert max(map(max, epochs(1))) == 10_000


@pytest.mark.parametrize("rung", rungs(Recipe(), MEASURED_WITH), ids=lambda rung: network_words(rung.recipe))
def test_every_rung_can_be_built_and_more_epochs_reach_more(rung):
    build(rung.recipe.network, 10, rung.recipe.network_settings)
    epochs, accuracies = zip(*rung.reached, strict=True)
    assert list(epochs) == sorted(set(epochs))
    assert list(accuracies) == sorted(set(accuracies))
    assert 0.1 < accuracies[0] <= accuracies[-1] < 1


def test_only_registered_networks_have_ladders_and_some_has():
    assert any("ladder" in entry.details for entry in NETWORKS)


# Trying the machine


@pytest.fixture
def brief(monkeypatch):
    monkeypatch.setattr(minutes, "PROBE_SECONDS", 0.01)
    return Recipe(network="mlp", network_settings={"hidden": 8}, batch_size=20, micro_batch=8, precision="float32")


def test_the_pace_is_that_of_all_training_pictures_and_of_all_held_out_ones(tiny_data, brief, monkeypatch):
    ticks = iter(range(1000))
    monkeypatch.setattr(minutes, "time", SimpleNamespace(perf_counter=lambda: float(next(ticks))))
    monkeypatch.setattr(minutes, "PROBE_SECONDS", 1.5)
    pace = measure_pace(brief, tiny_data)
    # The clock ticks whenever it is looked at: once over the set-up, three times over one step of 20 pictures.
    steps = len(tiny_data.training()) // 20
    assert (pace.set_up, pace.epoch, pace.validation) == (1, pytest.approx(3 * steps), 1)


def test_without_held_out_pictures_nothing_is_validated(tiny_data, brief):
    assert measure_pace(brief.changed(all_data=True), tiny_data).validation == 0


def test_the_optimisers_steps_are_part_of_the_pace(tiny_data, brief, monkeypatch):
    steps, gradients = [], []
    step, backward = minutes.Bench.step, minutes.Bench.gradients
    monkeypatch.setattr(minutes.Bench, "step", lambda *given: steps.append(1) or step(*given))
    monkeypatch.setattr(minutes.Bench, "gradients", lambda *given: gradients.append(1) or backward(*given))
    measure_pace(brief, tiny_data)
    assert len(steps) == len(gradients) - 1 > 0, "one to warm up"


def test_epochs_in_which_more_is_learned_are_timed_for_themselves(tiny_data, monkeypatch):
    monkeypatch.setattr(minutes, "PROBE_SECONDS", 0.01)
    recipe = presets("airnet")["quick"].changed(epochs=6, batch_size=20, micro_batch=20, precision="float32")
    begun, start = [], minutes.Bench.start_epoch
    monkeypatch.setattr(minutes.Bench, "start_epoch", lambda bench, epoch: begun.append(epoch) or start(bench, epoch))
    pace = measure_pace(recipe, tiny_data)
    assert pace.slow_epochs == 3, "the stem learns its biases"
    assert begun[-2:] == [1, 6], "the first kind and the last"
    assert pace.epoch > 0
    assert pace.slow_extra >= 0


@pytest.mark.parametrize(("first", "extra"), [(5.0, 1.0), (3.0, 0.0)])
def test_what_the_first_epochs_take_besides_is_never_less_than_nothing(tiny_data, monkeypatch, first, extra):
    monkeypatch.setattr(minutes, "_epoch_seconds", lambda _bench, epoch, _given_up: first if epoch == 1 else 4.0)
    recipe = presets("airnet")["quick"].changed(epochs=6, batch_size=20, micro_batch=20, precision="float32")
    pace = measure_pace(recipe, tiny_data)
    assert (pace.epoch, pace.slow_epochs, pace.slow_extra) == (4.0, 3, extra)


def test_a_trial_for_which_the_memory_is_too_small_says_so(tiny_data, brief, monkeypatch):
    def fail(*_):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    monkeypatch.setattr(minutes.Bench, "forward_backward", fail)
    with pytest.raises(MemoryShortage, match="The memory of the GPU is not enough"):
        measure_pace(brief, tiny_data)


def test_giving_up_ends_the_trial_within_a_micro_batch(tiny_data, brief):
    asked = []

    def is_given_up():
        asked.append(True)
        return len(asked) == 3

    with pytest.raises(Cancelled):
        measure_pace(brief.changed(epochs=1), tiny_data, is_given_up)
    assert len(asked) == 3


def test_a_trial_teaches_nothing_to_the_network_that_is_trained_after_it(tiny_data, brief):
    from cifar_gui.training.control import Control
    from cifar_gui.training.engine import new_model, train
    from cifar_gui.training.events import EpochReport

    def loss():
        events = train(new_model(brief, 3), tiny_data, brief.changed(epochs=1), Control())
        return next(event.train_loss for event in events if isinstance(event, EpochReport))

    before = loss()
    measure_pace(brief, tiny_data)
    assert loss() == before


def test_an_offer_compares_by_what_it_offers():
    assert Offer(Recipe(), 3, in_time=True) == Offer(Recipe(), 3, in_time=True)
