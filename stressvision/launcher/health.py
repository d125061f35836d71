"""Health of a component, over HTTP or from its heartbeat file."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from stressvision.core.errors import Message
from stressvision.core.heartbeat import Heartbeat, read_heartbeat
from stressvision.launcher.certificates import find_certificate_fault
from stressvision.launcher.components import Component, PortUse

ANSWER_SECONDS = 1.0
"""Timeout of a probe; a server that exceeds it counts as silent for this probe."""

FRESH_SECONDS = 10.0
"""Maximum age of a heartbeat; an older one comes from a process that hangs."""


FULL_DISK_BYTES = 64 * 1024
"""With less free space a process may be unable to write its heartbeat."""
NO_DETAIL = Message(es="", en="")
_DISK_FULL = Message(
    es="disco lleno: no se puede saber cómo está; libere espacio",
    en="disk full: its state is unknown; free some space",
)
_LATE = Message(es="no hizo a tiempo: {jobs}", en="not done in time: {jobs}")
_JOBS = {
    "due": Message(es="reportes", en="reports"),
    "devices": Message(es="vigilancia de dispositivos", en="device watch"),
    "escalation": Message(es="escalamiento de alertas", en="escalation of alerts"),
    "notices": Message(es="avisos", en="notifications"),
    "retention": Message(es="retención", en="retention"),
    "backup": Message(es="respaldo", en="backup"),
    "changes": Message(es="respaldo continuo", en="continuous backup"),
    "expiries": Message(es="vencimientos", en="expiries"),
    "upkeep": Message(es="revisión de la instalación", en="inspection of the installation"),
}
"""What the reporter's jobs do, by their names in its heartbeat."""


@dataclass(frozen=True)
class Health:
    """The result of a probe.

    `answers`: the process responds. `ready`: it does its work. `detail`: its state in words, or why it is silent.
    """

    answers: bool
    ready: bool
    detail: Message = NO_DETAIL


SILENT = Health(answers=False, ready=False)


def listens_on(pid: int, ports: Sequence[PortUse]) -> bool:
    """Return whether the process or its descendants listen on all of these ports."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        open_ports = {
            link.laddr.port
            for member in family
            for link in member.net_connections("tcp")
            if link.status == psutil.CONN_LISTEN and link.laddr
        }
    except psutil.Error:
        return False
    return all(use.number in open_ports for use in ports)


class Prober:
    """Probes components over loopback, without the proxy that the environment names."""

    def __init__(self, run_dir: Path, trusted_ca: str | bool = True) -> None:
        self._run_dir = run_dir
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = trusted_ca

    def probe(self, component: Component, pid: int, started_at: float) -> Health:
        """Return the health of the component's own process.

        Another process that answers on its port counts as silence. `started_at`: monotonic seconds; a heartbeat written
        before it belongs to an earlier process.
        """
        if component.health_url:
            health = self._probe_server(component.health_url)
            return health if health is SILENT or listens_on(pid, component.ports) else SILENT
        beat = read_heartbeat(self._run_dir, component.name)
        if beat is None or beat.at < started_at or time.monotonic() - beat.at > FRESH_SECONDS:
            return Health(answers=True, ready=False, detail=_DISK_FULL) if self._is_disk_full() else SILENT
        return judge_heartbeat(beat, time.monotonic())

    def _is_disk_full(self) -> bool:
        try:
            return shutil.disk_usage(self._run_dir).free < FULL_DISK_BYTES
        except OSError:
            return False

    def _probe_server(self, url: str) -> Health:
        try:
            response = self._session.get(url, timeout=ANSWER_SECONDS)
        except requests.RequestException as error:
            fault = find_certificate_fault(error, urlsplit(url).hostname or "")
            return SILENT if fault is None else Health(answers=True, ready=False, detail=fault)
        return Health(
            answers=True, ready=response.ok, detail=NO_DETAIL if response.ok else _plain(f"HTTP {response.status_code}")
        )


def judge_heartbeat(beat: Heartbeat, now: float) -> Health:
    """Return the health that a fresh heartbeat shows: not ready while a job is late, whatever the process states.

    `now`: monotonic seconds.
    """
    late = [_JOBS.get(name, _plain(name)) for name in beat.late_jobs(now)]
    if late:
        es, en = ", ".join(job.es for job in late), ", ".join(job.en for job in late)
        return Health(
            answers=True, ready=False, detail=Message(es=_LATE.es.format(jobs=es), en=_LATE.en.format(jobs=en))
        )
    ready = beat.state == "ready"
    return Health(answers=True, ready=ready, detail=_plain(beat.detail or ("" if ready else beat.state)))


def _plain(text: str) -> Message:
    return Message(es=text, en=text)
