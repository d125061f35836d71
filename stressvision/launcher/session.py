"""One run of the launcher: prepare, supervise the components until a signal, stop them."""

import signal
import subprocess
import time
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from stressvision.core.errors import Message
from stressvision.core.program import build_command, build_environment
from stressvision.core.restoration import (
    RestoreOutcome,
    RestoreRequest,
    is_restoration_requested,
    take_request,
    write_outcome,
)
from stressvision.launcher.components import Component
from stressvision.launcher.health import Prober
from stressvision.launcher.log_follower import LogFollower
from stressvision.launcher.printer import PrintedLine, Printer, Row
from stressvision.launcher.process import start_child
from stressvision.launcher.record import measure_memory, remove_record, write_record
from stressvision.launcher.supervisor import ComponentState, ComponentView, Limits, Supervisor

POLL_SECONDS = 0.2
REFRESH_SECONDS = 2.0
"""Interval at which the memory of the processes is measured and the display refreshed."""

API_DOCS = "/api/docs"


@dataclass(frozen=True)
class Session:
    """What one run starts. `prepare`: commands that must succeed before the first component starts."""

    components: tuple[Component, ...]
    run_dir: Path
    prepare: tuple[tuple[str, ...], ...] = ()
    browser_address: str = ""
    limits: Limits = field(default_factory=Limits)
    trusted_ca: str | bool = True
    restore: tuple[str, ...] = (*build_command("stressvision"), "restore")


def run_session(session: Session, printer: Printer) -> int:
    """Run until SIGINT, SIGTERM or SIGHUP. A restoration that the console asks for stops and restarts the components.

    Return 0 after a signal, 1 where no component could be started, or the exit code of a failed preparation.
    """
    received = _install_signal_handlers()
    followers = {part.name: LogFollower(session.run_dir / "logs" / f"{part.name}.log") for part in session.components}
    supervisor = _create_supervisor(session, followers)
    take_request(session.run_dir)  # one that an earlier run left is not carried out
    try:
        write_record(session.run_dir, supervisor.views)
        for command in session.prepare:
            code = subprocess.run(command, env=build_environment(), stdin=subprocess.DEVNULL, check=False).returncode
            if received:
                return 0
            if code:
                return code
        _run_loop(session, supervisor, followers, printer, received)
        while not received and (request := take_request(session.run_dir)) is not None:
            _restore(session, request, printer)
            supervisor = _create_supervisor(session, followers)
            _run_loop(replace(session, browser_address=""), supervisor, followers, printer, received)
    finally:
        supervisor.kill()
        printer.close()
        remove_record(session.run_dir)
    return 0 if received else 1


def _create_supervisor(session: Session, followers: Mapping[str, LogFollower]) -> Supervisor:
    return Supervisor(
        session.components,
        start=lambda component: start_child(component, followers[component.name].path),
        probe=Prober(session.run_dir, session.trusted_ca).probe,
        clock=time.monotonic,
        limits=session.limits,
    )


def _restore(session: Session, request: RestoreRequest, printer: Printer) -> None:
    """Run the restoration while no component runs, and write its outcome for the console."""
    printer.print_message(Message(es=f"Restaurando {request.backup} …", en=f"Restoring {request.backup} …"))
    command = (*session.restore, "--file", request.backup, "--recorded-by", request.requested_by)
    done = subprocess.run(
        command, env=build_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    text = (done.stdout if done.returncode == 0 else done.stderr).strip()
    printer.print_message(Message(es=text, en=text))
    outcome = RestoreOutcome(done.returncode == 0, text, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    with suppress(OSError):
        write_outcome(session.run_dir, outcome)


def _run_loop(
    session: Session,
    supervisor: Supervisor,
    followers: Mapping[str, LogFollower],
    printer: Printer,
    received: Sequence[int],
) -> None:
    started_at = time.monotonic()
    views: tuple[ComponentView, ...] = ()
    shown_at = -REFRESH_SECONDS
    memory: dict[int | None, int | None] = {}
    announced = False
    handled = 0
    while not supervisor.finished:
        if len(received) > handled:
            handled = len(received)
            _handle_signals(supervisor, handled, printer)
        elif not handled and is_restoration_requested(session.run_dir):
            supervisor.stop()
        supervisor.tick()
        changed = supervisor.views != views
        views = supervisor.views
        if changed:
            _save_record(session.run_dir, views, printer)
        due = time.monotonic() - shown_at >= REFRESH_SECONDS
        if due:
            shown_at = time.monotonic()
            memory = {view.pid: measure_memory(view.pid) for view in views if view.pid}
        lines = _read_new_lines(followers)
        if changed or lines or due:
            printer.show([Row(view, memory.get(view.pid)) for view in views], lines)
        if supervisor.settled and not announced:
            announced = True
            printer.print_message(describe_start(views, time.monotonic() - started_at))
            if session.browser_address:
                webbrowser.open(session.browser_address)
        time.sleep(POLL_SECONDS)
    printer.show([Row(view, None) for view in supervisor.views], _read_new_lines(followers))


def _read_new_lines(followers: Mapping[str, LogFollower]) -> list[PrintedLine]:
    return [PrintedLine(name, text) for name, follower in followers.items() for text in follower.read_new_lines()]


def _save_record(run_dir: Path, views: Sequence[ComponentView], printer: Printer) -> None:
    """Write the record for `stop` and `status`; report a full disk instead of ending the components."""
    try:
        write_record(run_dir, views)
    except OSError as error:
        where = f"{run_dir}: {error.strerror}"
        printer.print_message(Message(es=f"No se pudo escribir en {where}", en=f"Could not write to {where}"))


def describe_start(views: Sequence[ComponentView], seconds: float) -> Message:
    """Return the addresses of the running components and the details of the others."""
    missing = [view for view in views if view.state is not ComponentState.RUNNING]
    if missing:
        es, en = "Arrancó, salvo:", "Started, except:"
        for view in missing:
            es += f"\n  {view.component.label.es}: {view.detail.es}"
            en += f"\n  {view.component.label.en}: {view.detail.en}"
    else:
        es, en = f"Todo en marcha en {seconds:.0f} s.", f"Everything is running after {seconds:.0f} s."
    for view in views:
        if view.state is ComponentState.RUNNING and view.component.address:
            address = view.component.address + (API_DOCS if view.component.name == "api" else "")
            es += f"\n  {view.component.label.es:<12} {address}  {view.detail.es}".rstrip()
            en += f"\n  {view.component.label.en:<12} {address}  {view.detail.en}".rstrip()
    return Message(es=f"{es}\nCtrl-C detiene todo.", en=f"{en}\nCtrl-C stops everything.")


def _handle_signals(supervisor: Supervisor, count: int, printer: Printer) -> None:
    """Stop at the first signal and kill at the second."""
    if count == 1:
        printer.print_message(
            Message(es="Deteniendo … (Ctrl-C otra vez: sin esperar)", en="Stopping … (Ctrl-C again: at once)")
        )
        supervisor.stop()
    else:
        supervisor.kill()


def _install_signal_handlers() -> list[int]:
    """Return a list that collects the received signals. The handlers only append to it, as uvicorn's set a flag."""
    received: list[int] = []

    def record(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue  # started under nohup: it must outlive the terminal
        signal.signal(number, record)
    return received
