"""Spanish descriptions of the OpenAPI document. The English ones are the models' docstrings.

A schema without an entry has no description in the Spanish document.
"""

from collections.abc import Mapping

SCHEMAS: Mapping[str, str] = {
    "AccessRecord": "Una consulta o un cambio de los datos de la persona.",
    "AgreementFigures": (
        "Concordancia de los autoinformes con la proporción de la cámara en la media hora anterior, sobre todas las "
        "personas."
    ),
    "Alert": (
        "De una persona (`employee_id`) o de un dispositivo (`device_id`). `evidence_*` dice en qué se apoya:"
        " cuántas detecciones, de cuántas, con qué confianza media, desde cuándo, en qué minutos y qué "
        "porcentaje son. `above_usual`: cuántos puntos porcentuales supera ese porcentaje a `usual_share`. "
        "`usual_share`: la proporción usual de la persona a esa hora del día, en porcentaje, según "
        "`usual_days` días; null si hay poca historia. `error_chance`, de 0 a 1: cuán probable es que tantas "
        "salgan solo de errores del modelo, si las detecciones fueran independientes. `escalation_level`: "
        "cuántas veces se elevó porque nadie la reconoció."
    ),
    "AlertDecision": "Quién decide sobre una alerta, y por qué. `user_id` también puede ir como parámetro.",
    "AlertDetail": "Una alerta y su historial, lo más antiguo primero.",
    "AlertLinkState": (
        "El enlace de un mensaje: lo que el mensaje decía de la alerta, y nada de una persona. `state`: `pending` si "
        "se puede atender, `acknowledged` si lo hizo este enlace ahora, `used` si antes, `settled` si decidió otra "
        "persona."
    ),
    "AlertNote": "Lo que alguien añade a una alerta, en cualquier estado.",
    "AlertStepTaken": "Un paso del historial de una alerta. `kind`: raised, acknowledged, noted, resolved, escalated.",
    "ApiSession": "`session_id` es el número de la sesión.",
    "AuditList": "Lo más reciente primero; `total` cuenta todo lo que coincide.",
    "Box": "Píxeles de la imagen; `x`, `y` es la esquina superior izquierda.",
    "CleanedPlace": "Un lugar donde había datos. `is_clean` null: no se puede examinar desde aquí.",
    "ConsentText": "El texto de consentimiento en vigor. `sha256`: el de su archivo, que nombra cada consentimiento.",
    "DayOfDetections": "`day` de la planta; `counts` por expresión, las no analizadas en `not_analysed`.",
    "DetectionIn": (
        "Una persona ante una cámara. `employee_id` null: nadie inscrito. `emotion` null: contada, no analizada."
    ),
    "DetectionList": (
        "`total` cuenta todo lo que coincide; `detections` trae como máximo `limit`, lo más reciente primero."
    ),
    "Device": (
        "`state`: el último estado que informó el dispositivo, o `silent` si dejó de informar. "
        "`temperature`, `throttled` y `clock_ahead_seconds`: null si no puede saberlo."
    ),
    "DeviceCoverage": (
        "Tiempo observado por una cámara: `seen_minutes` de `minutes`; `strip` en porcentaje por tramos iguales."
    ),
    "Emotion": "Con qué es compatible una expresión. Nunca lo que alguien siente.",
    "EmotionCount": "`emotion` null: rostros contados y no analizados.",
    "Employee": "`face_encoding_quality` de 0 a 1. Los números del rostro nunca se envían.",
    "EmployeeChange": "Lo que cambia; lo que falta queda como está, y null vacía el área o el turno.",
    "EmployeeList": ("Una página de empleados. `departments`, `shifts`: los de todos los empleados, para filtrar."),
    "EmployeeNew": "Alguien de quien aún no se reconoce nada: para eso hacen falta inscripción y consentimiento.",
    "EmployeeReport": (
        "`counts` nombra las cinco expresiones; lo contado y no analizado está solo en `total_detections`."
    ),
    "EmployeeState": "`live_status` es la última detección del periodo; null si no hay.",
    "EnrolmentResult": "`stills`: cada foto que se envió, en orden.",
    "ErasureCertificate": (
        "Prueba de un borrado. No dice nada de la persona: el id es al azar y las filas van contadas por tabla."
    ),
    "FaceRecord": "`embedding`: los 128 números; no se envían por la red.",
    "FieldFault": "Un dato no válido.",
    "GroupReport": "Un área; null: personas sin área. `people` de varios días: el máximo de un día.",
    "HourCount": "`hour`: comienzo de una hora UTC.",
    "Liveness": "`status`: healthy mientras el proceso responde; `database`: connected, o qué falla.",
    "LoggedIn": "`token` va en la cabecera `Authorization: Bearer …`, nunca en una dirección.",
    "MinuteCount": "Un minuto del reloj: `events` que cuenta la regla, de `total` detecciones.",
    "NoticeQueue": (
        "`failing_since`: desde cuándo espera el aviso más antiguo que se intentó en vano; null si todo va bien."
    ),
    "NoticeTarget": (
        "`label`: tipo de dirección y, en correo y webhooks, su servidor y el buzón abreviado. `name`: de un destino "
        "con filtro. `failed`: avisos abandonados."
    ),
    "OpenedLink": "Lo que se recibe al abrir un enlace: `secret` es el token Bearer de /api/own hasta que vence.",
    "Overview": (
        "La última hora de un vistazo. `overall_stress_percentage`: expresiones compatibles con estrés o "
        "tristeza entre todas las detecciones. `withheld`: quien pregunta no puede ver personas, y lo que se "
        "apoya en muy pocas queda fuera."
    ),
    "OwnData": "Todo lo que se guarda de una persona.",
    "OwnPage": "Lo que ve quien abrió un enlace personal: sin datos de otros y sin los números del rostro.",
    "OwnRequest": "Una solicitud de corrección, y su respuesta cuando está cerrada.",
    "PersonLinkIssued": (
        "Un enlace personal, que se muestra una sola vez. `secret` abre /api/own/open como token Bearer, una sola vez."
    ),
    "ScaleAgreement": "`above`: respuestas en el umbral o por encima. Sin suficientes, ambas estimaciones son null.",
    "SelfReportEntry": "`sleepiness` de 1 a 9, `tension` de 1 a 5; null si no se respondió.",
    "SelfReportNew": "Al menos una de las dos respuestas.",
    "StoredKind": "Cuántas filas de un tipo se guardan, y cuántos días; null: hasta su borrado.",
    "PeriodFigures": "Una ventana de un día, o un día de una semana.",
    "PersonEvent": (
        "Un paso del historial de una alerta, o el comienzo o el fin de una pausa. `kind`: raised, acknowledged, "
        "noted, resolved, escalated, silenced, pause_begun, pause_ended; recognition_paused: a pedido de la persona."
    ),
    "PersonEvents": "Lo que pasó con las alertas de una persona, lo más reciente primero.",
    "PersonFigure": (
        "Un minuto, una hora o un día. `usual`: la misma hora de los 14 días anteriores, solo por hora; null si hay "
        "poca historia."
    ),
    "PersonFigures": "Las cifras de una persona, lo más antiguo primero y sin tramos vacíos.",
    "AreaFigures": (
        "Un área; null: personas sin área. `hours` y `days` sin lo que se omite porque se apoya en menos de cinco "
        "personas o dejaría calcularlo."
    ),
    "DayFigure": "Un día de la planta, AAAA-MM-DD.",
    "GroupFigure": "Sumas de un grupo y sus proporciones en porcentaje.",
    "HourFigure": "Una hora del día, de 0 a 23, sumada sobre los `days` en que puede mostrarse.",
    "PlantFigures": (
        "Una semana o un mes del calendario, hasta el último día terminado. `shown_windows` de `windows` cuartos de "
        "hora tuvieron cinco personas: en ellos se apoyan los totales."
    ),
    "ShiftFigure": "Un turno, de `start_hour` a `end_hour`, sobre todas las áreas.",
    "PreviousPeriod": "El tramo anterior de igual duración, para comparar.",
    "Problem": "RFC 9457; `errors` nombra cada dato no válido.",
    "Report": (
        "`revision` cuenta cuántas veces lo cambiaron detecciones tardías. `kind`: scheduled o manual. "
        "`previous` null: en la ventana anterior no se vio a nadie."
    ),
    "ReportMention": "La parte de un reporte sobre la persona.",
    "ServiceCard": "Nombre, versión y direcciones del servicio.",
    "RouteChange": "Otro filtro de un destino, y otra dirección si se envía una.",
    "RouteList": (
        "Los destinos con filtro. `is_fixed`: los fija el entorno. `reaches_nobody`: una alerta que ninguno toma no "
        "llega a nadie."
    ),
    "RouteNew": (
        "Un destino con filtro. `address`: de apprise; nunca se devuelve. `quiet`: como en `lun-vie 22:00-06:00`."
    ),
    "RouteState": "Un destino. `target`: su id; `fault`: por qué ahora no recibe nada, o null.",
    "SessionRequest": "Nada es obligatorio: lo que falta puede ir como parámetro.",
    "Silence": (
        "`ended_at`: terminado antes de `ends_at`. `silenced`: las alertas que no se crearon, las más recientes "
        "primero, 20 como máximo."
    ),
    "SilenceRequest": "Sin alertas de un empleado, o de un dispositivo, hasta `ends_at`.",
    "SilencedAlert": "Una alerta que un silencio no dejó crear.",
    "StillVerdict": "`quality` de 0 a 1; null si no se midió ningún rostro. `fault` null: la foto sirve.",
    "StoredDetection": "Una fila de detection_events. `decision_frames`: cuántas imágenes hay detrás de `emotion`.",
    "Subject": "De qué tratan las alertas: personas o dispositivos.",
    "Summary": (
        "Un día de la planta (de 00:00 a 24:00) o una semana (de lunes a domingo). `is_final`: el periodo "
        "terminó. `has_persons` false: sin personas, y los grupos de menos de cinco quedan fuera."
    ),
    "Token": "Nunca el secreto: solo se guarda su hash.",
    "TokenIssued": "`token` se muestra solo esta vez.",
    "TokenRequest": "Para un dispositivo, o para una cuenta que usa un programa. `days`: cuánto vale.",
    "UsualLevel": "Lo usual de una persona, en porcentaje: la mediana de `days` días anteriores.",
}

PHRASES: Mapping[str, str] = {
    "Alerts of people, of devices, or both.": "Alertas de personas, de dispositivos, o ambas.",
    "Also those that are over.": "También los que ya terminaron.",
    "ISO 8601; without an offset it is UTC.": "ISO 8601; sin zona horaria es UTC.",
    "Number of the page, from 0.": "Número de la página, desde 0.",
    "Words of a name or code, without accents.": "Palabras de un nombre o código, sin tildes.",
    "Otherwise what the Accept header prefers.": "Si falta, lo que prefiera la cabecera Accept.",
    "Default: 10,000 in JSON, everything in a file.": "Si falta: 10 000 en JSON, todo en un archivo.",
    "Length of one point.": "Duración de cada punto.",
    "Successful Response": "Respuesta",
    "Service Unavailable": "No disponible",
    "The id, or the key that ingest answered.": "El id, o la clave que respondió ingest.",
    "The next_cursor of the page before.": "El next_cursor de la página anterior.",
    "Where the next page begins; null on the last one.": "Dónde empieza la página siguiente; null en la última.",
    "YYYY-MM-DD by the plant's calendar; of a week, any day.": (
        "AAAA-MM-DD del calendario de la planta; de una semana, cualquier día."
    ),
    "false: aggregates only, as a viewer gets them.": "false: solo totales, como los recibe quien no ve personas.",
}
"""Descriptions of parameters, fields and answers, by their English text."""


def translate(part: object) -> None:
    """Replace each `description` below `part` with its Spanish text, or with "" where there is none."""
    if isinstance(part, list):
        for item in part:
            translate(item)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name == "description" and isinstance(value, str):
            part[name] = PHRASES.get(value, "")
        elif name not in {"example", "examples"}:
            translate(value)
