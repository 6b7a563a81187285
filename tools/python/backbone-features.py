#!/usr/bin/env python3
"""Writes what real Keras says of the own backbone: features of a few images; `npm run pretrain:backbone -- --fixture` calls it.

Reads CIFAR-10's binary format. Writes JSON: the size in pixels, the images' bytes in base64, three planes each, and
their features [images, 1280].
"""
import argparse
import base64
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

SIZE = 96


def main():
    parser = argparse.ArgumentParser(description="Writes what real Keras says of the own backbone.")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--images", required=True)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    records = np.fromfile(options.images, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    planes = records[:, 1:]
    images = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype("float32")
    base = keras.applications.MobileNetV2((SIZE, SIZE, 3), 0.35, include_top=False, weights=None, pooling="avg")
    base.load_weights(options.weights)
    features = base(keras.layers.Resizing(SIZE, SIZE)(images / 255) * 2 - 1).numpy()
    with open(options.out, "w") as file:
        json.dump(
            {
                "image_size": SIZE,
                "images": base64.b64encode(planes.tobytes()).decode(),
                "features": [[round(float(value), 6) for value in row] for row in features],
            },
            file,
        )


if __name__ == "__main__":
    main()
