"""Probabilities → a verdict in words. Plain thresholds; free of torch."""

from __future__ import annotations

from collections.abc import Sequence

from cifar_gui.inference.prediction import Confidence, Verdict
from cifar_gui.words import modest_percent

CONFIDENT = 0.85
"""A class with at least this (calibrated) probability is named without a question mark. A network of 92 % was right on
98 % of the held-out pictures above it, and five in six are above it."""

LIKELY, LIKELY_PAIR = 0.60, 0.75
"""If the best class has less than the one, and the two best together less than the other, it is probably neither."""

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


def verdict(class_names: Sequence[str], probabilities: Sequence[float]) -> Verdict:
    """The answer in words. `probabilities` belong to `class_names` and sum to 1; there is at least one class."""
    ranked = sorted(zip(probabilities, class_names, strict=True), key=lambda pair: -pair[0])
    (best, name), (second, runner_up) = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
    if best >= CONFIDENT:
        return Verdict("confident", name, _sure_reason(len(class_names), second, runner_up))
    if best < LIKELY and best + second < LIKELY_PAIR:
        return Verdict("unknown", f"probably {none_of(class_names)}", _unknown_reason(best, name))
    return Verdict("unsure", *_doubt(best, name, second, runner_up))


def none_of(class_names: Sequence[str]) -> str:
    """What something else is called: "none of the ten", "neither cat nor dog", "not a cat"."""
    if len(class_names) == 1:
        return f"not {class_names[0]}"
    if len(class_names) == 2:
        return f"neither {class_names[0]} nor {class_names[1]}"
    return f"none of the {_in_words(len(class_names))}"


def label_of(confidence: Confidence) -> str:
    """The word shown beside a verdict."""
    return {"confident": "confident", "unsure": "not sure", "unknown": "unknown"}[confidence]


def _sure_reason(classes: int, second: float, runner_up: str) -> str:
    """What the headline does not say: how near the next class is, and that there are no others to choose from."""
    if not runner_up:
        return "This network knows nothing else."
    known = f"the network knows {_in_words(classes)} classes and nothing else"
    return f"Next is {runner_up} with {modest_percent(second)}; {known}."


def _in_words(count: int) -> str:
    return _NUMBERS[count - 1] if count <= len(_NUMBERS) else str(count)


def _doubt(best: float, name: str, second: float, runner_up: str) -> tuple[str, str]:
    """Headline and reason where one class, or one of two, is likely but not certain."""
    if second * 3 < best:
        return f"{name}?", f"The network gives {name} only {modest_percent(best)}, and no other class comes near."
    shares = f"{name} {modest_percent(best)} and {runner_up} {modest_percent(second)}"
    return f"{name} or {runner_up}?", f"The network gives {shares}: too close to decide."


def _unknown_reason(best: float, name: str) -> str:
    return f"No class stands out: the best, {name}, gets only {modest_percent(best)}."
