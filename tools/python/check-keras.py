#!/usr/bin/env python3
"""Opens cifar10.h5 in real Keras and does what its users do first: predict, evaluate, train further, save again.

    python3 -m venv VENV
    VENV/bin/pip install tensorflow-cpu                    # Keras 3
    VENV/bin/pip install "tensorflow-cpu==2.15.*" "numpy<2"  # Keras 2, in a separate environment
    VENV/bin/python tools/python/check-keras.py cifar10.h5 test_batch.bin [--images 100] [--probabilities FILE.json]

test_batch.bin is CIFAR-10's, in the binary version. FILE.json holds the expected probabilities of its first images,
[[10 numbers], ...]. Prints one line of JSON. Exits 1 if the file does not open, a step fails, or a probability differs
by more than 1e-3.
"""
import argparse
import json
import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from tensorflow import keras

TOLERANCE = 1e-3


def read_images(path, count):
    """Returns images [N, 32, 32, 3] in [0, 1] and labels [N]. Each record is a label byte and three colour planes."""
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)[:count]
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return planes.transpose(0, 2, 3, 1).astype("float32") / 255, records[:, 0]


def main():
    parser = argparse.ArgumentParser(description="Checks that cifar10.h5 works in real Keras.")
    parser.add_argument("model", help="the model file, cifar10.h5")
    parser.add_argument("images", help="test_batch.bin of CIFAR-10")
    parser.add_argument("--images", dest="count", type=int, default=100, help="how many images to use")
    parser.add_argument("--probabilities", help="JSON file with the expected probabilities")
    args = parser.parse_args()

    images, labels = read_images(args.images, args.count)
    targets = np.eye(10, dtype="float32")[labels]
    model = keras.models.load_model(args.model)
    probabilities = model.predict(images, batch_size=100, verbose=0)
    loss, accuracy = model.evaluate(images, targets, batch_size=100, verbose=0)
    report = {
        "tensorflow": tf.__version__,
        # True unless `model.input` or `model.output` is a list, from which no model with another head can be built.
        "single_tensors": not isinstance(model.input, (list, tuple)) and not isinstance(model.output, (list, tuple)),
        "layers": len(model.layers),
        "trainable_tensors": len(model.trainable_weights),
        "loss": round(float(loss), 4),
        "accuracy": round(float(accuracy), 4),
    }
    if args.probabilities:
        with open(args.probabilities) as file:
            expected = np.array(json.load(file))[: len(images)]
        report["largest_difference"] = float(np.abs(probabilities[: len(expected)] - expected).max())

    features = keras.Model(model.input, model.get_layer("dense").output)
    report["features"] = list(features.predict(images[:2], verbose=0).shape)

    model.compile(optimizer=keras.optimizers.SGD(1e-6), loss="categorical_crossentropy")
    model.fit(images[:16], targets[:16], verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/again.keras")
        keras.models.load_model(f"{folder}/again.keras")

    print(json.dumps(report))
    sys.exit(1 if report.get("largest_difference", 0) > TOLERANCE else 0)


main()
