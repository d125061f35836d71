"""The gallery of enrolled faces, as ingest hands it to a device."""

from stressvision.wire.values import WireModel

EMBEDDING_MODEL = "dlib-resnet-v1-128"
"""The network every stored embedding comes from; embeddings of another are never compared."""


class GalleryFace(WireModel):
    """One active, consenting, enrolled employee: the code, and one 128-number embedding a still. No name."""

    employee_id: int
    employee_code: str
    embeddings: list[list[float]]


class Gallery(WireModel):
    """`policy` tells the device what it may estimate at all."""

    model: str
    policy: str
    faces: list[GalleryFace]
