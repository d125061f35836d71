"""Employees over REST: create, change, enrol from uploaded stills; audited, no picture on disk."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import PROJECT_ROOT
from stressvision.core.errors import ModelUnavailable
from stressvision.domain.consent import CONSENT_VERSION
from stressvision.services.context import Context
from stressvision.services.people.measurement import measure_stills
from tests.integration.conftest import enrol

STILLS = PROJECT_ROOT / "demo" / "enrol"
STATED = {"consent_version": CONSENT_VERSION, "recorded_by": "enfermera"}
ANA = {"employee_code": "EMP001", "full_name": "Ana Torres Vega", "department": "Calidad", "shift": "night"}


@pytest.fixture
def client(usual_context: Context) -> Iterator[TestClient]:
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        yield client


def still(code: str, number: int) -> tuple[str, tuple[str, bytes]]:
    return "stills", (f"{code}-{number}.jpg", (STILLS / code / f"{number}.jpg").read_bytes())


def audited(context: Context) -> list[tuple[Any, ...]]:
    with context.database.read() as connection:
        return [
            tuple(row)
            for row in connection.exec_driver_sql("SELECT user_id, action, entity_id FROM audit_log ORDER BY id")
        ]


def test_employee_is_created_changed_and_deactivated(client: TestClient, usual_context: Context) -> None:
    created = client.post("/api/employees?user_id=rrhh", json=ANA)
    assert created.status_code == 201, created.text
    employee = created.json()
    assert employee.items() >= {**ANA, "is_active": True, "consent_given": False, "face_samples": 0}.items()
    address = f"/api/employees/{employee['id']}"
    changed = client.patch(f"{address}?user_id=rrhh", json={"full_name": "Ana Torres", "shift": None}).json()
    assert changed.items() >= {"full_name": "Ana Torres", "department": "Calidad", "shift": None}.items()
    for _ in range(2):
        assert client.post(f"{address}/deactivate?user_id=jefa").json()["is_active"] is False
    assert client.post(f"{address}/activate?user_id=jefa").json()["is_active"] is True
    assert audited(usual_context) == [
        ("rrhh", "create_employee", 1),
        ("rrhh", "change_employee", 1),
        ("jefa", "deactivate_employee", 1),
        ("jefa", "activate_employee", 1),
    ]


def test_employee_code_is_unique(client: TestClient) -> None:
    client.post("/api/employees", json=ANA)
    again = client.post("/api/employees", json=ANA)
    assert again.status_code == 409
    assert again.json()["errors"][0]["field"] == "employee_code"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"employee_code", "full_name"}),
        ({**ANA, "employee_code": "emp 1"}, {"employee_code"}),
        ({**ANA, "full_name": "   "}, {"full_name"}),
        ({**ANA, "full_name": "Ana\u0000"}, {"full_name"}),
        ({**ANA, "area": "Calidad"}, {"area"}),
    ],
)
def test_each_invalid_field_is_named(client: TestClient, body: object, fields: set[str]) -> None:
    refused = client.post("/api/employees", json=body)
    assert refused.status_code == 422
    assert {fault["field"] for fault in refused.json()["errors"]} == fields


def test_name_can_be_changed_but_not_removed(client: TestClient, usual_context: Context) -> None:
    employee = enrol(usual_context)
    assert client.patch(f"/api/employees/{employee}", json={"full_name": None}).status_code == 422
    assert client.patch(f"/api/employees/{employee}", json={"employee_code": "EMP777"}).status_code == 422
    assert client.patch("/api/employees/77", json={"full_name": "Nadie"}).status_code == 404
    assert client.post("/api/employees/77/deactivate").status_code == 404
    assert client.patch(f"/api/employees/{employee}", json={}).json()["full_name"] == "Ana Torres Vega"


def test_real_employee_is_rejected_in_demo_database(client: TestClient, usual_context: Context) -> None:
    enrol(usual_context)
    with usual_context.database.write() as connection:
        connection.exec_driver_sql("UPDATE employees SET is_demo = true")
    assert client.post("/api/employees", json={**ANA, "employee_code": "EMP050"}).status_code == 409


def test_enrolment_returns_verdict_per_still(
    client: TestClient, usual_context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Writing a temporary file fails; the third picture is larger than the default spool size.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is no such folder"))
    client.post("/api/employees", json=ANA)
    name, (file, content) = still("EMP001", 3)
    stills = [
        still("EMP001", 1),
        still("EMP001", 2),
        (name, (file, content + bytes(2 * 1024 * 1024))),
        still("EMP002", 1),
        ("stills", ("nota.txt", b"no es una imagen")),
    ]
    enrolled = client.post("/api/employees/1/enrolment", data=STATED, files=stills)
    assert enrolled.status_code == 200, enrolled.text
    faults = [verdict["fault"] for verdict in enrolled.json()["stills"]]
    assert faults == [None, None, None, "somebody_else", "unreadable"]
    employee = enrolled.json()["employee"]
    assert employee.items() >= {"face_samples": 3, "consent_given": True, "consent_version": CONSENT_VERSION}.items()
    assert audited(usual_context)[-1] == ("enfermera", "enrol", 1)
    client.post("/api/employees", json={**ANA, "employee_code": "EMP002"})
    ours = [still("EMP001", number) for number in (1, 2, 4)]
    double = client.post("/api/employees/2/enrolment", data=STATED, files=ours)
    assert (double.status_code, "EMP001" in double.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"recorded_by": "enfermera"}, "consent_version"),
        ({"consent_version": CONSENT_VERSION}, "recorded_by"),
        ({**STATED, "consent_version": "2019-01"}, "consent_version"),
        ({**STATED, "consent_sha256": "0" * 64}, "consent_sha256"),
        ({**STATED, "consent": "yes"}, "consent"),
        (STATED, "stills"),
    ],
)
def test_enrolment_requires_consent_to_current_text(client: TestClient, stated: dict[str, str], field: str) -> None:
    client.post("/api/employees", json=ANA)
    refused = client.post("/api/employees/1/enrolment", data=stated, files=[still("EMP001", 1)])
    assert refused.status_code == 422
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("headers", "content"),
    [
        ({"Content-Type": "application/json"}, b"{}"),
        ({"Content-Type": "multipart/form-data"}, b""),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x\r\nnot a part"),
    ],
)
def test_invalid_form_is_rejected_with_instructions(
    client: TestClient, headers: dict[str, str], content: bytes
) -> None:
    refused = client.post("/api/employees/1/enrolment", headers=headers, content=content)
    assert refused.status_code == 422
    assert "stills" in refused.json()["detail"] or "consent_version" in refused.json()["detail"]


def test_inactive_or_unknown_employee_is_not_enrolled(client: TestClient) -> None:
    client.post("/api/employees", json=ANA)
    client.post("/api/employees/1/deactivate")
    stills = [still("EMP001", number) for number in (1, 2, 3)]
    for employee, status in ((1, 409), (7, 404)):
        refused = client.post(f"/api/employees/{employee}/enrolment", data=STATED, files=stills)
        assert refused.status_code == status


@pytest.mark.parametrize("program", ["raise SystemExit(2)", "import threading; threading.Event().wait()"])
def test_failing_or_hanging_measuring_process_is_reported(program: str) -> None:
    with pytest.raises(ModelUnavailable):
        measure_stills([bytes(200_000)], [], [], (sys.executable, "-c", program), seconds=0.5)


def test_pictures_are_judged_without_being_stored(client: TestClient, usual_context: Context) -> None:
    judged = client.post("/api/enrolment/stills", files=[still("EMP001", 1), ("stills", ("a.txt", b"no es imagen"))])
    assert judged.status_code == 200, judged.text
    assert [verdict["fault"] for verdict in judged.json()["stills"]] == [None, "unreadable"]
    assert judged.json()["enough"] is False
    three = client.post("/api/enrolment/stills", files=[still("EMP001", number) for number in (1, 2, 4)])
    assert three.json()["enough"] is True
    assert client.post("/api/enrolment/stills", files={"other": b"x"}).status_code == 422
    assert audited(usual_context) == []


def test_signature_on_screen_is_recorded_and_consent_is_withdrawn(client: TestClient, usual_context: Context) -> None:
    text = client.get("/api/enrolment/consent").json()
    assert text["version"] == CONSENT_VERSION
    assert "Consentimiento informado" in text["text"]
    client.post("/api/employees", json=ANA)
    signed = {**STATED, "consent_sha256": text["sha256"], "consent_method": "electronic"}
    stills = [still("EMP001", number) for number in (1, 2, 4)]
    assert client.post("/api/employees/1/enrolment", data=signed, files=stills).status_code == 200
    withdrawn = client.post("/api/employees/1/withdraw?user_id=enfermera", json={"method": "spoken"})
    assert withdrawn.status_code == 200, withdrawn.text
    assert withdrawn.json().items() >= {"consent_given": False, "face_samples": 0}.items()
    with usual_context.database.read() as connection:
        methods = connection.exec_driver_sql("SELECT given, method FROM consents ORDER BY id").all()
    assert [tuple(row) for row in methods] == [(1, "electronic"), (0, "spoken")]
    assert audited(usual_context)[-1] == ("enfermera", "withdraw_consent", 1)
    assert client.post("/api/employees/77/withdraw", json={}).status_code == 404


def test_list_pages_searches_and_filters(client: TestClient, usual_context: Context) -> None:
    people = [
        ("EMP001", "Ana Torres Vega", "Calidad", "night"),
        ("EMP002", "Íñigo Núñez Peña", "Envasado", "morning"),
        ("EMP003", "Ana Ñahui Ríos", "Envasado", "night"),
    ]
    for code, name, area, shift in people:
        new = {"employee_code": code, "full_name": name, "department": area, "shift": shift}
        assert client.post("/api/employees", json=new).status_code == 201
    enrol(usual_context, "EMP004", "Rosa Quispe Mamani")
    client.post("/api/employees/3/deactivate")

    def codes(**query: str | int | list[int]) -> tuple[list[str], int]:
        answer = client.get("/api/employees", params=query).json()
        assert answer["departments"] == ["Calidad", "Envasado", "Producción"], "of all people, whatever the filter"
        assert answer["shifts"] == ["morning", "night"]
        return [employee["employee_code"] for employee in answer["employees"]], answer["total"]

    assert codes(limit=3, page=0) == (["EMP001", "EMP002", "EMP003"], 4)
    assert codes(limit=3, page=1) == (["EMP004"], 4)
    assert codes(limit=3, page=9) == ([], 4)
    assert codes(search="NUNEZ inigo") == (["EMP002"], 1), "words in any order, without case and accents"
    assert codes(search="emp004") == (["EMP004"], 1)
    assert codes(search="ana", department="Envasado") == (["EMP003"], 1)
    assert codes(search="nadie") == ([], 0)
    assert codes(code="EMP003") == (["EMP003"], 1)
    assert codes(code="EMP00") == ([], 0)
    assert codes(id=[4, 1, 99]) == (["EMP001", "EMP004"], 2)
    assert codes(id=[4, 1], search="rosa") == (["EMP004"], 1)
    assert codes(shift="night", limit=1) == (["EMP001"], 2)
    assert codes(status="enrolled") == (["EMP004"], 1)
    assert codes(status="needs_enrolment") == (["EMP001", "EMP002"], 2)
    assert codes(status="inactive") == (["EMP003"], 1)
    cursor = client.get("/api/employees?limit=1&search=ana").json()["next_cursor"]
    assert client.get(f"/api/employees?limit=1&search=ana&cursor={cursor}").json()["employees"][0]["id"] == 3
    assert client.get("/api/employees?status=gone").status_code == 422
