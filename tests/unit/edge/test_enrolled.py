import pytest

from stressvision.core.config import Policy
from stressvision.core.errors import Message, ServerUnreachable
from stressvision.edge.delivery.client import GalleryAnswer, IngestClient
from stressvision.edge.delivery.enrolled import EnrolledPeople, read_policy, stricter
from stressvision.wire.gallery import EMBEDDING_MODEL, Gallery, GalleryFace

LEASE = 60.0
OFFLINE = ServerUnreachable(Message(es="no responde", en="no answer"))


class FakeIngest(IngestClient):
    """Answers with what the test put there."""

    def __init__(self) -> None:
        self.gallery: Gallery | None = None
        self.asked_with: list[str] = []

    def fetch_gallery(self, etag: str) -> GalleryAnswer:
        self.asked_with.append(etag)
        if self.gallery is None:
            raise OFFLINE
        version = f"v{len(self.gallery.faces)}"
        return GalleryAnswer(None if etag == version else self.gallery, version)


class Watch:
    """Monotonic seconds that pass when they are told to."""

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
def watch() -> Watch:
    return Watch()


@pytest.fixture
def people(watch: Watch) -> EnrolledPeople:
    return EnrolledPeople(threshold=0.5, margin=0.04, lease_seconds=LEASE, monotonic=watch)


def codes(people: EnrolledPeople) -> list[str] | None:
    gallery = people.current().gallery
    return None if gallery is None else [face.employee_code for face in gallery.faces]


def test_nobody_is_recognised_before_the_server_was_reached(people: EnrolledPeople, ingest: FakeIngest) -> None:
    with pytest.raises(ServerUnreachable):
        people.refresh(ingest)

    assert people.current().gallery is None


def test_whoever_the_server_names_is_recognised(people: EnrolledPeople, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, 2, policy="eu")
    people.refresh(ingest)

    assert codes(people) == ["EMP001", "EMP002"]
    assert people.current().policy is Policy.EU


def test_a_withdrawal_changes_the_version_and_no_change_does_not(people: EnrolledPeople, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, 2)
    people.refresh(ingest)
    first = people.current().version
    people.refresh(ingest)
    unchanged = people.current().version
    ingest.gallery = gallery_of(2)
    people.refresh(ingest)

    assert unchanged == first
    assert people.current().version > first
    assert codes(people) == ["EMP002"]
    assert ingest.asked_with == ["", "v2", "v2"]


def test_the_lease_ends_recognition_when_the_server_is_out_of_reach(
    people: EnrolledPeople, ingest: FakeIngest, watch: Watch
) -> None:
    ingest.gallery = gallery_of(1)
    people.refresh(ingest)
    watch.now += LEASE
    within = codes(people)
    watch.now += 0.1

    assert within == ["EMP001"]
    assert codes(people) is None


def test_an_unchanged_answer_renews_the_lease(people: EnrolledPeople, ingest: FakeIngest, watch: Watch) -> None:
    ingest.gallery = gallery_of(1)
    people.refresh(ingest)
    watch.now += LEASE - 1
    people.refresh(ingest)
    watch.now += LEASE - 1

    assert codes(people) == ["EMP001"]


def test_after_the_lease_ran_out_the_gallery_is_asked_for_anew(
    people: EnrolledPeople, ingest: FakeIngest, watch: Watch
) -> None:
    ingest.gallery = gallery_of(1)
    people.refresh(ingest)
    watch.now += LEASE + 1
    people.current()
    people.refresh(ingest)

    assert ingest.asked_with == ["", ""]
    assert codes(people) == ["EMP001"]


def test_embeddings_of_another_network_are_never_compared(people: EnrolledPeople, ingest: FakeIngest) -> None:
    ingest.gallery = gallery_of(1, model="facenet-512")
    people.refresh(ingest)

    assert codes(people) == []


@pytest.mark.parametrize(
    ("own", "servers", "followed"),
    [
        (Policy.PE, None, Policy.PE),
        (Policy.PE, Policy.EU, Policy.EU),
        (Policy.EU, Policy.RESEARCH, Policy.EU),
        (Policy.RESEARCH, Policy.PE, Policy.PE),
    ],
)
def test_the_stricter_policy_is_followed(own: Policy, servers: Policy | None, followed: Policy) -> None:
    assert stricter(own, servers) is followed


def test_a_policy_nobody_knows_is_taken_for_the_strictest() -> None:
    assert read_policy("pe") is Policy.PE
    assert read_policy("mars") is Policy.EU
