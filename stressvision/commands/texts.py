"""What `python -m stressvision` says to a person."""

from stressvision.commands.keeping import KEEPING
from stressvision.core.errors import Message

TEXTS = {
    **KEEPING,
    "about": Message(
        es="Inscripción, consentimiento y base de datos de Stress Vision.",
        en="Enrolment, consent and database of Stress Vision.",
    ),
    "command": Message(es="orden", en="command"),
    "enrol": Message(es="inscribe a una persona", en="enrol a person"),
    "enrol_about": Message(
        es="Inscribe a una persona a partir de varias fotos o de la cámara. Al hacerlo usted declara que la persona "
        "firmó el consentimiento de docs/consentimiento.md; se guardan su fecha y versión, ninguna imagen.",
        en="Enrols a person from several photos or the camera. By doing so you state that the person signed the "
        "consent in docs/consentimiento.md; its date and version are kept, and no image.",
    ),
    "code": Message(es="código del empleado, por ejemplo EMP001", en="employee code, for example EMP001"),
    "name": Message(es="nombre completo", en="full name"),
    "department": Message(es="área", en="department"),
    "shift": Message(es="turno: morning, afternoon o night", en="shift: morning, afternoon or night"),
    "recorded_by": Message(es="quién registra el consentimiento", en="who records the consent"),
    "allow_similar": Message(
        es="inscribir aunque se parezca a alguien ya inscrito", en="enrol in spite of a likeness to somebody enrolled"
    ),
    "photos": Message(es="carpeta con las fotos (jpg o png)", en="folder of photos (jpg or png)"),
    "camera": Message(
        es="tomar las fotos con la cámara N (por omisión 0)", en="take the stills with camera N (default 0)"
    ),
    "withdraw": Message(es="retira el consentimiento de una persona", en="withdraw a person's consent"),
    "withdraw_about": Message(
        es="Registra que la persona retiró su consentimiento: deja de ser reconocida y se borran los números de su "
        "rostro.",
        en="Records that the person withdrew consent: recognition ends, and the numbers of the face are erased.",
    ),
    "demo": Message(es="personas sintéticas de la demostración", en="the demonstration's synthetic people"),
    "demo_enrol": Message(es="inscribirlas", en="enrol them"),
    "demo_remove": Message(es="vaciar la base de la demostración", en="empty the demonstration's database"),
    "prepare": Message(es="crea o actualiza la base de datos", en="create or update the database"),
    "cameras": Message(es="muestra las cámaras de este equipo", en="list this machine's cameras"),
    "no_cameras": Message(
        es="No se encontró ninguna cámara. Conecte una, use una dirección rtsp://… o la grabación de demostración "
        "(--demo).",
        en="No camera was found. Connect one, use an rtsp://… address or the demo recording (--demo).",
    ),
    "check": Message(es="solo mirar, sin cambiar nada", en="only look, change nothing"),
    "enrolled": Message(
        es="{code} {name}: inscripción con {stills} fotos, calidad {quality:.2f}. Consentimiento versión {version}, "
        "{day}.",
        en="{code} {name}: enrolled from {stills} stills, quality {quality:.2f}. Consent version {version}, {day}.",
    ),
    "withdrawn": Message(
        es="{code} {name}: consentimiento retirado. Deja de ser reconocida en 5 segundos como máximo.",
        en="{code} {name}: consent withdrawn. Recognition ends within 5 seconds.",
    ),
    "confirm": Message(
        es="¿{name} firmó el consentimiento versión {version}? [s/N] ",
        en="Has {name} signed consent version {version}? [y/N] ",
    ),
    "no_consent": Message(
        es="Sin consentimiento firmado no se inscribe a nadie. No se guardó nada.",
        en="Nobody is enrolled without signed consent. Nothing was stored.",
    ),
    "look": Message(
        es="Mire a la cámara y gire un poco la cabeza: foto {number} de {total}.",
        en="Look at the camera and turn your head a little: still {number} of {total}.",
    ),
    "demo_ready": Message(
        es="Demostración: {count} personas sintéticas inscritas (no existen; datos CC0).",
        en="Demonstration: {count} synthetic people enrolled (they do not exist; CC0 data).",
    ),
    "demo_removed": Message(
        es="Se borró la demostración: {count} personas sintéticas y todo lo suyo.",
        en="The demonstration is gone: {count} synthetic people and all that was theirs.",
    ),
    "created": Message(es="Base de datos creada: {where}.", en="Database created: {where}."),
    "current": Message(es="Base de datos lista: {where}.", en="Database ready: {where}."),
    "upgraded": Message(
        es="Base de datos actualizada: {where}. Copia anterior: {backup}.",
        en="Database updated: {where}. Previous copy: {backup}.",
    ),
    "converted": Message(
        es="Base de datos de una fase anterior convertida: {where}. Copia anterior: {backup}. Los empleados deben "
        "inscribirse de nuevo: su rostro se midió con otra red.",
        en="Database of an earlier phase converted: {where}. Previous copy: {backup}. Employees need to enrol again: "
        "their faces were measured by another network.",
    ),
    "usable": Message(es="La base de datos se puede usar: {where}.", en="The database can be used: {where}."),
    "move": Message(
        es="copia la base SQLite a PostgreSQL y compara fila por fila (detenga antes el sistema)",
        en="copy the SQLite database to PostgreSQL and compare row by row (stop the system first)",
    ),
    "move_to": Message(es="base de destino, vacía: postgresql://…", en="the target, empty: postgresql://…"),
    "moved": Message(
        es="Copiadas y comparadas {rows} filas de {source} a {where}. El archivo queda como estaba. Para usar la nueva "
        "base, cambie STRESSVISION_DATABASE_URL.",
        en="{rows} rows copied from {source} to {where} and compared. The file is as it was. To use the new database, "
        "change STRESSVISION_DATABASE_URL.",
    ),
    "notify": Message(es="muestra cómo va la entrega de los avisos", en="show how the delivery of messages is doing"),
    "notify_test": Message(
        es="envía un mensaje de prueba a cada destino y dice qué falla",
        en="send a test to each address and say what fails",
    ),
    "notify_check": Message(
        es="dice de qué tipo es cada dirección y si se entiende, sin enviar nada",
        en="say of which kind each address is and whether it is understood, sending nothing",
    ),
    "account": Message(es="cuentas de personas", en="people's accounts"),
    "account_add": Message(
        es="crea una cuenta; la contraseña se pide, nunca va en la orden",
        en="create an account; its password is asked for, never an argument",
    ),
    "account_name": Message(es="nombre de la cuenta, por ejemplo dra.quispe", en="the account's name, e.g. dr.quispe"),
    "account_role": Message(
        es="viewer: solo agregados; health: salud ocupacional; admin: cuentas, dispositivos, empleados",
        en="viewer: aggregates only; health: occupational health; admin: accounts, devices, employees",
    ),
    "account_list": Message(es="muestra las cuentas", en="list the accounts"),
    "account_disable": Message(
        es="desactiva una cuenta y termina sus sesiones", en="disable an account and end its sessions"
    ),
    "account_password": Message(
        es="cambia la contraseña y termina las sesiones", en="change the password and end the sessions"
    ),
    "account_added": Message(es="Cuenta {name} creada ({role}).", en="Account {name} created ({role})."),
    "account_disabled": Message(
        es="Cuenta {name} desactivada; sus sesiones y tokens ya no valen.",
        en="Account {name} disabled; its sessions and tokens have ended.",
    ),
    "account_changed": Message(
        es="Contraseña de {name} cambiada; sus sesiones y tokens ya no valen.",
        en="Password of {name} changed; its sessions and tokens have ended.",
    ),
    "disabled": Message(es="desactivada", en="disabled"),
    "ask_password": Message(es="Contraseña para {name}: ", en="Password for {name}: "),
    "ask_again": Message(es="Otra vez: ", en="Again: "),
    "token": Message(es="tokens de dispositivos y programas", en="tokens of devices and programs"),
    "token_add": Message(es="crea un token y lo muestra esta única vez", en="create a token and show it this once"),
    "token_device": Message(es="dispositivo que lo usará", en="the device that will use it"),
    "token_account": Message(es="cuenta en cuyo nombre un programa lo usará", en="the account a program will act for"),
    "token_days": Message(es="días que vale (por omisión 365)", en="days it is valid (default 365)"),
    "token_list": Message(es="muestra los tokens, sin su secreto", en="list the tokens, without their secrets"),
    "token_revoke": Message(
        es="revoca un token: deja de valer en 5 segundos", en="revoke a token: ends within 5 seconds"
    ),
    "token_id": Message(es="identificador que muestra token list", en="the id that token list shows"),
    "token_added": Message(
        es="Token {id}, válido hasta {day}. No se volverá a mostrar. En el dispositivo va en "
        "STRESSVISION_DEVICE_TOKEN_FILE o STRESSVISION_DEVICE_TOKEN.",
        en="Token {id}, valid until {day}. It will not be shown again. On the device it goes into "
        "STRESSVISION_DEVICE_TOKEN_FILE or STRESSVISION_DEVICE_TOKEN.",
    ),
    "token_revoked": Message(es="Token {id} revocado.", en="Token {id} revoked."),
    "revoked": Message(es="revocado", en="revoked"),
    "audit": Message(es="registro de auditoría", en="the audit log"),
    "audit_verify": Message(es="comprueba que nadie alteró el registro", en="check that nobody altered the log"),
    "audit_verify_about": Message(
        es="Comprueba la cadena de hashes del registro de auditoría: encuentra filas cambiadas, quitadas o movidas. "
        "Anote fuera de esta máquina la cabeza que muestra: con --head se ve después si se cortó el final.",
        en="Checks the audit log's chain of hashes: finds rows that were changed, removed or moved. Note the head that "
        "it shows outside this machine: with --head one sees later whether the end was cut off.",
    ),
    "audit_head": Message(es="cabeza anotada en una verificación anterior", en="head noted at an earlier verification"),
    "audit_show": Message(es="muestra quién consultó o cambió qué", en="show who looked at or changed what"),
    "audit_employee": Message(es="solo lo de este empleado (id)", en="only what is about this employee (id)"),
    "audit_user": Message(es="solo lo de esta cuenta", en="only what this account did"),
    "audit_days": Message(es="solo los últimos N días", en="only the last N days"),
    "audit_limit": Message(es="cuántas filas como máximo", en="how many rows at most"),
    "audit_changed": Message(es="Fila {id}: su contenido fue cambiado.", en="Row {id}: its content was changed."),
    "audit_displaced": Message(
        es="Fila {id}: antes de ella falta, sobra o se movió una fila.",
        en="Row {id}: a row before it is missing, was added or was moved.",
    ),
    "audit_more": Message(es="… y {count} más.", en="… and {count} more."),
    "audit_cut": Message(
        es="La fila anotada {head} ya no está: se cortó o se reescribió el registro.",
        en="The noted row {head} is not there any longer: the log was cut or rewritten.",
    ),
    "audit_whole": Message(
        es="Registro íntegro: {rows} filas. Cabeza: {head}", en="The log is whole: {rows} rows. Head: {head}"
    ),
    "audit_broken": Message(
        es="El registro fue ALTERADO ({rows} filas). Cabeza: {head}",
        en="The log was ALTERED ({rows} rows). Head: {head}",
    ),
}
