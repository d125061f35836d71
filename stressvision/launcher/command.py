"""Command line and menu of `start_complete_system.py`."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError, Language, Message
from stressvision.core.files import make_private_folder, restrict, restrict_folder
from stressvision.core.program import EXIT_REFUSED, build_command, build_environment, is_running, run_program
from stressvision.core.texts import detect_language
from stressvision.launcher.busy_ports import describe_busy_ports
from stressvision.launcher.components import (
    DEFAULT_OPTION,
    DEVICE,
    EXIT,
    OPTIONS,
    Component,
    Option,
    build_prepare_command,
    choose_components,
    find_option,
)
from stressvision.launcher.control import show_status, stop_everything
from stressvision.launcher.device.files import read_settings as read_device_settings
from stressvision.launcher.device.setup import is_set_up, set_up
from stressvision.launcher.doctor.checks import has_display
from stressvision.launcher.doctor.report import print_checks, write_support_bundle
from stressvision.launcher.environment import is_device_only, is_device_option
from stressvision.launcher.printer import choose_printer
from stressvision.launcher.record import LauncherRecord, read_record, running_components
from stressvision.launcher.session import Session, run_session

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as in shells."""

TITLE = Message(es="Stress Vision · Gloria S.A.", en="Stress Vision · Gloria S.A.")
QUESTION = Message(es=f"Opción [{DEFAULT_OPTION}]: ", en=f"Option [{DEFAULT_OPTION}]: ")
EXIT_OPTION = find_option(str(EXIT))

DEVICE_OPTIONS = ("server", "ca", "token_file", "device_id", "source", "location")
"""Options that answer the questions of a device's set-up."""
COMMANDS = ("start", "stop", "status", "upgrade", "doctor")
HELP = Message(
    es=f"""Inicia Stress Vision y lo mantiene en marcha.

uso: python start_complete_system.py [orden] [--option N] [--demo] [--headless]

órdenes:
  (ninguna)     muestra el menú e inicia lo que se elija
  stop          detiene lo que se inició desde esta carpeta
  status        muestra qué está en marcha
  upgrade       después de traer una versión nueva: respalda la base, la actualiza y la comprueba
  doctor        revisa esta máquina e indica qué falta; con --bundle [ARCHIVO] escribe además un .zip para soporte,
                sin personas ni contraseñas

opciones:
  --option N    inicia sin menú: {" · ".join(f"{o.number} {o.title.es}" for o in OPTIONS)}
                (sin terminal y sin --option: la {DEFAULT_OPTION})
  --option device    (o 7) solo la cámara de este equipo, hacia un servidor en otro: la primera vez pregunta y prueba
                servidor, token y cámara (docs/dispositivo.md); --setup pregunta otra vez. Sin terminal:
                --server URL --ca PEM --token-file ARCHIVO --device-id NOMBRE --source CÁMARA --location LUGAR
  --option server    (u 8) todo menos la cámara
  --demo        usa la grabación incluida como cámara e inscribe a sus empleados ficticios
  --headless    no abre ventanas ni navegador
  -h, --help    muestra esta ayuda

La base de datos y los registros (.run/logs) quedan en la carpeta actual. Los ajustes STRESSVISION_* se leen del entorno
y del archivo .env. STRESSVISION_LANG=en for English.""",
    en=f"""Starts Stress Vision and keeps it running.

usage: python start_complete_system.py [command] [--option N] [--demo] [--headless]

commands:
  (none)        shows the menu and starts the chosen option
  stop          stops the programs started from this folder
  status        shows what is running
  upgrade       after a new version was fetched: backs up the database, upgrades and verifies it
  doctor        checks this machine and lists what is missing; with --bundle [FILE] it also writes a .zip for
                support, without people and passwords

options:
  --option N    starts without the menu: {" · ".join(f"{o.number} {o.title.en}" for o in OPTIONS)}
                (no terminal and no --option: {DEFAULT_OPTION})
  --option device    (or 7) only this machine's camera, for a server elsewhere: the first time it asks for and tries
                server, token and camera (docs/device.md); --setup asks again. Without a terminal:
                --server URL --ca PEM --token-file FILE --device-id NAME --source CAMERA --location PLACE
  --option server    (or 8) everything but the camera
  --demo        uses the bundled recording as the camera and enrols its fictitious employees
  --headless    opens no window and no browser
  -h, --help    shows this help

The database and the logs (.run/logs) stay in the current folder. The STRESSVISION_* settings are read from the
environment and from the file .env.""",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 on success, 1 on a problem, 2 for invalid arguments or settings."""
    try:
        return run_program(lambda: _run(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _run(arguments: Sequence[str]) -> int:
    parsed = parse_arguments(arguments)
    if parsed.help:
        print(HELP.text(detect_language()))
        return 0
    if is_device_only() or is_device_option(parsed.option):
        for name, value in read_device_settings(Path.cwd()).items():
            os.environ.setdefault(name, value)
    settings = load_settings()
    if parsed.command == "stop":
        return stop_everything(settings.run_dir.absolute(), settings.lang)
    if parsed.command == "status":
        return show_status(settings.run_dir.absolute(), settings.lang)
    if parsed.command == "upgrade":
        return _upgrade(settings)
    if parsed.command == "doctor":
        return print_checks(settings) if parsed.bundle is None else write_support_bundle(settings, parsed.bundle)
    return _start(parsed, settings)


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the parsed arguments. Raises ConfigurationError for unknown ones."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("command", nargs="?", default="start")
    parser.add_argument("--option")
    for name in DEVICE_OPTIONS:
        parser.add_argument(f"--{name.replace('_', '-')}")
    parser.add_argument("--setup", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--headless", action="store_true")
    parser.add_argument("--bundle", nargs="?", type=Path, const=Path("stressvision-soporte.zip"))
    parser.add_argument("-h", "--help", action="store_true")
    try:
        parsed, unknown = parser.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        raise _build_unknown_argument_error(str(error.argument_name)) from None
    if parsed.bundle is not None and parsed.command != "doctor":
        unknown = [*unknown, "--bundle"]
    given = [f"--{name.replace('_', '-')}" for name in (*DEVICE_OPTIONS, "setup") if getattr(parsed, name)]
    if given and not is_device_option(parsed.option):
        unknown = [*unknown, *given]
    if unknown or parsed.command not in COMMANDS:
        raise _build_unknown_argument_error(" ".join(unknown) or parsed.command)
    return parsed


def render_menu(language: Language) -> str:
    """Return the text of the menu."""
    lines = [f"  {option.number}. {option.title.text(language)}" for option in OPTIONS]
    return "\n".join([TITLE.text(language), "", *lines, ""])


def ask_option(language: Language, read: Callable[[str], str]) -> Option:
    """Ask until the answer is an option. An empty answer is the default; the end of input or Ctrl-C exits."""
    print(render_menu(language))
    while True:
        try:
            return find_option(read(QUESTION.text(language)).strip() or str(DEFAULT_OPTION))
        except ConfigurationError as error:
            print(error.message.text(language))
        except (EOFError, KeyboardInterrupt):
            print()
            return EXIT_OPTION


def _build_unknown_argument_error(text: str) -> ConfigurationError:
    return ConfigurationError(
        Message(
            es=f"No se entiende «{text}». Pruebe: python start_complete_system.py --help",
            en=f"Unknown argument “{text}”. Try: python start_complete_system.py --help",
        )
    )


def _start(parsed: argparse.Namespace, settings: Settings) -> int:
    folder, run_dir = Path.cwd(), settings.run_dir.absolute()
    if is_device_option(parsed.option) and (parsed.setup or not (parsed.demo or is_set_up(folder))):
        options = {name: getattr(parsed, name) for name in DEVICE_OPTIONS if getattr(parsed, name)}
        return set_up(settings, options, folder)
    record = read_record(run_dir)
    _reject_second_launcher(record)
    if parsed.option is not None:
        option = find_option(parsed.option)
    elif is_device_only():
        option = find_option(str(DEVICE))
    elif sys.stdin.isatty():
        option = ask_option(settings.lang, input)
    else:
        option = find_option(str(DEFAULT_OPTION))
    if option is EXIT_OPTION:
        return 0
    headless = parsed.headless or settings.headless
    components = choose_components(option, settings, demo=parsed.demo, headless=headless)
    busy = describe_busy_ports(settings.host, components, record)
    if busy:
        return _reject_start(busy, settings.lang)
    open_run_folder(run_dir)
    demo = ("--demo",) if parsed.demo else ()
    session = Session(
        components=components,
        run_dir=run_dir,
        prepare=(build_prepare_command(*demo),) if option.needs_database else (),
        browser_address="" if headless or not has_display() else _find_dashboard_address(components),
        trusted_ca=settings.trusted_ca,
    )
    return run_session(session, choose_printer(settings.lang))


def _upgrade(settings: Settings) -> int:
    """Upgrade the database by its own command; the environment was completed before this program started."""
    _reject_second_launcher(read_record(settings.run_dir.absolute()))
    return subprocess.run((*build_command("stressvision"), "upgrade"), env=build_environment(), check=False).returncode


def open_run_folder(run_dir: Path) -> None:
    """Create the folder of logs and records, or close that of an earlier version to other users."""
    try:
        make_private_folder(run_dir)
        restrict_folder(run_dir)
        for log in run_dir.glob("logs/*.log*"):
            restrict(log)
    except OSError as error:
        raise ConfigurationError(
            Message(
                es=f"No se puede escribir en {run_dir} ({error.strerror}): use una carpeta propia, o indique "
                "STRESSVISION_RUN_DIR.",
                en=f"{run_dir} is not writable ({error.strerror}): change to a folder of your own, or set "
                "STRESSVISION_RUN_DIR.",
            )
        ) from None


def _find_dashboard_address(components: Iterable[Component]) -> str:
    return next((part.address for part in components if part.name == "dashboard"), "")


def _reject_second_launcher(record: LauncherRecord | None) -> None:
    if record is None:
        return
    if is_running(record.launcher):
        raise ConfigurationError(
            Message(
                es=f"Ya hay un lanzador en marcha en esta carpeta (pid {record.launcher.pid}). "
                "Véalo con «python start_complete_system.py status» o deténgalo con «stop».",
                en=f"A launcher is already running in this folder (pid {record.launcher.pid}). "
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
                en=f"Processes of an earlier run are left over ({names}). Type: python start_complete_system.py stop",
            )
        )


def _reject_start(messages: Iterable[Message], language: Language) -> int:
    for message in messages:
        print(message.text(language), file=sys.stderr)
    return EXIT_REFUSED
