"""Texts of messages: what is pending, how urgent it is and where to see it. No name, no diagnosis."""

from collections.abc import Mapping

from stressvision.core.errors import Message
from stressvision.domain.notifications import NoticeKind

TITLES: Mapping[NoticeKind, Message] = {
    NoticeKind.ALERT: Message(
        es="Stress Vision: hay una alerta nueva que revisar", en="Stress Vision: there is a new alert to review"
    ),
    NoticeKind.ESCALATION: Message(
        es="Stress Vision: una alerta sigue sin atender", en="Stress Vision: an alert is still not acknowledged"
    ),
    NoticeKind.DEVICE: Message(
        es="Stress Vision: un dispositivo necesita revisión", en="Stress Vision: a device needs attention"
    ),
    NoticeKind.REPORT: Message(es="Stress Vision: hay un reporte nuevo", en="Stress Vision: there is a new report"),
    NoticeKind.EXPIRY: Message(
        es="Stress Vision: el token de un dispositivo vence pronto", en="Stress Vision: a device's token expires soon"
    ),
    NoticeKind.REPAIR: Message(
        es="Stress Vision: la instalación necesita una mano", en="Stress Vision: the installation needs attention"
    ),
    NoticeKind.WEEKLY: Message(es="Stress Vision: reporte semanal", en="Stress Vision: weekly report"),
    NoticeKind.TEST: Message(es="Stress Vision: mensaje de prueba", en="Stress Vision: test message"),
}
OPENINGS: Mapping[NoticeKind, Message] = {
    NoticeKind.ALERT: Message(es="Hay una alerta nueva que revisar.", en="There is a new alert to review."),
    NoticeKind.ESCALATION: Message(
        es="Nadie ha atendido esta alerta en {minutes} min.",
        en="This alert has not been acknowledged for {minutes} min.",
    ),
    NoticeKind.DEVICE: Message(
        es="El dispositivo {device} dejó de enviar datos.", en="Device {device} stopped sending data."
    ),
    NoticeKind.REPORT: Message(es="Hay un reporte nuevo: {period}.", en="There is a new report: {period}."),
    NoticeKind.EXPIRY: Message(
        es="El token {token} ({owner}) vence el {day}; desde entonces sus datos no se aceptan.",
        en="Token {token} ({owner}) expires on {day}; from then on its data is not accepted.",
    ),
    NoticeKind.WEEKLY: Message(
        es="El reporte de la semana {week} va adjunto en PDF. Solo tiene agregados: lo que se apoya en menos de cinco "
        "personas se indica y no se muestra.",
        en="The report of the week {week} is attached as PDF. It has aggregates alone: what rests on fewer than five "
        "people is marked and not shown.",
    ),
    NoticeKind.TEST: Message(
        es="Los avisos llegan a este destino. No hay nada que hacer.",
        en="Messages reach this address. There is nothing to do.",
    ),
}
DIGEST_TITLE = Message(es="Stress Vision: {count} avisos pendientes", en="Stress Vision: {count} pending messages")
DIGEST_OPENING = Message(
    es="Se juntaron {count} avisos que no se pudieron enviar antes:",
    en="{count} messages that could not be sent earlier:",
)
DIGEST_LINES: Mapping[NoticeKind, Message] = {
    NoticeKind.ALERT: Message(es="- alertas nuevas: {count}", en="- new alerts: {count}"),
    NoticeKind.ESCALATION: Message(es="- alertas sin atender: {count}", en="- alerts not acknowledged: {count}"),
    NoticeKind.DEVICE: Message(es="- dispositivos que revisar: {count}", en="- devices to check: {count}"),
    NoticeKind.REPORT: Message(es="- reportes nuevos: {count}", en="- new reports: {count}"),
    NoticeKind.EXPIRY: Message(es="- tokens que vencen: {count}", en="- tokens that expire: {count}"),
    NoticeKind.REPAIR: Message(es="- reparaciones pendientes: {count}", en="- pending repairs: {count}"),
}
DIGEST_HIGH = Message(es="De severidad alta: {numbers}", en="Of high severity: {numbers}")
DIGEST_SEE = Message(es="Verlos en el tablero: {link}", en="See them on the dashboard: {link}")
PROGRAM = Message(es="un programa", en="a program")
RENEW = Message(
    es="Cree otro: python -m stressvision token add --device DISPOSITIVO, y póngalo en el dispositivo.",
    en="Create another: python -m stressvision token add --device DEVICE, and set it on the device.",
)
SEVERITY = Message(es="Severidad: {severity}", en="Severity: {severity}")
SEVERITIES: Mapping[str | None, Message] = {
    "high": Message(es="alta", en="high"),
    "medium": Message(es="media", en="medium"),
    "low": Message(es="baja", en="low"),
}
TIME = Message(es="Hora de planta: {time} ({zone})", en="Plant time: {time} ({zone})")
NUMBER = Message(es="Alerta n.º {id}", en="Alert no. {id}")
SEE = Message(es="Verla en el tablero: {link}", en="See it on the dashboard: {link}")
ACKNOWLEDGE = Message(
    es="Atenderla sin abrir el tablero (una vez, en 24 horas): {link}",
    en="Acknowledge it without opening the dashboard (once, within 24 hours): {link}",
)
SEE_REPORT = Message(es="Verlo en el tablero: {link}", en="See it on the dashboard: {link}")
SEE_WEEK = Message(es="Verla en el tablero: {link}", en="See it on the dashboard: {link}")
CLOSING = Message(
    es="Este aviso no nombra a nadie ni es un diagnóstico. Referencia: {key}",
    en="This message contains no name and is not a diagnosis. Reference: {key}",
)

REASONS: tuple[tuple[str, Message], ...] = (
    (
        r"AUTH extension not supported",
        Message(
            "no pide usuario ni contraseña en esta conexión: quítelos, o use mailtos://",
            "does not accept a user and password on this connection: remove them, or use mailtos://",
        ),
    ),
    (
        r"535|[Aa]uthentication|Username and Password",
        Message("no acepta el usuario o la contraseña", "refuses the user or password"),
    ),
    (
        r"STARTTLS extension not supported",
        Message(
            "no ofrece STARTTLS: elija TLS (mode=ssl) o, solo dentro de la planta, sin cifrar (mailto://…&mode=insecure)",
            "does not offer STARTTLS: choose TLS (mode=ssl) or, inside the plant only, none (mailto://…&mode=insecure)",
        ),
    ),
    (
        r"issue a STARTTLS",
        Message("exige cifrado: elija STARTTLS (mailtos://)", "requires encryption: choose STARTTLS (mailtos://)"),
    ),
    (
        r"WRONG_VERSION_NUMBER",
        Message(
            "no habla TLS en ese puerto: elija STARTTLS, u otro puerto",
            "does not speak TLS on that port: choose STARTTLS, or another port",
        ),
    ),
    (r"CERTIFICATE|certificate", Message("su certificado no es válido", "its certificate is not valid")),
    (
        r"[Nn]ame or service|NameResolution|getaddrinfo|nodename",
        Message("no se encuentra", "cannot be found"),
    ),
    (r"refused: \S*5\d\d|recipient", Message("rechaza al destinatario", "refuses the recipient")),
    (
        r"[Cc]onnection refused|Errno 111",
        Message("rechaza la conexión: revise el servidor y el puerto", "refuses the connection: check server and port"),
    ),
    (r"timed out|[Tt]imeout", Message("no responde a tiempo", "does not answer in time")),
    (
        r"error=401|error=403",
        Message(
            "no da permiso (revise usuario, contraseña o token)", "denies permission (check user, password or token)"
        ),
    ),
    (r"error=404", Message("no existe esa dirección (404)", "has no such address (404)")),
    (
        r"error=(3\d\d)",
        Message(
            "remite a otra dirección ({code}), y el mensaje no se entregó: escriba la dirección final",
            "redirects to another address ({code}), and the message was not delivered: set the final address",
        ),
    ),
    (r"error=([45]\d\d)", Message("respondió con el error {code}", "answered with error {code}")),
    (r"[Cc]onnection (aborted|reset)|unexpectedly closed", Message("cortó la conexión", "closed the connection")),
)
"""Failure messages of apprise and its libraries (regular expressions), with the text for a person; first match."""
UNDELIVERED = Message(es="{label} {reason}.", en="{label} {reason}.")
UNKNOWN_REASON = Message(es="no aceptó el mensaje: {detail}", en="did not accept the message: {detail}")
NOT_AN_ADDRESS = Message(
    es="no es una dirección válida: vea docs/avisos.md",
    en="is not a valid address: see STRESSVISION_NOTIFY_URLS in docs/settings.md",
)
NOT_ALLOWED = Message(
    es="usa un servicio o una opción que lee archivos del servidor: solo se admite en STRESSVISION_NOTIFY_URLS",
    en="uses a service or an option that reads files of the server: accepted in STRESSVISION_NOTIFY_URLS only",
)
