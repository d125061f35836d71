"""Heartbeat files of processes that listen on no port: written by the process, read by the launcher."""

import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from stressvision.core.files import make_private_folder

SIZE = 4096
"""Bytes of a file, padded: with its block allocated it can be overwritten in place on a full disk."""
LATE_SECONDS = 120.0
"""Delay after which a job that is due and does not run counts as late."""
LONGEST_RUN_SECONDS = 3600.0
"""Duration after which a job that still runs counts as late: longer than a backup or a deletion."""
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class JobSign:
    """State of a periodic job, in monotonic seconds, so that a change of the wall clock does not hide a delay.

    `due_at`: when it runs next, determined at the end of each run. `started_at`: of the present run. `fault`: why the
    last run failed.
    """

    due_at: float
    started_at: float | None = None
    fault: str = ""

    def is_late(self, now: float) -> bool:
        """Return whether the job has not done its work in time."""
        if self.started_at is not None:
            return now - self.started_at > LONGEST_RUN_SECONDS
        return now - self.due_at > LATE_SECONDS


@dataclass(frozen=True)
class Heartbeat:
    """The state of a process. `at`: monotonic seconds, which the processes of one machine share."""

    pid: int
    at: float
    state: str
    detail: str
    jobs: Mapping[str, JobSign] = field(default_factory=dict)

    def late_jobs(self, now: float) -> list[str]:
        """Return the names of the jobs that are late at `now`, in monotonic seconds."""
        return [name for name, sign in self.jobs.items() if sign.is_late(now)]


def write_heartbeat(
    run_dir: Path, component: str, *, at: float, state: str, detail: str = "", jobs: Mapping[str, JobSign] | None = None
) -> None:
    """Replace the component's heartbeat atomically; on a full disk, overwrite the existing file. Raises OSError."""
    make_private_folder(run_dir)
    target, draft = run_dir / f"{component}.heartbeat", run_dir / f"{component}.{os.getpid()}.draft"
    content = json.dumps(asdict(Heartbeat(os.getpid(), at, state, detail, jobs or {}))).encode()
    content = content.ljust(-(-len(content) // SIZE) * SIZE)
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if error.errno not in _NO_SPACE or not target.exists():
            raise
        with target.open("r+b", buffering=0) as file:
            file.write(content)


def read_heartbeat(run_dir: Path, component: str) -> Heartbeat | None:
    """Return the component's last heartbeat, or None where there is none or it is unreadable."""
    try:
        values = json.loads((run_dir / f"{component}.heartbeat").read_text(encoding="utf-8"))
        jobs = {name: JobSign(**sign) for name, sign in values.pop("jobs", {}).items()}
        return Heartbeat(**values, jobs=jobs)
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def remove_heartbeat(run_dir: Path, component: str) -> None:
    """Delete the component's heartbeat, if there is one."""
    (run_dir / f"{component}.heartbeat").unlink(missing_ok=True)
