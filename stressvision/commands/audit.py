"""`python -m stressvision audit`: who looked at or changed what, and whether the log is whole."""

import argparse
from datetime import timedelta

from stressvision.commands.arguments import Commands, Say, operator
from stressvision.commands.texts import TEXTS
from stressvision.core.clock import utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import InvalidInput, Message
from stressvision.db.queries.audit import AuditFilter
from stressvision.domain.audit import Fault, Head
from stressvision.services.audit import list_audit, verify_audit
from stressvision.services.context import opened_context

FAULTS_SHOWN = 20


def add_commands(commands: Commands, say: Say) -> None:
    audit = commands.add_parser("audit", help=say("audit"), description=say("audit"))
    actions = audit.add_subparsers(required=True, metavar=say("command"))
    verifying = actions.add_parser("verify", help=say("audit_verify"), description=say("audit_verify_about"))
    verifying.add_argument("--head", metavar="ID:HASH", help=say("audit_head"))
    verifying.set_defaults(command=verify)
    showing = actions.add_parser("show", help=say("audit_show"), description=say("audit_show"))
    showing.add_argument("--employee", type=int, metavar="ID", help=say("audit_employee"))
    showing.add_argument("--user", metavar="NAME", help=say("audit_user"))
    showing.add_argument("--days", type=int, metavar="N", help=say("audit_days"))
    showing.add_argument("--limit", type=int, default=100, metavar="N", help=say("audit_limit"))
    showing.set_defaults(command=show)


def verify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Exit code 1 where a row was changed, removed or moved."""
    noted = _parse_head(arguments.head)
    with opened_context(settings) as context:
        verdict = verify_audit(context, noted)
    for finding in verdict.faults[:FAULTS_SHOWN]:
        name = "audit_changed" if finding.fault is Fault.CHANGED else "audit_displaced"
        print(TEXTS[name].text(settings.lang).format(id=finding.id))
    if len(verdict.faults) > FAULTS_SHOWN:
        print(TEXTS["audit_more"].text(settings.lang).format(count=len(verdict.faults) - FAULTS_SHOWN))
    if verdict.is_cut:
        print(TEXTS["audit_cut"].text(settings.lang).format(head=arguments.head))
    head = f"{verdict.head.id}:{verdict.head.hash}" if verdict.head else "-"
    told = TEXTS["audit_whole" if verdict.is_whole else "audit_broken"]
    print(told.text(settings.lang).format(rows=verdict.rows, head=head))
    return 0 if verdict.is_whole else 1


def show(settings: Settings, arguments: argparse.Namespace) -> int:
    since = utc_now() - timedelta(days=arguments.days) if arguments.days is not None else None
    wanted = AuditFilter(
        entity_type="employee" if arguments.employee is not None else None,
        entity_id=arguments.employee,
        user_id=arguments.user,
        since=since,
        limit=arguments.limit,
    )
    with opened_context(settings) as context:
        found = list_audit(context, wanted, operator()).entries
    for entry in reversed(found):
        entity = f"{entry.entity_type} {entry.entity_id if entry.entity_id is not None else ''}".strip()
        who = " ".join(part for part in (entry.user_id, entry.ip_address) if part) or "-"
        print(f"{entry.timestamp:%Y-%m-%d %H:%M:%S}Z  {entry.action}  {entity}  {who}")
    return 0


def _parse_head(text: str | None) -> Head | None:
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
    return Head(int(row_id), digest)
