"""Health check of a container: `healthy.py http://127.0.0.1:8000/health`, or `healthy.py reporter` for a heartbeat."""

import sys
import time
import urllib.request

from stressvision.core.config import load_settings
from stressvision.core.heartbeat import read_heartbeat
from stressvision.launcher.health import FRESH_SECONDS, judge_heartbeat

TIMEOUT_SECONDS = 4.0


def is_healthy(subject: str) -> bool:
    """Return whether the address answers 200, or the component's heartbeat is recent and ready."""
    if subject.startswith("http"):
        try:
            with urllib.request.urlopen(subject, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  from compose.yaml
                return bool(answer.status == 200)
        except OSError:
            return False
    beat, now = read_heartbeat(load_settings().run_dir, subject), time.monotonic()
    return beat is not None and 0 <= now - beat.at <= FRESH_SECONDS and judge_heartbeat(beat, now).ready


if __name__ == "__main__":
    sys.exit(0 if is_healthy(sys.argv[1]) else 1)
