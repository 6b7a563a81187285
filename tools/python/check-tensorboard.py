#!/usr/bin/env python3
"""Reads TensorBoard event files with TensorBoard's own reader and prints their scalars as one line of JSON.

    VENV/bin/python tools/python/check-tensorboard.py LOGDIR

VENV is an environment with TensorBoard, for example the one for Keras 2 described in tools/python/check-keras.py.
Prints {run: {tag: [[step, wall time, value], ...]}}, where a run is a folder below LOGDIR.
"""
import json
import sys

from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

multiplexer = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
scalars = {
    run: {
        tag: [[event.step, event.wall_time, event.value] for event in multiplexer.Scalars(run, tag)]
        for tag in tags["scalars"]
    }
    for run, tags in multiplexer.Runs().items()
}
print(json.dumps(scalars))
