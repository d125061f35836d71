"""The enrolled people this device may recognise: in memory only, on a lease that ends if the server is unreachable."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import structlog

from stressvision.core.config import Policy
from stressvision.edge.delivery.client import IngestClient
from stressvision.vision.baseline import combine_references
from stressvision.vision.recognition.gallery import EnrolledFace, FaceGallery
from stressvision.wire.gallery import EMBEDDING_MODEL, Gallery

log = structlog.get_logger()


@dataclass(frozen=True)
class GalleryState:
    """The gallery at one moment.

    Attributes:
        version: Changes whenever another attribute does.
        gallery: The faces to recognise; None if recognition is not allowed now.
        policy: Policy of the server; None if it has not been reached yet.
        codes: Codes of the employees that may be recognised, by id; None without contact within the lease.
        database_id: The database in which they have these ids; empty if the server does not state it.
    """

    version: int
    gallery: FaceGallery | None
    policy: Policy | None
    codes: Mapping[int, str] | None = None
    database_id: str = ""


class GalleryCache:
    """The newest gallery: fetched by one thread, read by another. Times are monotonic seconds."""

    def __init__(
        self, *, threshold: float, margin: float, lease_seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self._threshold, self._margin = threshold, margin
        self._lease_seconds, self._monotonic = lease_seconds, monotonic
        self._lock = threading.Lock()
        self._etag = ""
        self._confirmed_at = 0.0
        self._state = GalleryState(0, None, None)

    def refresh(self, client: IngestClient) -> None:
        """Fetch the gallery if it has changed, and renew the lease.

        Raises:
            ServerUnreachable: If the server does not response.
        """
        requested_at = self._monotonic()
        response = client.fetch_gallery(self._etag)
        with self._lock:
            # The lease starts with the request: the response may have taken a while.
            self._confirmed_at = requested_at
            if response.gallery is not None:
                self._etag = response.etag
                self._state = self._read(response.gallery)
                own = sum(bool(face.expressions) for face in response.gallery.faces)
                log.info("gallery fetched", people=len(response.gallery.faces), with_own_neutral_face=own)

    def current(self) -> GalleryState:
        """Return the state now; without a gallery once the lease has expired."""
        with self._lock:
            expired = self._monotonic() - self._confirmed_at > self._lease_seconds
            if expired and self._state.gallery is not None:
                log.warning("gallery lease expired, recognition stopped")
                self._etag = ""
                self._state = GalleryState(self._state.version + 1, None, self._state.policy)
            return self._state

    def _read(self, gallery: Gallery) -> GalleryState:
        return GalleryState(
            self._state.version + 1,
            self._to_face_gallery(gallery),
            read_policy(gallery.policy),
            {face.employee_id: face.employee_code for face in gallery.faces},
            gallery.database_id,
        )

    def _to_face_gallery(self, gallery: Gallery) -> FaceGallery:
        faces = gallery.faces if gallery.model == EMBEDDING_MODEL else []
        if gallery.model != EMBEDDING_MODEL:
            log.error("gallery computed with another network, recognition stopped", model=gallery.model)
        return FaceGallery(
            tuple(
                EnrolledFace(
                    face.employee_id,
                    face.employee_code,
                    np.array(face.embeddings, np.float64),
                    combine_references(face.expressions),
                )
                for face in faces
                if face.embeddings
            ),
            self._threshold,
            self._margin,
        )


def read_policy(text: str) -> Policy:
    """Return the policy of this name; an unknown name counts as the strictest policy."""
    return Policy(text) if text in set(Policy) else Policy.EU


def stricter(own: Policy, server: Policy | None) -> Policy:
    """Return the policy to apply: `eu` if either is `eu`, otherwise the server's."""
    if Policy.EU in (own, server):
        return Policy.EU
    return server or own
