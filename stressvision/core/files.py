"""Files: the project's folder, and files with personal data that only their owner may read."""

import errno
import os
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

from stressvision.core.errors import ConfigurationError, Message

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has none
_SHARED_DEPTH = 3
PROJECT_ROOT = Path(__file__).resolve().parents[2]


def require_utf8(folder: Path) -> None:
    """Raise ConfigurationError where the name of a folder is not UTF-8: Streamlit and pip write paths as UTF-8."""
    try:
        str(folder).encode()
    except UnicodeEncodeError:
        shown = str(folder).encode("utf-8", "backslashreplace").decode()
        raise ConfigurationError(
            Message(
                es=f"El nombre de la carpeta {shown} no está en UTF-8: cámbielo y repita la misma orden.",
                en=f"The name of the folder {shown} is not UTF-8: rename it and repeat the same command.",
            )
        ) from None


def make_private(path: Path) -> None:
    """Create the file, or restrict the existing one, for its owner alone before anything is written into it.

    A path that is not a regular file (a pipe, /dev/stdout) is left as it is.

    Raises:
        OSError: the file cannot be created.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    if path.is_file():
        restrict(path)


def make_private_folder(path: Path) -> None:
    """Create the folder for its owner alone. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)


def restrict_folder(path: Path) -> None:
    """Restrict an existing folder of this user to its owner.

    A folder that others may use too is left as it is: one near the root of the disk, such as /run or /var/lib, one with
    the sticky bit, the home, and the folder of work or one above it.
    """
    if os.name == "nt":
        return
    found, whole = path.stat(), path.resolve()
    is_own = found.st_uid == os.getuid() and not found.st_mode & stat.S_ISVTX and len(whole.parts) > _SHARED_DEPTH
    if is_own and whole not in (Path.home(), Path.cwd(), *Path.cwd().parents):
        with suppress(OSError):
            path.chmod(0o700)


def write_private(path: Path, text: str) -> None:
    """Replace a file by one that only its owner may read; after a power cut it is the old or the new one, whole.

    Raises:
        OSError: The file cannot be written; the old one is unchanged.
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    try:
        make_private(draft)
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def flush_part(file: BinaryIO) -> None:
    """Flush what was written so far to disk, and leave the disk to other programs for as long as it took.

    Called after each MiB of a large file, so that their commits wait for one part instead of for the whole file.
    """
    began = time.monotonic()
    file.flush()
    os.fsync(file.fileno())
    time.sleep(time.monotonic() - began)


def restrict(path: Path) -> bool:
    """Restrict an existing file to its owner; return False where the disk keeps no permissions, which is no error.

    `doctor` reports such a disk (FAT, some network disks): what is written there is as open as the disk is mounted.
    """
    with suppress(OSError):
        path.chmod(0o600)
    return is_private(path)


def is_private(path: Path) -> bool:
    """Return whether no other user may read the file; True on Windows, whose modes do not show it."""
    return os.name == "nt" or not stat.S_IMODE(path.stat().st_mode) & 0o077


def destroy(path: Path, keep: Path | None = None) -> None:
    """Delete a file and its content: also under its other names, and behind a symbolic link.

    Args:
        path: The file; nothing happens where it does not exist.
        keep: A file that a link may point to and that must not be deleted.
    """
    if path.is_symlink():
        target = path.resolve()
        if target.is_file() and not (keep is not None and keep.exists() and target.samefile(keep)):
            destroy(target, keep)
    elif path.is_file() and path.stat().st_nlink > 1 and not (keep is not None and path.samefile(keep)):
        # Another name of the same file keeps its bytes unless they are cut off before.
        os.truncate(path, 0)
    path.unlink(missing_ok=True)


def is_regular(path: Path) -> bool:
    """Return whether the path is a regular file itself: no link to one, no pipe, no device."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def open_regular(path: Path, *, is_changed: bool = False) -> BinaryIO:
    """Open a regular file, never what a symbolic link leads to; a pipe does not block. Raises OSError."""
    mode, flags = ("rb+", os.O_RDWR) if is_changed else ("rb", os.O_RDONLY)
    descriptor = os.open(path, flags | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    except BaseException:
        os.close(descriptor)
        raise
    return cast(BinaryIO, os.fdopen(descriptor, mode))


def create_private(path: Path) -> BinaryIO:
    """Create a file that only its owner may read, in place of whatever has its name. Raises OSError.

    A link of that name is replaced, and what it leads to stays as it is.
    """
    path.unlink(missing_ok=True)
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _NO_FOLLOW | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def local_token_file(run_dir: Path, device_id: str) -> Path:
    """Return the file in which the servers leave a token for a device of this machine."""
    return run_dir / f"device-{device_id}.token"
