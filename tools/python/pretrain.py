#!/usr/bin/env python3
"""Trains the bundled backbone, MobileNetV2 0.35 (Sandler et al., 2018), on images drawn by code.

Called by `npm run pretrain:backbone`. Reads CIFAR-10's binary format (Krizhevsky, 2009): per image, a label byte and
three planes of 32 x 32 bytes. Writes the weights without the classifier, in the layout of Keras' own MobileNetV2 files,
with kernels rounded to float16 so that they compress well. Then prints the accuracy on unseen images as one line of
JSON.
"""
import argparse
import json
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import h5py
import keras
import numpy as np

ALPHA = 0.35
BATCH_SIZE = 32
# Image size in pixels, epochs, peak learning rate. Most epochs use the smaller size, whose steps take less than half
# as long.
STAGES = [(64, 15, 1.5e-3), (96, 4, 7e-4)]
STEPS_PER_EPOCH = 400


def read_images(file):
    """Returns pixels [N, 32, 32, 3] as bytes and labels [N]."""
    records = np.fromfile(file, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), records[:, 0].astype("int32")


def build(size, classes):
    """Returns the base, and the base with its classifier. Weights have the same shapes at every input size."""
    base = keras.applications.MobileNetV2((size, size, 3), ALPHA, include_top=False, weights=None, pooling="avg")
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.99  # Keras' default, 0.999, would keep the previous size's statistics all stage
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            # He et al., 2015. Keras' default treats all channels as inputs of each one, so activations fade.
            layer.set_weights([np.random.normal(0, (2 / 9) ** 0.5, weights.shape) for weights in layer.get_weights()])
    pixels = keras.Input((32, 32, 3))
    scaled = keras.layers.Rescaling(2 / 255, -1)(keras.layers.Resizing(size, size)(pixels))
    return base, keras.Model(pixels, keras.layers.Dense(classes, activation="softmax")(base(scaled)))


class Batches(keras.utils.PyDataset):
    """Batches in a new random order whenever all images have been used, half of the images mirrored."""

    def __init__(self, pixels, targets, seed):
        super().__init__()
        self.pixels, self.targets = pixels, targets
        self.random = np.random.default_rng(seed)
        self.order = np.empty(0, int)

    def __len__(self):
        return STEPS_PER_EPOCH

    def __getitem__(self, step):
        if len(self.order) < BATCH_SIZE:
            self.order = np.concatenate([self.order, self.random.permutation(len(self.pixels))])
        indices, self.order = self.order[:BATCH_SIZE], self.order[BATCH_SIZE:]
        pixels = self.pixels[indices].copy()
        mirrored = self.random.random(BATCH_SIZE) < 0.5
        pixels[mirrored] = pixels[mirrored][:, :, ::-1]
        return pixels, self.targets[indices]


def write_weights(base, file):
    """Writes Keras' weights file layout: one group per layer, which lists the names of its tensors in order."""
    with h5py.File(file, "w") as root:
        root.attrs["layer_names"] = [layer.name.encode() for layer in base.layers]
        for layer in base.layers:
            group = root.create_group(layer.name)
            names = [f"{layer.name}/{variable.name}:0" for variable in layer.weights]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, variable in zip(names, layer.weights):
                group.create_dataset(name, data=np.asarray(variable), compression="gzip", shuffle=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", dest="train_file", required=True, help="images to train on")
    parser.add_argument("--measured", dest="test_file", required=True, help="images to measure accuracy on")
    parser.add_argument("--weights", required=True, help="the file to write")
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()

    keras.utils.set_random_seed(args.seed)
    pixels, labels = read_images(args.train_file)
    test_pixels, test_labels = read_images(args.test_file)
    classes = int(labels.max()) + 1
    targets = np.eye(classes, dtype="float32")[labels]
    started = time.time()
    weights = None
    for stage, (size, epochs, peak_rate) in enumerate(STAGES):
        base, model = build(size, classes)
        if weights:
            model.set_weights(weights)
        steps = epochs * STEPS_PER_EPOCH
        schedule = keras.optimizers.schedules.CosineDecay(1e-4, steps, warmup_target=peak_rate, warmup_steps=100)
        model.compile(
            keras.optimizers.AdamW(schedule, weight_decay=0.01),
            keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
            metrics=["accuracy"],
        )
        model.fit(Batches(pixels, targets, args.seed + stage), epochs=epochs, shuffle=False, verbose=2)
        weights = model.get_weights()
        write_weights(base, args.weights)
        print(f"{size} px: {time.time() - started:.0f} s", flush=True)

    for layer in base.layers:
        for variable in layer.weights:
            if "kernel" in variable.name:
                variable.assign(np.asarray(variable).astype("float16"))
    write_weights(base, args.weights)
    accuracy = float(np.mean(model.predict(test_pixels, batch_size=250, verbose=0).argmax(1) == test_labels))
    print(
        json.dumps(
            {
                "classes": classes,
                "images": len(pixels),
                "seed": args.seed,
                "accuracy": round(accuracy, 4),
                "seconds": round(time.time() - started),
            }
        )
    )


if __name__ == "__main__":
    main()
