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
