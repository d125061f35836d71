"""Command line of `report_generator.py`: one report, periodic reports, a daily or weekly summary, rewritten reports.

What only one of these needs is imported by its function: periodic reports run for months.
"""

import argparse
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.core.arguments import Arguments
from stressvision.core.clock import parse_moment
from stressvision.core.config import Settings, load_settings, require_whole_days
from stressvision.core.errors import ConfigurationError, InvalidInput, Message
from stressvision.core.heartbeat import remove_heartbeat
from stressvision.core.logs import configure_logs
from stressvision.core.program import run_program, share_heap
from stressvision.core.texts import detect_language
from stressvision.reporter import texts
from stressvision.reporter.jobs import list_jobs
from stressvision.reporter.output import OutputFormat, print_line, write_output
from stressvision.reporter.schedule import run_schedule
from stressvision.reporter.separate import separate_rare_jobs
from stressvision.services.context import Actor, Context, open_context

ACTOR = Actor(user_id="report_generator.py")
"""Actor of the audit log for reports read on this machine."""
MANUAL_MINUTES = 15
LONGEST_MINUTES = 24 * 60


def main() -> int:
    """Run the program; return its exit code."""
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    parser = _parser(settings)
    arguments = parser.parse_args()
    output_format = OutputFormat(arguments.output_format)
    _require_compatible(arguments, output_format)
    configure_logs(settings, "reporter")
    context = open_context(settings)
    if arguments.start is not None or arguments.end is not None:
        return _rewrite(context, arguments.start, arguments.end)
    if arguments.day is not None or arguments.week is not None:
        from stressvision.services.reports.creation import write_due_reports
        from stressvision.services.reports.summaries import parse_past_day, read_day, read_week

        parse_past_day(context, arguments.week if arguments.day is None else arguments.day)
        write_due_reports(context, timedelta(minutes=settings.interval_minutes))  # no reporter may have been running
        summary = (
            read_week(context, arguments.week, ACTOR)
            if arguments.day is None
            else read_day(context, arguments.day, ACTOR)
        )
        write_output(context, summary, output_format, arguments.output)
        return 0
    if arguments.now:
        return _report_now(context, output_format, arguments.output)
    if arguments.every is not None:
        return _report_every(context, arguments.every)
    if not sys.stdin.isatty():
        return _report_every(context, settings.interval_minutes)
    return _menu(context)


def _parser(settings: Settings) -> argparse.ArgumentParser:
    parser = Arguments(prog="report_generator.py", description=texts.ABOUT.text(settings.lang))
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--now", action="store_true", help=texts.NOW_HELP.text(settings.lang))
    choice.add_argument("--every", type=_parse_minutes, metavar="N", help=texts.EVERY_HELP.text(settings.lang))
    day, moment = texts.DAY_METAVAR.text(settings.lang), texts.MOMENT_METAVAR.text(settings.lang)
    choice.add_argument("--day", metavar=day, help=texts.DAY_HELP.text(settings.lang))
    choice.add_argument("--week", metavar=day, help=texts.WEEK_HELP.text(settings.lang))
    parser.add_argument("--from", dest="start", metavar=moment, help=texts.FROM_HELP.text(settings.lang))
    parser.add_argument("--to", dest="end", metavar=moment, help=texts.TO_HELP.text(settings.lang))
    parser.add_argument(
        "--format",
        dest="output_format",
        choices=[str(output_format) for output_format in OutputFormat],
        default=str(OutputFormat.TEXT),
        help=texts.FORMAT_HELP.text(settings.lang),
    )
    file = texts.FILE_METAVAR.text(settings.lang)
    parser.add_argument("--output", type=Path, metavar=file, help=texts.OUTPUT_HELP.text(settings.lang))
    return parser


def _require_compatible(arguments: argparse.Namespace, output_format: OutputFormat) -> None:
    """Check the combinations of options that argparse cannot express.

    Raises:
        ConfigurationError: If two options contradict each other or one is missing.
    """
    rewrites = arguments.start is not None or arguments.end is not None
    is_report = arguments.now or arguments.day is not None or arguments.week is not None
    if rewrites and (is_report or arguments.every is not None):
        raise ConfigurationError(texts.RANGE_NOT_ALONE, field="--from")
    if (arguments.output is not None or output_format is not OutputFormat.TEXT) and not is_report:
        raise ConfigurationError(texts.REPORT_MISSING, field="--format")
    if output_format is OutputFormat.PDF and arguments.output is None:
        raise ConfigurationError(texts.OUTPUT_MISSING, field="--output")


def _parse_minutes(text: str) -> int:
    try:
        minutes = int(text)
    except ValueError:
        minutes = 0
    if not 1 <= minutes <= LONGEST_MINUTES:
        message = texts.INVALID_MINUTES.text(detect_language())
        raise argparse.ArgumentTypeError(message.format(text=text, longest=LONGEST_MINUTES))
    return minutes


def _menu(context: Context) -> int:
    settings = context.settings
    print_line(texts.MENU.text(settings.lang))
    while True:
        try:
            answer = input(texts.CHOICE_PROMPT.text(settings.lang)).strip()
            if answer == "1":
                return _report_now(context)
            if answer in {"", "2"}:
                return _report_every(context, settings.interval_minutes)
            if answer == "3":
                return _report_every(context, _parse_minutes(input(texts.MINUTES_PROMPT.text(settings.lang))))
            if answer == "4":
                return 0
            print_line(texts.UNKNOWN_CHOICE.text(settings.lang))
        except argparse.ArgumentTypeError as error:
            print_line(str(error))
        except ConfigurationError as error:
            print_line(error.message.text(settings.lang))
        except (EOFError, KeyboardInterrupt):
            print_line("")
            return 0


def _report_now(context: Context, output_format: OutputFormat = OutputFormat.TEXT, target: Path | None = None) -> int:
    from stressvision.services.reports.creation import write_manual_report

    write_output(context, write_manual_report(context, timedelta(minutes=MANUAL_MINUTES)), output_format, target)
    return 0


def _rewrite(context: Context, start: str | None, end: str | None) -> int:
    from stressvision.services.reports.creation import rewrite_reports
    from stressvision.services.reports.summaries import write_due_summaries

    zone = ZoneInfo(context.settings.time_zone)
    if start is None:
        raise ConfigurationError(texts.FROM_MISSING, field="--from")
    first = _parse_moment(start, zone, "--from")
    last = context.clock() if end is None else _parse_moment(end, zone, "--to", is_end=True)
    if first >= last:
        raise ConfigurationError(texts.FROM_AFTER_TO, field="--from")
    length = timedelta(minutes=context.settings.interval_minutes)
    count = 0
    for report in rewrite_reports(context, length, first, last):
        write_output(context, report, OutputFormat.TEXT, None)
        count += 1
    write_due_summaries(context)
    print_line(texts.REWRITTEN.text(context.settings.lang).format(count=count))
    return 0


def _parse_moment(text: str, zone: ZoneInfo, option: str, *, is_end: bool = False) -> datetime:
    """Parse a moment, in plant time if it has no offset.

    Raises:
        ConfigurationError: If it is not a date or time.
    """
    try:
        return parse_moment(text, field=option, zone=zone, is_end=is_end)
    except InvalidInput:
        message = texts.INVALID_MOMENT
        raise ConfigurationError(
            Message(es=message.es.format(option=option, text=text), en=message.en.format(option=option, text=text)),
            field=option,
        ) from None


def _report_every(context: Context, minutes: int) -> int:
    require_whole_days(context.settings, minutes, "--every")
    share_heap()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    print_line(texts.SCHEDULED.text(context.settings.lang).format(minutes=minutes))
    try:
        length = timedelta(minutes=minutes)
        run_schedule(context, separate_rare_jobs(list_jobs(context.settings, length), length), stopped.wait)
    finally:
        remove_heartbeat(context.settings.run_dir, "reporter")
        context.database.close()
    return 0
