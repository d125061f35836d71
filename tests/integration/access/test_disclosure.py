"""Which windows roles without access to persons see, and the table of what each role may learn."""

import random
from pathlib import Path

from stressvision.core.files import PROJECT_ROOT
from stressvision.domain.auth import PEOPLE, Role, sees_persons
from stressvision.domain.disclosure import SMALLEST_GROUP
from stressvision.http.access_document import render_document
from stressvision.http.permissions import EVENTS, PERMISSIONS, Learns
from stressvision.wire.events import EVENT_TYPES
from tests.conftest import FakeClock
from tests.integration.access.observer import live, open_plant


def test_windows_of_enough_people_are_shown_and_announced(usual_url: str, tmp_path: Path) -> None:
    everyone = set(range(SMALLEST_GROUP))
    with open_plant(usual_url, tmp_path, FakeClock()) as plant:
        live([plant], [[everyone, {0}, everyone]], [set()], random.Random(0))
        seen = plant.observe(Role.VIEWER).content
    reports = [event for event in seen["/ws"] if event["type"] == "report"]
    assert len(reports) == 2
    assert len({event["id"] for event in reports}) == 2
    assert '"detections_last_hour":10' in seen["/api/dashboard/overview"][1]
    assert '"total":2' in seen["/api/reports"][1]
    assert all(f'"id":{event["report_id"]},' in seen["/api/reports"][1] for event in reports)


def test_only_roles_without_access_to_persons_have_less_than_persons() -> None:
    for row in PERMISSIONS:
        for role, level in (row.learns or {}).items():
            if not sees_persons(role):
                assert level is not Learns.PERSONS, f"{row.method} {row.path}"
    assert set(EVENTS) == set(EVENT_TYPES)
    assert {role for learns in EVENTS.values() for role in learns} == PEOPLE - {Role.ADMIN}


def test_access_document_is_the_generated_one() -> None:
    assert (PROJECT_ROOT / "docs" / "access.md").read_text(encoding="utf-8") == render_document()
