"""The files of a device: its settings, its token, and the service that starts it with the machine."""

import getpass
from collections.abc import Mapping
from pathlib import Path

from stressvision.core.config import PREFIX, PROJECT_ROOT
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.files import make_private
from stressvision.launcher.device.answers import DeviceAnswers

SETTINGS = "device.env"
TOKEN = "device.token"  # noqa: S105 - a file name
SERVICE = "stressvision-device.service"
_SERVICE_SOURCE = PROJECT_ROOT / "deploy" / SERVICE


def read_settings(folder: Path) -> dict[str, str]:
    """Return the settings that an earlier set-up stored in the folder; none where there was none."""
    try:
        lines = (folder / SETTINGS).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value.removeprefix('"').removesuffix('"') for name, _, value in pairs}


def write_files(answers: DeviceAnswers, folder: Path, interpreter: str) -> list[Path]:
    """Write settings, token and service into the folder, the first two for their owner alone; return their paths.

    Raises:
        ConfigurationError: The folder cannot be written.
    """
    files = {
        folder / TOKEN: answers.token + "\n" if answers.token else "",
        folder / SETTINGS: _format_settings(_settings_of(answers, folder)),
        folder / SERVICE: _service_of(folder, interpreter),
    }
    written = [path for path, content in files.items() if content]
    try:
        for path in written:
            if path.name == SERVICE:
                path.write_text(files[path], "utf-8")
                continue
            make_private(path)
            path.write_text(files[path], "utf-8")
    except OSError as error:
        raise ConfigurationError(
            Message(
                es=f"No se puede escribir en {folder} ({error.strerror}): use una carpeta propia.",
                en=f"{folder} cannot be written ({error.strerror}): use a folder of your own.",
            )
        ) from None
    return written


def _settings_of(answers: DeviceAnswers, folder: Path) -> Mapping[str, str]:
    return {
        "INGEST_URL": answers.server,
        "DEVICE_ID": answers.device_id,
        "LOCATION": answers.location or answers.device_id,
        "SOURCE": answers.source,
        "OUTBOX_PATH": str(folder / "edge_outbox.db"),
        "HEADLESS": "true",
        **({"TLS_CA": str(answers.authority)} if answers.authority else {}),
        **({"DEVICE_TOKEN_FILE": str(folder / TOKEN)} if answers.token else {}),
    }


def _format_settings(settings: Mapping[str, str]) -> str:
    """Return lines that systemd and `read_settings` read. A line break would begin another setting."""
    for name, value in settings.items():
        if not value.isprintable() or '"' in value or "\\" in value:
            raise ConfigurationError(
                Message(
                    es=f"{PREFIX}{name}: sin comillas, barras invertidas ni caracteres de control.",
                    en=f"{PREFIX}{name}: no quotes, backslashes or control characters.",
                )
            )
    return "".join(f'{PREFIX}{name}="{value}"\n' for name, value in settings.items())


def _service_of(folder: Path, interpreter: str) -> str:
    """Return the unit of `deploy/` for this folder, this interpreter and the current user."""
    user = getpass.getuser()
    own = {
        "User": user,
        "Group": user,
        "WorkingDirectory": str(folder),
        "EnvironmentFile": str(folder / SETTINGS),
        "ExecStart": f"{interpreter} {PROJECT_ROOT / 'pi_simulator.py'}",
        "ProtectHome": "read-only",
        "StateDirectory": "",
        "StateDirectoryMode": "",
    }
    lines = []
    for line in _SERVICE_SOURCE.read_text("utf-8").splitlines():
        name, _, _ = line.partition("=")
        if name not in own:
            lines.append(line)
        elif own[name]:
            lines.append(f"{name}={own[name]}")
    protect = lines.index("ProtectSystem=strict")
    lines.insert(protect + 1, f"ReadWritePaths={folder}")
    return "\n".join(lines) + "\n"
