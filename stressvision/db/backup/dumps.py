"""Dumps of a PostgreSQL database, streamed from pg_dump."""

import os
import shutil
import subprocess
from collections.abc import Iterator

from stressvision.core.errors import Message, Unavailable
from stressvision.db.engine.connection import Database

_PIECE = 1024 * 1024
_LONGEST_REASON = 300
"""Characters: pg_dump states the error in its first line and the versions of server and client in the second."""


def stream_dump(database: Database) -> Iterator[bytes]:
    """Yield a dump in PostgreSQL's custom format, for pg_restore. Raises Unavailable if pg_dump is missing or fails."""
    program = shutil.which("pg_dump")
    if program is None:
        raise Unavailable(
            Message(
                es="Falta pg_dump para copiar PostgreSQL: instale el cliente (postgresql-client) de la versión de su "
                "servidor, o haga las copias en el servidor.",
                en="pg_dump is needed to back up PostgreSQL: install the client (postgresql-client) of your server's "
                "version, or make backups on the server.",
            )
        )
    url = database.url
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    # The password is passed in the environment: command lines are readable by all users.
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    with subprocess.Popen(
        [program, "--format=custom", "--compress=0", "--no-password", f"--dbname={address}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as dump:
        assert dump.stdout is not None  # noqa: S101  stdout and stderr are piped
        assert dump.stderr is not None  # noqa: S101  stdout and stderr are piped
        while piece := dump.stdout.read(_PIECE):
            yield piece
        errors = " ".join(dump.stderr.read().decode(errors="replace").split())
    if dump.returncode != 0:
        reason = errors[:_LONGEST_REASON] or f"{dump.returncode}"
        raise Unavailable(
            Message(
                es=f"pg_dump no pudo copiar la base: {reason}", en=f"pg_dump could not back up the database: {reason}"
            )
        )
