"""What is said at the door."""

from collections.abc import Mapping

from stressvision.core.errors import Message
from stressvision.domain.auth import Role

LOG_IN = Message("Entrar", "Log in")
ABOUT = Message(
    "Estos datos son de salud: cada cuenta ve lo que su función necesita, y cada consulta queda registrada.",
    "This is health data: each account sees what its work needs, and each look is recorded.",
)
NAME = Message("Cuenta", "Account")
PASSWORD = Message("Contraseña", "Password")
INCOMPLETE = Message("Escriba su cuenta y su contraseña.", "Type your account and your password.")
NOT_ENTERED = Message("No se pudo entrar", "Could not log in")
LOG_OUT = Message("Salir", "Log out")
CHANGE_PASSWORD = Message("Cambiar contraseña", "Change password")
PASSWORD_ABOUT = Message(
    "Esta sesión sigue; las demás de su cuenta, y los tokens de sus programas, terminan.",
    "This session goes on; the others of your account, and its programs' tokens, end.",
)
CURRENT_PASSWORD = Message("Contraseña actual", "Current password")
NEW_PASSWORD = Message("Contraseña nueva", "New password")
NEW_PASSWORD_HELP = Message(
    "De {least} a {most} caracteres: sirve una frase de varias palabras.",
    "{least} to {most} characters: a phrase of several words will do.",
)
NEW_PASSWORD_AGAIN = Message("Contraseña nueva, otra vez", "New password, once more")
PASSWORD_INCOMPLETE = Message(
    "Escriba la contraseña actual, y la nueva dos veces.", "Type the current password, and the new one twice."
)
PASSWORDS_DIFFER = Message("Las dos contraseñas nuevas no coinciden.", "The two new passwords differ.")
PASSWORD_CHANGED = Message(
    "Contraseña cambiada. Desde ahora se entra con la nueva.",
    "Password changed. From now on the new one opens.",
)
ROLES: Mapping[Role, Message] = {
    Role.VIEWER: Message("Gerencia", "Management"),
    Role.HEALTH: Message("Salud ocupacional", "Occupational health"),
    Role.ADMIN: Message("Administración", "Administration"),
}
EXPOSED = Message(
    "Este tablero atiende fuera de esta máquina y el backend no pide cuentas: no se muestra nada.",
    "This dashboard serves beyond this machine and the backend asks for no accounts: nothing is shown.",
)
EXPOSED_REMEDY = Message(
    "Cree una cuenta en el servidor: python -m stressvision account add NOMBRE --role admin",
    "Create an account on the server: python -m stressvision account add NAME --role admin",
)

SHOW_AUDIT = Message("Mostrar también quién consultó a esta persona", "Also show who looked at this person")
WHO_LOOKED = Message("Quién consultó o cambió sus datos", "Who looked at or changed their data")
WHEN = Message("Cuándo", "When")
WHO = Message("Quién", "Who")
WHAT = Message("Qué", "What")
FROM = Message("Desde", "From")
WITHOUT_ACCOUNT = Message("sin cuenta", "no account")
ACTIONS: Mapping[str, Message] = {
    "read_employee": Message("vio la ficha", "saw the record"),
    "read_employee_state": Message("consultó el estado reciente", "looked at the recent state"),
    "follow_employee": Message("siguió el estado en vivo", "followed the live state"),
    "read_alerts": Message("vio sus alertas", "saw their alerts"),
    "export_detections": Message("exportó detecciones", "exported detections"),
    "read_audit": Message("vio quién la consultó", "saw who looked"),
    "read_own_data": Message("reunió lo que se guarda de la persona", "gathered what is kept about the person"),
    "create_employee": Message("creó la ficha", "created the record"),
    "change_employee": Message("cambió la ficha", "changed the record"),
    "activate_employee": Message("activó la ficha", "activated the record"),
    "deactivate_employee": Message("desactivó la ficha", "deactivated the record"),
    "enrol": Message("inscribió el rostro", "enrolled the face"),
    "withdraw_consent": Message("registró el retiro del consentimiento", "recorded the withdrawal of consent"),
    "silence_begun": Message("silenció sus alertas", "silenced their alerts"),
    "silence_ended": Message("terminó un silencio de sus alertas", "ended a silence of their alerts"),
    "erase": Message("borró los datos", "erased the data"),
}
