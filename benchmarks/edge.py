"""Cost of the edge on this machine compared with the bare networks: `python -m benchmarks.edge`.

Plays the bundled recording with its own people enrolled; `--video DIR` adds clips of a camera, `--identity DIR`
photographs for recognition rates (see stressvision.training.measure.recognition). Writes its section of
docs/performance.md.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.device_start import RUN_SECONDS, measure_start
from benchmarks.document import replace_section, verdict
from benchmarks.playback import (
    ALONE,
    CAMERA_FPS,
    RECORDING,
    Played,
    as_camera,
    compose_three,
    enrol_demo,
    frames_between,
    measure_bare,
    measure_camera_decoding,
    measure_decoding,
    measure_old_embedding,
    play,
    read_shots,
    show_at_camera_rate,
)
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.edge.capture.models import Models, load_models
from stressvision.edge.capture.search import WHOLE_SEARCH_SECONDS
from stressvision.training.measure.recognition import THRESHOLDS, Distances, draw_roc, measure_distances, rate
from stressvision.vision.camera import Shot
from stressvision.vision.recognition.gallery import FaceGallery

CURVE = PROJECT_ROOT / "docs" / "recognition-roc.svg"
HEADING = "## Edge"
RECORDING_FPS = 15
SECONDS = 30.0
EMPTY = (54.2, 54.9)
SHARE_TARGETS = {"no face": 0.05, "one face": 0.12, "three faces": 0.25}
FPS_TARGET = 150.0
RATIO_TARGET = 1.15
START_TARGET, RESIDENT_TARGET = 3.0, 220.0
"""Seconds to the first detection, and MiB."""
ROUNDS = 5
ACCEPTED_TARGET, REJECTED_TARGET = 0.001, 0.03


@dataclass(frozen=True)
class _Round:
    """`bare`: milliseconds of each stage's networks, by stage."""

    bare: dict[str, float]
    played: Played

    @property
    def whole(self) -> float:
        return self.played.pipeline.stages.seconds["frame"]

    @property
    def physical(self) -> float:
        calls = self.played.pipeline.stages.calls
        return sum(spent * calls.get(stage, 0) for stage, spent in self.bare.items()) / 1000

    @property
    def ratio(self) -> float:
        return self.whole / self.physical


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path, help="folder of clips of 640x480 at 30 frames a second (*.mkv, *.mp4)")
    parser.add_argument("--identity", type=Path, help="folder with enrolled/<person>/*.jpg and strangers/*.jpg")
    options = parser.parse_args()
    section = "\n".join([HEADING, "", *_describe(Settings(), options.video, options.identity)])
    replace_section(section)
    print(section)


def _describe(settings: Settings, video: Path | None, identity: Path | None) -> Iterator[str]:
    models, gallery, shots = load_models(settings), enrol_demo(settings), read_shots(RECORDING)
    decoding = measure_camera_decoding(RECORDING)
    yield (
        f"Written by `python -m benchmarks.edge` on {datetime.now(UTC):%Y-%m-%d}, on a machine with {os.cpu_count()} "
        f"processor cores under other load (load {os.getloadavg()[0]:.1f}). Times are of the processor, on one "
        "thread, decoding included; a share is of one core.\n"
    )
    yield "| 640×480 at 30 frames a second | share of a core | at most | |"
    yield "|---|---:|---:|---|"
    empty = frames_between(shots, *EMPTY)
    scenes = {
        "no face": empty,
        "no face, the whole picture always moving": [np.roll(frame, 24 * n, 1) for n, frame in enumerate(empty)],
        "one face": frames_between(shots, *ALONE[0]),
        "three faces": compose_three(shots),
    }
    for name, frames in scenes.items():
        played = play(models, gallery, as_camera(show_at_camera_rate(frames, RECORDING_FPS), SECONDS), decoding)
        yield _share_row(f"{name}, bundled recording", played.share, SHARE_TARGETS.get(name))
    if video:
        for name, share in _play_clips(models, gallery, video):
            yield _share_row(name, share, SHARE_TARGETS["one face"])
    yield (
        f"\nOf the {CAMERA_FPS} frames a second about {RECORDING_FPS} are searched for faces, ten while every face is "
        "known and keeps still, eight while there is none. Of a camera's other frames only the stream is decoded: "
        "they are not converted to pictures (counted as converted here: every second one). While one or two people "
        f"are in view, the whole picture is searched every {WHOLE_SEARCH_SECONDS:g} s and otherwise only around their "
        "faces; while there is no face, it is searched at once where a part of it changed, and otherwise at the same "
        "interval.\n"
    )
    old, new = measure_old_embedding(), measure_bare(settings)["embed"] / 2
    yield (
        f"One embedding: {old:.1f} ms in dlib itself (versions up to 0.3), {new:.1f} ms as the same network in "
        f"the interpreter of the others ({2 * new:.1f} ms with the mirror image, as the device computes it).\n"
    )
    start = measure_start()
    yield (
        f"Start of the program to the first detection stored by a server: {start.first_detection:.1f} s, of which "
        f"{start.processor:.1f} s of processor time (at most {START_TARGET:g}: "
        f"{verdict(start.first_detection <= START_TARGET)}). Resident after {RUN_SECONDS:.0f} s: "
        f"{start.resident:.0f} MiB (at most {RESIDENT_TARGET:.0f}: {verdict(start.resident <= RESIDENT_TARGET)}).\n"
    )
    yield from _describe_stages(settings, models, gallery, shots, measure_decoding(RECORDING))
    if identity:
        yield from _describe_recognition(settings, measure_distances(identity))


def _play_clips(models: Models, gallery: FaceGallery, folder: Path) -> Iterator[tuple[str, float]]:
    shares = []
    for path in sorted([*folder.glob("*.mkv"), *folder.glob("*.mp4")]):
        frames = [shot.frame for shot in read_shots(path)]
        shares.append(play(models, gallery, as_camera(frames, SECONDS), measure_camera_decoding(path)).share)
    if shares:
        yield f"one face, mean of {len(shares)} clips of a webcam", sum(shares) / len(shares)
        yield "one face, the most expensive clip", max(shares)


def _share_row(name: str, share: float, most: float | None) -> str:
    if most is None:
        return f"| {name} | {100 * share:.0f} % | | |"
    return f"| {name} | {100 * share:.0f} % | {100 * most:.0f} % | {verdict(share <= most)} |"


def _describe_stages(
    settings: Settings, models: Models, gallery: FaceGallery, shots: list[Shot], decoding: float
) -> Iterator[str]:
    rounds = [_Round(measure_bare(settings), play(models, gallery, shots, decoding)) for _ in range(ROUNDS)]
    rounds.sort(key=lambda each: each.ratio)
    middle = rounds[len(rounds) // 2]
    bare, stages = middle.bare, middle.played.pipeline.stages
    yield (
        f"Stages over the whole recording, compared with their networks alone, measured just before: median of "
        f"{len(rounds)} rounds.\n"
    )
    yield "| stage | calls | ms a call | bare networks, ms | ratio |"
    yield "|---|---:|---:|---:|---:|"
    for stage, mean in stages.mean_ms().items():
        limit = bare.get(stage)
        beside = f"{limit:.2f} | {mean / limit:.2f}" if limit else "|"
        yield f"| {stage} | {stages.calls[stage]} | {mean:.2f} | {beside} |"
    yield (
        f"\nAll frames together: {middle.whole:.2f} s, the bare networks {middle.physical:.2f} s, ratio "
        f"{middle.ratio:.2f} ({rounds[0].ratio:.2f}-{rounds[-1].ratio:.2f}; at most {RATIO_TARGET}: "
        f"{verdict(middle.ratio <= RATIO_TARGET)}). What a frame takes beyond them is reductions and warps of the "
        "picture and many short calls, each behind a network that has emptied the processor's caches.\n"
    )
    speeds = sorted(len(shots) / each.played.seconds for each in rounds)
    fps = speeds[len(speeds) // 2]
    limit = len(shots) / (middle.physical + len(shots) * decoding / 1000)
    yield (
        f"Unthrottled on the file: {fps:.0f} frames a second of processor time ({speeds[0]:.0f}-{speeds[-1]:.0f}; at "
        f"least {FPS_TARGET:.0f}: {verdict(fps >= FPS_TARGET)}). The decoder and the bare networks alone: "
        f"{limit:.0f}.\n"
    )


def _describe_recognition(settings: Settings, distances: Distances) -> Iterator[str]:
    shipped, margin = settings.recognition_threshold, settings.recognition_margin
    CURVE.write_text(draw_roc(distances, margin, shipped), encoding="utf-8")
    yield (
        f"Recognition of single photographs: {len(distances.enrolled)} of {distances.enrolled.shape[1]} enrolled "
        f"people, {len(distances.strangers)} strangers, {distances.skipped} photographs left out because no face good "
        f"enough was found; margin {margin:g}, threshold {shipped:g} shipped.\n"
    )
    yield "| threshold | strangers' comparisons accepted | strangers named | enrolled not named | named as another |"
    yield "|---:|---:|---:|---:|---:|"
    for threshold in THRESHOLDS:
        rates = rate(distances, threshold, margin)
        shares = (rates.accepted, rates.strangers_named, rates.rejected, rates.mistaken)
        yield f"| {threshold:.2f} | " + " | ".join(f"{100 * share:.2f} %" for share in shares) + " |"
    rates = rate(distances, shipped, margin)
    yield (
        f"\nAt the shipped threshold: false accept {100 * rates.accepted:.2f} % (at most {100 * ACCEPTED_TARGET:g} %: "
        f"{verdict(rates.accepted <= ACCEPTED_TARGET)}), false reject {100 * rates.rejected:.1f} % (at most "
        f"{100 * REJECTED_TARGET:g} %: {verdict(rates.rejected <= REJECTED_TARGET)}). A stranger is compared with "
        "every enrolled person, so the share of strangers named by one photograph is larger; the device requires "
        "several frames of a track to agree.\n"
    )
    yield f"![ROC]({CURVE.name})\n"


if __name__ == "__main__":
    main()
