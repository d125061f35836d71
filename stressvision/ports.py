"""Ports: taking one to listen on, and saying who has it when that is not possible."""

import errno
import socket
from dataclasses import dataclass

import psutil

from stressvision.errors import Message, Unavailable

TCP_USER_TIMEOUT_MS = 30_000
"""After this long without reading, a peer's connection is given up by the kernel (Linux), whatever waits for it."""


@dataclass(frozen=True)
class Holder:
    """The process that listens on a port. `name` as the system shows it."""

    pid: int
    name: str


class PortBusy(Unavailable):
    """Another process listens on the port that was asked for."""


def listen(host: str, port: int, *, setting: str) -> socket.socket:
    """A socket bound to the port and listening. `setting`: the one that chooses another port, named to the user.

    Raises PortBusy naming the holder where the system tells it, and Unavailable where the port may not be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise _explain(error, port, setting) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_USER_TIMEOUT_MS)
    return listener


def find_holder(port: int) -> Holder | None:
    """Who listens on the port, or None where nobody does or the system does not tell."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid:
                return Holder(connection.pid, psutil.Process(connection.pid).name())
    except psutil.Error:
        return None
    return None


def _explain(error: OSError, port: int, setting: str) -> Unavailable:
    if error.errno != errno.EADDRINUSE:
        return Unavailable(
            Message(
                es=f"No se puede escuchar en el puerto {port}: {error.strerror}. Elija otro con {setting}.",
                en=f"Port {port} cannot be listened on: {error.strerror}. Choose another with {setting}.",
            ),
            field=setting,
        )
    holder = find_holder(port)
    who_es = f"lo tiene {holder.name} (proceso {holder.pid})" if holder else "lo tiene otro programa"
    who_en = f"{holder.name} (process {holder.pid}) has it" if holder else "another program has it"
    return PortBusy(
        Message(
            es=f"El puerto {port} está ocupado: {who_es}. Ciérrelo, o elija otro puerto con {setting}.",
            en=f"Port {port} is busy: {who_en}. Close it, or choose another port with {setting}.",
        ),
        field=setting,
    )
