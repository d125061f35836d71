"""Texts of the document about one person's own data."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Lo que se guarda de usted", en="What is kept about you")
CONFIDENTIAL = Message(
    es="CONFIDENCIAL · solo para la persona titular", en="CONFIDENTIAL · for the person concerned only"
)
RIGHTS = Message(es="Sus derechos", en="Your rights")
RIGHTS_TEXT = Message(
    es="Puede pedir que se corrija lo que esté mal, retirar su consentimiento cuando quiera y sin consecuencias (deja "
    "de ser reconocido en 5 segundos) y pedir que se borre todo lo que aquí aparece. Pídalo al servicio de salud "
    "ocupacional. Una expresión no es un sentimiento ni un diagnóstico: el sistema se equivoca a veces.",
    en="You may ask for anything wrong to be corrected, withdraw your consent whenever you like and without "
    "consequences (recognition ends within 5 seconds), and ask for everything shown here to be erased. Ask the "
    "occupational health service. An expression is neither a feeling nor a diagnosis: the system is sometimes wrong.",
)
CODE = Message(es="Código", en="Code")
NAME = Message(es="Nombre", en="Name")
DEPARTMENT = Message(es="Área", en="Department")
SHIFT = Message(es="Turno", en="Shift")
ACTIVE = Message(es="Activo", en="Active")
RECOGNISED = Message(es="Se le reconoce", en="You are recognised")
LAST_SEEN = Message(es="Visto por última vez", en="Last seen")
CREATED = Message(es="Registrado el", en="Recorded on")
POLICY = Message(es="Política", en="Policy")
YES, NO, NONE = Message(es="sí", en="yes"), Message(es="no", en="no"), Message(es="—", en="—")

CONSENTS = Message(es="Sus consentimientos", en="Your consents")
GIVEN, WITHDRAWN = Message(es="dado", en="given"), Message(es="retirado", en="withdrawn")
NO_CONSENTS = Message(es="No consta ninguno.", en="None is recorded.")
METHODS: Mapping[str | None, Message] = {
    "paper": Message(es="firmado en papel", en="signed on paper"),
    "electronic": Message(es="por medio electrónico", en="electronically"),
    "spoken": Message(es="de palabra", en="by word of mouth"),
    "demonstration": Message(es="demostración, persona sintética", en="demonstration, synthetic person"),
    None: Message(es="no consta", en="not recorded"),
}
FACES = Message(es="Su rostro", en="Your face")
FACES_TEXT = Message(
    es="Se guardan {count} juegos de 128 números que representan su rostro, medidos en su inscripción. No se guarda "
    "ninguna foto ni video. Los números están en el anexo que entrega el servicio de salud en persona.",
    en="{count} sets of 128 numbers that represent your face are kept, measured when you were enrolled. No photo and "
    "no video is kept. The numbers are in the annex that the health service hands over in person.",
)
NO_FACES = Message(es="No se guarda nada de su rostro.", en="Nothing of your face is kept.")

DETECTIONS = Message(es="Cuándo se le vio", en="When you were seen")
NO_DETECTIONS = Message(es="No se guarda ninguna detección.", en="No detection is kept.")
DAY, TOTAL = Message(es="Día", en="Day"), Message(es="Detecciones", en="Detections")
EXPRESSIONS: Mapping[str, Message] = {
    "neutral": Message(es="Neutra", en="Neutral"),
    "happy": Message(es="Alegría", en="Happiness"),
    "stress": Message(es="Compatible con estrés", en="Compatible with stress"),
    "sad": Message(es="Tristeza", en="Sadness"),
    "fatigue": Message(es="Fatiga", en="Fatigue"),
    "not_analysed": Message(es="Sin analizar", en="Not analysed"),
}
SHIFTS: Mapping[str, Message] = {
    "morning": Message(es="mañana", en="morning"),
    "afternoon": Message(es="tarde", en="afternoon"),
    "night": Message(es="noche", en="night"),
}
ALERTS = Message(es="Alertas", en="Alerts")
NO_ALERTS = Message(es="No hay ninguna.", en="There are none.")
WHEN, WHAT, STATUS = Message(es="Cuándo", en="When"), Message(es="Qué", en="What"), Message(es="Estado", en="Status")
USER, NOTES, HOW = Message(es="Quién", en="Who"), Message(es="Notas", en="Notes"), Message(es="Cómo", en="How")
VERSION = Message(es="Versión y huella del texto", en="Version and hash of the text")
STATUSES: Mapping[str, Message] = {
    "pending": Message(es="pendiente", en="pending"),
    "acknowledged": Message(es="atendida", en="acknowledged"),
    "resolved": Message(es="resuelta", en="resolved"),
}
REPORTS = Message(es="Reportes que le mencionan", en="Reports that mention you")
REPORTS_TEXT = Message(
    es="Reportes: {count}, del {first} al {last}. Cada uno está en el anexo.",
    en="Reports: {count}, from {first} to {last}. Each is in the annex.",
)
NO_REPORTS = Message(es="Ninguno.", en="None.")
ACCESSES = Message(es="Quién consultó o cambió sus datos", en="Who read or changed your data")
ACCESS_COUNT = Message(
    es="Las últimas {shown} de {count}; todas están en el anexo.",
    en="The latest {shown} of {count}; all are in the annex.",
)
NO_ACCOUNT = Message(es="sin cuenta ({address})", en="without an account ({address})")
FURTHER = Message(es="Otros datos", en="Further data")
FURTHER_TEXT = Message(es="{table}: {count} filas, en el anexo.", en="{table}: {count} rows, in the annex.")
FOOTER = Message(
    es="Generado {time} a partir de la base de datos de Stress Vision. Horas de {zone}.",
    en="Generated {time} from the database of Stress Vision. Times of {zone}.",
)
