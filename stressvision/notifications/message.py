"""Composition of a message: a title and a few plain lines, in the configured language."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from stressvision.core.config import Settings
from stressvision.domain.notifications import NoticeKind
from stressvision.notifications import texts
from stressvision.services.notifications import Notice
from stressvision.wire.alerts import Alert
from stressvision.wire.reports import Report


@dataclass(frozen=True)
class OutgoingMessage:
    """A composed message. `key` is the same for every attempt to send it."""

    title: str
    body: str
    key: str


def compose_message(settings: Settings, notice: Notice) -> OutgoingMessage:
    """Return the message of a queued notice."""
    subject = notice.subject
    lines = _report_lines(settings, subject) if isinstance(subject, Report) else _alert_lines(settings, notice, subject)
    return _compose(settings, notice.kind, lines, notice.key)


def compose_test_message(settings: Settings, key: str) -> OutgoingMessage:
    """Return a message that tests an address."""
    return _compose(settings, NoticeKind.TEST, [texts.OPENINGS[NoticeKind.TEST].text(settings.lang)], key)


def _alert_lines(settings: Settings, notice: Notice, alert: Alert) -> list[str]:
    waited = int((notice.created_at - alert.created_at).total_seconds() // 60)
    opening = texts.OPENINGS[notice.kind].text(settings.lang).format(minutes=waited, device=alert.device_id)
    severity = texts.SEVERITIES.get(alert.severity)
    lines = [opening, ""]
    if severity is not None:
        lines.append(texts.SEVERITY.text(settings.lang).format(severity=severity.text(settings.lang)))
    lines += [
        texts.TIME.text(settings.lang).format(time=_format_local(settings, alert.timestamp), zone=settings.time_zone),
        texts.NUMBER.text(settings.lang).format(id=alert.id),
        texts.SEE.text(settings.lang).format(link=f"{settings.dashboard_base}/alertas?alerta={alert.id}"),
    ]
    return lines


def _report_lines(settings: Settings, report: Report) -> list[str]:
    zone = ZoneInfo(settings.time_zone)
    end = report.end_timestamp.astimezone(zone)
    period = f"{_format_local(settings, report.start_timestamp)} – {end:%H:%M}"
    return [
        texts.OPENINGS[NoticeKind.REPORT].text(settings.lang).format(period=period),
        texts.SEE_REPORT.text(settings.lang).format(link=f"{settings.dashboard_base}/reportes"),
    ]


def _compose(settings: Settings, kind: NoticeKind, lines: list[str], key: str) -> OutgoingMessage:
    closing = texts.CLOSING.text(settings.lang).format(key=key)
    return OutgoingMessage(texts.TITLES[kind].text(settings.lang), "\n".join([*lines, "", closing]), key)


def _format_local(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(settings.time_zone)):%d/%m/%Y %H:%M}"
