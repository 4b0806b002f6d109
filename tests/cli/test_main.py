"""The command line as a whole: what it imports, how it ends, how it is stopped."""

from __future__ import annotations

import io
import signal
import subprocess
import sys

import pytest

from cifar_gui.__main__ import main
from cifar_gui.cli.command import COMMANDS, ExitCode, UsageError
from cifar_gui.cli.main import exit_code, silence_stdout, tolerate_any_character
from cifar_gui.cli.signals import Interrupted, interruptible
from cifar_gui.errors import (
    CheckpointError,
    CifarGuiError,
    DataError,
    DataMissing,
    DeviceError,
    PictureError,
    RecipeError,
    TrainingError,
)

HEAVY = ("torch", "torchvision", "numpy", "PIL", "PySide6", "pyqtgraph")
NAMES = ["train", "lr", "evaluate", "sweep", "classify", "summary", "models", "explain", "export", "doctor"]


def test_help_and_version_need_nothing_heavy(run_python):
    code = f"""
import sys
from cifar_gui.__main__ import main
for line in (["--help"], ["--version"], *([name, "--help"] for name in {NAMES})):
    try:
        main(line)
    except SystemExit as exit:
        assert exit.code == 0, line
print("HEAVY", [name for name in {HEAVY} if name in sys.modules])
"""
    done = run_python(code)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert done.stdout.count("usage: cifar-gui") == 1 + len(NAMES)
    assert done.stderr == ""


def test_no_sub_command_imports_qt(colours, model, tmp_path, run_python):
    run = ["train", "--network", "mlp", "--data", str(colours), "--epochs", "1", "--set", "precision=float32"]
    lines = [
        run,
        ["evaluate", "--model", str(model), "--data", str(colours)],
        ["classify", str(colours / "test"), "--model", str(model)],
        ["summary", "simple"],
        ["models"],
        ["explain", "ideal", str(model), "--json"],
        ["export", str(model), "--format", "code", str(tmp_path / "colours")],
        ["doctor"],
    ]
    code = f"""
import sys
from cifar_gui.__main__ import main
print("CODES", [main(line) for line in {lines}])
print("QT", [name for name in ("PySide6", "pyqtgraph", "shiboken6") if name in sys.modules])
"""
    done = run_python(code)
    assert done.stdout.splitlines()[-2:] == ["CODES [0, 0, 0, 0, 0, 0, 0, 0]", "QT []"], done.stderr


def test_the_sub_commands_are_those_of_this_version():
    assert COMMANDS.names() == NAMES


def test_every_sub_command_says_what_it_does(cli):
    listed = cli("--help").out
    for entry in COMMANDS:
        assert entry.label in " ".join(listed.split())
        assert (entry.value.__doc__ or "").split(".")[0][:40] in " ".join(cli(entry.name, "--help").out.split())


def test_the_place_of_the_sub_command_has_a_name(cli):
    assert cli("--help").out.startswith("usage: cifar-gui [-h] [--version] [COMMAND ...]\n")
    assert "  COMMAND\n    train " in cli("--help").out
    assert "argument COMMAND: invalid choice: 'frob'" in cli("frob").err


@pytest.mark.parametrize(
    "line",
    [
        *(["--nonsense"], ["nonsense"], ["classify"], ["summary"], ["models", "extra"]),
        ["classify", "a.png", "--json", "--csv"],
    ],
)
def test_a_line_that_makes_no_sense_is_a_usage_error(cli, line):
    outcome = cli(*line)
    assert outcome.code == ExitCode.USAGE
    assert outcome.err.startswith("usage: ")
    assert outcome.out == ""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CifarGuiError("x"), 1),
        (TrainingError("x"), 1),
        (OSError("x"), 1),
        (UsageError("x"), 2),
        (PictureError("x"), 3),
        (CheckpointError("x"), 3),
        (RecipeError("x"), 3),
        (DataError("x"), 3),
        (DataMissing("x"), 4),
        (DeviceError("x"), 5),
    ],
)
def test_every_kind_of_error_has_its_exit_code(error, code):
    assert exit_code(error) == code


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_with_its_exit_code(cli, monkeypatch, number, code):
    monkeypatch.setattr("cifar_gui.cli.summary._named_network", lambda name: signal.raise_signal(number))
    before = signal.getsignal(number)
    outcome = cli("summary", "simple")
    assert outcome.code == code
    assert outcome.err == "Interrupted.\n"
    assert signal.getsignal(number) is before


def test_the_first_signal_asks_and_the_second_ends_the_process_on_the_spot(run_python):
    code = """
import signal, sys
from cifar_gui.cli.signals import interruptible
with interruptible(lambda number: print("asked", number, flush=True)):
    signal.raise_signal(signal.SIGINT)
    print("going on", flush=True)
    signal.raise_signal(signal.SIGTERM)
    print("never reached", flush=True)
"""
    done = run_python(code)
    assert done.stdout.split("\n")[:-1] == ["asked 2", "going on"]
    assert done.returncode == 143


def test_an_interruption_that_was_turned_into_another_error_is_still_one():
    def make_a_class() -> None:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise RuntimeError("Error calling __set_name__") from None  # as Python 3.11 does meanwhile

    with pytest.raises(Interrupted) as caught, interruptible():
        make_a_class()
    assert caught.value.exit_code == 130


def test_an_interruption_that_gets_lost_ends_the_process_all_the_same(run_python):
    code = """
import signal, threading
from cifar_gui.cli import signals
signals.PATIENCE = 0.01
with signals.interruptible():
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        threading.Event().wait()
"""
    ended = run_python(code)
    assert (ended.returncode, ended.stderr) == (143, "Interrupted.\n")


def test_an_error_without_a_signal_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), interruptible():
        raise ZeroDivisionError


def test_an_error_after_a_signal_that_was_heard_stays_what_it_is_too():
    with pytest.raises(ZeroDivisionError), interruptible(lambda _number: 1 / 0):
        signal.raise_signal(signal.SIGINT)


def test_without_a_handler_the_first_signal_raises():
    with pytest.raises(Interrupted) as caught, interruptible():
        signal.raise_signal(signal.SIGTERM)
    assert caught.value.exit_code == 143


def test_a_full_disk_or_a_missing_right_is_a_sentence_not_a_traceback(cli, monkeypatch, tmp_path):
    def fail(name: str) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "secret"))

    monkeypatch.setattr("cifar_gui.cli.summary._named_network", fail)
    outcome = cli("summary", "simple")
    assert outcome.code == 1
    assert f"{tmp_path / 'secret'} cannot be used: access is not allowed." in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("encoding", "errors"), [("utf-8", "surrogateescape"), ("UTF-8", "surrogateescape"), ("ascii", "replace")]
)
def test_any_character_can_be_told_on_both_streams(monkeypatch, encoding, errors):
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    tolerate_any_character()
    assert (sys.stdout.errors, sys.stderr.errors) == (errors, errors)


@pytest.mark.parametrize("stream", [None, io.StringIO()], ids=["none", "text"])
def test_a_stdout_that_is_no_file_can_be_silenced_too(monkeypatch, stream):
    monkeypatch.setattr(sys, "stdout", stream)
    assert silence_stdout() is None


def test_a_windowed_start_without_streams_still_works(monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    try:
        assert main(["summary", "nonsense"]) == ExitCode.BAD_INPUT
        assert main(["summary", "simple"]) == ExitCode.OK
    finally:
        sys.stdout.close()
        sys.stderr.close()
    assert capfd.readouterr() == ("", "")


# At random instants

PHASES = ("train", "evaluate", "classify")


def lines_for(colours, model) -> dict[str, list[object]]:
    return {
        "train": ["train", "--network", "mlp", "--data", colours, "--epochs", 10_000, "--batch-size", 10],
        "evaluate": ["evaluate", "--model", model, "--data", colours, "--tta"],
        "classify": ["classify", *[colours] * 20, "--model", model],
    }


def disorder_after(child, line, number: int, delay: float) -> str:
    """Start a command and send it a signal after `delay` seconds. "" if it was done already, or ended as it should, or
    as Python ends what is interrupted before a line of ours has run; else how it ended."""
    process = child(*line)
    try:
        _, errors = process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
        _, errors = process.communicate(timeout=300)
        in_order = process.returncode in (0, 128 + number, -number)
        in_python = process.returncode == 1 and "cifar_gui" not in errors
        return "" if in_order or in_python else f"{process.returncode}: {errors}"
    return "" if process.returncode == 0 else f"{process.returncode}: {errors}"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_between_two_answers_ends_it_in_order(child, colours, model, number, code):
    process = child("classify", *[colours] * 100, "--model", model)
    assert process.stdout.readline().startswith(str(colours))
    process.send_signal(number)
    _, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (code, "Interrupted.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("phase", PHASES)
def test_a_signal_at_any_instant_ends_it_in_order(child, colours, model, phase):
    number, delay = {"train": (2, 2.5), "evaluate": (15, 0.4), "classify": (2, 1.2)}[phase]
    assert disorder_after(child, lines_for(colours, model)[phase], number, delay) == ""


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("instant", range(100))
def test_a_hundred_signals_at_random_instants_end_it_in_order(child, colours, model, instant):
    phase, number = PHASES[instant % 3], (2, 15)[instant % 2]
    delay = 0.05 + (instant * 0.6180339887 % 1) * 5
    assert disorder_after(child, lines_for(colours, model)[phase], number, delay) == ""
