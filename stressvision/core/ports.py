"""Who holds a TCP port of this machine."""

import socket
from dataclasses import dataclass

import psutil

from stressvision.core.errors import ConfigurationError, Message


@dataclass(frozen=True)
class PortHolder:
    """What is known of the process that listens on a port; None where this user may not see it."""

    pid: int | None
    name: str | None
    command: str | None
    user: str | None


UNKNOWN_HOLDER = PortHolder(None, None, None, None)


def is_port_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_port_holder(port: int) -> PortHolder:
    """The process that listens on the port, as far as this user may know."""
    try:
        listening = [
            link
            for link in psutil.net_connections("tcp")
            if link.status == psutil.CONN_LISTEN and link.laddr and link.laddr.port == port
        ]
        process = psutil.Process(listening[0].pid) if listening and listening[0].pid else None
        if process is not None:
            with process.oneshot():
                command = " ".join(process.cmdline())[:200]
                return PortHolder(process.pid, process.name(), command, process.username())
    except psutil.Error:
        return UNKNOWN_HOLDER
    return UNKNOWN_HOLDER


def require_free_port(host: str, port: int, setting: str) -> None:
    """Raises ConfigurationError that names who holds the port, and what to do. Nobody's process is ended."""
    if is_port_free(host, port):
        return
    holder = find_port_holder(port)
    known = holder.pid is not None
    who_es = f"lo usa {holder.name} (pid {holder.pid}): {holder.command}" if known else "lo usa otro programa"
    who_en = (
        f"it is held by {holder.name} (pid {holder.pid}): {holder.command}" if known else "another program holds it"
    )
    raise ConfigurationError(
        Message(
            es=f"El puerto {port} está ocupado: {who_es}. Cierre ese programa, o elija otro puerto con {setting}=N.",
            en=f"Port {port} is busy: {who_en}. Close that program, or choose another port with {setting}=N.",
        ),
        field=setting,
    )
