"""Eight hours of the reporter beside a server whose clock is wrong for a while, by hours, a day or a year."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers import base
from sqlalchemy import insert, text

from stressvision.core.config import Settings
from stressvision.db.queries.alerts.alert_lists import AlertFilter, select_alerts
from stressvision.db.schema.tables import detection_events
from stressvision.domain.alerts import AlertStatus, Subject
from stressvision.domain.reports import window_holding
from stressvision.reporter.jobs import list_jobs
from stressvision.reporter.schedule import JobSchedule
from stressvision.services.alerts.decisions import resolve_alert
from stressvision.services.backup.backups import is_due
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.detections.batches import store_batch
from stressvision.services.devices import list_devices, record_health
from stressvision.wire.detections import DeviceHealth
from tests.conftest import FakeClock
from tests.integration.conftest import MEMORY, enrol

BEGAN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
"""01:00 in the plant: retention is due at 03:10, within the eight hours."""
TICK = timedelta(minutes=1)
TICKS = 8 * 60
SETTLED = 2
"""Minutes after which everything is right again."""
PATIENCE = 5
QUARTER = timedelta(minutes=15)
SIZES = (timedelta(hours=5), timedelta(days=1), timedelta(days=365))
ERRORS = tuple(sign * size for size in SIZES for sign in (1, -1))
OLD_ROWS = 50


class SteppedScheduler(base.BaseScheduler):  # type: ignore[misc]  # APScheduler 3 ships no types
    """APScheduler's own scheduling, with waits measured as its thread measures them: by the monotonic clock."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(timezone=UTC, executors={"default": DebugExecutor()})
        self._clock = clock
        self._wake_at = 0.0

    def wakeup(self) -> None:
        self._wake_at = self._clock.monotonic()

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def turn(self) -> None:
        """Do what the scheduler's thread does when its wait is over."""
        if self._clock.monotonic() >= self._wake_at:
            wait = self._process_jobs()
            self._wake_at = self._clock.monotonic() + (wait if wait is not None else 1e9)


@dataclass(frozen=True)
class Story:
    """What happens, in minutes since the beginning. The clock is wrong by `error` over [wrong_at, right_at)."""

    error: timedelta
    wrong_at: int
    right_at: int
    device_dies_at: int
    stress_at: int
    is_resolved: bool

    @property
    def again_at(self) -> int:
        """When the person's second stress is due: with the clock right, and the first alert older than an hour."""
        return max(self.right_at + SETTLED, self.stress_at + 62)


def draw_story(error: timedelta) -> Story:
    """Draw a story of the error, the same in each run."""
    chance = Random(str(error))
    wrong_at = chance.randint(1, 300)
    return Story(
        error,
        wrong_at,
        wrong_at + chance.randint(1, 100),
        chance.randint(10, 400),
        chance.randint(10, 350),
        chance.random() < 0.5,
    )


class Plant:
    """Two cameras, two employees and a reporter; devices follow the server's clock, as the edge does."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.clock = clock
        configured = Settings(
            database_url=f"sqlite:///{folder}/plant.db",
            run_dir=folder / "run",
            backup_dir=folder / "backups",
            backup_hours=2,
            device_alert_minutes=PATIENCE,
        )
        self.context = open_context(configured, clock)
        self.ana = enrol(self.context)
        self.luis = enrol(self.context, "EMP002", "Luis Rojas Díaz")
        old = BEGAN - timedelta(days=29, hours=23)
        with self.context.database.write() as connection:
            values = [
                {"timestamp": old + timedelta(seconds=n), "device_id": "pi-2", "created_at": old}
                for n in range(OLD_ROWS)
            ]
            connection.execute(insert(detection_events), values)
        self.scheduler = SteppedScheduler(clock)
        jobs = list_jobs(configured, QUARTER, clock.monotonic)
        self.schedule = JobSchedule(self.context, jobs, self.scheduler, clock, clock.monotonic)
        self.schedule.start()

    def turn(self) -> None:
        self.scheduler.turn()
        self.schedule.tick()
        self.scheduler.turn()

    def post(self, employee: int, emotion: str, count: int = 1) -> None:
        wire = self.clock().isoformat()
        item = {"device_id": "pi-2", "timestamp": wire, "employee_id": employee, "emotion": emotion}
        stored = store_batch(self.context, [item | {"emotion_confidence": 0.9}] * count, "en")
        assert stored.refused == 0

    def report(self, device: str) -> None:
        record_health(self.context, DeviceHealth(device_id=device, state="watching", outbox_depth=0))

    def close(self) -> None:
        self.schedule.stop()
        self.context.database.close()


@pytest.fixture(scope="module")
def simulated_time() -> Iterator[FakeClock]:
    """The clock that APScheduler and the system read."""
    clock = FakeClock(BEGAN)

    class SimulatedDatetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return clock().astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "datetime", SimulatedDatetime)
        yield clock


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_clock_that_was_wrong_does_no_lasting_harm(simulated_time: FakeClock, error: timedelta) -> None:
    clock, story = simulated_time, draw_story(error)
    clock.now = BEGAN
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        plant = Plant(Path(folder), clock)
        try:
            for minute in range(TICKS):
                live(plant, story, minute)
                is_right = not story.wrong_at <= minute < story.right_at + SETTLED
                check_escalation(plant.context, story, minute)
                if is_right:
                    check_devices(plant.context, story, minute)
                if minute == story.right_at + SETTLED:
                    assert not is_due(plant.context)
                    check_reports(plant.context)
            assert len(alerts_of(plant.context)) >= (2 if story.again_at < TICKS else 1)
            check_reports(plant.context)
            check_nothing_deleted(plant.context)
        finally:
            plant.close()


def live(plant: Plant, story: Story, minute: int) -> None:
    """Let one minute pass."""
    plant.clock.advance(minutes=1)
    if minute in {story.wrong_at, story.right_at}:
        seconds = story.error.total_seconds()
        plant.clock.set_wrong(seconds=seconds if minute == story.wrong_at else -seconds)
    if minute < story.device_dies_at:
        plant.report("pi-1")
    plant.report("pi-2")
    plant.post(plant.luis, "neutral")
    if minute in {story.stress_at, story.again_at}:
        plant.post(plant.ana, "stress", 12)
    if minute == story.stress_at + 5 and story.is_resolved:
        resolve_alert(plant.context, 1 + first_alert_offset(plant.context), Actor(user_id="doctora"))
    plant.turn()


def alerts_of(context: Context) -> list[tuple[int, str, int]]:
    """Return id, status and escalation level of the person's alerts, in the order in which they were stored."""
    with context.database.read() as connection:
        found = select_alerts(connection, AlertFilter(), 100)
    return sorted((alert.id, alert.status, alert.escalation_level) for alert in found)


def first_alert_offset(context: Context) -> int:
    return alerts_of(context)[0][0] - 1


def check_escalation(context: Context, story: Story, minute: int) -> None:
    """The first alert is escalated after 15 and 60 minutes of waiting, neither before nor later, at any clock."""
    waited = minute - story.stress_at
    if waited < 0:
        assert alerts_of(context) == []
        return
    _, status, level = alerts_of(context)[0]
    if story.is_resolved and waited >= 5:
        assert (status, level) == (AlertStatus.RESOLVED, 0)
        return
    assert level >= (waited >= 15 + SETTLED) + (waited >= 60 + SETTLED)
    assert level <= (waited >= 14) + (waited >= 59)


def check_devices(context: Context, story: Story, minute: int) -> None:
    """The dead device has an open alert and is shown silent; the other one has none and is shown watching."""
    silent = minute - story.device_dies_at
    with context.database.read() as connection:
        found = select_alerts(connection, AlertFilter(about=Subject.DEVICES), 100)
    opened = [alert.device_id for alert in found if alert.status != AlertStatus.RESOLVED]
    assert "pi-2" not in opened
    assert opened == (["pi-1"] if silent >= PATIENCE + SETTLED else [] if silent < PATIENCE - 1 else opened)
    states = {device.device_id: device.state for device in list_devices(context).devices}
    assert states["pi-2"] == "watching"
    assert states["pi-1"] == "silent" if silent >= 2 else states["pi-1"]


def check_reports(context: Context) -> None:
    """Each window that is over has a report with all its detections."""
    with context.database.read() as connection:
        stored = connection.execute(text("SELECT timestamp FROM detection_events")).scalars()
        moments = [datetime.fromisoformat(moment + "Z") for moment in stored]
        reports = connection.execute(text("SELECT start_timestamp, total_detections FROM reports_15min")).all()
    closed = window_holding(context.clock() - timedelta(minutes=SETTLED), QUARTER).start
    counts = Counter(window_holding(moment, QUARTER).start for moment in moments)
    reported = {datetime.fromisoformat(start + "Z"): total for start, total in reports}
    for start, count in counts.items():
        if start < closed:
            assert reported.get(start) == count


def check_nothing_deleted(context: Context) -> None:
    """Detections one hour younger than their term are there, and every change of the eight hours."""
    with context.database.read() as connection:
        old = connection.execute(
            text("SELECT count(*) FROM detection_events WHERE id <= :count"), {"count": OLD_ROWS}
        ).scalar_one()
        first_change = connection.execute(text("SELECT min(id) FROM changes")).scalar_one()
    assert (old, first_change) == (OLD_ROWS, 1)
