"""`python -m stressvision retention`: what is past its term goes, and the disk gets its space back."""

import argparse

from stressvision.commands.arguments import Commands, Say
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.domain.retention import RetentionKind, Term
from stressvision.services.context import opened_context
from stressvision.services.privacy.retention import apply_retention, count_expired

_MIB = 2**20

_KINDS = {
    RetentionKind.DETECTIONS: Message(es="Detecciones y sesiones", en="Detections and sessions"),
    RetentionKind.ROLLUPS: Message(es="Reportes de 15 minutos y por persona", en="Quarter-hour reports, and by person"),
    RetentionKind.REPORTS: Message(es="Resúmenes diarios", en="Daily summaries"),
    RetentionKind.ALERTS: Message(es="Alertas resueltas", en="Resolved alerts"),
    RetentionKind.AUDIT: Message(es="Registro de auditoría", en="Audit log"),
}


def add_commands(commands: Commands, say: Say) -> None:
    keeping = commands.add_parser("retention", help=say("retention"), description=say("retention"))
    how = keeping.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help=say("retention_dry"))
    how.add_argument("--compact", action="store_true", help=say("retention_compact"))
    keeping.set_defaults(command=keep_terms)


def keep_terms(settings: Settings, arguments: argparse.Namespace) -> int:
    language = settings.lang
    with opened_context(settings) as context:
        outcome = count_expired(context) if arguments.dry_run else apply_retention(context, compact=arguments.compact)
    for term, count in outcome.terms:
        print(
            TEXTS["retention_line"]
            .text(language)
            .format(what=_KINDS[term.kind].text(language), days=_days(term, language), count=count)
        )
    if arguments.dry_run:
        print(TEXTS["retention_dry_done"].text(language))
        return 0
    sizes = {"before": outcome.before.used, "after": outcome.after.used, "free": outcome.after.free}
    print(TEXTS["retention_done"].text(language).format(**{name: size / _MIB for name, size in sizes.items()}))
    return 0


def _days(term: Term, language: Language) -> str:
    if not term.days:
        return TEXTS["retention_forever"].text(language)
    return TEXTS["retention_days"].text(language).format(days=term.days)
