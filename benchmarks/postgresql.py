"""A PostgreSQL server for the benchmarks, in a folder of its own.

The binaries are those of the package pgserver, which the tests use too; the settings are PostgreSQL's defaults.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def run_postgresql(folder: Path | None = None, kept: Path | None = None) -> Iterator[str]:
    """Run a server until the end of the block; yield the URL of an empty database.

    `folder`: where its files are kept meanwhile (default: the temporary folder). As root, the server is another user,
    who must be allowed to enter it. `kept`: its files' own folder, which stays with all other databases.
    """
    from pgserver import postgres_server

    with ExitStack() as stack:
        own = kept or stack.enter_context(TemporaryDirectory(prefix="stressvision-postgres-", dir=folder))
        server = postgres_server.get_server(own, cleanup_mode="stop")
        try:
            server.psql("DROP DATABASE IF EXISTS plant WITH (FORCE);")
            server.psql("CREATE DATABASE plant;")
            url: str = server.get_uri(database="plant")
            yield url
        finally:
            server.cleanup()
