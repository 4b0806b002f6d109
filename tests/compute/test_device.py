"""Which device really works, tried on fakes: this machine may well have nothing but a CPU."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F

from cifar_gui.compute import device as subject
from cifar_gui.compute.device import PROBE_BATCHES, DeviceStatus, choose_device, devices, in_plain_words
from cifar_gui.errors import DeviceError

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    subject._status.cache_clear()
    yield
    subject._status.cache_clear()


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Pretend that PyTorch sees `count` NVIDIA GPUs; what is sent there is really computed by `step`."""

    def pretend(count: int, step: Callable[..., list[torch.Tensor]] | None = None) -> None:
        real = subject._training_step
        monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.backends.mps, "is_built", lambda: False)
        properties = SimpleNamespace(name="Pretend GPU", total_memory=8 * 2**30)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)

        def somewhere(device: torch.device, batch: int) -> list[torch.Tensor]:
            if device.type == "cpu" or step is None:
                return real(CPU, batch)
            return step(device, batch)

        monkeypatch.setattr(subject, "_training_step", somewhere)

    return pretend


@pytest.fixture
def metal(monkeypatch: pytest.MonkeyPatch, gpus: Callable[..., None]) -> Callable[..., None]:
    """Pretend to be a Mac whose Metal GPU computes as `step` does."""

    def pretend(step: Callable[..., list[torch.Tensor]] | None = None) -> None:
        gpus(0, step)
        monkeypatch.setattr(torch.backends.mps, "is_built", lambda: True)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)

    return pretend


def failing(message: str) -> Callable[..., list[torch.Tensor]]:
    def step(device: torch.device, batch: int) -> list[torch.Tensor]:
        raise RuntimeError(message)

    return step


def test_the_cpu_can_always_be_used() -> None:
    assert choose_device("cpu").device == torch.device("cpu")
    assert devices()[-1].name == "cpu"
    assert devices()[-1].usable


def test_without_a_gpu_auto_is_the_cpu_and_says_why(gpus: Callable[..., None]) -> None:
    gpus(0)
    chosen = choose_device("auto")
    assert chosen.device == torch.device("cpu")
    assert "no NVIDIA GPU was found" in chosen.reason


def test_a_gpu_that_computes_right_is_preferred(gpus: Callable[..., None]) -> None:
    gpus(2)
    assert choose_device("auto").device == torch.device("cuda:0")
    assert choose_device("cuda:1").device == torch.device("cuda:1")
    assert devices()[0] == DeviceStatus("cuda:0", True, "Pretend GPU, 8 GiB")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("CUDA error: out of memory\nCompile with TORCH_USE_CUDA_DSA", "its memory is full"),
        ("HIP Out Of Memory", "its memory is full"),
        ("CUDA error: no kernel image is available for execution on the device", "no code for so old or so new a GPU"),
        ("CUDA error: CUDA-capable device(s) is/are busy or unavailable", "another program holds it"),
        ("CUDA error: unspecified launch failure", "it stopped answering"),
        ("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED", "a small calculation on it failed (cuDNN error"),
    ],
)
def test_a_gpu_that_is_seen_but_fails_is_passed_over_with_the_reason(
    gpus: Callable[..., None], message: str, words: str
) -> None:
    gpus(1, failing(message))
    chosen = choose_device("auto")
    assert chosen.device == torch.device("cpu")
    assert words in chosen.reason
    with pytest.raises(DeviceError, match="cuda:0 cannot be used") as caught:
        choose_device("cuda")
    assert words in str(caught.value)


def test_a_second_gpu_is_used_if_the_first_fails(gpus: Callable[..., None]) -> None:
    def step(device: torch.device, batch: int) -> list[torch.Tensor]:
        if device.index == 0:
            raise RuntimeError("CUDA error: out of memory")
        return right_step(CPU, batch)

    right_step = subject._training_step
    gpus(2, step)
    assert choose_device("auto").device == torch.device("cuda:1")


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        (lambda each: each * torch.nan, False),
        (lambda each: torch.where(each == each.max(), torch.nan, each), False),
        (lambda each: torch.where(each == each.max(), torch.inf, each), False),
        (lambda each: each * 1.05, False),
        (lambda each: each * 1.01, True),
    ],
)
def test_a_gpu_that_answers_nonsense_is_refused(
    gpus: Callable[..., None], change: Callable[[torch.Tensor], torch.Tensor], usable: bool
) -> None:
    step = subject._training_step
    gpus(1, lambda device, batch: [change(each) for each in step(CPU, batch)])
    assert ("wrong results" in choose_device("auto").reason) is not usable


@pytest.mark.parametrize("kind", [AssertionError, NotImplementedError])
def test_whatever_pytorch_raises_for_a_device_is_its_reason(gpus: Callable[..., None], kind: type[Exception]) -> None:
    def step(device: torch.device, batch: int) -> list[torch.Tensor]:
        raise kind("Torch not compiled with CUDA enabled.\nAnd more.")

    gpus(1, step)
    assert "failed (Torch not compiled with CUDA enabled)" in choose_device("auto").reason


def test_each_device_is_tried_once(gpus: Callable[..., None]) -> None:
    tried: list[torch.device] = []
    step = subject._training_step

    def noting(device: torch.device, batch: int) -> list[torch.Tensor]:
        tried.append(device)
        return step(CPU, batch)

    gpus(1, noting)
    devices()
    choose_device("auto")
    choose_device("cuda")
    assert tried == [torch.device("cuda:0")] * len(PROBE_BATCHES)


def test_a_device_that_is_seen_but_fails_is_present(gpus: Callable[..., None]) -> None:
    gpus(0)
    assert [(each.name, each.present) for each in devices()] == [("cuda:0", False), ("cpu", True)]
    subject._status.cache_clear()
    gpus(1, failing("CUDA error"))
    assert [(each.name, each.present) for each in devices()] == [("cuda:0", True), ("cpu", True)]


def test_metal_is_used_when_it_agrees_with_the_cpu(metal: Callable[..., None]) -> None:
    metal()
    assert choose_device("auto").device == torch.device("mps")


@pytest.mark.parametrize("wrong_at", PROBE_BATCHES)
def test_an_operator_wrong_at_one_batch_size_only_is_caught(
    metal: Callable[..., None], monkeypatch: pytest.MonkeyPatch, wrong_at: int
) -> None:
    step = subject._training_step

    def with_wrong_pooling(device: torch.device, batch: int) -> list[torch.Tensor]:
        pool = F.max_pool2d
        with pytest.MonkeyPatch.context() as patch:
            if batch == wrong_at:
                patch.setattr(F, "max_pool2d", lambda inputs, size: pool(inputs.roll(1, dims=-1), size))
            return step(CPU, batch)

    metal(with_wrong_pooling)
    status = next(each for each in devices() if each.name == "mps")
    assert not status.usable
    assert f"batch of {wrong_at} " in status.reason
    assert choose_device("auto").device == torch.device("cpu")
    with pytest.raises(DeviceError, match="wrong results"):
        choose_device("mps")


def test_metal_that_is_built_in_but_not_there_is_named_as_the_reason(
    metal: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    metal()
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceError, match="no Metal GPU"):
        choose_device("mps")
    assert choose_device("auto").device == torch.device("cpu")


def test_a_warning_does_not_spoil_a_gpu_that_works(gpus: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    def is_available() -> bool:
        warnings.warn("Something is deprecated.", stacklevel=1)
        return True

    gpus(1)
    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    assert choose_device("auto").device == torch.device("cuda:0")


def test_what_pytorch_only_warns_of_becomes_the_reason(
    gpus: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_available() -> bool:
        warnings.warn("CUDA initialization: The NVIDIA driver on your system is too old (found 11040).", stacklevel=1)
        return False

    gpus(0)
    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    assert "update the driver" in choose_device("auto").reason


def test_a_build_without_cuda_says_so(gpus: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    gpus(0)
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: False)
    with pytest.raises(DeviceError, match="built without CUDA"):
        choose_device("cuda")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:x", "CPU", "cuda:-1", "tpu"])
def test_unknown_names_are_refused_naming_the_known_ones(name: str) -> None:
    with pytest.raises(DeviceError, match="Known: auto, cpu, cuda"):
        choose_device(name)


@pytest.mark.parametrize("name", ["cuda:1", "cuda:3", "cuda:12", "cuda:100"])
def test_a_gpu_with_too_high_a_number_is_refused(name: str, gpus: Callable[..., None]) -> None:
    gpus(1)
    with pytest.raises(DeviceError, match="the last NVIDIA GPU here is cuda:0"):
        choose_device(name)


def test_the_probe_leaves_the_random_numbers_alone() -> None:
    before = torch.get_rng_state()
    with torch.no_grad():  # as it may be where a device is asked for
        assert subject._failed_probe(torch.device("cpu")) == ""
    assert torch.equal(torch.get_rng_state(), before)


def test_an_empty_message_still_makes_a_phrase() -> None:
    assert in_plain_words("  ") == "a small calculation on it failed (no reason given)"
