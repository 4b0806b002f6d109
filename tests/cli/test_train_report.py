"""What `train` tells people while it runs."""

from __future__ import annotations

from cifar_gui.cli.train_report import PlainReport
from cifar_gui.training.events import EpochReport, SettingsChanged, Started, StepReport


class NotedProgress:
    """What would be shown in the line of progress."""

    def __init__(self) -> None:
        self.told: list[tuple[float, str]] = []

    def __call__(self, share: float, text: str) -> None:
        self.told.append((share, text))

    def clear(self) -> None:
        """There is no line to take away."""


def test_epochs_asked_for_while_it_runs_are_counted_from_then_on(capsys):
    progress = NotedProgress()
    report = PlainReport(progress)
    report.show(Started("simple", 31_126, 2, 10, 0, "cpu", "float32", "contiguous", 400, 40))
    for step, change in ((5, None), (15, SettingsChanged(15, 0.1, 4)), (20, None)):
        report.show(StepReport(step, step / 10, 1.5, 0.25, 0.1, 1000.0))
        if change:
            report.show(change)
    report.show(EpochReport(2, 20, 1.5, 0.25, 1.25, 0.5, 0.1, True, None, 2.0, 1000.0))
    assert progress.told == [
        (0.25, "epoch 1/2, loss 1.500, 25.0 %, 1,000 pictures/s"),
        (0.75, "epoch 2/2, loss 1.500, 25.0 %, 1,000 pictures/s"),
        (0.5, "epoch 3/4, loss 1.500, 25.0 %, 1,000 pictures/s"),
    ]
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [[cell.strip() for cell in row if cell] for row in rows[1:]] == [
        ["2/4", "1.5000", "25.00 %", "1.2500", "50.00 %", "0.1", "1,000", "2.0 s"]
    ]
