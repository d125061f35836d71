"""Texts of a person's own page, of the personal link, of requests for correction and of the self-report."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Mis datos", en="My data")
NO_LINK = Message(
    es="Esta página se abre con el enlace personal o el código QR que entrega el servicio de salud ocupacional.",
    en="This page opens with the personal link or QR code that the occupational health service hands out.",
)
OPEN_ONCE = Message(
    es="El enlace es personal y de un solo uso: se abre una vez y los datos se ven media hora, solo en esta ventana. "
    "Si la cierra o la recarga, pida otro enlace.",
    en="The link is personal and for one use: it opens once and shows the data for half an hour, in this window only. "
    "If you close or reload it, ask for another link.",
)
OPEN = Message(es="Abrir mis datos", en="Open my data")
CLOSE = Message(es="Cerrar", en="Close")
CLOSED = Message(
    es="Cerró sus datos. Puede cerrar esta ventana.", en="You closed your data. You can close this window."
)
ENDED = Message(es="Pasó la media hora y sus datos se cerraron.", en="The half hour is over and your data were closed.")
GREETING = Message(es="{name} · {code}", en="{name} · {code}")
VALID_UNTIL = Message(es="Esta página vale hasta las {time}.", en="This page is valid until {time}.")
STATES: Mapping[str, Message] = {
    "recognised": Message(
        es="Las cámaras le reconocen, con su consentimiento del {date}.",
        en="The cameras recognise you, with your consent of {date}.",
    ),
    "paused": Message(
        es="En pausa: las cámaras no le reconocen hasta las {time}.",
        en="Paused: the cameras do not recognise you until {time}.",
    ),
    "withdrawn": Message(
        es="Sin consentimiento: las cámaras no le reconocen y su rostro está borrado.",
        en="No consent: the cameras do not recognise you and your face is deleted.",
    ),
    "not_enrolled": Message(
        es="Las cámaras no le reconocen: falta la inscripción.", en="The cameras do not recognise you: not enrolled."
    ),
}
PAUSE = Message(es="No reconocerme hoy", en="Do not recognise me today")
RESUME = Message(es="Terminar la pausa", en="End the pause")
PAUSE_NOTE = Message(
    es="La pausa empieza en unos segundos y dura hasta medianoche. Nadie tiene que aprobarla, ni le pedirá razones.",
    en="The pause begins within seconds and lasts until midnight. No approval and no reason is needed.",
)
WITHDRAW = Message(es="Retirar mi consentimiento", en="Withdraw my consent")
WITHDRAW_NOTE = Message(
    es="Se borra su rostro y deja de ser reconocido. Lo ya contado se borra si lo pide al servicio de salud. Para "
    "volver hace falta una nueva inscripción.",
    en="Your face is deleted and you are no longer recognised. What was counted is erased on request to the health "
    "service. To return you need a new enrolment.",
)
TYPE_CODE = Message(es="Para confirmar, escriba su código: {code}", en="To confirm, type your code: {code}")
WRONG_CODE = Message(es="El código no coincide: no se cambió nada.", en="The code does not match: nothing was changed.")
STORED = Message(es="Qué se guarda de usted", en="What is stored about you")
KINDS: Mapping[str, Message] = {
    "faces": Message(es="Muestras del rostro, como números", en="Samples of your face, as numbers"),
    "detections": Message(es="Detecciones: hora, cámara y expresión", en="Detections: time, camera and expression"),
    "alerts": Message(es="Alertas sobre usted", en="Alerts about you"),
    "reports": Message(es="Días con totales de sus detecciones", en="Days with totals of your detections"),
    "accesses": Message(es="Consultas y cambios de sus datos", en="Readings and changes of your data"),
    "self_reports": Message(es="Sus autoinformes", en="Your self-reports"),
    "requests": Message(es="Sus solicitudes de corrección", en="Your requests for correction"),
}
WHAT = Message(es="Dato", en="Data")
COUNT = Message(es="Cantidad", en="Count")
KEPT_FOR = Message(es="Se guarda", en="Kept for")
DAYS = Message(es="{days} días", en="{days} days")
UNTIL_ERASED = Message(es="hasta su borrado", en="until it is erased")
NO_PICTURES = Message(
    es="No se guarda ninguna imagen ni video. Nadie afirma qué siente usted: solo con qué es compatible una expresión.",
    en="No picture or video is stored. Nobody claims what you feel: only what an expression is compatible with.",
)
READERS = Message(es="Quién consultó o cambió sus datos", en="Who read or changed your data")
ALERTS = Message(es="Alertas sobre usted", en="Alerts about you")
NO_ALERTS = Message(es="Ninguna.", en="None.")
SELF_REPORT = Message(es="¿Cómo se siente ahora?", en="How do you feel now?")
SELF_REPORT_NOTE = Message(
    es="Es voluntario. Sirve para saber si la cámara acierta, se compara sin nombres y nunca se usa contra usted.",
    en="It is voluntary. It shows whether the camera is right, is compared without names and never used against you.",
)
SLEEPINESS = Message(es="Somnolencia (Karolinska)", en="Sleepiness (Karolinska)")
SLEEPINESS_STEPS: Mapping[int, Message] = {
    1: Message(es="1 · Muy despierto", en="1 · Extremely alert"),
    2: Message(es="2", en="2"),
    3: Message(es="3 · Despierto", en="3 · Alert"),
    4: Message(es="4", en="4"),
    5: Message(es="5 · Ni lo uno ni lo otro", en="5 · Neither alert nor sleepy"),
    6: Message(es="6", en="6"),
    7: Message(es="7 · Con sueño, sin esfuerzo", en="7 · Sleepy, no effort"),
    8: Message(es="8", en="8"),
    9: Message(es="9 · Mucho sueño, con esfuerzo", en="9 · Very sleepy, effort"),
}
TENSION = Message(es="Tensión", en="Tension")
TENSION_STEPS: Mapping[int, Message] = {
    1: Message(es="1 · Ninguna", en="1 · None"),
    2: Message(es="2 · Poca", en="2 · Little"),
    3: Message(es="3 · Media", en="3 · Medium"),
    4: Message(es="4 · Alta", en="4 · High"),
    5: Message(es="5 · Muy alta", en="5 · Very high"),
}
SEND = Message(es="Enviar", en="Send")
SENT = Message(es="Gracias: quedó guardado.", en="Thank you: it is saved.")
ANSWER_ONE = Message(es="Elija al menos una respuesta.", en="Choose at least one answer.")
CORRECT = Message(es="Pedir una corrección", en="Request a correction")
CORRECT_NOTE = Message(
    es="Escriba qué dato está mal y cómo debe ser. El servicio de salud le responde aquí.",
    en="Write which data is wrong and how it should be. The health service answers here.",
)
DETAIL = Message(es="Qué hay que corregir", en="What has to be corrected")
REQUESTED = Message(es="Solicitud enviada.", en="Request sent.")
WAITING = Message(es="Sin responder", en="Not answered yet")
ANSWER = Message(es="Respuesta", en="Answer")
CHANGED = Message(es="Cambio guardado.", en="Change saved.")

LINK = Message(es="Entregar sus datos a la persona", en="Hand the data to the person")
LINK_NOTE = Message(
    es="Crea un código QR de un solo uso con el que la persona ve qué se guarda de ella, quién lo consultó, y puede "
    "pausar, retirar su consentimiento o pedir una corrección. Los enlaces anteriores dejan de valer.",
    en="Creates a QR code for one use with which the person sees what is stored about them and who read it, and can "
    "pause, withdraw consent or request a correction. Earlier links end.",
)
MAKE_LINK = Message(es="Crear código QR", en="Create QR code")
LINK_LOOPBACK = Message(
    es="Un teléfono no puede abrir este código: la dirección es de este equipo. Abra el tablero con el nombre del "
    "servidor en la red y cree el código otra vez. Si no tiene nombre, pida a quien administra el sistema que ponga "
    "STRESSVISION_HOST y STRESSVISION_ALLOWED_HOSTS.",
    en="A phone cannot open this code: the address is of this computer alone. Open the dashboard with the server's "
    "name on the network and make the code again. If it has no name, ask the administrator of the system to set "
    "STRESSVISION_HOST and STRESSVISION_ALLOWED_HOSTS.",
)
LINK_READY = Message(
    es="Se abre una sola vez, hasta el {time}, y muestra los datos media hora. No se vuelve a mostrar.",
    en="It opens once, until {time}, and shows the data for half an hour. It is not shown again.",
)

SELF_REPORTS_TITLE = Message(es="Autoinforme", en="Self-report")
AGREEMENT = Message(es="¿Acierta la cámara con las personas de aquí?", en="Is the camera right about people here?")
AGREEMENT_NOTE = Message(
    es="Cada respuesta se compara con lo que la cámara contó de esa persona en la media hora anterior (30 detecciones "
    "o más), sobre todas las personas y los últimos {days} días. Sirve para juzgar a la cámara, no a las personas.",
    en="Each answer is compared with what the camera counted of that person in the half hour before (30 detections "
    "or more), over all people and the last {days} days. It judges the camera, not the people.",
)
SCALES: Mapping[str, Message] = {
    "sleepiness": Message(
        es="Somnolencia de {threshold} o más, frente a la proporción compatible con fatiga",
        en="Sleepiness of {threshold} or more, against the share compatible with fatigue",
    ),
    "tension": Message(
        es="Tensión de {threshold} o más, frente a la proporción compatible con estrés o tristeza",
        en="Tension of {threshold} or more, against the share compatible with stress or sadness",
    ),
}
ANSWERS = Message(es="Respuestas comparadas", en="Answers compared")
PEOPLE = Message(es="Personas", en="People")
ABOVE = Message(es="En el umbral o más", en="At the threshold or more")
CORRELATION = Message(es="Correlación (Spearman)", en="Correlation (Spearman)")
AREA = Message(es="Área bajo la curva ROC", en="Area under the ROC curve")
INSUFFICIENT = Message(es="insuficiente", en="insufficient")
INSUFFICIENT_HELP = Message(
    es="Hacen falta {reports} respuestas, {each} a cada lado del umbral, de {people} personas.",
    en="It takes {reports} answers, {each} on each side of the threshold, of {people} people.",
)
INTERVAL = Message(es="95 %: {low} a {high}", en="95 %: {low} to {high}")
AREA_HELP = Message(
    es="0.5: la cámara no distingue; 1: distingue siempre. Varias respuestas de una persona se parecen entre sí: el "
    "intervalo real es más ancho.",
    en="0.5: the camera does not distinguish; 1: always does. Several answers of one person are alike: the true "
    "interval is wider.",
)
REQUESTS_TITLE = Message(es="Solicitudes de corrección", en="Requests for correction")
NO_REQUESTS = Message(es="No hay solicitudes por responder.", en="There are no requests to answer.")
REPLY = Message(es="Respuesta a {name}", en="Answer to {name}")
CLOSE_REQUEST = Message(es="Responder a {name}", en="Answer {name}")
CLOSED_REQUEST = Message(es="Se respondió a {name}.", en="{name} was answered.")
