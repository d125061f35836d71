"""Texts of the enrolment page: details, consent, pictures, and the rights of an enrolled person."""

from collections.abc import Mapping

from stressvision.core.texts import Message

TITLE = Message(es="Inscribir", en="Enrol")
NEW_TAB = Message(es="Inscribir a una persona", en="Enrol a person")
RIGHTS_TAB = Message(es="Cambiar, retirar o borrar", en="Change, withdraw or erase")
MODE = Message(es="Qué desea hacer", en="What to do")

DETAILS = Message(es="1 · Datos", en="1 · Details")
PERSON = Message(es="Persona", en="Person")
NEW_PERSON = Message(es="Persona nueva", en="New person")
CODE = Message(es="Código de empleado", en="Employee code")
CODE_HELP = Message(
    es="Mayúsculas y números, como EMP001 o T101.", en="Capital letters and digits, such as EMP001 or T101."
)
CODE_TAKEN = Message(
    es="{code} ya está registrado a nombre de {name}. Si es otra persona, use otro código.",
    en="{code} is registered for {name} already. If it is another person, use another code.",
)
FULL_NAME = Message(es="Nombre completo", en="Full name")
DEPARTMENT = Message(es="Área", en="Department")
SHIFT = Message(es="Turno", en="Shift")
CHOOSE_OR_TYPE = Message(es="Elija o escriba", en="Choose or type")
RECORDER = Message(es="Su nombre (queda anotado)", en="Your name (it is recorded)")

CONSENT = Message(es="2 · Consentimiento", en="2 · Consent")
CONSENT_ABOUT = Message(
    es="La persona lee este texto y decide. Es voluntario: sin firma no se inscribe.",
    en="The person reads this text and decides. It is voluntary: without a signature there is no enrolment.",
)
CONSENT_FILE = Message(es="Descargar para imprimir", en="Download to print")
HOW_SIGNED = Message(es="Cómo firma", en="How it is signed")
METHODS: Mapping[str, Message] = {
    "electronic": Message(es="En esta pantalla", en="On this screen"),
    "paper": Message(es="En papel", en="On paper"),
}
SIGNATURE = Message(
    es="Firma: la persona escribe aquí su nombre completo", en="Signature: the person types their full name here"
)
SIGNATURE_DIFFERS = Message(
    es="La firma debe ser igual al nombre completo: {name}", en="The signature must equal the full name: {name}"
)
SIGNED_PAPER = Message(
    es="La persona leyó el texto y firmó la hoja, que queda archivada",
    en="The person read the text and signed the sheet, which is kept on file",
)

PICTURES = Message(es="3 · Fotos", en="3 · Pictures")
PICTURES_ABOUT = Message(
    es="Tres fotos que sirvan bastan. Se miden al momento y se descartan: solo quedan números del rostro.",
    en="Three usable pictures are enough. They are measured at once and discarded: only numbers of the face are kept.",
)
SOURCE = Message(es="De dónde vienen", en="Where they come from")
SOURCES: Mapping[str, Message] = {
    "camera": Message(es="Cámara de este equipo", en="Camera of this computer"),
    "files": Message(es="Archivos", en="Files"),
}
POSES: tuple[Message, ...] = (
    Message(es="De frente, con el rostro relajado", en="Facing the camera, with a relaxed face"),
    Message(es="Gire un poco la cabeza a la izquierda", en="Turn the head slightly to the left"),
    Message(es="Gire un poco la cabeza a la derecha", en="Turn the head slightly to the right"),
    Message(es="Una más, de frente (si quiere)", en="One more, facing the camera (optional)"),
)
TAKE = Message(es="Foto {number}: {pose}", en="Picture {number}: {pose}")
CHOOSE_FILES = Message(es="Fotos de frente, JPG o PNG", en="Frontal pictures, JPG or PNG")
CAMERA_HELP = Message(
    es="Si no ve su cámara, permita su uso en el navegador o use archivos.",
    en="If the camera is not shown, allow it in the browser or use files.",
)
JUDGING = Message(es="Midiendo la foto…", en="Measuring the picture…")
USABLE = Message(es="Sirve · calidad {quality}", en="Usable · quality {quality}")
REFUSED = Message(es="«{name}» no sirve: {reason}", en="“{name}” is not usable: {reason}")
PICTURE = Message(es="Foto {number}", en="Picture {number}")
REMOVE_PICTURE = Message(es="Quitar la foto {number}", en="Remove picture {number}")
ENOUGH = Message(es="{count} fotos sirven.", en="{count} pictures are usable.")
MISSING_PICTURES = Message(es="{count} fotos más", en="{count} more pictures")
MISSING_PICTURE = Message(es="1 foto más", en="1 more picture")
MISSING_CODE = Message(es="el código", en="the code")
MISSING_NAME = Message(es="el nombre", en="the name")
MISSING_RECORDER = Message(es="quién inscribe", en="who enrols")
MISSING_SIGNATURE = Message(es="la firma", en="the signature")
MISSING = Message(es="Falta: {what}.", en="Missing: {what}.")
ENROL = Message(es="Inscribir a {name}", en="Enrol {name}")
ENROL_NOBODY = Message(es="Inscribir", en="Enrol")
ENROLLING = Message(es="Inscribiendo…", en="Enrolling…")
NOT_ENROLLED = Message(es="No se inscribió", en="Not enrolled")
ALLOW_SIMILAR = Message(
    es="Comprobé que es otra persona: inscribir aunque se parezcan",
    en="I checked that it is another person: enrol although they resemble each other",
)
REPLACE_FACE = Message(
    es="Comprobé su identidad: reemplazar el rostro guardado", en="I checked the identity: replace the stored face"
)
SIMILAR = Message(
    es="Se parece mucho a una persona que ya está inscrita. Si es la misma, no la inscriba dos veces.",
    en="It resembles a person who is enrolled already. If it is the same one, do not enrol twice.",
)
OTHER_FACE = Message(
    es="Las fotos no parecen de la persona que ya está inscrita con este código.",
    en="The pictures do not seem to show the person enrolled under this code.",
)
DONE = Message(es="Las cámaras ya reconocen a {name}.", en="The cameras now recognise {name}.")
DONE_DETAIL = Message(
    es="{count} fotos medidas, calidad {quality}. Los dispositivos reciben el rostro en unos segundos.",
    en="{count} pictures measured, quality {quality}. The devices receive the face within seconds.",
)
NOT_RELAXED = Message(
    es="En ninguna foto el rostro estaba relajado: su expresión neutra propia no se conoce todavía.",
    en="The face was relaxed in no picture: the person's own neutral expression is not known yet.",
)
ANOTHER = Message(es="Inscribir a otra persona", en="Enrol another person")

RIGHTS_ABOUT = Message(
    es="La persona puede pedir cualquiera de estas cosas, sin dar razones.",
    en="The person may ask for any of these, without reasons.",
)
CHOOSE = Message(es="Elija a la persona", en="Choose the person")
STATES: Mapping[str, Message] = {
    "enrolled": Message(es="Inscrita: las cámaras la reconocen", en="Enrolled: the cameras recognise the person"),
    "withdrawn": Message(es="Sin consentimiento: no se la reconoce", en="No consent: not recognised"),
    "inactive": Message(es="Desactivada: no se la reconoce", en="Inactive: not recognised"),
    "pending": Message(es="Falta inscribirla", en="Not enrolled yet"),
}
CORRECT = Message(es="Corregir los datos de {name}", en="Correct the details of {name}")
SAVE = Message(es="Guardar", en="Save")
SAVED = Message(es="Datos guardados.", en="Details saved.")
DEACTIVATE = Message(es="Desactivar a {name}", en="Deactivate {name}")
ACTIVATE = Message(es="Activar a {name}", en="Activate {name}")
WITHDRAW = Message(es="Retirar el consentimiento de {name}", en="Withdraw the consent of {name}")
WITHDRAW_ABOUT = Message(
    es="Desde ahora las cámaras no reconocen a {name} y se borran los números de su rostro. Lo ya guardado se conserva "
    "hasta su plazo; para borrarlo todo use «Borrar».",
    en="From now on the cameras do not recognise {name}, and the numbers of the face are deleted. Stored data are kept "
    "for their period; use “Erase” to delete everything.",
)
WITHDRAW_BUTTON = Message(es="Retirar el consentimiento", en="Withdraw consent")
WITHDRAWN = Message(
    es="Consentimiento retirado: {name} ya no es reconocida.", en="Consent withdrawn: {name} is no longer recognised."
)
ERASE = Message(es="Borrar todo lo de {name}", en="Erase all data of {name}")
ERASE_ABOUT = Message(
    es="Se borra de la base, las copias de seguridad y los registros, y se comprueba que no quede nada. No se puede "
    "deshacer. Puede tardar varios minutos; mientras tanto se sigue guardando.",
    en="The data are erased from the database, the backups and the logs, and it is checked that nothing is left. It "
    "cannot be undone. It may take some minutes, while storing goes on.",
)
ERASE_BUTTON = Message(es="Borrar para siempre", en="Erase for ever")
ERASING = Message(es="Borrando y comprobando…", en="Erasing and checking…")
TYPE_CODE = Message(es="Escriba {code} para confirmar", en="Type {code} to confirm")
WRONG_CODE = Message(es="El código no coincide: no se hizo nada.", en="The code differs: nothing was done.")
ERASED = Message(es="Borrado terminado", en="Erasure complete")
ERASED_CLEAN = Message(
    es="Se buscó byte por byte y no queda ningún rastro. Entregue el certificado a la persona.",
    en="Every byte was searched and no trace is left. Hand the certificate to the person.",
)
ERASED_TRACES = Message(
    es="Quedan rastros en los lugares señalados: avise a quien administra el sistema.",
    en="Traces are left in the places marked: inform the administrator of the system.",
)
CERTIFICATE = Message(es="Descargar el certificado", en="Download the certificate")
CERTIFICATE_TEXT = Message(
    es="Certificado de borrado {id}\n\nFecha: {at} (hora de planta)\nPor: {by}\n\n"
    "Filas borradas o reescritas:\n{rows}\n\nLugares:\n{places}\n\n{verdict}\n"
    "Este certificado no contiene datos de la persona.\n",
    en="Certificate of erasure {id}\n\nDate: {at} (plant time)\nBy: {by}\n\nRows deleted or rewritten:\n{rows}\n\n"
    "Places:\n{places}\n\n{verdict}\nThis certificate contains no data of the person.\n",
)
PLACES: Mapping[bool | None, Message] = {
    True: Message(es="sin rastro", en="clean"),
    False: Message(es="QUEDAN RASTROS", en="TRACES LEFT"),
    None: Message(es="no examinable", en="not examined"),
}
PLACE = Message(es="Lugar", en="Place")
RESULT = Message(es="Resultado", en="Result")
CLOSE = Message(es="Cerrar", en="Close")
DEMO = Message(
    es="Aquí corre la demostración, con personas sintéticas: no se inscribe a nadie.",
    en="The demonstration runs here, with synthetic people: nobody is enrolled.",
)
DEMO_REMEDY = Message(
    es="Para la planta, inicie el sistema sin --demo en otra carpeta, que tendrá una base propia.",
    en="For the plant, start the system without --demo in another folder, which will have a database of its own.",
)
