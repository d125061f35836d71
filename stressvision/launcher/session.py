"""One run of the launcher, from the first child to the last."""

import signal
import subprocess
import time
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from stressvision.core.errors import Message
from stressvision.core.program import build_environment
from stressvision.launcher.components import Component
from stressvision.launcher.health import Prober
from stressvision.launcher.journal import Journal
from stressvision.launcher.printer import LogLine, Printer, Row
from stressvision.launcher.process import start_child
from stressvision.launcher.record import measure_memory, remove_record, write_record
from stressvision.launcher.supervisor import ComponentState, ComponentView, Limits, Supervisor

TURN_SECONDS = 0.2
SHOW_SECONDS = 2.0
"""How often figures that change by themselves (memory) are read and shown again."""

API_DOCS = "/api/docs"


@dataclass(frozen=True)
class Session:
    """What to run and for whom. `prepare`: commands that must succeed before the first child starts."""

    components: tuple[Component, ...]
    run_dir: Path
    prepare: tuple[tuple[str, ...], ...] = ()
    browser_address: str = ""
    limits: Limits = field(default_factory=Limits)
    trusted_ca: str | bool = True


def run_session(session: Session, printer: Printer) -> int:
    """Runs until Ctrl-C, SIGTERM or SIGHUP; 0 then, 1 when nothing could be started, or the code of a preparation."""
    received = _listen_to_signals()
    journals = {part.name: Journal(session.run_dir / "logs" / f"{part.name}.log") for part in session.components}
    supervisor = Supervisor(
        session.components,
        start=lambda component: start_child(component, journals[component.name].path),
        ask=Prober(session.run_dir, session.trusted_ca).ask,
        clock=time.monotonic,
        limits=session.limits,
    )
    try:
        write_record(session.run_dir, supervisor.views)
        for command in session.prepare:
            code = subprocess.run(command, env=build_environment(), stdin=subprocess.DEVNULL, check=False).returncode
            if received:
                return 0
            if code:
                return code
        _turn_until_finished(session, supervisor, journals, printer, received)
    finally:
        supervisor.kill()
        printer.close()
        remove_record(session.run_dir)
    return 0 if received else 1


def _turn_until_finished(
    session: Session,
    supervisor: Supervisor,
    journals: Mapping[str, Journal],
    printer: Printer,
    received: Sequence[int],
) -> None:
    began = time.monotonic()
    views: tuple[ComponentView, ...] = ()
    shown_at = -SHOW_SECONDS
    memory: dict[int | None, int | None] = {}
    announced = False
    signals_heeded = 0
    while not supervisor.finished:
        if len(received) > signals_heeded:
            signals_heeded = len(received)
            _heed(supervisor, signals_heeded, printer)
        supervisor.tick()
        changed = supervisor.views != views
        views = supervisor.views
        if changed:
            _keep_record(session.run_dir, views, printer)
        due = time.monotonic() - shown_at >= SHOW_SECONDS
        if due:
            shown_at = time.monotonic()
            memory = {view.pid: measure_memory(view.pid) for view in views if view.pid}
        lines = _new_lines(journals)
        if changed or lines or due:
            printer.show([Row(view, memory.get(view.pid)) for view in views], lines)
        if supervisor.settled and not announced:
            announced = True
            printer.say(describe_arrival(views, time.monotonic() - began))
            if session.browser_address:
                webbrowser.open(session.browser_address)
        time.sleep(TURN_SECONDS)
    printer.show([Row(view, None) for view in supervisor.views], _new_lines(journals))


def _new_lines(journals: Mapping[str, Journal]) -> list[LogLine]:
    return [LogLine(name, text) for name, journal in journals.items() for text in journal.new_lines()]


def _keep_record(run_dir: Path, views: Sequence[ComponentView], printer: Printer) -> None:
    """A full disk must not end what runs; it is said, because `stop` and `status` read the record."""
    try:
        write_record(run_dir, views)
    except OSError as error:
        where = f"{run_dir}: {error.strerror}"
        printer.say(Message(es=f"No se pudo escribir en {where}", en=f"Could not write to {where}"))


def describe_arrival(views: Sequence[ComponentView], seconds: float) -> Message:
    """The addresses, once everything is up; and what is not."""
    behind = [view for view in views if view.state is not ComponentState.RUNNING]
    if behind:
        es, en = "Arrancó, salvo:", "Started, except:"
        for view in behind:
            es += f"\n  {view.component.label.es}: {view.detail.es}"
            en += f"\n  {view.component.label.en}: {view.detail.en}"
    else:
        es, en = f"Todo en marcha en {seconds:.0f} s.", f"Everything runs after {seconds:.0f} s."
    for view in views:
        if view.state is ComponentState.RUNNING and view.component.address:
            address = view.component.address + (API_DOCS if view.component.name == "api" else "")
            es += f"\n  {view.component.label.es:<12} {address}  {view.detail.es}".rstrip()
            en += f"\n  {view.component.label.en:<12} {address}  {view.detail.en}".rstrip()
    return Message(es=f"{es}\nCtrl-C detiene todo.", en=f"{en}\nCtrl-C stops everything.")


def _heed(supervisor: Supervisor, signals: int, printer: Printer) -> None:
    if signals == 1:
        printer.say(Message(es="Deteniendo … (Ctrl-C otra vez: sin esperar)", en="Stopping … (Ctrl-C again: at once)"))
        supervisor.stop()
    else:
        supervisor.kill()


def _listen_to_signals() -> list[int]:
    """The numbers of the signals received so far. The handler only notes them, as uvicorn's does."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue  # started under nohup: the user wants it to outlive the terminal
        signal.signal(number, note)
    return received
