"""TCP ports of this machine and the processes that listen on them."""

import socket
from dataclasses import dataclass

import psutil

from stressvision.core.errors import ConfigurationError, Message


@dataclass(frozen=True)
class PortHolder:
    """The process that listens on a port; None for what this user may not see."""

    pid: int | None
    name: str | None
    command: str | None
    user: str | None


UNKNOWN_HOLDER = PortHolder(None, None, None, None)


def is_port_free(host: str, port: int) -> bool:
    """Return whether a server could listen on this address now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def find_port_holder(port: int) -> PortHolder:
    """Return the process that listens on the port, as far as this user may see it."""
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
    """Raise ConfigurationError with the process that holds the port and the way out, unless the port is free.

    `setting`: the name of the setting that changes the port.
    """
    if is_port_free(host, port):
        return
    holder = find_port_holder(port)
    known = holder.pid is not None
    holder_es = f"lo usa {holder.name} (pid {holder.pid}): {holder.command}" if known else "lo usa otro programa"
    holder_en = f"{holder.name} (pid {holder.pid}) uses it: {holder.command}" if known else "another program uses it"
    raise ConfigurationError(
        Message(
            es=f"El puerto {port} está ocupado: {holder_es}. Cierre ese programa, o elija otro puerto con {setting}=N.",
            en=f"Port {port} is busy: {holder_en}. Close that program, or choose another port with {setting}=N.",
        ),
        field=setting,
    )
