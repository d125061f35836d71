"""Both servers do what their OpenAPI documents say, whatever they are sent: invented by schemathesis, not by chance."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CheckFunction
from schemathesis.specs.openapi.checks import positive_data_acceptance

from stressvision.core.config import Settings
from stressvision.ingest.application import create_application
from stressvision.services.context import Context, open_context
from tests.integration.conftest import enrol
from tests.integration.live_backend import raise_alert, serve

NOT_ASKED: list[CheckFunction] = [positive_data_acceptance]
"""A document cannot say that an employee must exist, or that one date lies before another."""

SEEDED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    opened = open_context(Settings(database_url=f"sqlite:///{tmp_path}/conformance.db"))
    raise_alert(opened, enrol(opened))
    yield opened
    opened.database.close()


def ask_each(schema: Any, examples: int) -> list[str]:
    """Puts invented requests to every operation and judges the answers; which operations there are."""
    labels = []
    for found in schema.get_all_operations():
        operation = found.ok()
        labels.append(operation.label)

        @settings(SEEDED, max_examples=examples)
        @given(operation.as_strategy())
        def ask(case: "schemathesis.Case[Any]") -> None:
            case.call_and_validate(excluded_checks=NOT_ASKED)

        ask()
    return labels


def test_the_backend(context: Context) -> None:
    with serve(context) as live:
        asked = ask_each(schemathesis.openapi.from_url(f"{live.url}/api/openapi.json"), 2)
    assert {"POST /api/detections", "PATCH /api/employees/{employee_id}", "GET /api/export/detections"} <= set(asked)


def test_ingest(context: Context) -> None:
    asked = ask_each(schemathesis.openapi.from_wsgi("/openapi.json", create_application(context)), 10)
    assert {"POST /detections", "POST /detections/batch", "GET /gallery"} <= set(asked)
