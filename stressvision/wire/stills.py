"""Between the backend and the short-lived process that measures faces (docs/adr/0017): two lines of JSON and a pipe."""

from stressvision.wire.gallery import GalleryFace
from stressvision.wire.people import StillFault
from stressvision.wire.values import Share, WireModel


class StillsToMeasure(WireModel):
    """The first line that the process reads; pictures of these `sizes`, in bytes, follow it one after the other.

    `others`: the people enrolled already, among whom somebody who comes twice is looked for.
    """

    sizes: list[int]
    others: list[GalleryFace]


class MeasuredStill(WireModel):
    """`embedding` [128], where there is no `fault`; `quality` from 0 to 1, where a face alone was found."""

    quality: Share | None = None
    fault: StillFault | None = None
    embedding: list[float] | None = None


class Likeness(WireModel):
    """Somebody enrolled whom the stills seem to show; `distance` is Euclidean, between embeddings."""

    employee_code: str
    distance: float


class Measurement(WireModel):
    """What the process answers: one entry a picture, in order."""

    stills: list[MeasuredStill]
    double: Likeness | None = None
