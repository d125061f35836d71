"""Storage of detections: idempotence, consent, and the alerts they create."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from stressvision.core.config import Policy, Settings
from stressvision.core.errors import Conflict, ConsentMissing, InvalidInput, NotFound
from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.db.queries.detections.detections import DetectionFilter
from stressvision.db.queries.detections.sessions import NewSession, insert_session
from stressvision.services.alerts.decisions import acknowledge_alert, resolve_alert
from stressvision.services.alerts.listing import Page, list_alerts
from stressvision.services.context import Actor, Context
from stressvision.services.detections.batches import store_batch
from stressvision.services.detections.sessions import close_session, open_session
from stressvision.services.detections.storing import store_detection
from stressvision.services.exports import DetectionStream
from stressvision.services.people.enrolment import withdraw_consent
from stressvision.wire.backend import StoredDetection
from stressvision.wire.detections import DetectionIn, SessionEnd, SessionStart
from tests.conftest import FakeClock
from tests.integration.conftest import enrol

NOBODY = Actor()
DOCTOR = Actor(user_id="doctora")


def detection(at: datetime, employee_id: int | None, emotion: str | None = "stress", **values: object) -> DetectionIn:
    confidence = 0.9 if emotion else None
    return DetectionIn.model_validate(
        {
            "device_id": "pi-1",
            "timestamp": at,
            "employee_id": employee_id,
            "emotion": emotion,
            "emotion_confidence": confidence,
            **values,
        }
    )


def stored(context: Context) -> list[StoredDetection]:
    return next(DetectionStream(context, DetectionFilter()).read_pages(), [])


def alerts_of(context: Context) -> int:
    return list_alerts(context, AlertFilter(), Page(100), NOBODY).total


def test_duplicate_event_is_stored_once_with_the_same_response(context: Context, clock: FakeClock) -> None:
    event = detection(clock(), None, None, event_id=str(uuid4()))
    first, second = store_detection(context, event), store_detection(context, event)
    assert first.detection_id == second.detection_id
    assert len(stored(context)) == 1


def test_frame_count_of_an_emotion_is_stored(context: Context, clock: FakeClock) -> None:
    person = enrol(context)
    for frames in (12, None):
        store_detection(context, detection(clock(), person, frames=frames))
    store_detection(context, detection(clock(), None, None, frames=7))
    assert sorted(row.decision_frames or 0 for row in stored(context)) == [0, 0, 12]


def test_session_key_links_the_detection_and_an_unknown_key_is_refused(context: Context, clock: FakeClock) -> None:
    session = open_session(context, SessionStart(device_id="pi-1"))
    assert session.key == f"session_pi-1_{int(clock().timestamp())}"
    store_detection(context, detection(clock(), None, None, session_id=session.key))
    assert stored(context)[0].session_id == session.id
    with pytest.raises(InvalidInput) as caught:
        store_detection(context, detection(clock(), None, None, session_id="session_otro_1"))
    assert caught.value.field == "session_id"


def test_starting_and_ending_a_session_are_idempotent(context: Context, clock: FakeClock) -> None:
    start = SessionStart(device_id="pi-1", session_id="session_pi-1_7")
    assert open_session(context, start) == open_session(context, start)
    first = close_session(context, "session_pi-1_7", SessionEnd(frames_processed=5))
    assert close_session(context, first, SessionEnd(frames_processed=9)) == first


def test_session_belongs_to_its_device(context: Context, clock: FakeClock) -> None:
    theirs = open_session(context, SessionStart(device_id="pi-2"))
    with pytest.raises(InvalidInput) as wrong_key:
        open_session(context, SessionStart(device_id="pi-1", session_id="session_pi-2_5"))
    with pytest.raises(NotFound):
        close_session(context, theirs.key, SessionEnd(), "pi-1")
    batch = [
        detection(clock(), None, None, session_id=session).model_dump(mode="json")
        for session in (theirs.key, theirs.id, str(theirs.id))
    ]
    answers = store_batch(context, batch, "en")

    assert wrong_key.value.field == "session_id"
    assert (answers.stored, answers.refused) == (0, 3)
    assert close_session(context, theirs.id, SessionEnd(), "pi-2") == theirs.id


def test_session_under_a_foreign_key_is_not_taken_over(context: Context, clock: FakeClock) -> None:
    key = "session_pi-1_5"
    with context.database.write() as connection:
        insert_session(connection, NewSession("pi-2", None, clock(), key, clock()))
    with pytest.raises(Conflict):
        open_session(context, SessionStart(device_id="pi-1", session_id=key))


@pytest.mark.parametrize(
    "session",
    ["9" * 20, "1" * 200, "²", "session_pi-1_1\0", "٣", -1, 2**63, 10**30],
    ids=lambda value: repr(value)[:25],
)
def test_session_that_cannot_exist_is_refused_alone(context: Context, clock: FakeClock, session: object) -> None:
    good = detection(clock(), None, None).model_dump(mode="json")
    answers = store_batch(context, [good, {**good, "session_id": session}, good], "en")

    assert [item.status for item in answers.results] == ["ok", "refused", "ok"]
    assert answers.results[1].problem is not None
    assert answers.results[1].problem.status == 422


def test_text_that_postgresql_cannot_store_is_refused_alone(context: Context, clock: FakeClock) -> None:
    good = detection(clock(), None, None).model_dump(mode="json")
    answers = store_batch(context, [good, {**good, "track_id": "a\0b"}], "en")

    assert [item.status for item in answers.results] == ["ok", "refused"]


def test_detection_without_consent_is_not_stored(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    store_detection(context, detection(clock(), employee))
    withdraw_consent(context, "EMP001", "0" * 64, DOCTOR)
    with pytest.raises(ConsentMissing):
        store_detection(context, detection(clock(), employee))
    with pytest.raises(InvalidInput):
        store_detection(context, detection(clock(), employee + 1000))
    assert len(stored(context)) == 1


def test_unknown_face_is_counted_and_not_analysed(context: Context, clock: FakeClock) -> None:
    store_detection(context, detection(clock(), None, "stress", emotion_vector={"stress": 1.0}))
    (row,) = stored(context)
    assert (row.emotion, row.emotion_confidence, row.emotion_vector) == (None, None, None)


def test_research_policy_allows_analysis_of_unknown_faces(context: Context, clock: FakeClock) -> None:
    study = replace(context, settings=context.settings.model_copy(update={"policy": Policy.RESEARCH}))
    store_detection(study, detection(clock(), None, "happy"))
    assert stored(study)[0].emotion == "happy"


def test_eu_policy_is_enforced_on_ingest(context: Context, clock: FakeClock) -> None:
    europe = replace(context, settings=context.settings.model_copy(update={"policy": Policy.EU}))
    employee = enrol(europe)
    store_detection(europe, detection(clock(), employee, "stress"))
    store_detection(europe, detection(clock.advance(seconds=1), employee, "fatigue"))
    assert [row.emotion for row in stored(europe)] == ["fatigue", None]


def test_timestamp_far_in_the_future_is_refused(context: Context, clock: FakeClock) -> None:
    store_detection(context, detection(clock() + timedelta(minutes=5), None, None))
    with pytest.raises(InvalidInput, match="futuro"):
        store_detection(context, detection(clock() + timedelta(minutes=6), None, None))


def test_invalid_detection_does_not_block_its_batch(context: Context, clock: FakeClock) -> None:
    good = detection(clock(), None, None).model_dump(mode="json")
    outcome = store_batch(context, [good, {**good, "timestamp": "ayer"}, {**good, "employee_id": 99}, good], "es")
    assert [item.status for item in outcome.results] == ["ok", "refused", "refused", "ok"]
    assert (outcome.stored, outcome.refused, len(stored(context))) == (2, 2, 2)
    assert outcome.results[1].problem is not None
    assert outcome.results[1].problem.errors[0].field == "timestamp"


def post_stress(context: Context, clock: FakeClock, employee: int, count: int) -> list[bool | None]:
    return [store_detection(context, detection(clock.advance(seconds=1), employee)).alert_created for _ in range(count)]


def test_tenth_stress_detection_creates_the_only_alert(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    assert post_stress(context, clock, employee, 30) == [False] * 9 + [True] + [False] * 20
    (alert,) = list_alerts(context, AlertFilter(), Page(10), NOBODY).alerts
    assert (alert.severity, alert.evidence_events, alert.employee_code) == ("high", 10, "EMP001")


def test_detections_older_than_the_window_do_not_count(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    post_stress(context, clock, employee, 9)
    clock.advance(minutes=15)
    assert post_stress(context, clock, employee, 9) == [False] * 9


def test_open_alert_suppresses_another_for_an_hour_only(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    post_stress(context, clock, employee, 10)
    clock.advance(minutes=61)
    assert post_stress(context, clock, employee, 10).count(True) == 1
    assert alerts_of(context) == 2


def test_resolved_alert_needs_ten_newer_detections(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    post_stress(context, clock, employee, 12)
    resolve_alert(context, 1, DOCTOR, "Conversación realizada")
    assert post_stress(context, clock, employee, 9) == [False] * 9
    assert post_stress(context, clock, employee, 1) == [True]


def test_late_and_unordered_detections_create_the_alert(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    moments = [clock() - timedelta(hours=3, seconds=second) for second in range(10)]
    raised = [store_detection(context, detection(moment, employee)).alert_created for moment in moments]
    assert raised == [False] * 9 + [True]
    assert list_alerts(context, AlertFilter(), Page(10), NOBODY).alerts[0].timestamp == moments[0]


def test_fifty_concurrent_posts_create_exactly_one_alert(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    posts = [detection(clock() - timedelta(seconds=second), employee) for second in range(50)]
    with ThreadPoolExecutor(10) as pool:
        raised = list(pool.map(lambda post: store_detection(context, post).alert_created, posts))
    assert raised.count(True) == 1
    assert alerts_of(context) == 1


def test_alert_states_only_advance(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    post_stress(context, clock, employee, 10)
    assert acknowledge_alert(context, 1, DOCTOR).acknowledged_by == "doctora"
    assert acknowledge_alert(context, 1, Actor(user_id="otro")).acknowledged_by == "doctora"
    resolved = resolve_alert(context, 1, DOCTOR, "Conversación realizada")
    assert (resolved.status, resolved.resolution_notes) == ("resolved", "Conversación realizada")
    with pytest.raises(Conflict):
        acknowledge_alert(context, 1, DOCTOR)
    with pytest.raises(InvalidInput) as caught:
        resolve_alert(context, 1, NOBODY)
    assert caught.value.field == "user_id"


def test_settings_change_the_threshold(context: Context, clock: FakeClock) -> None:
    strict = replace(context, settings=Settings(database_url="sqlite:///x.db", min_stress_events=3))
    assert post_stress(strict, clock, enrol(strict), 3) == [False, False, True]
