import pytest

from stressvision.core.config import Policy
from stressvision.core.errors import Message, ServerUnreachable
from stressvision.edge.delivery.client import GalleryResponse, IngestClient
from stressvision.edge.delivery.gallery import GalleryCache, read_policy, stricter
from stressvision.wire.gallery import EMBEDDING_MODEL, Gallery, GalleryFace

LEASE = 60.0
OFFLINE = ServerUnreachable(Message(es="no responde", en="no answer"))


class FakeIngest(IngestClient):
    """Responds with the gallery that the test has set."""

    def __init__(self) -> None:
        self.gallery: Gallery | None = None
        self.etags: list[str] = []

    def fetch_gallery(self, etag: str) -> GalleryResponse:
        self.etags.append(etag)
        if self.gallery is None:
            raise OFFLINE
        version = f"v{len(self.gallery.faces)}"
        return GalleryResponse(None if etag == version else self.gallery, version)


class FakeMonotonic:
    """Monotonic seconds that the test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def gallery_of(*employee_ids: int, model: str = EMBEDDING_MODEL, policy: str = "pe") -> Gallery:
    faces = [
        GalleryFace(employee_id=key, employee_code=f"EMP{key:03}", embeddings=[[0.1] * 128]) for key in employee_ids
    ]
    return Gallery(model=model, policy=policy, faces=faces)


@pytest.fixture
def ingest() -> FakeIngest:
    return FakeIngest()


@pytest.fixture
def monotonic() -> FakeMonotonic:
    return FakeMonotonic()


@pytest.fixture
def cache(monotonic: FakeMonotonic) -> GalleryCache:
    return GalleryCache(threshold=0.5, margin=0.04, lease_seconds=LEASE, monotonic=monotonic)


def codes(cache: GalleryCache) -> list[str] | None:
    gallery = cache.current().gallery
    return None if gallery is None else [face.employee_code for face in gallery.faces]


def test_no_gallery_before_the_server_is_reached(cache: GalleryCache, ingest: FakeIngest) -> None:
    with pytest.raises(ServerUnreachable):
        cache.refresh(ingest)

    assert cache.current().gallery is None


def test_gallery_and_policy_are_those_of_the_server(cache: GalleryCache, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, 2, policy="eu")
    cache.refresh(ingest)

    assert codes(cache) == ["EMP001", "EMP002"]
    assert cache.current().policy is Policy.EU


def test_version_changes_with_the_gallery_only(cache: GalleryCache, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, 2)
    cache.refresh(ingest)
    first = cache.current().version
    cache.refresh(ingest)
    unchanged = cache.current().version
    ingest.gallery = gallery_of(2)
    cache.refresh(ingest)

    assert unchanged == first
    assert cache.current().version > first
    assert codes(cache) == ["EMP002"]
    assert ingest.etags == ["", "v2", "v2"]


def test_expired_lease_stops_recognition(cache: GalleryCache, ingest: FakeIngest, monotonic: FakeMonotonic) -> None:
    ingest.gallery = gallery_of(1)
    cache.refresh(ingest)
    monotonic.now += LEASE
    within = codes(cache)
    monotonic.now += 0.1

    assert within == ["EMP001"]
    assert codes(cache) is None


def test_unchanged_gallery_renews_the_lease(cache: GalleryCache, ingest: FakeIngest, monotonic: FakeMonotonic) -> None:
    ingest.gallery = gallery_of(1)
    cache.refresh(ingest)
    monotonic.now += LEASE - 1
    cache.refresh(ingest)
    monotonic.now += LEASE - 1

    assert codes(cache) == ["EMP001"]


def test_gallery_is_fetched_in_full_after_the_lease_expired(
    cache: GalleryCache, ingest: FakeIngest, monotonic: FakeMonotonic
) -> None:
    ingest.gallery = gallery_of(1)
    cache.refresh(ingest)
    monotonic.now += LEASE + 1
    cache.current()
    cache.refresh(ingest)

    assert ingest.etags == ["", ""]
    assert codes(cache) == ["EMP001"]


def test_embeddings_of_another_network_are_ignored(cache: GalleryCache, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, model="facenet-512")
    cache.refresh(ingest)

    assert codes(cache) == []


@pytest.mark.parametrize(
    ("own", "server", "expected"),
    [
        (Policy.PE, None, Policy.PE),
        (Policy.PE, Policy.EU, Policy.EU),
        (Policy.EU, Policy.RESEARCH, Policy.EU),
        (Policy.RESEARCH, Policy.PE, Policy.PE),
    ],
)
def test_stricter_policy_applies(own: Policy, server: Policy | None, expected: Policy) -> None:
    assert stricter(own, server) is expected


def test_unknown_policy_counts_as_the_strictest() -> None:
    assert read_policy("pe") is Policy.PE
    assert read_policy("mars") is Policy.EU
