"""Two machines under one device id, as after copying a memory card: their reports alternate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

DUPLICATE_SECONDS = 60.0
"""How long a device counts as duplicated after an alternation; devices report every few seconds."""
MAX_DEVICES = 1000
MAX_INSTANCES = 8


@dataclass
class _Instances:
    seen: list[str] = field(default_factory=list)
    alternated_at: float = float("-inf")


class DeviceInstances:
    """The programs that report under each device id. A restarted device has a new instance id, and the old one ends.

    Thread-safe; in memory, because the alternation shows itself again within seconds of a restart.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._devices: dict[str, _Instances] = {}

    def note(self, device_id: str, instance_id: str) -> bool:
        """Record a report; return whether another program reports under the same device id."""
        now = self._monotonic()
        with self._lock:
            if len(self._devices) >= MAX_DEVICES and device_id not in self._devices:
                self._devices.clear()
            device = self._devices.setdefault(device_id, _Instances())
            if device.seen[-1:] != [instance_id]:
                if instance_id in device.seen:
                    # An instance that another one had replaced reports again: both run.
                    device.alternated_at = now
                    device.seen.remove(instance_id)
                device.seen = [*device.seen, instance_id][-MAX_INSTANCES:]
            return now - device.alternated_at < DUPLICATE_SECONDS
