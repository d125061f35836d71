"""Taking enrolment stills with a camera; they live in memory only."""

import time
from collections.abc import Callable

from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.core.errors import CameraUnavailable, InvalidInput, Message
from stressvision.vision.enrolment import Still
from stressvision.vision.faces import FaceDetector
from stressvision.vision.quality import assess
from stressvision.vision.source import Capture, Source, open_capture, parse_source, silence_opencv

STILLS = 5
PAUSE_SECONDS = 1.0
"""Between two stills, so that they show the head turned a little differently."""
PATIENCE_SECONDS = 60.0


def take_stills(
    settings: Settings,
    source: str,
    *,
    opener: Callable[[Source], Capture] = open_capture,
    monotonic: Callable[[], float] = time.monotonic,
) -> list[Still]:
    """STILLS pictures of one person, each good enough to be measured.

    Raises CameraUnavailable, and InvalidInput where within PATIENCE_SECONDS nobody, or not one person alone, was seen.
    """
    silence_opencv()
    parsed = parse_source(source, settings.demo_dir, once=True, rotation=settings.rotation, mirror=settings.mirror)
    try:
        capture = opener(parsed)
    except CameraUnavailable:
        raise _no_picture(parsed) from None
    detector = FaceDetector()
    stills: list[Still] = []
    started = monotonic()
    next_at = started
    try:
        while len(stills) < STILLS:
            read, frame = capture.read()
            if not read or monotonic() - started > PATIENCE_SECONDS:
                raise _too_few(len(stills))
            if monotonic() < next_at:
                continue
            faces = detector.detect(frame)
            if len(faces) == 1 and assess(frame, faces[0]).recognisable:
                stills.append(Still(f"#{len(stills) + 1}", frame))
                next_at = monotonic() + PAUSE_SECONDS
                told = TEXTS["look"].text(settings.lang).format(number=len(stills), total=STILLS)
                print(told, flush=True)
    finally:
        capture.release()
    return stills


def _no_picture(source: Source) -> CameraUnavailable:
    return CameraUnavailable(
        Message(
            es=f"No llega imagen de {source.label.es}. Revise el cable y los permisos; "
            "«python -m stressvision cameras» muestra las cámaras que hay.",
            en=f"No picture comes from {source.label.en}. Check the cable and the permissions; "
            "“python -m stressvision cameras” shows the cameras there are.",
        )
    )


def _too_few(count: int) -> InvalidInput:
    return InvalidInput(
        Message(
            es=f"Solo se logró {count} de {STILLS} fotos: póngase solo ante la cámara, de frente y con buena luz.",
            en=f"Only {count} of {STILLS} stills succeeded: face the camera alone and well lit.",
        ),
        field="camera",
    )
