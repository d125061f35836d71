"""Measurement of recognition on photographs of people in the wild, the source of the recognition threshold.

DIR holds `enrolled/<person>/*.jpg` and `strangers/*.jpg`. Each photograph of an enrolled person is compared with that
person's others and with all other people's; each stranger with all people. Photographs only: a name on the device also
needs several pictures of a track to agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from stressvision.core.errors import InvalidInput, Message
from stressvision.training.measure.assessment import make_folder
from stressvision.vision.faces import Face, FaceDetector
from stressvision.vision.networks import Frame
from stressvision.vision.quality import assess
from stressvision.vision.recognition.embedding import Embedding, FaceEncoder
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery

THRESHOLDS = tuple(round(0.40 + 0.02 * step, 2) for step in range(11))
FEWEST_PHOTOGRAPHS = 3


@dataclass(frozen=True)
class Rates:
    """Shares 0-1. `accepted`: a stranger's comparison below the threshold; `strangers_named`: strangers given a name.

    `rejected`: photographs of an enrolled person without their name; `mistaken`: with another's.
    """

    threshold: float
    accepted: float
    strangers_named: float
    rejected: float
    mistaken: float


@dataclass(frozen=True)
class Distances:
    """To each enrolled person: of strangers [photographs, people], of the enrolled likewise.

    `own[i]` is the column of photograph i's own person, whose stills do not include it.
    """

    strangers: npt.NDArray[np.float64]
    enrolled: npt.NDArray[np.float64]
    own: npt.NDArray[np.int64]
    skipped: int


def assess_identities(folder: Path, threshold: float, margin: float, report: Path | None) -> None:
    """Print false accepts and false rejects at several thresholds and at the shipped one, and draw the curve.

    Raises InvalidInput where `folder` does not hold such photographs.
    """
    distances = measure_distances(folder)
    print(
        f"{len(distances.enrolled)} photographs of {distances.enrolled.shape[1]} enrolled people, "
        f"{len(distances.strangers)} of strangers, {distances.skipped} left out: no face good enough"
    )
    print(f"margin {margin:g}; false accepts are of strangers' comparisons, the rest of photographs")
    print("threshold  false accept  strangers named  false reject  named as another")
    for value in sorted({*THRESHOLDS, threshold}):
        rates = rate(distances, value, margin)
        shares = (rates.accepted, rates.strangers_named, rates.rejected, rates.mistaken)
        mark = "  shipped" if value == threshold else ""
        print(f"{value:9.2f}" + "".join(f"{100 * share:14.2f} %" for share in shares) + mark)
    if report is not None:
        make_folder(report)
        (report / "recognition-roc.svg").write_text(draw_roc(distances, margin, threshold), encoding="utf-8")


def measure_distances(folder: Path) -> Distances:
    """Measure the distances in `folder`. Raises InvalidInput where it does not hold such photographs."""
    for name in ("enrolled", "strangers"):
        if not (folder / name).is_dir():
            raise InvalidInput(
                Message(f"{folder} no tiene la carpeta «{name}»", f"{folder} has no folder '{name}'"),
                field="identities",
            )
    reader = PhotographReader()
    folders = sorted(path for path in (folder / "enrolled").iterdir() if path.is_dir())
    people = [stills for stills in map(reader.read_all, folders) if len(stills) >= FEWEST_PHOTOGRAPHS]
    strangers = reader.read_all(folder / "strangers")
    if len(people) < 2 or not strangers:
        raise InvalidInput(
            Message(
                f"En {folder} hacen falta dos personas con {FEWEST_PHOTOGRAPHS} fotos claras y un desconocido",
                f"{folder} needs two people with {FEWEST_PHOTOGRAPHS} clear photographs and one stranger",
            ),
            field="identities",
        )
    rows, own = [], []
    for column, stills in enumerate(people):
        for index, still in enumerate(stills):
            others = [*stills[:index], *stills[index + 1 :]]
            rows.append(_distances(still, [*people[:column], others, *people[column + 1 :]]))
            own.append(column)
    return Distances(
        np.array([_distances(stranger, people) for stranger in strangers]),
        np.array(rows),
        np.array(own),
        reader.skipped,
    )


def rate(distances: Distances, threshold: float, margin: float) -> Rates:
    """Return the rates at one threshold, as FaceGallery.identify decides."""
    stranger_names = _name(distances.strangers, threshold, margin)
    names = _name(distances.enrolled, threshold, margin)
    return Rates(
        threshold,
        float((distances.strangers <= threshold).mean()),
        float((stranger_names >= 0).mean()),
        float((names != distances.own).mean()),
        float(((names >= 0) & (names != distances.own)).mean()),
    )


def _name(distances: npt.NDArray[np.float64], threshold: float, margin: float) -> npt.NDArray[np.int64]:
    """Return the column identified for each row, -1 for none, as FaceGallery.identify decides."""
    ranked = np.sort(distances, axis=1)
    sure = (ranked[:, 0] <= threshold) & (ranked[:, 1] - ranked[:, 0] >= margin)
    return np.where(sure, distances.argmin(axis=1), -1)


def _distances(embedding: Embedding, people: Sequence[Sequence[Embedding]]) -> list[float]:
    """Return the distance to each person, as the device's gallery measures it."""
    faces = [EnrolledFace(index, str(index), np.array(stills)) for index, stills in enumerate(people)]
    nearest = FaceGallery(faces, threshold=np.inf, margin=0.0).nearest(embedding)
    return [match.distance for match in sorted(nearest, key=lambda match: match.employee_id)]


class PhotographReader:
    """Embeddings of the clear photographs of a folder: one face, the most central, that the device would use."""

    def __init__(self) -> None:
        self.skipped = 0
        self._detector, self._encoder = FaceDetector(), FaceEncoder()

    def read_all(self, folder: Path) -> list[Embedding]:
        embeddings = []
        for path in sorted(folder.glob("*.jpg")):
            frame = np.asarray(cv2.imread(str(path)), np.uint8)
            faces = self._detector.detect(frame)
            face = min(faces, key=lambda each: _off_centre(frame, each), default=None)
            if face is None or not assess(frame, face).recognisable:
                self.skipped += 1
                continue
            embeddings.append(self._encoder.encode(frame, face))
        return embeddings


def _off_centre(frame: Frame, face: Face) -> float:
    x, y = face.box.centre
    return float(np.hypot(x - frame.shape[1] / 2, y - frame.shape[0] / 2))


def draw_roc(distances: Distances, margin: float, shipped: float) -> str:
    """Draw an SVG: strangers' comparisons accepted (logarithmic) against enrolled photographs without their name."""
    width, height, edge, decades = 560, 360, 60, 4
    points = [rate(distances, threshold, margin) for threshold in np.linspace(0.30, 0.70, 81)]

    def place(rates: Rates) -> tuple[float, float]:
        across = (np.log10(max(rates.accepted, 10.0**-decades)) + decades) / decades
        return edge + across * (width - 2 * edge), height - edge - rates.rejected * (height - 2 * edge)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, points))
    x, y = place(rate(distances, shipped, margin))
    ticks = "".join(
        f'<text x="{edge + step / decades * (width - 2 * edge):.0f}" y="{height - edge + 18}" text-anchor="middle">'
        f"{100 * 10.0 ** (step - decades):g} %</text>"
        for step in range(decades + 1)
    ) + "".join(
        f'<text x="{edge - 8}" y="{height - edge - share * (height - 2 * edge) + 4:.0f}" text-anchor="end">'
        f"{100 * share:.0f} %</text>"
        for share in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12"><rect width="{width}" height="{height}" fill="white"/>'
        f'<path d="M{edge},{edge}V{height - edge}H{width - edge}" fill="none" stroke="#555"/>{ticks}'
        f'<text x="{width / 2:.0f}" y="{height - 14}" text-anchor="middle">strangers&#8217; comparisons accepted</text>'
        f'<text x="{edge}" y="{edge - 16}">photographs of enrolled people without their name</text>'
        f'<polyline points="{line}" fill="none" stroke="#1f6fb2" stroke-width="2"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#c2410c"/>'
        f'<text x="{x + 9:.0f}" y="{y - 8:.0f}">threshold {shipped:g}</text></svg>\n'
    )
