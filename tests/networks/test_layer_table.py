"""The table of layers against figures worked out by hand."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from cifar_gui.networks.base import build
from cifar_gui.networks.layer_table import LayerRow, layer_table, steps, total_multiply_adds


def test_the_course_network_reads_as_in_the_course():
    assert layer_table(build("simple", 10)) == [
        LayerRow("0", "Conv2d", (12, 32, 32), 3 * 3 * 3 * 12 + 12, 32 * 32 * 12 * 27, 3),
        LayerRow("1", "ReLU", (12, 32, 32), 0, 0, 3),
        LayerRow("2", "MaxPool2d", (12, 16, 16), 0, 0, 4),
        LayerRow("3", "Flatten", (3072,), 0, 0, 34),
        LayerRow("4", "Linear", (10,), 3072 * 10 + 10, 3072 * 10, 34),
    ]


def test_the_keras_network_has_the_parameters_of_its_tutorial():
    rows = layer_table(build("keras1m", 10))
    assert [row.parameters for row in rows if row.parameters] == [448, 4640, 9248, 18_496, 1_048_832, 2570]
    assert total_multiply_adds(rows) == 442_368 + 4_718_592 + 2_359_296 + 4_718_592 + 1_048_576 + 2560


class Branches(nn.Module):
    """Two paths of different reach that meet twice, by sum and side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Conv2d(3, 4, 1)
        self.far = nn.Conv2d(3, 4, 5, padding=2, stride=1)
        self.last = nn.Conv2d(8, 2, 3, stride=2, padding=1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        near, far = self.near(images), self.far(images)
        return self.last(torch.cat([near + far, near], dim=1))


def test_where_paths_meet_the_longest_reach_counts():
    fields = {row.name: row.receptive_field for row in layer_table(Branches())}
    assert fields == {"near": 1, "far": 5, "last": 7}


def test_the_network_itself_is_neither_run_nor_changed():
    model = build("airnet", 10).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    layer_table(model)
    assert model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_grouped_convolutions_cost_less():
    grouped = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1, groups=3, bias=False))
    (row,) = layer_table(grouped)
    assert (row.parameters, row.multiply_adds) == (6 * 1 * 9, 32 * 32 * 6 * 9)


@pytest.mark.parametrize(
    ("layers", "fields"),
    [
        ([nn.Conv2d(3, 2, 3, dilation=4)], [9]),
        ([nn.AvgPool2d(2), nn.Conv2d(3, 2, 3)], [2, 6]),
        ([nn.MaxPool2d(3, stride=2, dilation=2), nn.Conv2d(3, 2, 3)], [5, 9]),
        ([nn.Conv2d(3, 2, (1, 5), stride=(1, 2)), nn.Conv2d(2, 2, 3)], [5, 9]),
        ([nn.MaxPool2d(2), nn.MaxPool2d(2), nn.Conv2d(3, 2, 3)], [2, 4, 12]),
        ([nn.MaxPool2d(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2)], [4, 32, 32, 32]),
        ([nn.MaxPool2d(4), nn.AdaptiveMaxPool2d(1)], [4, 32]),
        ([nn.Flatten(), nn.Linear(3072, 4), nn.Flatten(0)], [32, 32, 32]),
    ],
)
def test_how_far_a_layer_sees(layers, fields):
    assert [row.receptive_field for row in layer_table(nn.Sequential(*layers))] == fields


class Diverging(nn.Module):
    """Two paths that see equally far at different distances between neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self.fine, self.coarse, self.last = nn.Conv2d(3, 2, 2), nn.MaxPool2d(2), nn.Conv2d(2, 2, 3)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.last(self.fine(images)[..., :16, :16] + self.coarse(images)[:, :2])


def test_where_paths_meet_the_longest_step_counts():
    assert layer_table(Diverging())[-1].receptive_field == 2 + 2 * 2


def test_fields_begin_where_padding_puts_them():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 4, (5, 3), 2, padding=(2, 0)), nn.Conv2d(4, 2, 1)
    )
    first, pool, second, last = [step.view for step in steps(model) if step.op == "layer"]
    assert (first.field, first.jump, first.start) == ((3, 3), (1, 1), (-1, -1))
    assert (pool.field, pool.jump, pool.start) == ((4, 4), (2, 2), (-1, -1))
    assert (second.field, second.jump, second.start) == ((12, 8), (4, 4), (-5, -1))
    assert last == second


@pytest.mark.parametrize(("padding", "start"), [("same", -2), ("valid", 0)])
def test_padding_in_words_is_understood(padding, start):
    (step,) = (step for step in steps(nn.Sequential(nn.Conv2d(3, 4, 5, padding=padding))) if step.op == "layer")
    assert step.view.start == (start, start)


SUMMARY = """
import sys
from cifar_gui.networks.layer_table import layer_table
from cifar_gui.networks.skeleton import build_without_weights
print(len(layer_table(build_without_weights("resnet20", 10))) > 20, {"torch._dynamo", "sympy"} & set(sys.modules))
"""


def test_a_network_without_weights_is_looked_at_without_the_compiler(run_python):
    done = run_python(SUMMARY)
    assert (done.stdout, done.returncode) == ("True set()\n", 0), done.stderr
