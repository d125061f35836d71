"""Real databases: SQLite in a file, PostgreSQL in a server of the test run's own."""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.core.config import Settings
from stressvision.db.engine.connection import parse_url, sqlite_driver, sqlite_path
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.services.auth import hashing
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from tests.conftest import FakeClock

_numbers = itertools.count()


# pgserver has no wheel for Python 3.13: there the suite runs on SQLite alone.
_INSTALLED = ["sqlite", "postgresql"] if find_spec("pgserver") else ["sqlite"]
ONLY = os.environ.get("TEST_DATABASE")
"""The kind of database that every test uses (`make postgresql`); None: both where a test asks for both."""
DATABASES = [ONLY] if ONLY else _INSTALLED
_TEMPLATE = "stressvision_template"
MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 2**31
"""Bytes of MEMORY below which a PostgreSQL is on the disk: there a new database takes 2 s, in memory 0.2."""


@contextmanager
def run_postgresql() -> Iterator[Any]:
    """Run a PostgreSQL server within the block, with its pg_dump before any other."""
    from pgserver import postgres_server

    # Not below pytest's own folder: run as root, the server is another user, whom that folder keeps out.
    memory = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
    with (
        TemporaryDirectory(prefix="stressvision-postgres-", dir=memory) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("PATH", str(postgresql_programs()), prepend=os.pathsep)
        server = postgres_server.get_server(folder, cleanup_mode="stop")
        yield server
        server.cleanup()


def postgresql_programs() -> Path:
    """Return the folder of pg_dump and the other programs of the tests' PostgreSQL."""
    import pgserver

    return Path(pgserver.__file__).parent / "pginstall" / "bin"


def crash(server: Any) -> None:
    """End a PostgreSQL server as a crash does, without a checkpoint; `ensure_postgres_running()` starts it again."""
    from pgserver._commands import pg_ctl  # type: ignore[attr-defined]

    pg_ctl(["-m", "immediate", "-w", "stop"], pgdata=Path(server.pgdata), user=server.system_user)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    with run_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Any) -> str:
    """Return the name of a database with the tables, which PostgreSQL copies faster than the program creates them."""
    postgres.psql(f"CREATE DATABASE {_TEMPLATE};")
    _create_template(postgres.get_uri(database=_TEMPLATE))
    return _TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the tables, which is copied in a fifth of the time that the program takes to create them."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    _create_template(f"sqlite:///{file}")
    return file


def _create_template(url: str) -> None:
    """Create the tables, and forget when: the first to open a copy is the first to use it."""
    open_context(Settings(database_url=url)).database.close()
    with closing(connect_elsewhere(url)) as connection, connection:
        connection.execute("DELETE FROM releases")


@contextmanager
def _new_database(server: Any, name: str, template: str = "template1") -> Iterator[str]:
    """Create a database of the PostgreSQL server; yield its address, and drop it after the block."""
    own = f"{name}_{next(_numbers)}"
    server.psql(f"CREATE DATABASE {own} TEMPLATE {template};")
    yield server.get_uri(database=own)
    server.psql(f"DROP DATABASE {own} WITH (FORCE);")


@pytest.fixture
def prepared_postgresql(postgres: Any, postgres_template: str) -> Iterator[str]:
    """Return the address of a PostgreSQL database with the tables, whatever the other tests use."""
    with _new_database(postgres, "gloria_stress_system", postgres_template) as url:
        yield url


def _prepared_url(
    request: pytest.FixtureRequest, kind: str, tmp_path: Path, stack: ExitStack, name: str = "gloria_stress_system"
) -> str:
    """Return the address of a database with the tables and no rows."""
    if kind == "sqlite":
        file = tmp_path / f"{name}.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    return stack.enter_context(_new_database(server, name, template))


@pytest.fixture(params=DATABASES)
def database_kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def new_database_url(
    request: pytest.FixtureRequest, database_kind: str, tmp_path: Path
) -> Iterator[Callable[[str], str]]:
    """Makes addresses of empty databases of one kind."""
    with ExitStack() as stack:

        def make(name: str) -> str:
            if database_kind == "sqlite":
                return f"sqlite:///{tmp_path}/{name}.db"
            return stack.enter_context(_new_database(request.getfixturevalue("postgres"), name))

        yield make


@pytest.fixture
def database_url(new_database_url: Callable[[str], str]) -> str:
    return new_database_url("gloria_stress_system")


@pytest.fixture
def new_usual_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Makes addresses of databases, for what does not depend on which database it is: SQLite, or that of ONLY."""
    with ExitStack() as stack:
        yield lambda name: _prepared_url(request, ONLY or "sqlite", tmp_path, stack, name)


@pytest.fixture
def usual_url(new_usual_url: Callable[[str], str]) -> str:
    return new_usual_url("gloria_stress_system")


@pytest.fixture
def context(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    with ExitStack() as stack:
        opened = open_context(Settings(database_url=_prepared_url(request, database_kind, tmp_path, stack)), clock)
        yield opened
        opened.database.close()


@pytest.fixture
def usual_context(usual_url: str, clock: FakeClock) -> Iterator[Context]:
    """For what does not depend on which database it is."""
    opened = open_context(Settings(database_url=usual_url), clock)
    yield opened
    opened.database.close()


@pytest.fixture
def sqlite_context(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """For what is about SQLite."""
    with ExitStack() as stack:
        opened = open_context(Settings(database_url=_prepared_url(request, "sqlite", tmp_path, stack)), clock)
        yield opened
        opened.database.close()


def configured(context: Context, **changes: Any) -> Context:
    """Return the context with other settings of the environment, which a running program reads every two seconds."""
    settings = context.settings.model_copy(update=changes)
    return replace(context, settings=settings, environment=settings)


def connect_elsewhere(url: str) -> Any:
    """Return a driver's connection to a database, as another program has one."""
    parsed = parse_url(url)
    if path := sqlite_path(parsed):
        return sqlite_driver().connect(path, timeout=30)
    return psycopg.connect(parsed.set(drivername="postgresql").render_as_string(hide_password=False))


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement, read over a connection of its own."""
    with closing(connect_elsewhere(url)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(statement).fetchall()
        return rows


def enrol(context: Context, code: str = "EMP001", name: str = "Ana Torres Vega") -> int:
    """An enrolled, consenting employee with made-up embeddings; the employee's id."""
    samples = tuple(FaceSampleRow(tuple(0.01 * i for i in range(128)), 0.9) for _ in range(3))
    enrolment = Enrolment(code, name, "Producción", "morning", samples, consent_sha256="0" * 64)
    return enrol_employee(context, enrolment, Actor(user_id="test")).id


@pytest.fixture
def quick_argon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same Argon2 with the least cost, for tests that hash many passwords."""
    monkeypatch.setattr(hashing, "_PASSWORDS", Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1))
    hashing._dummy_hash.cache_clear()
    yield
    hashing._dummy_hash.cache_clear()
