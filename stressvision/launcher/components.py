"""Components that the launcher can start, and the options of the menu.

Five components, or more where STRESSVISION_CAMERAS names several cameras: each has its own process.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stressvision.core.cameras import ONLY_DEVICE, name_component
from stressvision.core.config import PREFIX, PROJECT_ROOT, Settings
from stressvision.core.errors import ConfigurationError, Message
from stressvision.core.program import build_command


@dataclass(frozen=True)
class PortUse:
    """A TCP port that a component listens on, and the setting that changes it."""

    number: int
    setting: str


@dataclass(frozen=True)
class Component:
    """A child process: its command, its health check and its order.

    It is ready when `health_url` answers 200 or, without one, when its heartbeat is recent and ready. It starts after
    the components in `after` are ready. Components of the lowest `stop_rank` stop first, while the others still run.
    """

    name: str
    label: Message
    command: tuple[str, ...]
    health_url: str | None = None
    address: str = ""
    ports: tuple[PortUse, ...] = ()
    after: tuple[str, ...] = ()
    stop_rank: int = 1


@dataclass(frozen=True)
class Option:
    """A line of the menu. Without components it exits. `name`: a word that `--option` takes instead of the number."""

    number: int
    title: Message
    components: tuple[str, ...]
    name: str = ""

    @property
    def needs_database(self) -> bool:
        """Whether one of its components opens the database."""
        return bool(set(self.components) & {"ingest", "api", "reporter"})


OPTIONS = (
    Option(1, Message(es="Edge: servidor + Pi", en="Edge: server + Pi"), ("ingest", "edge")),
    Option(2, Message(es="Backend + dashboard", en="Backend + dashboard"), ("api", "dashboard")),
    Option(
        3,
        Message(es="Sistema completo (recomendado)", en="Everything (recommended)"),
        ("ingest", "edge", "api", "reporter", "dashboard"),
    ),
    Option(4, Message(es="Solo backend", en="Backend only"), ("api",)),
    Option(5, Message(es="Solo dashboard", en="Dashboard only"), ("dashboard",)),
    Option(6, Message(es="Salir", en="Exit"), ()),
    Option(7, Message(es="Solo dispositivo con cámara", en="Camera device only"), ("edge",), "device"),
    Option(
        8,
        Message(es="Servidor sin cámara", en="Server without a camera"),
        ("ingest", "api", "reporter", "dashboard"),
        "server",
    ),
)
DEFAULT_OPTION, EXIT, DEVICE = 3, 6, 7


def find_option(text: str) -> Option:
    """Return the option with this number. Raises ConfigurationError with the valid numbers."""
    for option in OPTIONS:
        if text.strip() in {str(option.number), option.name or str(option.number)}:
            return option
    raise ConfigurationError(
        Message(
            es=f"No hay opción «{text}»: elija un número del 1 al {len(OPTIONS)}.",
            en=f"There is no option “{text}”: choose a number from 1 to {len(OPTIONS)}.",
        ),
        field="--option",
    )


def choose_components(option: Option, settings: Settings, *, demo: bool, headless: bool) -> tuple[Component, ...]:
    """Return the option's components in starting order. Raises ConfigurationError where two have the same port."""
    devices = (ONLY_DEVICE, *(name_component(camera.name) for camera in settings.cameras))
    names = {*option.components, *(devices if ONLY_DEVICE in option.components else ())}
    wanted = tuple(part for part in _describe(settings, demo, headless) if part.name in names)
    _reject_shared_ports(wanted)
    # A device without its server on this machine waits for no other component.
    return tuple(replace(part, after=tuple(name for name in part.after if name in names)) for part in wanted)


def build_prepare_command(*arguments: str) -> tuple[str, ...]:
    """Return the command that opens or migrates the database. The project's root must be on its path."""
    return (*build_command("stressvision"), "prepare", *arguments)


def _build_script_command(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, str(PROJECT_ROOT / name), *arguments)


def _describe(settings: Settings, demo: bool, headless: bool) -> Sequence[Component]:
    dashboard = settings.served_at(settings.dashboard_port)
    local_ingest = settings.served_at(settings.ingest_port)
    local_api = settings.served_at(settings.api_port)
    return (
        Component(
            name="ingest",
            label=Message(es="Servidor", en="Server"),
            command=_build_script_command("server_simulator.py"),
            health_url=f"{local_ingest}/health",
            address=local_ingest,
            ports=(PortUse(settings.ingest_port, f"{PREFIX}INGEST_PORT"),),
        ),
        *_describe_devices(settings, demo, headless),
        Component(
            name="api",
            label=Message(es="Backend", en="Backend"),
            command=_build_script_command("backend_api.py"),
            health_url=f"{local_api}/health",
            address=local_api,
            ports=(PortUse(settings.api_port, f"{PREFIX}API_PORT"),),
        ),
        Component(
            name="reporter",
            label=Message(es="Reportes", en="Reports"),
            command=_build_script_command("report_generator.py", "--every", str(settings.interval_minutes)),
        ),
        Component(
            name="dashboard",
            label=Message(es="Dashboard", en="Dashboard"),
            command=_build_script_command("main.py"),
            health_url=f"{dashboard}/_stcore/health",
            address=dashboard,
            ports=(PortUse(settings.dashboard_port, f"{PREFIX}DASHBOARD_PORT"),),
        ),
    )


def _describe_devices(settings: Settings, demo: bool, headless: bool) -> Sequence[Component]:
    """Return a device, or one per named camera; its program looks up the camera's address by the name."""
    camera = (*(("--source", "demo") if demo else ()), *(("--headless",) if headless else ()))
    if not settings.cameras:
        return [_describe_device(ONLY_DEVICE, Message(es="Pi (cámara)", en="Pi (camera)"), settings, camera)]
    return [
        _describe_device(
            name_component(named.name),
            Message(es=f"Pi {named.name}", en=f"Pi {named.name}"),
            settings.select_camera(named.name),
            ("--camera", named.name, *camera),
        )
        for named in settings.cameras
    ]


def _describe_device(name: str, label: Message, settings: Settings, arguments: Sequence[str]) -> Component:
    return Component(
        name=name,
        label=label,
        command=_build_script_command("pi_simulator.py", *arguments),
        address=f"http://127.0.0.1:{settings.preview_port}",
        ports=(PortUse(settings.preview_port, f"{PREFIX}PREVIEW_PORT"),),
        after=("ingest",),
        stop_rank=0,
    )


def _reject_shared_ports(components: Sequence[Component]) -> None:
    setting_of: dict[int, str] = {}
    for use in (use for component in components for use in component.ports):
        other = setting_of.setdefault(use.number, use.setting)
        if other != use.setting:
            raise ConfigurationError(
                Message(
                    es=f"{other} y {use.setting} usan el mismo puerto {use.number}: cambie uno de los dos.",
                    en=f"{other} and {use.setting} use the same port {use.number}: change one of them.",
                ),
                field=use.setting,
            )
