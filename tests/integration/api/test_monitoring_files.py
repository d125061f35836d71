"""The Grafana dashboard and the alert rules name metrics that exist."""

import json
import re

import pytest
import yaml  # type: ignore[import-untyped]  # comes with apprise, without types
from fastapi.testclient import TestClient

from stressvision.api.app import create_app
from stressvision.core.config import PROJECT_ROOT
from stressvision.services.context import Context
from stressvision.services.upkeep import Machine, inspect_installation

FOLDER = PROJECT_ROOT / "deploy" / "monitoring"
DASHBOARD = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
QUERIES += [rule["expr"] for rule in RULES]
_METRIC = re.compile(r"\b(?:stressvision|process)_\w+")


@pytest.fixture
def exported(usual_context: Context) -> set[str]:
    inspect_installation(usual_context, Machine(free_bytes=lambda _path: 10**9, is_synchronised=lambda: False))
    with TestClient(create_app(usual_context), base_url="http://localhost:8000") as client:
        client.get("/api/dashboard/overview")
        lines = client.get("/metrics").text.splitlines()
    return {re.split(r"[{ ]", line)[0] for line in lines if not line.startswith("#")}


def test_every_query_names_exported_metrics(exported: set[str]) -> None:
    named = {metric for query in QUERIES for metric in _METRIC.findall(query)}
    assert len(named) > 10
    assert named <= exported


def test_panels_and_rules_are_named_once() -> None:
    for names in ([panel["title"] for panel in DASHBOARD["panels"]], [rule["alert"] for rule in RULES]):
        assert len(names) == len(set(names))
