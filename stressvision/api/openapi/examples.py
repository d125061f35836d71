"""Examples of requests and answers, built from their schemas and a table of realistic values by field name.

A generator of our own, because one table of 100 values serves about 60 models: pydantic's `examples=` needs the same
values on every field that uses them (`employee_code` has 7 models) and still no whole-object example, which Swagger UI
shows and the tests validate.
"""

from collections.abc import Mapping
from typing import Any

from stressvision import VERSION

_AT = "2026-11-22T15:30:00.000Z"
_DAY = "2026-11-22"
_TEXT = "…"

_FIELDS: Mapping[str, object] = {
    "acknowledged_by": "doctora",
    "account": "doctora",
    "action": "read_employee_state",
    "alert_type": "stress",
    "certificate_id": "9f0c2f7ab1d94c4c8c9f4f6f4a4d2b10",
    "code": "EMP001",
    "consent_version": "2026-11",
    "consent_sha256": "1856097d377f318298d1e420e6fcb950ba0e350d975fe3c9528d0cb1f27cf741",
    "created_by": "admin",
    "cursor": None,
    "dashboard": "http://127.0.0.1:8501",
    "database": "connected",
    "day": _DAY,
    "department": "Producción",
    "description": "Expresión compatible con estrés: 12 de 40 detecciones en 15 minutos.",
    "detail": "",
    "device_id": "pi-simulator-01",
    "docs": "http://127.0.0.1:8000/api/docs",
    "emotion": "stress",
    "employee_code": "EMP001",
    "employee_name": "Ana Torres Vega",
    "ended_at": None,
    "ended_by": None,
    "entity_type": "employee",
    "erased_by": "admin",
    "event_id": "7f8c2b60-1f1e-4a3e-9f57-0d9b5c3f8a11",
    "failing_since": None,
    "fault": None,
    "field": "employee_id",
    "full_name": "Ana Torres Vega",
    "hash": "d13a6ade51f57a2b32f651e35d8d5ade177cf6412ab5932b3b6a728bbc2a2019",
    "ip_address": "127.0.0.1",
    "kind": "scheduled",
    "label": "mailto smtp.gloria.example",
    "last_error": None,
    "location": "Línea 1",
    "message": "sirve",
    "method": "firmado en papel",
    "model": "dlib-resnet-v1-128",
    "name": "Ana Torres Vega",
    "next_cursor": None,
    "notes": "Conversado con la persona.",
    "password": "una frase larga y propia",
    "place": "base de datos",
    "policy": "pe",
    "preview_url": "http://127.0.0.1:8502",
    "reason": "Simulacro de evacuación",
    "recorded_by": "enfermera",
    "resolution_notes": "Conversado con la persona.",
    "resolved_by": "doctora",
    "service": "stressvision-backend",
    "severity": "medium",
    "shift": "morning",
    "state": "watching",
    "status": "ok",
    "target": "1",
    "text_sha256": "1856097d377f318298d1e420e6fcb950ba0e350d975fe3c9528d0cb1f27cf741",
    "text_version": "2026-11",
    "time_zone": "America/Lima",
    "title": "Datos no válidos",
    "token": "sv_…",
    "token_id": "a1b2c3d4e5f60718",
    "track_id": "trk_7",
    "user_id": "doctora",
    "version": VERSION,
    "websocket": "ws://127.0.0.1:8000/ws",
    "detections_last_hour": 480,
    "evidence_events": 12,
    "evidence_total": 40,
    "minutes": 15,
    "missing": [],
    "overall_stress_percentage": 30.0,
    "period_hours": 24,
    "period_minutes": 15,
    "stress_pct": 30.0,
    "stress_percentage": 30.0,
    "total_detections": 480,
    "Account.disabled_at": None,
    "Account.name": "dra.quispe",
    "AccountRequest.name": "dra.quispe",
    "AccountRequest.role": "health",
    "Alert.acknowledged_at": None,
    "Alert.acknowledged_by": None,
    "Alert.device_id": None,
    "Alert.resolution_notes": None,
    "Alert.resolved_at": None,
    "Alert.resolved_by": None,
    "Alert.status": "pending",
    "AlertDetail.device_id": None,
    "AlertDetail.status": "acknowledged",
    "AlertStepTaken.kind": "raised",
    "Liveness.status": "healthy",
    "LoggedIn.name": "dra.quispe",
    "Silence.device_id": None,
    "StillVerdict.name": "1: foto1.jpg",
    "Token.account": None,
    "Token.revoked_at": None,
    "TokenRequest.account": None,
}
"""Values by field name, or by model and field name; used only where the schema allows them."""

_TYPES: Mapping[str, type] = {"string": str, "integer": int, "number": float, "array": list}

_KEYS: Mapping[str, str] = {
    "counts": "stress",
    "emotion_counts": "stress",
    "emotion_vector": "stress",
    "per_employee_summary": "1",
    "row_counts": "detection_events",
    "stage_ms": "detect",
}
"""Key of the example entry of an object without fixed fields."""


def build_example(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str = "") -> Any:
    """Return a value that fits a schema. `name`: of the field that holds it; `schemas`: targets of its references."""
    if "$ref" in schema:
        return build_example(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for keyword in ("example", "const", "default"):
        if schema.get(keyword) is not None:
            return schema[keyword]
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:
        if name in _FIELDS and _FIELDS[name] is None:
            return None
        return build_example(schema["anyOf"][0], schemas, name)
    if "enum" in schema:
        return _FIELDS[name] if _FIELDS.get(name) in schema["enum"] else schema["enum"][0]
    return _example_of_type(schema, schemas, name)


def _example_of_type(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str) -> Any:
    kind, value = str(schema.get("type")), _FIELDS.get(name)
    if kind in _TYPES and type(value) is _TYPES[kind]:
        return value
    match kind:
        case "array":
            return [build_example(schema["items"], schemas, name)] if "items" in schema else []
        case "object":
            return _example_of_object(schema, schemas, name)
        case "integer":
            return max(1, schema.get("minimum", 1))
        case "number":
            return min(0.75, schema.get("maximum", 0.75))
        case "boolean":
            return True
        case "string":
            return _AT if schema.get("format") == "date-time" else _TEXT
    return None


def _example_of_object(schema: Mapping[str, Any], schemas: Mapping[str, Any], name: str) -> dict[str, Any]:
    if "properties" in schema:
        keys = {field: f"{schema.get('title')}.{field}" for field in schema["properties"]}
        return {
            field: build_example(field_schema, schemas, keys[field] if keys[field] in _FIELDS else field)
            for field, field_schema in schema["properties"].items()
        }
    values = schema.get("additionalProperties")
    return (
        {_KEYS[name]: build_example(values, schemas)} if isinstance(values, dict) and values and name in _KEYS else {}
    )
