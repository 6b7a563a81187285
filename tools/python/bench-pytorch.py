#!/usr/bin/env python3
"""Measures PyTorch on the workload of `npm run bench`, for comparison on the same machine.

Reports images per second for feature extraction with the frozen base, and for fine-tuning steps that train the last 30
layers of the base (the convolutions from block_12_depthwise to the end).

    python3 -m venv VENV
    VENV/bin/pip install torch
    VENV/bin/python tools/python/bench-pytorch.py [--image_size 160] [--batch_size 64] [--steps 4]

MobileNetV2 is written out with Keras' padding; images are channels last and BatchNormalization is in inference mode.
Pixels and weights are random, which does not affect the speed. Each measurement is the median after two warm-up steps.
Prints one line of JSON.
"""
import argparse
import json
import os
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

WARM_UP_STEPS = 2


def convolution(channels_in, channels_out, kernel_size, stride=1, groups=1, relu=True):
    # With stride 2, Keras pads only the bottom and the right.
    padding = (0, 1, 0, 1) if stride == 2 else (kernel_size // 2,) * 4
    parts = [nn.ZeroPad2d(padding)] if kernel_size > 1 else []
    parts += [nn.Conv2d(channels_in, channels_out, kernel_size, stride, groups=groups, bias=False)]
    parts += [nn.BatchNorm2d(channels_out, eps=1e-3)] + ([nn.ReLU6()] if relu else [])
    return nn.Sequential(*parts)


class Block(nn.Module):
    def __init__(self, channels_in, channels_out, expansion, stride):
        super().__init__()
        expanded = channels_in * expansion
        parts = [convolution(channels_in, expanded, 1)] if expansion > 1 else []
        parts += [
            convolution(expanded, expanded, 3, stride, groups=expanded),
            convolution(expanded, channels_out, 1, relu=False),
        ]
        self.body = nn.Sequential(*parts)
        self.has_residual = stride == 1 and channels_in == channels_out

    def forward(self, x):
        return x + self.body(x) if self.has_residual else self.body(x)


def mobilenet_v2():
    """The convolutional base as 19 modules: stem, 17 blocks, top."""
    # Expansion, output channels, repeats, stride of the first repeat.
    rows = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    modules, channels = [convolution(3, 32, 3, 2)], 32
    for expansion, channels_out, repeats, first_stride in rows:
        for repeat in range(repeats):
            modules.append(Block(channels, channels_out, expansion, first_stride if repeat == 0 else 1))
            channels = channels_out
    return nn.Sequential(*modules, convolution(channels, 1280, 1))


def images_per_second(step, images, steps):
    """Median over `steps` calls of `step`, each of which processes `images` images."""
    times = []
    for _ in range(WARM_UP_STEPS + steps):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return round(images / statistics.median(times[WARM_UP_STEPS:]), 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image_size", type=int, default=160)
    parser.add_argument("--batch_size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=4)
    args = parser.parse_args()

    torch.set_num_threads(os.cpu_count())
    base = mobilenet_v2().eval().to(memory_format=torch.channels_last)
    base.requires_grad_(False)
    pixels = torch.rand(args.batch_size, 3, 32, 32) * 2 - 1
    labels = torch.randint(0, 10, (args.batch_size,))

    def resized():
        size = (args.image_size, args.image_size)
        images = F.interpolate(pixels, size=size, mode="bilinear", align_corners=False)
        return images.to(memory_format=torch.channels_last)

    def extract():
        with torch.no_grad():
            return base(resized()).mean((2, 3))

    extraction_rate = images_per_second(extract, args.batch_size, args.steps)

    frozen, tail = base[:13], base[13:]
    weights = [module.weight for module in tail.modules() if isinstance(module, nn.Conv2d)]
    trained = [weight.requires_grad_() for weight in weights[1:]]  # block_12_expand stays frozen
    head = nn.Sequential(
        nn.BatchNorm1d(1280, eps=1e-3), nn.Linear(1280, 128), nn.ReLU(), nn.Dropout(0.4), nn.Linear(128, 10)
    )
    optimizer = torch.optim.AdamW([*trained, *head.parameters()], 1e-5, weight_decay=1e-4)

    def fine_tune():
        with torch.no_grad():
            activations = frozen(resized())
        logits = head(tail(activations).mean((2, 3)))
        loss = F.cross_entropy(logits, labels, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    fine_tuning_rate = images_per_second(fine_tune, args.batch_size, args.steps)
    print(
        json.dumps(
            {
                "peer": f"PyTorch {torch.__version__}",
                "threads": torch.get_num_threads(),
                "image_size": args.image_size,
                "n_unfreeze": 30,
                "batch_size": args.batch_size,
                "extract_images_per_s": extraction_rate,
                "finetune_images_per_s": fine_tuning_rate,
            }
        )
    )


if __name__ == "__main__":
    main()
