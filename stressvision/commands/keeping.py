"""What the commands on people's rights, on backups and on terms say to a person."""

from stressvision.core.errors import Message

KEEPING = {
    "consent_method": Message(
        es="cómo: paper (firmado), electronic (por medio electrónico), spoken (de palabra, solo para retirar)",
        en="how: paper (signed), electronic, spoken (by word of mouth, to withdraw only)",
    ),
    "rights": Message(
        es="escribe todo lo que se guarda de una persona", en="write everything that is kept of a person"
    ),
    "rights_about": Message(
        es="Escribe en una página HTML todo lo que se guarda de una persona, y a su lado un anexo JSON con cada fila y "
        "los números de su rostro. Entréguelos solo a esa persona. Queda anotado quién los pidió.",
        en="Writes everything that is kept of a person as an HTML page, and beside it a JSON annex with each row and "
        "the numbers of the face. Hand them to that person only. Who asked for them is written down.",
    ),
    "rights_output": Message(es="página HTML que se escribe", en="the HTML page to write"),
    "rights_page": Message(
        es="--output es la página HTML, por ejemplo datos.html: a su lado se escribe el anexo, que termina en .json.",
        en="--output is the HTML page, such as data.html: the annex, which ends in .json, is written beside it.",
    ),
    "rights_unwritten": Message(
        es="No se pudo escribir {place} con su anexo ({reason}). Indique con --output un archivo de una carpeta suya.",
        en="{place} and its annex could not be written ({reason}). Name with --output a file in a folder of yours.",
    ),
    "asked_by": Message(es="quién lo pide o lo hace", en="who asks for it or does it"),
    "rights_written": Message(
        es="Escrito {page} (para leer) y {annex} (todas las filas: {rows} detecciones).",
        en="Written: {page} (to read) and {annex} (every row: {rows} detections).",
    ),
    "erase": Message(es="borra todo lo de una persona, con certificado", en="erase all that is of a person, certified"),
    "erase_about": Message(
        es="Borra a una persona de la base, su registro WAL, las copias de seguridad y los registros; revisa que no "
        "quede ningún byte y escribe un certificado sin datos personales. No se puede deshacer.",
        en="Erases a person from the database, its WAL, backups and logs; looks that no byte is left, and writes a "
        "certificate without personal data. It cannot be undone.",
    ),
    "erase_yes": Message(es="no preguntar", en="do not ask"),
    "erase_output": Message(
        es="carpeta del certificado (por omisión, la actual)", en="folder of the certificate (default: the current one)"
    ),
    "erase_question": Message(
        es="Se borrará todo lo de {code} y no se podrá recuperar. Escriba el código para confirmar: ",
        en="All that is of {code} will be erased and cannot be recovered. Type the code to confirm: ",
    ),
    "erase_unconfirmed": Message(
        es="No se borró nada. Confirme con el código, o use --yes.",
        en="Nothing was erased. Confirm with the code, or use --yes.",
    ),
    "erase_refused": Message(
        es="No se borró nada: el certificado no se podría escribir en {place} ({reason}). Indique otra carpeta con "
        "--output.",
        en="Nothing was erased: the certificate could not be written to {place} ({reason}). Name another folder with "
        "--output.",
    ),
    "certificate": Message(
        es="Certificado de borrado {id}\n\nFecha: {at} (UTC)\nPor: {by}\n\nFilas borradas o reescritas:\n{rows}\n\n"
        "Lugares:\n{places}\n\n{verdict}\nEste certificado no contiene datos de la persona.\n",
        en="Certificate of erasure {id}\n\nDate: {at} (UTC)\nBy: {by}\n\nRows deleted or rewritten:\n{rows}\n\n"
        "Places:\n{places}\n\n{verdict}\nThis certificate holds no data of the person.\n",
    ),
    "place_clean": Message(es="sin rastro", en="no trace"),
    "place_dirty": Message(es="QUEDAN RASTROS", en="TRACES ARE LEFT"),
    "place_unknown": Message(es="no examinable", en="not examined"),
    "verdict_complete": Message(
        es="Se buscó el nombre, el código y los números del rostro, byte por byte: no queda ninguno.",
        en="Name, code and the numbers of the face were looked for, byte by byte: none is left.",
    ),
    "verdict_incomplete": Message(
        es="Quedan rastros en los lugares señalados: detenga los programas que los usan y repita el borrado de copias "
        "y registros.",
        en="Traces are left where it says so: stop the programs that use those places and clean them again.",
    ),
    "certificate_unwritten": Message(
        es="El borrado está hecho, pero su certificado no se pudo escribir en {place} ({reason}): guarde el texto de "
        "arriba.",
        en="The erasure is done, but its certificate could not be written to {place} ({reason}): keep the text above.",
    ),
    "certificate_written": Message(es="Certificado: {text} y {data}", en="Certificate: {text} and {data}"),
    "retention": Message(
        es="borra lo que pasó su plazo y devuelve el espacio", en="delete what is past its term and free the space"
    ),
    "retention_dry": Message(es="solo contar, sin borrar", en="only count, delete nothing"),
    "retention_compact": Message(
        es="reescribir el archivo entero (los demás esperan mientras tanto)",
        en="write the whole file anew (the others wait meanwhile)",
    ),
    "retention_line": Message(
        es="{what:<38} {days:>9}  {count:>10} filas", en="{what:<38} {days:>9}  {count:>10} rows"
    ),
    "retention_days": Message(es="{days} días", en="{days} days"),
    "retention_forever": Message(es="siempre", en="for ever"),
    "retention_dry_done": Message(es="No se borró nada (--dry-run).", en="Nothing was deleted (--dry-run)."),
    "retention_done": Message(
        es="En disco: {before:.1f} MiB antes, {after:.1f} MiB después ({free:.1f} MiB por devolver).",
        en="On disk: {before:.1f} MiB before, {after:.1f} MiB after ({free:.1f} MiB still to free).",
    ),
    "backup": Message(
        es="copias de seguridad: make, list, verify, key, open", en="backups: make, list, verify, key, open"
    ),
    "backup_make": Message(es="hace una copia ahora, sin detener nada", en="make one now, stopping nothing"),
    "backup_list": Message(es="muestra las copias que hay", en="list the backups there are"),
    "backup_verify": Message(
        es="restaura una copia en un archivo temporal y la lee entera",
        en="restore one into a temporary file, read all of it",
    ),
    "backup_key": Message(es="crea una clave de cifrado", en="make an encryption key"),
    "backup_open": Message(
        es="escribe lo que contiene una copia completa (para pg_restore)",
        en="write what a whole backup holds (for pg_restore)",
    ),
    "backup_file": Message(es="la copia (por omisión, la última)", en="the backup (default: the newest)"),
    "backup_output": Message(es="archivo que se escribe", en="the file to write"),
    "backup_line": Message(
        es="{name}  {at}  {size:>9.1f} MiB  {kind}{encrypted}", en="{name}  {at}  {size:>9.1f} MiB  {kind}{encrypted}"
    ),
    "backup_encrypted": Message(es=", cifrada", en=", encrypted"),
    "backup_whole": Message(es="completa", en="whole"),
    "backup_changes": Message(es="cambios", en="changes"),
    "backup_dump": Message(es="volcado de PostgreSQL", en="PostgreSQL dump"),
    "backup_made": Message(
        es="Copia hecha y leída de vuelta: {name}, {size:.1f} MiB.",
        en="Backup made and read back: {name}, {size:.1f} MiB.",
    ),
    "backup_none": Message(es="No hay copias en {where}.", en="There are no backups in {where}."),
    "backup_sound": Message(
        es="Sana. Archivos: {count}; filas: {rows}; hasta {at} (UTC).",
        en="Sound. Files: {count}; rows: {rows}; up to {at} (UTC).",
    ),
    "backup_key_made": Message(
        es="Clave creada en {path}. Guarde una copia fuera de este equipo: sin ella las copias no se pueden leer. Para "
        "usarla: STRESSVISION_BACKUP_KEY_FILE={path}",
        en="Key made in {path}. Keep a copy outside this machine: without it no backup can be read. To use it: "
        "STRESSVISION_BACKUP_KEY_FILE={path}",
    ),
    "backup_opened": Message(es="Escrito: {path}", en="Written: {path}"),
    "restore": Message(
        es="vuelve a una copia de seguridad (con el sistema detenido)",
        en="go back to a backup (with the system stopped)",
    ),
    "restored": Message(
        es="Restaurada {name}, hasta {at} (UTC): {rows} filas. La base anterior quedó en {aside}.",
        en="Restored {name}, up to {at} (UTC): {rows} rows. The previous database is at {aside}.",
    ),
    "restored_again_erased": Message(
        es="Se volvió a borrar a {count} personas que ya estaban borradas.",
        en="{count} people who had been erased were erased again.",
    ),
}
