"""Whether backups are made as configured, for `doctor` and `backup check`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stressvision.core.clock import Clock, utc_now
from stressvision.core.config import Settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Language, Message
from stressvision.services.backup.archive import configured_key, is_from_the_future, list_names, writing_key
from stressvision.services.backup.chains import find_newest_whole
from stressvision.services.backup.head import read_head

_LATE = 2
"""Factor of `backup_hours` after which a missing backup is a problem."""


@dataclass(frozen=True)
class BackupHealth:
    """State of the backups. `message`: a fault or a hint, None where there is neither. `newest`: UTC."""

    message: Message | None
    is_problem: bool
    newest: datetime | None = None

    def describe(self, language: Language) -> str:
        """Return the message with its times; empty where there is none."""
        at = f"{self.newest:%Y-%m-%d %H:%M:%S}" if self.newest else "-"
        return self.message.text(language).replace("{at}", at) if self.message else ""


def find_backup_fault(settings: Settings, clock: Clock = utc_now, since: datetime | None = None) -> BackupHealth:
    """Return the state of the backups; whether their content is sound is verified by verify_backup.

    `since`: first use of the database; without any backup it is a problem once the first one is late. None: unknown.
    """
    if not settings.backup_hours and not list_names(settings):
        return BackupHealth(_OFF, is_problem=False)
    try:
        key = writing_key(settings)
        newest = find_newest_whole(settings, key)
        if newest is not None and newest.seal and read_head(settings, settings.backup_dir, key) is None:
            return BackupHealth(_NO_HEAD, is_problem=True)
    except (ConfigurationError, InvalidInput) as error:
        return BackupHealth(error.message, is_problem=True)
    now = clock()
    if newest is None:
        if list_names(settings):
            return BackupHealth(_NONE, is_problem=True)
        is_late = since is not None and _is_late(settings, since, now)
        return BackupHealth(_describe_missing(settings) if is_late else _NOT_YET, is_problem=is_late)
    at = newest.created_at.astimezone(UTC)
    if is_from_the_future(at, now):
        return BackupHealth(_FUTURE, is_problem=True, newest=at)
    if _is_late(settings, at, now):
        return BackupHealth(_OLD, is_problem=True, newest=at)
    return BackupHealth(find_open_copies(settings), is_problem=False, newest=at)


def _is_late(settings: Settings, newest: datetime, now: datetime) -> bool:
    hours = settings.backup_hours
    return hours > 0 and now - newest > _LATE * timedelta(hours=hours)


def _describe_missing(settings: Settings) -> Message:
    folder, hours = settings.backup_dir, settings.backup_hours
    return Message(
        es=f"ninguna en {folder}, aunque se hace una cada {hours} h: fallan, falta el disco o no corre el programa de "
        "reportes. Mire su registro (log)",
        en=f"none in {folder}, although one is due every {hours} h: they fail, the disk is missing, or the report "
        "generator is not running. Look at its log",
    )


def find_open_copies(settings: Settings) -> Message | None:
    """Return a hint where a key is configured and copies made before it can be read without one."""
    key = configured_key(settings)
    open_copies = [name for name in list_names(settings) if not name.is_encrypted]
    if key is None or not open_copies:
        return None
    return Message(
        es=f"{len(open_copies)} copias anteriores a la clave están sin cifrar en {settings.backup_dir} y no se "
        "aceptan: bórrelas cuando tenga bastantes cifradas.",
        en=f"{len(open_copies)} backups older than the key are unencrypted in {settings.backup_dir} and are refused: "
        "delete them once there are enough encrypted ones.",
    )


_OFF = Message(
    es="ninguna: haga copias con «python -m stressvision backup make», o ponga STRESSVISION_BACKUP_HOURS",
    en="none: make them with “python -m stressvision backup make”, or set STRESSVISION_BACKUP_HOURS",
)
_NOT_YET = Message(
    es="todavía ninguna: la primera se hace al arrancar el programa de reportes",
    en="none yet: the first is made when the report generator starts",
)
_NONE = Message(
    es="ninguna copia completa se puede leer con la clave configurada: haga una con «python -m stressvision backup "
    "make»",
    en="no full backup can be read with the configured key: make one with “python -m stressvision backup make”",
)
_NO_HEAD = Message(
    es="falta el archivo .head de las copias: no se sabe si faltan las últimas. Haga una con «python -m stressvision "
    "backup make»",
    en="the .head file of the backups is missing: the last ones may be missing too. Make one with “python -m "
    "stressvision backup make”",
)
_OLD = Message(
    es="la última copia completa es de {at} (UTC): las siguientes fallaron o el programa de reportes no corre. Mire su "
    "registro (log)",
    en="the newest full backup is of {at} (UTC): the next ones failed, or the report generator is not running. Look "
    "at its log",
)
_FUTURE = Message(
    es="la última copia completa lleva una hora futura, {at} (UTC): revise el reloj de este equipo",
    en="the newest full backup has a future time, {at} (UTC): check this machine's clock",
)
