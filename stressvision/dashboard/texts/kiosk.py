"""Texts of the kiosk's page and of its administration."""

from stressvision.core.texts import Message

TITLE = Message(es="¿Cómo se siente ahora?", en="How do you feel now?")
ABOUT = Message(
    es="Es voluntario, y aquí no se muestra nada de nadie. Sirve para saber si la cámara acierta.",
    en="It is voluntary, and nothing about anybody is shown here. It tells whether the camera is right.",
)
CODE = Message(es="Su código (6 cifras, está en «Mis datos»)", en="Your code (6 digits, on “My data”)")
SEND = Message(es="Enviar", en="Send")
CLEAR = Message(es="Borrar", en="Clear")
THANKS = Message(es="Gracias: quedó guardado", en="Thank you: it is saved")
BACK_SOON = Message(
    es="La pantalla vuelve sola al principio en unos segundos.", en="The screen returns by itself within seconds."
)
NOT_OPEN = Message(es="Este quiosco no está disponible", en="This kiosk is not available")
NOT_SENT = Message(es="No se guardó", en="It was not saved")
FIRST = Message(es="Volver", en="Back")
ANSWER_ONE = Message(
    es="Escriba su código y elija al menos una respuesta.", en="Enter your code and choose at least one answer."
)

HEADING = Message(es="Quioscos", en="Kiosks")
HEADING_NOTE = Message(
    es="Una tableta en el área donde las personas responden con su código personal, sin iniciar sesión y sin ver datos "
    "de nadie. Abra el enlace una vez en la tableta y déjelo abierto.",
    en="A tablet in the area where people answer with their personal code, without a login and without seeing data of "
    "anybody. Open the link once on the tablet and leave it open.",
)
NONE = Message(es="Ninguno todavía.", en="None yet.")
LOCATION = Message(es="Dónde está", en="Where it stands")
ADD = Message(es="Crear quiosco", en="Create kiosk")
END = Message(es="Terminar {location}", en="End {location}")
ISSUED = Message(es="Ábralo en la tableta. No se vuelve a mostrar.", en="Open it on the tablet. It is not shown again.")
LOOPBACK = Message(
    es="Una tableta no puede abrir esta dirección, que es de este equipo ({url}). Abra el tablero con el nombre del "
    "servidor en la red.",
    en="A tablet cannot open this address of this computer ({url}). Open the dashboard with the server's name on the "
    "network.",
)
OWN_CODE = Message(es="Código para los quioscos", en="Code for kiosks")
OWN_CODE_NOTE = Message(
    es="Con él responde en la tableta de su área. Guarda respuestas y no muestra nada. Uno nuevo anula el anterior.",
    en="With it you answer on the tablet of your area. It stores answers alone and shows nothing. A new one ends the "
    "earlier one.",
)
MAKE_CODE = Message(es="Mostrar un código nuevo", en="Show a new code")
YOUR_CODE = Message(
    es="Su código: {code}. Anótelo: no se vuelve a mostrar.",
    en="Your code: {code}. Note it down: it is not shown again.",
)
PROMPT = Message(
    es="Si quiere, responda ahora: ¿cómo se siente? La página pregunta en momentos al azar.",
    en="If you like, answer now: how do you feel? The page asks at random moments.",
)
LATER = Message(es="Ahora no", en="Not now")
OCCASION = Message(es="Respuestas", en="Answers")
OCCASIONS = {
    "": Message(es="Todas", en="All"),
    "own": Message(es="Por iniciativa propia", en="On their own initiative"),
    "kiosk": Message(es="En un quiosco", en="At a kiosk"),
    "random": Message(es="Preguntadas al azar", en="Asked at random"),
    "after_alert": Message(es="Preguntadas después de una alerta", en="Asked after an alert"),
}
