"""The command line of `start_complete_system.py`."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError, Language, Message
from stressvision.core.program import EXIT_REFUSED, run_program
from stressvision.launcher.busy import describe_busy_ports
from stressvision.launcher.checks import has_display
from stressvision.launcher.components import (
    DEFAULT_OPTION,
    OPTIONS,
    Component,
    choose_components,
    find_option,
    prepare_command,
)
from stressvision.launcher.control import show_status, stop_everything
from stressvision.launcher.doctor import examine
from stressvision.launcher.environment import language
from stressvision.launcher.menu import LEAVE, ask_option
from stressvision.launcher.printer import choose_printer
from stressvision.launcher.record import LauncherRecord, is_running, read_record, running_components
from stressvision.launcher.session import Session, run_session

EXIT_INTERRUPTED = 130
"""As shells count it: 128 and the number of SIGINT."""

COMMANDS = ("start", "stop", "status", "doctor")
HELP = Message(
    es=f"""Inicia Stress Vision y lo mantiene en marcha.

uso: python start_complete_system.py [orden] [--option N] [--demo] [--headless]

órdenes:
  (ninguna)     muestra el menú e inicia lo que se elija
  stop          detiene lo que se inició desde esta carpeta
  status        muestra qué está en marcha
  doctor        revisa esta máquina y dice qué falta

opciones:
  --option N    inicia sin menú: {" · ".join(f"{o.number} {o.title.es}" for o in OPTIONS)}
                (sin terminal y sin --option: la {DEFAULT_OPTION})
  --demo        usa la grabación incluida como cámara e inscribe a sus empleados ficticios
  --headless    no abre ventanas ni navegador
  -h, --help    muestra esta ayuda

La base de datos y los registros (.run/logs) quedan en la carpeta actual. Los ajustes STRESSVISION_* se leen del entorno
y del archivo .env. STRESSVISION_LANG=en for English.""",
    en=f"""Starts Stress Vision and keeps it running.

usage: python start_complete_system.py [command] [--option N] [--demo] [--headless]

commands:
  (none)        shows the menu and starts what is chosen
  stop          stops what was started from this folder
  status        shows what runs
  doctor        examines this machine and says what it lacks

options:
  --option N    starts without the menu: {" · ".join(f"{o.number} {o.title.en}" for o in OPTIONS)}
                (no terminal and no --option: {DEFAULT_OPTION})
  --demo        uses the bundled recording as the camera and enrols its fictitious employees
  --headless    opens no window and no browser
  -h, --help    shows this help

The database and the logs (.run/logs) stay in the current folder. The STRESSVISION_* settings are read from the
environment and from the file .env.""",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when what was asked for was done, 1 when something is not right, 2 when it was refused."""
    try:
        return run_program(lambda: _run(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    asked = parse_arguments(arguments)
    if asked.help:
        print(HELP.text(language()))
        return 0
    settings = load_settings()
    if asked.command == "stop":
        return stop_everything(settings.run_dir.absolute(), settings.lang)
    if asked.command == "status":
        return show_status(settings.run_dir.absolute(), settings.lang)
    if asked.command == "doctor":
        return examine(settings)
    return _start(asked, settings)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Raises ConfigurationError, in both languages, for what is not understood."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("command", nargs="?", default="start")
    parser.add_argument("--option")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("-h", "--help", action="store_true")
    try:
        asked, unknown = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise _not_understood(str(error.argument_name)) from None
    if unknown or asked.command not in COMMANDS:
        raise _not_understood(" ".join(unknown) or asked.command)
    return asked


def _not_understood(text: str) -> ConfigurationError:
    return ConfigurationError(
        Message(
            es=f"No se entiende «{text}». Pruebe: python start_complete_system.py --help",
            en=f"“{text}” is not understood. Try: python start_complete_system.py --help",
        )
    )


def _start(asked: argparse.Namespace, settings: Settings) -> int:
    run_dir = settings.run_dir.absolute()
    record = read_record(run_dir)
    _refuse_second_launcher(record)
    if asked.option is not None:
        option = find_option(asked.option)
    elif sys.stdin.isatty():
        option = ask_option(settings.lang, input)
    else:
        option = find_option(str(DEFAULT_OPTION))
    if option is LEAVE:
        return 0
    headless = asked.headless or settings.headless
    components = choose_components(option, settings, demo=asked.demo, headless=headless)
    busy = describe_busy_ports(settings.host, components, record)
    if busy:
        return _refuse(busy, settings.lang)
    _make_folder(run_dir)
    demo = ("--demo",) if asked.demo else ()
    session = Session(
        components=components,
        run_dir=run_dir,
        prepare=(prepare_command(*demo),) if option.needs_database else (),
        browser_address="" if headless or not has_display() else _dashboard_address(components),
        trusted_ca=settings.trusted_ca,
    )
    return run_session(session, choose_printer(settings.lang))


def _make_folder(run_dir: Path) -> None:
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            Message(
                es=f"No se puede escribir en {run_dir} ({error.strerror}): vaya a una carpeta suya, o use "
                "STRESSVISION_RUN_DIR.",
                en=f"{run_dir} cannot be written ({error.strerror}): go to a folder of yours, or set "
                "STRESSVISION_RUN_DIR.",
            )
        ) from None


def _dashboard_address(components: Iterable[Component]) -> str:
    return next((part.address for part in components if part.name == "dashboard"), "")


def _refuse_second_launcher(record: LauncherRecord | None) -> None:
    if record is None:
        return
    if is_running(record.launcher):
        raise ConfigurationError(
            Message(
                es=f"Ya hay un lanzador en marcha en esta carpeta (pid {record.launcher.pid}). "
                "Véalo con «python start_complete_system.py status» o deténgalo con «stop».",
                en=f"A launcher already runs in this folder (pid {record.launcher.pid}). "
                "See it with “python start_complete_system.py status” or stop it with “stop”.",
            )
        )
    left = running_components(record)
    if left:
        names = ", ".join(part.component.name for part in left)
        raise ConfigurationError(
            Message(
                es=f"Quedaron procesos de una ejecución anterior ({names}). "
                "Escriba: python start_complete_system.py stop",
                en=f"Processes of an earlier run are left ({names}). Type: python start_complete_system.py stop",
            )
        )


def _refuse(messages: Iterable[Message], chosen: Language) -> int:
    for message in messages:
        print(message.text(chosen), file=sys.stderr)
    return EXIT_REFUSED
