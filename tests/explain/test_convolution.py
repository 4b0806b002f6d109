"""The operator in plain numbers, against PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from cifar_gui.explain.activations import ACTIVATIONS, activated, cross_entropy, dense, pooled, softmax
from cifar_gui.explain.convolution import (
    Geometry,
    correlate,
    flipped,
    output_size,
    padded,
    step_at,
    unread_lines,
    windows,
)
from cifar_gui.explain.kernels import PRESETS, preset_of, resized, squared, typed_number


@st.composite
def geometries(draw: st.DrawFn) -> Geometry:
    """Any that has an output."""
    kernel, padding = draw(st.integers(1, 7)), draw(st.integers(0, 4))
    sizes = st.integers(max(kernel - 2 * padding, 1), 14)
    return Geometry(draw(sizes), draw(sizes), kernel, draw(st.integers(1, 6)), padding)


few = settings(max_examples=60, deadline=None, derandomize=True)
seeds = st.integers(0, 2**32 - 1)


def torch_of(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values))


@few
@given(geometries(), st.integers(1, 3), st.integers(1, 4), seeds)
def test_the_map_is_the_one_that_pytorch_computes(geometry, channels, filters, seed) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(channels, geometry.height, geometry.width))
    kernels = random.normal(size=(filters, channels, geometry.kernel, geometry.kernel))
    biases = random.normal(size=filters)
    ours = correlate(values, kernels, biases, geometry)
    theirs = functional.conv2d(
        torch_of(values)[None], torch_of(kernels), torch_of(biases), geometry.stride, geometry.padding
    )[0].numpy()
    assert ours.shape == (filters, geometry.rows, geometry.columns)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12 * kernels[0].size * 20)


@few
@given(geometries(), st.integers(1, 3), seeds)
def test_every_cell_is_the_sum_that_its_arithmetic_shows(geometry, channels, seed) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(-9, 10, (channels, geometry.height, geometry.width)).astype(float)
    kernel = random.integers(-9, 10, (channels, geometry.kernel, geometry.kernel)).astype(float)
    whole = correlate(values, kernel[None], np.array([2.0]), geometry)[0]
    place = (int(random.integers(geometry.rows)), int(random.integers(geometry.columns)))
    step = step_at(values, kernel, 2.0, geometry, place)
    assert step.value == whole[place]
    assert np.array_equal(step.products, step.window * kernel)
    assert [float(each.sum()) for each in step.products] == step.sums.tolist()
    top, left = geometry.corner(*place)
    row, column = top + geometry.padding, left + geometry.padding
    size = geometry.kernel
    assert np.array_equal(step.window, padded(values, geometry.padding)[:, row : row + size, column : column + size])


@few
@given(geometries(), seeds)
def test_the_textbooks_convolution_is_the_flipped_one(geometry, seed) -> None:
    random = np.random.default_rng(seed)
    values, kernel = random.normal(size=(geometry.height,) * 2), random.normal(size=(geometry.kernel,) * 2)
    square = Geometry(geometry.height, geometry.height, geometry.kernel)
    if not square.fits:
        return
    ours = correlate(values[None], flipped(kernel[None, None]), np.zeros(1), square)[0]
    by_definition = np.zeros_like(ours)
    for i in range(ours.shape[0]):
        for j in range(ours.shape[1]):  # (f * g)[i, j] = Σ f[i − m, j − n] g[m, n], where all of g has a partner
            for m in range(square.kernel):
                for n in range(square.kernel):
                    by_definition[i, j] += values[i + square.kernel - 1 - m, j + square.kernel - 1 - n] * kernel[m, n]
    np.testing.assert_allclose(ours, by_definition, atol=1e-9)


@few
@given(geometries())
def test_a_cell_is_read_by_just_those_windows_that_contain_it(geometry) -> None:
    marks = np.zeros((geometry.height + 2 * geometry.padding, geometry.width + 2 * geometry.padding), dtype=int)
    for row in range(-geometry.padding, geometry.height + geometry.padding):
        for column in range(-geometry.padding, geometry.width + geometry.padding):
            found = geometry.readers(row, column)
            expected = [
                (i, j)
                for i in range(geometry.rows)
                for j in range(geometry.columns)
                if 0 <= row - geometry.corner(i, j)[0] < geometry.kernel
                and 0 <= column - geometry.corner(i, j)[1] < geometry.kernel
            ]
            assert found == expected
            marks[row + geometry.padding, column + geometry.padding] = len(found)
    assert np.array_equal(geometry.unread(), marks == 0)


@few
@given(geometries())
def test_the_nearest_window_is_one_that_stands_no_further_from_the_cell_than_any_other(geometry) -> None:
    middle = (geometry.kernel - 1) // 2
    for row in range(-geometry.padding, geometry.height + geometry.padding):
        found, _column = geometry.nearest(row, 0)
        away = [abs(geometry.corner(i, 0)[0] + middle - row) for i in range(geometry.rows)]
        assert away[found] == min(away)


@few
@given(geometries(), st.sampled_from(["max", "average"]), seeds)
def test_pooling_is_that_of_pytorch(geometry, kind, seed) -> None:
    padding = min(geometry.padding, geometry.kernel // 2)  # as much as PyTorch takes
    pool = Geometry(geometry.height, geometry.width, geometry.kernel, geometry.stride, padding)
    if not pool.fits:
        return
    values = np.random.default_rng(seed).normal(size=(2, pool.height, pool.width))
    theirs = functional.max_pool2d if kind == "max" else functional.avg_pool2d
    expected = theirs(torch_of(values)[None], pool.kernel, pool.stride, padding)[0].numpy()
    np.testing.assert_allclose(pooled(values, pool, kind), expected, atol=1e-12)


@few
@given(st.integers(2, 12), seeds, st.floats(0, 400))
def test_softmax_and_its_loss_are_those_of_pytorch(classes, seed, scale) -> None:
    random = np.random.default_rng(seed)
    logits = scale * random.normal(size=classes)
    label = int(random.integers(classes))
    np.testing.assert_allclose(softmax(logits), torch_of(logits).softmax(0).numpy(), atol=1e-12)
    expected = float(functional.cross_entropy(torch_of(logits), torch.tensor(label)))
    assert cross_entropy(logits, label) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_those_of_pytorch(name) -> None:
    values = np.array([-800.0, -2.0, -0.5, 0.0, 0.5, 3.0, 800.0])
    theirs = {"none": lambda x: x, "relu": torch.relu, "leaky_relu": functional.leaky_relu, "tanh": torch.tanh}
    expected = theirs.get(name, torch.sigmoid)(torch_of(values)).numpy()
    np.testing.assert_allclose(activated(values, name), expected, atol=1e-15)


def test_a_dense_layer_is_that_of_pytorch() -> None:
    random = np.random.default_rng(1)
    values, weights, biases = random.normal(size=7), random.normal(size=(3, 7)), random.normal(size=3)
    expected = functional.linear(torch_of(values), torch_of(weights), torch_of(biases)).numpy()
    np.testing.assert_allclose(dense(values, weights, biases), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "expected", "unread"),
    [
        (7, 3, 1, 0, 5, []),
        (7, 3, 2, 0, 3, []),
        (8, 3, 2, 0, 3, [7]),
        (8, 3, 2, 1, 4, [9]),
        (5, 1, 3, 0, 2, [1, 2, 4]),
        (2, 3, 1, 0, 0, [0, 1]),
    ],
)
def test_sizes_and_what_a_stride_leaves_over(size, kernel, stride, padding, expected, unread) -> None:
    assert output_size(size, kernel, stride, padding) == expected
    assert unread_lines(size, kernel, stride, padding) == unread


def test_a_window_larger_than_its_input_is_refused() -> None:
    with pytest.raises(ValueError, match="3 does not fit 2 × 2"):
        windows(np.zeros((1, 2, 2)), Geometry(2, 2, 3))


@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_is_recognised_and_leaves_an_even_ground_at_its_own_brightness(key) -> None:
    kernel = PRESETS[key].kernel
    assert preset_of(np.stack([kernel] * 3)) == key
    assert preset_of(kernel[None] + 0.01) == ""
    assert kernel.sum() == pytest.approx(0 if key in ("vertical", "horizontal", "edges") else 1)


def test_the_emboss_is_not_the_same_flipped_but_the_blur_is() -> None:
    assert preset_of(flipped(PRESETS["emboss"].kernel[None])) == ""
    assert preset_of(flipped(PRESETS["blur"].kernel[None])) == "blur"


def test_a_kernel_grows_by_zeros_and_shrinks_to_its_middle() -> None:
    three = np.arange(1.0, 10.0).reshape(1, 3, 3)
    five = resized(three, 5)
    assert np.array_equal(five[:, 1:4, 1:4], three)
    assert five.sum() == three.sum()
    assert np.array_equal(resized(five, 3), three)
    assert resized(three, 1).tolist() == [[[5.0]]]
    assert resized(three, 2).tolist() == [[[1.0, 2.0], [4.0, 5.0]]]
    assert np.array_equal(resized(resized(three, 4), 3), three)


def test_a_kernel_that_is_not_square_gets_zeros_around_it() -> None:
    assert squared(np.array([[1.0, 2.0, 3.0]])).tolist() == [[0, 0, 0], [1, 2, 3], [0, 0, 0]]


@pytest.mark.parametrize(
    ("text", "value"), [("2", 2), (" -0.5 ", -0.5), ("−3", -3), ("0,25", 0.25), ("1/9", 1 / 9), ("-1 / 4", -0.25)]
)
def test_numbers_are_read_as_people_type_them(text, value) -> None:
    assert typed_number(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "missing"),
        ("-", "no number"),
        ("1/", "no number"),
        ("1/2/3", "no number"),
        ("1/0", "divided by 0"),
        ("two", "“two” is no number"),
        ("nan", "“nan” is no number"),
        ("1e9", "from −1000 to 1000"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(text, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        typed_number(text)
