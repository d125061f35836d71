"""What the reporter says to a person."""

from stressvision.core.errors import Message

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
    "not_minutes": Message(
        es="«{text}» no sirve: escriba de 1 a {longest} minutos",
        en="“{text}” will not do: write 1 to {longest} minutes",
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
    "daily": Message(
        es="Día {id}\n  {detections} detecciones, {employees} empleados, "
        "{stress} % de expresión compatible con estrés, {alerts} alertas",
        en="Day {id}\n  {detections} detections, {employees} employees, "
        "{stress} % expression compatible with stress, {alerts} alerts",
    ),
    "weekly": Message(
        es="Semana del {id}\n  {detections} detecciones, {employees} empleados, "
        "{stress} % de expresión compatible con estrés, {alerts} alertas",
        en="Week of {id}\n  {detections} detections, {employees} employees, "
        "{stress} % expression compatible with stress, {alerts} alerts",
    ),
    "day": Message(es="resumen de un día de la planta", en="summary of one of the plant's days"),
    "week": Message(
        es="resumen de la semana, de lunes a domingo, de ese día", en="summary of that day's week, Monday to Sunday"
    ),
    "from": Message(
        es="escribe de nuevo los reportes desde este momento (hora de la planta, o ISO 8601 con zona)",
        en="write the reports again from this moment on (plant time, or ISO 8601 with an offset)",
    ),
    "to": Message(
        es="hasta este momento; sin él, hasta ahora; un día solo incluye ese día",
        en="until this moment; without it, until now; a day alone includes that day",
    ),
    "form": Message(
        es="cómo se entrega lo que piden --now, --day o --week: text, json, html o pdf",
        en="how what --now, --day or --week ask for is handed over: text, json, html or pdf",
    ),
    "output": Message(es="archivo en que se escribe", en="file to write it into"),
    "day_form": Message(es="AAAA-MM-DD", en="YYYY-MM-DD"),
    "moment_form": Message(es="MOMENTO", en="MOMENT"),
    "file": Message(es="ARCHIVO", en="FILE"),
    "written": Message(es="Escrito en {file}", en="Written to {file}"),
    "rewritten": Message(
        es="{count} reportes escritos o revisados; los demás ya estaban al día.",
        en="{count} reports written or revised; the others were up to date.",
    ),
    "no_moment": Message(
        es="{option}: «{text}» no es una fecha ni una hora. Use, por ejemplo, 2026-11-22, «2026-11-22 10:30» (hora de "
        "la planta) o 2026-11-22T15:30:00Z.",
        en="{option}: “{text}” is no date or time. Use, for example, 2026-11-22, “2026-11-22 10:30” (plant time) or "
        "2026-11-22T15:30:00Z.",
    ),
    "from_missing": Message(
        es="Falta --from: --to dice solo hasta dónde. Por ejemplo: --from 2026-11-22 --to 2026-11-23",
        en="--from is missing: --to only says until when. For example: --from 2026-11-22 --to 2026-11-23",
    ),
    "from_after_to": Message(
        es="--from debe ser anterior a --to (y a este momento).", en="--from must come before --to (and before now)."
    ),
    "range_alone": Message(
        es="--from y --to escriben de nuevo los reportes de ese tiempo: no van junto con --now, --every, --day "
        "ni --week.",
        en="--from and --to write the reports of that time again: they do not go with --now, --every, --day or --week.",
    ),
    "what_to_tell": Message(
        es="--format y --output necesitan saber qué se entrega: añada --now, --day o --week.",
        en="--format and --output need to know what is handed over: add --now, --day or --week.",
    ),
    "where_to": Message(
        es="Un PDF no se muestra en la terminal: indique el archivo con --output.",
        en="A PDF is not shown in a terminal: name the file with --output.",
    ),
}
