"""A database removed, replaced, linked or on a disk without permissions."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stressvision.core import files
from stressvision.core.config import Settings
from stressvision.core.errors import DatabaseUnavailable
from stressvision.db.engine.connection import Connection, sqlite_driver
from stressvision.services.backup.backups import make_backup
from stressvision.services.backup.restoring import restore_database
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.feed import ChangeFeed
from stressvision.services.privacy.erasure import erase_person
from tests.conftest import FakeClock
from tests.integration.conftest import enrol
from tests.integration.live_backend import add_detection

DOCTOR = Actor(user_id="dra.quispe")


@pytest.fixture
def context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    opened = open_context(settings_in(tmp_path), clock)
    yield opened
    opened.database.close()


def settings_in(folder: Path) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder}/planta.db",
        backup_dir=folder / "backups",
        run_dir=folder / "run",
        outbox_path=folder / "outbox.db",
    )


def copy_of(context: Context, tmp_path: Path) -> Path:
    """A sound copy of the present database, in another file."""
    target = tmp_path / "copy.db"
    with (
        closing(sqlite_driver().connect(str(tmp_path / "planta.db"))) as source,
        closing(sqlite_driver().connect(str(target))) as copy,
    ):
        source.backup(copy)
    return target


def test_nothing_is_acknowledged_for_a_removed_file(context: Context, tmp_path: Path) -> None:
    add_detection(context)
    path = tmp_path / "planta.db"
    away = tmp_path / "away.db"
    context.database.queue.submit(lambda connection: None).result()
    path.rename(away)
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable, match="borrado o movido"):
            add_detection(context)
        with pytest.raises(DatabaseUnavailable, match="borrado o movido"):
            context.database.queue.submit(lambda connection: None).result()
        with pytest.raises(DatabaseUnavailable), context.database.read():
            pass
        assert not path.exists()
    away.rename(path)
    assert add_detection(context).detection_id == 2


@pytest.mark.parametrize("way", ["rename", "copy after removal"])
def test_replaced_file_is_opened_after_one_refusal(context: Context, tmp_path: Path, way: str) -> None:
    add_detection(context)
    path, copy = tmp_path / "planta.db", copy_of(context, tmp_path)
    add_detection(context)
    with closing(ChangeFeed(context)) as feed:
        feed.has_news()
        if way == "rename":
            for beside in tmp_path.glob("planta.db-*"):
                beside.unlink()
            copy.rename(path)
        else:
            for file in tmp_path.glob("planta.db*"):
                file.unlink()
            shutil.copy(copy, path)
        with pytest.raises(DatabaseUnavailable, match="reemplazado"):
            feed.has_news()
    assert add_detection(context).detection_id == 2
    with closing(sqlite_driver().connect(str(path))) as connection:
        assert connection.execute("SELECT count(*) FROM detection_events").fetchone() == (2,)


def test_file_of_another_program_in_its_place_is_not_written_to(context: Context, tmp_path: Path) -> None:
    add_detection(context)
    path = tmp_path / "planta.db"
    with closing(sqlite_driver().connect(str(tmp_path / "other.db"))) as connection:
        connection.execute("CREATE TABLE other (id)")
        connection.commit()
    (tmp_path / "other.db").rename(path)
    content = path.read_bytes()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailable):
            add_detection(context)
    assert path.read_bytes() == content


def test_write_that_commits_into_a_removed_file_is_not_acknowledged(context: Context, tmp_path: Path) -> None:
    def write_and_remove(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE extra (id)")
        (tmp_path / "planta.db").rename(tmp_path / "away.db")

    submitted = context.database.queue.submit(write_and_remove)
    with pytest.raises(DatabaseUnavailable, match="borrado o movido"):
        submitted.result()


def test_closed_database_is_complete_without_its_log(context: Context, tmp_path: Path) -> None:
    """Even while another program has it open, as the last of the servers to be stopped."""
    other = open_context(context.settings)
    with closing(other.database), other.database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    with closing(sqlite_driver().connect(str(tmp_path / "planta.db"))) as outsider:
        outsider.execute("SELECT count(*) FROM detection_events").fetchone()
        for _ in range(5):
            add_detection(context)
        context.database.close()
        shutil.copy(tmp_path / "planta.db", tmp_path / "alone.db")
    with closing(sqlite_driver().connect(str(tmp_path / "alone.db"))) as connection:
        assert connection.execute("SELECT count(*) FROM detection_events").fetchone() == (5,)


@pytest.mark.parametrize("link", ["symbolic", "hard"])
def test_restore_and_erasure_follow_links(tmp_path: Path, clock: FakeClock, link: str) -> None:
    """The file behind a link is replaced, and no other name of it keeps an erased person."""
    run, data = tmp_path / "run", tmp_path / "data"
    run.mkdir()
    data.mkdir()
    if link == "symbolic":
        (run / "planta.db").symlink_to(data / "real.db")
    context = open_context(settings_in(run), clock)
    person = enrol(context)
    make_backup(context)
    context.database.close()
    if link == "hard":
        os.link(run / "planta.db", data / "real.db")
    restore_database(context.settings, None, DOCTOR, clock)
    assert (run / "planta.db").is_symlink() == (link == "symbolic")
    again = open_context(context.settings, clock)
    with closing(again.database):
        certificate = erase_person(again, person, DOCTOR)
    assert certificate.is_complete
    found = [path for path in tmp_path.rglob("*") if path.is_file() and b"Ana Torres" in path.read_bytes()]
    assert found == []
    assert not list(tmp_path.rglob("*before-restore*"))


def test_disk_without_permissions_is_used_and_found(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first and the second start, backups and restoration behave alike."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    monkeypatch.setattr(Path, "chmod", refuse)
    for _ in range(2):
        context = open_context(settings_in(tmp_path), clock)
        with closing(context.database):
            make_backup(context)
    restore_database(context.settings, None, DOCTOR, clock)
    path = tmp_path / "planta.db"
    assert files.restrict(path) == (path.stat().st_mode & 0o077 == 0)


@pytest.mark.parametrize("name", [b"planta_\xf1", b"a:b", b"a b%20?#", b"n\xcc\x83"])
def test_folder_of_any_name_holds_a_database_and_its_backups(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: bytes
) -> None:
    folder = tmp_path / os.fsdecode(name)
    folder.mkdir()
    monkeypatch.chdir(folder)
    settings = Settings(database_url="sqlite:///planta.db")
    context = open_context(settings, clock)
    with closing(context.database):
        person = enrol(context)
        make_backup(context)
        assert erase_person(context, person, DOCTOR).is_complete
    restore_database(settings, None, DOCTOR, clock)
    open_context(settings, clock).database.close()
