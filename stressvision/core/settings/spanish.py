"""Spanish texts of the settings document: group headings, units, defaults in words, and the meaning of each setting."""

GROUPS = {
    "General": "Generales",
    "Plant": "Planta",
    "Network": "Red",
    "Reports and alerts": "Informes y alertas",
    "Notifications": "Avisos",
    "Retention and backups": "Conservación y copias de seguridad",
    "Device": "Dispositivo",
}

UNITS = {
    "": "",
    "%": "%",
    "backups": "copias",
    "days": "días",
    "degrees": "grados",
    "detections": "detecciones",
    "hour of the day": "hora del día",
    "hours": "horas",
    "hours of the day": "horas del día",
    "minutes": "minutos",
    "pixels": "píxeles",
    "requests/s": "peticiones/s",
    "seconds": "segundos",
}

DEFAULTS = {
    "none": "ninguno",
    "from host and port": "según dirección y puerto",
    "the project's `models`": "`models` del proyecto",
    "the project's `demo`": "`demo` del proyecto",
    "the usual authorities": "las autoridades habituales",
    "`dashboard.key` in `STRESSVISION_RUN_DIR`": "`dashboard.key` en `STRESSVISION_RUN_DIR`",
}

MEANINGS = {
    "database_url": "la base de datos; `postgresql://…` para varias máquinas",
    "lang": "`es` o `en`, para todo texto que lee una persona",
    "policy": "`pe`; `eu`: en el trabajo no se infieren emociones, solo fatiga; `research`: un estudio",
    "time_zone": "zona horaria de la planta, para los textos que leen las personas",
    "log_level": "detalle del registro: `debug`, `info`, `warning` o `error`",
    "log_format": "`text` o `json`",
    "run_dir": "señales de vida, lista de procesos y registros del lanzador",
    "models_dir": "carpeta de los modelos",
    "demo_dir": "carpeta de la demostración",
    "company": "nombre de la empresa, en los documentos",
    "company_address": "su dirección, en el consentimiento y en los papeles legales",
    "privacy_contact": "a quién piden los empleados lo que atañe a sus datos: persona, dirección o teléfono",
    "data_bank": "nombre y código con que el banco de datos está inscrito ante la autoridad",
    "validated_on": "día en que la planta validó por última vez el modelo de expresiones con su propia gente, "
    "`AAAA-MM-DD` (`papers`, ficha del modelo, punto 4); se recuerda antes de un año, y tras un modelo más nuevo",
    "shift_hours": "horas a las que empiezan los turnos de mañana, tarde y noche, en la zona horaria de la planta",
    "host": "dónde escuchan los servidores; fuera de esta máquina, solo con TLS, nombres y una cuenta de administrador",
    "api_port": "puerto del backend",
    "ingest_port": "puerto del servidor de ingesta",
    "dashboard_port": "puerto del panel",
    "preview_port": "puerto de la vista en vivo del dispositivo; con varias cámaras, el de la primera, y los "
    "siguientes",
    "allowed_hosts": "nombres con que se llama a los servidores, separados por comas; los de esta máquina valen "
    "siempre",
    "cors_origins": "otros orígenes web, separados por comas; `*` permite todos",
    "tls_certificate": "archivo PEM con el certificado propio de los servidores",
    "tls_key": "archivo PEM con su clave",
    "tls_ca": "archivo PEM de la autoridad que lo firmó, para dispositivo, panel y lanzador",
    "proxy": "dirección del proxy inverso que hace TLS en su lugar; debe enviar `X-Forwarded-Proto: https` y "
    "`X-Forwarded-For`",
    "dashboard_key_file": "archivo con la clave por la que el backend cree las direcciones de navegador que declara el "
    "panel; se crea donde falta, y solo se ajusta si ambos corren con usuarios distintos",
    "rate_limit": "peticiones que una dirección puede enviar a la ingesta y al backend, a cada uno, con una ráfaga de "
    "cuatro segundos; después, 429. Esta máquina no tiene límite; `0`: sin límite",
    "ingest_url": "dirección del servidor de ingesta si está en otra máquina tras un túnel propio",
    "api_url": "dirección del backend si está en otra máquina tras un túnel propio",
    "dashboard_url": "dirección del panel para las personas: con ella empiezan los enlaces de los mensajes",
    "interval_minutes": "duración de la ventana de un informe",
    "stress_threshold": "porcentaje de estrés en la ventana de un informe desde el que se crea una alerta",
    "min_stress_events": "detecciones de estrés o tristeza desde las que se crea una alerta",
    "alert_window_minutes": "hasta cuánto tiempo atrás cuentan",
    "alert_min_confidence": "su confianza media debe superarlo",
    "alert_quiet_minutes": "no hay segunda alerta mientras quede sin resolver una más reciente que esto",
    "min_fatigue_events": "detecciones de fatiga en la misma ventana desde las que se crea una alerta: un bostezo o un "
    "cierre largo de ojos cuenta 15 s, así que tres de ellos",
    "escalation_minutes": "tiempo sin que nadie atienda una alerta tras el que se escala, una vez cada uno; "
    "vacío: nunca",
    "device_silent_seconds": "silencio tras el que un dispositivo cuenta como callado",
    "device_alert_minutes": "silencio, o tiempo sin imagen, tras el que un dispositivo tiene una alerta propia; "
    "`0`: nunca",
    "notify_urls": "destinatarios: direcciones de apprise, separadas por comas o espacios, como "
    "`mailtos://usuario:clave@smtp.example.com?from=…&to=…` o `jsons://example.com/hook`. Son secretas: nunca se "
    "muestran ni se registran",
    "notify_routes": "destinos con filtro por área, turno y gravedad, como lista JSON (docs/avisos.md); contienen "
    "direcciones, así que son secretos",
    "notify_events": "sucesos: `alerts` (también al escalarse), `devices`, `reports`, `weekly`",
    "weekly_report_day": "día en que los destinatarios de `weekly` reciben el PDF de la semana pasada, sin personas; "
    "`off`: nunca",
    "weekly_report_hour": "hora de ese día, en la zona horaria de la planta",
    "notify_quiet_hours": "horas de la planta en que los mensajes esperan, como `22:00-06:00`",
    "notify_quiet_except": "`high`: las alertas de gravedad alta se envían también en esas horas; `none`: "
    "ningún mensaje",
    "ping_url": "vigilancia externa: `https://hc-ping.com/CLAVE` o un servidor healthchecks propio; cada tarea del "
    "generador de informes llama a `/stressvision-TAREA` si tuvo éxito y a `/stressvision-TAREA/fail` si falló",
    "notify_give_up_days": "tiempo tras el que se abandona un mensaje que no se puede entregar",
    "retention_detections_days": "cuánto se guarda una detección; `0`, aquí y abajo: siempre. Finalidades: "
    "docs/privacidad.md",
    "retention_rollups_days": "cuánto se guardan los informes de cada cuarto de hora y los totales diarios por persona",
    "retention_reports_days": "cuánto se guardan los resúmenes diarios; no contienen nombres",
    "retention_alerts_days": "cuánto se guardan las alertas resueltas, su historia y los silencios",
    "retention_audit_days": "cuánto se guarda el registro de auditoría",
    "backup_dir": "dónde se guardan las copias de seguridad; mejor en otro disco",
    "backup_keep": "cuántas copias completas se guardan",
    "backup_hours": "tiempo entre copias completas; `0`: ninguna automática",
    "backup_seconds": "tiempo entre copias de los cambios desde la anterior (copia continua, SQLite); con `30` se "
    "pierde a lo sumo un minuto; `0`: ninguna. De cada 60 se hace una",
    "backup_key_file": "archivo con la identidad age con que se cifran las copias (`python -m stressvision backup "
    "key`); entonces solo se aceptan copias hechas con ella",
    "device_id": "identificador de este dispositivo",
    "location": "lugar de este dispositivo",
    "device_token": "el token del dispositivo, una vez que hay cuentas",
    "device_token_file": "archivo que contiene el token, en su lugar",
    "source": "número de cámara (`python -m stressvision cameras` las lista), archivo, `rtsp://…`, `libcamera` "
    "o `demo`",
    "cameras": "varias cámaras en un dispositivo, `nombre=fuente` separadas por comas: "
    "`entrada=0,linea2=rtsp://…`; el lanzador inicia un proceso para cada una, con ese nombre de dispositivo",
    "rotation": "giro de la imagen en sentido horario: `0`, `90`, `180` o `270`",
    "mirror": "refleja la imagen después del giro",
    "masks": "partes de la imagen que se tapan: esquinas `x,y` de 0 a 1 del ancho y del alto, como en "
    "`0,0 0.3,0 0.3,1 0,1`; varias se separan con `;`. Se suman a las del panel",
    "zones": "dónde cuentan los rostros, como polígonos de la misma forma; los del panel los reemplazan",
    "schedule": "cuándo mira la cámara, en `STRESSVISION_TIME_ZONE`: `lun-vie 07:00-19:00; sab 08:00-13:00`; vacío: "
    "siempre. Fuera de ese horario se cierra, como fuera de las horas del panel",
    "min_face_pixels": "los rostros más estrechos no cuentan",
    "max_face_pixels": "los rostros más anchos no cuentan; `0`: ninguno se excluye",
    "outbox_path": "archivo de las detecciones aún no entregadas",
    "detection_seconds": "tiempo entre dos detecciones de una persona",
    "analyse_unknown": "analiza también rostros de personas no inscritas (contarse, se cuentan siempre)",
    "recognition_threshold": "distancia máxima para reconocer a una persona",
    "recognition_margin": "distancia mínima hasta la siguiente persona",
    "liveness": "`flag`: un rostro que no parpadea en 30 s, o que durante 8 s se mueve como una imagen plana, "
    "puede ser "
    "una fotografía: se muestra en la vista en vivo y en el detalle del dispositivo, con `frame_quality` 0",
    "gallery_seconds": "cada cuánto pide el dispositivo la galería de rostros inscritos",
    "gallery_lease_seconds": "cuánto puede usar una galería sin conexión",
    "headless": "sin ventana",
}
