"""The device's newest health report, shared between its threads."""

from stressvision.wire.detections import DeviceHealth


class DeviceStatus:
    """The newest health report: written by the device's main thread, read by the preview and the server sync.

    Attributes:
        report: Replaced as a whole, never changed.
    """

    def __init__(self, report: DeviceHealth) -> None:
        self.report = report

    def to_json(self) -> str:
        """Return the report as JSON."""
        return self.report.model_dump_json()
