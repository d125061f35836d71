import itertools
from collections.abc import Callable

from stressvision.core.errors import Message
from stressvision.launcher.components import Component
from stressvision.launcher.health import SILENT, Health
from stressvision.launcher.supervisor import ComponentState, ComponentView, Limits, Supervisor

READY = Health(answers=True, ready=True)
NO_CAMERA = Health(answers=True, ready=False, detail="sin cámara")


def component(name: str, *, after: tuple[str, ...] = (), stop_rank: int = 1) -> Component:
    return Component(name, Message(es=name, en=name), ("true",), after=after, stop_rank=stop_rank)


INGEST = component("ingest")
EDGE = component("edge", after=("ingest",), stop_rank=0)


class FakeProcess:
    def __init__(self, pid: int, *, obedient: bool) -> None:
        self.pid = pid
        self.code: int | None = None
        self.asked = 0
        self.group_killed = False
        self._obedient = obedient

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.asked += 1
        if self._obedient:
            self.code = 0

    def kill(self) -> None:
        self.group_killed = True
        if self.code is None:
            self.code = -9


class Machine:
    """A clock that moves when told, processes that do nothing, and the health each component is given."""

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
            ask=lambda part, _pid, _started: self.health.get(part.name, SILENT),
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
        """Turns as the launcher does, five times a second."""
        end = self.now + seconds
        while not done():
            assert self.now < end, self.supervisor.views
            self.tick(0.2)

    def bring_up(self) -> None:
        self.health = dict.fromkeys(self.processes, READY)
        self.tick_until(lambda: self.supervisor.settled, 10)


def test_a_component_starts_only_once_those_before_it_are_ready() -> None:
    machine = Machine(INGEST, EDGE)
    machine.tick()
    machine.tick(5)
    assert machine.state("ingest") is ComponentState.STARTING
    assert machine.processes["edge"] == []
    machine.health["ingest"] = READY
    machine.tick(0.2)
    assert machine.state("edge") is ComponentState.STARTING


def test_a_component_whose_predecessor_was_given_up_starts_all_the_same() -> None:
    machine = Machine(INGEST, EDGE)
    machine.tick()
    while machine.state("ingest") is not ComponentState.FATAL:
        machine.processes["ingest"][-1].code = 1
        machine.tick(0.2)
    machine.tick(0.2)
    assert machine.state("edge") is ComponentState.STARTING


def test_what_dies_while_it_runs_is_back_within_two_seconds_and_again() -> None:
    machine = Machine(INGEST)
    machine.bring_up()
    for _ in range(6):
        first = machine.view("ingest").pid
        machine.processes["ingest"][-1].code = -9
        machine.tick(0.2)
        assert machine.state("ingest") is ComponentState.BACKOFF
        assert "señal 9" in machine.view("ingest").detail.es
        machine.tick_until(lambda: machine.state("ingest") is ComponentState.RUNNING, 2)
        assert machine.view("ingest").pid != first


def test_what_a_dead_component_had_started_is_ended_before_it_starts_again() -> None:
    machine = Machine(INGEST)
    machine.bring_up()
    machine.processes["ingest"][-1].code = 1
    machine.tick(0.2)
    assert machine.processes["ingest"][0].group_killed


def test_what_cannot_start_is_tried_four_times_ever_later_and_then_given_up() -> None:
    machine = Machine(INGEST)
    attempts = []
    machine.tick()
    while machine.state("ingest") is not ComponentState.FATAL:
        if machine.processes["ingest"][-1].code is None:
            attempts.append(machine.now)
            machine.processes["ingest"][-1].code = 1
        machine.tick(0.1)
    assert len(attempts) == 4
    pauses = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
    assert machine.supervisor.finished
    assert "código 1" in machine.view("ingest").detail.es


def test_what_had_been_up_is_tried_for_as_long_as_its_database_is_away() -> None:
    machine = Machine(INGEST, component("api"))
    machine.bring_up()
    machine.health["ingest"] = SILENT
    end = machine.now + 1800
    while machine.now < end:
        machine.processes["ingest"][-1].code = 2
        machine.tick(0.2)
    assert machine.state("ingest") in (ComponentState.BACKOFF, ComponentState.STARTING)
    assert len(machine.processes["ingest"]) < 100
    assert len(machine.processes["api"]) == 1
    machine.health["ingest"] = READY
    machine.tick_until(lambda: machine.state("ingest") is ComponentState.RUNNING, 31)


def test_a_process_that_cannot_even_be_created_counts_as_a_failed_start() -> None:
    machine = Machine(INGEST)
    machine.refusal = OSError(11, "Resource temporarily unavailable")
    machine.tick()
    assert machine.state("ingest") is ComponentState.BACKOFF
    assert "Resource temporarily unavailable" in machine.view("ingest").detail.es
    machine.refusal = None
    machine.health["ingest"] = READY
    machine.tick_until(lambda: machine.state("ingest") is ComponentState.RUNNING, 2)


def test_one_that_stops_answering_is_killed_after_its_patience_and_no_sooner() -> None:
    machine = Machine(INGEST)
    machine.bring_up()
    first = machine.processes["ingest"][-1]
    machine.health["ingest"] = SILENT
    silent_since = machine.now
    machine.tick_until(lambda: first.code is not None, 40)
    assert 29 < machine.now - silent_since < 33
    machine.health["ingest"] = READY
    machine.tick_until(lambda: machine.state("ingest") is ComponentState.RUNNING, 2)


def test_one_that_never_answers_is_given_a_minute_to_start() -> None:
    machine = Machine(INGEST)
    machine.tick()
    first = machine.processes["ingest"][-1]
    machine.tick(59)
    assert first.poll() is None
    machine.tick(2)
    assert first.code == -9
    assert machine.state("ingest") is ComponentState.BACKOFF


def test_one_that_keeps_dying_is_given_up_and_old_deaths_are_forgotten() -> None:
    machine = Machine(INGEST)
    limits = Limits()

    def die_and_return() -> None:
        machine.processes["ingest"][-1].code = -9
        machine.tick(0.2)
        machine.tick_until(lambda: machine.state("ingest") in (ComponentState.RUNNING, ComponentState.FATAL), 5)

    machine.bring_up()
    for _ in range(limits.deaths):
        die_and_return()
    assert machine.state("ingest") is ComponentState.RUNNING
    machine.tick(limits.deaths_window_seconds)
    for _ in range(limits.deaths):
        die_and_return()
    assert machine.state("ingest") is ComponentState.RUNNING
    die_and_return()
    assert machine.state("ingest") is ComponentState.FATAL


def test_one_without_its_camera_is_alive_and_says_what_it_lacks() -> None:
    machine = Machine(INGEST, EDGE)
    machine.health = {"ingest": READY, "edge": NO_CAMERA}
    machine.tick_until(lambda: machine.supervisor.settled, 5)
    machine.tick(600)
    machine.tick(0.2)
    assert machine.state("edge") is ComponentState.WAITING
    assert machine.view("edge").detail.es == "sin cámara"
    machine.health["edge"] = READY
    machine.tick(3)
    assert machine.state("edge") is ComponentState.RUNNING


def test_the_edge_stops_first_while_ingest_still_serves_it() -> None:
    machine = Machine(INGEST, EDGE, obedient=False)
    machine.bring_up()
    ingest, edge = machine.processes["ingest"][-1], machine.processes["edge"][-1]
    machine.supervisor.stop()
    machine.tick(0.2)
    machine.tick(0.2)
    assert (edge.asked, ingest.asked) == (1, 0)
    edge.code = 0
    machine.tick(0.2)
    assert ingest.asked == 1
    ingest.code = 0
    machine.tick(0.2)
    assert machine.supervisor.finished
    assert machine.state("ingest") is ComponentState.STOPPED


def test_what_ignores_the_request_to_stop_is_killed_after_its_grace() -> None:
    machine = Machine(INGEST, obedient=False)
    machine.bring_up()
    process = machine.processes["ingest"][-1]
    machine.supervisor.stop()
    machine.tick(0.2)
    machine.tick(7)
    assert process.poll() is None
    machine.tick(2)
    assert process.code == -9
    machine.tick(0.2)
    assert machine.supervisor.finished


def test_nothing_starts_any_more_once_stopping_began() -> None:
    machine = Machine(INGEST, EDGE)
    machine.tick()
    machine.processes["ingest"][-1].code = 1
    machine.tick(0.2)
    machine.supervisor.stop()
    machine.tick(60)
    assert machine.supervisor.finished
    assert len(machine.processes["ingest"]) == 1
    assert machine.processes["edge"] == []


def test_kill_waits_for_nobody() -> None:
    machine = Machine(INGEST, EDGE, obedient=False)
    machine.bring_up()
    machine.supervisor.kill()
    machine.tick()
    assert machine.supervisor.finished
