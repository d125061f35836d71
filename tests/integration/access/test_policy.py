"""Policy `eu` at ingest: no emotion but fatigue is stored, reported or alerted on."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from stressvision.api.app import create_app
from stressvision.core.config import Policy
from stressvision.db.schema.tables import alerts, detection_events
from stressvision.domain.consent import may_alert, permitted_vector
from stressvision.domain.emotions import Emotion
from stressvision.services.context import Context
from stressvision.services.detections.batches import store_batch
from stressvision.services.detections.storing import store_detection
from stressvision.services.reports.creation import write_due_reports
from stressvision.wire.detections import DetectionIn
from tests.conftest import FakeClock
from tests.integration.conftest import enrol

SHARES = {"neutral": 0.1, "happy": 0.1, "stress": 0.3, "sad": 0.1, "fatigue": 0.4}


def under(policy: Policy, context: Context) -> Context:
    return replace(context, settings=context.settings.model_copy(update={"policy": policy}))


def seen(clock: FakeClock, employee: int, emotion: str) -> DetectionIn:
    return DetectionIn(
        device_id="cam-1",
        timestamp=clock.advance(seconds=1),
        employee_id=employee,
        emotion=Emotion(emotion),
        emotion_confidence=0.9,
        emotion_vector={Emotion(name): share for name, share in SHARES.items()},
    )


def test_only_fatigue_is_kept_and_the_response_reports_it(context: Context, clock: FakeClock) -> None:
    europe = under(Policy.EU, context)
    employee = enrol(europe)
    answers = [store_detection(europe, seen(clock, employee, emotion)) for emotion in Emotion]
    assert [answer.emotion_withheld for answer in answers] == [emotion is not Emotion.FATIGUE for emotion in Emotion]
    bodies = [seen(clock, employee, emotion).model_dump(mode="json") for emotion in ("stress", "fatigue")]
    assert [item.emotion_withheld for item in store_batch(europe, bodies, "es").results] == [True, False]
    with europe.database.read() as connection:
        columns = (detection_events.c.emotion, detection_events.c.emotion_confidence, detection_events.c.emotion_vector)
        kept = connection.execute(select(*columns).order_by(detection_events.c.id)).all()
    assert set(map(str, kept)) == {"(None, None, None)", "('fatigue', 0.9, {'fatigue': 0.4})"}


def test_no_stress_alert_is_created_from_earlier_detections(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    strict = context.settings.model_copy(update={"min_stress_events": 100})
    for _ in range(12):
        store_detection(replace(context, settings=strict), seen(clock, employee, "stress"))
    europe = under(Policy.EU, context)
    for _ in range(12):
        store_detection(europe, seen(clock, employee, "stress"))
    clock.advance(minutes=15)
    write_due_reports(europe, timedelta(minutes=15))
    with europe.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(alerts)).scalar_one() == 0


@pytest.mark.parametrize("policy", [Policy.PE, Policy.RESEARCH])
def test_other_policies_keep_all_emotions(policy: Policy) -> None:
    vector = {Emotion(name): share for name, share in SHARES.items()}
    assert permitted_vector(policy, vector) == vector
    assert permitted_vector(policy, None) is None
    assert may_alert(policy, [Emotion.STRESS, Emotion.SAD])


def test_fatigue_alerts_are_allowed_under_every_policy() -> None:
    assert all(may_alert(policy, [Emotion.FATIGUE]) for policy in Policy)
    assert not may_alert(Policy.EU, [Emotion.STRESS, Emotion.SAD])


def test_answers_and_exports_leave_out_emotions_of_an_earlier_policy(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    for emotion in ("stress", "stress", "happy", "fatigue"):
        store_detection(usual_context, seen(clock, employee, emotion))
    europe = under(Policy.EU, usual_context)
    europe = replace(europe, environment=europe.settings)
    with TestClient(create_app(europe), base_url="http://localhost:8000") as client:
        overview = client.get("/api/dashboard/overview").json()
        assert (overview["infers_emotions"], overview["overall_stress_percentage"]) == (False, None)
        assert client.get("/api/dashboard/stats").json()["emotions_distribution"] == [
            {"emotion": None, "count": 3},
            {"emotion": "fatigue", "count": 1},
        ]
        rows = client.get("/api/export/detections").json()["detections"]
        lines = list(csv.DictReader(io.StringIO(client.get("/api/export/detections?format=csv").text)))
        parquet = client.get("/api/export/detections?format=parquet").content
        table = pq.read_table(io.BytesIO(parquet)).to_pylist()
        assert client.get("/api/export/detections?emotion=stress").status_code == 422
        assert len(client.get("/api/export/detections?emotion=fatigue").json()["detections"]) == 1
    assert [row["emotion"] for row in rows] == ["fatigue", None, None, None]
    assert {row["emotion_confidence"] for row in rows[1:]} == {None}
    assert rows[0]["emotion_vector"] == {"fatigue": 0.4}
    assert {line["emotion"] + line["emotion_vector_stress"] for line in lines} == {"fatigue", ""}
    assert {(cells["emotion"], cells["emotion_vector_stress"]) for cells in table} == {("fatigue", None), (None, None)}
