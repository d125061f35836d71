"""`python -m stressvision prepare`, `upgrade`, `inspect` and `move`: the database itself."""

import argparse
import json
from contextlib import closing
from dataclasses import asdict

from stressvision.commands.demo import DEMO_ENROL, enrol_demo
from stressvision.commands.subcommands import Subparsers, add_parser
from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.db.schema.opening import OpeningOutcome
from stressvision.services.backup.restoring import move_database
from stressvision.services.backup.upgrading import upgrade_database
from stressvision.services.context import check_database, open_context_with_outcome
from stressvision.services.vitals import count_odd_rows, describe_database

PREPARE = Message(es="crea o actualiza la base de datos", en="create or update the database")
PREPARE_CHECK = Message(es="solo mirar, sin cambiar nada", en="only check, change nothing")
DATABASE_CREATED = Message(es="Base de datos creada: {where}.", en="Database created: {where}.")
DATABASE_READY = Message(es="Base de datos lista: {where}.", en="Database ready: {where}.")
DATABASE_UPGRADED = Message(
    es="Base de datos actualizada: {where}. Copia anterior: {backup}.",
    en="Database updated: {where}. Backup: {backup}.",
)
DATABASE_CONVERTED = Message(
    es="Base de datos de una fase anterior convertida: {where}. Copia anterior: {backup}. Los empleados deben "
    "inscribirse de nuevo: su rostro se midió con otra red.",
    en="Database of an earlier phase converted: {where}. Backup: {backup}. Employees need to enrol again: "
    "their embeddings come from another network.",
)
DATABASE_USABLE = Message(es="La base de datos se puede usar: {where}.", en="The database is usable: {where}.")
ODD_ROWS = Message(
    es="Filas escritas por otros programas con campos de otra forma, que se muestran como están: {odd}.",
    en="Rows written by other programs with fields of another form, which are shown as they stand: {odd}.",
)
INSPECT = Message(
    es="muestra en JSON la forma y el tamaño de la base, sin ninguna de sus filas",
    en="print the shape and size of the database as JSON, without any of its rows",
)
UPGRADE = Message(
    es="respalda la base, la actualiza a este programa y la comprueba; si algo falla, deja la anterior (detenga antes "
    "el sistema)",
    en="back up the database, upgrade it to this program and verify it; the previous one stays where something fails "
    "(stop the system first)",
)
UPGRADED = Message(
    es="Base actualizada del esquema {before} al {after} y comprobada: {rows} filas. Copia anterior: {backup}.",
    en="Database upgraded from schema {before} to {after} and verified: {rows} rows. Backup: {backup}.",
)
UP_TO_DATE = Message(
    es="La base ya es de este programa (esquema {after}), y está sana: {rows} filas.",
    en="The database already has this program's schema ({after}) and is sound: {rows} rows.",
)
MOVE = Message(
    es="copia la base SQLite a PostgreSQL y compara fila por fila (detenga antes el sistema)",
    en="copy the SQLite database to PostgreSQL and compare row by row (stop the system first)",
)
MOVE_TO = Message(es="base de destino, vacía: postgresql://…", en="empty target database: postgresql://…")
MOVED = Message(
    es="Copiadas y comparadas {rows} filas de {source} a {where}. El archivo queda como estaba. Para usar la nueva "
    "base, cambie STRESSVISION_DATABASE_URL.",
    en="{rows} rows copied from {source} to {where} and compared. The file is unchanged. To use the new database, "
    "change STRESSVISION_DATABASE_URL.",
)

_OUTCOMES = {
    OpeningOutcome.CREATED: DATABASE_CREATED,
    OpeningOutcome.CURRENT: DATABASE_READY,
    OpeningOutcome.UPGRADED: DATABASE_UPGRADED,
    OpeningOutcome.CONVERTED: DATABASE_CONVERTED,
}


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    preparing = add_parser(commands, "prepare", language, PREPARE)
    preparing.add_argument("--demo", action="store_true", help=DEMO_ENROL.text(language))
    preparing.add_argument("--check", action="store_true", help=PREPARE_CHECK.text(language))
    preparing.set_defaults(command=prepare)

    add_parser(commands, "upgrade", language, UPGRADE).set_defaults(command=upgrade)
    add_parser(commands, "inspect", language, INSPECT).set_defaults(command=inspect)

    moving = add_parser(commands, "move", language, MOVE)
    moving.add_argument("--to", required=True, metavar="URL", help=MOVE_TO.text(language))
    moving.set_defaults(command=move)


def prepare(settings: Settings, arguments: argparse.Namespace) -> int:
    """Create, migrate or convert the database; with --demo enrol the demo people; with --check only check it."""
    if arguments.check:
        check_database(settings)
        odd = ", ".join(f"{table} {count}" for table, count in count_odd_rows(settings).items())
        text = DATABASE_USABLE.text(settings.lang).format(where=_display_url(settings))
        print(f"{text} {ODD_ROWS.text(settings.lang).format(odd=odd)}" if odd else text)
        return 0
    context, opening = open_context_with_outcome(settings)
    backup = opening.backup or "-"
    with closing(context.database):
        print(
            _OUTCOMES[opening.outcome].text(settings.lang).format(where=_display_url(settings), backup=backup),
            flush=True,
        )
        if arguments.demo:
            enrol_demo(context)
    return 0


def upgrade(settings: Settings, arguments: argparse.Namespace) -> int:
    """Upgrade and verify the database."""
    del arguments
    done = upgrade_database(settings)
    message = UP_TO_DATE if done.before == done.after else UPGRADED
    rows = sum(done.rows.values())
    backup = done.backup or "-"
    print(message.text(settings.lang).format(before=done.before or "-", after=done.after, rows=rows, backup=backup))
    return 0


def inspect(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the shape of the database as JSON."""
    del arguments
    check_database(settings)
    print(json.dumps(asdict(describe_database(settings)), indent=1))
    return 0


def move(settings: Settings, arguments: argparse.Namespace) -> int:
    """Copy the configured file into PostgreSQL and compare each row."""
    rows = move_database(settings, arguments.to)
    target = settings.model_copy(update={"database_url": arguments.to})
    print(MOVED.text(settings.lang).format(rows=rows, source=_display_url(settings), where=_display_url(target)))
    return 0


def _display_url(settings: Settings) -> str:
    """Return the database URL without user and password."""
    scheme, _, rest = settings.database_url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
