"""What is said at the door."""

from collections.abc import Mapping

from stressvision.domain.roles import Role
from stressvision.errors import Message

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
