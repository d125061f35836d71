"""Texts of the destinations with a filter."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Destinos por área, turno y severidad", en="Recipients by area, shift and severity")
ABOUT = Message(
    es="Cada destino recibe lo que admite su filtro. Los destinos generales reciben las alertas que aquí nadie toma; "
    "si hay cuentas, también las que toma solo un destino con áreas o turnos. Ningún aviso dice de quién es.",
    en="Each recipient gets what its filter admits. The general recipients get the alerts that nobody takes here; once "
    "there are accounts, also those that only a recipient with areas or shifts takes. No message states whose it is.",
)
NONE = Message(es="Ninguno: todo va a los destinos generales.", en="None: everything goes to the general recipients.")
REACHES_NOBODY = Message(es="Hay alertas que no llegan a nadie", en="Some alerts reach nobody")
REACHES_NOBODY_WHY = Message(
    es="Añada un destino general, o uno sin áreas, sin turnos, de toda severidad y sin espera.",
    en="Add a general recipient, or one without areas, shifts, severity and waiting time.",
)
ADD = Message(es="Añadir un destino con filtro", en="Add a recipient with a filter")
CHANGE = Message(es="Cambiar {name}", en="Change {name}")
TEST = Message(es="Enviar prueba a {name}", en="Send a test to {name}")
CANCEL = Message(es="Cancelar", en="Cancel")
NAME = Message(es="Nombre", en="Name")
ADDRESS = Message(es="Dirección", en="Address")
NEW_ADDRESS = Message(es="Otra dirección (vacío: la de ahora)", en="Another address (empty: the present one)")
ADDRESS_HELP = Message(
    es="https://… de un webhook, o mailtos://usuario:clave@servidor:587/?from=…&to=… de un correo. No se muestra más.",
    en="https://… of a webhook, or mailtos://user:password@server:587/?from=…&to=… of a mailbox. Not shown again.",
)
EVENTS_LABEL = Message(es="Recibe", en="Receives")
EVENTS: Mapping[str, Message] = {
    "alerts": Message(es="Alertas de personas", en="Alerts of people"),
    "devices": Message(es="Cámaras y reparaciones", en="Cameras and repairs"),
    "reports": Message(es="Reportes de 15 minutos", en="Quarter-hour reports"),
    "weekly": Message(es="Reporte semanal en PDF", en="Weekly report as PDF"),
}
AREAS = Message(es="Áreas", en="Areas")
SHIFTS = Message(es="Turnos", en="Shifts")
EVERYBODY = Message(es="Todas", en="All")
OF_AREAS = Message(es="De las áreas {names}.", en="Of the areas {names}.")
OF_SHIFTS = Message(es="De los turnos {names}.", en="Of the shifts {names}.")
SEVERITY = Message(es="Severidad", en="Severity")
FROM: Mapping[str, Message] = {
    "low": Message(es="Toda severidad.", en="Any severity."),
    "medium": Message(es="Severidad media o alta.", en="Medium or high severity."),
    "high": Message(es="Solo severidad alta.", en="High severity alone."),
}
AFTER_LABEL = Message(
    es="Solo si nadie la atiende en estos minutos (0: enseguida)",
    en="Only if nobody acknowledges it within these minutes (0: at once)",
)
AFTER = Message(es="Si nadie la atiende en {minutes} min.", en="If nobody acknowledges it within {minutes} min.")
QUIET = Message(es="Horas sin avisos, cada semana", en="Quiet hours, every week")
QUIET_EXAMPLE = Message(es="lun-vie 22:00-06:00; dom 00:00-00:00", en="mon-fri 22:00-06:00; sun 00:00-00:00")
QUIET_HELP = Message(
    es="Días y horas de la planta, separados por punto y coma. Los avisos esperan y llegan después.",
    en="Days and hours of the plant, separated by semicolons. Messages wait and arrive afterwards.",
)
QUIET_EXCEPT = Message(
    es="Sin avisos {periods}, salvo severidad alta.", en="No messages {periods}, except of high severity."
)
QUIET_ALL = Message(es="Sin avisos {periods}.", en="No messages {periods}.")
PASSES = Message(es="La severidad alta llega también en esas horas", en="High severity arrives in those hours too")
ACCOUNT = Message(es="Cuenta que lee ahí", en="Account that reads there")
ACCOUNT_HELP = Message(
    es="Un filtro por área o turno pide una cuenta de salud; los reportes, una de jefatura o de salud. Si la cuenta se "
    "desactiva, el destino deja de recibir avisos.",
    en="A filter by area or shift requires an account of the health service; reports, one of a plant manager or of the "
    "health service. Once the account is disabled the recipient gets no message.",
)
PASSWORD = Message(es="Contraseña de esa cuenta", en="Password of that account")
PASSWORD_HELP = Message(
    es="La escribe su titular, que así acepta el destino y su dirección. Cada cambio la pide de nuevo.",
    en="Typed by its person, as agreement to the recipient and its address. Each change asks for it again.",
)
LINK = Message(es="Enlace que atiende desde el mensaje", en="Link that acknowledges from the message")
LINK_HELP = Message(
    es="Quien recibe el mensaje atiende la alerta una vez, sin abrir el tablero, y queda anotado a nombre del destino. "
    "Pide la dirección pública del tablero con https.",
    en="The reader of the message acknowledges the alert once, without opening the dashboard, recorded in the name of "
    "the recipient. It requires the public address of the dashboard with https.",
)
LINK_CHOICES: Mapping[bool | None, Message] = {
    None: Message(es="Solo por correo a una cuenta de salud", en="By e-mail to a health account alone"),
    True: Message(es="Sí", en="Yes"),
    False: Message(es="No", en="No"),
}
OFFERS_LINK = Message(es="Puede atender desde el mensaje.", en="It may acknowledge from the message.")
NO_ACCOUNT = Message(es="Ninguna", en="None")
OF_ACCOUNT = Message(es="Lo lee {account}.", en="Read by {account}.")
