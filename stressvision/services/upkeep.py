"""Upkeep: a daily inspection of disk, certificate, tokens, backups, clock, model and cameras, with messages."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.core.config import Settings
from stressvision.core.errors import Language, Message
from stressvision.db.engine.connection import Connection, sqlite_path
from stressvision.db.engine.storage import read_size
from stressvision.db.queries import upkeep as rows
from stressvision.db.queries.auth.accounts import select_expiring_tokens
from stressvision.domain.calendar import DAY
from stressvision.domain.notifications import NoticeKind
from stressvision.domain.upkeep import REPAIR_NUMBERS, Repair, RepairKind, days_until_full, repair_in_days
from stressvision.services.backup.health import find_backup_fault
from stressvision.services.context import Context
from stressvision.services.model_upkeep import find_model_fault
from stressvision.services.moved_cameras import find_moved_cameras, week_of
from stressvision.services.notifications import enqueue
from stressvision.wire.system import RepairItem, RepairList

CLOCK_SECONDS = 5.0

MESSAGES: Mapping[RepairKind, Message] = {
    RepairKind.DISK: Message(
        es="El disco se llena en unos {days:.0f} días, al ritmo de las últimas semanas.",
        en="The disk will be full in about {days:.0f} days at the rate of the last weeks.",
    ),
    RepairKind.CERTIFICATE: Message(
        es="El certificado de los servidores vence en {days:.0f} días.",
        en="The servers' certificate expires in {days:.0f} days.",
    ),
    RepairKind.TOKENS: Message(
        es="Vencen pronto, o vencieron, los tokens de {detail}.",
        en="The tokens of {detail} expire soon, or have expired.",
    ),
    RepairKind.BACKUP: Message(es="Copias de seguridad: {detail}.", en="Backups: {detail}."),
    RepairKind.CLOCK: Message(
        es="El reloj de este equipo no está sincronizado.", en="The clock of this machine is not synchronised."
    ),
    RepairKind.MODEL: Message(es="Modelo de expresión: {detail}.", en="Expression model: {detail}."),
    RepairKind.CAMERA: Message(
        es="Parece que se movió la cámara de {detail}.", en="The camera of {detail} seems to have been moved."
    ),
}
REMEDIES: Mapping[RepairKind, Message] = {
    RepairKind.DISK: Message(
        es="Libere espacio, mueva las copias a otro disco (STRESSVISION_BACKUP_DIR) o acorte los plazos.",
        en="Free some space, move the backups to another disk (STRESSVISION_BACKUP_DIR) or shorten the periods.",
    ),
    RepairKind.CERTIFICATE: Message(
        es="Renuévelo (STRESSVISION_TLS_CERTIFICATE, STRESSVISION_TLS_KEY) y reinicie los servidores.",
        en="Renew it (STRESSVISION_TLS_CERTIFICATE, STRESSVISION_TLS_KEY) and restart the servers.",
    ),
    RepairKind.TOKENS: Message(
        es="Cree otros: python -m stressvision token add --device DISPOSITIVO, y póngalos en sus dispositivos.",
        en="Create others: python -m stressvision token add --device DEVICE, and set them on their devices.",
    ),
    RepairKind.BACKUP: Message(
        es="Revíselo: python -m stressvision backup check, y haga una: python -m stressvision backup make.",
        en="Check them: python -m stressvision backup check, and make one: python -m stressvision backup make.",
    ),
    RepairKind.CLOCK: Message(
        es="Active la hora de la red: sudo timedatectl set-ntp true.",
        en="Enable network time: sudo timedatectl set-ntp true.",
    ),
    RepairKind.MODEL: Message(
        es="Valídelo con su gente (ficha-del-modelo, punto 4, de «python -m stressvision papers») y anote el día en "
        "STRESSVISION_VALIDATED_ON. Si el archivo no es el de su ficha, vuelva a instalar el programa.",
        en="Validate it with your people (ficha-del-modelo, point 4, of “python -m stressvision papers”) and note the "
        "day in STRESSVISION_VALIDATED_ON. Where the file is not the one of its card, install the program again.",
    ),
    RepairKind.CAMERA: Message(
        es="Mire su imagen en Cámaras. Devuélvala a su sitio, o ajuste sus máscaras, zonas y tamaños: al guardarlos, "
        "el encuadre nuevo cuenta como el correcto.",
        en="Look at its picture under Cámaras. Put it back in its place, or adjust its masks, zones and sizes: once "
        "they are saved, the new view counts as the right one.",
    ),
}


def read_clock_state() -> bool | None:
    """Return whether the system clock is synchronised, by systemd; None on other systems."""
    if shutil.which("timedatectl") is None:
        return None
    command = ("timedatectl", "show", "--property=NTPSynchronized", "--value")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=CLOCK_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip())


@dataclass(frozen=True)
class Machine:
    """What the inspection reads from the machine; each may be replaced in a test.

    `free_bytes`: of the disk that holds a path. `is_synchronised`: of the system clock; None where it cannot be known.
    """

    free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    is_synchronised: Callable[[], bool | None] = read_clock_state


def inspect_installation(context: Context, machine: Machine) -> list[Repair]:
    """Find what needs a repair, store it in place of the last findings, and queue one message a week for each.

    Today's sample of the disk is stored first. Raises DatabaseUnavailable.
    """
    settings, now = context.settings, context.clock()
    with context.database.read() as connection:
        first_use = rows.select_first_use(connection)
    backup = find_backup_fault(settings, context.clock, first_use)
    certificate = read_certificate_expiry(settings)
    is_synchronised = machine.is_synchronised()
    model = find_model_fault(settings, _today(context))
    with context.database.write() as connection:
        _sample_disk(connection, context, machine)
        tokens = select_expiring_tokens(connection, now)
        candidates = (
            repair_in_days(RepairKind.DISK, days_until_full(rows.select_samples(connection))),
            repair_in_days(RepairKind.CERTIFICATE, _days_until(certificate, now)),
            Repair(RepairKind.TOKENS, is_urgent=False, detail=", ".join(token.device_id or "-" for token in tokens))
            if tokens
            else None,
            Repair(RepairKind.BACKUP, is_urgent=True, detail=backup.describe(settings.lang))
            if backup.is_problem
            else None,
            Repair(RepairKind.CLOCK, is_urgent=False) if is_synchronised is False else None,
            model,
            find_moved_cameras(connection),
        )
        found = [repair for repair in candidates if repair is not None]
        rows.replace_repairs(connection, found, now)
        for repair in found:
            enqueue(connection, context, NoticeKind.REPAIR, REPAIR_NUMBERS[repair.kind], week_of(context))
    return found


def list_repairs(context: Context, language: Language) -> RepairList:
    """Return what the last inspection found, in the reader's language; a kind of a newer program is left out."""
    with context.database.read() as connection:
        stored = rows.select_repairs(connection)
    items = [describe_repair(row, language) for row in stored if row.kind in set(RepairKind)]
    return RepairList(repairs=items, total=len(items))


def describe_repair(row: rows.RepairRow, language: Language) -> RepairItem:
    """Return a stored repair with its sentence and its remedy."""
    kind = RepairKind(row.kind)
    message = MESSAGES[kind].text(language).format(days=row.days_left or 0.0, detail=row.detail)
    return RepairItem(
        kind=kind,
        is_urgent=row.is_urgent,
        days_left=row.days_left,
        message=message,
        remedy=REMEDIES[kind].text(language),
        found_at=row.found_at,
    )


def read_certificate_expiry(settings: Settings) -> datetime | None:
    """Return when the servers' own certificate expires; None without one, or where it cannot be read."""
    if settings.tls_certificate is None:
        return None
    from cryptography import x509  # only here: 5 MB that most installations need not load

    try:
        chain = x509.load_pem_x509_certificates(settings.tls_certificate.read_bytes())
    except (OSError, ValueError):
        return None
    return min(certificate.not_valid_after_utc for certificate in chain)


def _sample_disk(connection: Connection, context: Context, machine: Machine) -> None:
    path = sqlite_path(context.database.url)
    folder = Path.cwd() if path is None else path.resolve().parent
    size = read_size(connection, context.database.url)
    rows.save_sample(connection, _today(context), machine.free_bytes(folder), size)


def _today(context: Context) -> date:
    return context.clock().astimezone(ZoneInfo(context.settings.time_zone)).date()


def _days_until(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else (moment - now) / DAY
