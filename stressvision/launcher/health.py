"""Is a component ready? Asked over HTTP, or read from its heartbeat file."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import requests

from stressvision.core.heartbeat import read_heartbeat
from stressvision.launcher.components import Component, PortUse

ANSWER_SECONDS = 1.0
"""How long a server may take to answer before it counts as silent for this once."""

FRESH_SECONDS = 10.0
"""A heartbeat older than this comes from a process that no longer turns."""


@dataclass(frozen=True)
class Health:
    """`answers`: the process responds. `ready`: it does its work. `detail`: what it says of itself."""

    answers: bool
    ready: bool
    detail: str = ""


SILENT = Health(answers=False, ready=False)


def listens_on(pid: int, ports: Sequence[PortUse]) -> bool:
    """Whether the process, or one it started, is what listens on all of these ports."""
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
    """Asks components over loopback, past any proxy the environment names."""

    def __init__(self, run_dir: Path, trusted_ca: str | bool = True) -> None:
        self._run_dir = run_dir
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = trusted_ca

    def ask(self, component: Component, pid: int, started_at: float) -> Health:
        """Of the component's own process: another that answers in its place, on its port, does not count.

        `started_at`: monotonic seconds; a heartbeat written before it belongs to an earlier process.
        """
        if component.health_url:
            health = self._ask_server(component.health_url)
            return health if health is SILENT or listens_on(pid, component.ports) else SILENT
        beat = read_heartbeat(self._run_dir, component.name)
        if beat is None or beat.at < started_at or time.monotonic() - beat.at > FRESH_SECONDS:
            return SILENT
        ready = beat.state == "ready"
        return Health(answers=True, ready=ready, detail=beat.detail or ("" if ready else beat.state))

    def _ask_server(self, url: str) -> Health:
        try:
            answer = self._session.get(url, timeout=ANSWER_SECONDS)
        except requests.RequestException:
            return SILENT
        return Health(answers=True, ready=answer.ok, detail="" if answer.ok else f"HTTP {answer.status_code}")
