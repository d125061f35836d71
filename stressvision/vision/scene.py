"""Detection of unusable pictures: the same one for ever, or black ones."""

from enum import StrEnum

import numpy as np

from stressvision.core.errors import CameraUnavailable, Message
from stressvision.vision.networks import Frame
from stressvision.vision.source import Source

FROZEN_SECONDS = 10.0
"""A sensor's noise changes some pixel in every picture; a stream of a still scene refreshes within seconds."""
BLACK_SECONDS = 3.0
BLACKEST = 20
"""Of 255: a picture without a brighter pixel (one in a thousand aside) is black. Noise of a covered lens stays below;
a video's black may be 16."""
_STEP = 8


class Scene(StrEnum):
    """Usability of the pictures of a source."""

    USABLE = "usable"
    FROZEN = "frozen"
    BLACK = "black"


class PictureWatch:
    """Judges the pictures of one source, over its reopenings: only a different picture ends a frozen one."""

    def __init__(self, *, may_freeze: bool) -> None:
        """Create the watch. `may_freeze` False: a recording, where unchanged pictures are no fault."""
        self._may_freeze = may_freeze
        self._sample: bytes | None = None
        self._changed_at = 0.0
        self._black_since: float | None = None

    def judge(self, frame: Frame, at: float) -> Scene:
        """Return whether the source is usable with this picture. `at`: monotonic seconds."""
        pixels = frame[::_STEP, ::_STEP]
        sample = pixels.tobytes()
        if sample != self._sample:
            self._sample, self._changed_at = sample, at
        if np.count_nonzero(pixels > BLACKEST) * 1000 > pixels.size:
            self._black_since = None
        elif self._black_since is None:
            self._black_since = at
        if self._black_since is not None and at - self._black_since >= BLACK_SECONDS:
            return Scene.BLACK
        if self._may_freeze and at - self._changed_at >= FROZEN_SECONDS:
            return Scene.FROZEN
        return Scene.USABLE


def fault_of(scene: Scene, source: Source) -> CameraUnavailable | None:
    """Return the advice for the user where the picture is unusable."""
    return {
        Scene.USABLE: None,
        Scene.FROZEN: CameraUnavailable(
            Message(
                es=f"Cámara congelada: {source.label.es} repite la misma imagen. Se vuelve a abrir. Si sigue así, "
                "desconéctela y conéctela.",
                en=f"Frozen camera: {source.label.en} repeats the same picture. It is being reopened. If that does "
                "not help, unplug it and plug it in again.",
            )
        ),
        Scene.BLACK: CameraUnavailable(
            Message(
                es=f"Imagen negra: {source.label.es} no muestra nada. Revise si el objetivo está tapado o si falta "
                "luz.",
                en=f"Black picture: {source.label.en} shows nothing. Check whether the lens is covered or the light "
                "is off.",
            )
        ),
    }[scene]
