"""The words of "what is kept about me"."""

from collections.abc import Mapping

from stressvision.core.errors import Message

TITLE = Message("Lo que se guarda de usted", "What is kept about you")
CONFIDENTIAL = Message("CONFIDENCIAL · solo para la persona titular", "CONFIDENTIAL · for the person concerned only")
RIGHTS = Message("Sus derechos", "Your rights")
RIGHTS_TEXT = Message(
    "Puede pedir que se corrija lo que esté mal, retirar su consentimiento cuando quiera y sin consecuencias (deja de "
    "ser reconocido en 5 segundos) y pedir que se borre todo lo que aquí aparece. Pídalo al servicio de salud "
    "ocupacional. Una expresión no es un sentimiento ni un diagnóstico: el sistema se equivoca a veces.",
    "You may ask for anything wrong to be corrected, withdraw your consent whenever you like and without consequences "
    "(recognition ends within 5 seconds), and ask for everything shown here to be erased. Ask the occupational health "
    "service. An expression is neither a feeling nor a diagnosis: the system is sometimes wrong.",
)
CODE = Message("Código", "Code")
NAME = Message("Nombre", "Name")
DEPARTMENT = Message("Área", "Department")
SHIFT = Message("Turno", "Shift")
ACTIVE = Message("Activo", "Active")
RECOGNISED = Message("Se le reconoce", "You are recognised")
LAST_SEEN = Message("Visto por última vez", "Last seen")
CREATED = Message("Registrado el", "Recorded on")
POLICY = Message("Política", "Policy")
YES, NO, NONE = Message("sí", "yes"), Message("no", "no"), Message("—", "—")

CONSENTS = Message("Sus consentimientos", "Your consents")
GIVEN, WITHDRAWN = Message("dado", "given"), Message("retirado", "withdrawn")
NO_CONSENTS = Message("No consta ninguno.", "None is recorded.")
METHODS: Mapping[str | None, Message] = {
    "paper": Message("firmado en papel", "signed on paper"),
    "electronic": Message("por medio electrónico", "electronically"),
    "spoken": Message("de palabra", "by word of mouth"),
    "demonstration": Message("demostración, persona sintética", "demonstration, synthetic person"),
    None: Message("no consta", "not recorded"),
}
FACES = Message("Su rostro", "Your face")
FACES_TEXT = Message(
    "Se guardan {count} juegos de 128 números que representan su rostro, medidos en su inscripción. No se guarda "
    "ninguna foto ni video. Los números están en el anexo que entrega el servicio de salud en persona.",
    "{count} sets of 128 numbers that represent your face are kept, measured when you were enrolled. No photo and no "
    "video is kept. The numbers are in the annex that the health service hands over in person.",
)
NO_FACES = Message("No se guarda nada de su rostro.", "Nothing of your face is kept.")

DETECTIONS = Message("Cuándo se le vio", "When you were seen")
NO_DETECTIONS = Message("No se guarda ninguna detección.", "No detection is kept.")
DAY, TOTAL = Message("Día", "Day"), Message("Detecciones", "Detections")
EXPRESSIONS: Mapping[str, Message] = {
    "neutral": Message("Neutral", "Neutral"),
    "happy": Message("Alegría", "Happy"),
    "stress": Message("Compatible con estrés", "Compatible with stress"),
    "sad": Message("Tristeza", "Sad"),
    "fatigue": Message("Fatiga", "Fatigue"),
    "not_analysed": Message("Sin analizar", "Not analysed"),
}
SHIFTS: Mapping[str, Message] = {
    "morning": Message("mañana", "morning"),
    "afternoon": Message("tarde", "afternoon"),
    "night": Message("noche", "night"),
}
ALERTS = Message("Alertas", "Alerts")
NO_ALERTS = Message("No hay ninguna.", "There are none.")
WHEN, WHAT, STATUS = Message("Cuándo", "When"), Message("Qué", "What"), Message("Estado", "Status")
WHO, NOTES, HOW = Message("Quién", "Who"), Message("Notas", "Notes"), Message("Cómo", "How")
VERSION = Message("Versión y huella del texto", "Version and hash of the text")
STATUSES: Mapping[str, Message] = {
    "pending": Message("pendiente", "pending"),
    "acknowledged": Message("reconocida", "acknowledged"),
    "resolved": Message("resuelta", "resolved"),
}
REPORTS = Message("Reportes que le mencionan", "Reports that mention you")
REPORTS_TEXT = Message(
    "Reportes: {count}, del {first} al {last}. Cada uno está en el anexo.",
    "Reports: {count}, from {first} to {last}. Each is in the annex.",
)
NO_REPORTS = Message("Ninguno.", "None.")
ACCESSES = Message("Quién miró o cambió lo suyo", "Who looked at or changed what is yours")
ACCESS_COUNT = Message(
    "Las últimas {shown} de {count}; todas están en el anexo.", "The latest {shown} of {count}; all are in the annex."
)
NO_ACCOUNT = Message("sin cuenta ({address})", "without an account ({address})")
ACTIONS: Mapping[str, Message] = {
    "enrol": Message("inscripción", "enrolment"),
    "create_employee": Message("registró su ficha", "created your record"),
    "change_employee": Message("corrigió su ficha", "corrected your record"),
    "activate_employee": Message("activó su ficha", "activated your record"),
    "deactivate_employee": Message("desactivó su ficha", "deactivated your record"),
    "read_employee": Message("vio su ficha", "read your record"),
    "read_employee_state": Message("vio su estado reciente", "read your recent state"),
    "follow_employee": Message("siguió su estado en vivo", "followed your live state"),
    "read_alerts": Message("vio sus alertas", "read your alerts"),
    "read_audit": Message("vio quién miró lo suyo", "read who looked at what is yours"),
    "read_own_data": Message("pidió esta relación", "asked for this account"),
    "export_detections": Message("exportó sus detecciones", "exported your detections"),
    "withdraw_consent": Message("registró el retiro de su consentimiento", "recorded that you withdrew consent"),
    "read_alert": Message("vio una alerta suya", "read an alert of yours"),
    "alert_noted": Message("anotó una alerta", "annotated an alert"),
    "alert_escalated": Message("una alerta sin reconocer se escaló", "an unacknowledged alert was passed on"),
    "silence_begun": Message("silenció sus alertas", "silenced your alerts"),
    "silence_ended": Message("terminó un silencio", "ended a silence"),
    "alert_acknowledged": Message("reconoció una alerta", "acknowledged an alert"),
    "alert_resolved": Message("resolvió una alerta", "resolved an alert"),
}
FURTHER = Message("Otros datos", "Further data")
FURTHER_TEXT = Message("{table}: {count} filas, en el anexo.", "{table}: {count} rows, in the annex.")
FOOTER = Message(
    "Generado {time} a partir de la base de datos de Stress Vision. Horas de {zone}.",
    "Generated {time} from the database of Stress Vision. Times of {zone}.",
)
