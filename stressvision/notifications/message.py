"""Composition of a message: a title and a few plain lines, in the configured language."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.core.config import Settings
from stressvision.db.queries.auth.accounts import ExpiringToken
from stressvision.db.queries.upkeep import RepairRow
from stressvision.domain.notifications import NoticeKind
from stressvision.notifications import texts
from stressvision.services.notifications import Notice, NoticeItem
from stressvision.services.upkeep import describe_repair
from stressvision.wire.alerts import Alert
from stressvision.wire.reports import Report


@dataclass(frozen=True)
class AttachedFile:
    """A file that a message carries."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class OutgoingMessage:
    """A composed message. `key` is the same for every attempt to send it."""

    title: str
    body: str
    key: str
    attached: AttachedFile | None = None


def compose_message(settings: Settings, notice: Notice, link: str | None = None) -> OutgoingMessage:
    """Return the message of a queued notice. `link`: acknowledges its alert."""
    subject = notice.subject
    if notice.digest:
        title = texts.DIGEST_TITLE.text(settings.lang).format(count=len(notice.digest))
        return _finish(settings, title, _digest_lines(settings, notice.digest), notice.key)
    if isinstance(subject, Report):
        lines = _report_lines(settings, subject)
    elif isinstance(subject, Alert):
        lines = _alert_lines(settings, notice, subject, link)
    elif isinstance(subject, RepairRow):
        repair = describe_repair(subject, settings.lang)
        lines = [repair.message, repair.remedy]
    elif isinstance(subject, date):
        lines = _weekly_lines(settings, subject)
    else:
        lines = _token_lines(settings, subject)
    return _compose(settings, notice.kind, lines, notice.key)


def compose_test_message(settings: Settings, key: str) -> OutgoingMessage:
    """Return a message that tests an address."""
    return _compose(settings, NoticeKind.TEST, [texts.OPENINGS[NoticeKind.TEST].text(settings.lang)], key)


def _alert_lines(settings: Settings, notice: Notice, alert: Alert, link: str | None) -> list[str]:
    waited = max(0, int((notice.created_at - alert.created_at).total_seconds() // 60))
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
    if link is not None:
        lines.append(texts.ACKNOWLEDGE.text(settings.lang).format(link=link))
    return lines


def _report_lines(settings: Settings, report: Report) -> list[str]:
    zone = ZoneInfo(settings.time_zone)
    end = report.end_timestamp.astimezone(zone)
    period = f"{_format_local(settings, report.start_timestamp)} – {end:%H:%M}"
    return [
        texts.OPENINGS[NoticeKind.REPORT].text(settings.lang).format(period=period),
        texts.SEE_REPORT.text(settings.lang).format(link=f"{settings.dashboard_base}/reportes"),
    ]


def _weekly_lines(settings: Settings, monday: date) -> list[str]:
    week = f"{monday:%d/%m/%Y} – {monday + timedelta(days=6):%d/%m/%Y}"
    return [
        texts.OPENINGS[NoticeKind.WEEKLY].text(settings.lang).format(week=week),
        texts.SEE_WEEK.text(settings.lang).format(link=f"{settings.dashboard_base}/planta"),
    ]


def _token_lines(settings: Settings, token: ExpiringToken) -> list[str]:
    owner = token.device_id or texts.PROGRAM.text(settings.lang)
    day = _format_local(settings, token.expires_at)
    opening = texts.OPENINGS[NoticeKind.EXPIRY].text(settings.lang)
    return [opening.format(token=token.token_id, owner=owner, day=day), texts.RENEW.text(settings.lang)]


def _digest_lines(settings: Settings, digest: Sequence[NoticeItem]) -> list[str]:
    counts = Counter(item.kind for item in digest)
    lines = [texts.DIGEST_OPENING.text(settings.lang).format(count=len(digest)), ""]
    lines += [
        line.text(settings.lang).format(count=counts[kind]) for kind, line in texts.DIGEST_LINES.items() if counts[kind]
    ]
    subjects = (item.subject for item in digest)
    high = sorted({alert.id for alert in subjects if isinstance(alert, Alert) and alert.severity == "high"})
    if high:
        lines.append(texts.DIGEST_HIGH.text(settings.lang).format(numbers=", ".join(map(str, high))))
    return [*lines, texts.DIGEST_SEE.text(settings.lang).format(link=f"{settings.dashboard_base}/alertas")]


def _compose(settings: Settings, kind: NoticeKind, lines: list[str], key: str) -> OutgoingMessage:
    return _finish(settings, texts.TITLES[kind].text(settings.lang), lines, key)


def _finish(settings: Settings, title: str, lines: list[str], key: str) -> OutgoingMessage:
    closing = texts.CLOSING.text(settings.lang).format(key=key)
    return OutgoingMessage(title, "\n".join([*lines, "", closing]), key)


def _format_local(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(settings.time_zone)):%d/%m/%Y %H:%M}"
