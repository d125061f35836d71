"""Growth of the device's memory over an hour of video: `python -m benchmarks.endurance`. Takes 10-25 minutes.

Plays the bundled recording repeatedly as a camera at 30 frames a second, without real-time pauses: decoding, pipeline,
outbox (items are removed as if delivered) and the preview's drawing and encoding, with the recording's people enrolled.
Writes its section of docs/performance.md.
"""

import argparse
import functools
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psutil

from benchmarks.document import replace_section, verdict
from benchmarks.playback import BEGAN, CAMERA_FPS, RECORDING, enrol_demo
from stressvision.core.config import Policy, Settings
from stressvision.edge.capture.models import load_models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.delivery.outbox import MessageKind, Outbox, OutboxMessage
from stressvision.edge.preview.drawing import draw
from stressvision.edge.preview.server import FrameBoard
from stressvision.vision.camera import Shot, play_at_once

HEADING = "## Edge: memory"
SESSION = "session_benchmark_1"
SAMPLE_SECONDS = 60.0
WARM_SECONDS = 600.0
"""Buffers, pools and caches are allocated by then."""
GROWTH_TARGET = 2.0
"""MiB an hour: 48 a day."""


@dataclass(frozen=True)
class Sample:
    """`at`: seconds of video; `resident`: MiB; `handles`: open files, sockets and pipes."""

    at: float
    resident: float
    handles: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0, help="of video (60)")
    parser.add_argument("--within", type=float, default=60.0, help="stop after this many minutes (60)")
    options = parser.parse_args()
    began = time.monotonic()
    samples: list[Sample] = []
    for sample in run(Settings(), 60 * options.minutes):
        samples.append(sample)
        print(f"{sample.at / 60:6.1f} min  {sample.resident:7.1f} MiB  {sample.handles} handles", flush=True)
        if time.monotonic() - began > 60 * options.within:
            break
    section = describe(samples, time.monotonic() - began)
    replace_section(section)
    print(section)


def run(settings: Settings, seconds: float) -> Iterator[Sample]:
    """Yield a sample per minute of video."""
    rules = Rules("benchmark", Policy.PE, analyse_unknown=True, detection_seconds=1.0, flag_photographs=True)
    pipeline, board, process = Pipeline(load_models(settings), rules), FrameBoard(), psutil.Process()
    pipeline.use_gallery(enrol_demo(settings), 0.0)
    due = 0.0
    with tempfile.TemporaryDirectory() as folder, board.subscribe():
        outbox = Outbox(Path(folder) / "outbox.db")
        for shot in play_endlessly(seconds):
            detections = pipeline.process(shot, SESSION)
            if detections:
                outbox.add_all(
                    [
                        OutboxMessage(MessageKind.DETECTION, str(item.event_id), item.model_dump_json())
                        for item in detections
                    ]
                )
                outbox.settle([item.id for item in outbox.peek(len(detections))], {})
                board.publish(functools.partial(draw, shot.frame, pipeline.marks, "es"))
            if shot.elapsed >= due:
                due += SAMPLE_SECONDS
                yield Sample(shot.elapsed, process.memory_info().rss / 2**20, process.num_fds())
        outbox.close()


def play_endlessly(seconds: float) -> Iterator[Shot]:
    """Yield the frames of the repeated recording, each as often as a camera at 30 frames a second returns it."""
    at = 0.0
    while at < seconds:
        for shot in play_at_once(RECORDING, start=BEGAN):
            for cut in (shot.cut, False):
                yield Shot(shot.frame, BEGAN + timedelta(seconds=at), at, cut)
                at += 1 / CAMERA_FPS


def describe(samples: list[Sample], took: float) -> str:
    """Return the section of the document. `took`: seconds."""
    warm = [sample for sample in samples if sample.at >= min(WARM_SECONDS, samples[-1].at / 2)]
    slope = hourly_growth([sample.at for sample in warm], [sample.resident for sample in warm])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    minutes, frames = samples[-1].at / 60, round(samples[-1].at * CAMERA_FPS)
    return "\n".join(
        [
            HEADING,
            "",
            f"Written by `python -m benchmarks.endurance` on {datetime.now(UTC):%Y-%m-%d}, on a machine with "
            f"{os.cpu_count()} processor cores under other load: {minutes:.0f} minutes of video, {frames} "
            f"frames, played in {took / 60:.0f} minutes. Decoding, pipeline with every stage, outbox and preview; "
            "without HTTP client and camera driver.",
            "",
            "| minute of video | " + " | ".join(f"{sample.at / 60:.0f}" for sample in _thin(samples)) + " |",
            "|---|" + "---:|" * len(_thin(samples)),
            "| resident, MiB | " + " | ".join(f"{sample.resident:.0f}" for sample in _thin(samples)) + " |",
            "",
            f"From minute {warm[0].at / 60:.0f} on it grows by {slope:.1f} MiB an hour (at most {GROWTH_TARGET:.0f}: "
            f"{verdict(slope <= GROWTH_TARGET)}); {peak:.0f} MiB at most. Open files at the beginning "
            f"{samples[0].handles}, at the end {samples[-1].handles}.",
        ]
    )


def hourly_growth(seconds: Sequence[float], values: Sequence[float]) -> float:
    """Return the slope of the least-squares line through the values, per hour."""
    return 3600 * float(np.polyfit(seconds, values, 1)[0])


def _thin(samples: list[Sample]) -> list[Sample]:
    """Return about eight samples, the last included."""
    step = max(1, (len(samples) - 1) // 7)
    return samples[::-1][::step][::-1]


if __name__ == "__main__":
    main()
