"""The key that the dashboard shows to the backend, so that its statement of a browser's address is believed.

The dashboard calls the backend for all its users. Without their addresses, one user's wrong passwords would lock out
all; and an address stated without proof would give a guesser a new one for each attempt.
"""

import hmac
import os
import secrets
from pathlib import Path

from stressvision.core.config import Settings
from stressvision.core.files import make_private_folder

HEADER = "X-Stressvision-Dashboard"
_BYTES = 32


def read_dashboard_key(settings: Settings) -> str:
    """Return the key of both programs, created by the first that needs it; empty where its file cannot be used.

    Without a key the addresses that the dashboard states are ignored: failures of its users count together.
    """
    path = settings.dashboard_key_file or settings.run_dir / "dashboard.key"
    try:
        make_private_folder(path.parent)
        _create(path)
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def is_dashboard(stated: str, key: str) -> bool:
    """Return whether a request states the key."""
    return bool(key) and hmac.compare_digest(stated.encode(), key.encode())


def _create(path: Path) -> None:
    """Write a new key where there is no file yet, whole or not at all: another program may read it at once."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_BYTES))
        try:
            os.link(draft, path)  # fails where the other program was first
        except FileExistsError:
            return
    finally:
        draft.unlink()
