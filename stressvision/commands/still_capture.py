"""Capture of enrolment stills with a camera; they are kept in memory only."""

import time
from collections.abc import Callable

import cv2

from stressvision.core.config import Settings
from stressvision.core.errors import CameraUnavailable, InvalidInput, Message
from stressvision.services.people.still_verdicts import UploadedStill
from stressvision.vision.faces import FaceDetector
from stressvision.vision.quality import assess
from stressvision.vision.source import Capture, Source, open_capture, parse_source, silence_opencv

STILLS = 5
PAUSE_SECONDS = 1.0
"""Pause between two stills, so that the person can turn the head a little."""
TIMEOUT_SECONDS = 60.0

STILL_TAKEN = Message(
    es="Mire a la cámara y gire un poco la cabeza: foto {number} de {total}.",
    en="Look at the camera and turn your head slightly: still {number} of {total}.",
)


def take_stills(
    settings: Settings,
    source: str,
    *,
    opener: Callable[[Source], Capture] = open_capture,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[UploadedStill]:
    """Capture STILLS stills of one person, each good enough for an embedding.

    Raises:
        CameraUnavailable: If the camera cannot be opened.
        InvalidInput: If the camera ends or TIMEOUT_SECONDS pass before; a still shows exactly one face.
    """
    silence_opencv()
    parsed = parse_source(source, settings.demo_dir, once=True, rotation=settings.rotation, mirror=settings.mirror)
    try:
        capture = opener(parsed)
    except CameraUnavailable:
        raise _camera_error(parsed) from None
    detector = FaceDetector()
    stills: list[UploadedStill] = []
    started = monotonic()
    next_at = started
    try:
        while len(stills) < STILLS:
            read, frame = capture.read()
            if not read or monotonic() - started > TIMEOUT_SECONDS:
                raise _too_few_stills(len(stills))
            if monotonic() < next_at:
                continue
            faces = detector.detect(frame)
            if len(faces) == 1 and assess(frame, faces[0]).recognisable:
                stills.append(UploadedStill(f"#{len(stills) + 1}", cv2.imencode(".png", frame)[1].tobytes()))
                next_at = monotonic() + PAUSE_SECONDS
                progress = STILL_TAKEN.text(settings.lang).format(number=len(stills), total=STILLS)
                print(progress, flush=True)
    finally:
        capture.release()
    return stills


def _camera_error(source: Source) -> CameraUnavailable:
    return CameraUnavailable(
        Message(
            es=f"No llega imagen de {source.label.es}. Revise el cable y los permisos; "
            "«python -m stressvision cameras» muestra las cámaras que hay.",
            en=f"No image from {source.label.en}. Check the cable and the permissions; "
            "“python -m stressvision cameras” lists the cameras.",
        )
    )


def _too_few_stills(count: int) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"Solo se logró {count} de {STILLS} fotos: póngase solo ante la cámara, de frente y con buena luz.",
            en=f"Only {count} of {STILLS} stills succeeded: face the camera alone and well lit.",
        ),
        field="camera",
    )
