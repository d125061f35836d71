"""Health of a component, over HTTP or from its heartbeat file."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from stressvision.core.heartbeat import read_heartbeat
from stressvision.launcher.components import Component, PortUse

ANSWER_SECONDS = 1.0
"""Timeout of a probe; a server that exceeds it counts as silent for this probe."""

FRESH_SECONDS = 10.0
"""Maximum age of a heartbeat; an older one comes from a process that hangs."""


@dataclass(frozen=True)
class Health:
    """The result of a probe.

    `answers`: the process responds. `ready`: it does its work. `detail`: its own description of its state.
    """

    answers: bool
    ready: bool
    detail: str = ""


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
            return SILENT
        ready = beat.state == "ready"
        return Health(answers=True, ready=ready, detail=beat.detail or ("" if ready else beat.state))

    def _probe_server(self, url: str) -> Health:
        try:
            response = self._session.get(url, timeout=ANSWER_SECONDS)
        except requests.RequestException:
            return SILENT
        return Health(answers=True, ready=response.ok, detail="" if response.ok else f"HTTP {response.status_code}")
