"""Model files and resume states: saving and loading. Loading checks everything before it builds anything.

Nothing in such a file is ever run. Every refusal is a CheckpointError whose sentence names the file and the reason.
torch is imported only where tensors are touched, so that choosers can read cards before it is there.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cifar_gui.checkpoint.card import ModelCard
from cifar_gui.checkpoint.container import Header, Refusal, opened, read_header, read_payload, write_container
from cifar_gui.checkpoint.state import ResumeState
from cifar_gui.errors import CheckpointError, CifarGuiError

if TYPE_CHECKING:
    from cifar_gui.checkpoint.snapshot import ModelSnapshot

MODEL_FORMAT = "cifar-gui model 1"
RESUME_FORMAT = "cifar-gui resume state 1"


def save_snapshot(snapshot: ModelSnapshot, path: Path, *, half: bool = False) -> None:
    """Write a model file atomically and durably; its folder must exist. `half` stores weights as float16 where no
    more than rounding is lost. Raises WriteError when the file cannot be written, CheckpointError when what it should
    hold cannot be stored; then what was there before stands."""
    from cifar_gui.checkpoint.tensors import tensor_bytes

    document = snapshot.card.to_dict()
    document["scores"] = {name: score for name, score in document["scores"].items() if math.isfinite(score)}
    try:
        write_container(path, MODEL_FORMAT, document, tensor_bytes(snapshot.weights, half=half))
    except (Refusal, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} was not written: {error}.") from error


def load_snapshot(path: Path) -> ModelSnapshot:
    """The network in a model file; float16 weights come back as float32. Raises CheckpointError.

    Names and shapes are compared with those of the network, built without memory for weights, before any is taken.
    """
    from cifar_gui.checkpoint.rebuild import check_and_widen, expected_tensors
    from cifar_gui.checkpoint.snapshot import ModelSnapshot
    from cifar_gui.checkpoint.tensors import tensors_of

    with opened(path) as file:
        header = read_header(file, MODEL_FORMAT)
        card = _card(header)
        expected = expected_tensors(card, header)
        weights = tensors_of(header, read_payload(file, header))
        return ModelSnapshot(card, check_and_widen(weights, expected))


def read_card(path: Path) -> ModelCard:
    """What a model file says of itself, in about a millisecond and without torch. Raises CheckpointError."""
    with opened(path) as file:
        return _card(read_header(file, MODEL_FORMAT))


def save_resume_state(state: ResumeState, path: Path) -> None:
    """Write a resume state atomically and durably. Raises WriteError when the file cannot be written, CheckpointError
    when what it should hold cannot be stored; then what was there before stands."""
    from cifar_gui.checkpoint.tensors import tensor_bytes

    document = {"step": state.step, "values": dict(state.values)}
    try:
        write_container(path, RESUME_FORMAT, document, tensor_bytes(state.tensors))
    except (Refusal, ValueError, TypeError) as error:
        raise CheckpointError(f"{path} was not written: {error}.") from error


def load_resume_state(path: Path) -> ResumeState:
    """What `save_resume_state` wrote. Raises CheckpointError."""
    from cifar_gui.checkpoint.tensors import tensors_of

    with opened(path) as file:
        header = read_header(file, RESUME_FORMAT)
        step, values = _resume_document(header)
        return ResumeState(step, tensors_of(header, read_payload(file, header)), values)


def _resume_document(header: Header) -> tuple[int, dict[str, Any]]:
    step, values = header.document.get("step"), header.document.get("values")
    if type(step) is not int or step < 0 or not isinstance(values, dict):
        raise Refusal("its position is malformed")
    return step, values


def _card(header: Header) -> ModelCard:
    """The card in a header. Raises Refusal."""
    values = header.document
    if not isinstance(values.get("class_names"), list) or not isinstance(values.get("network"), str):
        raise Refusal("its card does not name a network and classes")
    try:
        card = ModelCard.from_dict(values)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Refusal(f"its card is malformed ({type(error).__name__}: {error!s:.80})") from error
    except CifarGuiError as error:  # a recipe with settings unknown here
        raise Refusal(f"its card was written by another version of the app ({error!s:.120})") from error
    if not card.class_names or len(card.stats.mean) != 3 or len(card.stats.std) != 3:
        raise Refusal("its card lacks class names or the statistics of three channels")
    if any(deviation <= 0 for deviation in card.stats.std):
        raise Refusal("a channel deviation in its card is not positive")
    return card
