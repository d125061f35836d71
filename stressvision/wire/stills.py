"""Messages between the backend and the short-lived process that measures faces (docs/adr/0017), over pipes."""

from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import StillFault
from stressvision.wire.values import Share, WireModel


class StillsToMeasure(WireModel):
    """First line of the process's input; the encoded pictures, of these `sizes` in bytes, follow it.

    `own`: embeddings [stills, 128] already enrolled for this person, to detect another face under a known code.
    `others`: the other enrolled employees, to detect a person enrolled under two codes.
    """

    sizes: list[int]
    own: list[list[float]]
    others: list[GalleryFace]


class MeasuredStill(WireModel):
    """`embedding` [128] unless there is a `fault`; `quality` from 0 to 1 if exactly one face was found.

    `expression`: reference of a relaxed face, as JSON of ExpressionReference; null if the face is not relaxed.
    """

    quality: Share | None = None
    fault: StillFault | None = None
    embedding: list[float] | None = None
    expression: str | None = None


class Likeness(WireModel):
    """An enrolled employee that resembles the person on the stills; Euclidean `distance` between embeddings."""

    employee_code: str
    distance: float


class Measurement(WireModel):
    """Answer of the process: one entry per picture, in order.

    `own_distance`: median distance of the usable stills to those already enrolled; null if none are.
    """

    stills: list[MeasuredStill]
    double: Likeness | None = None
    own_distance: float | None = None
