"""Texts of the page of cameras."""

from collections.abc import Mapping

from stressvision.core.texts import Message

SUMMARY = Message(es="{up} de {all} cámaras observan.", en="{up} of {all} cameras are watching.")
PROBLEMS_FIRST = Message(
    es="Primero las que necesitan atención. Cada barra es una hora de las últimas {hours}: llena si miró toda la hora.",
    en="Those that need attention first. Each bar is one of the last {hours} hours: full where it watched all of it.",
)
NEVER_WATCHED = Message(es="sin registro en {hours} h", en="no record in {hours} h")
WATCHED = Message(es="{percent} del tiempo, en {hours} h", en="{percent} of the time, in {hours} h")
BAR = Message(es="{time}: {minutes} min", en="{time}: {minutes} min")
NO_BAR = Message(es="{time}: aún no había cámara", en="{time}: no camera yet")
LAST_SIGN = Message(es="última señal {ago}", en="last sign {ago}")
NO_SIGN = Message(es="sin ninguna señal todavía", en="no sign yet")
HOT = Message(es="{degrees} °C", en="{degrees} °C")
WAITING = Message(es="{count} por enviar", en="{count} to send")
DEVICE_SAYS = Message(es="El dispositivo informa: {detail}", en="The device reports: {detail}")
REMEDIES: Mapping[str, Message] = {
    "starting": Message(es="Está arrancando: espere unos segundos.", en="It is starting: wait some seconds."),
    "paused": Message(
        es="En pausa por su horario o por una pausa pedida. No mira a nadie.",
        en="Paused by its schedule or by a requested pause. It watches nobody.",
    ),
    "no_camera": Message(
        es="El dispositivo no recibe imagen y sigue intentándolo. Revise el cable, la corriente o la dirección de la "
        "cámara.",
        en="The device receives no picture and keeps trying. Check the cable, the power or the address of the camera.",
    ),
    "silent": Message(
        es="El dispositivo dejó de comunicarse. Compruebe que está encendido y en la red; sus detecciones llegan "
        "cuando vuelva.",
        en="The device stopped reporting. Check that it is switched on and on the network; its detections arrive when "
        "it is back.",
    ),
    "stopped": Message(
        es="Se detuvo de forma normal. Vuelva a iniciar el dispositivo cuando lo necesite.",
        en="It was stopped normally. Start the device again when you need it.",
    ),
}
CAMERA = Message(es="Cámara", en="Camera")
SEE = Message(es="Ver {name} en vivo", en="Watch {name} live")
SEE_ALL = Message(es="Ver todas en vivo", en="Watch all live")
STOP_SEEING = Message(es="Dejar de ver", en="Stop watching")
LIVE_PRIVACY = Message(
    es="Queda anotado que usted mira. La imagen no se guarda en ningún lugar.",
    en="It is recorded that you watch. The picture is stored nowhere.",
)
LIVE_ENDED = Message(
    es="La vista en vivo se cerró a los {minutes} minutos.", en="The live view closed after {minutes} minutes."
)
CONNECTING = Message(es="Pidiendo la imagen…", en="Requesting the picture…")
NO_PICTURE = Message(es="Sin imagen", en="No picture")
PAUSE = Message(es="Pausar {name}", en="Pause {name}")
PAUSE_ABOUT = Message(
    es="La cámara deja de mirar hasta la hora que indique. El motivo y el fin se muestran en la vista del dispositivo, "
    "para quien esté delante.",
    en="The camera stops watching until the time you choose. The reason and the end are shown in the device's view, to "
    "everybody in front of it.",
)
PAUSE_REASON = Message(es="Motivo", en="Reason")
PAUSE_LENGTH = Message(es="Durante", en="For")
PAUSE_LENGTHS: Mapping[int, Message] = {
    30: Message(es="30 min", en="30 min"),
    60: Message(es="1 hora", en="1 hour"),
    240: Message(es="4 horas", en="4 hours"),
    480: Message(es="8 horas", en="8 hours"),
    1440: Message(es="1 día", en="1 day"),
    10080: Message(es="1 semana", en="1 week"),
}
YOUR_NAME = Message(es="Su nombre (queda anotado)", en="Your name (it is recorded)")
INCOMPLETE = Message(es="Escriba el motivo y su nombre.", en="Enter the reason and your name.")
PAUSED_UNTIL = Message(
    es="{name} en pausa hasta {until} · {reason} · por {by}", en="{name} paused until {until} · {reason} · by {by}"
)
RESUME = Message(es="Reanudar {name}", en="Resume {name}")
PAUSED = Message(es="{name} queda en pausa.", en="{name} is paused.")
RESUMED = Message(es="{name} vuelve a mirar en unos segundos.", en="{name} watches again within seconds.")

ADJUST = Message(es="Ajustar lo que mira {name}", en="Adjust what {name} watches")
VIEW_ABOUT = Message(
    es="Rayado: no se mira (máscara). Verde: solo se mira ahí (zona). Claro: el rectángulo por añadir.",
    en="Hatched: not watched (mask). Green: watched only there (zone). Light: the rectangle to add.",
)
VIEW_WITHHELD = Message(
    es="La imagen la ve solo una cuenta de salud ocupacional: ajuste los rectángulos con ella al lado.",
    en="The picture is shown to accounts of occupational health alone: adjust the rectangles with one at hand.",
)
RECTANGLE = Message(es="Rectángulo", en="Rectangle")
RECTANGLES: Mapping[str, Message] = {
    "mask": Message(es="Máscara", en="Mask"),
    "zone": Message(es="Zona", en="Zone"),
}
ACROSS = Message(es="De izquierda a derecha", en="From left to right")
DOWN = Message(es="De arriba a abajo", en="From top to bottom")
ADD_RECTANGLE = Message(es="Añadir el rectángulo", en="Add the rectangle")
REMOVE = Message(es="Quitar: {what}", en="Remove: {what}")
SCHEDULE = Message(es="Horario", en="Hours")
ALWAYS = Message(es="Mira siempre.", en="It always watches.")
ON_DAYS = Message(es="Días", en="Days")
DAYS: Mapping[int, Message] = {
    1: Message(es="lun", en="Mon"),
    2: Message(es="mar", en="Tue"),
    3: Message(es="mié", en="Wed"),
    4: Message(es="jue", en="Thu"),
    5: Message(es="vie", en="Fri"),
    6: Message(es="sáb", en="Sat"),
    7: Message(es="dom", en="Sun"),
}
START = Message(es="Desde", en="From")
END = Message(es="Hasta", en="To")
ADD_HOURS = Message(es="Añadir horas", en="Add hours")
MIN_FACE = Message(
    es="Ancho mínimo de un rostro, en píxeles (0: cualquiera)", en="Smallest width of a face, in pixels (0: any)"
)
SAVE_VIEW = Message(es="Guardar", en="Save")
VIEW_SAVED = Message(
    es="Guardado. La cámara lo aplica en unos segundos.", en="Saved. The camera applies it within seconds."
)

ADD = Message(es="Añadir una cámara", en="Add a camera")
ADD_ABOUT = Message(
    es="Cada cámara tiene su dispositivo (un Raspberry Pi o un equipo con cámara). Póngale un nombre corto: linea-2.",
    en="Each camera has its device (a Raspberry Pi or a computer with a camera). Choose a short name, such as linea-2.",
)
ADD_NAME = Message(es="Nombre del dispositivo", en="Name of the device")
ADD_NAME_FORM = Message(
    es="Use letras sin tilde, números, punto o guion.", en="Use unaccented letters, digits, dots or hyphens."
)
ADD_CONTINUE = Message(es="Continuar", en="Continue")
ADD_STEPS = Message(
    es="Encienda el dispositivo, ejecute en él este programa y responda con estos datos. El token se ve solo ahora.",
    en="Switch the device on, run this program on it and answer with these data. The token is shown only now.",
)
ADD_SERVER = Message(es="Dirección del servidor", en="Address of the server")
ADD_LOOPBACK = Message(
    es="{url} es una dirección de este mismo equipo: un dispositivo en otra máquina no llega a ella. Para conectarlo, "
    "ponga en el servidor STRESSVISION_HOST=0.0.0.0 y STRESSVISION_ALLOWED_HOSTS con su nombre en la red, con un "
    "certificado (docs/puesta-en-servicio.md), y vuelva a iniciarlo.",
    en="{url} is an address of this computer alone: a device on another machine cannot reach it. To connect one, set "
    "STRESSVISION_HOST=0.0.0.0 and STRESSVISION_ALLOWED_HOSTS with the server's name on the network, with a "
    "certificate (docs/commissioning.md), and restart the server.",
)
ADD_TOKEN = Message(es="Token", en="Token")
ADD_NO_TOKEN = Message(es="ninguno: aún no hay cuentas", en="none: there are no accounts yet")
ADD_WAITING = Message(es="Esperando la primera señal de {name}…", en="Waiting for the first sign of {name}…")
ADD_CONNECTED = Message(
    es="{name} está conectada y observa. Ya puede cerrar esta ventana.",
    en="{name} is connected and watching. You may close this window.",
)
