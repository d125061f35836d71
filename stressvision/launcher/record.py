"""The launcher's record in the run folder: which processes are its own, for `stop` and `status` to find them."""

from collections.abc import Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from stressvision.core.errors import Message
from stressvision.launcher.components import Component
from stressvision.launcher.supervisor import ComponentState, ComponentView

SAME_BIRTH_SECONDS = 0.05
"""The kernel counts births in hundredths of a second; a process id is not used again that soon."""


class ProcessRecord(BaseModel):
    """A process by its id and its birth, in seconds since the machine started.

    A process id alone comes back for somebody else, and the wall clock jumps when a Raspberry Pi learns the time.
    """

    model_config = ConfigDict(frozen=True)

    pid: int
    born: float


class ComponentRecord(BaseModel):
    model_config = ConfigDict(frozen=True)

    component: Component
    state: ComponentState
    process: ProcessRecord | None
    detail: Message


class LauncherRecord(BaseModel):
    """What one launcher started. `settled`: its components are all up, or given up."""

    model_config = ConfigDict(frozen=True)

    launcher: ProcessRecord
    components: tuple[ComponentRecord, ...]


def record_path(run_dir: Path) -> Path:
    return run_dir / "launcher.json"


def write_record(run_dir: Path, views: Sequence[ComponentView]) -> None:
    """Replaces the record at once with this process and the components it looks after."""
    own = identify(psutil.Process().pid)
    if own is None:
        return
    components = tuple(
        ComponentRecord(
            component=view.component,
            state=view.state,
            process=identify(view.pid) if view.pid else None,
            detail=view.detail,
        )
        for view in views
    )
    run_dir.mkdir(parents=True, exist_ok=True)
    draft = run_dir / f"launcher.{own.pid}.draft"
    draft.write_text(LauncherRecord(launcher=own, components=components).model_dump_json(indent=1), encoding="utf-8")
    draft.replace(record_path(run_dir))


def read_record(run_dir: Path) -> LauncherRecord | None:
    """The last launcher's record, or None where there is none that can be read."""
    try:
        return LauncherRecord.model_validate_json(record_path(run_dir).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def remove_record(run_dir: Path) -> None:
    record_path(run_dir).unlink(missing_ok=True)


def identify(pid: int) -> ProcessRecord | None:
    """The running process with this id, or None."""
    try:
        process = psutil.Process(pid)
        born = process.create_time() - psutil.boot_time()
        return None if process.status() == psutil.STATUS_ZOMBIE else ProcessRecord(pid=pid, born=born)
    except psutil.Error:
        return None


def is_running(process: ProcessRecord | None) -> bool:
    """Whether that very process still runs, and not another one that got its number."""
    now = identify(process.pid) if process else None
    return now is not None and process is not None and abs(now.born - process.born) < SAME_BIRTH_SECONDS


def running_components(record: LauncherRecord) -> tuple[ComponentRecord, ...]:
    return tuple(part for part in record.components if is_running(part.process))


def measure_memory(pid: int) -> int | None:
    """Resident bytes of a process and of what it started, or None where it is gone."""
    try:
        process = psutil.Process(pid)
        return sum(each.memory_info().rss for each in (process, *process.children(recursive=True)))
    except psutil.Error:
        return None
