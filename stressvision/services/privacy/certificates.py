"""Texts of an erasure certificate: each cleaned place, and the action taken there."""

from stressvision.core.errors import Language, Message
from stressvision.wire.rights import CleanedPlace

_PLACES = {
    "database": Message(es="base de datos", en="database"),
    "log": Message(es="registro de escritura (WAL)", en="write-ahead log"),
    "journals": Message(es="registros de los programas (logs)", en="logs of the programs"),
    "beside": Message(
        es="copias junto a la base (migración, restauración)", en="copies beside the database (migration, restoration)"
    ),
    "backups": Message(es="copias de seguridad", en="backups"),
    "outboxes": Message(es="colas de envío de los dispositivos", en="outboxes of the devices"),
    "elsewhere": Message(es="lo que ya salió del sistema", en="what has left the system"),
}
_ACTIONS = {
    "overwritten": Message(
        es="filas borradas con ceros, espacios sin uso de cada página llenados con ceros, archivo leído después entero",
        en="rows overwritten with zeros, unused space of each page filled with zeros, file then read completely",
    ),
    "rewritten": Message(
        es="filas borradas con ceros, archivo reescrito, leído después entero",
        en="rows overwritten with zeros, file rewritten, then read completely",
    ),
    "zeroed": Message(
        es="filas borradas con ceros, archivo leído después entero; no hubo memoria para reescribirlo: ejecute "
        "«python -m stressvision retention --compact» en un equipo con más",
        en="rows overwritten with zeros, file then read completely; there was not enough memory to rewrite it: run "
        "“python -m stressvision retention --compact” on a machine with more",
    ),
    "server": Message(
        es="filas borradas; tablas con nombres, rostros y textos reescritas (VACUUM FULL); su registro WAL y las "
        "copias del servidor PostgreSQL los gobierna su administrador",
        en="rows deleted; tables with names, faces and texts rewritten (VACUUM FULL); the PostgreSQL server's WAL and "
        "backups are managed by its administrator",
    ),
    "emptied": Message(es="vaciado a cero bytes", en="truncated to zero bytes"),
    "held": Message(
        es="un programa lo mantiene en uso y se vacía cuando lo suelte",
        en="in use by a program; it is emptied once released",
    ),
    "blotted": Message(es="{count} revisados y tachados", en="{count} searched and masked"),
    "deleted": Message(es="{count} borradas", en="{count} deleted"),
    "renewed": Message(
        es="{count} borradas; una nueva, hecha después del borrado y leída entera",
        en="{count} deleted; a new one was made after the erasure and read completely",
    ),
    "none": Message(es="no hay", en="there are none"),
    "not_renewed": Message(
        es="{count} borradas; no se pudo hacer una nueva: haga una con «python -m stressvision backup make»",
        en="{count} deleted; a new one could not be made: make one with “python -m stressvision backup make”",
    ),
    "dropped": Message(
        es="solo guardan números de fila, ni nombres ni rostros; cada dispositivo descarta lo pendiente de la persona "
        "al recibir la nueva galería (en 5 segundos) y el servidor rechaza lo que aún llegue",
        en="they contain row numbers only, no name and no face; each device discards the person's pending detections "
        "with the new gallery (within 5 seconds), and the server refuses any that still arrive",
    ),
    "others": Message(
        es="copias llevadas a otro lugar, exportaciones, documentos y mensajes entregados: los borra quien los tenga; "
        "una copia anterior que se restaure aquí se limpia de nuevo al restaurarla",
        en="copies moved elsewhere, exports, documents and delivered messages: their holders delete them; an earlier "
        "backup restored here is cleaned again during restoration",
    ),
}


def build_place(language: Language, place: str, action: str, *, is_clean: bool | None, count: int = 0) -> CleanedPlace:
    """Return one line of the certificate.

    Args:
        language: Language of the texts.
        place: A key of _PLACES.
        action: A key of _ACTIONS.
        is_clean: Whether no trace was found afterwards; None where it cannot be verified.
        count: Number of files.
    """
    return CleanedPlace(
        place=_PLACES[place].text(language),
        action=_ACTIONS[action].text(language).format(count=count),
        is_clean=is_clean,
    )
