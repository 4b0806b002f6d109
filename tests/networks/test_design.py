"""A network put together from layers: what a design says of it is what the network built of it is."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import conv2d

from cifar_gui.networks import custom, design
from cifar_gui.networks.base import NETWORKS, build
from cifar_gui.networks.design import (
    KINDS,
    Activation,
    AveragePooling,
    BatchNorm,
    Convolution,
    Dense,
    Design,
    DesignError,
    Dropout,
    Flatten,
    GlobalAverage,
    MaxPooling,
    fields_of,
)
from cifar_gui.networks.layer_table import layer_table
from cifar_gui.networks.skeleton import build_without_weights

WORDS = "convolution depth=12; activation; max_pooling; flatten; dense"  # the network called "simple"

convolutions = st.builds(
    Convolution,
    depth=st.integers(1, 9),
    height=st.sampled_from([1, 2, 3, 5]),
    width=st.sampled_from([1, 3, 4]),
    stride=st.integers(1, 3),
    padding=st.one_of(st.sampled_from(["same", "valid"]), st.integers(0, 4)),
    bias=st.booleans(),
)
poolings = st.builds(
    lambda kind, size, stride, padding: kind(size, stride, min(padding, size // 2)),
    st.sampled_from([MaxPooling, AveragePooling]), st.integers(1, 3), st.integers(1, 3), st.integers(0, 1),
)  # fmt: skip
on_maps = st.one_of(
    convolutions, poolings, st.builds(Activation, st.sampled_from(design.ACTIVATIONS)), st.builds(BatchNorm),
    st.builds(Dropout, share=st.floats(0, 0.9)),
)  # fmt: skip
on_rows = st.one_of(st.builds(Dense, units=st.integers(1, 40), bias=st.booleans()), st.builds(Activation))


@st.composite
def designs(draw) -> Design:
    """Any that could be typed and ends as it must; its windows may be too large."""
    middle = draw(st.sampled_from([Flatten(), GlobalAverage()]))
    return Design((*draw(st.lists(on_maps, max_size=5)), middle, *draw(st.lists(on_rows, max_size=2)), Dense()))


def measured(made: Design, classes: int = 10) -> list[tuple[object, ...]]:
    """Shape, parameters, multiply-adds and view of each layer, as the traced network has them."""
    return [
        (row.output_shape, row.parameters, row.multiply_adds, row.receptive_field)
        for row in layer_table(build("custom", classes, {"layers": made.to_text()}))
        if row.kind != "AdaptiveAvgPool2d"  # half of the mean of each map
    ]


@settings(max_examples=60, deadline=None)
@given(designs(), st.sampled_from([2, 10]))
def test_its_numbers_are_those_of_the_network_that_is_built(made, classes):
    steps = made.steps(classes)
    if any(step.problem for step in steps):
        with pytest.raises(DesignError):
            made.check(classes)
        return
    told = [(step.shape, step.parameters, step.multiply_adds, step.receptive_field) for step in steps]
    assert told == measured(made, classes)


@settings(max_examples=100, deadline=None)
@given(designs())
def test_it_is_the_same_after_it_has_been_written_down_and_read(made):
    assert Design.from_text(made.to_text()) == made
    assert Design.from_toml(made.to_toml()) == made


def test_the_text_says_only_what_differs_from_the_usual():
    assert Design((Convolution(depth=12), Activation(), MaxPooling(), Flatten(), Dense())).to_text() == WORDS


def test_the_view_of_a_tall_filter_is_its_longer_side():
    step = Design((Convolution(height=5, width=3), Flatten(), Dense())).steps()[0]
    assert (step.shape, step.receptive_field) == ((32, 32, 32), 5)


@pytest.mark.parametrize(
    ("words", "layer", "reason"),
    [
        ("", -1, "There is no layer yet"),
        ("dense", 0, "needs a row of values, not maps"),
        ("convolution depth=-1", 0, "depth must be a whole number from 1 to 4,096, not -1"),
        ("convolution depth=0", 0, "not 0"),
        ("flatten; dense units=99999999", 1, "units must be classes, or a whole number from 1 to 65,536"),
        ("convolution depth=2.5", 0, "depth must be a whole number"),
        ("convolution depht=4", 0, "has no setting called 'depht'. Did you mean 'depth'? It has: depth, height"),
        ("convolution depth=4 depth=5", 0, "depth is given twice"),
        ("convolution depth=1_6", 0, "depth must be a whole number from 1 to 4,096, not '1_6'"),
        ("convolution depth=٣", 0, "not '٣'"),
        ("dropout share=0.٣", 0, "not '0.٣'"),
        ("convolution 32", 0, "'32' is not NAME=VALUE"),
        ("convolution padding=wide", 0, "padding must be same or valid, or a whole number from 0 to 31, not 'wide'"),
        ("convolution bias=2", 0, "bias must be true or false"),
        ("convolution height=2", 0, "needs a kernel with odd sides"),
        (
            "convolution height=32 width=32 padding=valid; convolution padding=valid",
            1,
            "larger than the one pixel that is left.",
        ),
        ("activation function=magic", 0, "function must be one of relu, leaky_relu"),
        ("max_pooling size=2 padding=2", 0, "its padding can be at most half its size, 1".capitalize()),
        ("dropout share=1", 0, "share must be a number from 0 to 0.99, not 1"),
        ("dropout share=nan", 0, "not nan"),
        ("flatten; convolution; dense", 1, "needs maps, and there is only a row of values here"),
        ("flatten; flatten; dense", 1, "put it before Flatten"),
        ("flatten; dense units=7", 1, "must give one value for each class"),
        ("convolution; activation", 1, "must give one value for each class"),
        ("flatten; dense units=60000; dense", 1, "184,380,000 parameters by then, and 100,000,000 are the most"),
        ("convolution depth=4096; convolution depth=4096 stride=32; flatten; dense", 1, "parameters by then"),
        (
            "convolution depth=4096 height=32 width=32 padding=31; flatten; dense",
            0,
            "multiply-adds for one picture by then",
        ),
        ("wings; dense", 0, "of no known kind: 'wings'. Known: convolution, activation"),
        ("Convolutoin; dense", 0, "of no known kind: 'Convolutoin'. Did you mean 'convolution'? Known: convolution"),
        ("activation; " * 101 + "flatten; dense", 100, "103 layers are too many: 100 at most"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason_at_the_layer(words, layer, reason):
    with pytest.raises(DesignError) as caught:
        Design.from_text(words).check()
    assert (caught.value.layer, caught.value.setting) == (layer, "network_settings")
    assert reason in str(caught.value)


def test_a_file_may_begin_with_the_mark_of_some_editors(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(Design.from_text(WORDS).to_toml(), encoding="utf-8-sig")
    assert Design.load(path) == Design.from_text(WORDS)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("layers = 3", "must hold tables called"),
        ("layers = [3]", "must hold tables called"),
        ("", "must hold tables called"),
        ("name = 'x'\n[[layers]]\nkind = 'dense'", "and nothing else. Take out 'name'"),
        ("[[layers]]\nkind = 5", "of no known kind: 5"),
        ("[[layers]]\ndepth = 5", "Layer 1 does not say its kind. Known: convolution, "),
        ("[[layers]]\nkind = ''", "of no known kind: ''"),
        ("[[layers]\n", "not valid TOML: "),
        (f"[[layers]]\nkind = 'convolution'\ndepth = {'9' * 5000}", "mine.toml cannot be read: a number in it has"),
        (f"[[layers]]\nkind = 'convolution'\ndepth = 0x{'f' * 5000}", "mine.toml cannot be read: a number in it has"),
        (f"layers = {'[' * 3000}{']' * 3000}", "mine.toml cannot be read: .*its brackets are hundreds deep"),
        ("[[layers]]\nkind = 'convolution'\ndepth = true", "depth must be a whole number"),
        ("[[layers]]\nkind = 'convolution'\ndepth = [3]", "depth must be a whole number"),
    ],
)
def test_a_file_that_is_no_design_is_refused_with_its_name(tmp_path, text, reason):
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DesignError, match=reason.replace("[", r"\[")) as caught:
        Design.load(path)
    assert "mine.toml" in str(caught.value) or "Layer 1" in str(caught.value)


@pytest.mark.parametrize("layers", [3, 0.5, True, ["flatten", "dense"]], ids=str)
def test_layers_that_are_no_text_are_refused(layers):
    with pytest.raises(DesignError, match="Layers are written as a text, such as 'flatten; dense', not as "):
        build("custom", 10, {"layers": layers})


def test_a_number_is_not_written_out_in_thousands_of_digits():
    for text in (f"convolution depth={'9' * 4000}", f"convolution depth={'9' * 5000}", f"{'x' * 5000}; dense"):
        with pytest.raises(DesignError) as caught:
            Design.from_text(text)
        assert len(str(caught.value)) < 300


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DesignError, match=r"gone\.toml cannot be read: there is no such file or folder\. Check"):
        Design.load(tmp_path / "gone.toml")


def test_what_follows_a_layer_that_does_not_fit_is_not_known():
    steps = Design.from_text("max_pooling size=32; max_pooling; flatten; dense").steps()
    assert [step.shape for step in steps] == [(3, 1, 1), None, None, None]
    assert [bool(step.problem) for step in steps] == [False, True, False, False]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kind_says_what_it_is_and_what_each_setting_means(kind):
    assert kind.label
    assert dataclasses.fields(kind) == () or all(each.label and each.help for each in fields_of(kind).values())
    assert kind().settings() == {}


@pytest.mark.parametrize("name", ["simple", "mlp", "keras1m", "lenet", "alexnet", "zfnet", "vgg11", "vgg16"])
def test_a_textbook_network_that_is_a_plain_sequence_is_a_design(name):
    model = build(name, 10)
    made = custom.design_of(model)
    same = build("custom", 10, {"layers": made.to_text()})
    weights = [value.shape for value in model.state_dict().values()]
    assert [value.shape for value in same.state_dict().values()] == weights
    same.load_state_dict(dict(zip(same.state_dict(), model.state_dict().values(), strict=True)))
    images = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(same.eval()(images), model.eval()(images))


def test_networks_with_branches_are_no_designs():
    plain = {entry.name for entry in NETWORKS if custom.design_of(build(entry.name, 10)) is not None}
    assert plain == {"simple", "mlp", "keras1m", "lenet", "alexnet", "zfnet", "vgg11", "vgg16", "custom"}


@pytest.mark.parametrize(
    "module",
    [
        torch.nn.Conv2d(3, 4, 3, dilation=2),
        torch.nn.Conv2d(3, 3, 3, groups=3),
        torch.nn.Conv2d(3, 4, 3, padding=(0, 1)),
        torch.nn.Conv2d(3, 4, 3, stride=(1, 2)),
        torch.nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"),
        torch.nn.Conv2d(3, 4, 3, padding="same"),
        torch.nn.Conv2d(3, 5000, 1),  # one may have 4,096 filters
        torch.nn.MaxPool2d((2, 3)),
        torch.nn.MaxPool2d(3, 2, ceil_mode=True),
        torch.nn.MaxPool2d(2, dilation=2),
        torch.nn.AvgPool2d(3, 2, 1, count_include_pad=False),
        torch.nn.AvgPool2d(3, 2, ceil_mode=True),
        torch.nn.AvgPool2d(2, divisor_override=3),
        torch.nn.AdaptiveAvgPool2d(2),
        torch.nn.BatchNorm2d(3, affine=False),
        torch.nn.BatchNorm2d(3, bias=False),
        torch.nn.BatchNorm2d(3, eps=1e-3),
        torch.nn.BatchNorm2d(3, momentum=0.5),
        torch.nn.BatchNorm2d(3, track_running_stats=False),
        torch.nn.GELU("tanh"),
        torch.nn.LeakyReLU(2.0),
        torch.nn.Dropout(1.0),
        torch.nn.Dropout2d(0.5),
        torch.nn.Flatten(2),
        torch.nn.Softmax(1),
    ],
    ids=str,
)
def test_what_a_design_cannot_say_is_not_approximated(module):
    model = torch.nn.Sequential(module, torch.nn.Flatten(), torch.nn.LazyLinear(10))
    model(torch.zeros(2, 3, 32, 32))
    assert custom.design_of(model) is None


@settings(max_examples=30, deadline=None)
@given(designs())
def test_what_was_built_of_a_design_is_that_design(made):
    if any(step.problem for step in made.steps()):
        return
    found = custom.design_of(build_without_weights("custom", 10, {"layers": made.to_text()}))
    wanted = Design(tuple(layer for layer in made.layers if layer != Dropout(0.0)))  # which does nothing
    assert measured(found) == measured(wanted)
    assert [layer.kind for layer in found.layers] == [layer.kind for layer in wanted.layers]


def by_hand(images: torch.Tensor) -> dict[str, torch.Tensor]:
    """A layer in words → what it makes of pictures; its weights are all 2, its biases all 1."""
    ones = torch.ones(4, 3, 5, 3)
    rows = torch.nn.functional.unfold(images, 3, padding=1, stride=2).view(2, 3, 9, 16, 16)  # zeros around
    mean, variance = images.mean((0, 2, 3), keepdim=True), images.var((0, 2, 3), correction=0, keepdim=True)
    return {
        "convolution depth=4 height=5 stride=2 padding=1": conv2d(images, 2 * ones, torch.ones(4), 2, 1),
        "convolution depth=4 height=5 padding=same bias=false": conv2d(images, 2 * ones, None, 1, (2, 1)),
        "average_pooling size=3 stride=2 padding=1": rows.sum(2) / 9,
        "max_pooling size=3 stride=2 padding=1": torch.nn.functional.pad(images, (1, 1, 1, 1), value=-torch.inf)
        .unfold(2, 3, 2).unfold(3, 3, 2).amax((4, 5)),
        "global_average": images.mean((2, 3)),
        "batch_norm": 2 * (images - mean) / (variance + 1e-5).sqrt() + 1,
        "activation": images.clamp(min=0),
        "activation function=leaky_relu slope=0.3": torch.where(images < 0, 0.3 * images, images),
        "activation function=gelu": images * torch.special.ndtr(images),
        "activation function=tanh": images.tanh(),
        "activation function=sigmoid": 1 / (1 + (-images).exp()),
        "flatten": images.view(2, -1),
        "flatten; dense units=5": (2 * images.sum((1, 2, 3)) + 1)[:, None].expand(-1, 5),
        "flatten; dense units=5 bias=false": (2 * images.sum((1, 2, 3)))[:, None].expand(-1, 5),
    }  # fmt: skip


@pytest.mark.parametrize("words", by_hand(torch.zeros(2, 3, 32, 32)))
def test_each_layer_does_what_its_words_say(words):
    torch.manual_seed(0)
    images = torch.randn(2, 3, 32, 32)
    end = "dense" if "flatten" in words or words == "global_average" else "flatten; dense"
    model = build("custom", 10, {"layers": f"{words}; {end}"})
    with torch.no_grad():
        for key, weight in model.named_parameters():
            weight.fill_(1 if key.endswith("bias") else 2)
    answer = model[: len(words.split(";"))](images)
    torch.testing.assert_close(answer, by_hand(images)[words], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("share", [0.2, 0.5])
def test_dropout_silences_the_share_that_was_chosen(share):
    torch.manual_seed(0)
    answer = build("custom", 10, {"layers": f"dropout share={share}; flatten; dense"})[0](torch.ones(20, 3, 32, 32))
    assert (answer == 0).float().mean().item() == pytest.approx(share, abs=0.01)
    assert answer.max().item() == pytest.approx(1 / (1 - share))
