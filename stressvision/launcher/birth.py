"""What a child runs first on Linux: it asks the kernel for SIGTERM when the launcher dies, then becomes the program.

`birth.py LAUNCHER_PID PROGRAM ARGUMENTS…`. A launcher that is killed outright can tell nobody, so its children must not
depend on being told; and Python code between fork and exec (`preexec_fn`) can deadlock. Standard library only.
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
        sys.exit("the launcher ended before its child began")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - becomes the program, with no shell in between
