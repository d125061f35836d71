"""Supervisor of the components: ordered start, restart after an exit, a restart budget and an ordered stop.

A state machine per component, after supervisord's STARTING, RUNNING, BACKOFF, FATAL. `tick()` drives it; it owns no
thread, and clock, processes and probes are injected.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from stressvision.core.errors import Message
from stressvision.launcher.components import Component
from stressvision.launcher.health import NO_DETAIL, Health


class ComponentState(StrEnum):
    """The state of a component, as the table shows it."""

    PENDING = "pending"
    """Not started: a component that it depends on is not ready."""
    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """Alive without a resource that its detail names, such as a camera."""
    BACKOFF = "backoff"
    FATAL = "fatal"
    STOPPING = "stopping"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Limits:
    """Seconds and counts.

    A component that was never up is abandoned after `start_attempts`. One that was up is restarted without limit (its
    database may be away), unless it exceeds `exits` within `exits_window_seconds`, as in frigate's watchdog.
    """

    start_seconds: float = 60.0
    silence_seconds: float = 30.0
    start_attempts: int = 4
    exits: int = 20
    exits_window_seconds: float = 300.0
    first_delay_seconds: float = 0.5
    longest_delay_seconds: float = 30.0
    probe_seconds: float = 2.0
    grace_seconds: float = 8.0


class Process(Protocol):
    """A running child process and its descendants."""

    @property
    def pid(self) -> int:
        """The process id."""

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""

    def terminate(self) -> None:
        """Ask it to stop."""

    def kill(self) -> None:
        """End it and its descendants at once."""


@dataclass(frozen=True)
class ComponentView:
    """The present state of a component, for display."""

    component: Component
    state: ComponentState
    pid: int | None
    detail: Message


@dataclass
class _Unit:
    component: Component
    state: ComponentState = ComponentState.PENDING
    process: Process | None = None
    detail: Message = NO_DETAIL
    started_at: float = 0.0
    answered_at: float = 0.0
    probe_at: float = 0.0
    retry_at: float = 0.0
    stopping_since: float = 0.0
    failed_starts: int = 0
    ever_up: bool = False
    exits: deque[float] = field(default_factory=deque)

    def set_state(self, state: ComponentState, detail: Message = NO_DETAIL) -> None:
        self.state, self.detail = state, detail


class Supervisor:
    """Starts, probes, restarts and stops the components.

    Args:
        components: In starting order.
        start: Starts a component; raises OSError.
        probe: Returns the health of a component's process (pid) that was started at a moment (monotonic seconds).
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        components: Sequence[Component],
        *,
        start: Callable[[Component], Process],
        probe: Callable[[Component, int, float], Health],
        clock: Callable[[], float],
        limits: Limits | None = None,
    ) -> None:
        self._units = [_Unit(component) for component in components]
        self._start = start
        self._probe_component = probe
        self._clock = clock
        self._limits = limits or Limits()
        self._stopping = False

    @property
    def views(self) -> tuple[ComponentView, ...]:
        """The present state of every component."""
        return tuple(
            ComponentView(unit.component, unit.state, unit.process.pid if unit.process else None, unit.detail)
            for unit in self._units
        )

    @property
    def settled(self) -> bool:
        """Whether no component is starting: each runs, waits for a resource, or was abandoned."""
        return all(
            unit.state in (ComponentState.RUNNING, ComponentState.WAITING, ComponentState.FATAL) for unit in self._units
        )

    @property
    def finished(self) -> bool:
        """Whether no process is left and none will be started."""
        final = (ComponentState.STOPPED, ComponentState.FATAL) if self._stopping else (ComponentState.FATAL,)
        return all(unit.state in final for unit in self._units)

    def tick(self) -> None:
        """Check every component once and advance its state."""
        if self._stopping:
            self._stop_next()
            return
        for unit in self._units:
            self._advance(unit, self._clock())

    def stop(self) -> None:
        """Make `tick` stop the components from now on, those of the lowest rank first."""
        self._stopping = True
        for unit in self._units:
            if unit.process is None and unit.state is not ComponentState.FATAL:
                unit.set_state(ComponentState.STOPPED)

    def kill(self) -> None:
        """Stop without a request: kill every process."""
        self.stop()
        for unit in self._units:
            if unit.process is not None:
                unit.process.kill()

    def _advance(self, unit: _Unit, now: float) -> None:
        if unit.state is ComponentState.PENDING:
            if self._may_start(unit):
                self._launch(unit, now)
        elif unit.state is ComponentState.BACKOFF:
            if now >= unit.retry_at:
                self._launch(unit, now)
        elif unit.process is not None:
            code = unit.process.poll()
            if code is not None:
                self._record_failure(unit, now, _exit_text(code))
            elif now >= unit.probe_at:
                self._check_health(unit, now)

    def _may_start(self, unit: _Unit) -> bool:
        awaited = (other for other in self._units if other.component.name in unit.component.after)
        return all(other.state in (ComponentState.RUNNING, ComponentState.FATAL) for other in awaited)

    def _launch(self, unit: _Unit, now: float) -> None:
        unit.started_at = unit.answered_at = unit.probe_at = now
        unit.set_state(ComponentState.STARTING)
        try:
            unit.process = self._start(unit.component)
        except OSError as error:
            reason = error.strerror or str(error)
            self._record_failure(
                unit, now, Message(es=f"no se pudo crear: {reason}", en=f"could not be created: {reason}")
            )

    def _check_health(self, unit: _Unit, now: float) -> None:
        if unit.process is None:
            return
        health = self._probe_component(unit.component, unit.process.pid, unit.started_at)
        if health.answers:
            unit.answered_at = now
            unit.ever_up = True
            state = ComponentState.RUNNING if health.ready else ComponentState.WAITING
            unit.set_state(state, health.detail)
            unit.probe_at = now + self._limits.probe_seconds
            return
        timeout = self._limits.start_seconds if unit.state is ComponentState.STARTING else self._limits.silence_seconds
        if now - unit.answered_at > timeout:
            unit.process.kill()
            silence = Message(es=f"sin respuesta en {timeout:.0f} s", en=f"no answer in {timeout:.0f} s")
            self._record_failure(unit, now, silence)

    def _record_failure(self, unit: _Unit, now: float, cause: Message) -> None:
        if unit.process is not None:
            unit.process.kill()  # its descendants may still hold its port
        unit.process = None
        unit.failed_starts = unit.failed_starts + 1 if unit.state is ComponentState.STARTING else 0
        unit.exits.append(now)
        while unit.exits[0] < now - self._limits.exits_window_seconds:
            unit.exits.popleft()
        has_never_started = not unit.ever_up and unit.failed_starts >= self._limits.start_attempts
        if has_never_started or len(unit.exits) > self._limits.exits:
            unit.set_state(ComponentState.FATAL, cause)
            return
        delay = min(self._limits.first_delay_seconds * 2**unit.failed_starts, self._limits.longest_delay_seconds)
        unit.retry_at = now + delay
        unit.set_state(
            ComponentState.BACKOFF,
            Message(es=f"{cause.es}; reinicio en {delay:.1f} s", en=f"{cause.en}; restart in {delay:.1f} s"),
        )

    def _stop_next(self) -> None:
        now = self._clock()
        for unit in self._units:
            if unit.process is not None and unit.process.poll() is not None:
                unit.process.kill()
                unit.process = None
                unit.set_state(ComponentState.STOPPED)
        left = [unit for unit in self._units if unit.process is not None]
        rank = min((unit.component.stop_rank for unit in left), default=0)
        for unit in left:
            if unit.process is None or unit.component.stop_rank != rank:
                continue
            if unit.state is not ComponentState.STOPPING:
                unit.stopping_since = now
                unit.process.terminate()
                unit.set_state(ComponentState.STOPPING)
            elif now - unit.stopping_since > self._limits.grace_seconds:
                unit.process.kill()


def _exit_text(code: int) -> Message:
    if code < 0:
        return Message(es=f"terminado por la señal {-code}", en=f"ended by signal {-code}")
    return Message(es=f"terminó con código {code}", en=f"exited with code {code}")
