"""Programs as processes: exit codes, identity, child processes and the C heap."""

import ctypes
import io
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import psutil

from stressvision.core.errors import Message, StressVisionError, Unavailable
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
    # A closed stream: its number must not become that of a database file.
    sys.stdin, sys.stderr = sys.stdin or _open_null(reading=True), sys.stderr or _open_null()
    sys.stdout = _Output.replace(sys.stdout) if sys.stdout else _open_null()
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")
    try:
        try:
            return main()
        finally:
            sys.stdout.flush()
    except StressVisionError as error:
        language = detect_language()
        faults = {name: fault for name, fault in error.faults.items() if fault is not error.message}
        lines = [f"{name}: {fault.text(language)}" for name, fault in faults.items()]
        print(error.message.text(language), *lines, sep="\n", file=sys.stderr)  # noqa: T201  an answer, not a log
        return EXIT_REFUSED
    except EOFError:
        message = Message(es="La entrada terminó antes de la respuesta.", en="The input ended before the answer.")
        print(message.text(detect_language()), file=sys.stderr)  # noqa: T201  an answer, not a log
        return EXIT_REFUSED
    except BrokenPipeError:
        return EXIT_CLOSED_PIPE


class _Output(io.TextIOWrapper):
    """Standard output. What it cannot write, as on a full disk, is a StressVisionError or BrokenPipeError."""

    @classmethod
    def replace(cls, stream: TextIO) -> TextIO:
        """Return the stream as an _Output; one that is no file, as in a test, stays as it is."""
        if type(stream) is not io.TextIOWrapper:
            return stream
        return cls(stream.buffer, stream.encoding, "backslashreplace", line_buffering=stream.line_buffering)

    def write(self, text: str) -> int:
        with self._translate():
            return super().write(text)

    def flush(self) -> None:
        with self._translate():
            super().flush()

    @contextmanager
    def _translate(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            # The interpreter flushes standard output once more at its end: it must not find the same failure again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            if isinstance(error, BrokenPipeError):
                raise
            reason = error.strerror
            raise Unavailable(
                Message(
                    es=f"La salida no se pudo escribir: {reason}.", en=f"The output could not be written: {reason}."
                )
            ) from error


def _open_null(*, reading: bool = False) -> TextIO:
    # Open until the end of the process.
    if reading:
        return open(os.devnull, encoding="utf-8")  # noqa: PTH123
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


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


SAME_START_SECONDS = 0.05
"""The kernel stores start times in hundredths of a second; a process id is not reused that soon."""


@dataclass(frozen=True)
class ProcessRecord:
    """A process by its id and its start time. `born`: seconds since the machine started.

    A process id alone is reused for other processes, and the wall clock jumps when a Raspberry Pi synchronises it.
    """

    pid: int
    born: float


def identify(pid: int) -> ProcessRecord | None:
    """Return the running process with this id, or None."""
    try:
        process = psutil.Process(pid)
        born = process.create_time() - psutil.boot_time()
        return None if process.status() == psutil.STATUS_ZOMBIE else ProcessRecord(pid=pid, born=born)
    except psutil.Error:
        return None


def is_running(process: ProcessRecord | None) -> bool:
    """Return whether this process still runs; another one that reuses its id does not count."""
    now = identify(process.pid) if process else None
    return now is not None and process is not None and abs(now.born - process.born) < SAME_START_SECONDS
