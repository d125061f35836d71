"""Programs as processes: exit codes, child processes and the C heap."""

import ctypes
import io
import os
import sys
from collections.abc import Callable, Mapping

from stressvision.core.errors import StressVisionError
from stressvision.core.files import PROJECT_ROOT
from stressvision.core.texts import detect_language

EXIT_REFUSED = 2
EXIT_CLOSED_PIPE = 128 + 13
"""As a shell reports a program that SIGPIPE ended."""

_M_ARENA_MAX = -8
"""As in glibc's malloc.h."""


def run_program(main: Callable[[], int]) -> int:
    """Return the exit code of `main`.

    A StressVisionError is printed with its faults and ends with EXIT_REFUSED. Characters that the console cannot show
    are escaped. A reader that closes the pipe of the output ends the program quietly, as it ends other Unix tools.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = main()
        sys.stdout.flush()
        return code
    except StressVisionError as error:
        language = detect_language()
        faults = {name: fault for name, fault in error.faults.items() if fault is not error.message}
        lines = [f"{name}: {fault.text(language)}" for name, fault in faults.items()]
        print(error.message.text(language), *lines, sep="\n", file=sys.stderr)  # noqa: T201  an answer, not a log
        return EXIT_REFUSED
    except BrokenPipeError:
        # The interpreter flushes standard output once more at its end: it must not find the closed pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_CLOSED_PIPE


def build_command(module: str) -> tuple[str, ...]:
    """Return the command that runs one of this project's modules, with nothing imported from the current folder."""
    return (sys.executable, "-P", "-m", module)


def build_environment(additions: Mapping[str, str] = {}) -> dict[str, str]:
    """Return this process's environment for a child, with the project importable and `additions` set."""
    path = os.pathsep.join(filter(None, (str(PROJECT_ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **additions}


_MOST_FILES = 65_536


def raise_file_limit() -> None:
    """Allow this process as many open files as its user may have: the usual limit, 1,024, is fewer than connections."""
    if sys.platform == "win32":
        return
    import resource

    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if most == resource.RLIM_INFINITY else min(most, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def share_heap() -> None:
    """Make all threads allocate from one heap; call it before the first thread starts.

    glibc creates an arena per thread against lock contention, and each keeps what its thread has freed. Threads that
    run Python wait for the interpreter's lock anyway. Does nothing with another C library.
    """
    limit = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if limit is not None:
        limit(_M_ARENA_MAX, 1)


def release_unused_memory() -> None:
    """Return freed memory to the system where the C library keeps it (glibc); some milliseconds.

    Loading the networks leaves 40 MB of it: their weights are parsed and copied.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
