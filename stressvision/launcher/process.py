"""Child processes: each in its own process group, with its output in a file, ended with the launcher."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from stressvision.core.files import make_private, make_private_folder
from stressvision.core.program import build_environment
from stressvision.launcher.components import Component

CHILD_ENTRY = Path(__file__).with_name("child_entry.py")


class ChildProcess:
    """A started component. Signals go to its process group, so that its descendants end with it."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    @property
    def pid(self) -> int:
        """The process id, which is also its group's."""
        return self._popen.pid

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        return self._popen.poll()

    def terminate(self) -> None:
        """Send SIGTERM to its group."""
        if sys.platform == "win32":
            self._popen.terminate()
        else:
            signal_group(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to its group."""
        if sys.platform == "win32":
            self._popen.kill()
        else:
            signal_group(self.pid, signal.SIGKILL)


def start_child(component: Component, log_path: Path) -> ChildProcess:
    """Start the component in the current folder. Raises OSError.

    Its output goes to a file, because Streamlit ignores SIGTERM when the reader of its output pipe has exited.
    """
    make_private_folder(log_path.parent)
    command = list(component.command)
    if sys.platform == "linux":
        command = [sys.executable, "-I", "-S", str(CHILD_ENTRY), str(os.getpid()), *command]
    make_private(log_path)
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
    """Send a signal to the group of a group leader, if it still exists. Does nothing on Windows, without groups."""
    if sys.platform != "win32":
        try:
            os.killpg(pid, number)
        except ProcessLookupError:
            return
