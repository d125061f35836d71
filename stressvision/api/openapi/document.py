"""The OpenAPI document: a summary of each operation in the configured language, its examples and its problems."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from stressvision.api.openapi.descriptions import SCHEMAS, translate
from stressvision.api.openapi.examples import build_example
from stressvision.core.errors import Language, Message
from stressvision.http.permissions import Server, is_public
from stressvision.wire.problems import PROBLEM_TYPE, FieldFault, Problem

_SUMMARIES: Mapping[str, Message] = {
    "read_card": Message(es="Nombre y direcciones del servicio", en="Name and addresses of the service"),
    "read_liveness": Message(
        es="Estado del proceso y de la base de datos", en="Health of the process and the database"
    ),
    "read_readiness": Message(es="Si puede atender, y qué falta", en="Readiness, and what is missing"),
    "read_metrics": Message(es="Métricas en formato Prometheus", en="Metrics in the Prometheus format"),
    "list_employees": Message(es="Lista de empleados", en="Employees"),
    "read_own_data": Message(es="Todo lo que se guarda de una persona", en="All stored data of one person"),
    "erase_person": Message(
        es="Borra todo lo de una persona, con certificado", en="Erase a person's data, with a certificate"
    ),
    "create_employee": Message(es="Crear un empleado", en="Create an employee"),
    "change_employee": Message(es="Cambiar nombre, área o turno", en="Change name, department or shift"),
    "activate_employee": Message(es="Activar un empleado", en="Activate an employee"),
    "deactivate_employee": Message(
        es="Desactivar un empleado: deja de ser reconocido", en="Deactivate an employee: recognition ends"
    ),
    "enrol_employee": Message(
        es="Inscribir un empleado con fotos y su consentimiento", en="Enrol an employee from stills, with consent"
    ),
    "read_consent_text": Message(es="Texto de consentimiento en vigor", en="Consent text in force"),
    "judge_stills": Message(
        es="Medir fotos sin guardar nada: sirve cada una o no, y por qué",
        en="Measure pictures without storing anything: whether each is usable, and why",
    ),
    "withdraw_consent": Message(
        es="Registrar el retiro del consentimiento: deja de ser reconocido y se borra su rostro",
        en="Record the withdrawal of consent: recognition ends and the face is deleted",
    ),
    "read_employee": Message(es="Detalle de un empleado", en="One employee"),
    "read_employee_state": Message(
        es="Estado en vivo e historial reciente de un empleado", en="An employee's live status and recent history"
    ),
    "read_person_figures": Message(
        es="Cifras de una persona por minuto, hora o día, con su nivel habitual",
        en="One person's figures by minute, hour or day, with their usual level",
    ),
    "read_person_events": Message(
        es="Alertas, decisiones, notas y pausas de una persona en una línea de tiempo",
        en="Alerts, decisions, notes and pauses of one person on a time line",
    ),
    "read_plant_week": Message(
        es="La planta por área, hora y turno en una semana, sin personas",
        en="The plant by area, hour and shift in a week, without persons",
    ),
    "read_plant_month": Message(
        es="La planta por área, hora y turno en un mes, sin personas",
        en="The plant by area, hour and shift in a month, without persons",
    ),
    "issue_link": Message(
        es="Entregar a una persona el enlace a sus datos, de un solo uso", en="Issue a one-time link to a person's data"
    ),
    "open_link": Message(
        es="Abrir el enlace personal, que termina, por una clave de media hora",
        en="Open the personal link, which ends, for a secret of half an hour",
    ),
    "read_own_page": Message(es="Mis datos, con el enlace abierto", en="My data, with the opened link"),
    "pause_today": Message(es="No ser reconocido hasta medianoche", en="Not be recognised until midnight"),
    "resume_today": Message(es="Terminar la pausa", en="End the pause"),
    "withdraw_own_consent": Message(es="Retirar el propio consentimiento", en="Withdraw one's own consent"),
    "report_own_state": Message(es="Autoinforme de somnolencia y tensión", en="Self-report of sleepiness and tension"),
    "read_prompt": Message(es="Cuándo pregunta la página abierta", en="When the open page asks"),
    "issue_code": Message(es="Código personal para los quioscos", en="Personal code for kiosks"),
    "list_kiosks": Message(es="Quioscos de autoinforme", en="Kiosks for self-reports"),
    "add_kiosk": Message(es="Crear un quiosco", en="Create a kiosk"),
    "end_kiosk": Message(es="Terminar un quiosco", en="End a kiosk"),
    "read_kiosk": Message(es="El quiosco del enlace", en="The kiosk of the link"),
    "report_at_kiosk": Message(es="Autoinforme en un quiosco", en="Self-report at a kiosk"),
    "request_correction": Message(es="Pedir una corrección", en="Request a correction"),
    "list_requests": Message(es="Solicitudes de corrección abiertas", en="Open requests for correction"),
    "close_request": Message(es="Responder y cerrar una solicitud", en="Answer and close a request"),
    "read_agreement": Message(
        es="Concordancia de los autoinformes con la cámara", en="Agreement of self-reports with the camera"
    ),
    "open_session": Message(es="Crear una sesión de un dispositivo", en="Open a device's session"),
    "close_session": Message(es="Finalizar una sesión", en="End a session"),
    "store_detection": Message(es="Recibir una detección", en="Receive a detection"),
    "list_alerts": Message(es="Lista de alertas: las pendientes, o todas con status=all", en="Alerts: pending ones"),
    "read_outcomes": Message(
        es="Qué resultaron ser las alertas resueltas: útiles, falsas alarmas", en="Stated outcomes of resolved alerts"
    ),
    "undo_decision": Message(
        es="Deshacer la propia decisión sobre una alerta, durante diez minutos",
        en="Take back one's own decision on an alert, for ten minutes",
    ),
    "acknowledge_alert": Message(es="Atender una alerta", en="Acknowledge an alert"),
    "read_alert_link": Message(
        es="La alerta del enlace de un mensaje, sin cambiar nada", en="The alert of a message's link; changes nothing"
    ),
    "acknowledge_by_link": Message(
        es="Atender una vez la alerta del enlace de un mensaje", en="Acknowledge the alert of a message's link, once"
    ),
    "resolve_alert": Message(es="Resolver una alerta con notas", en="Resolve an alert with notes"),
    "read_alert": Message(es="Detalle de una alerta, con su historial", en="One alert, with its history"),
    "note_alert": Message(es="Añadir una nota a una alerta", en="Add a note to an alert"),
    "list_silences": Message(es="Silencios vigentes, y lo que callaron", en="Silences, and the alerts they suppressed"),
    "begin_silence": Message(
        es="Silenciar las alertas de una persona o un dispositivo, hasta cuándo y por qué",
        en="Silence the alerts of a person or a device: until when, and why",
    ),
    "end_silence": Message(es="Terminar un silencio antes de tiempo", en="End a silence early"),
    "list_repairs": Message(
        es="Lo que la instalación necesita que se repare", en="Repairs that the installation needs"
    ),
    "read_notifications": Message(es="Estado de la entrega de avisos", en="State of notification delivery"),
    "read_overview": Message(es="Resumen de la última hora", en="Totals of the last hour"),
    "read_stats": Message(es="Estadísticas de las últimas horas", en="Statistics of the last hours"),
    "list_reports": Message(es="Lista de reportes de 15 minutos", en="Reports of 15 minutes"),
    "read_report": Message(es="Detalle de un reporte, en JSON, HTML o PDF", en="One report, as JSON, HTML or PDF"),
    "read_day": Message(es="Resumen de un día de la planta", en="Summary of one of the plant's days"),
    "read_week": Message(es="Resumen de una semana, de lunes a domingo", en="Summary of a week, Monday to Sunday"),
    "export_detections": Message(es="Exportar detecciones en JSON, CSV o Parquet", en="Export detections"),
    "log_in": Message(es="Iniciar sesión: un token para esta sesión", en="Log in: a token for this session"),
    "log_out": Message(es="Cerrar sesión: el token deja de ser válido", en="Log out: the token is revoked"),
    "read_session": Message(es="La cuenta del token enviado", en="The account of the token that is sent"),
    "change_own_password": Message(es="Cambiar la propia contraseña", en="Change the password of the own account"),
    "list_accounts": Message(es="Cuentas", en="Accounts"),
    "add_account": Message(es="Crear una cuenta", en="Create an account"),
    "disable_account": Message(es="Desactivar una cuenta", en="Disable an account"),
    "change_password": Message(es="Cambiar la contraseña de una cuenta", en="Change an account's password"),
    "list_tokens": Message(es="Tokens de dispositivos y programas", en="Tokens of devices and programs"),
    "add_token": Message(es="Crear un token, que se muestra una sola vez", en="Create a token, shown only once"),
    "revoke_token": Message(es="Revocar un token", en="Revoke a token"),
    "list_audit": Message(
        es="Registro de auditoría: quién consultó o cambió qué", en="Audit log: accesses and changes"
    ),
    "read_system": Message(es="Estado de la instalación: programas, discos, versiones", en="State of the installation"),
    "read_logs": Message(es="Final de los registros, por nivel", en="End of the logs, by level"),
    "list_backups": Message(es="Copias de seguridad", en="Backups"),
    "make_backup": Message(es="Hacer una copia de seguridad", en="Make a backup"),
    "verify_backup": Message(
        es="Restaurar una copia en un archivo temporal y leerla entera", en="Restore a backup aside and read all of it"
    ),
    "restore_backup": Message(
        es="Restaurar una copia: el lanzador detiene los programas y los vuelve a iniciar",
        en="Restore a backup: the launcher stops the programs and starts them again",
    ),
    "download_backup": Message(es="Descargar una copia cifrada", en="Download an encrypted backup"),
    "list_settings": Message(es="Ajustes que se cambian en la consola", en="Settings that the console changes"),
    "change_settings": Message(
        es="Cambiar ajustes; null vuelve al valor por omisión", en="Change settings; null returns to the default"
    ),
    "preview_settings": Message(
        es="Cuántas alertas habrían creado otros umbrales esta semana",
        en="How many alerts other thresholds would have created this week",
    ),
    "add_target": Message(es="Añadir un destino de los avisos", en="Add a recipient of notifications"),
    "remove_target": Message(es="Quitar un destino de los avisos", en="Remove a recipient of notifications"),
    "list_routes": Message(es="Destinos de los avisos con filtro", en="Recipients of notifications with a filter"),
    "add_route": Message(es="Añadir un destino con filtro", en="Add a recipient with a filter"),
    "change_route": Message(es="Cambiar el filtro de un destino", en="Change the filter of a recipient"),
    "remove_route": Message(es="Quitar un destino con filtro", en="Remove a recipient with a filter"),
    "test_addresses": Message(es="Enviar un aviso de prueba", en="Send a test notification"),
    "read_history": Message(
        es="Minutos por hora en que cada cámara miró", en="Minutes of each hour in which each camera watched"
    ),
    "read_picture": Message(
        es="La imagen actual de una cámara de esta máquina; queda en la auditoría y no se guarda",
        en="The present picture of a camera of this machine; audited and never stored",
    ),
    "read_camera": Message(
        es="Qué mira una cámara: máscaras, zonas, horario, tamaños y pausa",
        en="What a camera watches: masks, zones, schedule, sizes and pause",
    ),
    "change_camera": Message(es="Cambiar lo que mira una cámara", en="Change what a camera watches"),
    "pause_camera": Message(
        es="Poner una cámara en pausa, hasta cuándo y por qué", en="Pause a camera: until when, and why"
    ),
    "resume_camera": Message(es="Terminar la pausa de una cámara", en="End a camera's pause"),
    "list_devices": Message(es="Dispositivos y su estado", en="Devices and their state"),
}
_TAGS: Mapping[str, Message] = {
    "health": Message(es="Salud e información", en="Health and information"),
    "employees": Message(es="Empleados", en="Employees"),
    "own": Message(es="Mis datos y autoinforme", en="My data and self-report"),
    "sessions": Message(es="Sesiones", en="Sessions"),
    "detections": Message(es="Detecciones", en="Detections"),
    "alerts": Message(es="Alertas", en="Alerts"),
    "dashboard": Message(es="Tablero", en="Dashboard"),
    "reports": Message(es="Reportes", en="Reports"),
    "export": Message(es="Exportar", en="Export"),
    "devices": Message(es="Dispositivos", en="Devices"),
    "system": Message(es="Sistema", en="System"),
    "settings": Message(es="Ajustes", en="Settings"),
    "access": Message(es="Acceso y auditoría", en="Access and audit"),
}
_DESCRIPTION = Message(
    es="Expresiones compatibles con estrés o fatiga de empleados que dieron su consentimiento. "
    "Los cambios llegan en vivo por WebSocket en `/ws`; `/ws?since=ID` continúa donde se quedó. "
    "Los errores son `application/problem+json` (RFC 9457).",
    en="Expressions compatible with stress or fatigue of consenting employees. "
    "Changes arrive live over the WebSocket at `/ws`; `/ws?since=ID` resumes. "
    "Errors are `application/problem+json` (RFC 9457).",
)
_PROBLEM = Message(es="Problema", en="Problem")


def install_document(app: FastAPI, language: Language) -> None:
    """Make the application publish its OpenAPI document in a language."""

    def get_document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _build_document(app, language)
        return app.openapi_schema

    app.openapi = get_document  # type: ignore[method-assign]


def _build_document(app: FastAPI, language: Language) -> dict[str, Any]:
    document = get_openapi(
        title=app.title, version=app.version, routes=app.routes, description=_DESCRIPTION.text(language)
    )
    schemas = document["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Problem"].pop("$defs")
    schemas["FieldFault"] = FieldFault.model_json_schema()
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    problem = {
        "description": _PROBLEM.text(language),
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if language == "es":
        _translate(document)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            # With or without: a token is required only once there are accounts.
            operation["security"] = [] if is_public(Server.BACKEND, method.upper(), path) else [{}, {"token": []}]
            operation["summary"] = _SUMMARIES[operation["operationId"]].text(language)
            operation["tags"] = [_TAGS[tag].text(language) for tag in operation["tags"]]
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = problem
            _add_examples(operation, schemas)
    return document


def _translate(document: dict[str, Any]) -> None:
    """Replace the descriptions taken from docstrings and annotations, which are English."""
    for name, schema in document["components"]["schemas"].items():
        schema.pop("description", None)
        if name in SCHEMAS:
            schema["description"] = SCHEMAS[name]
        translate(schema.get("properties"))
    translate(document["paths"])


def _add_examples(operation: dict[str, Any], schemas: Mapping[str, Any]) -> None:
    """Add an example to each JSON request and answer of an operation."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (body.get("content", {}).get("application/json") for body in bodies):
        if content and "example" not in content:
            content["example"] = build_example(content["schema"], schemas)
