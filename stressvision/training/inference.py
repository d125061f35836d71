"""Runs a converted network over many pictures, and times it, the way the camera device does: one by one, one thread."""

import time
from dataclasses import dataclass

import numpy as np

from stressvision.training.data import FloatArray
from stressvision.vision.networks import open_interpreter


@dataclass(frozen=True)
class InferenceRun:
    """Logits float32 [N,5], and milliseconds a picture: the median and the 95th percentile."""

    logits: FloatArray
    median_ms: float
    slow_ms: float


def run_model(content: bytes, pictures: FloatArray) -> InferenceRun:
    """Run a model's bytes over standardised pictures [N,48,48]. Raises ModelUnavailable where it does not load."""
    interpreter = open_interpreter(content, "expression")
    source = int(interpreter.get_input_details()[0]["index"])
    target = int(interpreter.get_output_details()[0]["index"])
    logits = []
    durations = []
    for picture in pictures:
        started = time.perf_counter()
        interpreter.set_tensor(source, picture[None, :, :, None])
        interpreter.invoke()
        logits.append(np.array(interpreter.get_tensor(target)[0], np.float32))
        durations.append((time.perf_counter() - started) * 1000)
    return InferenceRun(np.stack(logits), float(np.median(durations)), float(np.percentile(durations, 95)))
