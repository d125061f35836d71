"""Host, Origin and CORS checks of the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from stressvision.api.app import create_app
from stressvision.services.context import Context
from tests.integration.conftest import configured

HOST = "http://localhost:8000"


@contextmanager
def client_of(context: Context, origins: tuple[str, ...] = ()) -> Iterator[TestClient]:
    with TestClient(create_app(configured(context, cors_origins=origins)), base_url=HOST) as client:
        yield client


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:15300", "[::1]:8000", "LOCALHOST"])
def test_own_host_names_are_accepted(usual_context: Context, host: str) -> None:
    with client_of(usual_context) as client:
        assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "", "[::1"])
def test_foreign_host_is_refused(usual_context: Context, host: str) -> None:
    with client_of(usual_context) as client:
        response = client.get("/api/employees", headers={"Host": host})
    assert response.status_code == 403
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("origin", ["http://localhost:8501", "http://127.0.0.1", "https://[::1]:9999"])
def test_local_origin_may_read(usual_context: Context, origin: str) -> None:
    with client_of(usual_context) as client:
        response = client.get("/api/employees", headers={"Origin": origin})
        preflight = client.options(
            "/api/alerts/1/resolve",
            headers={
                "Origin": origin,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "content-type",
            },
        )
    assert response.headers["access-control-allow-origin"] == origin
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://localhost.evil.example", "null", "http://localhost@e"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_foreign_origin_reads_and_changes_nothing(usual_context: Context, origin: str, method: str) -> None:
    with client_of(usual_context) as client:
        response = client.request(method, "/api/sessions?device_id=cam-1", headers={"Origin": origin})
        assert response.status_code == 403
        assert "access-control-allow-origin" not in response.headers
        assert client.get("/api/devices").json()["total"] == 0


def test_settings_allow_one_origin_or_all(usual_context: Context) -> None:
    foreign = {"Origin": "https://panel.gloria.example"}
    with client_of(usual_context, ("https://panel.gloria.example",)) as client:
        named = client.get("/api/employees", headers=foreign)
        assert client.get("/api/employees", headers={"Origin": "https://evil.example"}).status_code == 403
    with client_of(usual_context, ("*",)) as client:
        anybody = client.get("/api/employees", headers={"Origin": "https://evil.example"})
    assert named.headers["access-control-allow-origin"] == "https://panel.gloria.example"
    assert anybody.headers["access-control-allow-origin"] == "*"


def test_websocket_from_foreign_origin_is_refused(usual_context: Context) -> None:
    with client_of(usual_context) as client:
        with client.websocket_connect("/ws", headers={"Origin": "http://localhost:8501", "Host": "localhost"}) as own:
            assert own.receive_json()["type"] == "connected"
        for headers in ({"Origin": "https://evil.example", "Host": "localhost"}, {"Host": "evil.example"}):
            with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/ws", headers=headers):
                pass
            assert refused.value.status_code == 403


def test_responses_forbid_caching_and_framing(usual_context: Context) -> None:
    with client_of(usual_context) as client:
        headers = client.get("/api/employees").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_documentation_loads_without_external_hosts(usual_context: Context) -> None:
    with client_of(usual_context) as client:
        page = client.get("/api/docs").text
        assert "http://" not in page
        assert "https://" not in page
        for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
            assert f"/api/docs/assets/{asset}" in page
            assert client.get(f"/api/docs/assets/{asset}").status_code == 200
        assert client.get("/api/openapi.json").json()["paths"]["/api/alerts"]["get"]["summary"].startswith("Lista de")


def test_documentation_is_english_on_request(usual_context: Context) -> None:
    settings = usual_context.settings.model_copy(update={"lang": "en"})
    document = create_app(replace(usual_context, settings=settings)).openapi()
    assert document["paths"]["/api/employees/{employee_id}"]["get"]["summary"] == "One employee"
