"""Entry of a child process on Linux: request SIGTERM for the launcher's death, then execute the program.

`child_entry.py LAUNCHER_PID PROGRAM ARGUMENTS…`. A launcher that receives SIGKILL cannot stop its children, so the
kernel does. A process of its own, because Python code between fork and exec (`preexec_fn`) can deadlock. Standard
library only.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""

if __name__ == "__main__":
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(sys.argv[1]):
        sys.exit("the launcher exited before its child started")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - executes the program without a shell
