"""Whom this device may recognise: in memory only, and on a lease that ends when the server is out of reach."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import structlog

from stressvision.core.config import Policy
from stressvision.edge.delivery.client import IngestClient
from stressvision.vision.gallery import EnrolledFace, FaceGallery
from stressvision.wire.gallery import EMBEDDING_MODEL, Gallery

log = structlog.get_logger()


@dataclass(frozen=True)
class GalleryState:
    """`version` changes with everything else. `gallery` None: nobody may be recognised now.

    `policy` None: the server has not been reached yet.
    """

    version: int
    gallery: FaceGallery | None
    policy: Policy | None
    people: frozenset[int] | None = None
    """Ids of all whom the server lets be recognised; None where it has not been reached, or not for long."""


class EnrolledPeople:
    """Fetched by one thread, read by another. Times are monotonic seconds."""

    def __init__(
        self, *, threshold: float, margin: float, lease_seconds: float, monotonic: Callable[[], float]
    ) -> None:
        self._threshold, self._margin = threshold, margin
        self._lease_seconds, self._monotonic = lease_seconds, monotonic
        self._lock = threading.Lock()
        self._etag = ""
        self._confirmed_at = 0.0
        self._enrolled = GalleryState(0, None, None)

    def refresh(self, client: IngestClient) -> None:
        """Asks the server for changes. Raises ServerUnreachable."""
        asked_at = self._monotonic()
        answer = client.fetch_gallery(self._etag)
        with self._lock:
            # The lease counts from the question: the answer may have been on its way for a while.
            self._confirmed_at = asked_at
            if answer.gallery is not None:
                self._etag = answer.etag
                people = frozenset(face.employee_id for face in answer.gallery.faces)
                self._replace(self._read(answer.gallery), read_policy(answer.gallery.policy), people)
                log.info("gallery fetched", people=len(answer.gallery.faces))

    def current(self) -> GalleryState:
        """Whom to recognise now; nobody once the lease has run out."""
        with self._lock:
            expired = self._monotonic() - self._confirmed_at > self._lease_seconds
            if expired and self._enrolled.gallery is not None:
                log.warning("the server was not reached for the length of the lease: nobody is recognised until it is")
                self._etag = ""
                self._replace(None, self._enrolled.policy)
            return self._enrolled

    def _replace(
        self, gallery: FaceGallery | None, policy: Policy | None, people: frozenset[int] | None = None
    ) -> None:
        self._enrolled = GalleryState(self._enrolled.version + 1, gallery, policy, people)

    def _read(self, gallery: Gallery) -> FaceGallery:
        faces = gallery.faces if gallery.model == EMBEDDING_MODEL else []
        if gallery.model != EMBEDDING_MODEL:
            log.error("the gallery comes from another network: nobody is recognised", model=gallery.model)
        return FaceGallery(
            tuple(
                EnrolledFace(face.employee_id, face.employee_code, np.array(face.embeddings, np.float64))
                for face in faces
                if face.embeddings
            ),
            self._threshold,
            self._margin,
        )


def read_policy(text: str) -> Policy:
    """The policy a server names; one that this program does not know is taken for the strictest."""
    return Policy(text) if text in set(Policy) else Policy.EU


def stricter(own: Policy, servers: Policy | None) -> Policy:
    """The policy to follow: nobody's setting loosens `eu`, and otherwise the server's counts."""
    if Policy.EU in (own, servers):
        return Policy.EU
    return servers or own
