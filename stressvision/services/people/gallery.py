"""Gallery of enrolled faces that devices fetch."""

import hashlib
from dataclasses import replace
from uuid import uuid4

from stressvision.core.config import Policy
from stressvision.db.queries.detections.identity import find_identity, store_identity
from stressvision.db.queries.people.faces import select_gallery
from stressvision.services.context import Context
from stressvision.wire.gallery import EMBEDDING_MODEL, Gallery, GalleryFace


def read_gallery(context: Context) -> Gallery:
    """Return the faces of enrolled, active and consenting employees."""
    with context.database.read() as connection:
        faces = select_gallery(connection, EMBEDDING_MODEL, context.clock())
        identity = find_identity(connection)
    policy = context.settings.policy
    if policy is Policy.EU:
        # No expression may be inferred, so nothing that serves that leaves the server.
        faces = tuple(replace(face, expressions=()) for face in faces)
    return Gallery(
        model=EMBEDDING_MODEL,
        policy=str(policy),
        faces=[GalleryFace.model_validate(face) for face in faces],
        database_id=identity or _create_identity(context),
    )


def _create_identity(context: Context) -> str:
    with context.database.write() as connection:
        store_identity(connection, uuid4().hex)
        return find_identity(connection)


def gallery_version(gallery: Gallery) -> str:
    """Return the ETag, which changes with every face, consent or activation."""
    return hashlib.sha256(gallery.model_dump_json().encode()).hexdigest()[:32]
