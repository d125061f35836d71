"""PostgreSQL's own backup: what pg_dump writes, read as it comes."""

import os
import shutil
import subprocess
from collections.abc import Iterator

from stressvision.core.errors import Message, Unavailable
from stressvision.db.engine.connection import Database

_PIECE = 1024 * 1024


def stream_dump(database: Database) -> Iterator[bytes]:
    """A dump in PostgreSQL's custom format, for pg_restore. Raises Unavailable without pg_dump, or where it fails."""
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
    # The password goes through the environment: a command line is everybody's to read.
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    with subprocess.Popen(
        [program, "--format=custom", "--compress=0", "--no-password", f"--dbname={address}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as dump:
        assert dump.stdout is not None  # noqa: S101  asked for above
        assert dump.stderr is not None  # noqa: S101  asked for above
        while piece := dump.stdout.read(_PIECE):
            yield piece
        said = dump.stderr.read().decode(errors="replace").strip().splitlines()
    if dump.returncode != 0:
        why = said[-1][:200] if said else f"{dump.returncode}"
        raise Unavailable(
            Message(es=f"pg_dump no pudo copiar la base: {why}", en=f"pg_dump could not back up the database: {why}")
        )
