"""The audit log as roles see it that may not see measurements."""

from typing import Any

from fastapi.testclient import TestClient

from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.domain.audit import CHOSEN_READS, OPERATIONS, Entry, limit_entry
from stressvision.domain.auth import Role
from stressvision.services.audit import list_audit, record_repetitions, verify_audit
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import change_employee
from stressvision.services.privacy.erasure import erase_person
from stressvision.wire.people import EmployeeChange
from tests.conftest import FakeClock
from tests.integration.access.test_matrix import asking, bearing, give_tokens
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection, raise_alert

ADMIN = Actor("jefa", role=Role.ADMIN)
READS = (
    "/api/alerts",
    "/api/alerts/1",
    "/api/dashboard/stats",
    "/api/reports",
    "/api/reports/daily/2026-11-22",
    "/api/employees/1/status",
    "/api/employees/1/status",
)


def read_log(client: TestClient, token: str, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/audit{query}", headers=bearing(token)).json()
    return answer


def test_administrator_sees_who_read_and_not_of_whom(usual_context: Context, clock: FakeClock) -> None:
    tokens = give_tokens(usual_context)
    people = [enrol(usual_context, f"EMP00{number}") for number in (1, 2)]
    for person in people:
        add_detection(usual_context, employee_id=person)
    raise_alert(usual_context, people[0])
    with asking(usual_context) as client:
        for path in READS:
            assert client.get(path, headers=bearing(tokens[Role.HEALTH])).status_code == 200
        client.post("/api/alerts/1/acknowledge", json={}, headers=bearing(tokens[Role.HEALTH]))
        with client.websocket_connect("/ws?since=0", headers={**bearing(tokens[Role.HEALTH]), "Host": "localhost"}):
            pass
        clock.advance(minutes=16)
        record_repetitions(usual_context, is_ending=True)
        limited, whole = (read_log(client, tokens[role], "?limit=1000") for role in (Role.ADMIN, Role.HEALTH))
        of_person = read_log(client, tokens[Role.ADMIN], "?entity_type=employee&entity_id=1")
    actions = {entry["action"] for entry in whole["entries"]}
    assert {"read_alerts", "read_alert", "read_statistics", "alert_acknowledged", "stream_ended"} <= actions
    shown = [entry for entry in limited["entries"] if entry["user_id"] == "cuenta.health"]
    assert {entry["action"] for entry in shown} == {"read_employee_state", "stream_started"}
    assert {(entry["entity_type"], entry["entity_id"]) for entry in shown} == {(None, None)}
    assert {(entry["id"], entry["hash"]) for entry in limited["entries"]} == {(None, None)}
    assert (limited["total"], limited["withheld"], whole["withheld"]) == (len(limited["entries"]), True, False)
    assert {entry["action"] for entry in of_person["entries"]} == {"enrol"}
    assert verify_audit(usual_context).is_whole


def test_rows_that_no_measurement_causes_stay_whole(usual_context: Context) -> None:
    person = enrol(usual_context)
    change_employee(usual_context, person, EmployeeChange(department="Empaque"), ADMIN)
    (entry, *_) = list_audit(usual_context, AuditFilter(entity_type="employee"), ADMIN).entries
    assert (entry.action, entry.user_id, entry.entity_id) == ("change_employee", "jefa", person)
    assert entry.details == {"fields": ["department"]}


def test_positions_in_the_log_are_withheld(clock: FakeClock) -> None:
    details = {"name": "a.db", "replaced_audit_id": 7, "replaced_audit_hash": "f" * 64, "by_token": "0"}
    row = Entry(clock(), "jefa", "database_restored", "backup", None, None, details)
    assert limit_entry(row).details == {"name": "a.db", "by_token": "0"}
    assert OPERATIONS.isdisjoint(CHOSEN_READS)


def test_certificate_counts_no_measurements_for_an_administrator(usual_context: Context, clock: FakeClock) -> None:
    certificates = []
    for number, actor in enumerate((ADMIN, Actor("dra.quispe", role=Role.HEALTH)), 1):
        person = enrol(usual_context, f"EMP00{number}")
        add_detection(usual_context, employee_id=person)
        raise_alert(usual_context, person)
        clock.advance(minutes=1)
        certificates.append(erase_person(usual_context, person, actor).row_counts)
    assert certificates[0].keys() <= {"consents", "employees", "face_samples"}
    assert {"detection_events", "alerts"} <= certificates[1].keys()
    assert certificates[0]["employees"] == 1
