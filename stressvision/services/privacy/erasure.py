"""Erasure of a person: delete rows, rewrite files, replace backups, verify each, and certify it without a name."""

import glob
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from stressvision.core.errors import Unavailable
from stressvision.core.files import destroy
from stressvision.db.backup import copies, space
from stressvision.db.backup.encryption import read_pieces
from stressvision.db.backup.gaps import clear_gaps
from stressvision.db.backup.keys import BackupKey
from stressvision.db.engine.connection import sqlite_path
from stressvision.db.queries.privacy.erasure import MEASURED, rewritten_tables
from stressvision.db.schema.tables import metadata
from stressvision.domain.auth import sees_persons
from stressvision.domain.erasure import (
    count_occurrences,
    encode_words,
    limit_counts,
    mask_words,
    pick_face_fragments,
)
from stressvision.services.backup.archive import list_backups, list_names, read_backup_content, writing_key
from stressvision.services.backup.backups import delete_backups, renew_backups
from stressvision.services.context import Actor, Context
from stressvision.services.people.enrolment import get_employee_by_code
from stressvision.services.privacy.certificates import build_place
from stressvision.services.privacy.personal_rows import ErasedPerson, delete_personal_rows
from stressvision.wire.rights import CleanedPlace, ErasureCertificate

_LOG_FILES = "*.log*"
_MEMORY_FACTOR = 2
"""Rewriting keeps the new file in memory: there must be room for twice its size."""


@dataclass(frozen=True)
class _Search:
    """The traces to search for: `words` and `face` of the person; `others`: longer words of other people."""

    words: tuple[str, ...]
    others: tuple[str, ...]
    face: tuple[bytes, ...]

    def finds(self, pieces: Iterable[bytes]) -> bool:
        """Return whether a trace occurs anywhere in a file, whose fields follow each other without separators."""
        return count_occurrences(pieces, (*encode_words(self.words), *self.face), encode_words(self.others)) > 0

    def finds_in_text(self, text: bytes) -> bool:
        return self.mask(text) != text or count_occurrences([text], self.face) > 0

    def mask(self, text: bytes) -> bytes:
        return mask_words(text, self.words, self.others)


def find_employee_id(context: Context, code: str) -> int:
    """Return the id of the employee with that code. Raises NotFound."""
    with context.database.read() as connection:
        return get_employee_by_code(connection, code).id


def erase_person(context: Context, employee_id: int, actor: Actor) -> ErasureCertificate:
    """Erase all data about the employee, verify that it is gone, and return the certificate.

    Safe beside the running system: writers wait for short transactions, and for longer only where the file must be
    rewritten. After an interruption during the deletion of rows, repeating it continues; after a later one, the person
    can no longer be named, and the next erasure cleans the file and replaces the backups.

    Raises:
        NotFound: There is no such employee.
        ConfigurationError: The key for the new backup cannot be read, or is missing although there are encrypted
            backups; nothing was erased.
        DatabaseUnavailable: The database does not answer.
    """
    key = writing_key(context.settings)
    erased_at = context.clock()
    erased = delete_personal_rows(context, employee_id, actor)
    search = _search_for(erased)
    places = [
        *_clean_database(context, search),
        _clean_log_files(context, search),
        _clean_copies_beside(context),
        _clean_backups(context, search, key),
        _search_outbox(context, search),
        build_place(context.settings.lang, "elsewhere", "others", is_clean=None),
    ]
    return ErasureCertificate(
        certificate_id=erased.certificate_id,
        erased_at=erased_at,
        erased_by=actor.user_id,
        row_counts=erased.row_counts if sees_persons(actor.role) else limit_counts(erased.row_counts),
        places=places,
        is_complete=all(place.is_clean is not False for place in places),
    )


def _clean_database(context: Context, search: _Search) -> tuple[CleanedPlace, CleanedPlace]:
    """Overwrite what deleted rows left in the database, search it, and empty its write-ahead log."""
    language, path = context.settings.lang, sqlite_path(context.database.url)
    if path is None:
        space.rewrite(context.database, rewritten_tables())
        space.vacuum(context.database, MEASURED)
        return build_place(language, "database", "server", is_clean=None), _clean_log(context)
    action = "overwritten" if clear_gaps(context.database) else "zeroed"
    log = _clean_log(context)
    found = _is_found(context, path, search)
    if (found or action == "zeroed") and psutil.virtual_memory().available > _MEMORY_FACTOR * path.stat().st_size:
        space.rewrite(context.database, metadata.tables)
        action = "rewritten"
        # Before the copy: a log as long as the rewritten file would occupy its size on disk a third time.
        log = _clean_log(context)
        found = _is_found(context, path, search)
    return build_place(language, "database", action, is_clean=not found), log


def _is_found(context: Context, path: Path, search: _Search) -> bool:
    """Return whether a trace of the person is anywhere in the database.

    Not read from the file itself: closing it would release the locks that this process's connections hold on it. The
    backup interface copies its pages unchanged, free ones included.
    """
    with TemporaryDirectory(dir=path.resolve().parent, prefix="searching-") as work:
        image = Path(work) / "image.db"
        copies.copy_whole(context.database, image)
        return search.finds(read_pieces(image))


def _clean_log(context: Context) -> CleanedPlace:
    is_empty = space.empty_log(context.database)
    return build_place(context.settings.lang, "log", "emptied" if is_empty else "held", is_clean=is_empty)


def _clean_log_files(context: Context, search: _Search) -> CleanedPlace:
    files = [path for path in context.settings.run_dir.rglob(_LOG_FILES) if path.is_file()]
    for path in files:
        _mask_in_place(path, search)
    found = any(search.finds_in_text(path.read_bytes()) for path in files)
    return build_place(context.settings.lang, "journals", "blotted", is_clean=not found, count=len(files))


def _clean_copies_beside(context: Context) -> CleanedPlace:
    """Delete copies beside the database: in the folder of its name, and in that of the file behind symbolic links."""
    path = sqlite_path(context.database.url)
    found = set[Path]()
    for place in {path, path.resolve()} if path else ():
        stem = glob.escape(place.stem)
        for pattern in (f"{stem}.backup-*", f"{stem}.before-restore-*", f"copying-{stem}-*/*", "restoring-*/*"):
            found.update(place.parent.glob(pattern))
    for copy in found:
        destroy(copy, keep=path)
    is_clean = not any(copy.exists() for copy in found)
    return build_place(context.settings.lang, "beside", "deleted", is_clean=is_clean, count=len(found))


def _clean_backups(context: Context, search: _Search, key: BackupKey | None) -> CleanedPlace:
    language, before = context.settings.lang, list_names(context.settings)
    if not before and not context.settings.backup_hours:
        return build_place(language, "backups", "none", is_clean=True)
    try:
        renew_backups(context)
    except Unavailable:
        # No backup is better than one with erased data.
        delete_backups(context, key)
        is_clean = not list_names(context.settings)
        return build_place(language, "backups", "not_renewed", is_clean=is_clean, count=len(before))
    kept = list_backups(context.settings)
    found = any(search.finds(read_backup_content(backup.path, key)) for backup in kept)
    is_clean = not found and len(kept) == len(list_names(context.settings))
    return build_place(language, "backups", "renewed", is_clean=is_clean, count=len(before))


def _search_outbox(context: Context, search: _Search) -> CleanedPlace:
    path = context.settings.outbox_path
    found = any(search.finds(read_pieces(file)) for file in path.parent.glob(f"{path.stem}*") if file.is_file())
    return build_place(context.settings.lang, "outboxes", "dropped", is_clean=not found)


def _search_for(erased: ErasedPerson) -> _Search:
    traces, face = erased.traces, erased.face
    return _Search((traces.code, *traces.names), traces.others, pick_face_fragments(face.text, face.samples))


def _mask_in_place(path: Path, search: _Search) -> None:
    """Overwrite the traces in place, keeping the length: a program may be appending to the file."""
    with suppress(FileNotFoundError), path.open("r+b") as file:
        at = 0
        for line in file.read().splitlines(keepends=True):
            cleaned = search.mask(line)
            if cleaned != line:
                file.seek(at)
                file.write(cleaned)
            at += len(line)
