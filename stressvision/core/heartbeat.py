"""Heartbeat files of processes that listen on no port: written by the process, read by the launcher."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heartbeat:
    """The state of a process. `at`: monotonic seconds, which the processes of one machine share."""

    pid: int
    at: float
    state: str
    detail: str


def write_heartbeat(run_dir: Path, component: str, *, at: float, state: str, detail: str = "") -> None:
    """Replace the component's heartbeat atomically. Raises OSError."""
    run_dir.mkdir(parents=True, exist_ok=True)
    draft = run_dir / f"{component}.{os.getpid()}.draft"
    draft.write_text(json.dumps(asdict(Heartbeat(os.getpid(), at, state, detail))), encoding="utf-8")
    draft.replace(run_dir / f"{component}.heartbeat")


def read_heartbeat(run_dir: Path, component: str) -> Heartbeat | None:
    """Return the component's last heartbeat, or None where there is none or it is unreadable."""
    try:
        return Heartbeat(**json.loads((run_dir / f"{component}.heartbeat").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def remove_heartbeat(run_dir: Path, component: str) -> None:
    """Delete the component's heartbeat, if there is one."""
    (run_dir / f"{component}.heartbeat").unlink(missing_ok=True)
