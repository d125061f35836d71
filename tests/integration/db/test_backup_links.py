"""Links, pipes and names in the backup folder, put there by somebody who may write into it and nowhere else."""

import gzip
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from stressvision.core.config import Settings
from stressvision.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from stressvision.db.backup.keys import new_key
from stressvision.db.queries.alerts.alert_links import find_link, insert_link
from stressvision.services.backup.archive import list_backups, list_names
from stressvision.services.backup.backups import continue_backup, make_backup
from stressvision.services.backup.restoring import restore_database, verify_backup
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.links import issue_link, open_link
from stressvision.services.privacy.erasure import erase_person
from stressvision.services.system.backups import open_item
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.edge.test_detections_stored import post_stress
from tests.integration.live_backend import add_detection
from tests.unit.db.test_sealed_files import write_sealed

DOCTOR = Actor(user_id="dra.quispe")


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    key = tmp_path / "key"
    key.write_text(new_key(), encoding="ascii")
    settings = Settings(
        database_url=f"sqlite:///{tmp_path}/data/planta.db",
        backup_dir=tmp_path / "backups",
        backup_key_file=key,
        backup_keep=2,
    )
    (tmp_path / "data").mkdir()
    opened = open_context(settings, clock)
    enrol(opened)
    yield opened
    opened.database.close()


@pytest.fixture
def database(context: Context) -> Path:
    return Path(context.settings.database_url.removeprefix("sqlite:///"))


def employees(context: Context) -> int:
    with context.database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM employees").scalar_one())


OLD = "planta-000001-00000-20200101-000000.svb.gz"


def link_copies(folder: Path, database: Path) -> None:
    (folder / "copying-x" / "sub").mkdir(parents=True)
    (folder / "copying-x" / "copy.db").symlink_to(database)


def link_lock(folder: Path, database: Path) -> None:
    (folder / ".planta.lock").unlink()
    (folder / ".planta.lock").symlink_to(database)


def linked_as(name: str) -> Callable[[Path, Path], None]:
    return lambda folder, database: (folder / name).symlink_to(database)


LINKS: dict[str, Callable[[Path, Path], None]] = {
    "an old backup": linked_as(OLD),
    "an old backup of version 0.3": linked_as("planta-20200101-000000-000000.svb"),
    "an old backup, by another name of the file": lambda folder, database: os.link(database, folder / OLD),
    "a draft": linked_as("planta-000009-00000-20200101-000000.svb.age.part"),
    "the draft of the head": linked_as("planta.head.part"),
    "the lock": link_lock,
    "a folder of copies": lambda folder, database: (folder / "copying-x").symlink_to(database.parent),
    "a copy in a folder of copies": link_copies,
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_link_in_the_folder_does_not_lead_backups_to_another_file(
    context: Context, database: Path, clock: FakeClock, link: Callable[[Path, Path], None]
) -> None:
    made = [make_backup(context)]
    link(context.settings.backup_dir, database)
    before = database.stat()
    for _ in range(3):
        clock.advance(hours=24)
        made.append(make_backup(context))
    after = database.stat()
    assert (after.st_ino, after.st_size > 0) == (before.st_ino, True)
    assert employees(context) == 1
    assert [backup.path for backup in list_backups(context.settings)] == [backup.path for backup in made[-2:]]
    assert verify_backup(context.settings, None)[1]["employees"] == 1


def test_erasure_deletes_links_and_not_what_they_lead_to(context: Context, database: Path, tmp_path: Path) -> None:
    made = make_backup(context)
    other = tmp_path / "other.txt"
    other.write_text("of another program")
    named = context.settings.backup_dir / OLD
    renamed = context.settings.backup_dir / "copia.svb.gz"
    named.symlink_to(other)
    renamed.symlink_to(database)
    os.link(other, context.settings.backup_dir / "planta-000001-00007-20200101-000000.svb.gz")
    second = tmp_path / "second-name"
    os.link(made.path, second)
    erase_person(context, 1, DOCTOR)
    assert not any(path.is_symlink() for path in context.settings.backup_dir.iterdir())
    assert other.read_text() == "of another program"
    assert second.read_bytes() == b""
    assert employees(context) == 0
    assert list_backups(context.settings)


def test_link_named_as_a_backup_is_none(context: Context, tmp_path: Path) -> None:
    made = make_backup(context)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    moved = elsewhere / made.path.name
    made.path.rename(moved)
    made.path.symlink_to(moved)
    assert list_names(context.settings) == ()
    uses: tuple[Callable[[], object], ...] = (
        lambda: verify_backup(context.settings, None),
        lambda: verify_backup(context.settings, made.path),
        lambda: restore_database(context.settings, made.path, DOCTOR),
        lambda: open_item(context, made.path.name, DOCTOR),
    )
    for use in uses:
        with pytest.raises((NotFound, InvalidInput)):
            use()
    assert verify_backup(context.settings, moved)[1]["employees"] == 1


def test_link_put_in_place_of_a_backup_during_a_download_is_not_followed(
    context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = make_backup(context)
    secret = tmp_path / "secret"
    secret.write_text("AGE-SECRET-KEY")
    found = list_backups(context.settings)
    monkeypatch.setattr("stressvision.services.system.backups.list_backups", lambda _settings: found)
    assert b"".join(open_item(context, made.path.name, DOCTOR).read_pieces()) == made.path.read_bytes()
    made.path.unlink()
    for put in (os.symlink, os.link):
        put(secret, made.path)
        with pytest.raises(Exception, match="copia") as refused:
            open_item(context, made.path.name, DOCTOR)
        assert not isinstance(refused.value, AssertionError)
        made.path.unlink()


def test_pipe_named_as_a_backup_does_not_stop_the_program(context: Context) -> None:
    make_backup(context)
    os.mkfifo(context.settings.backup_dir / "planta-000007-00000-20260101-000000.svb.age")
    os.mkfifo(context.settings.backup_dir / "planta-20260101-000000-000000.svb")
    os.mkfifo(context.settings.backup_dir / "copia.svb.age")
    assert len(list_backups(context.settings)) == 1
    add_detection(context)
    assert continue_backup(context) is not None
    assert erase_person(context, 1, DOCTOR).is_complete


def test_names_do_not_use_up_the_numbers_or_displace_backups(context: Context, clock: FakeClock) -> None:
    made = [make_backup(context)]
    (context.settings.backup_dir / "planta-999999999999999999-00000-20260101-000000.svb.age").write_bytes(b"")
    for _ in range(2):
        clock.advance(hours=24)
        made.append(make_backup(context))
    assert [backup.manifest.generation for backup in made] == [1, 2, 3]
    for number in range(3, 9):
        name = f"planta-{number:06d}-00000-20200101-00000{number}.svb.age"
        (context.settings.backup_dir / name).write_bytes(b"")
    clock.advance(hours=24)
    made.append(make_backup(context))
    assert [backup.path for backup in list_backups(context.settings)] == [backup.path for backup in made[-2:]]


def test_backups_of_an_earlier_key_are_kept_until_there_are_enough(
    context: Context, clock: FakeClock, tmp_path: Path
) -> None:
    earlier = [make_backup(context).path]
    other = tmp_path / "other-key"
    other.write_text(new_key(), encoding="ascii")
    changed = replace(context, settings=context.settings.model_copy(update={"backup_key_file": other}))
    for expected in (True, False):
        clock.advance(hours=24)
        make_backup(changed)
        assert earlier[0].exists() is expected


def test_gzip_of_another_program_keeps_its_content(context: Context, tmp_path: Path) -> None:
    """Nobody can tell it from a backup without a key: only a second name is deleted, and its content with it."""
    archive = tmp_path / "archive.gz"
    archive.write_bytes(gzip.compress(b"x"))
    make_backup(context)
    (context.settings.backup_dir / OLD).symlink_to(archive)
    erase_person(context, 1, DOCTOR)
    assert gzip.decompress(archive.read_bytes()) == b"x"


@pytest.mark.parametrize("name", ["planta-20991231-235959-999999.svb", "planta-20210101-000000-000000-00001.svb"])
def test_file_of_version_0_3_is_refused_under_another_name(context: Context, name: str) -> None:
    settings = context.settings.model_copy(update={"backup_key_file": None})
    settings.backup_dir.mkdir(exist_ok=True)
    header = {
        "database": "planta",
        "kind": "whole",
        "chain": "c",
        "number": 0,
        "created_at": "2021-01-01T00:00:00.000Z",
        "rows": {},
        "marks": {},
    }
    path = settings.backup_dir / "planta-20210101-000000-000417.svb"
    write_sealed(path, header, b"content", is_encrypted=False)
    assert [backup.path for backup in list_backups(settings)] == [path]
    path.rename(settings.backup_dir / name)
    assert list_backups(settings) == ()
    with pytest.raises(InvalidInput, match="cambió de nombre"):
        verify_backup(settings, None)


def test_unencrypted_backup_is_not_downloaded(context: Context) -> None:
    plain = replace(context, settings=context.settings.model_copy(update={"backup_key_file": None}))
    made = make_backup(plain)
    with pytest.raises(Conflict):
        open_item(plain, made.path.name, DOCTOR)


def test_links_used_since_the_backup_do_not_open_again_after_its_restoration(
    context: Context, clock: FakeClock
) -> None:
    post_stress(context, clock, 1, 10)
    personal = issue_link(context, 1, Actor(user_id="enfermera")).secret
    with context.database.write() as connection:
        digest = hashlib.sha256(b"sva_secret").hexdigest()
        insert_link(connection, 1, "target", digest, context.clock() + timedelta(hours=24))
    make_backup(context)
    open_link(context, personal, "10.0.0.5")
    context.database.close()
    restore_database(context.settings, None, DOCTOR, context.clock)
    with pytest.raises(Forbidden):
        open_link(context, personal, "10.0.0.6")
    with context.database.read() as connection:
        link = find_link(connection, digest)
    assert link is not None
    assert link.expires_at <= context.clock()
