"""`python -m stressvision audit`: verify the hash chain of the audit log, and print its entries."""

import argparse
from datetime import timedelta

from stressvision.commands.subcommands import Subparsers, add_parser, add_subparsers, get_operator
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Language, Message
from stressvision.db.queries.auth.audit import AuditFilter
from stressvision.domain.audit import AuditHead, Fault
from stressvision.services.audit import list_audit, verify_audit
from stressvision.services.context import opened_context

FAULTS_SHOWN = 20

AUDIT = Message(es="registro de auditoría", en="the audit log")
AUDIT_VERIFY = Message(es="comprueba que nadie alteró el registro", en="check the log for alterations")
AUDIT_VERIFY_ABOUT = Message(
    es="Comprueba la cadena de hashes del registro de auditoría: encuentra filas cambiadas, quitadas o movidas. "
    "Anote fuera de esta máquina la cabeza que muestra: con --head se ve después si se cortó el final.",
    en="Checks the audit log's chain of hashes: finds rows that were changed, removed or moved. Note the head that "
    "it shows outside this machine: with --head a later check detects whether the end was cut off.",
)
AUDIT_HEAD = Message(es="cabeza anotada en una verificación anterior", en="head noted at an earlier verification")
AUDIT_SHOW = Message(es="muestra quién consultó o cambió qué", en="show accesses and changes")
AUDIT_EMPLOYEE = Message(es="solo lo de este empleado (id)", en="only entries about this employee (id)")
AUDIT_USER = Message(es="solo lo de esta cuenta", en="only entries of this account")
AUDIT_DAYS = Message(es="solo los últimos N días", en="only the last N days")
AUDIT_LIMIT = Message(es="cuántas filas como máximo", en="maximum number of rows")
AUDIT_CHANGED = Message(es="Fila {id}: su contenido fue cambiado.", en="Row {id}: its content was changed.")
AUDIT_DISPLACED = Message(
    es="Fila {id}: antes de ella falta, sobra o se movió una fila.",
    en="Row {id}: a row before it is missing, was added or was moved.",
)
AUDIT_MORE = Message(es="… y {count} más.", en="… and {count} more.")
AUDIT_CUT = Message(
    es="La fila anotada {head} ya no está: se cortó o se reescribió el registro.",
    en="The noted row {head} is missing: the log was cut or rewritten.",
)
AUDIT_WHOLE = Message(
    es="Registro íntegro: {rows} filas. Cabeza: {head}", en="The log is intact: {rows} rows. Head: {head}"
)
AUDIT_BROKEN = Message(
    es="El registro fue ALTERADO ({rows} filas). Cabeza: {head}",
    en="The log was ALTERED ({rows} rows). Head: {head}",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    audit = add_parser(commands, "audit", language, AUDIT)
    actions = add_subparsers(audit, language)
    verifying = add_parser(actions, "verify", language, AUDIT_VERIFY, about=AUDIT_VERIFY_ABOUT)
    verifying.add_argument("--head", metavar="ID:HASH", help=AUDIT_HEAD.text(language))
    verifying.set_defaults(command=verify)
    showing = add_parser(actions, "show", language, AUDIT_SHOW)
    showing.add_argument("--employee", type=int, metavar="ID", help=AUDIT_EMPLOYEE.text(language))
    showing.add_argument("--user", metavar="NAME", help=AUDIT_USER.text(language))
    showing.add_argument("--days", type=int, metavar="N", help=AUDIT_DAYS.text(language))
    showing.add_argument("--limit", type=int, default=100, metavar="N", help=AUDIT_LIMIT.text(language))
    showing.set_defaults(command=show)


def verify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Verify the hash chain; return 1 if a row was changed, removed or moved."""
    noted_head = _parse_head(arguments.head)
    with opened_context(settings) as context:
        verdict = verify_audit(context, noted_head)
    for finding in verdict.faults[:FAULTS_SHOWN]:
        message = AUDIT_CHANGED if finding.fault is Fault.CHANGED else AUDIT_DISPLACED
        print(message.text(settings.lang).format(id=finding.id))
    if len(verdict.faults) > FAULTS_SHOWN:
        print(AUDIT_MORE.text(settings.lang).format(count=len(verdict.faults) - FAULTS_SHOWN))
    if verdict.is_cut:
        print(AUDIT_CUT.text(settings.lang).format(head=arguments.head))
    head = f"{verdict.head.id}:{verdict.head.hash}" if verdict.head else "-"
    message = AUDIT_WHOLE if verdict.is_whole else AUDIT_BROKEN
    print(message.text(settings.lang).format(rows=verdict.rows, head=head))
    return 0 if verdict.is_whole else 1


def show(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the newest entries, oldest first. Reading the log is itself audited."""
    since = utc_now() - timedelta(days=arguments.days) if arguments.days is not None else None
    criteria = AuditFilter(
        entity_type="employee" if arguments.employee is not None else None,
        entity_id=arguments.employee,
        user_id=arguments.user,
        since=since,
        limit=arguments.limit,
    )
    with opened_context(settings) as context:
        entries = list_audit(context, criteria, get_operator()).entries
    for entry in reversed(entries):
        entity = f"{entry.entity_type} {entry.entity_id if entry.entity_id is not None else ''}".strip()
        origin = " ".join(part for part in (entry.user_id, entry.ip_address) if part) or "-"
        print(f"{entry.timestamp:%Y-%m-%d %H:%M:%S}Z  {entry.action}  {entity}  {origin}")
    return 0


def _parse_head(text: str | None) -> AuditHead | None:
    if text is None:
        return None
    row_id, _, digest = text.partition(":")
    if not row_id.isdecimal() or len(digest) != 64:
        raise InvalidInput(
            Message(
                es="--head lleva lo que mostró una verificación anterior, como 120:9f86d0…",
                en="--head takes what an earlier verification showed, such as 120:9f86d0…",
            ),
            field="head",
        )
    return AuditHead(int(row_id), digest)
