"""HEAD, compressed bodies and the language of field errors, on both servers."""

import gzip
import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from flask.testing import FlaskClient

from stressvision.api.app import create_app
from stressvision.ingest.application import create_application
from stressvision.services.context import Context

_DETECTION = {"device_id": "d1", "timestamp": "2026-11-22T15:00:00Z"}


@pytest.fixture
def backend(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


@pytest.fixture
def ingest(usual_context: Context) -> FlaskClient:
    return create_application(usual_context).test_client()


@pytest.mark.parametrize("path", ["/", "/health", "/ready", "/metrics"])
def test_head_is_answered_as_get_without_a_body(backend: TestClient, path: str) -> None:
    answer = backend.head(path)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == backend.get(path).headers["content-type"]


def test_head_elsewhere_is_refused_with_the_methods(backend: TestClient) -> None:
    answer = backend.head("/api/detections")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP"])
def test_compressed_body_is_415_on_both_servers(backend: TestClient, ingest: FlaskClient, encoding: str) -> None:
    body = gzip.compress(json.dumps(_DETECTION).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding, "Accept-Language": "en"}
    answer = backend.post("/api/detections", content=body, headers=headers)
    stored = ingest.post("/detections", data=body, headers={**headers, "Host": "localhost:5000"})
    assert (answer.status_code, stored.status_code) == (415, 415)
    assert "uncompressed" in answer.json()["detail"]
    assert "uncompressed" in json.loads(stored.data)["detail"]


def test_identity_is_no_compression(backend: TestClient) -> None:
    answer = backend.post("/api/detections", json=_DETECTION, headers={"Content-Encoding": "identity"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("fields", "english", "spanish"),
    [
        ({"timestamp": "28/11/2026 12:00"}, "is not a valid date", "no es una fecha válida"),
        ({"emotion": "stress"}, "is required with emotion", "es obligatorio junto con emotion"),
    ],
)
def test_field_error_is_in_the_language_of_the_client(
    backend: TestClient, ingest: FlaskClient, fields: dict[str, str], english: str, spanish: str
) -> None:
    for language, wanted in (("en", english), ("es", spanish)):
        headers = {"Accept-Language": language, "Host": "localhost:5000"}
        answer = ingest.post("/detections", json={**_DETECTION, **fields}, headers=headers)
        assert answer.status_code == 422
        assert wanted in json.loads(answer.data)["detail"]
        again = backend.post("/api/detections", json={**_DETECTION, **fields}, headers={"Accept-Language": language})
        assert wanted in again.json()["detail"]


def test_byte_order_mark_before_the_json_is_accepted_by_both_servers(backend: TestClient, ingest: FlaskClient) -> None:
    body = b'\xef\xbb\xbf{"device_id": "pi-1", "timestamp": "2026-11-22T15:00:00Z"}'
    headers = {"Content-Type": "application/json"}
    assert backend.post("/api/detections", content=body, headers=headers).status_code == 200
    assert ingest.post("/detections", data=body, headers=headers).status_code == 200
