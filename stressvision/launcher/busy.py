"""A port somebody else holds: who, and what to type. Nobody's process is ever ended from here."""

import sys
from collections.abc import Sequence

from stressvision.core.errors import Message
from stressvision.core.ports import PortHolder, find_port_holder, is_port_free
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.record import LauncherRecord, running_components


def describe_busy_ports(host: str, components: Sequence[Component], record: LauncherRecord | None) -> list[Message]:
    """One message for each port of the components that is taken; `record` tells our own leftovers from strangers."""
    own = {part.process.pid for part in running_components(record) if part.process} if record else set()
    messages = []
    for component in components:
        for use in component.ports:
            if not is_port_free(host, use.number):
                holder = find_port_holder(use.number)
                another = next_free_port(host, use.number)
                messages.append(describe_holder(component, use, holder, ours=holder.pid in own, another=another))
    return messages


def next_free_port(host: str, port: int) -> int:
    """The first free port above this one, or 0 where there is none within reach."""
    return next((near for near in range(port + 1, min(port + 100, 65536)) if is_port_free(host, near)), 0)


def describe_holder(component: Component, use: PortUse, holder: PortHolder, *, ours: bool, another: int) -> Message:
    """Who is there, as far as it is known, and the two ways out. `another`: a port that is free now."""
    busy_es = f"El puerto {use.number} ({component.label.es}) está ocupado"
    busy_en = f"Port {use.number} ({component.label.en}) is busy"
    if ours:
        return Message(
            es=f"{busy_es} por un proceso que quedó de esta misma carpeta (pid {holder.pid}). "
            "Escriba: python start_complete_system.py stop",
            en=f"{busy_en}: a process of this very folder was left over (pid {holder.pid}). "
            "Type: python start_complete_system.py stop",
        )
    if holder.pid is None:
        who_es, who_en = (
            "lo usa un proceso desconocido (de otro usuario)",
            "an unknown process (another user's) holds it",
        )
        end_es, end_en = "cierre ese programa", "close that program"
    else:
        known = f"pid {holder.pid}, {holder.name}, {holder.user}: {holder.command}"
        ending = f"taskkill /PID {holder.pid}" if sys.platform == "win32" else f"kill {holder.pid}"
        who_es, who_en = f"lo usa {known}", f"held by {known}"
        end_es, end_en = f"si es suyo, ciérrelo ({ending})", f"if it is yours, close it ({ending})"
    setting = f"{use.setting}={another or 'N'}"
    return Message(
        es=f"{busy_es}: {who_es}.\n  Para convivir con él, use otro puerto: {setting} (delante de la orden o en .env); "
        f"{end_es}.",
        en=f"{busy_en}: {who_en}.\n  To leave it alone, use another port: {setting} (before the command or in .env); "
        f"{end_en}.",
    )
