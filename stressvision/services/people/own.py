"""What the holder of a personal link sees and does: page, pause, withdrawal, correction, self-report."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from stressvision.core.errors import Conflict, InvalidInput, Message, NotFound
from stressvision.db.engine.connection import Connection
from stressvision.db.queries.alerts.alert_lists import AlertFilter, select_alerts
from stressvision.db.queries.people import own as rows
from stressvision.db.queries.privacy.rights import select_accesses
from stressvision.domain.calendar import DAY, day_of, day_window
from stressvision.domain.consent import ConsentMethod
from stressvision.domain.self_reports import Occasion, Prompt, find_prompt
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.people.consent_text import read_consent_text
from stressvision.services.people.employees import get_employee
from stressvision.services.people.enrolment import store_withdrawal
from stressvision.services.people.links import LinkHolder, require_open_link
from stressvision.services.permitted import withhold_emotions
from stressvision.wire.backend import Employee
from stressvision.wire.own import (
    OwnAlert,
    OwnPage,
    OwnPrompt,
    OwnRequest,
    OwnRequestList,
    SelfReportEntry,
    SelfReportNew,
    StoredKind,
)
from stressvision.wire.rights import AccessRecord

SHOWN = 50
"""Alerts, accesses, requests and self-reports on the page, at most, the newest."""
REPORTS_A_DAY = 20
"""Self-reports of one person in 24 hours, at most."""
OPEN_REQUESTS = 10
"""Open requests of one person, at most."""
_EVER = timedelta(days=36_500)


def read_own_page(context: Context, holder: LinkHolder) -> OwnPage:
    """Return what is stored about the holder, and its readers. Opening the link was audited."""
    now = context.clock()
    with context.database.read() as connection:
        employee = Employee.model_validate(get_employee(connection, holder.employee_id))
        paused_until = rows.find_pause_end(connection, holder.employee_id, now)
        alerts = select_alerts(connection, AlertFilter(employee_id=holder.employee_id), SHOWN)
        accesses = select_accesses(connection, holder.employee_id)[-SHOWN:]
        reports = rows.select_self_reports(connection, now - _EVER, holder.employee_id)[:SHOWN]
        requests = rows.select_requests(connection, SHOWN, holder.employee_id)
        stored = rows.count_stored(connection, holder.employee_id)
    is_enrolled = employee.is_active and employee.consent_given and employee.face_samples > 0
    page = OwnPage(
        full_name=employee.full_name,
        employee_code=employee.employee_code,
        department=employee.department,
        shift=employee.shift,
        consent_given=employee.consent_given,
        consent_date=employee.consent_date,
        consent_version=employee.consent_version,
        is_recognised=is_enrolled and paused_until is None,
        paused_until=paused_until,
        expires_at=holder.expires_at,
        stored=_to_stored(context, stored),
        alerts=[OwnAlert.model_validate(row) for row in alerts],
        accesses=[AccessRecord.model_validate(row) for row in reversed(accesses)],
        self_reports=[SelfReportEntry.model_validate(row) for row in reports],
        requests=[OwnRequest.model_validate(row) for row in requests],
    )
    return withhold_emotions(context, page)


def pause_today(context: Context, holder: LinkHolder) -> OwnPage:
    """Take the holder out of the gallery until midnight in the plant's time zone. Audited. Raises Forbidden."""
    now, zone = context.clock(), ZoneInfo(context.settings.time_zone)
    with context.database.write() as connection:
        require_open_link(connection, context, holder)
        rows.end_pauses(connection, holder.employee_id, now)
        rows.insert_pause(connection, holder.employee_id, now, day_window(day_of(now, zone), zone).end)
        record(connection, context, holder.actor, "pause_recognition", "employee", holder.employee_id)
    return read_own_page(context, holder)


def resume_today(context: Context, holder: LinkHolder) -> OwnPage:
    """End the holder's pause. Audited. Raises Forbidden: the link ended."""
    with context.database.write() as connection:
        require_open_link(connection, context, holder)
        rows.end_pauses(connection, holder.employee_id, context.clock())
        record(connection, context, holder.actor, "resume_recognition", "employee", holder.employee_id)
    return read_own_page(context, holder)


def withdraw_own_consent(context: Context, holder: LinkHolder) -> OwnPage:
    """Withdraw the holder's consent, which deletes the face. Audited."""
    text = read_consent_text(context.settings)
    with context.database.write() as connection:
        require_open_link(connection, context, holder)
        store_withdrawal(connection, context, holder.employee_id, text.sha256, holder.actor, ConsentMethod.ELECTRONIC)
    return read_own_page(context, holder)


def report_own_state(context: Context, holder: LinkHolder, report: SelfReportNew) -> OwnPage:
    """Store a self-report with its occasion, which the holder does not learn. Raises as store_self_report."""
    asked = _find_prompt(context, holder) if report.prompted else None
    occasion = asked.occasion if asked else Occasion.OWN
    store_self_report(context, holder.employee_id, report.sleepiness, report.tension, occasion, holder)
    return read_own_page(context, holder)


def read_prompt(context: Context, holder: LinkHolder) -> OwnPrompt:
    """Return the last moment at which the open page asks; at random, and after an alert, which it does not state."""
    found = _find_prompt(context, holder)
    return OwnPrompt(due_at=found.at if found else None)


def _find_prompt(context: Context, holder: LinkHolder) -> Prompt | None:
    with context.database.read() as connection:
        answered = rows.select_self_reports(connection, holder.opened_at, holder.employee_id)
        alerts = rows.select_alert_times(connection, holder.employee_id, holder.opened_at - DAY)
    answered_at = answered[0].reported_at if answered else None
    return find_prompt(holder.opened_at, holder.draw, alerts, answered_at, context.clock())


def store_self_report(
    context: Context,
    employee_id: int,
    sleepiness: int | None,
    tension: int | None,
    occasion: Occasion,
    holder: LinkHolder | None = None,
) -> None:
    """Store a self-report. `holder`: of the link with which it was sent, if any.

    Raises:
        InvalidInput: It answers nothing.
        Forbidden: The link ended meanwhile.
        NotFound: The employee was erased meanwhile.
        Conflict: The employee reported too often today.
    """
    if sleepiness is None and tension is None:
        raise InvalidInput(
            Message(es="Responda al menos una de las dos preguntas.", en="Answer at least one of the two questions."),
            field="sleepiness",
        )
    now = context.clock()
    with context.database.write() as connection:
        if holder is not None:
            require_open_link(connection, context, holder)
        get_employee(connection, employee_id)
        if len(rows.select_self_reports(connection, now - DAY, employee_id)) >= REPORTS_A_DAY:
            raise Conflict(
                Message(
                    es=f"Ya hay {REPORTS_A_DAY} respuestas de las últimas 24 horas: vuelva mañana.",
                    en=f"There are {REPORTS_A_DAY} answers of the last 24 hours already: come back tomorrow.",
                )
            )
        rows.insert_self_report(connection, employee_id, now, sleepiness, tension, occasion)


def request_correction(context: Context, holder: LinkHolder, detail: str) -> OwnPage:
    """Store a request for correction. Audited. Raises Conflict (too many are open) and Forbidden."""
    with context.database.write() as connection:
        require_open_link(connection, context, holder)
        if rows.count_open_requests(connection, holder.employee_id) >= OPEN_REQUESTS:
            raise Conflict(
                Message(
                    es="Hay demasiadas solicitudes sin responder: espere la respuesta del servicio de salud.",
                    en="Too many requests are open: wait for the answer of the health service.",
                )
            )
        rows.insert_request(connection, holder.employee_id, detail, context.clock())
        record(connection, context, holder.actor, "request_correction", "employee", holder.employee_id)
    return read_own_page(context, holder)


def list_requests(context: Context, limit: int) -> OwnRequestList:
    """Return the open requests of all employees, the oldest first."""
    with context.database.read() as connection:
        found = rows.select_requests(connection, limit)
        total = rows.count_open_requests(connection)
    return OwnRequestList(requests=[OwnRequest.model_validate(row) for row in found], total=total)


def close_request(context: Context, request_id: int, reason: str, actor: Actor) -> OwnRequest:
    """Close a request with an answer. Audited. Raises NotFound, and Conflict where it is closed already."""
    with context.database.write() as connection:
        row = _get_request(connection, request_id)
        if row.closed_at is not None:
            raise Conflict(Message(es="La solicitud ya se respondió.", en="The request was answered already."))
        rows.close_request(connection, request_id, context.clock(), actor.user_id, reason)
        record(connection, context, actor, "close_correction", "employee", row.employee_id)
        return OwnRequest.model_validate(_get_request(connection, request_id))


def _get_request(connection: Connection, request_id: int) -> rows.RequestRow:
    row = rows.find_request(connection, request_id)
    if row is None:
        raise NotFound(Message(es=f"No existe la solicitud {request_id}.", en=f"There is no request {request_id}."))
    return row


def _to_stored(context: Context, counts: dict[str, int]) -> list[StoredKind]:
    settings = context.settings
    days = {
        "detections": settings.retention_detections_days,
        "alerts": settings.retention_alerts_days,
        "reports": settings.retention_rollups_days,
        "accesses": settings.retention_audit_days,
        "self_reports": settings.retention_rollups_days,
        "requests": settings.retention_alerts_days,
    }
    return [
        StoredKind.model_validate({"kind": kind, "count": count, "days": days.get(kind) or None})
        for kind, count in counts.items()
    ]
