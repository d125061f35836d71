"""Evidence and history of alerts, silences and escalation."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from stressvision.core.errors import Conflict, InvalidInput, NotFound
from stressvision.db.queries.alerts.alert_lists import AlertFilter
from stressvision.domain.alerts import PROLONGED_FATIGUE, PROLONGED_STRESS, AlertStatus
from stressvision.domain.evidence import compute_error_chance
from stressvision.services.alerts.decisions import (
    acknowledge_alert,
    note_alert,
    read_alert,
    resolve_alert,
)
from stressvision.services.alerts.escalation import escalate_due
from stressvision.services.alerts.evidence import read_stress_error_rate
from stressvision.services.alerts.listing import Page, list_alerts
from stressvision.services.alerts.silences import begin_silence, end_incredible_silences, end_silence, list_silences
from stressvision.services.context import Actor, Context
from stressvision.services.detections.batches import store_batch
from stressvision.services.detections.storing import store_detection
from stressvision.wire.alerts import Alert, SilenceRequest
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import DOCTOR, NOBODY, detection, post_stress


def alerts_of(context: Context) -> list[Alert]:
    return list_alerts(context, AlertFilter(), Page(100), NOBODY).alerts


def store_many(context: Context, clock: FakeClock, employee: int, emotion: str, count: int) -> None:
    """Post one detection per second up to now."""
    start = clock()
    batch = [detection(start + timedelta(seconds=second), employee, emotion) for second in range(count)]
    clock.advance(seconds=count)
    assert store_batch(context, [item.model_dump(mode="json") for item in batch], "es").refused == 0


def steps_of(context: Context, alert_id: int) -> list[tuple[str, str | None, str | None]]:
    return [(step.kind, step.user_id, step.notes) for step in read_alert(context, alert_id, DOCTOR).history]


def test_alert_stores_minutes_start_and_error_chance(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    store_many(context, clock, employee, "neutral", 45)
    store_many(context, clock, employee, "stress", 10)
    (alert,) = alerts_of(context)
    assert alert.evidence_minutes is not None
    seen = [(minute.start.minute, minute.events, minute.total) for minute in alert.evidence_minutes if minute.total]
    assert seen == [(7, 0, 30), (8, 10, 25)]
    assert (alert.evidence_events, alert.evidence_total) == (10, 55)
    assert alert.evidence_start == alert.timestamp - timedelta(minutes=15)
    error_rate = read_stress_error_rate(context.settings.models_dir)
    assert error_rate is not None
    assert alert.error_chance == pytest.approx(compute_error_chance(10, 55, error_rate))
    assert (alert.usual_share, alert.usual_days) == (None, None)


def test_usual_level_is_median_of_earlier_days_at_same_time(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    now = clock.now
    for days, stressed in ((1, 4), (2, 8), (3, 4), (4, 0)):
        clock.now = now - timedelta(days=days)
        store_many(usual_context, clock, employee, "neutral", 40 - stressed)
        store_many(usual_context, clock, employee, "sad", stressed)
    clock.now = now + timedelta(minutes=1)
    store_many(usual_context, clock, employee, "stress", 10)
    (alert,) = alerts_of(usual_context)
    assert (alert.usual_share, alert.usual_days) == (10.0, 4)
    assert (alert.evidence_share, alert.above_usual) == (100.0, 90.0)
    assert alert.description == (
        "Expresión compatible con estrés prolongado: 10 detecciones en 15 minutos, 100 % de las de la persona en ese "
        "tiempo (lo habitual a esa hora: 10 %)"
    )


def test_history_lists_steps_with_author_and_time(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)
    acknowledge_alert(context, 1, DOCTOR)
    clock.advance(minutes=1)
    note_alert(context, 1, Actor(user_id="enfermera"), " Se le ofreció una pausa. ")
    resolve_alert(context, 1, DOCTOR, "Conversación realizada")
    resolve_alert(context, 1, Actor(user_id="otro"), "tarde")
    note_alert(context, 1, DOCTOR, "Seguimiento el viernes")
    assert steps_of(context, 1) == [
        ("raised", None, None),
        ("acknowledged", "doctora", None),
        ("noted", "enfermera", "Se le ofreció una pausa."),
        ("resolved", "doctora", "Conversación realizada"),
        ("noted", "otro", "tarde"),
        ("noted", "doctora", "Seguimiento el viernes"),
    ]
    with pytest.raises(InvalidInput) as caught:
        note_alert(context, 1, NOBODY, "x")
    assert caught.value.field == "user_id"
    with pytest.raises(NotFound):
        read_alert(context, 77, DOCTOR)


def test_decision_on_an_old_version_is_refused_and_names_the_other_user(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)
    seen = alerts_of(context)[0].version
    acknowledged = acknowledge_alert(context, 1, DOCTOR, version=seen)
    assert acknowledged.version > seen
    other = Actor(user_id="enfermera")
    for decide in (acknowledge_alert, resolve_alert):
        with pytest.raises(Conflict) as caught:
            decide(context, 1, other, "Se ofreció agua", seen)
        assert "atendida por doctora" in caught.value.message.es
    resolved = resolve_alert(context, 1, other, "Turno cambiado", acknowledged.version)
    with pytest.raises(Conflict) as caught:
        resolve_alert(context, 1, DOCTOR, "Derivada", acknowledged.version)
    assert "resuelta por enfermera" in caught.value.message.es
    assert read_alert(context, 1, DOCTOR).version == resolved.version > acknowledged.version
    assert [kind for kind, _, _ in steps_of(context, 1)] == ["raised", "acknowledged", "resolved"]


def test_repetition_of_own_decision_is_accepted_and_stores_its_notes_once(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)
    for notes in ("Pausa acordada", "Pausa acordada", "Volvió al puesto", "Volvió al puesto", " "):
        resolve_alert(context, 1, DOCTOR, notes, 0)
    assert steps_of(context, 1)[1:] == [
        ("resolved", "doctora", "Pausa acordada"),
        ("noted", "doctora", "Volvió al puesto"),
    ]


def test_notes_leave_the_version(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)
    note_alert(context, 1, Actor(user_id="enfermera"), "La llamo")
    assert acknowledge_alert(context, 1, DOCTOR, version=0).status == "acknowledged"


def test_reading_alert_of_a_person_is_audited(usual_context: Context, clock: FakeClock) -> None:
    post_stress(usual_context, clock, enrol(usual_context), 10)
    read_alert(usual_context, 1, DOCTOR)
    with usual_context.database.read() as connection:
        actions = connection.exec_driver_sql("SELECT action, user_id FROM audit_log ORDER BY id DESC").all()
    assert tuple(actions[0]) == ("read_alert", "doctora")


def test_fatigue_alert_is_separate_from_stress_alert(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    store_many(usual_context, clock, employee, "fatigue", 44)
    assert alerts_of(usual_context) == []
    store_many(usual_context, clock, employee, "fatigue", 20)
    store_many(usual_context, clock, employee, "stress", 20)
    stress, fatigue = alerts_of(usual_context)
    assert (stress.alert_type, fatigue.alert_type) == (PROLONGED_STRESS, PROLONGED_FATIGUE)
    assert fatigue.description == (
        "Expresión compatible con fatiga prolongada: 45 detecciones en 15 minutos, "
        "100 % de las de la persona en ese tiempo"
    )
    assert (fatigue.evidence_events, fatigue.error_chance) == (45, None)
    resolve_alert(usual_context, stress.id, DOCTOR)
    clock.advance(seconds=1)
    store_many(usual_context, clock, employee, "fatigue", 50)
    assert len(alerts_of(usual_context)) == 2, "resolving the other kind must not end its quiet hour"


def silence_of(context: Context, **changes: object) -> SilenceRequest:
    wanted = {"ends_at": context.clock() + timedelta(hours=2), "reason": "Ya atendido", **changes}
    return SilenceRequest.model_validate(wanted)


def test_silence_suppresses_alerts_records_each_once_and_expires(context: Context, clock: FakeClock) -> None:
    employee, other = enrol(context), enrol(context, "EMP002", "Lars Keller Ruiz")
    silence = begin_silence(context, silence_of(context, employee_id=employee), DOCTOR)
    post_stress(context, clock, employee, 30)
    assert alerts_of(context) == []
    (kept,) = list_silences(context, also_past=False, limit=10).silences[0].silenced
    assert kept.details is not None
    assert kept.details["alert_type"] == PROLONGED_STRESS
    post_stress(context, clock, other, 10)
    assert [alert.employee_id for alert in alerts_of(context)] == [other]
    clock.advance(hours=2)
    assert list_silences(context, also_past=False, limit=10).total == 0
    post_stress(context, clock, employee, 10)
    assert len(alerts_of(context)) == 2
    assert list_silences(context, also_past=True, limit=10).silences[0].id == silence.id


def test_ended_silence_no_longer_suppresses(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    silence = begin_silence(usual_context, silence_of(usual_context, employee_id=employee), DOCTOR)
    ended = end_silence(usual_context, silence.id, Actor(user_id="enfermera"))
    assert (ended.ended_by, ended.created_by) == ("enfermera", "doctora")
    clock.advance(minutes=1)
    assert end_silence(usual_context, silence.id, DOCTOR).ended_by == "enfermera"
    post_stress(usual_context, clock, employee, 10)
    assert len(alerts_of(usual_context)) == 1


def test_silence_of_a_clock_that_was_ahead_suppresses_nothing_later(context: Context, clock: FakeClock) -> None:
    employee = enrol(context)
    clock.set_wrong(hours=5)
    begin_silence(context, silence_of(context, employee_id=employee), DOCTOR)
    clock.set_wrong(hours=-5)
    assert end_incredible_silences(context) == 1
    assert end_incredible_silences(context) == 0
    begin_silence(context, silence_of(context, employee_id=enrol(context, "EMP002", "Lars Keller Ruiz")), DOCTOR)
    assert end_incredible_silences(context) == 0
    clock.advance(hours=5, minutes=1)
    post_stress(context, clock, employee, 10)
    assert len(alerts_of(context)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "employee_id"),
        ({"employee_id": 1, "device_id": "pi-1"}, "employee_id"),
        ({"employee_id": 99}, "employee_id"),
        ({"device_id": "pi-99"}, "device_id"),
        ({"employee_id": 1, "ends_at": "2026-11-22T15:07:30Z"}, "ends_at"),
        ({"employee_id": 1, "ends_at": "2027-11-22T15:07:30Z"}, "ends_at"),
    ],
)
def test_invalid_silence_names_field(usual_context: Context, changes: dict[str, object], field: str) -> None:
    enrol(usual_context)
    with pytest.raises(InvalidInput) as caught:
        begin_silence(usual_context, silence_of(usual_context, **changes), DOCTOR)
    assert caught.value.field == field


def test_unacknowledged_alert_escalates_once_per_step(context: Context, clock: FakeClock) -> None:
    first, second = enrol(context), enrol(context, "EMP002", "Lars Keller Ruiz")
    post_stress(context, clock, first, 10)
    post_stress(context, clock, second, 10)
    acknowledge_alert(context, 2, DOCTOR)
    assert escalate_due(context) == ()
    clock.advance(minutes=15)
    assert escalate_due(context) == (1,)
    assert escalate_due(context) == ()
    clock.advance(minutes=45)
    assert escalate_due(context) == (1,)
    clock.advance(hours=3)
    assert escalate_due(context) == ()
    assert read_alert(context, 1, DOCTOR).escalation_level == 2
    assert [step[0] for step in steps_of(context, 1)] == ["raised", "escalated", "escalated"]
    assert [step[0] for step in steps_of(context, 2)] == ["raised", "acknowledged"]


def test_no_escalation_without_steps_or_during_silence(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    post_stress(usual_context, clock, employee, 10)
    begin_silence(usual_context, silence_of(usual_context, employee_id=employee), DOCTOR)
    clock.advance(minutes=30)
    never = replace(usual_context, settings=usual_context.settings.model_copy(update={"escalation_minutes": ()}))
    assert escalate_due(never) == ()
    assert escalate_due(usual_context) == ()


def test_concurrent_decisions_leave_consistent_history(context: Context, clock: FakeClock) -> None:
    post_stress(context, clock, enrol(context), 10)
    clock.advance(minutes=20)

    def act(number: int) -> object:
        if number % 3 == 0:
            return escalate_due(context)
        if number % 3 == 1:
            return acknowledge_alert(context, 1, Actor(user_id=f"persona-{number}"))
        return note_alert(context, 1, Actor(user_id=f"persona-{number}"), f"nota {number}")

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(act, range(24)))
    history = steps_of(context, 1)
    kinds = [kind for kind, _, _ in history]
    assert (kinds.count("raised"), kinds.count("acknowledged"), kinds.count("noted")) == (1, 1, 8)
    assert kinds.count("escalated") == sum(outcome == (1,) for outcome in outcomes) <= 1
    if "escalated" in kinds:
        assert kinds.index("escalated") < kinds.index("acknowledged"), "what is acknowledged is not passed on"
    (alert,) = alerts_of(context)
    assert alert.status == AlertStatus.ACKNOWLEDGED
    assert (alert.acknowledged_by,) == tuple(user for kind, user, _ in history if kind == "acknowledged")


def test_late_detection_creates_no_second_alert(usual_context: Context, clock: FakeClock) -> None:
    employee = enrol(usual_context)
    post_stress(usual_context, clock, employee, 12)
    store_detection(usual_context, detection(clock() - timedelta(minutes=2), employee))
    assert len(alerts_of(usual_context)) == 1
