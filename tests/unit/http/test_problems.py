"""Errors as problems: translated, naming the field."""

import pytest
from pydantic import ValidationError

from stressvision.core.errors import (
    Conflict,
    ConsentMissing,
    InvalidInput,
    Message,
    NotFound,
    StressVisionError,
    Unavailable,
)
from stressvision.http.problems import reader_language
from stressvision.wire.alerts import AlertDecision
from stressvision.wire.detections import DetectionIn
from stressvision.wire.problems import problem_of, status_of, validation_problem

MESSAGE = Message(es="No hay.", en="There is none.")


@pytest.mark.parametrize(
    ("kind", "status"),
    [(InvalidInput, 422), (NotFound, 404), (Conflict, 409), (ConsentMissing, 403), (Unavailable, 503)],
)
def test_each_error_has_its_status(kind: type[StressVisionError], status: int) -> None:
    assert status_of(kind(MESSAGE)) == status


@pytest.mark.parametrize(
    ("header", "language"),
    [(None, "es"), ("en-US,en;q=0.9", "en"), ("es-PE", "es"), ("fr", "es"), ("fr,en;q=0.5", "en"), (";;;", "es")],
)
def test_reader_language_follows_accept_language(header: str | None, language: str) -> None:
    assert reader_language(header, "es") == language


def test_problem_is_translated_and_names_field() -> None:
    problem = problem_of(InvalidInput(MESSAGE, field="user_id"), "en")
    assert (problem.status, problem.title, problem.detail) == (422, "Invalid data", "There is none.")
    assert problem.errors[0].field == "user_id"


def test_every_invalid_field_is_named_in_spanish() -> None:
    with pytest.raises(ValidationError) as caught:
        DetectionIn.model_validate({"device_id": "pi 1", "timestamp": "ayer", "emotion": "rabia", "frame_quality": 3})
    problem = validation_problem(caught.value.errors(), "es")
    faults = {fault.field: fault.message for fault in problem.errors}
    assert faults["emotion"] == "debe ser uno de: 'neutral', 'happy', 'stress', 'sad' o 'fatigue'"
    assert faults["frame_quality"] == "debe ser menor o igual que 1.0"
    assert "2026-11-22T10:30:00Z" in faults["timestamp"]
    assert "forma esperada" in faults["device_id"]


def test_validation_problem_details_are_spanish_sentences() -> None:
    with pytest.raises(ValidationError) as caught:
        AlertDecision.model_validate({"user_id": ""})
    assert validation_problem(caught.value.errors(), "es").detail == "user_id: es demasiado corto (longitud mínima: 1)"

    with pytest.raises(ValidationError) as caught:
        DetectionIn.model_validate({"device_id": "pi-1", "timestamp": "ayer", "emotion": "rabia"})
    assert ".;" not in validation_problem(caught.value.errors(), "es").detail
