"""Texts of the settings page."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Ajustes", en="Settings")
GROUP = Message(es="Sección", en="Section")
GROUPS: Mapping[str, Message] = {
    "alerts": Message(es="Alertas", en="Alerts"),
    "notifications": Message(es="Avisos", en="Notifications"),
    "retention": Message(es="Conservación", en="Retention"),
    "backups": Message(es="Copias", en="Backups"),
    "policy": Message(es="Política", en="Policy"),
}
ABOUT: Mapping[str, Message] = {
    "alerts": Message(
        es="Cuándo se crea una alerta. Pruebe los cambios con los datos de la última semana antes de guardarlos.",
        en="When an alert is created. Try changes on the data of the last week before saving them.",
    ),
    "notifications": Message(
        es="A quién se avisa y cuándo. Las direcciones se guardan y no se vuelven a mostrar.",
        en="Whom to notify and when. Addresses are stored and not shown again.",
    ),
    "retention": Message(
        es="Cuántos días se guarda cada cosa; 0: sin límite. Se aplica cada noche.",
        en="How many days each kind is kept; 0: for ever. Applied every night.",
    ),
    "backups": Message(
        es="Cada cuánto se hacen copias y cuántas se guardan.", en="How often backups are made, and how many are kept."
    ),
    "policy": Message(
        es="Qué puede estimarse de las personas, según la jurisdicción.", en="What may be inferred, by jurisdiction."
    ),
}
LABELS: Mapping[str, Message] = {
    "min_stress_events": Message(
        es="Detecciones compatibles con estrés o tristeza que crean una alerta",
        en="Detections compatible with stress or sadness that create an alert",
    ),
    "alert_window_minutes": Message(es="Dentro de cuántos minutos", en="Within how many minutes"),
    "alert_min_confidence": Message(es="Confianza media mayor que (0 a 1)", en="Mean confidence above (0 to 1)"),
    "alert_quiet_minutes": Message(
        es="Minutos sin otra alerta mientras una siga abierta", en="Minutes without another alert while one is open"
    ),
    "min_fatigue_events": Message(
        es="Detecciones de fatiga que crean una alerta", en="Fatigue detections that create an alert"
    ),
    "stress_threshold": Message(
        es="Porcentaje de estrés en un reporte que crea una alerta",
        en="Share of stress in a report that creates an alert",
    ),
    "escalation_minutes": Message(
        es="Minutos sin atender tras los que se vuelve a avisar (separados por comas)",
        en="Minutes without an acknowledgement after which it is notified again (comma-separated)",
    ),
    "device_silent_seconds": Message(
        es="Segundos sin señal tras los que una cámara cuenta como «Sin señal»",
        en="Seconds of silence after which a camera counts as silent",
    ),
    "device_alert_minutes": Message(
        es="Minutos sin datos de una cámara que crean una alerta (0: nunca)",
        en="Minutes without data of a camera that create an alert (0: never)",
    ),
    "notify_events": Message(es="Se avisa de", en="Notify about"),
    "notify_quiet_hours": Message(
        es="Horas sin avisos (por ejemplo 22:00-06:00; vacío: ninguna)",
        en="Quiet hours (such as 22:00-06:00; empty: none)",
    ),
    "notify_quiet_except": Message(es="En esas horas se avisa igual de", en="In those hours still notify about"),
    "notify_give_up_days": Message(
        es="Días que se reintenta un aviso", en="Days for which a notification is attempted again"
    ),
    "weekly_report_day": Message(
        es="Día en que se envía el PDF de la semana anterior (solo agregados)",
        en="Day on which the PDF of the week before is sent (aggregates alone)",
    ),
    "weekly_report_hour": Message(es="Hora de ese día (0 a 23)", en="Hour of that day (0 to 23)"),
    "dashboard_url": Message(
        es="Dirección de este tablero, para los enlaces de los avisos",
        en="Address of this dashboard, for links in messages",
    ),
    "retention_detections_days": Message(es="Detecciones", en="Detections"),
    "retention_rollups_days": Message(
        es="Reportes de 15 minutos y totales diarios por persona", en="Quarter-hour reports and daily totals per person"
    ),
    "retention_reports_days": Message(es="Resúmenes diarios (sin nombres)", en="Daily summaries (without names)"),
    "retention_alerts_days": Message(es="Alertas resueltas y su historial", en="Resolved alerts and their history"),
    "retention_audit_days": Message(es="Registro de auditoría", en="Audit log"),
    "backup_hours": Message(es="Horas entre copias completas (0: ninguna)", en="Hours between full backups (0: none)"),
    "backup_keep": Message(es="Copias completas que se guardan", en="Full backups kept"),
    "backup_seconds": Message(
        es="Segundos entre copias de los cambios (0: ninguna)", en="Seconds between backups of changes (0: none)"
    ),
    "policy": Message(es="Política", en="Policy"),
}
CHOICES: Mapping[str, Message] = {
    "alerts": Message(es="Alertas de personas", en="Alerts of people"),
    "devices": Message(es="Cámaras sin datos", en="Cameras without data"),
    "reports": Message(es="Reportes", en="Reports"),
    "weekly": Message(es="Reporte semanal en PDF", en="Weekly report as PDF"),
    "off": Message(es="No se envía", en="Not sent"),
    "monday": Message(es="Lunes", en="Monday"),
    "tuesday": Message(es="Martes", en="Tuesday"),
    "wednesday": Message(es="Miércoles", en="Wednesday"),
    "thursday": Message(es="Jueves", en="Thursday"),
    "friday": Message(es="Viernes", en="Friday"),
    "saturday": Message(es="Sábado", en="Saturday"),
    "sunday": Message(es="Domingo", en="Sunday"),
    "high": Message(es="Alertas de severidad alta", en="Alerts of high severity"),
    "none": Message(es="Nada", en="Nothing"),
    "pe": Message(es="Perú: expresión y fatiga, con consentimiento", en="Peru: expression and fatigue, with consent"),
    "eu": Message(es="Unión Europea: solo fatiga, como seguridad", en="European Union: fatigue only, for safety"),
    "research": Message(es="Estudio con aprobación ética", en="Study with ethics approval"),
}
FIXED = Message(es="Fijado por {variable} en el servidor.", en="Set by {variable} on the server.")
DEFAULT = Message(es="Por omisión: {value}.", en="Default: {value}.")
CHANGED = Message(es="Cambiado por {by}, {ago}.", en="Changed by {by}, {ago}.")
RESTART = Message(es="Se aplica al reiniciar el sistema.", en="Applies when the system restarts.")
YOUR_NAME = Message(es="Su nombre (queda anotado)", en="Your name (it is recorded)")
SAVE = Message(es="Guardar los cambios", en="Save the changes")
TRY = Message(es="Probar con la última semana", en="Try on the last week")
SAVED = Message(es="Guardado. Se aplica en unos segundos.", en="Saved. It applies within seconds.")
NOTHING_CHANGED = Message(es="No cambió nada.", en="Nothing changed.")
NOT_SAVED = Message(es="No se guardó", en="Not saved")
MAY_NOT_CHANGE = Message(
    es="Su cuenta puede probar otros umbrales; los guarda una cuenta de administración.",
    en="Your account may try other thresholds; an administrator's account saves them.",
)
PREVIEW = Message(
    es="Con estos umbrales, los últimos {days} días habría habido {proposed} alertas en vez de {current}.",
    en="With these thresholds, the last {days} days would have had {proposed} alerts instead of {current}.",
)
PREVIEW_SAME = Message(
    es="Con estos umbrales, los últimos {days} días habría habido las mismas {current} alertas.",
    en="With these thresholds, the last {days} days would have had the same {current} alerts.",
)
PREVIEW_ABOUT = Message(
    es="Calculado con {detections} detecciones guardadas; en ese tiempo se crearon {created}.",
    en="Computed from {detections} stored detections; {created} were created in that time.",
)
PREVIEW_WITHHELD = Message(
    es="Cuántas alertas habría con otros umbrales lo prueba una cuenta de salud ocupacional.",
    en="How many alerts other thresholds would have created can be tried with an account of occupational health.",
)
INVALID_NUMBERS = Message(es="Escriba números separados por comas.", en="Enter numbers separated by commas.")

TARGETS = Message(es="Destinos generales", en="General recipients")
NO_TARGETS = Message(es="Todavía no se avisa a nadie.", en="Nobody is notified yet.")
TARGET_SENT = Message(es="último aviso {ago}", en="last message {ago}")
TARGET_UNUSED = Message(es="sin avisos todavía", en="no message yet")
REMOVE_TARGET = Message(es="Quitar {label}", en="Remove {label}")
TESTING = Message(es="Enviando la prueba…", en="Sending the test…")
TEST_DELIVERED = Message(es="{label}: entregado.", en="{label}: delivered.")
ADD_MAIL = Message(es="Añadir un correo", en="Add an e-mail address")
ADD_HOOK = Message(es="Añadir un webhook", en="Add a webhook")
MAIL_SERVER = Message(es="Servidor de correo (SMTP)", en="Mail server (SMTP)")
MAIL_PORT = Message(es="Puerto", en="Port")
USUAL_PORT = Message(es="el habitual", en="the usual one")
MAIL_MODE = Message(es="Cifrado", en="Encryption")
MAIL_MODES: Mapping[str, Message] = {
    "starttls": Message(es="STARTTLS (587)", en="STARTTLS (587)"),
    "ssl": Message(es="TLS (465)", en="TLS (465)"),
    "insecure": Message(es="Ninguno (25), solo dentro de la planta", en="None (25), inside the plant only"),
}
NO_PLAIN_PASSWORD = Message(
    es="Sin cifrado no se envía una contraseña: elija STARTTLS o TLS, o deje vacíos usuario y contraseña.",
    en="Without encryption no password is sent: choose STARTTLS or TLS, or leave user and password empty.",
)
MAIL_USER = Message(es="Usuario", en="User")
MAIL_PASSWORD = Message(es="Contraseña del correo", en="Password of the mailbox")
MAIL_FROM = Message(es="De", en="From")
MAIL_TO = Message(es="Para (varios: con comas)", en="To (several: with commas)")
HOOK_URL = Message(es="Dirección https:// que recibe un JSON", en="Address https:// that receives JSON")
TEST_AND_ADD = Message(es="Probar y añadir", en="Test and add")
ADD_UNTESTED = Message(es="Añadir sin probar", en="Add without a test")
ADDED = Message(es="Añadido: {label}.", en="Added: {label}.")
TESTED = Message(es="La prueba llegó. Añadido: {label}.", en="The test arrived. Added: {label}.")
INCOMPLETE = Message(es="Complete los campos.", en="Complete the fields.")
NOT_HTTPS = Message(es="La dirección debe empezar por https://", en="The address must begin with https://")
