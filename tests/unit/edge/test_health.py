from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.config import Policy, Settings
from stressvision.core.heartbeat import read_heartbeat
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.delivery.outbox import Outbox
from stressvision.edge.health.machine import Machine
from stressvision.edge.health.watch import DeviceCounters, HealthWatch
from stressvision.vision.camera import Camera
from stressvision.vision.source import parse_source
from tests.unit.edge.test_pipeline import FakeNetworks, Sitting

COMPONENT = "edge-entrada"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.db")
    yield opened
    opened.close()


def make_health(
    outbox: Outbox,
    run_dir: Path,
    tally: DeviceCounters,
    machine: Machine,
    ahead: timedelta | None,
    *,
    admitted: bool = True,
) -> HealthWatch:
    networks = FakeNetworks(Sitting())
    rules = Rules("entrada", Policy.PE, analyse_unknown=False, detection_seconds=1.0)
    return HealthWatch(
        Settings(device_id="entrada", run_dir=run_dir),
        COMPONENT,
        Camera(parse_source("demo", run_dir)),
        Pipeline(Models(networks, networks, networks, networks), rules),
        outbox,
        tally,
        clock_ahead=lambda: ahead,
        is_admitted=lambda: admitted,
        has_expression=True,
        statistics=None,
        examine=lambda: machine,
    )


def test_heat_throttling_and_clock_are_numbers_for_the_server_and_words_for_a_person(
    outbox: Outbox, tmp_path: Path
) -> None:
    health = make_health(
        outbox, tmp_path, DeviceCounters(taken=1), Machine(84.0, throttled=True), timedelta(seconds=-61.04)
    )
    health.look_at_machine(0.0)
    health.say(1.0)
    said = health.latest

    assert (said.temperature, said.throttled, said.clock_ahead_seconds) == (84.0, True, -61.0)
    assert "84 °C; frenado por temperatura o tensión" in said.detail
    assert "reloj atrasado 61 s" in said.detail


def test_what_a_machine_does_not_tell_is_nothing(outbox: Outbox, tmp_path: Path) -> None:
    health = make_health(outbox, tmp_path, DeviceCounters(taken=1), Machine(), None)
    health.look_at_machine(0.0)
    health.say(1.0)

    assert (health.latest.temperature, health.latest.throttled, health.latest.clock_ahead_seconds) == (None, None, None)
    assert health.latest.detail == "vigilando la grabación de demostración"


def test_the_heartbeat_bears_the_component_s_name_and_comes_with_the_first_picture(
    outbox: Outbox, tmp_path: Path
) -> None:
    tally = DeviceCounters()
    health = make_health(outbox, tmp_path, tally, Machine(), None)
    health.say(1.0)
    before = read_heartbeat(tmp_path, COMPONENT)
    tally.taken = 1
    health.say(1.0)
    during = read_heartbeat(tmp_path, COMPONENT)
    health.fall_silent()

    assert before is None
    assert during is not None
    assert during.state == "ready"
    assert read_heartbeat(tmp_path, COMPONENT) is None


def test_a_token_that_the_server_refuses_is_said_on_the_device_itself(outbox: Outbox, tmp_path: Path) -> None:
    health = make_health(outbox, tmp_path, DeviceCounters(taken=1), Machine(), None, admitted=False)
    health.say(1.0)
    beat = read_heartbeat(tmp_path, COMPONENT)
    assert beat is not None
    assert beat.state == "not_admitted"
    assert "el servidor no acepta el token de este dispositivo" in beat.detail
