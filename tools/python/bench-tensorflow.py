#!/usr/bin/env python3
"""The speed of Keras on TensorFlow at what `npm run bench` measures, on the same machine: images a second through the frozen
base, and in fine-tuning steps with the last N layers of the base trained.

    python3 -m venv VENV
    VENV/bin/pip install tensorflow-cpu
    VENV/bin/python tools/python/bench-tensorflow.py [--image_size 160] [--n_unfreeze 30] [--batch_size 64] [--images 512]

On random pixels and weights; they cost what real ones cost. Each pass is warmed up first. Prints one line of JSON.
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


def seconds(work):
    started = time.perf_counter()
    work()
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
    extraction = min(
        seconds(lambda: extractor.predict(images, batch_size=args.batch_size, verbose=0)) for _ in range(2)
    )

    # The last N layers that are not BatchNormalization; those stay in inference mode.
    base.trainable = True
    trainable = [layer for layer in base.layers if not isinstance(layer, layers.BatchNormalization)][-args.n_unfreeze :]
    for layer in base.layers:
        layer.trainable = any(layer is each for each in trainable)
    x = layers.BatchNormalization()(features)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.4)(x)
    model = keras.Model(pixels, layers.Dense(10, activation="softmax")(x))
    model.compile(
        optimizer=keras.optimizers.AdamW(1e-5, weight_decay=1e-4),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
        metrics=["accuracy"],
    )
    first = slice(0, 2 * args.batch_size)
    model.fit(images[first], labels[first], batch_size=args.batch_size, verbose=0)
    tuning = seconds(lambda: model.fit(images, labels, batch_size=args.batch_size, verbose=0))

    print(
        json.dumps(
            {
                "peer": f"Keras {keras.__version__} on TensorFlow {tf.__version__}",
                "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "1") != "0",
                "threads": os.cpu_count(),
                "image_size": args.image_size,
                "n_unfreeze": args.n_unfreeze,
                "batch_size": args.batch_size,
                "extract_images_per_s": round(args.images / extraction, 1),
                "finetune_images_per_s": round(args.images / tuning, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
