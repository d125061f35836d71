from stressvision.services.context import Context
from stressvision.services.devices import list_devices, record_health
from stressvision.wire.detections import DeviceHealth


def test_devices_are_listed_with_temperature_throttling_and_clock(context: Context) -> None:
    record_health(context, DeviceHealth(device_id="pc", state="watching"))
    record_health(
        context,
        DeviceHealth(device_id="pi", state="watching", temperature=81.5, throttled=True, clock_ahead_seconds=-61.0),
    )
    record_health(
        context,
        DeviceHealth(device_id="pi", state="watching", temperature=54.2, throttled=False, clock_ahead_seconds=0.3),
    )

    listed = {
        device.device_id: (device.temperature, device.throttled, device.clock_ahead_seconds)
        for device in list_devices(context).devices
    }
    assert listed == {"pc": (None, None, None), "pi": (54.2, False, 0.3)}
