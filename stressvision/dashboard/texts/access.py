"""What is said at the door."""

from collections.abc import Mapping

from stressvision.core.errors import Message
from stressvision.domain.roles import Role

LOG_IN = Message(es="Entrar", en="Log in")
ABOUT = Message(
    es="Estos datos son de salud: cada cuenta ve lo que su función necesita, y cada consulta queda registrada.",
    en="This is health data: each account sees what its work needs, and each look is recorded.",
)
NAME = Message(es="Cuenta", en="Account")
PASSWORD = Message(es="Contraseña", en="Password")
INCOMPLETE = Message(es="Escriba su cuenta y su contraseña.", en="Type your account and your password.")
NOT_ENTERED = Message(es="No se pudo entrar", en="Could not log in")
LOG_OUT = Message(es="Salir", en="Log out")
CHANGE_PASSWORD = Message(es="Cambiar contraseña", en="Change password")
PASSWORD_ABOUT = Message(
    es="Esta sesión sigue; las demás de su cuenta, y los tokens de sus programas, terminan.",
    en="This session goes on; the others of your account, and its programs' tokens, end.",
)
CURRENT_PASSWORD = Message(es="Contraseña actual", en="Current password")
NEW_PASSWORD = Message(es="Contraseña nueva", en="New password")
NEW_PASSWORD_HELP = Message(
    es="De {least} a {most} caracteres: sirve una frase de varias palabras.",
    en="{least} to {most} characters: a phrase of several words will do.",
)
NEW_PASSWORD_AGAIN = Message(es="Contraseña nueva, otra vez", en="New password, once more")
PASSWORD_INCOMPLETE = Message(
    es="Escriba la contraseña actual, y la nueva dos veces.", en="Type the current password, and the new one twice."
)
PASSWORDS_DIFFER = Message(es="Las dos contraseñas nuevas no coinciden.", en="The two new passwords differ.")
PASSWORD_CHANGED = Message(
    es="Contraseña cambiada. Desde ahora se entra con la nueva.",
    en="Password changed. From now on the new one opens.",
)
ROLES: Mapping[Role, Message] = {
    Role.VIEWER: Message(es="Gerencia", en="Management"),
    Role.HEALTH: Message(es="Salud ocupacional", en="Occupational health"),
    Role.ADMIN: Message(es="Administración", en="Administration"),
}
EXPOSED = Message(
    es="Este tablero atiende fuera de esta máquina y el backend no pide cuentas: no se muestra nada.",
    en="This dashboard serves beyond this machine and the backend asks for no accounts: nothing is shown.",
)
EXPOSED_REMEDY = Message(
    es="Cree una cuenta en el servidor: python -m stressvision account add NOMBRE --role admin",
    en="Create an account on the server: python -m stressvision account add NAME --role admin",
)

SHOW_AUDIT = Message(es="Mostrar también quién consultó a esta persona", en="Also show who looked at this person")
WHO_LOOKED = Message(es="Quién consultó o cambió sus datos", en="Who looked at or changed their data")
WHEN = Message(es="Cuándo", en="When")
WHO = Message(es="Quién", en="Who")
WHAT = Message(es="Qué", en="What")
FROM = Message(es="Desde", en="From")
WITHOUT_ACCOUNT = Message(es="sin cuenta", en="no account")
ACTIONS: Mapping[str, Message] = {
    "read_employee": Message(es="vio la ficha", en="saw the record"),
    "read_employee_state": Message(es="consultó el estado reciente", en="looked at the recent state"),
    "follow_employee": Message(es="siguió el estado en vivo", en="followed the live state"),
    "read_alerts": Message(es="vio sus alertas", en="saw their alerts"),
    "export_detections": Message(es="exportó detecciones", en="exported detections"),
    "read_audit": Message(es="vio quién la consultó", en="saw who looked"),
    "read_own_data": Message(es="reunió lo que se guarda de la persona", en="gathered what is kept about the person"),
    "create_employee": Message(es="creó la ficha", en="created the record"),
    "change_employee": Message(es="cambió la ficha", en="changed the record"),
    "activate_employee": Message(es="activó la ficha", en="activated the record"),
    "deactivate_employee": Message(es="desactivó la ficha", en="deactivated the record"),
    "enrol": Message(es="inscribió el rostro", en="enrolled the face"),
    "withdraw_consent": Message(es="registró el retiro del consentimiento", en="recorded the withdrawal of consent"),
    "silence_begun": Message(es="silenció sus alertas", en="silenced their alerts"),
    "silence_ended": Message(es="terminó un silencio de sus alertas", en="ended a silence of their alerts"),
    "erase": Message(es="borró los datos", en="erased the data"),
}
