"""Texts of the login, the password dialog and the audit entries."""

from collections.abc import Mapping

from stressvision.core.texts import Message
from stressvision.domain.auth import Role

LOG_IN = Message(
    es="Iniciar sesión",
    en="Log in",
)
ABOUT = Message(
    es="Estos datos son de salud: cada cuenta ve lo que su función necesita, y cada consulta queda registrada.",
    en="These are health data: each account sees what its role needs, and every look-up is recorded.",
)
NAME = Message(es="Cuenta", en="Account")
PASSWORD = Message(es="Contraseña", en="Password")
INCOMPLETE = Message(
    es="Escriba su cuenta y su contraseña.",
    en="Enter your account and your password.",
)
LOGIN_FAILED = Message(
    es="No se pudo iniciar sesión",
    en="Login failed",
)
LOG_OUT = Message(
    es="Cerrar sesión",
    en="Log out",
)
CHANGE_PASSWORD = Message(es="Cambiar contraseña", en="Change password")
PASSWORD_ABOUT = Message(
    es="Esta sesión continúa; las demás sesiones de su cuenta, y los tokens de sus programas, terminan.",
    en="This session continues; the other sessions of your account, and the tokens of its programs, end.",
)
CURRENT_PASSWORD = Message(es="Contraseña actual", en="Current password")
NEW_PASSWORD = Message(es="Contraseña nueva", en="New password")
NEW_PASSWORD_HELP = Message(
    es="De {least} a {most} caracteres: sirve una frase de varias palabras.",
    en="{least} to {most} characters: a phrase of several words will do.",
)
NEW_PASSWORD_AGAIN = Message(
    es="Repita la contraseña nueva",
    en="Repeat the new password",
)
PASSWORD_INCOMPLETE = Message(
    es="Escriba la contraseña actual, y la nueva dos veces.",
    en="Enter the current password, and the new one twice.",
)
PASSWORDS_DIFFER = Message(es="Las dos contraseñas nuevas no coinciden.", en="The two new passwords differ.")
PASSWORD_CHANGED = Message(
    es="Contraseña cambiada. Desde ahora inicie sesión con la nueva.",
    en="Password changed. Use the new one from now on.",
)
ROLES: Mapping[Role, Message] = {
    Role.VIEWER: Message(es="Gerencia", en="Management"),
    Role.HEALTH: Message(es="Salud ocupacional", en="Occupational health"),
    Role.ADMIN: Message(es="Administración", en="Administration"),
}
EXPOSED = Message(
    es="Este tablero está abierto a la red y el sistema aún no tiene cuentas: no se muestra nada.",
    en="This dashboard is open to the network and the system has no accounts yet: nothing is shown.",
)
EXPOSED_REMEDY = Message(
    es="Quien administra el sistema debe crear la primera cuenta en el servidor.",
    en="The administrator of the system has to create the first account on the server.",
)

WHO_LOOKED = Message(
    es="Quién consultó o cambió sus datos",
    en="Who read or changed their data",
)
WHEN = Message(es="Cuándo", en="When")
WHO = Message(es="Quién", en="Who")
WHAT = Message(es="Qué", en="What")
FROM = Message(es="Desde", en="From")
WITHOUT_ACCOUNT = Message(es="sin cuenta", en="no account")
ACTIONS: Mapping[str, Message] = {
    "read_employee": Message(es="vio la ficha", en="read the record"),
    "read_employee_state": Message(es="consultó el estado reciente", en="read the recent state"),
    "read_person_figures": Message(es="vio sus cifras en el tiempo", en="read their figures over time"),
    "read_person_events": Message(es="vio la línea de tiempo", en="read the time line"),
    "issue_link": Message(es="entregó el enlace personal", en="issued the personal link"),
    "open_link": Message(es="abrió el enlace personal", en="opened the personal link"),
    "pause_recognition": Message(es="pidió no ser reconocido hoy", en="paused recognition for the day"),
    "resume_recognition": Message(es="terminó la pausa del día", en="ended the day's pause"),
    "request_correction": Message(es="pidió una corrección", en="requested a correction"),
    "close_correction": Message(es="respondió una solicitud de corrección", en="answered a request for correction"),
    "follow_employee": Message(es="siguió el estado en vivo", en="followed the live state"),
    "read_alerts": Message(es="vio sus alertas", en="read their alerts"),
    "read_gallery": Message(es="obtuvo los rostros inscritos", en="fetched the enrolled faces"),
    "read_report": Message(es="vio un reporte con sus datos", en="read a report with their data"),
    "read_daily_summary": Message(es="vio el resumen de un día", en="read the summary of a day"),
    "read_weekly_summary": Message(es="vio el resumen de una semana", en="read the summary of a week"),
    "read_statistics": Message(es="vio estadísticas con su nombre", en="read statistics with their name"),
    "stream_events": Message(es="recibió sus eventos en vivo", en="received their live events"),
    "export_detections": Message(es="exportó detecciones", en="exported detections"),
    "read_audit": Message(es="vio quién la consultó", en="read who had read their data"),
    "read_own_data": Message(es="reunió lo que se guarda de la persona", en="collected the stored data of the person"),
    "create_employee": Message(es="creó la ficha", en="created the record"),
    "change_employee": Message(es="cambió la ficha", en="changed the record"),
    "activate_employee": Message(es="activó la ficha", en="activated the record"),
    "deactivate_employee": Message(es="desactivó la ficha", en="deactivated the record"),
    "view_camera": Message(es="vio una cámara en vivo", en="watched a live camera"),
    "enrol": Message(es="inscribió el rostro", en="enrolled the face"),
    "withdraw_consent": Message(es="registró el retiro del consentimiento", en="recorded the withdrawal of consent"),
    "silence_begun": Message(es="silenció sus alertas", en="silenced their alerts"),
    "silence_ended": Message(es="terminó un silencio de sus alertas", en="ended a silence of their alerts"),
    "erase": Message(es="borró los datos", en="erased the data"),
}
