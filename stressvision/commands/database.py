"""`python -m stressvision prepare` and `move`: the database, ready before anything else starts, or elsewhere."""

import argparse
from contextlib import closing

from stressvision.commands.arguments import Commands, Say
from stressvision.commands.demo import enrol_demo
from stressvision.commands.texts import TEXTS
from stressvision.core.config import Settings
from stressvision.services.backup.moving import move_database
from stressvision.services.context import check_database, open_context_with_outcome


def add_commands(commands: Commands, say: Say) -> None:
    preparing = commands.add_parser("prepare", help=say("prepare"), description=say("prepare"))
    preparing.add_argument("--demo", action="store_true", help=say("demo_enrol"))
    preparing.add_argument("--check", action="store_true", help=say("check"))
    preparing.set_defaults(command=prepare)

    moving = commands.add_parser("move", help=say("move"), description=say("move"))
    moving.add_argument("--to", required=True, metavar="URL", help=say("move_to"))
    moving.set_defaults(command=move)


def prepare(settings: Settings, arguments: argparse.Namespace) -> int:
    """Creates, updates or takes over the database; with --demo enrols its people; with --check only looks."""
    if arguments.check:
        check_database(settings)
        print(TEXTS["usable"].text(settings.lang).format(where=_where(settings)))
        return 0
    context, opening = open_context_with_outcome(settings)
    backup = opening.backup or "-"
    with closing(context.database):
        print(TEXTS[str(opening.outcome)].text(settings.lang).format(where=_where(settings), backup=backup), flush=True)
        if arguments.demo:
            enrol_demo(context)
    return 0


def move(settings: Settings, arguments: argparse.Namespace) -> int:
    """Copies the configured file into PostgreSQL, compares every row, and says which setting to change."""
    rows = move_database(settings, arguments.to)
    target = settings.model_copy(update={"database_url": arguments.to})
    print(TEXTS["moved"].text(settings.lang).format(rows=rows, source=_where(settings), where=_where(target)))
    return 0


def _where(settings: Settings) -> str:
    """Without the password that a PostgreSQL address may hold."""
    scheme, _, rest = settings.database_url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
