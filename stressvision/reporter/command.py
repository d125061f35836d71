"""`python report_generator.py`: a report now, or one at every quarter of an hour."""

import argparse
import signal
import sys
import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

from stressvision.arguments import Arguments
from stressvision.config import Settings, load_settings
from stressvision.door import run_program
from stressvision.heartbeat import remove_heartbeat
from stressvision.logs import configure_logs
from stressvision.reporter.jobs import list_jobs
from stressvision.reporter.schedule import run_schedule
from stressvision.reporter.texts import TEXTS
from stressvision.services.context import Context, open_context
from stressvision.services.reports import write_manual_report
from stressvision.wire.backend import Report

MANUAL_MINUTES = 15
LONGEST_MINUTES = 24 * 60


def main() -> int:
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    arguments = _parser(settings).parse_args()
    configure_logs(settings, "reporter")
    context = open_context(settings)
    if arguments.now:
        return _report_now(context)
    if arguments.every is not None:
        return _report_every(context, arguments.every)
    if not sys.stdin.isatty():
        return _report_every(context, settings.interval_minutes)
    return _menu(context)


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = Arguments(prog="report_generator.py", description=TEXTS["about"].text(settings.lang))
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--now", action="store_true", help=TEXTS["now"].text(settings.lang))
    choice.add_argument("--every", type=_minutes, metavar="N", help=TEXTS["every"].text(settings.lang))
    return parser


def _minutes(text: str) -> int:
    try:
        minutes = int(text)
    except ValueError:
        minutes = 0
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise argparse.ArgumentTypeError(f"«{text}»: 1–{LONGEST_MINUTES}")
    return minutes


def _menu(context: Context) -> int:
    settings = context.settings
    _say(TEXTS["menu"].text(settings.lang))
    while True:
        try:
            answer = input(TEXTS["choose"].text(settings.lang)).strip()
            if answer == "1":
                return _report_now(context)
            if answer in {"", "2"}:
                return _report_every(context, settings.interval_minutes)
            if answer == "3":
                return _report_every(context, _minutes(input(TEXTS["minutes"].text(settings.lang))))
            if answer == "4":
                return 0
            _say(TEXTS["unknown"].text(settings.lang))
        except argparse.ArgumentTypeError as error:
            _say(str(error))
        except (EOFError, KeyboardInterrupt):
            _say("")
            return 0


def _report_now(context: Context) -> int:
    _say(_rendered(write_manual_report(context, timedelta(minutes=MANUAL_MINUTES)), context.settings))
    return 0


def _report_every(context: Context, minutes: int) -> int:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    _say(TEXTS["scheduled"].text(context.settings.lang).format(minutes=minutes))
    try:
        run_schedule(context, list_jobs(context.settings, timedelta(minutes=minutes)), stopped.wait)
    finally:
        remove_heartbeat(context.settings.run_dir, "reporter")
        context.database.close()
    return 0


def _rendered(report: Report, settings: Settings) -> str:
    zone = ZoneInfo(settings.time_zone)
    start, end = report.start_timestamp.astimezone(zone), report.end_timestamp.astimezone(zone)
    lines = [
        TEXTS["report"]
        .text(settings.lang)
        .format(
            id=report.id,
            day=f"{start:%Y-%m-%d}",
            start=f"{start:%H:%M}",
            end=f"{end:%H:%M}",
            detections=report.total_detections,
            employees=report.total_employees_detected,
            stress=report.overall_stress_percentage,
            alerts=report.alerts_triggered,
        )
    ]
    lines += [
        f"  {person.code}  {person.name:<28} {person.total_detections:>5}  {person.stress_pct:6.2f} %"
        for person in report.per_employee_summary.values()
    ]
    if not report.total_detections:
        lines.append(TEXTS["nobody"].text(settings.lang))
    return "\n".join(lines)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
