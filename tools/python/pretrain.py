#!/usr/bin/env python3
"""Trains the own backbone, MobileNetV2 0.35 (Sandler et al., 2018), on pictures drawn by code; `npm run pretrain:backbone` calls it.

Reads CIFAR-10's binary format (Krizhevsky, 2009): for each picture a byte of label and three planes of 32 x 32 bytes.
Writes the weights without the classifier in the layout of Keras' own files for MobileNetV2, kernels rounded to half
precision so that they pack well, and prints how well the network then tells pictures apart that it has not seen.
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
BATCH = 32
# Pixels a side, rounds, rate: most is learnt on smaller pictures, where a step takes less than half of the time.
STAGES = [(64, 15, 1.5e-3), (96, 4, 7e-4)]
# Steps of a round.
STEPS = 400


def read_pictures(file):
    records = np.fromfile(file, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    pixels = records[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pixels), records[:, 0].astype("int32")


def build(size, classes):
    """A base and its classifier for one input size; every size has the same weights."""
    base = keras.applications.MobileNetV2((size, size, 3), ALPHA, include_top=False, weights=None, pooling="avg")
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = 0.99  # Keras' own 0.999 would not forget the size before within a stage
        if isinstance(layer, keras.layers.DepthwiseConv2D):
            # He et al., 2015: Keras' own start counts all channels as inputs of each and lets signals fade.
            layer.set_weights([np.random.normal(0, (2 / 9) ** 0.5, weights.shape) for weights in layer.get_weights()])
    pixels = keras.Input((32, 32, 3))
    scaled = keras.layers.Rescaling(2 / 255, -1)(keras.layers.Resizing(size, size)(pixels))
    return base, keras.Model(pixels, keras.layers.Dense(classes, activation="softmax")(base(scaled)))


class Batches(keras.utils.PyDataset):
    """Pictures in a new order each time they have all been seen, half of them mirrored."""

    def __init__(self, pixels, targets, seed):
        super().__init__()
        self.pixels, self.targets = pixels, targets
        self.random = np.random.default_rng(seed)
        self.order = np.empty(0, int)

    def __len__(self):
        return STEPS

    def __getitem__(self, step):
        if len(self.order) < BATCH:
            self.order = np.concatenate([self.order, self.random.permutation(len(self.pixels))])
        which, self.order = self.order[:BATCH], self.order[BATCH:]
        pixels = self.pixels[which].copy()
        mirrored = self.random.random(BATCH) < 0.5
        pixels[mirrored] = pixels[mirrored][:, :, ::-1]
        return pixels, self.targets[which]


def write_weights(base, file):
    """Keras' layout of a weights file: a group a layer, which names its tensors in order."""
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
    parser.add_argument("--pictures", required=True, help="to train on")
    parser.add_argument("--measured", required=True, help="to measure on")
    parser.add_argument("--weights", required=True, help="the file to write")
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args()

    keras.utils.set_random_seed(options.seed)
    pixels, labels = read_pictures(options.pictures)
    seen, known = read_pictures(options.measured)
    classes = int(labels.max()) + 1
    targets = np.eye(classes, dtype="float32")[labels]
    started = time.time()
    weights = None
    for stage, (size, rounds, peak) in enumerate(STAGES):
        base, model = build(size, classes)
        if weights:
            model.set_weights(weights)
        rate = keras.optimizers.schedules.CosineDecay(1e-4, rounds * STEPS, warmup_target=peak, warmup_steps=100)
        model.compile(
            keras.optimizers.AdamW(rate, weight_decay=0.01),
            keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
            metrics=["accuracy"],
        )
        model.fit(Batches(pixels, targets, options.seed + stage), epochs=rounds, shuffle=False, verbose=2)
        weights = model.get_weights()
        write_weights(base, options.weights)
        print(f"{size} px: {time.time() - started:.0f} s", flush=True)

    for layer in base.layers:
        for variable in layer.weights:
            if "kernel" in variable.name:
                variable.assign(np.asarray(variable).astype("float16"))
    write_weights(base, options.weights)
    accuracy = float(np.mean(model.predict(seen, batch_size=250, verbose=0).argmax(1) == known))
    facts = {"classes": classes, "pictures": len(pixels), "seed": options.seed, "accuracy": round(accuracy, 4)}
    print(json.dumps({**facts, "seconds": round(time.time() - started)}))


if __name__ == "__main__":
    main()
