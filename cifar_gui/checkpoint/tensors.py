"""Between torch's tensors and the bytes of a container."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from cifar_gui.checkpoint.container import Header, Refusal, TensorBytes

DTYPES: Mapping[str, torch.dtype] = {
    "F64": torch.float64,
    "I64": torch.int64,
    "F32": torch.float32,
    "I32": torch.int32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_HALF_PRECISION = 2.0**-10  # float16 rounds to 2⁻¹¹ of the value, unless it is too small for full precision


def tensor_bytes(tensors: Mapping[str, Tensor], *, half: bool = False) -> list[TensorBytes]:
    """CPU tensors as bytes. With `half`, those that can stand it become float16. Raises Refusal for other dtypes."""
    stored = []
    for name, tensor in tensors.items():
        value = tensor.detach()
        if half and survives_halving(value):
            value = value.half()
        if value.dtype not in _NAMES:
            raise Refusal(f"{name} is of the type {value.dtype}, which cannot be stored")
        raw = value.contiguous().flatten().view(torch.uint8).numpy()
        stored.append(TensorBytes(name, _NAMES[value.dtype], tuple(value.shape), raw.data))
    return stored


def tensors_of(header: Header, payload: bytearray) -> dict[str, Tensor]:
    """The tensors of a container. They share the memory of `payload`."""
    return {
        each.name: torch.frombuffer(
            payload, dtype=DTYPES[each.dtype], count=(each.stop - each.start) // DTYPES[each.dtype].itemsize,
            offset=each.start,
        ).reshape(each.shape)
        if each.stop > each.start
        else torch.empty(each.shape, dtype=DTYPES[each.dtype])
        for each in header.tensors
    }  # fmt: skip


def survives_halving(value: Tensor) -> bool:
    """Whether float16 keeps what matters of a weight: at most 2⁻¹⁰ of each filter's largest value is lost.

    Vectors never: running statistics may overflow or underflow, biases and norms may be small, and all of them together
    take no room to speak of.
    """
    if value.dtype != torch.float32 or value.ndim < 2 or value.numel() == 0:
        return False
    filters = value.reshape(len(value), -1)
    loss = (filters - filters.half().float()).abs().amax(1)  # inf where it overflows
    return bool((loss <= _HALF_PRECISION * filters.abs().amax(1)).all())
