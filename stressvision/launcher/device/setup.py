"""Set-up of this machine as a device: answers, trials, files, and what to type next."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.core.errors import Message
from stressvision.launcher.device.answers import Trials, ask_all, known_answers, try_all
from stressvision.launcher.device.files import SERVICE, SETTINGS, write_files
from stressvision.launcher.device.trials import make_trials

INTERRUPTED = 130
_INTRODUCTION = Message(
    es="Este equipo será un dispositivo con cámara. Cada respuesta se prueba; Intro acepta lo que va entre [ ].",
    en="This machine becomes a camera device. Each answer is tried; Enter accepts what is in brackets.",
)
_TRYING = Message(es="Probando el servidor, el token y la cámara …", en="Trying the server, the token and the camera …")
_STOPPED = Message(es="Sin cambios.", en="Nothing was changed.")
_DONE = Message(
    es="""Servidor, token y cámara responden. Escrito en {folder}: {files}.

Para iniciarlo ahora:
  cd {folder} && python3 {start} --option device
Para que arranque con el equipo:
  sudo cp {folder}/{service} /etc/systemd/system/
  sudo systemctl daemon-reload && sudo systemctl enable --now {unit}
Para cambiar una respuesta: la misma orden con --setup.""",
    en="""Server, token and camera answer. Written into {folder}: {files}.

To start it now:
  cd {folder} && python3 {start} --option device
To start it with the machine:
  sudo cp {folder}/{service} /etc/systemd/system/
  sudo systemctl daemon-reload && sudo systemctl enable --now {unit}
To change an answer: the same command with --setup.""",
)


def is_set_up(folder: Path) -> bool:
    """Return whether an earlier set-up wrote its settings into the folder."""
    return (folder / SETTINGS).is_file()


def set_up(
    settings: Settings,
    options: Mapping[str, str],
    folder: Path,
    *,
    trials: Trials | None = None,
    interactive: bool | None = None,
    read: Callable[[str], str] = input,
) -> int:
    """Ask, or take options and settings where there is no terminal; try; write. Return the exit code.

    Raises:
        ConfigurationError: An answer is missing or cannot be used.
        InvalidInput: A trial without a terminal failed.
        Unavailable: The same, because server or camera does not answer.
    """
    language, trials = settings.lang, trials or make_trials()
    known = known_answers(settings, dict(options))
    if sys.stdin.isatty() if interactive is None else interactive:
        print(_INTRODUCTION.text(language), flush=True)
        try:
            answers = ask_all(known, trials, language, read=read)
        except (EOFError, KeyboardInterrupt):
            print("\n" + _STOPPED.text(language))
            return INTERRUPTED
    else:
        print(_TRYING.text(language), flush=True)
        try_all(known, trials)
        answers = known
    written = write_files(answers, folder, sys.executable)
    print(
        _DONE.text(language).format(
            folder=folder,
            files=", ".join(path.name for path in written),
            start=PROJECT_ROOT / "start_complete_system.py",
            service=SERVICE,
            unit=SERVICE.removesuffix(".service"),
        )
    )
    return 0
