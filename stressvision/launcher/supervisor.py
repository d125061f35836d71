"""Keeps the components running: starts them in order, restarts what dies, gives up on what cannot start, stops all.

A state machine per component, after supervisord's STARTING, RUNNING, BACKOFF, FATAL. It is driven by `tick()` and
owns no thread; clock, processes and probes are given to it.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from stressvision.core.errors import Message
from stressvision.launcher.components import Component
from stressvision.launcher.health import Health


class ComponentState(StrEnum):
    PENDING = "pending"
    """Waits for another component."""
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """Alive, and lacks something it says: a camera, for instance."""
    BACKOFF = "backoff"
    FATAL = "fatal"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Limits:
    """Seconds and counts. What never came up is given up after `start_attempts`; what did come up once is tried again
    for as long as it takes (its database may be away), unless it spends its budget of deaths, as in frigate's watchdog.
    """

    start_seconds: float = 60.0
    silence_seconds: float = 30.0
    start_attempts: int = 4
    deaths: int = 20
    deaths_window_seconds: float = 300.0
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    ask_seconds: float = 2.0
    grace_seconds: float = 8.0


class Process(Protocol):
    """A running child with everything it started in turn."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class ComponentView:
    """What there is to say about a component now."""

    component: Component
    state: ComponentState
    pid: int | None
    detail: Message


NOTHING = Message(es="", en="")


@dataclass
class _Unit:
    component: Component
    state: ComponentState = ComponentState.PENDING
    process: Process | None = None
    detail: Message = NOTHING
    started_at: float = 0.0
    answered_at: float = 0.0
    ask_at: float = 0.0
    retry_at: float = 0.0
    stopping_since: float = 0.0
    failed_starts: int = 0
    ever_up: bool = False
    deaths: deque[float] = field(default_factory=deque)

    def become(self, state: ComponentState, detail: Message = NOTHING) -> None:
        self.state, self.detail = state, detail


class Supervisor:
    def __init__(
        self,
        components: Sequence[Component],
        *,
        start: Callable[[Component], Process],
        ask: Callable[[Component, int, float], Health],
        clock: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._units = [_Unit(component) for component in components]
        self._start = start
        self._ask = ask
        self._clock = clock
        self._limits = limits or Limits()
        self._stopping = False

    @property
    def views(self) -> tuple[ComponentView, ...]:
        return tuple(
            ComponentView(unit.component, unit.state, unit.process.pid if unit.process else None, unit.detail)
            for unit in self._units
        )

    @property
    def settled(self) -> bool:
        """Nothing is on its way up any more: each component runs, waits for something it names, or was given up."""
        return all(
            unit.state in (ComponentState.RUNNING, ComponentState.WAITING, ComponentState.FATAL) for unit in self._units
        )

    @property
    def finished(self) -> bool:
        """No process is left, and none will be started."""
        over = (ComponentState.STOPPED, ComponentState.FATAL) if self._stopping else (ComponentState.FATAL,)
        return all(unit.state in over for unit in self._units)

    def tick(self) -> None:
        """Looks at every component once and does what is due."""
        if self._stopping:
            self._stop_next()
            return
        for unit in self._units:
            self._look(unit, self._clock())

    def stop(self) -> None:
        """From now on `tick` stops the components, those of the lowest rank first."""
        self._stopping = True
        for unit in self._units:
            if unit.process is None and unit.state is not ComponentState.FATAL:
                unit.become(ComponentState.STOPPED)

    def kill(self) -> None:
        """As `stop`, without asking the processes."""
        self.stop()
        for unit in self._units:
            if unit.process is not None:
                unit.process.kill()

    def _look(self, unit: _Unit, now: float) -> None:
        if unit.state is ComponentState.PENDING:
            if self._may_start(unit):
                self._launch(unit, now)
        elif unit.state is ComponentState.BACKOFF:
            if now >= unit.retry_at:
                self._launch(unit, now)
        elif unit.process is not None:
            code = unit.process.poll()
            if code is not None:
                self._bury(unit, now, _exit_text(code))
            elif now >= unit.ask_at:
                self._probe(unit, now)

    def _may_start(self, unit: _Unit) -> bool:
        awaited = (other for other in self._units if other.component.name in unit.component.after)
        return all(other.state in (ComponentState.RUNNING, ComponentState.FATAL) for other in awaited)

    def _launch(self, unit: _Unit, now: float) -> None:
        unit.started_at = unit.answered_at = unit.ask_at = now
        unit.become(ComponentState.STARTING)
        try:
            unit.process = self._start(unit.component)
        except OSError as error:
            reason = error.strerror or str(error)
            self._bury(unit, now, Message(es=f"no se pudo crear: {reason}", en=f"could not be created: {reason}"))

    def _probe(self, unit: _Unit, now: float) -> None:
        if unit.process is None:
            return
        health = self._ask(unit.component, unit.process.pid, unit.started_at)
        if health.answers:
            unit.answered_at = now
            unit.ever_up = True
            state = ComponentState.RUNNING if health.ready else ComponentState.WAITING
            unit.become(state, Message(es=health.detail, en=health.detail))
            unit.ask_at = now + self._limits.ask_seconds
            return
        patience = self._limits.start_seconds if unit.state is ComponentState.STARTING else self._limits.silence_seconds
        if now - unit.answered_at > patience:
            unit.process.kill()
            silence = Message(es=f"sin respuesta en {patience:.0f} s", en=f"no answer in {patience:.0f} s")
            self._bury(unit, now, silence)

    def _bury(self, unit: _Unit, now: float, cause: Message) -> None:
        if unit.process is not None:
            unit.process.kill()  # what it had started itself could still hold its port
        unit.process = None
        unit.failed_starts = unit.failed_starts + 1 if unit.state is ComponentState.STARTING else 0
        unit.deaths.append(now)
        while unit.deaths[0] < now - self._limits.deaths_window_seconds:
            unit.deaths.popleft()
        hopeless = not unit.ever_up and unit.failed_starts >= self._limits.start_attempts
        if hopeless or len(unit.deaths) > self._limits.deaths:
            unit.become(ComponentState.FATAL, cause)
            return
        delay = min(self._limits.first_delay_seconds * 2**unit.failed_starts, self._limits.longest_delay_seconds)
        unit.retry_at = now + delay
        unit.become(
            ComponentState.BACKOFF,
            Message(es=f"{cause.es}; reinicio en {delay:.1f} s", en=f"{cause.en}; restart in {delay:.1f} s"),
        )

    def _stop_next(self) -> None:
        now = self._clock()
        for unit in self._units:
            if unit.process is not None and unit.process.poll() is not None:
                unit.process.kill()
                unit.process = None
                unit.become(ComponentState.STOPPED)
        left = [unit for unit in self._units if unit.process is not None]
        rank = min((unit.component.stop_rank for unit in left), default=0)
        for unit in left:
            if unit.process is None or unit.component.stop_rank != rank:
                continue
            if unit.state is not ComponentState.STOPPING:
                unit.stopping_since = now
                unit.process.terminate()
                unit.become(ComponentState.STOPPING)
            elif now - unit.stopping_since > self._limits.grace_seconds:
                unit.process.kill()


def _exit_text(code: int) -> Message:
    if code < 0:
        return Message(es=f"terminado por la señal {-code}", en=f"ended by signal {-code}")
    return Message(es=f"terminó con código {code}", en=f"exited with code {code}")
