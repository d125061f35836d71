"""What the reporter says to a person."""

from stressvision.errors import Message

TEXTS = {
    "about": Message(
        es="Reportes de Stress Vision: uno ahora, o uno cada cuarto de hora. "
        "Sin terminal ni opciones: cada cuarto de hora.",
        en="Stress Vision reports: one now, or one every quarter of an hour. "
        "Without a terminal or options: every quarter of an hour.",
    ),
    "now": Message(
        es="escribe un reporte de los últimos 15 minutos y termina", en="write a report of the last 15 minutes"
    ),
    "every": Message(
        es="escribe un reporte cada N minutos (1 a 1440)", en="write a report every N minutes (1 to 1440)"
    ),
    "menu": Message(
        es="Reportes de Stress Vision\n  1  Reporte ahora\n  2  Cada 15 minutos\n  3  Otro intervalo\n  4  Salir",
        en="Stress Vision reports\n  1  Report now\n  2  Every 15 minutes\n  3  Another interval\n  4  Exit",
    ),
    "choose": Message(es="Opción [2]: ", en="Option [2]: "),
    "minutes": Message(es="Minutos entre reportes: ", en="Minutes between reports: "),
    "unknown": Message(es="Escriba 1, 2, 3 o 4.", en="Type 1, 2, 3 or 4."),
    "scheduled": Message(
        es="Un reporte cada {minutes} minutos, alineado a la hora UTC. Ctrl-C para terminar.",
        en="A report every {minutes} minutes, aligned to the UTC hour. Ctrl-C to stop.",
    ),
    "report": Message(
        es="Reporte {id}: {day} {start}–{end}\n  {detections} detecciones, {employees} empleados, "
        "{stress} % de expresión compatible con estrés, {alerts} alertas",
        en="Report {id}: {day} {start}–{end}\n  {detections} detections, {employees} employees, "
        "{stress} % expression compatible with stress, {alerts} alerts",
    ),
    "nobody": Message(es="  Nadie pasó ante una cámara en ese tiempo.", en="  Nobody passed a camera in that time."),
}
