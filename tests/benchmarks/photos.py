"""How a network does on photos and drawings it has never seen: of its classes, and of other things. Prints; asserts
nothing.

    uv run python tests/benchmarks/photos.py PICTURES [--model airnet]

PICTURES holds a folder for each class that there are pictures of, named as the class, and one called `other`. They are
looked at as they are on Classify, once in the middle and once where the network proposes. No setting of the program may
be chosen by what this prints: thresholds come from held-out pictures and pictures made for the purpose
(`cifar_gui.inference.trust`), and these here are for judging them.

Printed are: how many of the known are called right; of those answered with confidence, how many are right; how many of
the other things are answered with confidence, and how many called none of the classes; the area under the ROC curve of
familiarity, and of the largest probability, between the known and the others; and pictures per second.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from measure import machine
from numpy.typing import NDArray

from cifar_gui.checkpoint.files import load_snapshot
from cifar_gui.checkpoint.shipped import find_model
from cifar_gui.data.picture import PictureSource, picture_files
from cifar_gui.inference.classifier import Classifier
from cifar_gui.inference.prediction import Prediction
from cifar_gui.inference.proposals import Way

OTHER = "other"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("--model", default="")
    asked = parser.parse_args()
    classifier = Classifier(load_snapshot(find_model(asked.model)))
    folders = [*classifier.class_names, OTHER]
    files = {
        file: name
        for name in folders
        if (asked.pictures / name).is_dir()
        for file in picture_files(asked.pictures / name)
    }
    print(machine())
    for way in ("centre", "proposed"):
        report(classifier, files, way)


def report(classifier: Classifier, files: dict[Path, str], way: Way) -> None:
    began = time.perf_counter()
    answers = list(classifier.classify_many([PictureSource.from_path(file) for file in files], way=way))
    seconds = time.perf_counter() - began
    found = [
        (files[source.path], answer) for source, answer in answers if source.path and isinstance(answer, Prediction)
    ]
    known = [(name, answer) for name, answer in found if name != OTHER]
    others = [answer for name, answer in found if name == OTHER]
    sure = [name == answer.label for name, answer in known if answer.verdict.confidence == "confident"]
    print(f"\n{way}: {len(known)} of the classes, {len(others)} others, {len(found) / seconds:.1f} pictures/s")
    print(f"  right: {share([name == answer.label for name, answer in known])}")
    print(f"  answered with confidence: {len(sure)} of {len(known)}; of these right: {share(sure)}")
    for verdict in ("confident", "unknown"):
        print(f"  others called {verdict}: {share([answer.verdict.confidence == verdict for answer in others])}")
    for words, value in (("familiarity", "familiarity"), ("largest probability", "probability")):
        ours, theirs = (np.array([getattr(each, value) for each in group]) for group in ([a for _, a in known], others))
        print(f"  area under the ROC curve of {words}: {area(ours, theirs):.3f}")


def share(values: list[bool]) -> str:
    return f"{np.mean(values):.1%} of {len(values)}" if values else "none"


def area(known: NDArray[np.float64], others: NDArray[np.float64]) -> float:
    """The share of pairs of a known and another picture in which the known one has more; ties count half."""
    difference = known[:, None] - others[None]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


if __name__ == "__main__":
    main()
