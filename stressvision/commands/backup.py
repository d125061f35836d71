"""`python -m stressvision backup …` and `restore`."""

import argparse
import os
from pathlib import Path

from stressvision.commands.arguments import Commands, Say, operator
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, Language, Message
from stressvision.db.backup.sealed import new_key
from stressvision.launcher.record import read_record, running_components
from stressvision.services.backup.archive import Backup, find_chain, list_backups
from stressvision.services.backup.backups import make_backup
from stressvision.services.backup.restoring import open_backup, restore_database, verify_backup
from stressvision.services.context import opened_context

_MIB = 2**20


def add_commands(commands: Commands, say: Say) -> None:
    keeping = commands.add_parser("backup", help=say("backup"), description=say("backup"))
    actions = keeping.add_subparsers(required=True, metavar=say("command"))
    making = actions.add_parser("make", help=say("backup_make"), description=say("backup_make"))
    making.set_defaults(command=make)
    listing = actions.add_parser("list", help=say("backup_list"), description=say("backup_list"))
    listing.set_defaults(command=show)
    verifying = actions.add_parser("verify", help=say("backup_verify"), description=say("backup_verify"))
    verifying.add_argument("--file", type=Path, help=say("backup_file"))
    verifying.set_defaults(command=verify)
    keys = actions.add_parser("key", help=say("backup_key"), description=say("backup_key"))
    keys.add_argument("--output", type=Path, required=True, help=say("backup_output"))
    keys.set_defaults(command=make_key)
    opening = actions.add_parser("open", help=say("backup_open"), description=say("backup_open"))
    opening.add_argument("--file", type=Path, help=say("backup_file"))
    opening.add_argument("--output", type=Path, required=True, help=say("backup_output"))
    opening.set_defaults(command=open_one)

    restoring = commands.add_parser("restore", help=say("restore"), description=say("restore"))
    restoring.add_argument("--file", type=Path, help=say("backup_file"))
    restoring.set_defaults(command=restore)


def make(settings: Settings, arguments: argparse.Namespace) -> int:
    del arguments
    with opened_context(settings) as context:
        made = make_backup(context)
    print(TEXTS["backup_made"].text(settings.lang).format(name=made.path, size=made.bytes / _MIB))
    return 0


def show(settings: Settings, arguments: argparse.Namespace) -> int:
    del arguments
    found = list_backups(settings)
    for backup in found:
        print(_line(backup, settings.lang))
    if not found:
        print(TEXTS["backup_none"].text(settings.lang).format(where=settings.backup_dir))
    return 0


def verify(settings: Settings, arguments: argparse.Namespace) -> int:
    chain, rows = verify_backup(settings, arguments.file)
    at = f"{chain[-1].created_at:%Y-%m-%d %H:%M:%S}"
    said = TEXTS["backup_sound"].text(settings.lang)
    print(said.format(count=len(chain), rows=sum(rows.values()), at=at))
    return 0


def make_key(settings: Settings, arguments: argparse.Namespace) -> int:
    path: Path = arguments.output
    if path.exists():
        raise Conflict(
            Message(
                es=f"{path} ya existe: una clave no se sobrescribe, sus copias quedarían ilegibles.",
                en=f"{path} exists: a key is not overwritten, its backups would become unreadable.",
            ),
            field="--output",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(new_key() + "\n")
    print(TEXTS["backup_key_made"].text(settings.lang).format(path=path))
    return 0


def open_one(settings: Settings, arguments: argparse.Namespace) -> int:
    whole, *_ = find_chain(settings, arguments.file)
    open_backup(settings, whole, arguments.output)
    print(TEXTS["backup_opened"].text(settings.lang).format(path=arguments.output))
    return 0


def restore(settings: Settings, arguments: argparse.Namespace) -> int:
    _refuse_running(settings)
    restored = restore_database(settings, arguments.file, operator())
    newest = restored.chain[-1]
    print(
        TEXTS["restored"]
        .text(settings.lang)
        .format(
            name=newest.path.name,
            at=f"{newest.created_at:%Y-%m-%d %H:%M:%S}",
            rows=sum(restored.rows.values()),
            aside=restored.aside or "-",
        )
    )
    if restored.erased_again:
        print(TEXTS["restored_again_erased"].text(settings.lang).format(count=restored.erased_again))
    return 0


def _refuse_running(settings: Settings) -> None:
    """Raises Conflict naming what the launcher has running; the database itself tells of anything else."""
    record = read_record(settings.run_dir)
    running = ", ".join(part.component.name for part in running_components(record)) if record else ""
    if running:
        raise Conflict(
            Message(
                es=f"El sistema está en marcha ({running}). Deténgalo: python start_complete_system.py stop",
                en=f"The system is running ({running}). Stop it: python start_complete_system.py stop",
            )
        )


def _line(backup: Backup, language: Language) -> str:
    return (
        TEXTS["backup_line"]
        .text(language)
        .format(
            name=backup.path.name,
            at=f"{backup.created_at:%Y-%m-%d %H:%M:%S} UTC",
            size=backup.bytes / _MIB,
            kind=TEXTS[f"backup_{backup.kind}"].text(language),
            encrypted=TEXTS["backup_encrypted"].text(language) if backup.is_encrypted else "",
        )
    )
