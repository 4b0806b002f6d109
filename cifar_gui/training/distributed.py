"""Several processes train one network, as PyTorch's launcher starts them: each its share of every batch.

The steps are those of one process that goes through the same micro-batches: augmentation is drawn for the whole batch
and dropout for the micro-batch, everywhere alike; batch norm looks at each micro-batch, and its running statistics take
them in one after another. Instead of DistributedDataParallel, which wraps the network and adds up after every
micro-batch, what is to be added up goes round once in an optimiser step.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from cifar_gui.compute.device import choose_device
from cifar_gui.errors import DeviceError, TrainingError
from cifar_gui.training.control import Control
from cifar_gui.training.events import ResumeState
from cifar_gui.training.ranks import ALONE, Ranks

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import ProcessGroup, Store

TIMEOUT = timedelta(minutes=2)
"""A process that has ended is noticed at once where its machine is there still; one that hangs, or whose machine is
gone, after this time."""

LOADING = timedelta(minutes=30)
"""Until all must have their pictures: the first process may have many to import."""

_LOOK_EVERY = 0.1  # seconds, while others load
_PAUSE_BEAT = 1.0  # seconds between two signs of life in a pause


@contextmanager
def joined() -> Iterator[Ranks]:
    """The processes that PyTorch's launcher has started together with this one, as it says in the environment; left
    again at the end. Raises TrainingError when they do not come together."""
    said = [os.environ.get(name, "") for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE")]
    if not all(each.isdecimal() for each in said) or int(said[2]) < 2:
        yield ALONE
        return
    import torch.distributed as dist  # here and below: what one process alone does without
    from torch.distributed.distributed_c10d import PrefixStore, _get_default_group
    from torch.distributed.rendezvous import rendezvous

    with _in_touch():
        store, rank, count = next(rendezvous("env://", timeout=TIMEOUT))
        dist.init_process_group("gloo", store=store, rank=rank, world_size=count, timeout=TIMEOUT)
    yield Group(_get_default_group(), PrefixStore("cifar-gui", store), int(said[1]))
    dist.destroy_process_group()  # not after an error: one that waits for a lost process would wait here again


class Group(Ranks):
    """Several processes. Every one calls every method at the same place of the run, or all wait.

    Raises TrainingError when another has ended or does not answer."""

    def __init__(self, processes: ProcessGroup, store: Store, local_rank: int) -> None:
        """`processes`: of gloo, which takes tensors from anywhere. `local_rank`: the number on this machine, from 0."""
        self.rank, self.count = processes.rank(), processes.size()
        self._processes, self._store, self._local_rank = processes, store, local_rank
        self._gpus = processes  # NCCL's group is faster for what lies on GPUs
        self._told = 0  # how often something was passed through the store

    def device(self, wanted: str) -> torch.device:
        """A GPU for each process, numbered as on its machine, or the CPU for all."""
        if wanted not in ("auto", "cpu", "cuda"):
            raise DeviceError(
                f"Several processes cannot share {wanted}: each takes a GPU of its own. Choose auto, cuda or cpu."
            )
        own = torch.device("cpu") if wanted == "cpu" else self._own_gpu(or_cpu=wanted == "auto")
        some_without, some_with = self.largest([own.type == "cpu", own.type == "cuda"])
        if some_without and some_with:
            raise DeviceError(
                "Not every process has a GPU of its own that works. Start one for each GPU, or train on the CPUs with "
                "--device cpu."
            )
        if some_without:
            return own
        torch.cuda.set_device(own)
        self._gpus = self._nccl() or self._processes
        return own

    def control(self, asked: Control) -> Control:
        return SharedControl(asked, self)

    def from_first(self, values: dict[str, Any]) -> dict[str, Any]:
        """The others wait as long as the loading of pictures may take."""
        key = f"told {self._told}"
        self._told += 1
        with _in_touch():
            if self.rank == 0:
                self._store.set(key, json.dumps(values))
            self._wait(lambda: self._store.check([key]))
            return dict(json.loads(self._store.get(key)))

    def meet(self) -> None:
        with _in_touch():
            self._store.add("here", 1)
            self._wait(lambda: self._store.add("here", 0) >= self.count)

    def state_from_first(self, state: ResumeState | None) -> ResumeState | None:
        header: dict[str, Any] = {}
        if state is not None:
            layouts = {name: [str(each.dtype).split(".")[1], *each.shape] for name, each in state.tensors.items()}
            header = {"step": state.step, "values": dict(state.values), "tensors": layouts}
        header = self.from_first(header)
        if not header:
            return None
        tensors = {}
        for name, (kind, *shape) in header["tensors"].items():
            empty = torch.empty(shape, dtype=getattr(torch, kind))
            tensors[name] = empty if state is None else state.tensors[name].contiguous()
            self._copy_from_first(tensors[name])
        return ResumeState(header["step"], tensors, header["values"])

    def copy_from_first(self, model: nn.Module) -> None:
        for each in model.state_dict().values():
            whole = each.contiguous()
            self._copy_from_first(whole)
            each.copy_(whole)

    @torch.no_grad()
    def begin_step(self, model: nn.Module, sums: Tensor) -> None:
        """What is added up at the end is with the first process; the others begin from nothing."""
        if self.rank:
            for each in [sums, *_statistics(model), *_gradients(model)]:
                each.zero_()

    @torch.no_grad()
    def end_step(self, model: nn.Module, sums: Tensor, later: int) -> None:
        for layer in _norms(model):  # each micro-batch still to come would take so much of what went before away
            for each in (layer.running_mean, layer.running_var):
                each.mul_((1 - layer.momentum) ** later)
        for parameter in model.parameters():
            if parameter.requires_grad and parameter.grad is None:  # fewer micro-batches than processes
                parameter.grad = torch.zeros_like(parameter)
        tensors = [sums, *_statistics(model), *_gradients(model)]
        flat = torch.cat([each.reshape(-1).float() for each in tensors])
        self._reduce(flat, "SUM")
        for tensor, values in zip(tensors, torch.split(flat, [each.numel() for each in tensors]), strict=True):
            tensor.copy_(values.view(tensor.shape))

    @torch.no_grad()
    def check_equal(self, model: nn.Module) -> None:
        weights = [each.float() for each in model.state_dict().values()]
        own = torch.stack([each.view(torch.int32).sum() for each in weights])
        both = torch.cat([own, -own])
        self._reduce(both, "MAX")
        if not torch.equal(both, torch.cat([own, -own])):
            raise TrainingError(
                "The processes no longer have the same weights: their machines compute differently. Use machines of "
                "one kind, with one version of PyTorch, and go on from the last epoch with cifar-gui train --resume."
            )

    def part(self, images: Tensor) -> Tensor:
        """Every so many-th, the last twice where they do not come out even, so that all parts are equally long."""
        rounds = torch.arange(-(-len(images) // self.count), device=images.device)
        return images[(rounds * self.count + self.rank).clamp(max=len(images) - 1)]

    def joined(self, chunks: Iterator[Tensor], pictures: int) -> Iterator[Tensor]:
        for own in chunks:
            every = [torch.empty_like(own, device="cpu") for _ in range(self.count)]
            with _in_touch():
                self._processes.allgather([every], [own.cpu()]).wait()
            whole = torch.stack(every, 1).flatten(0, 1)[:pictures].to(own.device)
            pictures -= len(whole)
            yield whole

    def largest(self, numbers: list[float]) -> list[float]:
        """The largest of every process's first number, second number, …"""
        values = torch.tensor(numbers, dtype=torch.float64)
        self._reduce(values, "MAX")
        return values.tolist()

    def _reduce(self, values: Tensor, operation: str) -> None:
        from torch.distributed import AllreduceOptions, ReduceOp

        options = AllreduceOptions()
        options.reduceOp = getattr(ReduceOp, operation)
        with _in_touch():
            self._for(values).allreduce([values], options).wait()

    def _copy_from_first(self, values: Tensor) -> None:
        from torch.distributed import BroadcastOptions

        options = BroadcastOptions()
        options.rootRank = 0
        with _in_touch():
            self._for(values).broadcast([values], options).wait()

    def _for(self, values: Tensor) -> ProcessGroup:
        return self._gpus if values.is_cuda else self._processes

    def _own_gpu(self, *, or_cpu: bool) -> torch.device:
        try:
            return choose_device(f"cuda:{self._local_rank}").device
        except DeviceError:
            if or_cpu:
                return torch.device("cpu")
            raise

    def _nccl(self) -> ProcessGroup | None:
        import torch.distributed as dist

        if not dist.is_nccl_available():
            return None
        with _in_touch():
            group = dist.new_group(backend="nccl", timeout=TIMEOUT)
        return group if isinstance(group, dist.ProcessGroup) else None  # of all processes, this one is a member

    @staticmethod
    def _wait(come: Callable[[], bool]) -> None:
        end = time.monotonic() + LOADING.total_seconds()
        while not come():
            if time.monotonic() > end:
                raise RuntimeError(f"nothing was heard for {LOADING}")
            time.sleep(_LOOK_EVERY)


class SharedControl(Control):
    """Where all processes do what any is asked, after the same step: the engine reads what `agree` has settled."""

    def __init__(self, asked: Control, group: Group) -> None:
        super().__init__()
        self._asked, self._group = asked, group

    def agree(self) -> None:
        asked, changes = self._asked, self._asked.take_changes()
        wishes = [asked.stopping, asked.paused, asked.take_snapshot_request(), changes.lr or 0, changes.epochs or 0]
        stop, pause, snapshot, lr, epochs = self._group.largest(wishes)
        if pause:
            self.pause()
        else:
            self.resume()
        if stop:
            self.stop()
        if snapshot:
            self.request_snapshot()
        if lr:
            self.set_lr(lr)
        if epochs:
            self.set_epochs(int(epochs))

    def end_of_epoch(self) -> None:
        self._asked.end_of_epoch()

    def wait_while_paused(self, at_most: float | None = None) -> None:
        """Nobody is taken for lost in a pause: all go on meeting."""
        while self.paused and not self.stopping:
            self._asked.wait_while_paused(_PAUSE_BEAT)
            self.agree()


@contextmanager
def _in_touch() -> Iterator[None]:
    """Turn what gloo, NCCL and the store raise into a sentence."""
    try:
        yield
    except RuntimeError as error:
        raise TrainingError(
            f"Another process of this training has ended, or does not answer ({_reason(error)}). If it could say why, "
            "that stands above. What was saved is whole: go on with cifar-gui train --resume, with as many processes "
            "as you like."
        ) from error


def _reason(error: RuntimeError) -> str:
    """ "[/src/gloo/pair.cc:545] Read error: Connection reset by peer. This is often …" → what stands in the middle."""
    first = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return re.sub(r"^\[\S+\] ", "", first).split(". ")[0][:200]


def _norms(model: nn.Module) -> list[Any]:
    """The batch norms that keep statistics."""
    kinds = (nn.BatchNorm1d, nn.BatchNorm2d)
    return [each for each in model.modules() if isinstance(each, kinds) and each.track_running_stats]


def _statistics(model: nn.Module) -> list[Tensor]:
    return [
        each for layer in _norms(model) for each in (layer.running_mean, layer.running_var, layer.num_batches_tracked)
    ]


def _gradients(model: nn.Module) -> list[Tensor]:
    return [each.grad for each in model.parameters() if each.requires_grad and each.grad is not None]
