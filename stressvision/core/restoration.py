"""Files of the run folder by which the console asks the launcher to restore a backup, and learns the outcome.

A restoration needs the database for itself: the launcher stops the programs, runs the command, and starts them again.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stressvision.core.files import write_private
from stressvision.core.program import ProcessRecord, is_running

_REQUEST, _OUTCOME = "restore.request", "restore.outcome"


@dataclass(frozen=True)
class RestoreRequest:
    """A wanted restoration. `backup`: absolute path. `requested_by`: account, for the audit log."""

    backup: str
    requested_by: str


@dataclass(frozen=True)
class RestoreOutcome:
    """Result of a restoration. `text`: what the command printed. `at`: ISO 8601."""

    is_restored: bool
    text: str
    at: str


def request_restoration(run_dir: Path, request: RestoreRequest) -> None:
    """Leave a request for the launcher. Raises OSError."""
    write_private(run_dir / _REQUEST, json.dumps(asdict(request), ensure_ascii=False))


def is_restoration_requested(run_dir: Path) -> bool:
    """Return whether a request waits."""
    return (run_dir / _REQUEST).exists()


def take_request(run_dir: Path) -> RestoreRequest | None:
    """Remove the request and return it; None where there is none or it is unreadable."""
    path = run_dir / _REQUEST
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return RestoreRequest(**values)
    except (OSError, ValueError, TypeError):
        return None
    finally:
        path.unlink(missing_ok=True)


def write_outcome(run_dir: Path, outcome: RestoreOutcome) -> None:
    """Replace the last outcome. Raises OSError."""
    write_private(run_dir / _OUTCOME, json.dumps(asdict(outcome), ensure_ascii=False))


def read_outcome(run_dir: Path) -> RestoreOutcome | None:
    """Return the outcome of the last restoration, or None."""
    try:
        return RestoreOutcome(**json.loads((run_dir / _OUTCOME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def is_launcher_running(run_dir: Path) -> bool:
    """Return whether a launcher runs that may stop the programs and start them again.

    After a power cut the record stays, and its process id may be that of another program.
    """
    try:
        record = json.loads((run_dir / "launcher.json").read_text(encoding="utf-8"))
        return is_running(ProcessRecord(int(record["launcher"]["pid"]), float(record["launcher"]["born"])))
    except (OSError, ValueError, TypeError, KeyError):
        return False
