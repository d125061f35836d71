import itertools
from collections.abc import Callable

from stressvision.core.errors import Message
from stressvision.launcher.components import Component
from stressvision.launcher.health import SILENT, Health
from stressvision.launcher.supervisor import ComponentState, ComponentView, Limits, Supervisor

READY = Health(answers=True, ready=True)
NO_CAMERA = Health(answers=True, ready=False, detail=Message(es="sin cámara", en="no camera"))


def component(name: str, *, after: tuple[str, ...] = (), stop_rank: int = 1) -> Component:
    return Component(name, Message(es=name, en=name), ("true",), after=after, stop_rank=stop_rank)


INGEST = component("ingest")
EDGE = component("edge", after=("ingest",), stop_rank=0)


class FakeProcess:
    def __init__(self, pid: int, *, obedient: bool) -> None:
        self.pid = pid
        self.code: int | None = None
        self.stop_requests = 0
        self.group_killed = False
        self._obedient = obedient

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.stop_requests += 1
        if self._obedient:
            self.code = 0

    def kill(self) -> None:
        self.group_killed = True
        if self.code is None:
            self.code = -9


class FakeSystem:
    """A supervisor with a fake clock, fake processes and a set health per component."""

    def __init__(self, *components: Component, obedient: bool = True) -> None:
        self.now = 1000.0
        self.health: dict[str, Health] = {}
        self.refusal: OSError | None = None
        self.processes: dict[str, list[FakeProcess]] = {part.name: [] for part in components}
        self._obedient = obedient
        self._pids = iter(range(100, 10_000))
        self.supervisor = Supervisor(
            components,
            start=self._start,
            probe=lambda part, _pid, _started: self.health.get(part.name, SILENT),
            clock=lambda: self.now,
        )

    def _start(self, part: Component) -> FakeProcess:
        if self.refusal is not None:
            raise self.refusal
        process = FakeProcess(next(self._pids), obedient=self._obedient)
        self.processes[part.name].append(process)
        return process

    def view(self, name: str) -> ComponentView:
        return next(view for view in self.supervisor.views if view.component.name == name)

    def state(self, name: str) -> ComponentState:
        return self.view(name).state

    def tick(self, seconds: float = 0.0) -> None:
        self.now += seconds
        self.supervisor.tick()

    def tick_until(self, done: Callable[[], bool], seconds: float) -> None:
        """Tick five times a second, as the launcher does, until `done`."""
        end = self.now + seconds
        while not done():
            assert self.now < end, self.supervisor.views
            self.tick(0.2)

    def start_all(self) -> None:
        self.health = dict.fromkeys(self.processes, READY)
        self.tick_until(lambda: self.supervisor.settled, 10)


def test_component_starts_after_its_predecessors_are_ready() -> None:
    system = FakeSystem(INGEST, EDGE)
    system.tick()
    system.tick(5)
    assert system.state("ingest") is ComponentState.STARTING
    assert system.processes["edge"] == []
    system.health["ingest"] = READY
    system.tick(0.2)
    assert system.state("edge") is ComponentState.STARTING


def test_component_starts_after_failed_predecessor() -> None:
    system = FakeSystem(INGEST, EDGE)
    system.tick()
    while system.state("ingest") is not ComponentState.FATAL:
        system.processes["ingest"][-1].code = 1
        system.tick(0.2)
    system.tick(0.2)
    assert system.state("edge") is ComponentState.STARTING


def test_supervisor_restarts_child_that_exits_while_running() -> None:
    system = FakeSystem(INGEST)
    system.start_all()
    for _ in range(6):
        first = system.view("ingest").pid
        system.processes["ingest"][-1].code = -9
        system.tick(0.2)
        assert system.state("ingest") is ComponentState.BACKOFF
        assert "señal 9" in system.view("ingest").detail.es
        system.tick_until(lambda: system.state("ingest") is ComponentState.RUNNING, 2)
        assert system.view("ingest").pid != first


def test_supervisor_kills_descendants_before_restart() -> None:
    system = FakeSystem(INGEST)
    system.start_all()
    system.processes["ingest"][-1].code = 1
    system.tick(0.2)
    assert system.processes["ingest"][0].group_killed


def test_component_that_never_starts_fails_after_four_attempts() -> None:
    system = FakeSystem(INGEST)
    attempts = []
    system.tick()
    while system.state("ingest") is not ComponentState.FATAL:
        if system.processes["ingest"][-1].code is None:
            attempts.append(system.now)
            system.processes["ingest"][-1].code = 1
        system.tick(0.1)
    assert len(attempts) == 4
    pauses = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
    assert system.supervisor.finished
    assert "código 1" in system.view("ingest").detail.es


def test_component_that_was_up_is_restarted_without_limit() -> None:
    system = FakeSystem(INGEST, component("api"))
    system.start_all()
    system.health["ingest"] = SILENT
    end = system.now + 1800
    while system.now < end:
        system.processes["ingest"][-1].code = 2
        system.tick(0.2)
    assert system.state("ingest") in (ComponentState.BACKOFF, ComponentState.STARTING)
    assert len(system.processes["ingest"]) < 100
    assert len(system.processes["api"]) == 1
    system.health["ingest"] = READY
    system.tick_until(lambda: system.state("ingest") is ComponentState.RUNNING, 31)


def test_process_creation_error_counts_as_failed_start() -> None:
    system = FakeSystem(INGEST)
    system.refusal = OSError(11, "Resource temporarily unavailable")
    system.tick()
    assert system.state("ingest") is ComponentState.BACKOFF
    assert "Resource temporarily unavailable" in system.view("ingest").detail.es
    system.refusal = None
    system.health["ingest"] = READY
    system.tick_until(lambda: system.state("ingest") is ComponentState.RUNNING, 2)


def test_silent_component_is_killed_after_timeout() -> None:
    system = FakeSystem(INGEST)
    system.start_all()
    first = system.processes["ingest"][-1]
    system.health["ingest"] = SILENT
    silent_since = system.now
    system.tick_until(lambda: first.code is not None, 40)
    assert 29 < system.now - silent_since < 33
    system.health["ingest"] = READY
    system.tick_until(lambda: system.state("ingest") is ComponentState.RUNNING, 2)


def test_component_may_take_a_minute_to_start() -> None:
    system = FakeSystem(INGEST)
    system.tick()
    first = system.processes["ingest"][-1]
    system.tick(59)
    assert first.poll() is None
    system.tick(2)
    assert first.code == -9
    assert system.state("ingest") is ComponentState.BACKOFF


def test_component_fails_after_too_many_recent_exits() -> None:
    system = FakeSystem(INGEST)
    limits = Limits()

    def exit_and_restart() -> None:
        system.processes["ingest"][-1].code = -9
        system.tick(0.2)
        system.tick_until(lambda: system.state("ingest") in (ComponentState.RUNNING, ComponentState.FATAL), 5)

    system.start_all()
    for _ in range(limits.exits):
        exit_and_restart()
    assert system.state("ingest") is ComponentState.RUNNING
    system.tick(limits.exits_window_seconds)
    for _ in range(limits.exits):
        exit_and_restart()
    assert system.state("ingest") is ComponentState.RUNNING
    exit_and_restart()
    assert system.state("ingest") is ComponentState.FATAL


def test_component_without_camera_waits_and_names_it() -> None:
    system = FakeSystem(INGEST, EDGE)
    system.health = {"ingest": READY, "edge": NO_CAMERA}
    system.tick_until(lambda: system.supervisor.settled, 5)
    system.tick(600)
    system.tick(0.2)
    assert system.state("edge") is ComponentState.WAITING
    assert system.view("edge").detail.es == "sin cámara"
    system.health["edge"] = READY
    system.tick(3)
    assert system.state("edge") is ComponentState.RUNNING


def test_edge_stops_before_ingest() -> None:
    system = FakeSystem(INGEST, EDGE, obedient=False)
    system.start_all()
    ingest, edge = system.processes["ingest"][-1], system.processes["edge"][-1]
    system.supervisor.stop()
    system.tick(0.2)
    system.tick(0.2)
    assert (edge.stop_requests, ingest.stop_requests) == (1, 0)
    edge.code = 0
    system.tick(0.2)
    assert ingest.stop_requests == 1
    ingest.code = 0
    system.tick(0.2)
    assert system.supervisor.finished
    assert system.state("ingest") is ComponentState.STOPPED


def test_component_that_ignores_stop_is_killed_after_grace() -> None:
    system = FakeSystem(INGEST, obedient=False)
    system.start_all()
    process = system.processes["ingest"][-1]
    system.supervisor.stop()
    system.tick(0.2)
    system.tick(7)
    assert process.poll() is None
    system.tick(2)
    assert process.code == -9
    system.tick(0.2)
    assert system.supervisor.finished


def test_no_component_starts_while_stopping() -> None:
    system = FakeSystem(INGEST, EDGE)
    system.tick()
    system.processes["ingest"][-1].code = 1
    system.tick(0.2)
    system.supervisor.stop()
    system.tick(60)
    assert system.supervisor.finished
    assert len(system.processes["ingest"]) == 1
    assert system.processes["edge"] == []


def test_kill_does_not_wait() -> None:
    system = FakeSystem(INGEST, EDGE, obedient=False)
    system.start_all()
    system.supervisor.kill()
    system.tick()
    assert system.supervisor.finished
