"""Timed run of a converted network over many pictures as on the camera device: one by one, on one thread."""

import time
from dataclasses import dataclass

import numpy as np

from stressvision.training.data import FloatArray
from stressvision.vision.networks import Network


@dataclass(frozen=True)
class InferenceRun:
    """Logits float32 [N,C], and milliseconds a picture: the median and the 95th percentile."""

    logits: FloatArray
    median_ms: float
    slow_ms: float


def run_model(content: bytes, name: str, pictures: FloatArray) -> InferenceRun:
    """Run a model's bytes over pictures [N,H,W], prepared as the model requires.

    Raises ModelUnavailable, with `name` in its message, where the model does not load.
    """
    network = Network(content, name)
    logits = []
    durations = []
    for picture in pictures:
        started = time.perf_counter()
        logits.append(np.asarray(network.run(picture[None, :, :, None])[0][0], np.float32))
        durations.append((time.perf_counter() - started) * 1000)
    return InferenceRun(np.stack(logits), float(np.median(durations)), float(np.percentile(durations, 95)))
