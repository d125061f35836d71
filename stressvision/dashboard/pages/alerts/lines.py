"""One alert as a line of the inbox."""

from functools import lru_cache

from markupsafe import Markup

from stressvision.dashboard import alert_html, html, texts
from stressvision.dashboard.alert_card import is_hidden, name_subject
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import EXPRESSIONS, QUIET, SEVERITIES
from stressvision.domain.alerts import PROLONGED_FATIGUE
from stressvision.wire.alerts import Alert


def create_line(context: PageContext, alert: Alert) -> Markup:
    """Return severity, subject, place, minutes, share against the usual one, age, and holder of the alert."""
    severity = texts.inbox.SEVERITY_SHORT.get(alert.severity or "", texts.common.NOT_SET)
    return alert_html.line(
        severity=html.Chip(SEVERITIES.get(alert.severity or "", QUIET), context.text(severity)),
        subject=name_subject(context, alert),
        place=context.mark_odd(_place(context, alert), alert.odd_fields),
        strip=_strip(context, alert),
        now=_now(context, alert),
        usual=_usual(context, alert),
        age=context.ago(alert.timestamp),
        time=context.date_and_time(alert.timestamp),
        owner=_owner(context, alert),
    )


def describe_reason(context: PageContext, alert: Alert) -> str:
    """Return the reason of a person's alert in one or two sentences, or an empty string without evidence."""
    if alert.evidence_events is None or alert.evidence_total is None or alert.evidence_start is None:
        return ""
    if is_hidden(context, alert):
        return ""
    is_fatigue = alert.alert_type == PROLONGED_FATIGUE
    sentence = context.text(
        texts.inbox.REASON_FATIGUE if is_fatigue else texts.inbox.REASON_STRESS,
        events=f"{alert.evidence_events:,}",
        total=f"{alert.evidence_total:,}",
        share=_percent(context, alert.evidence_share),
        start=f"{context.local(alert.evidence_start):%H:%M}",
    )
    if alert.usual_share is None:
        return sentence
    usual = _percent(context, alert.usual_share)
    return f"{sentence} {context.text(texts.inbox.REASON_USUAL, usual=usual, days=alert.usual_days)}"


def _place(context: PageContext, alert: Alert) -> str:
    if alert.device_id is not None:
        description = texts.alerts.DESCRIPTIONS.get(alert.alert_type or "")
        return context.text(description) if description else alert.description or ""
    kind = texts.inbox.KINDS["fatigue" if alert.alert_type == PROLONGED_FATIGUE else "stress"]
    if is_hidden(context, alert):
        kind = texts.alerts.BEFORE_POLICY
    shift = texts.employees.SHIFTS.get(alert.shift or "")
    parts = (context.text(kind), alert.department, context.text(shift) if shift else alert.shift)
    return " · ".join(part for part in parts if part)


def _strip(context: PageContext, alert: Alert) -> Markup:
    counts = tuple((minute.total, minute.events) for minute in alert.evidence_minutes or ())
    if not counts or is_hidden(context, alert):
        return Markup("")
    is_fatigue = alert.alert_type == PROLONGED_FATIGUE
    label = texts.alerts.LEGEND_FATIGUE if is_fatigue else texts.alerts.LEGEND_STRESS
    return _draw_strip(counts, context.text(label), EXPRESSIONS["fatigue" if is_fatigue else "stress"])


@lru_cache(maxsize=2000)
def _draw_strip(counts: tuple[tuple[int, int], ...], label: str, colour: str) -> Markup:
    """Return the minutes as bars. Every refresh of every open page needs them, and they never change."""
    fullest = max(1, *(total for total, _ in counts))
    bars = [alert_html.MinuteBar(100 * total / fullest, 100 * events / fullest, "") for total, events in counts]
    return alert_html.strip(bars, label, colour)


def _now(context: PageContext, alert: Alert) -> str:
    if alert.evidence_share is None or is_hidden(context, alert):
        return ""
    return _percent(context, alert.evidence_share)


def _usual(context: PageContext, alert: Alert) -> str:
    if alert.device_id is not None or alert.evidence_share is None or is_hidden(context, alert):
        return ""
    if alert.usual_share is None:
        return context.text(texts.inbox.NO_USUAL)
    return context.text(texts.inbox.USUAL_SHARE, share=_percent(context, alert.usual_share))


def _percent(context: PageContext, percent: float | None) -> str:
    return context.text(texts.common.NOT_SET) if percent is None else f"{percent:.0f} %"


def _owner(context: PageContext, alert: Alert) -> html.Chip:
    if alert.status == "resolved":
        user = alert.resolved_by or context.text(texts.common.NOT_SET)
        return html.Chip(EXPRESSIONS["happy"], context.text(texts.inbox.CLOSED_BY, user=user))
    if alert.status == "acknowledged":
        user = alert.acknowledged_by or context.text(texts.common.NOT_SET)
        return html.Chip(EXPRESSIONS["sad"], context.text(texts.inbox.TAKEN_BY, user=user))
    return html.Chip(QUIET, context.text(texts.inbox.NOT_TAKEN))
