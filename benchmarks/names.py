"""Names given over tracks to people who are not enrolled: `python -m benchmarks.names --identity DIR --video DIR`.

Enrols the people of `DIR/enrolled/<person>/*.jpg`, plays each clip of other people through the
device's pipeline, as a camera, and counts the tracks that were ever named: each name is a wrong one. Writes its section
of docs/performance.md.
"""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.document import replace_section, verdict
from benchmarks.playback import as_camera, play, read_shots
from stressvision.core.config import Settings
from stressvision.edge.capture.models import load_models
from stressvision.training.measure.recognition import FEWEST_PHOTOGRAPHS, PhotographReader
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery

HEADING = "## Edge: names of strangers"
SECONDS = 20.0
"""Of each clip, played to and fro: a name is confirmed every three seconds."""
PAIRS_TARGET = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--identity", type=Path, required=True, help="folder with enrolled/<person>/*.jpg")
    parser.add_argument("--video", type=Path, required=True, help="folder of clips of other people")
    options = parser.parse_args()
    section = "\n".join([HEADING, "", *_describe(Settings(), options.identity, options.video)])
    replace_section(section)
    print(section)


def enrol(settings: Settings, folder: Path) -> FaceGallery:
    """Return a gallery of the people of `folder` with enough clear photographs."""
    reader = PhotographReader()
    stills = (reader.read_all(path) for path in sorted((folder / "enrolled").iterdir()) if path.is_dir())
    people = [
        EnrolledFace(number, f"P{number}", np.array(embeddings))
        for number, embeddings in enumerate((each for each in stills if len(each) >= FEWEST_PHOTOGRAPHS), 1)
    ]
    return FaceGallery(people, settings.recognition_threshold, settings.recognition_margin)


def _describe(settings: Settings, identity: Path, video: Path) -> Iterator[str]:
    gallery, models = enrol(settings, identity), load_models(settings)
    clips = sorted(path for path in video.iterdir() if path.suffix in {".mkv", ".mp4", ".avi"})
    embeddings, wrong = 0, 0
    for path in clips:
        played = play(models, gallery, as_camera([shot.frame for shot in read_shots(path)], SECONDS), 0.0)
        named = sum(detection.employee_id is not None for detection in played.detections)
        wrong += named > 0
        embeddings += played.pipeline.stages.calls.get("embed", 0)
        print(f"{path.name}: {len(played.detections)} detections, {named} named", flush=True)
    pairs = len(gallery.faces) * len(clips)
    yield (
        f"Written by `python -m benchmarks.names` on {datetime.now(UTC):%Y-%m-%d}: {len(gallery.faces)} enrolled "
        f"people, {len(clips)} clips of other people of {SECONDS:.0f} s each, {embeddings} embeddings compared with "
        "every person.\n"
    )
    yield (
        f"Of {pairs} pairs of an identity and a clip, {wrong} with a wrong name (0 of at least {PAIRS_TARGET}: "
        f"{verdict(wrong == 0 and pairs >= PAIRS_TARGET)})."
    )


if __name__ == "__main__":
    main()
