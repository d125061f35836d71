"""Days of a plant, played by the release that PYTHONPATH names, with a power cut a week: `played_months.py PLAN`.

PLAN is JSON, as `Plan` has it. Each week is played by a child process. A power cut is SIGKILL while the child stores,
reports, deletes or copies; the database and the backups as they lie are copied to another folder, and the next child
opens those copies. `ledger.json` holds what the child reported as stored, once the release had acknowledged it.
Imports nothing of the tests, and of a release only what it has, under its name there.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""08:00 of day 0, a Monday."""
QUARTER = timedelta(minutes=15)
PEOPLE = 4
SHIFT_MINUTES = 30
EVERY_MINUTES = 5
BATCH = 8
FREE_AT_FIRST = 840 * 10**6
FREED = 800 * 10**6
DAILY_GROWTH = 10**7
EMOTIONS = ("neutral", "neutral", "happy", "stress", "fatigue")
CUTS = ("batch", "reports", "retention", "backup")
"""The step during which the power fails, in turn; `batch` is the storing of detections."""

# Names of what is called, and the modules that have it, the newest first.
STORE = ("store_batch", "services.detections.batches", "services.detections.storing", "services.detections")
REPORTS = ("write_due_reports", "services.reports.creation", "services.reports")
SUMMARIES = ("write_due_summaries", "services.reports.summaries", "services.summaries")
RETENTION = ("apply_retention", "services.privacy.retention", "services.retention")
IS_DUE = ("is_due", "services.backup.backups", "services.backups")
BACKUP = ("make_backup", "services.backup.backups", "services.backups")
UPGRADE = ("upgrade_database", "services.backup.upgrading")
INSPECT = ("inspect_installation", "services.upkeep")
MACHINE = ("Machine", "services.upkeep")
WARN = ("warn_of_expiries", "services.auth.expiries")
CLAIM = ("claim_notice", "services.notifications", "services.notices")
CONFIRM = ("confirm_notice", "services.notifications", "services.notices")
FREE_SOME = ("free_some", "db.backup.space")
USED = (
    STORE,
    REPORTS,
    SUMMARIES,
    RETENTION,
    IS_DUE,
    BACKUP,
    UPGRADE,
    INSPECT,
    MACHINE,
    WARN,
    CLAIM,
    CONFIRM,
    FREE_SOME,
)


@dataclass(frozen=True)
class Plan:
    """What to play. Days are counted from BEGAN; `last` is played too.

    `full_on`: the disk is full on this day until detections are refused. `backups_gone`: days without that folder.
    `token_on`, `renew_on`: a token of 40 days is issued, `renewed.pem` replaces `certificate.pem`.
    """

    folder: str
    first: int
    last: int
    is_cut_while_upgrading: bool = False
    full_on: int = -1
    backups_gone: tuple[int, ...] = ()
    token_on: int = -1
    renew_on: int = -1


def find(name: str, *modules: str) -> Any:
    """Return a name of the first of the modules that this release has."""
    for module in modules:
        try:
            return getattr(import_module(f"stressvision.{module}"), name)
        except (ImportError, AttributeError):
            continue
    return None


@dataclass
class Clock:
    """The plant's time."""

    now: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Ledger:
    """What the devices know to be stored, by day, and what the programs reported."""

    stored: dict[str, list[str]] = field(default_factory=dict)
    events: list[list[Any]] = field(default_factory=list)
    copies: int = 0
    """Number of the folder in use."""
    weeks: int = 0
    """Weeks whose power cut has happened."""


class Plant:
    """The parent: starts a child for each week, cuts its power, and keeps the ledger."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.path = Path(plan.folder) / "ledger.json"
        self.ledger = Ledger(**json.loads(self.path.read_text())) if self.path.exists() else Ledger()

    @property
    def folder(self) -> Path:
        """The folder in which the database and the backups lie now."""
        return Path(self.plan.folder) / f"disk-{self.ledger.copies}"

    def play(self) -> None:
        """Open or upgrade the database, and play all days."""
        self.folder.mkdir(exist_ok=True)
        for used in USED:
            find(*used)  # imported once, for all children
        if self.plan.is_cut_while_upgrading:
            self._watch(
                lambda tell: upgrade(self.folder, self.plan.first, tell), lambda line: line[0] == "upgrading", 0.15
            )
        self._watch(lambda tell: upgrade(self.folder, self.plan.first, tell))
        day = self.plan.first
        while day <= self.plan.last:
            day = self._play_week(day)

    def _play_week(self, day: int) -> int:
        """Play until the power is cut on a Thursday or the plan ends, and return the day to go on with."""
        cut_on, step = 7 * self.ledger.weeks + 3, CUTS[self.ledger.weeks % len(CUTS)]
        begun = {"day": day}

        def is_cut(line: list[Any]) -> bool:
            if line[0] == "day":
                begun["day"] = line[1]
            today = self.ledger.stored.get(str(cut_on), ())
            is_step = len(today) >= BATCH if step == "batch" else line == ["step", step]
            return begun["day"] == cut_on and is_step

        done = {day: set(ids) for day, ids in self.ledger.stored.items()}
        was_cut = self._watch(lambda tell: play_days(self.folder, self.plan, day, done, tell), is_cut)
        self.ledger.weeks += was_cut
        return begun["day"] if was_cut else self.plan.last + 1

    def _watch(
        self,
        work: Callable[[Callable[..., None]], None],
        is_cut: Callable[[list[Any]], bool] = lambda _: False,
        latest: float = 0.02,
    ) -> bool:
        """Run `work` in a child and keep what it reports; return whether its power was cut, up to `latest` s after."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            run_child(work, writing)
        os.close(writing)
        was_cut = False
        with os.fdopen(reading, encoding="utf-8") as lines:
            for text in lines:
                line = json.loads(text)
                self._keep(line)
                if not was_cut and is_cut(line):
                    time.sleep(random.Random(text).random() * latest)
                    os.kill(child, signal.SIGKILL)
                    was_cut = True
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) not in ({0, -signal.SIGKILL} if was_cut else {0}):
            raise SystemExit(f"the child failed in {self.folder}")
        if was_cut:
            self._copy_as_it_lies()
        self.path.write_text(json.dumps(self.ledger.__dict__))
        return was_cut

    def _keep(self, line: list[Any]) -> None:
        if line[0] == "stored":
            self.ledger.stored.setdefault(str(line[1]), []).extend(line[2])
        else:
            self.ledger.events.append(line)

    def _copy_as_it_lies(self) -> None:
        """Begin anew on a copy of the files, without the shared memory, which a power cut loses."""
        left = self.folder
        self.ledger.events.append(["cut", left.name])
        self.ledger.copies += 1
        shutil.copytree(left, self.folder, ignore=shutil.ignore_patterns("*-shm"))
        shutil.rmtree(left)


def run_child(work: Callable[[Callable[..., None]], None], pipe: int) -> None:
    """Do the work, and end the process without returning."""
    code = 1
    try:
        with os.fdopen(pipe, "w", encoding="utf-8") as out:

            def tell(*line: object) -> None:
                out.write(json.dumps(line) + "\n")
                out.flush()

            work(tell)
        code = 0
    except Exception:  # noqa: BLE001  the parent reports the exit code
        traceback.print_exc()
    finally:
        os._exit(code)


def read_settings(folder: Path) -> Any:
    """Return the settings of the plant, as far as this release has them."""
    settings = find("Settings", "core.config", "config")
    wanted = {
        "database_url": f"sqlite:///{folder}/plant.db",
        "backup_dir": folder / "backups",
        "backup_key_file": folder.parent / "backup.key",
        "time_zone": "UTC",
        "notify_urls": settings(notify_urls="json://127.0.0.1:9/hook").notify_urls,
        "tls_certificate": folder.parent / "certificate.pem",
    }
    known = {name: value for name, value in wanted.items() if name in settings.model_fields}
    return settings(database_url=wanted["database_url"]).model_copy(update=known)


def open_plant(folder: Path, clock: Clock) -> Any:
    """Return the context of the database, brought to this release's schema."""
    return find("open_context", "services.context")(read_settings(folder), clock)


def upgrade(folder: Path, day: int, tell: Callable[..., None]) -> None:
    """Open the database with this release, by its upgrade command where it has one, and enrol people into a new one."""
    clock = Clock(BEGAN + timedelta(days=day))
    is_new = not (folder / "plant.db").exists()
    command = find(*UPGRADE)
    tell("upgrading", day)
    if command is not None and not is_new:
        command(read_settings(folder), clock)
    context = open_plant(folder, clock)
    if is_new:
        enrol_people(context)
    context.database.close()


def enrol_people(context: Any) -> None:
    """Enrol the people of the plant, as the first release has it."""
    module = import_module("stressvision.services.enrolment")
    sample = find("FaceSample", "db.employees")
    actor = find("Actor", "services.context")(user_id="admin")
    for number in range(1, PEOPLE + 1):
        samples = tuple(sample(tuple(0.01 * (i + number) for i in range(128)), 0.9) for _ in range(3))
        person = (f"EMP00{number}", f"Persona {number}", "Envasado", "morning")
        module.enrol_employee(context, module.Enrolment(*person, samples, "0" * 64), actor)


def play_days(folder: Path, plan: Plan, first: int, done: dict[str, set[str]], tell: Callable[..., None]) -> None:
    """Play the days from `first` on; detections in `done` are stored already."""
    clock = Clock()
    context = open_plant(folder, clock)
    for day in range(first, plan.last + 1):
        tell("day", day)
        clock.now = BEGAN + timedelta(days=day)
        play_calendar(context, plan, day)
        if day == plan.full_on:
            fill_disk(context, clock, day, done, tell)
        deliver(context, clock, day, done.get(str(day), set()), tell)
        clock.now = BEGAN + timedelta(days=day, hours=10)
        for name, work in list_night_work(context, plan, day, tell):
            tell("step", name)
            work()
    context.database.close()


def play_calendar(context: Any, plan: Plan, day: int) -> None:
    """Do what the plan has for this day: a token, a new certificate, a disk of backups that is away or back."""
    folder = context.settings.backup_dir
    away = folder.with_name("backups-away")
    is_gone = day in plan.backups_gone
    if is_gone and not away.exists():
        folder.rename(away)
        folder.write_text("")
    if not is_gone and away.exists():
        folder.unlink()
        away.rename(folder)
    if day == plan.renew_on:
        certificate = context.settings.tls_certificate
        shutil.copy(certificate.with_name("renewed.pem"), certificate)
    if day == plan.token_on:
        add_token = find("add_token", "services.auth.tokens", "services.tokens")
        request = find("TokenRequest", "wire.access")(device_id="pi-1", days=40)
        actor = find("Actor", "services.context")(user_id="admin")
        add_account = find("add_account", "services.auth.accounts", "services.accounts")
        role = find("Role", "domain.auth", "domain.roles")
        add_account(context, "admin", role.ADMIN, "a long enough password", actor)
        add_token(context, request, actor)


def deliver(context: Any, clock: Clock, day: int, done: set[str], tell: Callable[..., None]) -> None:
    """Store the day's detections that are not stored yet, each batch when its last detection has been made."""
    store = find(*STORE)
    for batch in make_batches(day, done):
        clock.now = datetime.fromisoformat(str(batch[-1]["timestamp"])) + timedelta(seconds=1)
        result = store(context, batch, "es")
        if result.refused:
            raise RuntimeError(f"refused: {result}")
        tell("stored", day, [item["event_id"] for item in batch])


def make_batches(day: int, done: set[str]) -> Iterator[list[dict[str, object]]]:
    """Yield the detections of a day, the same at each call, without those in `done`.

    Each person is seen every few minutes, and one of them ten times within minutes with a stressed expression.
    """
    chance = random.Random(day)
    seen = [
        (60 * minute + 5 * person, person, chance.choice(EMOTIONS))
        for minute in range(0, SHIFT_MINUTES, EVERY_MINUTES)
        for person in range(1, PEOPLE + 1)
    ]
    seen += [(601 + 20 * number, day % PEOPLE + 1, "stress") for number in range(10)]
    waiting = []
    for second, person, emotion in sorted(seen):
        item = {
            "event_id": str(UUID(int=chance.getrandbits(128), version=4)),
            "device_id": f"pi-{person % 2 + 1}",
            "timestamp": (BEGAN + timedelta(days=day, seconds=second)).isoformat(),
            "employee_id": person,
            "emotion": emotion,
            "emotion_confidence": 0.7,
        }
        if item["event_id"] not in done:
            waiting.append(item)
    for start in range(0, len(waiting), BATCH):
        yield waiting[start : start + BATCH]


def fill_disk(context: Any, clock: Clock, day: int, done: dict[str, set[str]], tell: Callable[..., None]) -> None:
    """Deliver on a full disk, as SQLite sees one, until a batch is refused; then free the disk."""
    from sqlalchemy import text

    find(*FREE_SOME)(context.database, 10**6)
    with context.database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1")).scalar_one()  # that is, no page more than there are
    stored = done.setdefault(str(day), set())

    def tell_and_keep(*line: Any) -> None:
        stored.update(line[2])
        tell(*line)

    try:
        deliver(context, clock, day, stored, tell_and_keep)
    except find("DatabaseUnavailable", "core.errors", "errors") as error:
        tell("full", day, error.message.es)
    with context.database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1073741823"))


def list_night_work(
    context: Any, plan: Plan, day: int, tell: Callable[..., None]
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the reporter does after the shift, in its order."""
    reports = find(*REPORTS)
    summaries = find(*SUMMARIES)
    retention = find(*RETENTION)
    yield "reports", lambda: reports(context, QUARTER)
    yield "summaries", lambda: summaries(context)
    yield "retention", lambda: retention(context, pause=lambda _: None)
    yield "backup", lambda: back_up(context, day, tell)
    yield "upkeep", lambda: inspect(context, plan, day, tell)
    yield "messages", lambda: send_messages(context, day, tell)


def back_up(context: Any, day: int, tell: Callable[..., None]) -> None:
    """Make a backup if one is due, and report whether it failed."""
    try:
        if find(*IS_DUE)(context):
            find(*BACKUP)(context)
            tell("backup", day)
    except find("StressVisionError", "core.errors", "errors"):
        tell("no backup", day)


def inspect(context: Any, plan: Plan, day: int, tell: Callable[..., None]) -> None:
    """Run the daily inspection and the warnings of tokens, where this release has them."""
    warn = find(*WARN)
    if warn is not None:
        warn(context)
    machine = find(*MACHINE)
    if machine is None:
        return
    free = FREED if day > plan.full_on > 0 else FREE_AT_FIRST - DAILY_GROWTH * day
    found = find(*INSPECT)(context, machine(lambda _: free, lambda: True))
    for repair in found:
        tell("repair", day, str(repair.kind), repair.is_urgent)


def send_messages(context: Any, day: int, tell: Callable[..., None]) -> None:
    """Send what is due; the receiver is not part of the plant."""
    while notice := find(*CLAIM)(context):
        find(*CONFIRM)(context, notice)
        for item in getattr(notice, "digest", ()) or (notice,):
            tell("message", day, str(item.kind))


if __name__ == "__main__":
    Plant(Plan(**json.loads(sys.argv[1]))).play()
