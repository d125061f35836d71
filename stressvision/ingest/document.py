"""Ingest's OpenAPI document, built from the models of its requests and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from stressvision import VERSION
from stressvision.core.errors import Language, Message
from stressvision.wire.backend import IngestStats, Liveness
from stressvision.wire.cameras import DeviceCamera
from stressvision.wire.detections import (
    BatchStored,
    DetectionBatch,
    DetectionIn,
    DetectionStored,
    DeviceHealth,
    IngestSession,
    SessionEnd,
    SessionEnded,
    SessionStart,
)
from stressvision.wire.gallery import Gallery
from stressvision.wire.problems import PROBLEM_TYPE, Problem

_ModelMode = tuple[type[BaseModel], Literal["validation", "serialization"]]
"""A model, and whether its schema describes a request or an answer."""

_COMPONENTS = "#/components/schemas/{model}"


@dataclass(frozen=True)
class _Operation:
    """One operation. `name`: of the view, and the operation's id. `answer` None: 204, without a body."""

    method: str
    path: str
    name: str
    summary: Message
    answer: type[BaseModel] | None
    body: type[BaseModel] | None = None
    body_required: bool = True
    answer_example: Mapping[str, object] = field(default_factory=dict)


_OPERATIONS = (
    _Operation("get", "/health", "health", Message(es="Estado del servidor", en="Health of the server"), Liveness),
    _Operation(
        "post",
        "/sessions",
        "open_device_session",
        Message(es="Abrir la sesión de un dispositivo", en="Open a device's session"),
        IngestSession,
        SessionStart,
        answer_example={"session_id": "session_pi-simulator-01_1795300200", "db_id": 1},
    ),
    _Operation(
        "post",
        "/sessions/{session}/end",
        "close_device_session",
        Message(es="Finalizar una sesión", en="End a session"),
        SessionEnded,
        SessionEnd,
        body_required=False,
        answer_example={"status": "ok", "session_id": 1},
    ),
    _Operation(
        "post",
        "/detections",
        "receive_detection",
        Message(es="Recibir una detección", en="Receive a detection"),
        DetectionStored,
        DetectionIn,
        answer_example={"status": "ok", "detection_id": 42},
    ),
    _Operation(
        "post",
        "/detections/batch",
        "receive_batch",
        Message(es="Recibir hasta 500 detecciones", en="Receive up to 500 detections"),
        BatchStored,
        DetectionBatch,
        answer_example={
            "status": "ok",
            "stored": 1,
            "refused": 0,
            "results": [{"status": "ok", "detection_id": 42, "problem": None}],
        },
    ),
    _Operation(
        "post",
        "/heartbeat",
        "receive_heartbeat",
        Message(es="Estado de un dispositivo", en="Health of a device"),
        None,
        DeviceHealth,
    ),
    _Operation("get", "/stats", "stats", Message(es="Totales", en="Totals"), IngestStats),
    _Operation(
        "get",
        "/gallery",
        "gallery",
        Message(es="Rostros de quienes consintieron (ETag)", en="Faces of employees with consent (ETag)"),
        Gallery,
    ),
    _Operation(
        "get",
        "/camera",
        "camera",
        Message(es="Qué mira la cámara del dispositivo (ETag)", en="What the device's camera watches (ETag)"),
        DeviceCamera,
    ),
)
_SESSION = {
    "name": "session",
    "in": "path",
    "required": True,
    "description": "session_id, db_id",
    "schema": {"type": "string", "minLength": 1, "maxLength": 100, "pattern": "^[A-Za-z0-9._-]+$"},
    "example": "session_pi-simulator-01_1795300200",
}


def build_document(language: Language) -> dict[str, Any]:
    """Build the OpenAPI 3.1 document in a language."""
    requests: list[_ModelMode] = [(operation.body, "validation") for operation in _OPERATIONS if operation.body]
    answers: list[_ModelMode] = [(operation.answer, "serialization") for operation in _OPERATIONS if operation.answer]
    references, definitions = models_json_schema(
        [*requests, *answers, (Problem, "serialization")],
        ref_template=_COMPONENTS,
    )
    schemas: Mapping[Any, Mapping[str, Any]] = references
    problem = {
        "description": Message(es="Problema", en="Problem").text(language),
        "content": {PROBLEM_TYPE: {"schema": schemas[Problem, "serialization"]}},
    }
    paths: dict[str, dict[str, Any]] = {}
    for operation in _OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe_operation(
            operation, schemas, problem, language
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stress Vision ingest", "version": VERSION},
        "paths": paths,
        "components": {"schemas": definitions["$defs"]},
    }


def _describe_operation(
    operation: _Operation, schemas: Mapping[Any, Mapping[str, Any]], problem: Mapping[str, Any], language: Language
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary.text(language),
        "responses": {"default": problem},
    }
    if operation.answer is None:
        described["responses"]["204"] = {"description": "OK"}
    else:
        content: dict[str, Any] = {"schema": schemas[operation.answer, "serialization"]}
        if operation.answer_example:
            content["example"] = operation.answer_example
        described["responses"]["200"] = {"description": "OK", "content": {"application/json": content}}
    if operation.body is not None:
        content = {"schema": schemas[operation.body, "validation"]}
        described["requestBody"] = {"required": operation.body_required, "content": {"application/json": content}}
    if "{session}" in operation.path:
        described["parameters"] = [_SESSION]
    return described
