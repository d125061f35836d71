"""The command line of `python -m stressvision`."""

import argparse
from collections.abc import Callable
from pathlib import Path

from stressvision.arguments import Arguments
from stressvision.commands import cameras, database, demo, enrolment
from stressvision.commands.texts import TEXTS
from stressvision.config import Settings, load_settings
from stressvision.door import run_program

Command = Callable[[Settings, argparse.Namespace], int]


def main() -> int:
    """Exit code 0 when it was done, 2 with a message when it was refused."""
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    arguments = _parser(settings).parse_args()
    command: Command = arguments.command
    return command(settings, arguments)


def _parser(settings: Settings) -> argparse.ArgumentParser:
    def say(name: str) -> str:
        return TEXTS[name].text(settings.lang)

    parser = Arguments(prog="python -m stressvision", description=say("about"))
    commands = parser.add_subparsers(required=True, metavar=say("command"))

    enrol = commands.add_parser("enrol", help=say("enrol"), description=say("enrol_about"))
    enrol.add_argument("--code", required=True, help=say("code"))
    enrol.add_argument("--name", required=True, help=say("name"))
    enrol.add_argument("--department", help=say("department"))
    enrol.add_argument("--shift", help=say("shift"))
    enrol.add_argument("--recorded-by", help=say("recorded_by"))
    enrol.add_argument("--allow-similar", action="store_true", help=say("allow_similar"))
    pictures = enrol.add_mutually_exclusive_group(required=True)
    pictures.add_argument("--photos", type=Path, metavar="DIR", help=say("photos"))
    pictures.add_argument("--camera", nargs="?", const="0", metavar="N", help=say("camera"))
    enrol.set_defaults(command=enrolment.enrol)

    withdraw = commands.add_parser("withdraw", help=say("withdraw"), description=say("withdraw_about"))
    withdraw.add_argument("--code", required=True, help=say("code"))
    withdraw.add_argument("--recorded-by", help=say("recorded_by"))
    withdraw.set_defaults(command=enrolment.withdraw)

    people = commands.add_parser("demo", help=say("demo"), description=say("demo"))
    choice = people.add_mutually_exclusive_group(required=True)
    choice.add_argument("--enrol", action="store_true", help=say("demo_enrol"))
    choice.add_argument("--remove", action="store_true", help=say("demo_remove"))
    people.set_defaults(command=demo.change_demo)

    prepare = commands.add_parser("prepare", help=say("prepare"), description=say("prepare"))
    prepare.add_argument("--demo", action="store_true", help=say("demo_enrol"))
    prepare.add_argument("--check", action="store_true", help=say("check"))
    prepare.set_defaults(command=database.prepare)

    move = commands.add_parser("move", help=say("move"), description=say("move"))
    move.add_argument("--to", required=True, metavar="URL", help=say("move_to"))
    move.set_defaults(command=database.move)

    attached = commands.add_parser("cameras", help=say("cameras"), description=say("cameras"))
    attached.set_defaults(command=cameras.list_cameras)
    return parser
