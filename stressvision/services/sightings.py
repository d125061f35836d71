"""When who was last seen: written once a second for each person and device, however often they are seen."""

from datetime import datetime, timedelta

EVERY = timedelta(seconds=1)


class Sightings:
    """What this process has written as `last_seen`. Threads may share it: it only ever saves a write."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str | int], datetime] = {}

    def is_due(self, kind: str, name: str | int, at: datetime) -> bool:
        """Whether `at` is to be written; if so it counts as written."""
        known = self._written.get((kind, name))
        if known is not None and abs(at - known) < EVERY:
            return False
        self._written[kind, name] = at
        return True

    def forget(self) -> None:
        """For when a transaction may have been taken back."""
        self._written.clear()
