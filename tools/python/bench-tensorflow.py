#!/usr/bin/env python3
"""Measures Keras on TensorFlow on the workload of `npm run bench`, for comparison on the same machine.

Reports images per second for feature extraction with the frozen base, and for fine-tuning steps that train the last N
layers of the base.

    python3 -m venv VENV
    VENV/bin/pip install tensorflow-cpu
    VENV/bin/python tools/python/bench-tensorflow.py [--image_size 160] [--n_unfreeze 30] [--batch_size 64] [--images 512]

Pixels and weights are random, which does not affect the speed. Each measurement follows a warm-up. Prints one line of
JSON.
"""
import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


def seconds(function):
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image_size", type=int, default=160)
    parser.add_argument("--n_unfreeze", type=int, default=30)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--images", type=int, default=512)
    args = parser.parse_args()

    random = np.random.default_rng(0)
    images = random.random((args.images, 32, 32, 3), np.float32)
    labels = np.eye(10, dtype=np.float32)[random.integers(0, 10, args.images)]

    base = keras.applications.MobileNetV2(
        include_top=False, weights=None, input_shape=(args.image_size, args.image_size, 3)
    )
    pixels = keras.Input((32, 32, 3))
    x = layers.Resizing(args.image_size, args.image_size, interpolation="bilinear")(pixels)
    x = layers.Rescaling(2.0, offset=-1.0)(x)
    features = layers.GlobalAveragePooling2D()(base(x, training=False))
    base.trainable = False
    extractor = keras.Model(pixels, features)
    extractor.predict(images[: args.batch_size], batch_size=args.batch_size, verbose=0)
    extraction_seconds = min(
        seconds(lambda: extractor.predict(images, batch_size=args.batch_size, verbose=0)) for _ in range(2)
    )

    # Train the last N layers other than BatchNormalization, which stays in inference mode.
    base.trainable = True
    unfrozen = [layer for layer in base.layers if not isinstance(layer, layers.BatchNormalization)][-args.n_unfreeze :]
    for layer in base.layers:
        layer.trainable = any(layer is each for each in unfrozen)
    x = layers.BatchNormalization()(features)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    model = keras.Model(pixels, layers.Dense(10, activation="softmax")(x))
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-5, weight_decay=1e-4),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
        metrics=["accuracy"],
    )
    warm_up = slice(0, 2 * args.batch_size)
    model.fit(images[warm_up], labels[warm_up], batch_size=args.batch_size, verbose=0)
    fine_tuning_seconds = seconds(lambda: model.fit(images, labels, batch_size=args.batch_size, verbose=0))

    print(
        json.dumps(
            {
                "peer": f"Keras {keras.__version__} on TensorFlow {tf.__version__}",
                "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0",
                "threads": os.cpu_count(),
                "image_size": args.image_size,
                "n_unfreeze": args.n_unfreeze,
                "batch_size": args.batch_size,
                "extract_images_per_s": round(args.images / extraction_seconds, 1),
                "finetune_images_per_s": round(args.images / fine_tuning_seconds, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
