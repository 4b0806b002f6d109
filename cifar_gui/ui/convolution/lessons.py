"""The guided tour and the experiments: what is set up for each, and what is said. Free of Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cifar_gui.explain.kernels import PRESETS
from cifar_gui.ui.convolution.drawings import BAR, DOT, EIGHT, SQUARE, on_canvas
from cifar_gui.ui.convolution.setup import Place, Setup


@dataclass(frozen=True)
class Lesson:
    """One idea, to be seen on a setup made for it."""

    title: str
    text: str
    setup: Callable[[], Setup]
    place: Place = (0, 0)
    reveals: bool = False  # the output is to fill as the window slides


def _with(preset: str, drawing: str = "", **changes: object) -> Setup:
    kernel = PRESETS[preset].kernel[None]
    if drawing:
        changes["canvas"] = on_canvas(drawing)
    return Setup(kernel=kernel, **changes)  # type: ignore[arg-type]


def _coloured() -> Setup:
    return Setup(coloured=True, kernel=np.stack([PRESETS["vertical"].kernel] * 3))


def _red_not_green() -> Setup:
    kernel = np.zeros((3, 1, 1))
    kernel[:2, 0, 0] = 1, -1
    return Setup(coloured=True, kernel=kernel)


TOUR: tuple[Lesson, ...] = (
    Lesson(
        "The window",
        "A convolution looks at its input through a small window, here 3 × 3. Hover either map: the window goes there. "
        "Arrow keys move it too.",
        Setup,
        place=(1, 2),
    ),
    Lesson(
        "Products, and their sum",
        "Each number under the window is multiplied by the kernel's number in the same place. The nine products are "
        "added up: that is one cell of the output.",
        Setup,
        place=(1, 3),
    ),
    Lesson(
        "One kernel for all places",
        "Press Play: the window slides over the input, row by row, with the same nine numbers everywhere. So few "
        "numbers are enough for a picture of any size.",
        Setup,
        reveals=True,
    ),
    Lesson(
        "The kernel decides",
        "This one takes the mean of nine cells: a blur. Choose others from the list, or type your own, and watch the "
        "output change. Training a network means finding such numbers.",
        lambda: _with("blur", SQUARE),
        place=(2, 2),
    ),
    Lesson(
        "Padding keeps the size",
        "Without it the output is smaller than the input, for the window does not reach over the edge. A ring of "
        "zeros, dashed here, makes them the same size.",
        lambda: _with("vertical", padding=1),
    ),
    Lesson(
        "Stride leaves cells out",
        "With a stride of 2 the window moves two cells at a time: the output has half the size. Here 8 − 3 is not "
        "even, so the last row and column are never read: they are hatched.",
        lambda: _with("vertical", EIGHT, drawing_side=8, stride=2),
        place=(1, 1),
    ),
    Lesson(
        "Then ReLU, then pooling",
        "ReLU turns what is negative into 0: only where the kernel fits is anything left. Pooling keeps the largest of "
        "each block, and does not mind if things move a little.",
        lambda: _with("vertical", SQUARE, padding=1, activation="relu", pooling="max"),
        place=(2, 4),
    ),
    Lesson(
        "Colours are slices",
        "A colour picture has three slices, and so has the kernel. Each slice has its own products and its own sum; "
        "the three sums are added up to one number. What follows is under “A whole network”.",
        _coloured,
        place=(1, 2),
    ),
)

EXPERIMENTS: tuple[Lesson, ...] = (
    Lesson(
        "Move the window",
        "Where on this bar is the output largest, where is it most negative, and where is it 0? Hover the output to "
        "see which cells made it.",
        lambda: _with("vertical", BAR),
        place=(2, 2),
    ),
    Lesson(
        "A dot shows the kernel",
        "One cell is 1, all others are 0: the output is the kernel, but upside down and back to front. Tick “Flip "
        "kernel” to get the kernel itself. That is why the textbook flips it.",
        lambda: _with("emboss", DOT),
        place=(2, 2),
    ),
    Lesson(
        "Slide it blindfold",
        "Before each step say what will come out, then press the arrow. Where were you wrong?",
        lambda: _with("sharpen", SQUARE),
        reveals=True,
    ),
    Lesson(
        "Make the kernel an eraser",
        "This kernel leaves an even ground as it is. Change one number so that an even ground becomes 0. What do you "
        "see then?",
        lambda: _with("sharpen", SQUARE),
        place=(1, 1),
    ),
    Lesson(
        "Padding has an edge",
        "This input is even, and this kernel answers to edges only. Why is the rim of the output not 0? Set the "
        "padding to 0 and look again.",
        lambda: _with("edges", canvas=np.full((1, 32, 32), 2.0), padding=1),
    ),
    Lesson(
        "What a stride forgets",
        "The kernel is a single cell, the stride 3: most of the input is never read. Which kernel size reads all of it "
        "again? Which padding?",
        lambda: Setup(kernel=np.ones((1, 1, 1)), stride=3),
        place=(1, 1),
    ),
    Lesson(
        "Move the bar, watch the pool",
        "Erase the bar and draw it one column to the right. How many cells of the output change, and how many of the "
        "pooled map?",
        lambda: _with("vertical", BAR, padding=1, activation="relu", pooling="max"),
        place=(2, 4),
    ),
    Lesson(
        "Red but not green",
        "A 1 × 1 kernel sees no neighbours, only colours: red minus green. Where is the output 0 though both are "
        "there? Change it so that it finds blue.",
        _red_not_green,
        place=(1, 1),
    ),
)
