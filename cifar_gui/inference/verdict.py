"""Probabilities → a verdict in words. Plain thresholds; free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cifar_gui.inference.prediction import Confidence, Prediction, Standing, Verdict
from cifar_gui.words import modest_percent

CONFIDENT = 0.85
"""A class with at least this (calibrated) probability is named without a question mark. A network of 92 % was right on
98 % of the held-out pictures above it, and five in six are above it."""

LEAST_SURE, MOST_SURE = 0.50, 0.99
"""What people may put in its place: below one half two classes could both be sure."""

LIKELY, LIKELY_PAIR = 0.60, 0.75
"""If the best class has less than the one, and the two best together less than the other, it is probably neither."""

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


def verdict(
    class_names: Sequence[str],
    probabilities: Sequence[float],
    standing: Standing = "familiar",
    votes: Sequence[int] = (),
    *,
    of: str = "views",
    confident: float = CONFIDENT,
) -> Verdict:
    """The answer in words. `probabilities` belong to `class_names` and sum to 1; there is at least one class.

    `votes`: how many of the views or squares (`of`) say each class. `confident`: from what probability on an answer is
    sure, in [0, 1]."""
    ranked = sorted(zip(probabilities, class_names, strict=True), key=lambda pair: -pair[0])
    (best, name), (second, runner_up) = ranked[0], ranked[1] if len(ranked) > 1 else (0.0, "")
    if standing == "strange":
        return Verdict("unknown", f"probably {none_of(class_names)}", _strange_reason(best, name))
    if best >= confident and standing == "familiar":
        return Verdict("confident", name, _sure_reason(len(class_names), second, runner_up))
    if best < LIKELY and best + second < LIKELY_PAIR:
        return Verdict("unknown", f"probably {none_of(class_names)}", _unknown_reason(best, name))
    if best >= confident:  # the picture alone stands in the way, wherever the line is drawn
        return Verdict("unsure", f"{name}?", _unusual_reason(best, name))
    return Verdict("unsure", *_doubt(best, name, second, runner_up, _told(class_names, votes, of)))


def judged(prediction: Prediction, confident: float = CONFIDENT) -> Prediction:
    """The same answer with the verdict that it gets if answers are sure from `confident` on. Nothing is computed."""
    found = verdict(
        prediction.class_names,
        prediction.probabilities,
        prediction.standing,
        prediction.votes,
        of=voters(prediction.crops),
        confident=confident,
    )
    return prediction if found == prediction.verdict else replace(prediction, verdict=found)


def voters(squares: int) -> str:
    """What the votes of a prediction are of, if so many squares of the picture decided together."""
    return "views" if squares == 1 else "places"


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


def _doubt(best: float, name: str, second: float, runner_up: str, told: str) -> tuple[str, str]:
    """Headline and reason where one class, or one of two, is likely but not certain. `told`: who says what, "" if all
    say the same."""
    if second * 3 < best:
        why = told or "no other class comes near"
        return f"{name}?", f"The network gives {name} only {modest_percent(best)}, and {why}."
    shares = f"{name} {modest_percent(best)} and {runner_up} {modest_percent(second)}"
    return f"{name} or {runner_up}?", f"The network gives {shares}: {told or 'too close to decide'}."


def _told(class_names: Sequence[str], votes: Sequence[int], of: str) -> str:
    """ "of six views four say cat and two dog"; "" where all say the same."""
    ranked = sorted(((count, name) for count, name in zip(votes, class_names, strict=False) if count), reverse=True)
    if len(ranked) < 2:
        return ""
    first, *others = [f"{_in_words(count)} {name}" for count, name in ranked]
    first = first.replace(" ", " say " if ranked[0][0] > 1 else " says ", 1)
    return f"of {_in_words(sum(votes))} {of} {', '.join([first, *others[:-1]])} and {others[-1]}"


def _unusual_reason(best: float, name: str) -> str:
    return f"The network gives {name} {modest_percent(best)}, but few of the pictures it learned from look as unusual."


def _strange_reason(best: float, name: str) -> str:
    return (
        f"It is unlike what the network learned from; forced to choose, it would say {name} ({modest_percent(best)})."
    )


def _unknown_reason(best: float, name: str) -> str:
    return f"No class stands out: the best, {name}, gets only {modest_percent(best)}."
