"""Three months of a plant: three upgrades, a power cut a week, a full disk, a lost disk of backups, a new certificate.

Each period is played by the release of its time, taken from the project's history. Nothing that a release acknowledged
is lost, and each warning comes before its damage.
"""

import base64
import io
import json
import os
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from stressvision.core.clock import parse_moment
from stressvision.core.config import PROJECT_ROOT, Settings
from stressvision.db.backup.copies import check_copy
from stressvision.db.schema.opening import read_revision
from stressvision.db.schema.tables import REVISION
from stressvision.services.audit import verify_audit
from stressvision.services.backup.archive import list_backups
from stressvision.services.backup.restoring import verify_backup
from stressvision.services.context import Context, open_context
from tests.conftest import FakeClock
from tests.integration.reporter.test_upkeep import write_certificate
from tests.programs.played_months import BEGAN

RELEASES = {"0.2.0": "dc6a7c9b", "0.3.0": "48588e1a", "0.4.0": "363effd4"}
"""The first commit of each release."""
LAST = 90
TOKEN_ENDS = 26 + 40
BACKUPS_GONE = (67, 68, 69, 70)
CERTIFICATE_ENDS = 75
RENEWED = 72
FULL = 84
NOW = BEGAN + timedelta(days=LAST, hours=11)
PERIODS: tuple[tuple[str, int, int, dict[str, object]], ...] = (
    ("0.2.0", 0, 10, {}),
    ("0.3.0", 11, 21, {}),
    ("0.4.0", 22, 52, {"token_on": 26}),
    (
        "",
        53,
        LAST,
        {"is_cut_while_upgrading": True, "backups_gone": BACKUPS_GONE, "renew_on": RENEWED, "full_on": FULL},
    ),
)
"""Release (empty: this one), first and last day, and what happens in the period."""


def extract(release: str, folder: Path) -> Path:
    """Return a folder with the packages of a release."""
    if not release:
        return PROJECT_ROOT
    command = ("git", "-C", str(PROJECT_ROOT), "archive", RELEASES[release], "stressvision")
    packed = subprocess.run(command, capture_output=True, check=False)
    if packed.returncode:
        pytest.skip("needs the project's history, with the earlier releases")
    target = folder / f"release-{release}"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(target, filter="data")
    return target


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the plant after three months."""
    folder = tmp_path_factory.mktemp("plant")
    (folder / "new").mkdir()
    write_certificate(folder / "new", BEGAN + timedelta(days=CERTIFICATE_ENDS + 365)).rename(folder / "renewed.pem")
    write_certificate(folder, BEGAN + timedelta(days=CERTIFICATE_ENDS))
    (folder / "backup.key").write_bytes(base64.b64encode(bytes(range(32))))
    releases = {release: extract(release, folder) for release, *_ in PERIODS}
    program = PROJECT_ROOT / "tests" / "programs" / "played_months.py"
    for release, first, last, happening in PERIODS:
        plan = json.dumps({"folder": str(folder), "first": first, "last": last, **happening})
        done = subprocess.run(
            [sys.executable, program, plan],
            env={**os.environ, "PYTHONPATH": str(releases[release])},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{release}: {done.stderr}"
    return folder


@pytest.fixture
def ledger(played: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((played / "ledger.json").read_text())
    return content


@pytest.fixture
def plant(played: Path, ledger: dict[str, Any]) -> Iterator[Context]:
    """The database as three months have left it."""
    folder = played / f"disk-{ledger['copies']}"
    settings = Settings(database_url=f"sqlite:///{folder}/plant.db").model_copy(
        update={"backup_dir": folder / "backups", "backup_key_file": played / "backup.key", "time_zone": "UTC"}
    )
    context = open_context(settings, FakeClock(NOW))
    yield context
    context.database.close()


def read_rows(context: Context, query: str) -> list[Any]:
    with context.database.read() as connection:
        return list(connection.execute(text(query)))


def days_of(ledger: dict[str, Any], *wanted: object) -> list[int]:
    """Return the days of the events that begin with these values, the day aside."""
    return [event[1] for event in ledger["events"] if [event[0], *event[2:]] == list(wanted)]


@pytest.mark.timeout(600)
def test_power_was_cut_each_week_and_while_upgrading(ledger: dict[str, Any]) -> None:
    assert len([event for event in ledger["events"] if event[0] == "cut"]) == LAST // 7 + 1 + 1


def test_every_acknowledged_detection_is_stored_or_was_counted_before_its_term(
    plant: Context, ledger: dict[str, Any]
) -> None:
    sent = {int(day): ids for day, ids in ledger["stored"].items()}
    assert set(sent) == set(range(LAST + 1))
    assert len({len(set(ids)) for ids in sent.values()}) == 1, "each day has the same number"
    kept = Counter(row.event_id for row in read_rows(plant, "SELECT event_id FROM detection_events"))
    assert set(kept.values()) == {1}
    term = LAST - plant.settings.retention_detections_days
    assert {event for day, ids in sent.items() if day > term for event in ids} <= set(kept)
    assert len(kept) < 32 * len(sent[0]), "expired ones are deleted"
    reported = Counter[int]()
    for row in read_rows(plant, "SELECT start_timestamp, total_detections FROM reports_15min WHERE kind = 'scheduled'"):
        reported[(parse_moment(row.start_timestamp) - BEGAN).days] += row.total_detections
    assert reported == {day: len(set(ids)) for day, ids in sent.items()}


def test_database_and_log_are_sound_and_current(plant: Context, played: Path, ledger: dict[str, Any]) -> None:
    check_copy(played / f"disk-{ledger['copies']}" / "plant.db")
    with plant.database.read() as connection:
        assert read_revision(connection) == REVISION
    assert verify_audit(plant).is_whole
    assert len(read_rows(plant, "SELECT id FROM employees")) == len(read_rows(plant, "SELECT id FROM consents")) == 4
    assert read_rows(plant, "SELECT count(*) FROM alerts")[0][0] == LAST + 1
    days = read_rows(plant, "SELECT count(*) FROM reports_daily")[0][0]
    assert days >= LAST


def test_upgraded_database_has_the_tables_and_indexes_of_a_new_one(plant: Context, tmp_path: Path) -> None:
    query = "SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2, 3"
    new = open_context(Settings(database_url=f"sqlite:///{tmp_path}/new.db"))
    assert read_rows(plant, query) == read_rows(new, query)
    new.database.close()


def test_backups_were_made_each_day_and_the_newest_restores(plant: Context, ledger: dict[str, Any]) -> None:
    made = {event[1] for event in ledger["events"] if event[0] == "backup"}
    assert set(range(LAST + 1)) - made <= {*BACKUPS_GONE, FULL, *range(3, LAST, 7)}
    assert len(list_backups(plant.settings)) == plant.settings.backup_keep
    _, rows = verify_backup(plant.settings, None)
    assert rows["detection_events"] == read_rows(plant, "SELECT count(*) FROM detection_events")[0][0]


@pytest.mark.parametrize(
    ("kind", "first", "damage"),
    [
        ("disk", 53, FULL),
        ("certificate", CERTIFICATE_ENDS - 30, CERTIFICATE_ENDS),
        ("tokens", TOKEN_ENDS - 30, TOKEN_ENDS),
    ],
)
def test_warning_comes_weeks_before_its_damage(ledger: dict[str, Any], kind: str, first: int, damage: int) -> None:
    warned = [event[1] for event in ledger["events"] if event[0] == "repair" and event[2] == kind]
    assert min(warned) <= max(first, damage - 29)
    assert damage - min(warned) >= 28
    assert set(range(min(warned), damage)) - set(warned) <= (
        set(range(RENEWED, damage)) if kind == "certificate" else set()
    )


def test_repairs_end_with_their_cause(ledger: dict[str, Any]) -> None:
    certificate = [event[1] for event in ledger["events"] if event[0] == "repair" and event[2] == "certificate"]
    assert max(certificate) == RENEWED - 1
    lost = days_of(ledger, "repair", "backup", True)
    assert (min(lost), max(lost)) == (BACKUPS_GONE[0], BACKUPS_GONE[-1])
    assert set(days_of(ledger, "no backup")) >= set(BACKUPS_GONE)
    assert [event[1] for event in ledger["events"] if event[0] == "full"] == [FULL]
