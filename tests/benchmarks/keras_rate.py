# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["keras>=3.11", "tensorflow>=2.20"]
# ///
"""How fast Keras trains the 1,084,234-parameter network: the opponent of `training.py`, in an environment of its own.

    uv run --script tests/benchmarks/keras_rate.py

Reads lines "BATCH SECONDS" from stdin and answers each with pictures per second. TensorFlow pins versions of numpy and
others that the app does not want, and its threads and torch's in one process would disturb each other.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

PICTURES = 20_480


def network() -> Any:
    """As in myCIFAR10Keras, trained as the textbook says; compiled as a graph, which is Keras' fastest."""
    model = keras.Sequential([layers.Input((32, 32, 3))])
    for filters, end in ((16, False), (32, True), (32, False), (64, True)):
        model.add(layers.Conv2D(filters, 3, padding="same"))
        model.add(layers.LeakyReLU(0.1))
        if end:
            model.add(layers.MaxPooling2D())
            model.add(layers.Dropout(0.25))
    model.add(layers.Flatten())
    model.add(layers.Dense(256))
    model.add(layers.LeakyReLU(0.1))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10))
    if model.count_params() != 1_084_234:
        raise SystemExit(f"the network has {model.count_params():,} parameters")
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(1e-6, momentum=0.9, nesterov=True), loss, steps_per_execution=8)
    return model


def main() -> None:
    random = np.random.default_rng(0)
    pictures = random.random((PICTURES, 32, 32, 3), dtype=np.float32) - 0.5
    labels = random.integers(0, 10, PICTURES)
    models: dict[int, Any] = {}
    print(f"Keras {keras.__version__}, TensorFlow {keras.backend.backend()}", flush=True)
    for line in sys.stdin:
        batch, seconds = int(line.split()[0]), float(line.split()[1])
        if batch not in models:
            models[batch] = network()
            models[batch].fit(pictures[: 4 * batch], labels[: 4 * batch], batch, verbose=0)  # traces the graph
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            models[batch].fit(pictures, labels, batch, verbose=0, shuffle=True)
            count += PICTURES
        print(count / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    main()
