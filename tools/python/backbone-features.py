#!/usr/bin/env python3
"""Writes the bundled backbone's features of a few images, computed by real Keras, as a test fixture.

Called by `npm run pretrain:backbone -- --fixture`. Reads images in CIFAR-10's binary format. Writes JSON: `image_size`
in pixels, `images` (bytes in base64, three planes per image) and `features` [images, 1280].
"""
import argparse
import base64
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

IMAGE_SIZE = 96


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--weights", required=True, help="Keras weights file of the backbone")
    parser.add_argument("--images", required=True, help="images in CIFAR-10's binary format")
    parser.add_argument("--out", required=True, help="the JSON file to write")
    args = parser.parse_args()
    records = np.fromfile(args.images, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    planes = records[:, 1:]
    images = planes.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype("float32")
    shape = (IMAGE_SIZE, IMAGE_SIZE, 3)
    base = keras.applications.MobileNetV2(shape, 0.35, include_top=False, weights=None, pooling="avg")
    base.load_weights(args.weights)
    features = base(keras.layers.Resizing(IMAGE_SIZE, IMAGE_SIZE)(images / 255) * 2 - 1).numpy()
    with open(args.out, "w") as file:
        json.dump(
            {
                "image_size": IMAGE_SIZE,
                "images": base64.b64encode(planes.tobytes()).decode(),
                "features": [[round(float(value), 6) for value in row] for row in features],
            },
            file,
        )


if __name__ == "__main__":
    main()
