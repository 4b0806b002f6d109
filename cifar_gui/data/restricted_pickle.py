"""The restricted reader of the official pickled batches: dicts, lists, text, whole numbers and arrays of bytes.

A pickle is a program, and the unpickler of the standard library runs it. This reader takes the program's instructions
one by one from `pickletools`, follows the few that build plain values, and refuses all others. Nothing that a file
names is ever imported or called: the five names that numpy's arrays need stand for what is written here.
"""

from __future__ import annotations

import io
import math
import pickletools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from cifar_gui.errors import DataError

INSTRUCTION_LIMIT = 200_000
"""An official batch has about 35,000; a crafted one could keep the reader busy for hours."""

_IGNORED = {"PROTO", "FRAME", "STOP"}
_LITERALS = (
    {"BININT", "BININT1", "BININT2", "LONG1", "SHORT_BINSTRING", "BINSTRING", "SHORT_BINUNICODE", "BINUNICODE"}
    | {"BINUNICODE8", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8", "BYTEARRAY8"}
)  # fmt: skip
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_STEPS = (
    {"MARK", "TUPLE", "EMPTY_LIST", "EMPTY_DICT", "APPEND", "APPENDS", "SETITEM", "SETITEMS", "BINPUT", "LONG_BINPUT"}
    | {"MEMOIZE", "BINGET", "LONG_BINGET", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD"}
)  # fmt: skip
"""Each is a method of the reader."""

_ADMITTED = _IGNORED | _LITERALS | _CONSTANTS.keys() | _TUPLES.keys() | _STEPS
_OPCODES = {opcode.code.encode("latin-1"): opcode for opcode in pickletools.opcodes}

_RECONSTRUCT, _FROM_BUFFER, _ARRAY, _DTYPE, _ENCODE = "reconstruct", "from buffer", "array", "dtype", "encode"
_NAMES = {
    "numpy.core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy.core.numeric _frombuffer": _FROM_BUFFER,
    "numpy._core.numeric _frombuffer": _FROM_BUFFER,
    "numpy ndarray": _ARRAY,
    "numpy dtype": _DTYPE,
    "_codecs encode": _ENCODE,
}


def read_plain(content: bytes, name: str) -> dict[str, Any]:
    """The dict in a pickle; its arrays as uint8, its keys as text. Raises DataError naming the file `name`."""
    try:
        value = _Reader().run(content)
        if not isinstance(value, dict):
            raise _RefusedError("it holds no table")
        return {_text(key): each.values() if isinstance(each, _Bytes) else each for key, each in value.items()}
    except (_RefusedError, ValueError, IndexError, KeyError, TypeError, OverflowError, AttributeError) as error:
        reason = str(error) if isinstance(error, _RefusedError) else "it is damaged or cut short"
        raise DataError(f"{name} is not a CIFAR-10 batch: {reason}. Download the archive again.") from error


class _RefusedError(Exception):
    """The pickle asks for more than plain data."""


@dataclass(frozen=True, slots=True)
class _Name:
    """One of the admitted names."""

    meaning: str


class _ByteType:
    """Stands for numpy's dtype uint8."""


@dataclass(slots=True)
class _Bytes:
    """Stands for an array of uint8 until all of it has been read."""

    shape: tuple[int, ...] = (0,)
    content: bytes = b""

    def fill(self, shape: Any, kind: Any, content: Any) -> None:
        """Take shape and content, if they are those of a plain array of bytes that fits its content."""
        if not isinstance(kind, _ByteType):
            raise _RefusedError("it holds an array of something other than bytes")
        content = content.encode("latin-1") if isinstance(content, str) else bytes(content)
        if not all(type(each) is int and each >= 0 for each in shape) or math.prod(shape) != len(content):
            raise _RefusedError("an array in it is not as long as it says")
        self.shape, self.content = tuple(shape), content

    def values(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.content, np.uint8).reshape(self.shape)


@dataclass(slots=True)
class _Reader:
    """A stack, the marks on it, and the memo: the whole of the pickle machine that plain values need."""

    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def run(self, content: bytes) -> Any:
        """Follow the instructions to the end and return what they built."""
        stream = io.BytesIO(content)
        for _ in range(INSTRUCTION_LIMIT):
            opcode = _OPCODES[stream.read(1)]
            if opcode.name not in _ADMITTED:  # before its argument is even decoded
                raise _RefusedError(f"it holds more than plain data ({opcode.name})")
            self._follow(opcode.name, _argument(opcode, stream))
            if opcode.name == "STOP":
                return self.stack.pop()
        raise _RefusedError(f"it has more than {INSTRUCTION_LIMIT:,} entries")

    def _follow(self, instruction: str, argument: Any) -> None:
        if instruction in _LITERALS:
            self.stack.append(argument)
        elif instruction in _CONSTANTS:
            self.stack.append(_CONSTANTS[instruction])
        elif instruction in _TUPLES:
            self.stack.append(tuple(self._popped(len(self.stack) - _TUPLES[instruction])))
        elif instruction in _STEPS:
            getattr(self, f"_{instruction.lower()}")(argument)

    def _popped(self, start: int) -> list[Any]:
        """Everything on the stack from `start` on, taken off it."""
        if start < 0:
            raise IndexError
        values = self.stack[start:]
        del self.stack[start:]
        return values

    def _mark(self, _: Any) -> None:
        self.marks.append(len(self.stack))

    def _tuple(self, _: Any) -> None:
        self.stack.append(tuple(self._popped(self.marks.pop())))

    def _empty_list(self, _: Any) -> None:
        self.stack.append([])

    def _empty_dict(self, _: Any) -> None:
        self.stack.append({})

    def _append(self, _: Any) -> None:
        self._extend(self._popped(len(self.stack) - 1))

    def _appends(self, _: Any) -> None:
        self._extend(self._popped(self.marks.pop()))

    def _extend(self, values: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise _RefusedError("it fills something that is no list")
        self.stack[-1].extend(values)

    def _setitem(self, _: Any) -> None:
        self._update(self._popped(len(self.stack) - 2))

    def _setitems(self, _: Any) -> None:
        self._update(self._popped(self.marks.pop()))

    def _update(self, values: list[Any]) -> None:
        keys = values[::2]
        if not isinstance(self.stack[-1], dict) or not all(isinstance(key, str | bytes) for key in keys):
            raise _RefusedError("its table is not one of names")  # nested keys could take for ever to compare
        self.stack[-1].update(zip(keys, values[1::2], strict=True))

    def _binput(self, index: int) -> None:
        self.memo[index] = self.stack[-1]

    _long_binput = _binput

    def _memoize(self, _: Any) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def _binget(self, index: int) -> None:
        self.stack.append(self.memo[index])

    _long_binget = _binget

    def _global(self, name: str) -> None:
        if name not in _NAMES:
            raise _RefusedError(f"it asks for {name.replace(' ', '.')[:60]!r}, which is not data")
        self.stack.append(_Name(_NAMES[name]))

    def _stack_global(self, _: Any) -> None:
        module, name = self._popped(len(self.stack) - 2)
        self._global(f"{module} {name}" if isinstance(module, str) and isinstance(name, str) else "?")

    def _reduce(self, _: Any) -> None:
        function, arguments = self._popped(len(self.stack) - 2)
        meaning = function.meaning if isinstance(function, _Name) else ""
        if meaning == _RECONSTRUCT:
            self.stack.append(_Bytes())
        elif meaning == _DTYPE and arguments[0] in ("u1", "|u1", b"u1"):
            self.stack.append(_ByteType())
        elif meaning == _ENCODE:
            self.stack.append(arguments[0].encode("latin-1"))
        elif meaning == _FROM_BUFFER:
            content, kind, shape = arguments[:3]
            array = _Bytes()
            array.fill(shape, kind, content)
            self.stack.append(array)
        else:
            raise _RefusedError("it asks for something that is not data")

    def _build(self, _: Any) -> None:
        target, state = self.stack[-2], self._popped(len(self.stack) - 1)[0]
        if isinstance(target, _Bytes):
            _, shape, kind, _, content = state
            target.fill(shape, kind, content)
        elif not isinstance(target, _ByteType):
            raise _RefusedError("it changes something that is no array")


def _argument(opcode: pickletools.OpcodeInfo, stream: io.BytesIO) -> Any:
    """What follows an instruction; None if nothing does."""
    if opcode.name == "GLOBAL":  # two lines, which `pickletools` would unescape
        return " ".join(stream.readline().rstrip(b"\n").decode("ascii") for _ in range(2))
    return opcode.arg.reader(stream) if opcode.arg else None


def _text(key: str | bytes) -> str:
    return key.decode("latin-1") if isinstance(key, bytes) else key
