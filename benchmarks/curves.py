"""Accuracy of the expressions against light, blur, size and yaw, and which faces the device refuses.

`python -m benchmarks.curves --suite models/suite.toml --root FOLDER [--faces 400]`

The faces of a suite, each read by a model trained without its people, are made darker, brighter, blurred or smaller by
a program; yaw is as the mesh measures it on the faces as they are. The quality that refuses a face is assessed on the
changed picture, as on the device. Writes its section of docs/performance.md.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np

from benchmarks.document import replace_section
from stressvision.core.config import Settings
from stressvision.training.measure.suite import SuiteSet, read_suite, split_set
from stressvision.training.samples import Eyes
from stressvision.vision.expression import STATES, ExpressionModel
from stressvision.vision.faces import Face, FaceBox, FaceDetector, Point
from stressvision.vision.fatigue.closures import SEEN_CLOSED, are_closed
from stressvision.vision.fatigue.monitor import SMILING
from stressvision.vision.fatigue.usual import OPEN_PRIOR
from stressvision.vision.geometry.mouth import smile_probability
from stressvision.vision.geometry.pose import HeadPose
from stressvision.vision.geometry.reader import GeometryReader
from stressvision.vision.lids import LidModel
from stressvision.vision.networks import Frame
from stressvision.vision.quality import Quality, assess

HEADING = "## Expressions: light, blur, size, yaw"
BORDER = 0.6
"""Of a crop's side, repeated around it: the detector expects a face with surroundings."""
SENSOR_NOISE = 2.0
"""Grey levels of noise that a camera adds in any light; what is left of the contrast in the dark has to outweigh it."""
BLUR_UNIT = 35.0
"""Pixels between the eyes of the crops at hand: blur is given in hundredths of the distance between the eyes."""
YAWS = ((0.0, 10.0), (10.0, 20.0), (20.0, 30.0), (30.0, 40.0), (40.0, 60.0))
FEWEST = 20
"""Faces, a quarter of them of each state, below which a level gets no figure."""


@dataclass(frozen=True)
class KnownFace:
    """A face of a suite with its surroundings, and where the device finds it."""

    frame: Frame
    face: Face
    state: int
    models: Path
    pose: HeadPose


@dataclass(frozen=True)
class Change:
    """One level of one kind: grey levels times `gain`, blur of `sigma` pixels, size times `scale`."""

    kind: str
    label: str
    gain: float = 1.0
    sigma: float = 0.0
    scale: float = 1.0

    def apply(self, frame: Frame, random: np.random.Generator) -> Frame:
        """Return the changed picture."""
        picture = np.asarray(frame, np.float32)
        if self.sigma:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.sigma), np.float32)
        if self.scale != 1.0:
            picture = np.asarray(
                cv2.resize(picture, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_AREA), np.float32
            )
        if self.gain != 1.0:
            noise = random.normal(0, SENSOR_NOISE, picture.shape[:2])[:, :, None]
            picture = np.asarray(picture * self.gain + noise, np.float32)
        return np.asarray(np.clip(picture, 0, 255), np.uint8)


CHANGES = (
    Change("as it is", ""),
    *(Change("light", f"×{gain:g}", gain=gain) for gain in (0.5, 0.3, 0.2, 0.15, 0.1, 0.05, 1.5, 2.0, 3.0)),
    *(Change("blur", f"{share} %", sigma=share * BLUR_UNIT / 100) for share in (3, 5, 8, 12, 16, 22)),
    *(Change("eyes apart", f"{pixels} px", scale=pixels / BLUR_UNIT) for pixels in (24, 18, 15, 12, 10, 8, 6)),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one face: called right or not, and whether the device would have read it at all."""

    state: int
    right: bool
    read: bool


def find_faces(sets: Sequence[SuiteSet], models: Path, most: int) -> Iterator[KnownFace]:
    """Yield up to `most` faces of each set, every n-th of those that the device finds and that have a state."""
    detector, geometry = FaceDetector(), GeometryReader()
    for wanted in sets:
        for faces, folder in split_set(wanted, models):
            known = np.flatnonzero((faces.state >= 0) & (faces.state < len(STATES)))
            step = max(1, len(known) * max(1, wanted.folds if wanted.fold is None else 1) // most)
            for index in known[::step]:
                frame, eyes = _surround(faces.images[index], faces.eyes)
                found = detector.detect(frame)
                if not found:
                    continue
                face = _with_eyes(found[0], eyes)
                seen = geometry.read(frame, face, with_lids=False)
                if seen is not None:
                    yield KnownFace(frame, face, int(faces.state[index]), folder, seen.pose)


def describe_lids(faces: Sequence[KnownFace], settings: Settings) -> Iterator[str]:
    """Yield one row for each state: whose eyes the network sees closed, and whose the device counts as closed."""
    lids = LidModel(settings.models_dir / "eyes.tflite", settings.models_dir / "eyes.json")
    geometry = GeometryReader(lids)
    for index, state in enumerate(STATES):
        seen = [geometry.read(known.frame, known.face) for known in faces if known.state == index]
        read = [each for each in seen if each is not None and each.lids is not None]
        by_network = sum(each.lids is not None and (each.lids.closed or 0.0) > SEEN_CLOSED for each in read)
        smiling = [each.mouth is not None and smile_probability(each.mouth) >= SMILING for each in read]
        counted = sum(
            each.lids is not None and are_closed(each.lids, OPEN_PRIOR) and not smile
            for each, smile in zip(read, smiling, strict=True)
        )
        yield f"| {state} | {len(read)} | {sum(smiling)} | {by_network} | {counted} |"


def _surround(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], eyes: Eyes) -> tuple[Frame, Eyes]:
    """Return the crop brought to BLUR_UNIT pixels between the eyes, with its edge repeated around it."""
    scale = BLUR_UNIT / (eyes[1][0] - eyes[0][0])
    enlarged = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    border = round(BORDER * len(enlarged))
    grey = cv2.copyMakeBorder(enlarged, border, border, border, border, cv2.BORDER_REPLICATE)
    (left, top), (right, lower) = [
        ((x + 0.5) * scale - 0.5 + border, (y + 0.5) * scale - 0.5 + border) for x, y in eyes
    ]
    return np.asarray(np.repeat(grey[:, :, None], 3, axis=2), np.uint8), ((left, top), (right, lower))


def _with_eyes(face: Face, eyes: Eyes) -> Face:
    return Face(face.box, face.score, *eyes, face.nose, face.mouth, face.left_ear, face.right_ear)


def scale_face(face: Face, scale: float) -> Face:
    """Return where a face lies in a picture resized by `scale`."""

    def move(point: Point) -> Point:
        return (point[0] + 0.5) * scale - 0.5, (point[1] + 0.5) * scale - 0.5

    box = FaceBox(face.box.x * scale, face.box.y * scale, face.box.w * scale, face.box.h * scale)
    points = (face.left_eye, face.right_eye, face.nose, face.mouth, face.left_ear, face.right_ear)
    return Face(box, face.score, *map(move, points))


def measure(faces: Sequence[KnownFace], change: Change, models: dict[Path, ExpressionModel]) -> list[Outcome]:
    """Read every face under one change."""
    random = np.random.default_rng(7)
    outcomes = []
    for known in faces:
        frame, face = change.apply(known.frame, random), scale_face(known.face, change.scale)
        quality: Quality = assess(frame, face, known.pose)
        estimate = models[known.models].estimate(frame, face.left_eye, face.right_eye)
        outcomes.append(Outcome(known.state, STATES.index(estimate.state) == known.state, quality.classifiable))
    return outcomes


def balance(outcomes: Sequence[Outcome]) -> float | None:
    """Return the mean recall of the four states, 0-1, or None where one of them is too rare to say."""
    recalls = []
    for state in range(len(STATES)):
        own = [outcome.right for outcome in outcomes if outcome.state == state]
        if len(own) < FEWEST // len(STATES):
            return None
        recalls.append(sum(own) / len(own))
    return sum(recalls) / len(recalls)


def describe(kind: str, label: str, outcomes: Sequence[Outcome]) -> str:
    """Return one row of the table."""
    read = [outcome for outcome in outcomes if outcome.read]
    figures = [balance(outcomes), balance(read)]
    shown = ["-" if figure is None else f"{figure:.3f}" for figure in figures]
    refused = 100 * (1 - len(read) / max(1, len(outcomes)))
    return f"| {kind} | {label} | {len(outcomes):,} | {shown[0]} | {refused:.0f} % | {shown[1]} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--suite", type=Path, default=Path("models/suite.toml"))
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--faces", type=int, default=400, help="faces of each set at most")
    given = parser.parse_args()
    sets = read_suite(given.suite, given.root)
    faces = list(find_faces(sets, given.models, given.faces))
    models = {folder: _open(folder) for folder in {face.models for face in faces}}
    lines = [
        HEADING,
        "",
        f"Written by `python -m benchmarks.curves` on {datetime.now(UTC):%Y-%m-%d}: {len(faces):,} faces of "
        f"{len(sets)} sets ({', '.join(each.name for each in sets)}), each read by a model trained without its people, "
        f"{BLUR_UNIT:.0f} pixels between the eyes before the change. *Light*: factor of the grey levels, with "
        f"{SENSOR_NOISE:g} levels of noise. *Blur*: sigma in hundredths of the distance between the eyes. *Yaw*: as "
        "the mesh measures it. *Refused*: below the quality at which the device reads an expression.",
        "",
        "| change | level | faces | balanced accuracy | refused | of those read |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for change in CHANGES:
        outcomes = measure(faces, change, models)
        lines.append(describe(change.kind, change.label, outcomes))
        print(lines[-1], flush=True)
        if change is CHANGES[0]:
            plain = outcomes
    for least, most in YAWS:
        chosen = [outcome for face, outcome in zip(faces, plain, strict=True) if least <= abs(face.pose.yaw) < most]
        lines.append(describe("yaw", f"{least:.0f}°-{most:.0f}°", chosen))
        print(lines[-1], flush=True)
    lines += [
        "",
        "Lids of the same faces, none of which the eye network was trained on. *Counted*: closed by the rule of the "
        "device for a person it has not seen before, which no smile can meet.",
        "",
        "| faces | lids read | smiling by the mesh | closed by the network alone | counted as closed |",
        "|---|---:|---:|---:|---:|",
        *describe_lids(faces, Settings()),
    ]
    replace_section("\n".join(lines) + "\n")


def _open(folder: Path) -> ExpressionModel:
    return ExpressionModel(folder / "expression.tflite", folder / "expression.json")


if __name__ == "__main__":
    main()
