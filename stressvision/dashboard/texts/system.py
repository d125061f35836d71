"""Texts of the page of the installation and of the first steps."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Sistema", en="System")
REPAIRS = Message(es="Por reparar", en="To repair")
NO_REPAIRS = Message(es="Nada por reparar.", en="Nothing to repair.")
URGENT = Message(es="Urgente", en="Urgent")
SOON = Message(es="Pronto", en="Soon")
SERVICES = Message(es="Programas", en="Programs")
SERVICE_NAMES: Mapping[str, Message] = {
    "backend": Message(es="Servidor de consultas", en="Backend"),
    "ingest": Message(es="Recepción de cámaras", en="Ingest"),
    "reporter": Message(es="Reportes y avisos", en="Reports and notifications"),
    "dashboard": Message(es="Tablero", en="Dashboard"),
}
HEALTH: Mapping[str, Message] = {
    "running": Message(es="En marcha", en="Running"),
    "warning": Message(es="Con problemas", en="With problems"),
    "down": Message(es="Detenido", en="Down"),
}
VERSION = Message(es="Versión", en="Version")
DATABASE = Message(es="Base de datos", en="Database")
FREE = Message(es="Libre en el disco", en="Free on the disk")
BACKUP_AGE = Message(es="Última copia", en="Newest backup")
VERSION_HELP = Message(
    es="Python {python}, {database}, esquema {revision}", en="Python {python}, {database}, schema {revision}"
)
BACKUPS = Message(es="Copias de seguridad", en="Backups")
NO_BACKUPS = Message(es="Todavía no hay copias.", en="There are no backups yet.")
MAKE = Message(es="Hacer una copia ahora", en="Make a backup now")
MAKING = Message(es="Haciendo la copia y leyéndola de vuelta…", en="Making the backup and reading it back…")
AT_MOST = Message(es="hasta {size}", en="up to {size}")
"""Sizes are rounded up by the backend: an exact one counts detections."""
MADE = Message(es="Copia hecha y comprobada, de hasta {size}.", en="Backup made and verified, of up to {size}.")
KINDS: Mapping[str, Message] = {
    "whole": Message(es="Completa", en="Full"),
    "changes": Message(es="Cambios", en="Changes"),
    "dump": Message(es="Volcado de PostgreSQL", en="PostgreSQL dump"),
}
WHEN = Message(es="Cuándo", en="When")
KIND = Message(es="Clase", en="Kind")
SIZE = Message(es="Tamaño", en="Size")
ENCRYPTED = Message(es="Cifrada", en="Encrypted")
YES = Message(es="Sí", en="Yes")
NO = Message(es="No", en="No")
CHOOSE_BACKUP = Message(es="Copia", en="Backup")
VERIFY = Message(es="Comprobar", en="Verify")
VERIFYING = Message(es="Restaurando aparte y leyendo todo…", en="Restoring aside and reading everything…")
VERIFIED = Message(
    es="Sana: {rows} filas de {tables} tablas, hasta el {until}.",
    en="Valid: {rows} rows of {tables} tables, up to {until}.",
)
VERIFIED_DUMP = Message(
    es="Sano: el volcado se abre y está completo, hasta el {until}.",
    en="Valid: the dump opens and is complete, up to {until}.",
)
PREPARE_DOWNLOAD = Message(es="Preparar la descarga", en="Prepare the download")
DOWNLOAD = Message(es="Descargar", en="Download")
TOO_LARGE = Message(
    es="Es demasiado grande para el navegador: cópiela de la carpeta de copias del servidor.",
    en="It is too large for the browser: copy it from the backup folder of the server.",
)
RESTORE = Message(es="Restaurar…", en="Restore…")
RESTORE_DUMP = Message(
    es="Un volcado se restaura en el servidor, con pg_restore.",
    en="A dump is restored on the server, with pg_restore.",
)
RESTORE_ABOUT = Message(
    es="Todo vuelve al {at}. Lo guardado después se aparta en otro archivo; las personas borradas siguen borradas. Los "
    "programas se detienen, se restaura y vuelven a iniciar: tarda alrededor de un minuto y habrá que iniciar sesión "
    "otra vez.",
    en="Everything returns to {at}. What was stored later is set aside in another file; erased people stay erased. The "
    "programs stop, the backup is restored, and they start again: about a minute, and everybody logs in again.",
)
RESTORE_WORD = Message(es="RESTAURAR", en="RESTORE")
TYPE_WORD = Message(es="Escriba {word} para confirmar", en="Type {word} to confirm")
WRONG_WORD = Message(es="No coincide: no se hizo nada.", en="It differs: nothing was done.")
RESTORE_BUTTON = Message(es="Restaurar esta copia", en="Restore this backup")
RESTORING = Message(
    es="La copia está sana. El sistema se está deteniendo para restaurarla; esta página vuelve sola.",
    en="The backup is valid. The system is stopping to restore it; this page returns by itself.",
)
RESTORED = Message(es="Restaurado el {at}.", en="Restored on {at}.")
NOT_RESTORED = Message(es="No se restauró ({at}).", en="Not restored ({at}).")
LAST_RESTORATION = Message(es="Última restauración: {text}", en="Last restoration: {text}")
YOUR_NAME = Message(es="Su nombre (queda anotado)", en="Your name (it is recorded)")
LOGS = Message(es="Registros", en="Logs")
LEVEL = Message(es="Desde el nivel", en="From level")
LEVELS: Mapping[str, Message] = {
    "error": Message(es="Errores", en="Errors"),
    "warning": Message(es="Advertencias", en="Warnings"),
    "info": Message(es="Información", en="Information"),
}
STATE = Message(es="Estado", en="State")
DETAIL = Message(es="Detalle", en="Detail")
PROGRAM = Message(es="Programa", en="Program")
ALL_PROGRAMS = Message(es="Todos", en="All")
TEXT = Message(es="Texto (en inglés)", en="Text")
NO_LINES = Message(es="No hay líneas de este nivel.", en="There are no lines of this level.")

STEPS_TITLE = Message(es="Primeros pasos", en="First steps")
STEPS_DONE = Message(es="{done} de {all} hechos.", en="{done} of {all} done.")
STEPS_ALL_DONE = Message(
    es="Todo listo: el sistema vigila, avisa y guarda copias.",
    en="All set: the system watches, notifies and keeps backups.",
)
STEPS_DEMO = Message(
    es="Esta base es de la demostración, con personas sintéticas. Para la planta, use otra base.",
    en="This database is of the demonstration, with synthetic people. Use another database for the plant.",
)
STEP_DONE = Message(es="Hecho", en="Done")
STEP_OPEN = Message(es="Falta", en="To do")
STEPS: Mapping[str, tuple[Message, Message, Message]] = {
    "device": (
        Message(es="Conecte una cámara", en="Connect a camera"),
        Message(
            es="Una cámara que informa su estado. Si está en otra máquina, cree antes su token en Cuentas.",
            en="A camera that reports its state. If it is on another machine, create its token in Accounts first.",
        ),
        Message(es="Ver las cámaras", en="See the cameras"),
    ),
    "person": (
        Message(es="Inscriba a una persona", en="Enrol a person"),
        Message(
            es="Con su consentimiento y tres fotos. Sin inscripción se cuenta a quien pasa, sin analizarlo.",
            en="With consent and three pictures. Without enrolment people are counted and not analysed.",
        ),
        Message(es="Inscribir", en="Enrol"),
    ),
    "account": (
        Message(es="Cree la cuenta de administración", en="Create the administrator's account"),
        Message(
            es="Desde entonces cada quien entra con su cuenta y ve solo lo que su función necesita.",
            en="From then on everybody has an account and sees only what the role needs.",
        ),
        Message(es="Crear la cuenta", en="Create the account"),
    ),
    "delivery": (
        Message(es="Pruebe un aviso", en="Test a notification"),
        Message(
            es="Añada un correo o un webhook y envíe una prueba.",
            en="Add an e-mail address or a webhook, and send a test.",
        ),
        Message(es="Configurar avisos", en="Set up notifications"),
    ),
    "backup": (
        Message(es="Haga una copia de seguridad", en="Make a backup"),
        Message(es="Después se hacen solas, cada día.", en="Later ones are made automatically, every day."),
        Message(es="Ir a las copias", en="Go to the backups"),
    ),
}
