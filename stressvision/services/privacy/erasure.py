"""Erasing a person: rows, pages, log, backups, journals; looked at afterwards; with a certificate that names nobody."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from stressvision.core.errors import Unavailable
from stressvision.db.backup import copies, sealed, space
from stressvision.db.engine.connection import sqlite_path
from stressvision.db.queries.erasure import REWRITTEN, personal_tables
from stressvision.domain.scanning import count_hits, face_parts, forms_of, overwrite
from stressvision.services.backup.archive import list_backups, read_pieces
from stressvision.services.backup.backups import renew_backups
from stressvision.services.context import Actor, Context
from stressvision.services.people.enrolment import existing_with_code
from stressvision.services.privacy.certificates import describe_place
from stressvision.services.privacy.forgetting import Forgotten, forget_person
from stressvision.wire.rights import CleanedPlace, ErasureCertificate

_JOURNALS = "*.log*"
_MEMORY_FACTOR = 2
"""Rewriting holds the new file in memory: it must fit, and leave as much again to everything else."""


@dataclass(frozen=True)
class _Search:
    words: tuple[str, ...]
    others: tuple[str, ...]
    face: tuple[bytes, ...]

    def finds(self, pieces: Iterable[bytes]) -> bool:
        """Anywhere in a file: its fields follow one another with nothing in between."""
        return count_hits(pieces, (*forms_of(self.words), *self.face), forms_of(self.others)) > 0

    def finds_in_text(self, text: bytes) -> bool:
        return self.blot_out(text) != text or count_hits([text], self.face) > 0

    def blot_out(self, text: bytes) -> bytes:
        return overwrite(text, self.words, self.others)


def find_by_code(context: Context, code: str) -> int:
    """The id of an employee. Raises NotFound."""
    with context.database.read() as connection:
        return existing_with_code(connection, code).id


def erase_person(context: Context, employee_id: int, actor: Actor) -> ErasureCertificate:
    """Erases everything about the employee and looks whether it is gone.

    Safe beside the running system: writers wait while the file is rewritten. Repeated after having been cut short while
    rows were deleted it goes on where it was; later the person cannot be named any more, and the next erasure rewrites
    the file and replaces the backups. Raises NotFound, ConfigurationError (no key for the new backup),
    DatabaseUnavailable.
    """
    key = sealed.read_key(context.settings.backup_key_file)
    erased_at = context.clock()
    forgotten = forget_person(context, employee_id, actor)
    search = _search_for(forgotten)
    places = [
        *_clean_database(context, search),
        _clean_journals(context, search),
        _clean_copies_beside(context),
        _clean_backups(context, search, key),
        _examine_outbox(context, search),
        describe_place(context.settings.lang, "elsewhere", "others", is_clean=None),
    ]
    return ErasureCertificate(
        certificate_id=forgotten.certificate_id,
        erased_at=erased_at,
        erased_by=actor.user_id,
        row_counts=forgotten.row_counts,
        places=places,
        is_complete=all(place.is_clean is not False for place in places),
    )


def _clean_database(context: Context, search: _Search) -> tuple[CleanedPlace, CleanedPlace]:
    """The database and its log."""
    language, path = context.settings.lang, sqlite_path(context.database.url)
    tables = (*(table.name for table in personal_tables()), *REWRITTEN)
    if path is None:
        space.rewrite(context.database, tables)
        return describe_place(language, "database", "server", is_clean=None), _clean_log(context)
    is_rewritten = psutil.virtual_memory().available > _MEMORY_FACTOR * path.stat().st_size
    if is_rewritten:
        space.rewrite(context.database, tables)
    # Before the copy: a log as long as the file that was rewritten would take the disk's place a third time.
    log = _clean_log(context)
    # Not the file itself: closing it would take away the locks that this process's connections hold on it. The backup
    # interface copies its pages as they are, free ones included.
    with TemporaryDirectory(dir=path.parent, prefix="examining-") as work:
        image = Path(work) / "image.db"
        copies.copy_whole(context.database, image)
        found = search.finds(read_pieces(image))
    return describe_place(language, "database", "rewritten" if is_rewritten else "zeroed", is_clean=not found), log


def _clean_log(context: Context) -> CleanedPlace:
    is_empty = space.empty_log(context.database)
    return describe_place(context.settings.lang, "log", "emptied" if is_empty else "held", is_clean=is_empty)


def _clean_journals(context: Context, search: _Search) -> CleanedPlace:
    files = [path for path in context.settings.run_dir.rglob(_JOURNALS) if path.is_file()]
    for path in files:
        _blot_out(path, search)
    found = any(search.finds_in_text(path.read_bytes()) for path in files)
    return describe_place(context.settings.lang, "journals", "blotted", is_clean=not found, count=len(files))


def _clean_copies_beside(context: Context) -> CleanedPlace:
    path = sqlite_path(context.database.url)
    patterns = (f"{path.stem}.backup-*", f"{path.stem}.before-restore-*") if path else ()
    found = [copy for pattern in patterns for copy in (path or Path()).parent.glob(pattern)]
    for copy in found:
        copy.unlink()
    return describe_place(context.settings.lang, "beside", "deleted", is_clean=True, count=len(found))


def _clean_backups(context: Context, search: _Search, key: bytes | None) -> CleanedPlace:
    language, before = context.settings.lang, list_backups(context.settings)
    if not before and not context.settings.backup_hours:
        return describe_place(language, "backups", "none", is_clean=True)
    try:
        renew_backups(context)
    except Unavailable:
        # Better no backup than one that holds what had to go.
        for backup in before:
            backup.path.unlink(missing_ok=True)
        return describe_place(language, "backups", "not_renewed", is_clean=True, count=len(before))
    kept = (sealed.read_sealed(backup.path, key) for backup in list_backups(context.settings))
    found = any(search.finds(pieces) for pieces in kept)
    return describe_place(language, "backups", "renewed", is_clean=not found, count=len(before))


def _examine_outbox(context: Context, search: _Search) -> CleanedPlace:
    path = context.settings.outbox_path
    found = any(search.finds(read_pieces(file)) for file in path.parent.glob(f"{path.stem}*") if file.is_file())
    return describe_place(context.settings.lang, "outboxes", "dropped", is_clean=not found)


def _search_for(forgotten: Forgotten) -> _Search:
    traces, face = forgotten.traces, forgotten.face
    return _Search((traces.code, *traces.names), traces.others, face_parts(face.text, face.samples))


def _blot_out(path: Path, search: _Search) -> None:
    """Overwrites the traces in place, byte for byte: the program whose journal it is goes on appending to it."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        at = 0
        for line in file.read().splitlines(keepends=True):
            cleaned = search.blot_out(line)
            if cleaned != line:
                file.seek(at)
                file.write(cleaned)
            at += len(line)
