"""A person's own page over REST: the link, what it shows, pause, withdrawal, correction and self-report."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from stressvision.api.app import create_app
from stressvision.core.errors import Forbidden, NotFound
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.db.schema.tables import person_links
from stressvision.domain.auth import Role
from stressvision.services.audit import list_audit
from stressvision.services.context import Actor, Context
from stressvision.services.detections.batches import store_batch
from stressvision.services.people.gallery import read_gallery
from stressvision.services.people.links import LinkHolder, issue_link, open_link, require_holder
from stressvision.services.privacy.erasure import erase_person
from stressvision.wire.own import OpenedLink
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import raise_alert
from tests.integration.own_acts import OWN_ACTS, OwnAct


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(context), base_url="http://localhost:8000") as client:
        yield client


def issued_link(client: TestClient, employee_id: int) -> dict[str, str]:
    issued = client.post(f"/api/employees/{employee_id}/link?user_id=enfermera")
    assert issued.status_code == 201, issued.text
    answer = issued.json()
    assert answer["path"] == f"/mis-datos?clave={answer['secret']}"
    return bearing(answer["secret"])


def opened_link(client: TestClient, employee_id: int) -> dict[str, str]:
    opened = client.post("/api/own/open", headers=issued_link(client, employee_id))
    assert opened.status_code == 200, opened.text
    return bearing(opened.json()["secret"])


def actions(client: TestClient, employee_id: int) -> list[str]:
    entries = client.get(f"/api/audit?entity_type=employee&entity_id={employee_id}").json()["entries"]
    return [entry["action"] for entry in entries]


def test_link_shows_what_is_stored_and_who_read_it(client: TestClient, context: Context) -> None:
    ana = enrol(context)
    raise_alert(context, ana)
    client.get(f"/api/employees/{ana}/status")
    page = client.get("/api/own", headers=opened_link(client, ana)).json()
    assert (page["full_name"], page["employee_code"], page["is_recognised"]) == ("Ana Torres Vega", "EMP001", True)
    stored = {item["kind"]: (item["count"], item["days"]) for item in page["stored"]}
    assert stored["detections"] == (10, context.settings.retention_detections_days)
    assert stored["faces"] == (3, None)
    assert [alert["status"] for alert in page["alerts"]] == ["pending"]
    assert {"read_employee_state", "issue_link", "open_link"} <= {access["action"] for access in page["accesses"]}
    assert "embedding" not in str(page)


def test_opened_link_ends_after_half_an_hour(client: TestClient, context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    link = issued_link(client, ana)
    clock.advance(hours=23)
    opened = client.post("/api/own/open", headers=link).json()
    own = bearing(opened["secret"])
    assert client.get("/api/own", headers=own).json()["expires_at"] == opened["expires_at"]
    clock.advance(minutes=29)
    assert client.get("/api/own", headers=own).status_code == 200
    clock.advance(minutes=2)
    refused = client.get("/api/own", headers=own)
    assert refused.status_code == 403
    assert "pida otro" in refused.json()["detail"]


def test_link_opens_once_and_only_its_opener_sees_the_data(client: TestClient, context: Context) -> None:
    ana = enrol(context)
    link = issued_link(client, ana)
    assert client.get("/api/own", headers=link).status_code == 403, "a link shows nothing before it is exchanged"
    own = bearing(client.post("/api/own/open", headers=link).json()["secret"])
    for method, path in (("POST", "/api/own/open"), ("GET", "/api/own"), ("POST", "/api/own/pause")):
        assert client.request(method, path, headers=link).status_code == 403, "a second browser has the link alone"
    assert client.get("/api/own", headers=own).status_code == 200, "the second browser ends nothing"
    assert client.post("/api/own/open", headers=own).status_code == 403, "the half hour cannot be prolonged"
    assert actions(client, ana).count("open_link") == 1


def test_link_that_an_earlier_version_opened_is_ended(client: TestClient, context: Context) -> None:
    """Earlier versions kept the link's own hash when it was opened."""
    link = issued_link(client, enrol(context))
    with context.database.write() as connection:
        connection.execute(update(person_links).values(opened_at=context.clock()))
    assert client.get("/api/own", headers=link).status_code == 403
    assert client.post("/api/own/open", headers=link).status_code == 403


def test_database_holds_neither_secret(client: TestClient, context: Context) -> None:
    link = issued_link(client, enrol(context))
    own = bearing(client.post("/api/own/open", headers=link).json()["secret"])
    secret = own["Authorization"].removeprefix("Bearer ")
    with context.database.read() as connection:
        stored = connection.execute(select(person_links.c.secret_hash)).scalars().all()
    assert stored == [hashlib.sha256(secret.encode()).hexdigest()]


def test_new_link_ends_the_earlier_one(client: TestClient, context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    unopened = issued_link(client, ana)
    opened = opened_link(client, ana)
    assert client.post("/api/own/open", headers=unopened).status_code == 403
    last = issued_link(client, ana)
    assert client.get("/api/own", headers=opened).status_code == 403
    clock.advance(hours=25)
    assert client.post("/api/own/open", headers=last).status_code == 403
    assert client.get("/api/own", headers=opened_link(client, ana)).status_code == 200


def test_only_a_link_opens_the_page_and_only_health_issues_it(client: TestClient, context: Context) -> None:
    ana = enrol(context)
    tokens = give_tokens(context)
    issued = client.post(f"/api/employees/{ana}/link", headers=bearing(tokens[Role.HEALTH])).json()
    link = bearing(issued["secret"])
    assert client.get("/api/own").status_code == client.post("/api/own/open").status_code == 401
    for role in Role:
        assert client.get("/api/own", headers=bearing(tokens[role])).status_code == 403
        assert client.post("/api/own/open", headers=bearing(tokens[role])).status_code == 403
        status = client.post(f"/api/employees/{ana}/link", headers=bearing(tokens[role])).status_code
        assert status == (201 if role is Role.HEALTH else 403)
    assert client.get("/api/employees", headers=link).status_code == 401, "a link is no token of an account"


def test_pause_takes_the_person_out_of_the_gallery_until_midnight(
    client: TestClient, context: Context, clock: FakeClock
) -> None:
    ana, lars = enrol(context), enrol(context, "EMP002", "Lars Keller")
    link = opened_link(client, ana)
    page = client.post("/api/own/pause", headers=link).json()
    assert page["paused_until"] == "2026-11-23T05:00:00.000Z", "midnight in Lima"
    assert page["is_recognised"] is False
    assert [face.employee_id for face in read_gallery(context).faces] == [lars]
    assert client.delete("/api/own/pause", headers=link).json()["paused_until"] is None
    assert [face.employee_id for face in read_gallery(context).faces] == [ana, lars]
    client.post("/api/own/pause", headers=link)
    clock.advance(hours=14)
    assert [face.employee_id for face in read_gallery(context).faces] == [ana, lars]
    assert {"pause_recognition", "resume_recognition"} <= set(actions(client, ana))
    events = client.get(f"/api/employees/{ana}/timeline").json()["events"]
    assert [event["kind"] for event in events] == ["recognition_paused"] * 2
    assert events[0]["ends_at"] == "2026-11-23T05:00:00.000Z"


def test_withdrawal_deletes_the_face(client: TestClient, context: Context) -> None:
    ana = enrol(context)
    page = client.post("/api/own/withdraw", headers=opened_link(client, ana)).json()
    assert page["consent_given"] is False
    assert {item["kind"]: item["count"] for item in page["stored"]}["faces"] == 0
    assert read_gallery(context).faces == []
    assert "withdraw_consent" in actions(client, ana)


def test_correction_is_answered_by_the_health_service(client: TestClient, context: Context) -> None:
    link = opened_link(client, enrol(context))
    asked = client.post("/api/own/requests", headers=link, json={"detail": "Mi área es Calidad"})
    assert asked.json()["requests"][0]["detail"] == "Mi área es Calidad"
    listed = client.get("/api/requests").json()
    assert (listed["total"], listed["requests"][0]["employee_code"]) == (1, "EMP001")
    closing = {"reason": "Corregido hoy"}
    assert client.post("/api/requests/1/close?user_id=enfermera", json=closing).json()["closed_by"] == "enfermera"
    assert client.post("/api/requests/1/close", json=closing).status_code == 409
    assert client.get("/api/requests").json()["total"] == 0
    assert client.get("/api/own", headers=link).json()["requests"][0]["reason"] == "Corregido hoy"
    for _ in range(10):
        client.post("/api/own/requests", headers=link, json={"detail": "Otra"})
    assert client.post("/api/own/requests", headers=link, json={"detail": "Una más"}).status_code == 409


def test_self_reports_are_limited_and_checked(client: TestClient, context: Context) -> None:
    link = opened_link(client, enrol(context))
    for refused in ({}, {"sleepiness": 10}, {"tension": 0}, {"sleepiness": None}):
        assert client.post("/api/own/reports", headers=link, json=refused).status_code == 422
    for _ in range(20):
        page = client.post("/api/own/reports", headers=link, json={"sleepiness": 7, "tension": 2}).json()
    assert page["self_reports"][0].items() >= {"sleepiness": 7, "tension": 2}.items()
    assert client.post("/api/own/reports", headers=link, json={"tension": 1}).status_code == 409


def test_agreement_compares_reports_with_the_half_hour_before(
    client: TestClient, context: Context, clock: FakeClock
) -> None:
    people = [enrol(context, f"EMP00{number}", f"Persona {number}") for number in range(1, 7)]
    links = [opened_link(client, person) for person in people]
    for number in range(54):
        place = number % 6
        answer = 9 if number % 2 else 2
        seen = {"device_id": "cam-1", "employee_id": people[place], "emotion_confidence": 0.9}
        seen["emotion"] = "fatigue" if answer == 9 else "neutral"
        moments = [clock() - timedelta(seconds=second) for second in range(30)]
        store_batch(context, [{**seen, "timestamp": moment.isoformat()} for moment in moments], "es")
        client.post("/api/own/reports", headers=links[place], json={"sleepiness": answer})
        clock.advance(seconds=30)
    sleepiness, tension = client.get("/api/agreement").json()["scales"]
    assert (sleepiness["reports"], sleepiness["people"], sleepiness["is_enough"]) == (54, 6, True)
    assert sleepiness["area"]["value"] > 0.9
    assert sleepiness["area"]["low"] > 0.8
    assert sleepiness["correlation"]["value"] > 0.8
    assert (tension["reports"], tension["is_enough"], tension["area"]) == (0, False, None)


def test_link_that_was_ended_while_it_was_being_opened_stays_ended(context: Context, clock: FakeClock) -> None:
    ana = enrol(context)
    link = issue_link(context, ana, Actor(user_id="enfermera"))

    def end_meanwhile() -> datetime:
        """The clock is read between the look-up of the link and its opening."""
        object.__setattr__(context, "clock", clock)
        issue_link(context, ana, Actor(user_id="enfermera"))
        return clock()

    object.__setattr__(context, "clock", end_meanwhile)
    with pytest.raises(Forbidden):
        open_link(context, link.secret, "10.0.0.5")
    assert "open_link" not in [entry.action for entry in list_audit(context, AuditFilter(), Actor()).entries]


def test_link_that_two_open_at_once_opens_for_one(context: Context, clock: FakeClock) -> None:
    link = issue_link(context, enrol(context), Actor(user_id="enfermera"))
    first: list[OpenedLink] = []

    def open_meanwhile() -> datetime:
        """The clock is read between the look-up of the link and its opening."""
        object.__setattr__(context, "clock", clock)
        first.append(open_link(context, link.secret, "10.0.0.5"))
        return clock()

    object.__setattr__(context, "clock", open_meanwhile)
    with pytest.raises(Forbidden):
        open_link(context, link.secret, "10.0.0.6")
    assert require_holder(context, first[0].secret, "10.0.0.5").expires_at == first[0].expires_at


def list_changes(context: Context) -> list[int | None]:
    """Return the rows of the audit log; listing it is a row too."""
    return [entry.id for entry in list_audit(context, AuditFilter(), Actor()).entries if entry.action != "read_audit"]


@pytest.mark.parametrize("act", OWN_ACTS)
def test_request_in_flight_while_its_person_is_erased_leaves_nothing(context: Context, act: OwnAct) -> None:
    ana = enrol(context)
    holder = LinkHolder(1, ana, context.clock() + timedelta(minutes=5), None)
    erase_person(context, ana, Actor(user_id="dra.quispe"))
    before = list_changes(context)
    with pytest.raises(NotFound):
        act(context, holder)
    assert list_changes(context) == before
