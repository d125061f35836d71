"""Yawns found in labelled clips, and false alerts an hour of people who are neither stressed nor tired.

`python -m benchmarks.alarms --clips FOLDER [--minutes 15] [--periods 1 2 3]`

Every clip is one person. Its pictures, five a second, are shown to the device's own pipeline over and over, forwards
and backwards, each time in another light, noise, blur or mirrored, for `--minutes` of simulated time: what a network
gets wrong about a person it gets wrong for as long as they sit there. The networks look at each varied picture once;
tracking, fatigue, periods and the alert rule run over all of the time. `benchmarks/clips.csv` lists what happens when.
"""

import argparse
import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from benchmarks.remembered import RememberedNetworks, enrol_every_face
from stressvision.core.config import Policy, Settings
from stressvision.domain.alerts import AlertRule
from stressvision.domain.emotions import Emotion
from stressvision.edge.capture.models import Models, load_models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.vision.camera import Shot, play_at_once
from stressvision.vision.faces import Face
from stressvision.vision.fatigue.monitor import FatigueMonitor
from stressvision.vision.networks import Frame
from stressvision.wire.detections import DetectionIn

BEGAN = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
FPS = 5
LABELS = Path(__file__).with_name("clips.csv")
FATIGUE_SECONDS = 45
"""The rule of fatigue counts 45 detections at one a second."""


@dataclass(frozen=True)
class Clip:
    """`yawns`: when each is going on, in seconds. `tired`: fatigue in it is no false alert."""

    name: str
    yawns: tuple[tuple[float, float], ...]

    @property
    def tired(self) -> bool:
        return bool(self.yawns)


@dataclass(frozen=True)
class Variation:
    """How a picture is changed: grey levels times `gain`, to the power of `gamma`, with noise and blur."""

    gain: float = 1.0
    gamma: float = 1.0
    noise: float = 0.0
    blur: float = 0.0
    mirrored: bool = False

    def apply(self, frame: Frame, random: np.random.Generator) -> Frame:
        picture = 255 * (np.clip(frame.astype(np.float32) * self.gain, 0, 255) / 255) ** self.gamma
        if self.blur:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur).astype(np.float32)
        if self.noise:
            picture = picture + random.normal(0, self.noise, frame.shape)
        changed = np.clip(picture, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(changed[:, ::-1]) if self.mirrored else changed


VARIATIONS = (
    Variation(),
    Variation(gain=0.6),
    Variation(gain=1.3),
    Variation(gamma=1.5, noise=4),
    Variation(gamma=0.7, mirrored=True),
    Variation(noise=8),
    Variation(blur=1.0, mirrored=True),
    Variation(gain=0.75, noise=6, mirrored=True),
)


def nearest(faces: list[Face]) -> list[Face]:
    """Return the nearest face, which is that of the clip's person."""
    return sorted(faces, key=lambda face: -face.box.w)[:1]


def read_labels(path: Path = LABELS) -> list[Clip]:
    """The clips of a table `clip,yawn_start_s,yawn_end_s`, one row a yawn, or one without times."""
    yawns: dict[str, list[tuple[float, float]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            own = yawns.setdefault(row["clip"], [])
            if row["yawn_start_s"]:
                own.append((float(row["yawn_start_s"]), float(row["yawn_end_s"])))
    return [Clip(name, tuple(own)) for name, own in yawns.items()]


def find_yawns(path: Path, models: Models) -> list[float]:
    """When a yawn is recognised in a clip played once, in seconds."""
    monitor, found, next_at = FatigueMonitor(), [], 0.0
    for shot in play_at_once(path, start=BEGAN):
        if shot.elapsed < next_at:
            continue
        next_at += 1 / FPS
        faces = nearest(models.detector.detect(shot.frame))
        geometry = models.geometry.read(shot.frame, faces[0]) if faces else None
        happy = None
        if faces and geometry and geometry.mouth and models.expression:
            estimate = models.expression.estimate(shot.frame, faces[0].left_eye, faces[0].right_eye)
            happy = estimate.probabilities.happy
        before = monitor.yawns
        monitor.observe(shot.elapsed, geometry, happy)
        if monitor.yawns > before:
            found.append(shot.elapsed)
    return found


def vary(path: Path, random: np.random.Generator) -> list[list[Frame]]:
    """The pictures of a clip, five a second, once for each variation."""
    frames, next_at = [], 0.0
    for shot in play_at_once(path, start=BEGAN):
        if shot.elapsed >= next_at:
            frames.append(shot.frame)
            next_at += 1 / FPS
    return [[variation.apply(frame, random) for frame in frames] for variation in VARIATIONS]


def sit_through(takes: Sequence[Sequence[Frame]], minutes: float, random: np.random.Generator) -> Iterator[Frame]:
    """Forwards and backwards, each turn of one take chosen by chance."""
    left = round(60 * minutes * FPS)
    while left > 0:
        take = list(takes[int(random.integers(len(takes)))])
        turn = (take + take[::-1])[:left]
        yield from turn
        left -= len(turn)


def watch(frames: Iterator[Frame], networks: RememberedNetworks, period: float) -> list[DetectionIn]:
    """What the device reports of one enrolled person."""
    pipeline = Pipeline(networks.models, Rules("cam-1", Policy.PE, analyse_unknown=False, detection_seconds=period))
    pipeline.use_gallery(enrol_every_face(), 0.0)
    detections = []
    for index, frame in enumerate(frames):
        at = index / FPS
        detections += pipeline.process(
            Shot(frame, BEGAN + timedelta(seconds=at), at, cut=index == 0), "session_cam-1_1"
        )
    return detections


def count_alerts(detections: Sequence[DetectionIn], rule: AlertRule) -> int:
    """Alerts that the rule raises: one at the most in each quiet hour."""
    counted: list[DetectionIn] = []
    alerts, quiet_until = 0, BEGAN
    for detection in detections:
        if detection.emotion not in rule.emotions:
            continue
        counted = [each for each in [*counted, detection] if detection.timestamp - each.timestamp <= rule.window]
        mean = sum(each.emotion_confidence or 0.0 for each in counted) / len(counted)
        due = len(counted) >= rule.min_events and mean > rule.min_confidence
        if due and detection.timestamp >= quiet_until:
            alerts, quiet_until = alerts + 1, detection.timestamp + rule.quiet
    return alerts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--only", nargs="*", default=[], help="names of the clips to play; all without it")
    parser.add_argument("--periods", type=float, nargs="+", default=[1.0, 2.0, 3.0])
    arguments = parser.parse_args()
    models = load_models(Settings())
    clips = [clip for clip in read_labels() if not arguments.only or clip.name in arguments.only]
    print("| clip | yawns labelled | recognised at, s |\n|---|---:|---|")
    for clip in clips:
        found = find_yawns(arguments.clips / clip.name, models)
        print(f"| {clip.name} | {len(clip.yawns)} | {', '.join(f'{at:.1f}' for at in found)} |", flush=True)
    print("\n| clip | period, s | detections | without expression | stress or sad | fatigue | alerts |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    alerts: dict[float, list[FalseAlerts]] = {period: [] for period in arguments.periods}
    for number, clip in enumerate(clips):
        takes = vary(arguments.clips / clip.name, np.random.default_rng(number))
        remembered = RememberedNetworks(models, choose=nearest)
        for period in arguments.periods:
            frames = sit_through(takes, arguments.minutes, np.random.default_rng(100 + number))
            alerts[period].append(_report(clip, period, watch(frames, remembered, period)))
    hours = len(clips) * arguments.minutes / 60
    print("\n| period, s | hours | false alerts of stress | an hour, 95 % | of fatigue | an hour, 95 % |")
    print("|---:|---:|---:|---:|---:|---:|")
    for period, counted in alerts.items():
        stress, fatigue = sum(each.stress for each in counted), sum(each.fatigue for each in counted)
        row = (f"{period:g}", f"{hours:g}", stress, _per_hour(stress, hours), fatigue, _per_hour(fatigue, hours))
        print(f"| {' | '.join(str(value) for value in row)} |")


@dataclass(frozen=True)
class FalseAlerts:
    """Alerts of one clip in which nothing is wrong."""

    stress: int
    fatigue: int


def bound_count(events: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson mean of which `events` were seen (Garwood 1936)."""
    return 0.0 if events == 0 else _find_mean(events - 1, 0.975), _find_mean(events, 0.025)


def _find_mean(events: int, chance: float) -> float:
    """Return the mean at which `events` or fewer have this chance, by bisection."""
    low, high = 0.0, 10.0 * (events + 2)
    while high - low > 1e-9:
        mean = (low + high) / 2
        at_most = math.fsum(math.exp(-mean + k * math.log(mean) - math.lgamma(k + 1)) for k in range(events + 1))
        low, high = (mean, high) if at_most > chance else (low, mean)
    return low


def _per_hour(events: int, hours: float) -> str:
    low, high = bound_count(events)
    return f"{low / hours:.3f}-{high / hours:.3f}"


def _report(clip: Clip, period: float, detections: Sequence[DetectionIn]) -> FalseAlerts:
    """Print one row, and return the false alerts."""
    stress, tired = AlertRule(), AlertRule(emotions=(Emotion.FATIGUE,), min_events=round(FATIGUE_SECONDS / period))
    alerts = count_alerts(detections, stress)
    fatigue = 0 if clip.tired else count_alerts(detections, tired)
    none = sum(each.emotion is None for each in detections)
    counts = [sum(each.emotion in rule.emotions for each in detections) for rule in (stress, tired)]
    row = (clip.name, f"{period:g}", len(detections), none, *counts, alerts + fatigue)
    print(f"| {' | '.join(str(value) for value in row)} |", flush=True)
    return FalseAlerts(alerts, fatigue)


if __name__ == "__main__":
    main()
