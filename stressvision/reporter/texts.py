"""Texts of the reporter for people."""

from stressvision.core.errors import Message

ABOUT = Message(
    es="Reportes de Stress Vision: uno ahora, o uno cada cuarto de hora. "
    "Sin terminal ni opciones: cada cuarto de hora.",
    en="Stress Vision reports: one now, or one every quarter of an hour. "
    "Without a terminal or options: every quarter of an hour.",
)
NOW_HELP = Message(
    es="escribe un reporte de los últimos 15 minutos y termina", en="write a report of the last 15 minutes"
)
INVALID_MINUTES = Message(
    es="«{text}» no es válido: escriba de 1 a {longest} minutos",
    en="“{text}” is not valid: type 1 to {longest} minutes",
)
EVERY_HELP = Message(es="escribe un reporte cada N minutos (1 a 1440)", en="write a report every N minutes (1 to 1440)")
MENU = Message(
    es="Reportes de Stress Vision\n  1  Reporte ahora\n  2  Cada 15 minutos\n  3  Otro intervalo\n  4  Salir",
    en="Stress Vision reports\n  1  Report now\n  2  Every 15 minutes\n  3  Another interval\n  4  Exit",
)
CHOICE_PROMPT = Message(es="Opción [2]: ", en="Option [2]: ")
MINUTES_PROMPT = Message(es="Minutos entre reportes: ", en="Minutes between reports: ")
UNKNOWN_CHOICE = Message(es="Escriba 1, 2, 3 o 4.", en="Type 1, 2, 3 or 4.")
SCHEDULED = Message(
    es="Un reporte cada {minutes} minutos, alineado a la hora UTC. Ctrl-C para terminar.",
    en="A report every {minutes} minutes, aligned to the UTC hour. Ctrl-C to stop.",
)
REPORT = Message(
    es="Reporte {id}: {day} {start}–{end}\n  {detections} detecciones, {employees} empleados, "
    "{stress} % de expresión compatible con estrés, {alerts} alertas",
    en="Report {id}: {day} {start}–{end}\n  {detections} detections, {employees} employees, "
    "{stress} % expression compatible with stress, {alerts} alerts",
)
NO_DETECTIONS = Message(es="  Nadie pasó ante una cámara en ese tiempo.", en="  No person was detected in that time.")
UNREPORTED = Message(
    es="  {count} detecciones aún no están en ningún reporte: su ventana no ha terminado.",
    en="  {count} detections are not in any report yet: their window has not ended.",
)
DAILY_SUMMARY = Message(
    es="Día {id}\n  {detections} detecciones, {employees} empleados, "
    "{stress} % de expresión compatible con estrés, {alerts} alertas",
    en="Day {id}\n  {detections} detections, {employees} employees, "
    "{stress} % expression compatible with stress, {alerts} alerts",
)
WEEKLY_SUMMARY = Message(
    es="Semana del {id}\n  {detections} detecciones, {employees} empleados, "
    "{stress} % de expresión compatible con estrés, {alerts} alertas",
    en="Week of {id}\n  {detections} detections, {employees} employees, "
    "{stress} % expression compatible with stress, {alerts} alerts",
)
DAY_HELP = Message(es="resumen de un día de la planta", en="summary of one day, in plant time")
WEEK_HELP = Message(
    es="resumen de la semana, de lunes a domingo, de ese día", en="summary of the week of that day, Monday to Sunday"
)
FROM_HELP = Message(
    es="escribe de nuevo los reportes desde este momento (hora de la planta, o ISO 8601 con zona)",
    en="rewrite the reports from this moment on (plant time, or ISO 8601 with an offset)",
)
TO_HELP = Message(
    es="hasta este momento; sin él, hasta ahora; un día solo incluye ese día",
    en="until this moment (default: now); a date includes that day",
)
FORMAT_HELP = Message(
    es="cómo se entrega lo que piden --now, --day o --week: text, json, html o pdf",
    en="format of the report of --now, --day or --week: text, json, html or pdf",
)
OUTPUT_HELP = Message(es="archivo en que se escribe", en="file to write")
DAY_METAVAR = Message(es="AAAA-MM-DD", en="YYYY-MM-DD")
MOMENT_METAVAR = Message(es="MOMENTO", en="MOMENT")
FILE_METAVAR = Message(es="ARCHIVO", en="FILE")
WRITTEN = Message(es="Escrito en {file}", en="Written to {file}")
REWRITTEN = Message(
    es="{count} reportes escritos o revisados; los demás ya estaban al día.",
    en="{count} reports written or revised; the others were up to date.",
)
INVALID_MOMENT = Message(
    es="{option}: «{text}» no es una fecha ni una hora. Use, por ejemplo, 2026-11-22, «2026-11-22 10:30» (hora de "
    "la planta) o 2026-11-22T15:30:00Z.",
    en="{option}: “{text}” is not a date or time. Use, for example, 2026-11-22, “2026-11-22 10:30” (plant time) or "
    "2026-11-22T15:30:00Z.",
)
FROM_MISSING = Message(
    es="Falta --from: --to dice solo hasta dónde. Por ejemplo: --from 2026-11-22 --to 2026-11-23",
    en="--from is missing: --to only sets the end. For example: --from 2026-11-22 --to 2026-11-23",
)
FROM_AFTER_TO = Message(
    es="--from debe ser anterior a --to (y a este momento).", en="--from must be before --to (and before now)."
)
RANGE_NOT_ALONE = Message(
    es="--from y --to escriben de nuevo los reportes de ese tiempo: no van junto con --now, --every, --day ni --week.",
    en="--from and --to rewrite reports: they cannot be combined with --now, --every, --day or --week.",
)
REPORT_MISSING = Message(
    es="--format y --output necesitan saber qué se entrega: añada --now, --day o --week.",
    en="--format and --output need a report: add --now, --day or --week.",
)
OUTPUT_MISSING = Message(
    es="Un PDF no se muestra en la terminal: indique el archivo con --output.",
    en="A PDF cannot be shown in a terminal: choose a file with --output.",
)
