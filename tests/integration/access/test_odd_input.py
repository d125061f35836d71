"""Input of a device that is valid JSON and absurd: refused alone, with a short answer and no failure."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from stressvision.ingest.application import create_application
from stressvision.services.context import Context
from stressvision.wire.detections import MOST_STAGES

DETECTION = {"device_id": "cam-1", "timestamp": "2026-11-22T15:07:30Z"}


@pytest.fixture
def ingest(usual_context: Context) -> FlaskClient:
    return create_application(usual_context).test_client()


def test_heartbeat_of_30000_stages_is_refused_with_a_short_answer(ingest: FlaskClient) -> None:
    beat: dict[str, Any] = {"device_id": "cam-1", "state": "watching"}
    stages = {f"stage-{number}": 1.0 for number in range(30_000)}
    refused = ingest.post("/heartbeat", json={**beat, "stage_ms": stages})
    assert refused.status_code == 422
    assert len(refused.data) < 2_000
    assert ingest.post("/heartbeat", json={**beat, "stage_ms": {"x" * 41: 1.0}}).status_code == 422
    few = dict(list(stages.items())[:MOST_STAGES])
    assert ingest.post("/heartbeat", json={**beat, "stage_ms": few}).status_code == 204


@pytest.mark.parametrize("session", ["99999999999999999999", 99999999999999999999, "-1", "9" * 400, "\u0663" * 20])
def test_session_id_beyond_the_database_spoils_no_other_detection(ingest: FlaskClient, session: object) -> None:
    batch = [DETECTION, {**DETECTION, "session_id": session}, DETECTION]
    answer = ingest.post("/detections/batch", json={"detections": batch})
    assert answer.status_code in {200, 422}
    if answer.status_code == 200:
        assert [item["status"] for item in answer.get_json()["results"]][::2] == ["ok", "ok"]
    assert ingest.post("/detections", json={**DETECTION, "session_id": session}).status_code < 500
    assert ingest.post(f"/sessions/{session}/end", json={}).status_code in {404, 422}


@pytest.mark.parametrize(
    "values",
    [
        {"employee_id": 10**30},
        {"processing_time_ms": 1e308},
        {"bounding_box": {"x": 10**25, "y": 0, "w": 1, "h": 1}},
        {"emotion_vector": {"neutral": float("nan")}},
        {"timestamp": "9999-12-31T23:59:59Z"},
        {"timestamp": 10**18},
        {"track_id": "\x00"},
        {"event_id": "not-a-uuid"},
    ],
)
def test_absurd_values_are_no_failure_of_the_server(ingest: FlaskClient, values: dict[str, object]) -> None:
    assert ingest.post("/detections", json={**DETECTION, **values}).status_code < 500


def test_deeply_nested_body_is_refused(ingest: FlaskClient) -> None:
    body = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    assert ingest.post("/detections", data=body).status_code == 422
