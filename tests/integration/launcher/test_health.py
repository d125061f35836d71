"""Whose answer counts as a component's health."""

import sys
from pathlib import Path

from stressvision.core.errors import Message
from stressvision.launcher.components import Component, PortUse
from stressvision.launcher.health import Prober
from tests.programs.running import Program, answers, free_port, wait_until

STANDIN = "tests/programs/standin.py"


def test_a_stranger_that_answers_on_the_port_is_not_taken_for_the_component(tmp_path: Path) -> None:
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
    stranger = Program(STANDIN, str(port), folder=tmp_path, settings={})
    bystander = Program(STANDIN, str(free_port()), folder=tmp_path, settings={})
    try:
        wait_until(lambda: answers(url), "the stranger to answer")
        prober = Prober(tmp_path)
        assert prober.ask(component, stranger.process.pid, 0.0).ready
        assert not prober.ask(component, bystander.process.pid, 0.0).answers
    finally:
        stranger.close()
        bystander.close()
