"""Which files a chain of backups accepts: by key, seal and number, never by the clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, InvalidInput
from stressvision.db.backup.keys import new_key
from stressvision.services.backup import backups
from stressvision.services.backup.archive import list_backups, list_names
from stressvision.services.backup.backups import continue_backup, is_due, make_backup
from stressvision.services.backup.health import find_backup_fault, find_open_copies
from stressvision.services.backup.restoring import restore_database, verify_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.privacy.erasure import erase_person
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection

DOCTOR = Actor(user_id="dra.quispe")


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    key = tmp_path / "key"
    key.write_text(new_key(), encoding="ascii")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/planta.db", backup_dir=tmp_path / "backups", backup_key_file=key
    )
    opened = open_context(settings, clock)
    yield opened
    opened.database.close()


def without_key(context: Context) -> Context:
    return replace(context, settings=context.settings.model_copy(update={"backup_key_file": None}))


def employees(context: Context) -> int:
    return verify_backup(context.settings, None)[1]["employees"]


@pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=365), -timedelta(days=1), timedelta(0)])
def test_chain_begun_with_a_wrong_clock_restores_every_later_change(
    context: Context, clock: FakeClock, ahead: timedelta
) -> None:
    enrol(context, "EMP001")
    clock.now += ahead
    make_backup(context)
    clock.now -= ahead
    for number in (2, 3, 4):
        clock.advance(seconds=30)
        enrol(context, f"EMP00{number}")
        made = continue_backup(context)
        assert made is not None
        assert made.number == number - 1
    assert employees(context) == 4


def test_backup_from_the_future_does_not_stop_later_ones(context: Context, clock: FakeClock) -> None:
    clock.advance(days=365)
    make_backup(context)
    clock.advance(days=-365)
    assert find_backup_fault(context.settings, clock).is_problem
    assert is_due(context)
    enrol(context)
    make_backup(context)
    assert not is_due(context)
    assert employees(context) == 1
    assert not find_backup_fault(context.settings, clock).is_problem
    clock.advance(hours=24)
    assert is_due(context)


@pytest.mark.parametrize("place", ["after the newest", "as the next change", "as a whole backup"])
def test_unencrypted_file_in_an_encrypted_chain_is_refused(context: Context, tmp_path: Path, place: str) -> None:
    enrol(context)
    make_backup(context)
    other = Settings(database_url=f"sqlite:///{tmp_path}/otra/planta.db", backup_dir=tmp_path / "otra" / "b")
    (tmp_path / "otra").mkdir()
    forger = open_context(other)
    enrol(forger, "EMP666", "Atacante")
    forged = make_backup(forger).path
    forger.database.close()
    name = {
        "after the newest": "planta-000001-00007-20261128-120000.svb.gz",
        "as the next change": "planta-000001-00001-20261128-120000.svb.gz",
        "as a whole backup": forged.name.replace("000001", "000002", 1),
    }[place]
    copyfile(forged, context.settings.backup_dir / name)
    with pytest.raises(InvalidInput, match="no está cifrada"):
        verify_backup(context.settings, None)
    enrol(context, "EMP002")
    made = continue_backup(context)
    assert made is not None
    (context.settings.backup_dir / name).unlink()
    assert employees(context) == 2


def test_removed_renamed_or_exchanged_files_are_noticed(context: Context, clock: FakeClock) -> None:
    make_backup(context)
    kept = {}
    for number in (1, 2, 3):
        enrol(context, f"EMP00{number}")
        made = continue_backup(context)
        assert made is not None
        kept[number] = made.path
    content = {number: path.read_bytes() for number, path in kept.items()}
    kept[3].unlink()
    with pytest.raises(InvalidInput, match="falta"):
        verify_backup(context.settings, None)
    assert verify_backup(context.settings, kept[2])[1]["employees"] == 2
    kept[3].write_bytes(content[2])
    with pytest.raises(InvalidInput, match="cambió de nombre"):
        verify_backup(context.settings, None)
    kept[3].write_bytes(content[3])
    head = context.settings.backup_dir / "planta.head"
    kept_head = head.read_bytes()
    head.unlink()
    with pytest.raises(InvalidInput, match="head"):
        verify_backup(context.settings, None)
    head.write_bytes(kept_head.replace(b'"number":3', b'"number":2'))
    with pytest.raises(InvalidInput, match="head"):
        verify_backup(context.settings, None)
    head.write_bytes(kept_head)
    assert employees(context) == 3


def test_small_changes_are_merged(context: Context, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """With 4 instead of 60: of 40 changes a few files remain, and the newest restores all rows."""
    monkeypatch.setattr(backups, "MERGED", 4)
    make_backup(context)
    for _ in range(40):
        clock.advance(seconds=30)
        add_detection(context)
        assert continue_backup(context) is not None
        assert continue_backup(context) is None
    numbers = [name.number for name in list_names(context.settings)]
    assert numbers == [0, 16, 32, 36, 40]
    assert verify_backup(context.settings, None)[1]["detection_events"] == 40


def test_replaced_database_begins_a_new_chain(context: Context, clock: FakeClock) -> None:
    """A file restored to an earlier state gives the ids of lost rows to others: changes would not list them."""
    path = Path(context.settings.database_url.removeprefix("sqlite:///"))
    add_detection(context)
    context.database.close()
    earlier = path.read_bytes()
    for _ in range(3):
        add_detection(context)
    make_backup(context)
    context.database.close()
    path.write_bytes(earlier)
    for _ in range(5):
        add_detection(context)
    made = continue_backup(context)
    assert made is not None
    assert made.number == 0
    assert verify_backup(context.settings, None)[1]["detection_events"] == 6


def test_ids_of_lost_rows_are_not_given_again_after_a_restoration(context: Context, clock: FakeClock) -> None:
    add_detection(context)
    make_backup(context)
    lost = [add_detection(context).detection_id for _ in range(3)]
    context.database.close()
    restored = restore_database(context.settings, None, DOCTOR, clock)
    assert restored.aside is not None
    assert restored.aside.stat().st_mode & 0o077 == 0
    assert add_detection(context).detection_id > lost[-1]


def test_nothing_is_written_or_erased_without_the_key_beside_encrypted_backups(context: Context) -> None:
    person = enrol(context)
    make_backup(context)
    add_detection(context)
    before = sorted(path.read_bytes() for path in context.settings.backup_dir.glob("*.svb.*"))
    keyless = without_key(context)
    for refused in (make_backup, continue_backup, lambda c: erase_person(c, person, DOCTOR)):
        with pytest.raises(ConfigurationError, match="cifradas"):
            refused(keyless)
    assert sorted(path.read_bytes() for path in context.settings.backup_dir.glob("*.svb.*")) == before
    assert find_backup_fault(keyless.settings).is_problem
    assert erase_person(context, person, DOCTOR).is_complete


def test_key_added_later_leaves_a_hint_and_begins_a_new_chain(context: Context) -> None:
    enrol(context)
    make_backup(without_key(context))
    hint = find_open_copies(context.settings)
    assert hint is not None
    assert "sin cifrar" in hint.es
    with pytest.raises(InvalidInput):
        verify_backup(context.settings, None)
    made = continue_backup(context)
    assert made is not None
    assert (made.number, made.manifest.generation, made.is_encrypted) == (0, 2, True)
    assert employees(context) == 1
    assert find_open_copies(context.settings) is not None
    assert len(list_backups(context.settings)) == 1
