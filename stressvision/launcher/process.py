"""A child process: a group of its own, its output in a file, and an end when the launcher ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from stressvision.core.program import build_environment
from stressvision.launcher.components import Component

BIRTH = Path(__file__).with_name("birth.py")


class ChildProcess:
    """A started component. Signals reach its whole group, so that nothing it started outlives it."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    @property
    def pid(self) -> int:
        return self._popen.pid

    def poll(self) -> int | None:
        return self._popen.poll()

    def terminate(self) -> None:
        if sys.platform == "win32":
            self._popen.terminate()
        else:
            signal_group(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        if sys.platform == "win32":
            self._popen.kill()
        else:
            signal_group(self.pid, signal.SIGKILL)


def start_child(component: Component, log_path: Path) -> ChildProcess:
    """Starts the component in the current folder. Its output goes to a file, because a pipe whose reader is gone makes
    Streamlit deaf to SIGTERM."""
    log_path.parent.mkdir(parents=True, exist_ok=True)
    command = list(component.command)
    if sys.platform == "linux":
        command = [sys.executable, "-I", "-S", str(BIRTH), str(os.getpid()), *command]
    with log_path.open("ab") as log:
        return ChildProcess(
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=build_environment({"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        )


def signal_group(pid: int, number: int) -> None:
    """Signals a group leader's group; one that is gone is no error. Elsewhere than on POSIX, there are no groups."""
    if sys.platform != "win32":
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
