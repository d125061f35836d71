"""The OpenAPI document has valid examples for each operation, in the configured language."""

from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from stressvision.api.app import create_app
from stressvision.api.openapi.descriptions import PHRASES, SCHEMAS
from stressvision.services.context import Context

LANGUAGES = ("es", "en")


def document_in(context: Context, language: str) -> dict[str, Any]:
    settings = context.settings.model_copy(update={"lang": language})
    return create_app(replace(context, settings=settings)).openapi()


def operations_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_has_examples_that_fit_their_schemas(usual_context: Context, language: str) -> None:
    document = document_in(usual_context, language)
    count = 0
    for operation in operations_of(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (body.get("content", {}).get("application/json") for body in bodies):
            if content is not None:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema.validate(content["example"], schema)
                assert content["example"] != {}, operation["operationId"]
                count += 1
    assert count >= len(document["paths"])


def test_examples_have_realistic_values(usual_context: Context) -> None:
    document = document_in(usual_context, "es")
    content = document["paths"]["/api/employees"]["get"]["responses"]["200"]["content"]["application/json"]
    employee = content["example"]["employees"][0]
    assert employee.items() >= {"employee_code": "EMP001", "full_name": "Ana Torres Vega", "shift": "morning"}.items()
    new = document["paths"]["/api/employees"]["post"]["requestBody"]["content"]["application/json"]["example"]
    assert new["employee_code"] == "EMP001"


def test_spanish_document_has_no_english_descriptions(usual_context: Context) -> None:
    spanish, english = (document_in(usual_context, language) for language in LANGUAGES)
    shown = descriptions_below(spanish)
    untranslated = descriptions_below(english) - set(PHRASES)
    assert shown & untranslated == set()
    assert {"Dónde empieza la página siguiente; null en la última.", SCHEMAS["Employee"]} <= shown
    assert set(SCHEMAS) <= set(english["components"]["schemas"])
    for operation in operations_of(spanish):
        assert all(answer["description"] for answer in operation["responses"].values()), operation["operationId"]


def descriptions_below(part: object) -> set[str]:
    if isinstance(part, list):
        return set().union(*(descriptions_below(item) for item in part))
    if not isinstance(part, dict):
        return set()
    found = {value for name, value in part.items() if name == "description" and isinstance(value, str) and value}
    return found.union(*(descriptions_below(value) for name, value in part.items() if name != "example"))
