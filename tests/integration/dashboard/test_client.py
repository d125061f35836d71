"""The dashboard's client against real HTTP: answers become models, and failures become StressVisionError."""

import json
import socket
from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Response

from stressvision.core.clock import utc_now
from stressvision.core.errors import (
    Conflict,
    ConsentMissing,
    InvalidInput,
    NotFound,
    ServerUnreachable,
    StressVisionError,
    Unavailable,
)
from stressvision.core.texts import Message
from stressvision.dashboard.api_calls import account_requests, settings_requests
from stressvision.dashboard.client import HASHING_SECONDS, BackendClient
from stressvision.domain.auth import Role
from stressvision.services.auth.hashing import WAIT_SECONDS
from stressvision.wire.notifications import RouteChange, RouteNew
from tests.integration.fake_api import FakeBackend, busy_plant, create_fake_api, served


@pytest.fixture
def state() -> FakeBackend:
    return busy_plant(utc_now())


@pytest.fixture
def backend(state: FakeBackend) -> Iterator[BackendClient]:
    with served(create_fake_api(state)) as base:
        yield BackendClient(base, "es")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_each_request_returns_its_model(backend: BackendClient, state: FakeBackend) -> None:
    assert backend.overview().pending_alerts == 2
    assert backend.stats(24).period_hours == 24
    assert backend.devices().total == 2
    people = backend.employee_page(2, 0, {}).employees
    assert [person.full_name for person in people] == ["Ana Torres Vega", "Lars Keller Ruiz"]
    assert backend.employee_state(2, 60).summary.period_minutes == 60
    assert [alert.id for alert in backend.alerts("all", 3).alerts] == [1, 2, 3]
    assert backend.alerts("resolved", 50).total == 1
    assert len(backend.reports(5).reports) == 5


def test_decisions_carry_user_and_notes(backend: BackendClient, state: FakeBackend) -> None:
    assert backend.acknowledge(1, "medico").alert.status == "acknowledged"
    assert backend.resolve(1, "medico", "Conversación realizada").alert.resolution_notes == "Conversación realizada"
    assert state.decisions == [
        ("acknowledge", 1, "medico", None),
        ("resolve", 1, "medico", "Conversación realizada"),
    ]


@pytest.mark.parametrize("kind", [Conflict, NotFound, InvalidInput, ConsentMissing, Unavailable])
def test_problem_is_raised_as_its_error(
    backend: BackendClient, state: FakeBackend, kind: type[StressVisionError]
) -> None:
    state.refusal = kind(Message(es="La alerta ya está resuelta.", en="The alert is resolved."))
    with pytest.raises(kind) as caught:
        backend.overview()
    assert caught.value.message.es == "La alerta ya está resuelta."


def test_answers_use_requested_language(backend: BackendClient, state: FakeBackend) -> None:
    state.refusal = Unavailable(Message(es="Base de datos ocupada.", en="Database busy."))
    with pytest.raises(Unavailable) as caught:
        BackendClient(backend.base, "en").overview()
    assert caught.value.message.en == "Database busy."


def test_unreachable_backend_names_address_and_remedy(unused_base: str) -> None:
    with pytest.raises(ServerUnreachable) as caught:
        BackendClient(unused_base, "es").overview()
    assert unused_base in caught.value.message.es
    assert "Avise a quien administra" in caught.value.message.es


def test_missing_answer_times_out(silent_port: int) -> None:
    with pytest.raises(ServerUnreachable):
        BackendClient(f"http://127.0.0.1:{silent_port}", "es", answer_seconds=0.05).overview()


def test_request_with_a_password_waits_for_its_turn(backend: BackendClient, state: FakeBackend) -> None:
    assert HASHING_SECONDS > WAIT_SECONDS
    state.delay_seconds = 0.1
    state.refusal = Conflict(Message(es="Ya existe.", en="It exists."))
    hasty = backend.patiently(0.01)
    route = {"name": "Turno", "address": "mailto://x", "account": "dra", "password": "una frase larga"}
    for ask in (
        lambda: hasty.log_in("dra", "una frase larga", ""),
        lambda: hasty.change_password("una frase larga", "otra frase larga", ""),
        lambda: account_requests.add_account(hasty, "dra", Role.HEALTH, "una frase larga"),
        lambda: account_requests.set_password(hasty, "dra", "una frase larga"),
        lambda: settings_requests.add_route(hasty, RouteNew.model_validate(route), "dra"),
        lambda: settings_requests.change_route(hasty, "2f59", RouteChange.model_validate(route), "dra"),
    ):
        with pytest.raises(Conflict):
            ask()


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<html>"), (200, json.dumps({"total_employees": "many"})), (502, "<html>"), (404, json.dumps({"a": 1}))],
)
def test_unexpected_answer_names_address_without_content(status: int, body: str) -> None:
    other_program = FastAPI()
    other_program.get("/api/dashboard/overview")(lambda: Response(body, status))
    with served(other_program) as base, pytest.raises(Unavailable) as caught:
        BackendClient(base, "es").overview()
    assert base in caught.value.message.es
    assert "many" not in caught.value.message.es, "the answer may be personal data"


def test_proxy_of_the_environment_is_not_used(
    backend: BackendClient, unused_base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", unused_base)
    monkeypatch.setenv("http_proxy", unused_base)
    assert backend.overview().total_employees == 4


@pytest.fixture
def unused_base() -> str:
    """An address without a listener."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return f"http://127.0.0.1:{port}"
