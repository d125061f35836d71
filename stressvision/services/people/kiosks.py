"""Kiosks for self-reports, issued by the health service: a code typed there stores an answer and reads nothing."""

import hashlib
import secrets

from stressvision.core.errors import Conflict, Forbidden, Message, NotFound, Unauthenticated
from stressvision.db.queries.people import kiosks as rows
from stressvision.domain.self_reports import CODE_DIGITS, Occasion
from stressvision.services.audit import record
from stressvision.services.context import Actor, Context
from stressvision.services.credentials import require_credential, require_still_open
from stressvision.services.people.links import LinkHolder, require_open_link
from stressvision.services.people.own import store_self_report
from stressvision.wire.own import Kiosk, KioskAnswer, KioskIssued, KioskList, KioskReport, OwnCode

PATH = "/quiosco"
"""The route of the dashboard's server that a kiosk opens."""
PREFIX = "svk_"
_SECRET_BYTES = 32
_ATTEMPTS = 20
"""Codes that are tried until one is free."""

_UNKNOWN = Message(
    es="Este quiosco no está activo: pida otro enlace al servicio de salud.",
    en="This kiosk is not active: ask the health service for another link.",
)
_WRONG_CODE = Message(
    es="Ese código no existe. Está en «Mis datos», que abre el servicio de salud.",
    en="There is no such code. It is on “My data”, which the health service opens.",
)


def list_kiosks(context: Context) -> KioskList:
    """Return the kiosks in use."""
    with context.database.read() as connection:
        return KioskList(kiosks=[Kiosk.model_validate(row) for row in rows.select_kiosks(connection)])


def add_kiosk(context: Context, location: str, actor: Actor) -> KioskIssued:
    """Create a kiosk, and return its link, which is shown once. Audited. Raises Unauthenticated: as issue_link."""
    secret = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    with context.database.write() as connection:
        require_still_open(connection, actor)
        require_credential(connection, context, actor)
        kiosk_id = rows.insert_kiosk(connection, location.strip(), _digest(secret), actor.user_id)
        record(connection, context, actor, "kiosk_added", "kiosk", kiosk_id)
    return KioskIssued(id=kiosk_id, secret=secret, path=f"{PATH}?clave={secret}")


def end_kiosk(context: Context, kiosk_id: int, actor: Actor) -> KioskList:
    """End a kiosk. Audited. Raises NotFound."""
    with context.database.write() as connection:
        if not rows.end_kiosk(connection, kiosk_id, context.clock()):
            raise NotFound(Message(es=f"No existe el quiosco {kiosk_id}.", en=f"There is no kiosk {kiosk_id}."))
        record(connection, context, actor, "kiosk_ended", "kiosk", kiosk_id)
    return list_kiosks(context)


def require_kiosk(context: Context, secret: str | None) -> Kiosk:
    """Return the kiosk of a link. Raises Unauthenticated and Forbidden."""
    if not secret:
        raise Unauthenticated(_UNKNOWN)
    with context.database.read() as connection:
        found = rows.find_kiosk(connection, _digest(secret)) if secret.startswith(PREFIX) else None
    if found is None:
        raise Forbidden(_UNKNOWN)
    return Kiosk.model_validate(found)


def report_at_kiosk(context: Context, report: KioskReport) -> KioskAnswer:
    """Store the answer of the person with the typed code.

    Raises:
        InvalidInput: It answers nothing.
        NotFound: No active employee has that code.
        Conflict: The person reported too often today.
    """
    with context.database.read() as connection:
        employee_id = rows.find_code_owner(connection, _digest(report.code))
    if employee_id is None:
        raise NotFound(_WRONG_CODE)
    store_self_report(context, employee_id, report.sleepiness, report.tension, Occasion.KIOSK)
    return KioskAnswer(is_stored=True)


def issue_code(context: Context, holder: LinkHolder) -> OwnCode:
    """Return a new code of the holder, which replaces the earlier one and is shown once. Audited. Raises Forbidden."""
    with context.database.write() as connection:
        require_open_link(connection, context, holder)
        for _ in range(_ATTEMPTS):
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            if rows.replace_code(connection, holder.employee_id, _digest(code)):
                record(connection, context, holder.actor, "issue_code", "employee", holder.employee_id)
                return OwnCode(code=code)
    raise Conflict(Message(es="No quedan códigos libres: repita.", en="No code is free: try again."))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
