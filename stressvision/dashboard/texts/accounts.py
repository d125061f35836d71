"""Texts of the page of accounts and tokens."""

from stressvision.core.texts import Message

TITLE = Message(es="Cuentas", en="Accounts")
NO_ACCOUNTS = Message(es="Todavía no hay cuentas", en="There are no accounts yet")
FIRST_ABOUT = Message(
    es="Sin cuentas, solo esta máquina puede entrar y se ve todo. La primera cuenta es de administración; desde "
    "entonces todos inician sesión. Las cámaras de esta máquina reciben su token y siguen trabajando.",
    en="Without accounts only this machine has access, and everything is shown. The first account is an "
    "administrator's; from then on everybody logs in. The cameras of this machine receive their token and go on.",
)
CREATE_FIRST = Message(es="Crear la cuenta de administración", en="Create the administrator's account")
NAME = Message(es="Nombre de la cuenta", en="Name of the account")
NAME_HELP = Message(
    es="Minúsculas, cifras, punto o guion, como dra.quispe.", en="Lower-case letters, digits, dots or hyphens."
)
ROLE = Message(es="Función", en="Role")
PASSWORD = Message(es="Contraseña", en="Password")
PASSWORD_HELP = Message(
    es="De 15 caracteres o más: sirve una frase de varias palabras. Entréguela en persona; su dueño puede cambiarla.",
    en="15 characters or more: a phrase of several words will do. Hand it over in person; its owner may change it.",
)
ADD = Message(es="Añadir una cuenta", en="Add an account")
CREATE = Message(es="Crear la cuenta", en="Create the account")
CREATED = Message(es="Cuenta creada: {name}.", en="Account created: {name}.")
COLUMN_CREATED = Message(es="Creada", en="Created")
COLUMN_STATE = Message(es="Estado", en="State")
ACTIVE = Message(es="Activa", en="Active")
DISABLED = Message(es="Desactivada", en="Disabled")
ACCOUNT = Message(es="Cuenta", en="Account")
CHOOSE = Message(es="Elija una cuenta para cambiarla", en="Choose an account to change it")
DISABLE = Message(es="Desactivar {name}", en="Disable {name}")
DISABLE_ABOUT = Message(
    es="{name} no podrá entrar y sus sesiones y tokens terminan. No se puede volver a activar: se crea otra cuenta.",
    en="{name} loses access, and its sessions and tokens end. It cannot be enabled again: create another account.",
)
DISABLED_DONE = Message(es="{name} está desactivada.", en="{name} is disabled.")
RESET = Message(es="Cambiar la contraseña de {name}", en="Change the password of {name}")
RESET_DONE = Message(
    es="Contraseña cambiada. Las sesiones de {name} terminaron.", en="Password changed. The sessions of {name} ended."
)
TYPE_NAME = Message(es="Escriba {name} para confirmar", en="Type {name} to confirm")
WRONG_NAME = Message(es="El nombre no coincide: no se hizo nada.", en="The name differs: nothing was done.")

TOKENS = Message(es="Tokens de dispositivos y programas", en="Tokens of devices and programs")
TOKENS_ABOUT = Message(
    es="Cada cámara usa el suyo. Se muestra una sola vez, al crearlo.",
    en="Each camera uses its own. It is shown once, when it is created.",
)
OWNER = Message(es="De", en="Of")
EXPIRES = Message(es="Vence", en="Expires")
REVOKED = Message(es="Revocado", en="Revoked")
EXPIRED = Message(es="Vencido", en="Expired")
VALID = Message(es="Válido", en="Valid")
DEVICE = Message(es="Identificador del dispositivo", en="Device id")
DEVICE_HELP = Message(es="Letras, números, punto o guion, como linea-2.", en="Letters, digits, dots or hyphens.")
DAYS = Message(es="Días de validez", en="Days of validity")
ADD_TOKEN = Message(es="Crear un token para un dispositivo", en="Create a token for a device")
CREATE_TOKEN = Message(es="Crear el token", en="Create the token")
TOKEN_SHOWN = Message(
    es="Token de {device}. Cópielo ahora en el dispositivo (STRESSVISION_DEVICE_TOKEN): no se vuelve a mostrar.",
    en="Token of {device}. Copy it to the device now (STRESSVISION_DEVICE_TOKEN): it is not shown again.",
)
TOKEN_CLOSE = Message(es="Ya lo copié", en="I have copied it")
TOKEN = Message(es="Token", en="Token")
CHOOSE_TOKEN = Message(es="Elija un token para revocarlo", en="Choose a token to revoke it")
REVOKE = Message(es="Revocar el token de {owner}", en="Revoke the token of {owner}")
REVOKE_DONE = Message(es="Token revocado: deja de servir en 5 segundos.", en="Token revoked: refused within 5 seconds.")
