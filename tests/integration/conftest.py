"""Real databases: SQLite in a file, PostgreSQL in a server of the test run's own."""

import itertools
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from stressvision.core.config import Settings
from stressvision.db.queries.people.faces import FaceSampleRow
from stressvision.services.auth import hashing
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.people.enrolment import Enrolment, enrol_employee
from tests.conftest import FakeClock

_numbers = itertools.count()


# pgserver has no wheel for Python 3.13: there the suite runs on SQLite alone.
DATABASES = ["sqlite", "postgresql"] if find_spec("pgserver") else ["sqlite"]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    from pgserver import postgres_server

    # Not below pytest's own folder: run as root, the server is another user, whom that folder keeps out.
    with TemporaryDirectory(prefix="stressvision-postgres-") as folder:
        server = postgres_server.get_server(folder, cleanup_mode="stop")
        yield server
        server.cleanup()


@pytest.fixture(params=DATABASES)
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Makes addresses of empty databases of one kind."""

    def make(name: str) -> str:
        if request.param == "sqlite":
            return f"sqlite:///{tmp_path}/{name}.db"
        server = request.getfixturevalue("postgres")
        own = f"{name}_{next(_numbers)}"
        server.psql(f"CREATE DATABASE {own};")
        address: str = server.get_uri(database=own)
        return address

    return make


@pytest.fixture
def database_url(new_database_url: Callable[[str], str]) -> str:
    return new_database_url("gloria_stress_system")


@pytest.fixture
def context(database_url: str, clock: FakeClock) -> Iterator[Context]:
    opened = open_context(Settings(database_url=database_url), clock)
    yield opened
    opened.database.close()


@pytest.fixture
def sqlite_context(tmp_path: Path, clock: FakeClock) -> Iterator[Context]:
    """For what does not depend on which database it is."""
    opened = open_context(Settings(database_url=f"sqlite:///{tmp_path}/gloria_stress_system.db"), clock)
    yield opened
    opened.database.close()


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
