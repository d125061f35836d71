"""Messages about ports in use: the process that holds each, and the commands that solve it. No process is ended."""

import sys
from collections.abc import Sequence

from stressvision.core.errors import Message
from stressvision.core.ports import PortHolder, find_port_holder, is_port_free
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.record import LauncherRecord, running_components


def describe_busy_ports(host: str, components: Sequence[Component], record: LauncherRecord | None) -> list[Message]:
    """Return a message for each port of the components that is in use.

    `record`: distinguishes leftover processes of this folder from other processes.
    """
    own = {part.process.pid for part in running_components(record) if part.process} if record else set()
    messages = []
    for component in components:
        for use in component.ports:
            if not is_port_free(host, use.number):
                holder = find_port_holder(use.number)
                free_port = find_free_port(host, use.number)
                messages.append(describe_holder(component, use, holder, is_own=holder.pid in own, free_port=free_port))
    return messages


def find_free_port(host: str, port: int) -> int:
    """Return the first free one of the next hundred ports, or 0 where none is free."""
    return next((number for number in range(port + 1, min(port + 100, 65536)) if is_port_free(host, number)), 0)


def describe_holder(component: Component, use: PortUse, holder: PortHolder, *, is_own: bool, free_port: int) -> Message:
    """Return the holder of a port, as far as it is known, and the two solutions.

    `is_own`: the holder is a leftover process of this folder. `free_port`: a port to use instead, or 0.
    """
    busy_es = f"El puerto {use.number} ({component.label.es}) está ocupado"
    busy_en = f"Port {use.number} ({component.label.en}) is busy"
    if is_own:
        return Message(
            es=f"{busy_es} por un proceso que quedó de esta misma carpeta (pid {holder.pid}). "
            "Escriba: python start_complete_system.py stop",
            en=f"{busy_en}: a process of this folder is left over (pid {holder.pid}). "
            "Type: python start_complete_system.py stop",
        )
    if holder.pid is None:
        holder_es, holder_en = (
            "lo usa un proceso desconocido (de otro usuario)",
            "an unknown process (of another user) uses it",
        )
        end_es, end_en = "cierre ese programa", "close that program"
    else:
        known = f"pid {holder.pid}, {holder.name}, {holder.user}: {holder.command}"
        ending = f"taskkill /PID {holder.pid}" if sys.platform == "win32" else f"kill {holder.pid}"
        holder_es, holder_en = f"lo usa {known}", f"used by {known}"
        end_es, end_en = f"si es suyo, ciérrelo ({ending})", f"if it is yours, close it ({ending})"
    setting = f"{use.setting}={free_port or 'N'}"
    return Message(
        es=f"{busy_es}: {holder_es}.\n  Para convivir con él, use otro puerto: {setting} (delante de la orden o en "
        f".env); {end_es}.",
        en=f"{busy_en}: {holder_en}.\n  To keep both, use another port: {setting} (before the command or in .env); "
        f"{end_en}.",
    )
