"""What a certificate of erasure says of each place that was cleaned."""

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
    "rewritten": Message(
        es="filas borradas con ceros, archivo reescrito, leído después entero",
        en="rows overwritten with zeros, file written anew, read through afterwards",
    ),
    "zeroed": Message(
        es="filas borradas con ceros, archivo leído después entero; no hubo memoria para reescribirlo: ejecute "
        "«python -m stressvision retention --compact» en un equipo con más",
        en="rows overwritten with zeros, file read through afterwards; there was no memory to write it anew: run "
        "“python -m stressvision retention --compact” on a machine with more",
    ),
    "server": Message(
        es="filas borradas, tablas reescritas (VACUUM FULL); su registro WAL y las copias del servidor PostgreSQL los "
        "gobierna su administrador",
        en="rows deleted, tables written anew (VACUUM FULL); the PostgreSQL server's log and backups are its "
        "administrator's",
    ),
    "emptied": Message(es="vaciado a cero bytes", en="cut to zero bytes"),
    "held": Message(
        es="un programa lo mantiene en uso y se vacía cuando lo suelte",
        en="a program holds on to it; it is emptied once it lets go",
    ),
    "blotted": Message(es="{count} revisados y tachados", en="{count} examined and blotted out"),
    "deleted": Message(es="{count} borradas", en="{count} deleted"),
    "renewed": Message(
        es="{count} borradas; una nueva, hecha después del borrado y leída entera",
        en="{count} deleted; a new one, made after the erasure and read through",
    ),
    "none": Message(es="no hay", en="there are none"),
    "not_renewed": Message(
        es="{count} borradas; no se pudo hacer una nueva: haga una con «python -m stressvision backup make»",
        en="{count} deleted; no new one could be made: make one with “python -m stressvision backup make”",
    ),
    "dropped": Message(
        es="solo guardan números de fila, ni nombres ni rostros; cada dispositivo descarta lo pendiente de la persona "
        "al recibir la nueva galería (en 5 segundos) y el servidor rechaza lo que aún llegue",
        en="they hold row numbers only, no name and no face; each device drops what waits of the person when it gets "
        "the new gallery (within 5 seconds), and the server refuses what still arrives",
    ),
    "others": Message(
        es="copias llevadas a otro lugar, exportaciones, documentos y mensajes entregados: los borra quien los tenga; "
        "una copia anterior que se restaure aquí se limpia de nuevo al restaurarla",
        en="copies taken elsewhere, exports, documents and messages that were delivered: whoever has them deletes "
        "them; an earlier backup restored here is cleaned again as it is restored",
    ),
}


def describe_place(
    language: Language, place: str, action: str, *, is_clean: bool | None, count: int = 0
) -> CleanedPlace:
    return CleanedPlace(
        place=_PLACES[place].text(language),
        action=_ACTIONS[action].text(language).format(count=count),
        is_clean=is_clean,
    )
