"""Files: the project's folder, and files with personal data that only their owner may read."""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]


def make_private(path: Path) -> None:
    """Create the file, or restrict the existing one, for its owner alone before anything is written into it.

    A path that is not a regular file (a pipe, /dev/stdout) is left as it is.

    Raises:
        OSError: the file cannot be created or its mode cannot be changed.
    """
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    if path.is_file():
        path.chmod(0o600)
