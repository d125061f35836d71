from stressvision.services.context import Context
from stressvision.services.device_instances import DUPLICATE_SECONDS, DeviceInstances
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


def report(context: Context, instance: str) -> str:
    record_health(context, DeviceHealth(device_id="pi", state="watching", detail="watching", instance_id=instance))
    (device,) = list_devices(context).devices
    return device.detail


def test_two_machines_under_one_device_id_are_reported(context: Context) -> None:
    alone = [report(context, "a"), report(context, "a"), report(context, "b"), report(context, "b")]
    both = [report(context, "a"), report(context, "b")]

    assert alone == ["watching"] * 4
    assert all(detail.startswith("dos equipos usan este mismo identificador") for detail in both)


def test_duplicate_ends_when_one_machine_is_gone() -> None:
    now = 0.0
    instances = DeviceInstances(lambda: now)
    alternating = [instances.note("pi", name) for name in "abab"]
    now += DUPLICATE_SECONDS

    assert alternating == [False, False, True, True]
    assert not instances.note("pi", "b")
    assert not instances.note("other", "a")
