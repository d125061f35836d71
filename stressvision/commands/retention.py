"""`python -m stressvision retention`: delete expired data and free disk space."""

import argparse

from stressvision.commands.subcommands import Subparsers, add_parser
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

RETENTION = Message(es="borra lo que pasó su plazo y devuelve el espacio", en="delete expired data and free disk space")
RETENTION_DRY = Message(es="solo contar, sin borrar", en="count only, delete nothing")
RETENTION_COMPACT = Message(
    es="reescribir el archivo entero (los demás esperan mientras tanto)",
    en="rewrite the whole file (other processes wait meanwhile)",
)
RETENTION_LINE = Message(es="{what:<38} {days:>9}  {count:>10} filas", en="{what:<38} {days:>9}  {count:>10} rows")
RETENTION_DAYS = Message(es="{days} días", en="{days} days")
RETENTION_FOREVER = Message(es="siempre", en="unlimited")
RETENTION_DRY_DONE = Message(es="No se borró nada (--dry-run).", en="Nothing was deleted (--dry-run).")
RETENTION_DONE = Message(
    es="En disco: {before:.1f} MiB antes, {after:.1f} MiB después ({free:.1f} MiB por devolver).",
    en="On disk: {before:.1f} MiB before, {after:.1f} MiB after ({free:.1f} MiB still to free).",
)


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    parser = add_parser(commands, "retention", language, RETENTION)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--dry-run", action="store_true", help=RETENTION_DRY.text(language))
    mode.add_argument("--compact", action="store_true", help=RETENTION_COMPACT.text(language))
    parser.set_defaults(command=run_retention)


def run_retention(settings: Settings, arguments: argparse.Namespace) -> int:
    """Delete expired rows, or only count them with --dry-run; print the result."""
    language = settings.lang
    with opened_context(settings) as context:
        outcome = count_expired(context) if arguments.dry_run else apply_retention(context, compact=arguments.compact)
    for term, count in outcome.terms:
        print(
            RETENTION_LINE.text(language).format(
                what=_KINDS[term.kind].text(language), days=_format_days(term, language), count=count
            )
        )
    if arguments.dry_run:
        print(RETENTION_DRY_DONE.text(language))
        return 0
    sizes = {"before": outcome.before.used, "after": outcome.after.used, "free": outcome.after.free}
    print(RETENTION_DONE.text(language).format(**{name: size / _MIB for name, size in sizes.items()}))
    return 0


def _format_days(term: Term, language: Language) -> str:
    if not term.days:
        return RETENTION_FOREVER.text(language)
    return RETENTION_DAYS.text(language).format(days=term.days)
