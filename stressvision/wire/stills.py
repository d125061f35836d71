"""Messages between the backend and the short-lived process that measures faces (docs/adr/0017), over pipes."""

from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import StillFault
from stressvision.wire.values import Share, WireModel


class StillsToMeasure(WireModel):
    """First line of the process's input; the encoded pictures, of these `sizes` in bytes, follow it.

    `others`: enrolled employees, to detect a person enrolled under two codes. `read_expression`: whether the policy
    allows reading the expression of relaxed faces.
    """

    sizes: list[int]
    others: list[GalleryFace]
    read_expression: bool = False


class MeasuredStill(WireModel):
    """`embedding` [128] unless there is a `fault`; `quality` from 0 to 1 if exactly one face was found."""

    quality: Share | None = None
    fault: StillFault | None = None
    embedding: list[float] | None = None
    expression: str | None = None


class Likeness(WireModel):
    """An enrolled employee that resembles the person on the stills; Euclidean `distance` between embeddings."""

    employee_code: str
    distance: float


class Measurement(WireModel):
    """Answer of the process: one entry per picture, in order."""

    stills: list[MeasuredStill]
    double: Likeness | None = None
