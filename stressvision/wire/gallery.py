"""The gallery of enrolled faces that ingest sends to a device."""

from pydantic import Field

from stressvision.wire.values import WireModel

EMBEDDING_MODEL = "dlib-resnet-v1-128"
"""The network of every stored embedding; embeddings of different networks are never compared."""
EMBEDDING_SIZE = 128
"""Numbers of one embedding."""


class GalleryFace(WireModel):
    """An active, consenting, enrolled employee: code and one 128-number embedding per still, without the name."""

    employee_id: int
    employee_code: str
    embeddings: list[list[float]]
    expressions: list[str] = Field(default_factory=list)


class Gallery(WireModel):
    """All faces, and the `policy` that limits which expressions a device may estimate.

    `database_id`: the database in which the employees have these ids. Empty from a server before version 0.4.
    """

    model: str
    policy: str
    faces: list[GalleryFace]
    database_id: str = ""
