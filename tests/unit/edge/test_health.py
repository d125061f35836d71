from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.config import Policy, Settings
from stressvision.core.heartbeat import read_heartbeat
from stressvision.domain.load import Load
from stressvision.edge.capture.models import Models
from stressvision.edge.capture.pipeline import Pipeline
from stressvision.edge.capture.rules import Rules
from stressvision.edge.delivery.client import ServerStatus
from stressvision.edge.delivery.outbox import Outbox
from stressvision.edge.health.heartbeat import DeviceHeartbeat
from stressvision.edge.health.machine import MachineState
from stressvision.edge.health.monitor import DeviceCounters, HealthMonitor, HealthSources
from stressvision.edge.status import DeviceStatus
from stressvision.vision.camera import Camera
from stressvision.vision.source import parse_source
from stressvision.vision.viewpoint import ViewWatch
from stressvision.wire.detections import DeviceHealth
from tests.unit.edge.test_pipeline import FakeNetworks, Sitting

COMPONENT = "edge-entrada"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "outbox.db")
    yield opened
    opened.close()


def make_monitor(
    outbox: Outbox,
    run_dir: Path,
    counters: DeviceCounters,
    machine: MachineState | None = None,
    server: ServerStatus | None = None,
    viewpoint: ViewWatch | None = None,
) -> tuple[HealthMonitor, DeviceStatus]:
    networks = FakeNetworks(Sitting())
    rules = Rules("entrada", Policy.PE, analyse_unknown=False, detection_seconds=1.0)
    status = DeviceStatus(DeviceHealth(device_id="entrada", state="starting"))
    sources = HealthSources(
        Camera(parse_source("demo", run_dir)),
        Pipeline(Models(networks, networks, networks, networks), rules),
        outbox,
        counters,
        server or ServerStatus(),
        viewpoint or ViewWatch(),
    )
    monitor = HealthMonitor(
        Settings(device_id="entrada", run_dir=run_dir),
        sources,
        status,
        DeviceHeartbeat(run_dir, COMPONENT),
        examine=lambda: machine or MachineState(),
    )
    return monitor, status


def test_heat_throttling_and_clock_are_reported_as_numbers_and_as_text(outbox: Outbox, tmp_path: Path) -> None:
    machine, server = MachineState(84.0, throttled=True), ServerStatus(clock_ahead=timedelta(seconds=-61.04))
    monitor, status = make_monitor(outbox, tmp_path, DeviceCounters(taken=1), machine, server)
    monitor.update_machine(0.0)
    monitor.update(1.0)
    report = status.report

    assert (report.temperature, report.throttled, report.clock_ahead_seconds) == (84.0, True, -61.0)
    assert "84 °C; frenado por temperatura o tensión" in report.detail
    assert "reloj atrasado 61 s" in report.detail


def test_unknown_machine_state_is_null(outbox: Outbox, tmp_path: Path) -> None:
    monitor, status = make_monitor(outbox, tmp_path, DeviceCounters(taken=1))
    monitor.update_machine(0.0)
    monitor.update(1.0)
    report = status.report

    assert (report.temperature, report.throttled, report.clock_ahead_seconds) == (None, None, None)
    assert report.detail == "vigilando la grabación de demostración"


def test_heartbeat_of_the_component_is_written_with_the_first_frame(outbox: Outbox, tmp_path: Path) -> None:
    counters = DeviceCounters()
    monitor, _ = make_monitor(outbox, tmp_path, counters)
    monitor.update(1.0)
    before = read_heartbeat(tmp_path, COMPONENT)
    counters.taken = 1
    monitor.update(1.0)
    during = read_heartbeat(tmp_path, COMPONENT)
    monitor.close()

    assert before is None
    assert during is not None
    assert during.state == "ready"
    assert read_heartbeat(tmp_path, COMPONENT) is None


def test_rejected_token_is_reported_on_the_device(outbox: Outbox, tmp_path: Path) -> None:
    monitor, _ = make_monitor(outbox, tmp_path, DeviceCounters(taken=1), server=ServerStatus(accepts_token=False))
    monitor.update(1.0)
    beat = read_heartbeat(tmp_path, COMPONENT)
    assert beat is not None
    assert beat.state == "not_admitted"
    assert "el servidor no acepta el token de este dispositivo" in beat.detail


def test_hot_machine_does_less_and_says_so(outbox: Outbox, tmp_path: Path) -> None:
    monitor, status = make_monitor(outbox, tmp_path, DeviceCounters(taken=1), MachineState(86.0, throttled=False))
    monitor.update_machine(0.0)
    monitor.update(1.0)
    assert monitor._pipeline.load is Load.LEAST
    assert "analiza menos imágenes hasta enfriarse" in status.report.detail


def test_moved_camera_is_reported_while_it_lasts(outbox: Outbox, tmp_path: Path) -> None:
    viewpoint = ViewWatch()
    monitor, status = make_monitor(outbox, tmp_path, DeviceCounters(taken=1), viewpoint=viewpoint)
    viewpoint.moved = True
    monitor.update(1.0)
    assert "la cámara parece movida: revise el encuadre" in status.report.detail
    assert status.report.moved
    viewpoint.restart()
    monitor.update(1.0)
    assert status.report.detail == "vigilando la grabación de demostración"
