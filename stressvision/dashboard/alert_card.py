"""One alert: its subject, time, evidence and the decisions on it."""

import streamlit as st
from markupsafe import Markup

from stressvision.dashboard import alert_html, html, texts
from stressvision.dashboard.page_context import PageContext
from stressvision.dashboard.palette import ACCENT, EXPRESSIONS, QUIET, SEVERITIES
from stressvision.domain.alerts import PROLONGED_FATIGUE
from stressvision.domain.evidence import compute_excess, compute_share
from stressvision.wire.alerts import Alert, AlertDetail, AlertStepTaken

CERTAIN = 0.995
ONE_IN_A_MILLION = 1e-6

_STEP_COLOURS = {
    "raised": SEVERITIES["high"],
    "escalated": SEVERITIES["medium"],
    "acknowledged": ACCENT,
    "resolved": EXPRESSIONS["happy"],
}


def show_card(context: PageContext, alert: Alert) -> None:
    """Render the head of an alert and, where stored, its evidence."""
    st.html(html.alert(_card(context, alert)))
    if alert.evidence_minutes and not is_hidden(context, alert):
        st.html(alert_html.evidence(_minutes(context, alert), alert_html.facts(_facts(context, alert))))


def show_history(context: PageContext, detail: AlertDetail) -> None:
    """Render the steps of an alert."""
    st.html(html.subheading(context.text(texts.alerts.HISTORY)))
    st.html(alert_html.history(_history_line(context, step) for step in detail.history))


def name_subject(context: PageContext, alert: Alert) -> str:
    """Return the device, or the name and code of the person, that the alert is about."""
    if alert.device_id is not None:
        return alert.device_id
    if alert.employee_name is None:
        return context.text(texts.alerts.ALERT_NUMBER, id=alert.id)
    return f"{alert.employee_name} · {alert.employee_code}" if alert.employee_code else alert.employee_name


def is_hidden(context: PageContext, alert: Alert) -> bool:
    """Return whether the alert rests on emotions that the policy in force does not allow to show."""
    return not context.shows_emotions and alert.device_id is None and alert.alert_type != PROLONGED_FATIGUE


def describe_alert(context: PageContext, alert: Alert) -> str:
    """Return what the alert reports, in the language of the page."""
    if is_hidden(context, alert):
        return context.text(texts.alerts.BEFORE_POLICY)
    description = texts.alerts.DESCRIPTIONS.get(alert.alert_type or "")
    return context.text(description) if description else alert.description or ""


def describe_chance(context: PageContext, chance: float) -> str:
    """Return a probability in words: a percentage, "1 in N", or a bound."""
    if chance >= CERTAIN:
        return context.text(texts.alerts.CHANCE_CERTAIN)
    if chance >= 0.01:
        return context.percent(chance)
    if chance >= ONE_IN_A_MILLION:
        return context.text(texts.alerts.CHANCE_ONE_IN, count=f"{round(1 / chance):,}")
    return context.text(texts.alerts.CHANCE_TINY)


def _card(context: PageContext, alert: Alert) -> html.AlertCard:
    severity = texts.alerts.SEVERITIES.get(alert.severity or "", texts.alerts.SEVERITY_UNKNOWN)
    status = texts.alerts.ALERT_STATUSES.get(alert.status)
    marks = []
    if alert.escalation_level:
        label = context.text(texts.alerts.ESCALATED_TIMES, count=alert.escalation_level)
        marks.append(html.Chip(SEVERITIES["medium"], label))
    if alert.odd_fields:
        marks.append(html.Chip(QUIET, context.text(texts.common.ODD_FIELDS)))
    return html.AlertCard(
        severity=html.Chip(SEVERITIES.get(alert.severity or "", QUIET), context.text(severity)),
        marks=marks,
        status=context.text(status) if status else alert.status,
        subject=name_subject(context, alert),
        time=f"{context.date_and_time(alert.timestamp)} · {context.ago(alert.timestamp)}",
        description=describe_alert(context, alert),
        evidence=_evidence(context, alert),
        decisions=[
            context.text(message, user=user, time=context.date_and_time(moment))
            for message, user, moment in (
                (texts.alerts.ACKNOWLEDGED_BY, alert.acknowledged_by, alert.acknowledged_at),
                (texts.alerts.RESOLVED_BY, alert.resolved_by, alert.resolved_at),
            )
            if user and moment
        ],
        notes=alert.resolution_notes or "",
    )


def _evidence(context: PageContext, alert: Alert) -> str:
    if is_hidden(context, alert):
        return context.text(texts.common.NO_EMOTIONS)
    if alert.device_id is not None and alert.evidence_start is not None:
        return context.text(texts.alerts.SINCE, time=context.date_and_time(alert.evidence_start))
    if alert.evidence_events is None:
        return context.text(texts.alerts.NO_EVIDENCE)
    return context.text(
        texts.alerts.EVIDENCE,
        events=f"{alert.evidence_events:,}",
        total=f"{alert.evidence_total:,}" if alert.evidence_total is not None else context.text(texts.common.NOT_SET),
        confidence=context.percent(alert.evidence_confidence),
    )


def _minutes(context: PageContext, alert: Alert) -> Markup:
    counts = alert.evidence_minutes or []
    fullest = max(1, *(minute.total for minute in counts))
    is_fatigue = alert.alert_type == PROLONGED_FATIGUE
    bars = [
        alert_html.MinuteBar(
            total=100 * minute.total / fullest,
            events=100 * minute.events / fullest,
            tooltip=context.text(
                texts.alerts.MINUTE,
                time=f"{context.local(minute.start):%H:%M}",
                events=minute.events,
                total=minute.total,
            ),
        )
        for minute in counts
    ]
    return alert_html.minutes(
        bars,
        start=f"{context.local(counts[0].start):%H:%M}",
        end=f"{context.local(counts[-1].start):%H:%M}",
        legend=context.text(texts.alerts.LEGEND_FATIGUE if is_fatigue else texts.alerts.LEGEND_STRESS),
        colour=EXPRESSIONS["fatigue" if is_fatigue else "stress"],
    )


def _facts(context: PageContext, alert: Alert) -> list[html.KeyFigure]:
    usual = context.text(texts.alerts.NO_HISTORY)
    if alert.usual_share is not None:
        usual = context.text(texts.alerts.USUAL_OF, share=f"{alert.usual_share:.0f} %", days=alert.usual_days)
    share = compute_share(alert.evidence_events, alert.evidence_total)
    facts = [
        html.KeyFigure(
            context.text(texts.alerts.SHARE),
            context.percent(None if share is None else share / 100),
            help=context.text(texts.alerts.SHARE_HELP),
        ),
        html.KeyFigure(context.text(texts.alerts.USUAL), usual, help=context.text(texts.alerts.USUAL_HELP)),
    ]
    excess = compute_excess(share, alert.usual_share)
    if excess is not None:
        points = context.text(texts.alerts.POINTS, points=f"{excess:+.0f}")
        help_text = context.text(texts.alerts.EXCESS_HELP)
        facts.append(html.KeyFigure(context.text(texts.alerts.EXCESS), points, help=help_text))
    if alert.error_chance is not None:
        chance = describe_chance(context, alert.error_chance)
        help_text = context.text(texts.alerts.CHANCE_HELP)
        facts.append(html.KeyFigure(context.text(texts.alerts.CHANCE), chance, help=help_text))
    return facts


def _history_line(context: PageContext, step: AlertStepTaken) -> alert_html.HistoryLine:
    label = texts.alerts.STEPS.get(step.kind)
    name = context.text(label) if label else step.kind
    return alert_html.HistoryLine(
        colour=_STEP_COLOURS.get(step.kind, QUIET),
        step=context.text(texts.alerts.STEP_BY, step=name, user=step.user_id) if step.user_id else name,
        time=context.date_and_time(step.timestamp),
        notes=step.notes or "",
    )
