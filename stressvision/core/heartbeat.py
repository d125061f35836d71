"""Heartbeats of processes that listen on no port: one small file each, written by it, read by the launcher."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heartbeat:
    """`at` is a monotonic-clock reading in seconds (shared by the processes of one machine)."""

    pid: int
    at: float
    state: str
    detail: str


def write_heartbeat(run_dir: Path, component: str, *, at: float, state: str, detail: str = "") -> None:
    """Replaces the component's heartbeat at once: a reader never sees half of one."""
    run_dir.mkdir(parents=True, exist_ok=True)
    draft = run_dir / f"{component}.{os.getpid()}.draft"
    draft.write_text(json.dumps(asdict(Heartbeat(os.getpid(), at, state, detail))), encoding="utf-8")
    draft.replace(run_dir / f"{component}.heartbeat")


def read_heartbeat(run_dir: Path, component: str) -> Heartbeat | None:
    """The component's last heartbeat, or None where it never wrote one."""
    try:
        return Heartbeat(**json.loads((run_dir / f"{component}.heartbeat").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def remove_heartbeat(run_dir: Path, component: str) -> None:
    (run_dir / f"{component}.heartbeat").unlink(missing_ok=True)
