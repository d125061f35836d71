"""The audit log: names of its actions, and its hash chain, of each row's content and the hash of the row before it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from stressvision.core.clock import to_stored
from stressvision.core.texts import Message

BEGINNING = "0" * 64
"""Previous hash of the first row."""
TRIMMED = "audit_trimmed"
"""Action of the row that records up to where the log was shortened, and the hash on which the rest continues."""
ACTIONS: Mapping[str, Message] = {
    "read_employee": Message(es="vio la ficha", en="read the record"),
    "read_employee_state": Message(es="consultó el estado reciente", en="read the recent state"),
    "read_person_figures": Message(es="vio sus cifras en el tiempo", en="read the person's figures over time"),
    "read_person_events": Message(es="vio la línea de tiempo", en="read the time line"),
    "read_alert": Message(es="vio una alerta suya", en="read an alert of the person"),
    "read_alerts": Message(es="vio sus alertas", en="read the person's alerts"),
    "alert_acknowledged": Message(es="atendió una alerta", en="acknowledged an alert"),
    "alert_resolved": Message(es="resolvió una alerta", en="resolved an alert"),
    "alert_noted": Message(es="anotó una alerta", en="annotated an alert"),
    "alert_reopened": Message(es="deshizo una decisión sobre una alerta", en="undid a decision on an alert"),
    "alert_escalated": Message(es="escaló una alerta sin atender", en="escalated an unacknowledged alert"),
    "silence_begun": Message(es="silenció sus alertas", en="silenced the person's alerts"),
    "silence_ended": Message(es="terminó un silencio de sus alertas", en="ended a silence of the person's alerts"),
    "issue_link": Message(es="entregó el enlace personal", en="issued the personal link"),
    "open_link": Message(es="abrió el enlace personal", en="opened the personal link"),
    "issue_code": Message(es="pidió un código para los quioscos", en="requested a code for kiosks"),
    "pause_recognition": Message(es="pidió no ser reconocido hoy", en="paused recognition for the day"),
    "resume_recognition": Message(es="terminó la pausa del día", en="ended the day's pause"),
    "request_correction": Message(es="pidió una corrección", en="requested a correction"),
    "close_correction": Message(es="respondió una solicitud de corrección", en="answered a request for correction"),
    "follow_employee": Message(es="siguió el estado en vivo", en="followed the live state"),
    "stream_events": Message(es="recibió sus eventos en vivo", en="received the person's live events"),
    "read_gallery": Message(es="obtuvo los rostros inscritos", en="fetched the enrolled faces"),
    "view_camera": Message(es="vio una cámara en vivo", en="watched a live camera"),
    "read_report": Message(es="vio un reporte con sus datos", en="read a report with the person's data"),
    "read_daily_summary": Message(es="vio el resumen de un día", en="read the summary of a day"),
    "read_weekly_summary": Message(es="vio el resumen de una semana", en="read the summary of a week"),
    "read_statistics": Message(es="vio estadísticas con su nombre", en="read statistics with the person's name"),
    "export_detections": Message(es="exportó sus detecciones", en="exported the person's detections"),
    "read_audit": Message(es="vio quién consultó sus datos", en="read who had read the person's data"),
    "read_own_data": Message(es="reunió lo que se guarda de la persona", en="collected the stored data of the person"),
    "create_employee": Message(es="creó la ficha", en="created the record"),
    "change_employee": Message(es="cambió la ficha", en="changed the record"),
    "activate_employee": Message(es="activó la ficha", en="activated the record"),
    "deactivate_employee": Message(es="desactivó la ficha", en="deactivated the record"),
    "enrol": Message(es="inscribió el rostro", en="enrolled the face"),
    "withdraw_consent": Message(es="registró el retiro del consentimiento", en="recorded the withdrawal of consent"),
    "erase": Message(es="borró los datos", en="erased the data"),
}
"""What each action about one person is called: in the log, and for that person."""
OPERATIONS = frozenset(
    {
        *("account_added", "account_disabled", "password_changed", "token_added", "token_revoked"),
        *("login", "logout", "login_failed", "settings_changed", "notification_tested"),
        *("backup_made", "backup_verified", "backup_downloaded", "restoration_requested", "database_restored"),
        *("camera_changed", "camera_paused", "camera_resumed", TRIMMED),
        *("create_employee", "change_employee", "activate_employee", "deactivate_employee", "enrol"),
        *("withdraw_consent", "erase", "issue_link", "open_link", "pause_recognition", "resume_recognition"),
        *("request_correction", "close_correction", "kiosk_added", "kiosk_ended", "issue_code"),
    }
)
"""Actions that no measurement causes: roles that may not see measurements see these rows."""
CHOSEN_READS = frozenset(
    {
        *("read_employee", "read_employee_state", "read_person_figures", "read_person_events", "read_own_data"),
        *("read_audit", "export_detections", "print_report", "view_camera", "follow_employee", "read_gallery"),
        "stream_started",
    }
)
"""Reads that have one row each, whatever was measured: such roles see the reader and the time, and not of whom.

All other actions are withheld from them. A list of alerts, statistics and a stream have a row for each person who is in
it, and a decision on an alert states that there was one.
"""
BY_TOKEN = "by_token"  # noqa: S105  the name of a detail
"""Detail that names the access token of the program which acted for the account."""
REPETITIONS = "times"
"""Detail of a row that counts repeated reads."""
_POSITIONS = frozenset({"through", "hash", "rows", "replaced_audit_id", "replaced_audit_hash"})
"""Details from which the number of rows follows, also of withheld ones."""


@dataclass(frozen=True)
class Entry:
    """Content of one row. `details` is any JSON value."""

    timestamp: datetime
    user_id: str | None
    action: str | None
    entity_type: str | None
    entity_id: int | None
    ip_address: str | None
    details: object


@dataclass(frozen=True)
class Link:
    """A stored row with the hash of the row before it and its own."""

    id: int
    entry: Entry
    previous_hash: str | None
    hash: str | None


class Fault(StrEnum):
    """A break of the chain."""

    CHANGED = "changed"
    """The row's content does not match its hash."""
    DISPLACED = "displaced"
    """The row does not follow the one before it: a row between them was removed, added or moved."""


@dataclass(frozen=True)
class ChainFault:
    """A fault, and the id of the row in which it was found."""

    id: int
    fault: Fault


@dataclass(frozen=True)
class AuditHead:
    """The newest row. Noted outside the database, it shows later whether the end of the log was removed."""

    id: int
    hash: str


def limit_entry(entry: Entry) -> Entry:
    """Return a row of OPERATIONS or CHOSEN_READS as roles that may not see measurements see it."""
    own = entry.details if isinstance(entry.details, dict) else {}
    if entry.action in OPERATIONS:
        return replace(entry, details={name: own[name] for name in own if name not in _POSITIONS} or None)
    return replace(
        entry, entity_type=None, entity_id=None, details={BY_TOKEN: own[BY_TOKEN]} if BY_TOKEN in own else None
    )


def link_hash(previous_hash: str, entry: Entry) -> str:
    """Return the SHA-256, in hex, of the previous row's hash and the row's content as canonical JSON."""
    content = [
        previous_hash,
        to_stored(entry.timestamp),
        entry.user_id,
        entry.action,
        entry.entity_type,
        entry.entity_id,
        entry.ip_address,
        entry.details,
    ]
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=repr)
    # Rows written by other programs may contain invalid Unicode; these are hashed too.
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()


def find_faults(links: Iterable[Link], anchor: str) -> Iterator[ChainFault]:
    """Yield a fault for every changed or displaced row.

    Args:
        links: Rows in the order of their ids.
        anchor: Hash of the row before the first one that is kept.
    """
    expected = anchor
    for link in links:
        if link.previous_hash != expected:
            yield ChainFault(link.id, Fault.DISPLACED)
        if link.hash != link_hash(link.previous_hash or "", link.entry):
            yield ChainFault(link.id, Fault.CHANGED)
        expected = link.hash or ""
