"""The `stop` and `status` commands, for a launcher that runs in another terminal."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from stressvision.core.errors import Language, Message
from stressvision.core.program import is_running
from stressvision.launcher.printer import Row, print_table
from stressvision.launcher.process import signal_group
from stressvision.launcher.record import (
    ComponentRecord,
    measure_memory,
    read_record,
    remove_record,
    running_components,
)
from stressvision.launcher.supervisor import ComponentState, ComponentView, Limits

LAUNCHER_GRACE_SECONDS = 3 * Limits.grace_seconds
"""How long a launcher may take to stop: it stops the edge first and then the others, each within a grace period."""

NOTHING_RUNS = Message(es="No hay nada en marcha en esta carpeta.", en="Nothing is running in this folder.")


def show_status(run_dir: Path, language: Language) -> int:
    """Print the table; return 0 where every started component runs, else 1."""
    record = read_record(run_dir)
    left = running_components(record) if record else ()
    if record is None or not (left or is_running(record.launcher)):
        print(NOTHING_RUNS.text(language))
        return 1
    print_table([_build_row(part) for part in record.components], language)
    if not is_running(record.launcher):
        orphans = Message(
            es="El lanzador ya no está; estos procesos quedaron. Escriba: python start_complete_system.py stop",
            en="The launcher has exited; these processes are left over. Type: python start_complete_system.py stop",
        )
        print(orphans.text(language))
        return 1
    return (
        0 if all(part.state is ComponentState.RUNNING and is_running(part.process) for part in record.components) else 1
    )


def stop_everything(run_dir: Path, language: Language, *, grace_seconds: float = Limits.grace_seconds) -> int:
    """Stop the launcher of this folder and its leftover processes; return 0 where none is left.

    Only processes of the record are signalled, identified by id and start time.
    """
    record = read_record(run_dir)
    if record is None or not (running_components(record) or is_running(record.launcher)):
        remove_record(run_dir)
        print(NOTHING_RUNS.text(language))
        return 0
    if is_running(record.launcher):
        os.kill(record.launcher.pid, signal.SIGTERM)
        _wait(lambda: not is_running(record.launcher), LAUNCHER_GRACE_SECONDS)
    if is_running(record.launcher):
        psutil.Process(record.launcher.pid).kill()
    for rank in sorted({part.component.stop_rank for part in record.components}):
        _stop_processes([part for part in record.components if part.component.stop_rank == rank], grace_seconds)
    left = running_components(record)
    if left:
        names = ", ".join(f"{part.component.name} (pid {part.process.pid})" for part in left if part.process)
        print(Message(es=f"Siguen en marcha: {names}.", en=f"Still running: {names}.").text(language))
        return 1
    remove_record(run_dir)
    print(Message(es="Todo detenido.", en="Everything stopped.").text(language))
    return 0


def _stop_processes(parts: Iterable[ComponentRecord], grace_seconds: float) -> None:
    processes = [part.process for part in parts if part.process and is_running(part.process)]
    for process in processes:
        _signal(process.pid, force=False)
    _wait(lambda: not any(is_running(process) for process in processes), grace_seconds)
    for process in processes:
        if is_running(process):
            _signal(process.pid, force=True)
    _wait(lambda: not any(is_running(process) for process in processes), grace_seconds)


def _signal(pid: int, *, force: bool) -> None:
    if sys.platform == "win32":
        psutil.Process(pid).kill()
    else:
        signal_group(pid, signal.SIGKILL if force else signal.SIGTERM)


def _wait(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done() and time.monotonic() < deadline:
        time.sleep(0.1)


def _build_row(part: ComponentRecord) -> Row:
    pid = part.process.pid if part.process and is_running(part.process) else None
    view = ComponentView(part.component, part.state if pid else _without_process(part.state), pid, part.detail)
    return Row(view, measure_memory(pid) if pid else None)


def _without_process(state: ComponentState) -> ComponentState:
    """Return the state of a recorded component whose process has exited."""
    return (
        state
        if state in (ComponentState.PENDING, ComponentState.BACKOFF, ComponentState.FATAL)
        else ComponentState.STOPPED
    )
