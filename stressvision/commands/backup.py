"""`python -m stressvision backup …` and `restore`: backups of the database."""

import argparse
import os
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.commands.subcommands import Subparsers, add_parser, add_subparsers, get_operator
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, Conflict, InvalidInput, Language, Message
from stressvision.db.backup.backup_files import BackupKind
from stressvision.db.backup.keys import new_key
from stressvision.domain.disclosure import FEWEST_ROWS, round_size
from stressvision.launcher.record import read_record, running_components
from stressvision.services.backup.archive import (
    Backup,
    configured_key,
    list_names,
    read_backup,
)
from stressvision.services.backup.backups import make_backup
from stressvision.services.backup.chains import find_chain
from stressvision.services.backup.health import find_backup_fault, find_open_copies
from stressvision.services.backup.restoring import open_backup, restore_database, verify_backup
from stressvision.services.context import opened_context

_MIB = 2**20

BACKUP = Message(
    es="copias de seguridad: make, list, verify, check, key, open", en="backups: make, list, verify, check, key, open"
)
BACKUP_MAKE = Message(es="hace una copia ahora, sin detener nada", en="make a backup now, without stopping the system")
BACKUP_LIST = Message(es="muestra las copias que hay", en="list the backups")
BACKUP_VERIFY = Message(
    es="restaura una copia en un archivo temporal y la lee entera",
    en="restore a backup into a temporary file and read all of it",
)
BACKUP_KEY = Message(es="crea una clave de cifrado", en="create an encryption key")
BACKUP_KEY_FROM = Message(
    es="clave de la versión 0.2 o 0.3: la nueva abre también las copias hechas con ella",
    en="key of version 0.2 or 0.3: the new one also opens the backups made with it",
)
BACKUP_CHECK = Message(
    es="dice si las copias se hacen como se pidió", en="report whether backups are made as configured"
)
BACKUP_CHECKED = Message(es="al día: la última es de {at} (UTC)", en="up to date: the newest is of {at} (UTC)")
BACKUP_OPEN = Message(
    es="escribe lo que contiene una copia completa (para pg_restore)",
    en="write the content of a full backup (for pg_restore)",
)
BACKUP_FILE = Message(es="la copia (por omisión, la última)", en="backup file (default: the newest)")
BACKUP_OUTPUT = Message(es="archivo que se escribe", en="file to write")
BACKUP_LINE = Message(
    es="{name}  {at}  {size:>9.1f} MiB  {kind}{encrypted}", en="{name}  {at}  {size:>9.1f} MiB  {kind}{encrypted}"
)
BACKUP_ENCRYPTED = Message(es=", cifrada", en=", encrypted")
BACKUP_WHOLE = Message(es="completa", en="full")
BACKUP_CHANGES = Message(es="cambios", en="changes")
BACKUP_DUMP = Message(es="volcado de PostgreSQL", en="PostgreSQL dump")
BACKUP_MADE = Message(
    es="Copia hecha y leída de vuelta: {name}, {size:.1f} MiB.",
    en="Backup written and verified: {name}, {size:.1f} MiB.",
)
BACKUP_NONE = Message(es="No hay copias en {where}.", en="There are no backups in {where}.")
BACKUP_SOUND = Message(
    es="Sana. Archivos: {count}; filas: {rows}; hasta {at} (UTC).",
    en="Valid. Files: {count}; rows: {rows}; up to {at} (UTC).",
)
DUMP_SOUND = Message(
    es="Sano: el volcado se abre y está completo, hasta {at} (UTC).",
    en="Valid: the dump opens and is complete, up to {at} (UTC).",
)
BACKUP_KEY_MADE = Message(
    es="Clave creada en {path}. Guarde una copia fuera de este equipo: sin ella las copias no se pueden leer. Para "
    "usarla: STRESSVISION_BACKUP_KEY_FILE={path}",
    en="Key created in {path}. Keep a copy outside this machine: without it the backups cannot be read. To use it: "
    "STRESSVISION_BACKUP_KEY_FILE={path}",
)
BACKUP_OPENED = Message(es="Escrito: {path}", en="Written: {path}")
RESTORE = Message(
    es="vuelve a una copia de seguridad (con el sistema detenido)",
    en="restore a backup (with the system stopped)",
)
RESTORED_BY = Message(es="quién la restaura", en="user that restores it")
RESTORED = Message(
    es="Restaurada {name}, con todo hasta el {at} ({zone}): {rows}. La base anterior quedó en {aside}.",
    en="Restored {name}, with everything up to {at} ({zone}): {rows}. The previous database is at {aside}.",
)
ROWS = Message(es="{count} filas", en="{count} rows")
ROWS_AT_MOST = Message(es="hasta {count} filas", en="at most {count} rows")
RESTORED_AND_ERASED_AGAIN = Message(
    es="Se volvió a borrar a {count} personas que ya estaban borradas.",
    en="{count} people erased earlier were erased again.",
)

TIME_FORMATS = {"es": "%d/%m/%Y %H:%M:%S", "en": "%Y-%m-%d %H:%M:%S"}

_KINDS = {
    BackupKind.WHOLE: BACKUP_WHOLE,
    BackupKind.CHANGES: BACKUP_CHANGES,
    BackupKind.DUMP: BACKUP_DUMP,
}


def add_commands(commands: Subparsers, language: Language) -> None:
    """Add the subcommands of this module."""
    parser = add_parser(commands, "backup", language, BACKUP)
    actions = add_subparsers(parser, language)
    making = add_parser(actions, "make", language, BACKUP_MAKE)
    making.set_defaults(command=make)
    listing = add_parser(actions, "list", language, BACKUP_LIST)
    listing.set_defaults(command=show)
    verifying = add_parser(actions, "verify", language, BACKUP_VERIFY)
    verifying.add_argument("--file", type=Path, help=BACKUP_FILE.text(language))
    verifying.set_defaults(command=verify)
    checking = add_parser(actions, "check", language, BACKUP_CHECK)
    checking.set_defaults(command=check)
    keys = add_parser(actions, "key", language, BACKUP_KEY)
    keys.add_argument("--from", dest="earlier", type=Path, metavar="FILE", help=BACKUP_KEY_FROM.text(language))
    keys.add_argument("--output", type=Path, required=True, help=BACKUP_OUTPUT.text(language))
    keys.set_defaults(command=make_key)
    opening = add_parser(actions, "open", language, BACKUP_OPEN)
    opening.add_argument("--file", type=Path, help=BACKUP_FILE.text(language))
    opening.add_argument("--output", type=Path, required=True, help=BACKUP_OUTPUT.text(language))
    opening.set_defaults(command=decrypt)

    restoring = add_parser(commands, "restore", language, RESTORE)
    restoring.add_argument("--file", type=Path, help=BACKUP_FILE.text(language))
    restoring.add_argument("--recorded-by", help=RESTORED_BY.text(language))
    restoring.set_defaults(command=restore)


def make(settings: Settings, arguments: argparse.Namespace) -> int:
    """Make a backup and read it back."""
    del arguments
    with opened_context(settings) as context:
        made = make_backup(context)
    print(BACKUP_MADE.text(settings.lang).format(name=made.path, size=made.bytes / _MIB))
    return 0


def show(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the backups."""
    del arguments
    key, names = configured_key(settings), list_names(settings)
    for name in names:
        try:
            print(_format_line(read_backup(settings, name, key), settings.lang))
        except (InvalidInput, ConfigurationError) as error:
            print(f"{name.path.name}  {error.message.text(settings.lang)}")
    if not names:
        print(BACKUP_NONE.text(settings.lang).format(where=settings.backup_dir))
    return 0


def verify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Restore a backup into a temporary file and read all of it."""
    chain, rows = verify_backup(settings, arguments.file)
    at = f"{chain[-1].created_at:%Y-%m-%d %H:%M:%S}"
    sound = (BACKUP_SOUND if rows else DUMP_SOUND).text(settings.lang)
    print(sound.format(count=len(chain), rows=sum(rows.values()), at=at))
    if hint := find_open_copies(settings):
        print(hint.text(settings.lang))
    return 0


def check(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print whether backups are made as configured, without reading their content; return 1 if not."""
    del arguments
    fault = find_backup_fault(settings)
    checked = fault if fault.message else replace(fault, message=BACKUP_CHECKED)
    print(checked.describe(settings.lang))
    return 1 if fault.is_problem else 0


def make_key(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write a new encryption key to a file that only its owner can read.

    Raises:
        Conflict: If the file exists.
    """
    path: Path = arguments.output
    if path.exists():
        raise Conflict(
            Message(
                es=f"{path} ya existe: una clave no se sobrescribe, sus copias quedarían ilegibles.",
                en=f"{path} exists: a key is not overwritten, its backups would become unreadable.",
            ),
            field="--output",
        )
    text = new_key(earlier=arguments.earlier)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text + "\n")
    print(BACKUP_KEY_MADE.text(settings.lang).format(path=path))
    return 0


def decrypt(settings: Settings, arguments: argparse.Namespace) -> int:
    """Write the decrypted content of a full backup to a file."""
    whole, *_ = find_chain(settings, arguments.file)
    open_backup(settings, whole, arguments.output)
    print(BACKUP_OPENED.text(settings.lang).format(path=arguments.output))
    return 0


def restore(settings: Settings, arguments: argparse.Namespace) -> int:
    """Replace the database by a backup; the previous database is kept.

    Raises:
        Conflict: If the system is running.
    """
    _refuse_running(settings)
    restored = restore_database(settings, arguments.file, get_operator(arguments.recorded_by))
    newest, total = restored.chain[-1], sum(restored.rows.values())
    # The console shows this text to administrators: it must not disclose the number of detections.
    rows = (ROWS_AT_MOST, round_size(total, FEWEST_ROWS)) if arguments.recorded_by else (ROWS, total)
    local = newest.created_at.astimezone(ZoneInfo(settings.time_zone))
    print(
        RESTORED.text(settings.lang).format(
            name=newest.path.name,
            at=f"{local:{TIME_FORMATS[settings.lang]}}",
            zone=settings.time_zone,
            rows=rows[0].text(settings.lang).format(count=rows[1]),
            aside=restored.aside or "-",
        )
    )
    if restored.erased_again:
        print(RESTORED_AND_ERASED_AGAIN.text(settings.lang).format(count=restored.erased_again))
    return 0


def _refuse_running(settings: Settings) -> None:
    """Raise Conflict, with their names, if the launcher has components running.

    Other processes are noticed by `restore_database`, which needs the database for itself.
    """
    record = read_record(settings.run_dir)
    running = ", ".join(part.component.name for part in running_components(record)) if record else ""
    if running:
        raise Conflict(
            Message(
                es=f"El sistema está en marcha ({running}). Deténgalo: python start_complete_system.py stop",
                en=f"The system is running ({running}). Stop it: python start_complete_system.py stop",
            )
        )


def _format_line(backup: Backup, language: Language) -> str:
    return BACKUP_LINE.text(language).format(
        name=backup.path.name,
        at=f"{backup.created_at:%Y-%m-%d %H:%M:%S} UTC",
        size=backup.bytes / _MIB,
        kind=_KINDS[backup.kind].text(language),
        encrypted=BACKUP_ENCRYPTED.text(language) if backup.is_encrypted else "",
    )
