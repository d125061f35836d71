"""Files that hold persons' data belong to whoever had them written, and to nobody else."""

import os
from pathlib import Path


def make_private(path: Path) -> None:
    """Makes the file, or takes the one there is, for its owner alone, before anything is written into it.

    What is no file of its own (a pipe, /dev/stdout) stays as it is. Raises OSError.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    if path.is_file():
        path.chmod(0o600)
