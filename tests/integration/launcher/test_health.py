"""Health of a component from its own process only."""

import sys
from pathlib import Path

from stressvision.core.errors import Message
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.health import Prober
from tests.programs.running import Program, answers, free_port, wait_until

STANDIN = "tests/programs/standin.py"


def test_probe_ignores_other_process_on_the_port(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/health"
    component = Component(
        name="ingest",
        label=Message(es="Servidor", en="Server"),
        command=(sys.executable,),
        health_url=url,
        address=url,
        ports=(PortUse(port, "STRESSVISION_INGEST_PORT"),),
    )
    listener = Program(STANDIN, str(port), folder=tmp_path, settings={})
    other = Program(STANDIN, str(free_port()), folder=tmp_path, settings={})
    try:
        wait_until(lambda: answers(url), "the listener to answer")
        prober = Prober(tmp_path)
        assert prober.probe(component, listener.process.pid, 0.0).ready
        assert not prober.probe(component, other.process.pid, 0.0).answers
    finally:
        listener.close()
        other.close()
