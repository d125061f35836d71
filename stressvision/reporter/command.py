"""`python report_generator.py`: a report now, one at every quarter of an hour, a day's or a week's summary, or windows
written again."""

import argparse
import signal
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from stressvision.core.arguments import Arguments
from stressvision.core.clock import parse_moment
from stressvision.core.config import Settings, load_settings
from stressvision.core.errors import ConfigurationError, InvalidInput, Message
from stressvision.core.heartbeat import remove_heartbeat
from stressvision.core.logs import configure_logs
from stressvision.core.program import run_program
from stressvision.core.texts import detect_language
from stressvision.reporter.jobs import list_jobs
from stressvision.reporter.output import Form, hand_over, say
from stressvision.reporter.schedule import run_schedule
from stressvision.reporter.texts import TEXTS
from stressvision.services.context import Actor, Context, open_context
from stressvision.services.reports.summaries import read_day, read_week, write_due_summaries
from stressvision.services.reports.windows import rewrite_reports, write_manual_report

OPERATOR = Actor(user_id="report_generator.py")
"""Who looks at persons where somebody at this machine does, for the audit log."""
MANUAL_MINUTES = 15
LONGEST_MINUTES = 24 * 60


def main() -> int:
    return run_program(_run)


def _run() -> int:
    settings = load_settings()
    parser = _parser(settings)
    arguments = parser.parse_args()
    form = Form(arguments.form)
    _check(arguments, form)
    configure_logs(settings, "reporter")
    context = open_context(settings)
    if arguments.start is not None or arguments.end is not None:
        return _rewrite(context, arguments.start, arguments.end)
    if arguments.day is not None or arguments.week is not None:
        told = (
            read_week(context, arguments.week, OPERATOR)
            if arguments.day is None
            else read_day(context, arguments.day, OPERATOR)
        )
        hand_over(context, told, form, arguments.output)
        return 0
    if arguments.now:
        return _report_now(context, form, arguments.output)
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
    day, moment = TEXTS["day_form"].text(settings.lang), TEXTS["moment_form"].text(settings.lang)
    choice.add_argument("--day", metavar=day, help=TEXTS["day"].text(settings.lang))
    choice.add_argument("--week", metavar=day, help=TEXTS["week"].text(settings.lang))
    parser.add_argument("--from", dest="start", metavar=moment, help=TEXTS["from"].text(settings.lang))
    parser.add_argument("--to", dest="end", metavar=moment, help=TEXTS["to"].text(settings.lang))
    parser.add_argument(
        "--format",
        dest="form",
        choices=[str(form) for form in Form],
        default=str(Form.TEXT),
        help=TEXTS["form"].text(settings.lang),
    )
    file = TEXTS["file"].text(settings.lang)
    parser.add_argument("--output", type=Path, metavar=file, help=TEXTS["output"].text(settings.lang))
    return parser


def _check(arguments: argparse.Namespace, form: Form) -> None:
    """What argparse cannot tell: which options have a meaning together. Raises ConfigurationError."""
    rewrites = arguments.start is not None or arguments.end is not None
    tells = arguments.now or arguments.day is not None or arguments.week is not None
    if rewrites and (tells or arguments.every is not None):
        raise ConfigurationError(TEXTS["range_alone"], field="--from")
    if (arguments.output is not None or form is not Form.TEXT) and not tells:
        raise ConfigurationError(TEXTS["what_to_tell"], field="--format")
    if form is Form.PDF and arguments.output is None:
        raise ConfigurationError(TEXTS["where_to"], field="--output")


def _minutes(text: str) -> int:
    try:
        minutes = int(text)
    except ValueError:
        minutes = 0
    if not 1 <= minutes <= LONGEST_MINUTES:
        said = TEXTS["not_minutes"].text(detect_language())
        raise argparse.ArgumentTypeError(said.format(text=text, longest=LONGEST_MINUTES))
    return minutes


def _menu(context: Context) -> int:
    settings = context.settings
    say(TEXTS["menu"].text(settings.lang))
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
            say(TEXTS["unknown"].text(settings.lang))
        except argparse.ArgumentTypeError as error:
            say(str(error))
        except (EOFError, KeyboardInterrupt):
            say("")
            return 0


def _report_now(context: Context, form: Form = Form.TEXT, target: Path | None = None) -> int:
    hand_over(context, write_manual_report(context, timedelta(minutes=MANUAL_MINUTES)), form, target)
    return 0


def _rewrite(context: Context, start: str | None, end: str | None) -> int:
    zone = ZoneInfo(context.settings.time_zone)
    if start is None:
        raise ConfigurationError(TEXTS["from_missing"], field="--from")
    first = _moment(start, zone, "--from")
    last = context.clock() if end is None else _moment(end, zone, "--to", is_end=True)
    if first >= last:
        raise ConfigurationError(TEXTS["from_after_to"], field="--from")
    length = timedelta(minutes=context.settings.interval_minutes)
    count = 0
    for report in rewrite_reports(context, length, first, last):
        hand_over(context, report, Form.TEXT, None)
        count += 1
    write_due_summaries(context)
    say(TEXTS["rewritten"].text(context.settings.lang).format(count=count))
    return 0


def _moment(text: str, zone: ZoneInfo, option: str, *, is_end: bool = False) -> datetime:
    """By the plant's clock where it has no offset. Raises ConfigurationError."""
    try:
        return parse_moment(text, field=option, zone=zone, is_end=is_end)
    except InvalidInput:
        said = TEXTS["no_moment"]
        raise ConfigurationError(
            Message(es=said.es.format(option=option, text=text), en=said.en.format(option=option, text=text)),
            field=option,
        ) from None


def _report_every(context: Context, minutes: int) -> int:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    say(TEXTS["scheduled"].text(context.settings.lang).format(minutes=minutes))
    try:
        run_schedule(context, list_jobs(context.settings, timedelta(minutes=minutes)), stopped.wait)
    finally:
        remove_heartbeat(context.settings.run_dir, "reporter")
        context.database.close()
    return 0
