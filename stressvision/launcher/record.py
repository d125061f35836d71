"""The launcher's record in the run folder: its processes, for `stop` and `status`."""

from collections.abc import Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from stressvision.core.errors import Message
from stressvision.core.files import make_private_folder
from stressvision.core.program import ProcessRecord, identify, is_running
from stressvision.launcher.components import Component
from stressvision.launcher.supervisor import ComponentState, ComponentView


class ComponentRecord(BaseModel):
    """A component, its state and its process."""

    model_config = ConfigDict(frozen=True)

    component: Component
    state: ComponentState
    process: ProcessRecord | None
    detail: Message


class LauncherRecord(BaseModel):
    """A launcher and the components that it started."""

    model_config = ConfigDict(frozen=True)

    launcher: ProcessRecord
    components: tuple[ComponentRecord, ...]


def record_path(run_dir: Path) -> Path:
    """Return the path of the record."""
    return run_dir / "launcher.json"


def write_record(run_dir: Path, views: Sequence[ComponentView]) -> None:
    """Replace the record atomically with this process and its components. Raises OSError."""
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
    make_private_folder(run_dir)
    draft = run_dir / f"launcher.{own.pid}.draft"
    draft.write_text(LauncherRecord(launcher=own, components=components).model_dump_json(indent=1), encoding="utf-8")
    draft.replace(record_path(run_dir))


def read_record(run_dir: Path) -> LauncherRecord | None:
    """Return the last launcher's record, or None where it is missing or unreadable."""
    try:
        return LauncherRecord.model_validate_json(record_path(run_dir).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValidationError):
        return None


def remove_record(run_dir: Path) -> None:
    """Delete the record, if there is one."""
    record_path(run_dir).unlink(missing_ok=True)


def running_components(record: LauncherRecord) -> tuple[ComponentRecord, ...]:
    """Return the components whose process still runs."""
    return tuple(part for part in record.components if is_running(part.process))


def measure_memory(pid: int) -> int | None:
    """Return the resident bytes of a process and its descendants, or None where it has exited."""
    try:
        process = psutil.Process(pid)
        return sum(member.memory_info().rss for member in (process, *process.children(recursive=True)))
    except psutil.Error:
        return None
