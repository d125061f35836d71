"""One alert as it is shown: who, when, what it rests on, and what was done about it."""

import streamlit as st
from markupsafe import Markup

from stressvision.dashboard import alert_blocks, blocks, texts
from stressvision.dashboard.palette import ACCENT, EXPRESSIONS, QUIET, SEVERITIES
from stressvision.dashboard.screen import Screen
from stressvision.wire.alerts import Alert, AlertDetail, AlertStepTaken

FATIGUE = "fatigue_prolonged"
CERTAIN = 0.995
ONE_IN_A_MILLION = 1e-6

_STEP_COLOURS = {
    "raised": SEVERITIES["high"],
    "escalated": SEVERITIES["medium"],
    "acknowledged": ACCENT,
    "resolved": EXPRESSIONS["happy"],
}


def show_card(screen: Screen, alert: Alert) -> None:
    st.html(blocks.alert(_card(screen, alert)))
    if alert.evidence_minutes:
        st.html(alert_blocks.evidence(_minutes(screen, alert), alert_blocks.facts(_facts(screen, alert))))


def show_history(screen: Screen, detail: AlertDetail) -> None:
    st.html(blocks.subheading(screen.say(texts.alerts.HISTORY)))
    st.html(alert_blocks.history(_history_line(screen, step) for step in detail.history))


def name_subject(screen: Screen, alert: Alert) -> str:
    if alert.device_id is not None:
        return alert.device_id
    if alert.employee_name is None:
        return screen.say(texts.alerts.ALERT_NUMBER, id=alert.id)
    return f"{alert.employee_name} · {alert.employee_code}" if alert.employee_code else alert.employee_name


def describe_chance(screen: Screen, chance: float) -> str:
    """A probability as people say it."""
    if chance >= CERTAIN:
        return screen.say(texts.alerts.CHANCE_CERTAIN)
    if chance >= 0.01:
        return screen.percent(chance)
    if chance >= ONE_IN_A_MILLION:
        return screen.say(texts.alerts.CHANCE_ONE_IN, count=f"{round(1 / chance):,}")
    return screen.say(texts.alerts.CHANCE_TINY)


def _card(screen: Screen, alert: Alert) -> blocks.AlertCard:
    severity = texts.alerts.SEVERITIES.get(alert.severity or "", texts.alerts.SEVERITY_UNKNOWN)
    status = texts.alerts.ALERT_STATUSES.get(alert.status)
    marks = []
    if alert.escalation_level:
        said = screen.say(texts.alerts.ESCALATED_TIMES, count=alert.escalation_level)
        marks.append(blocks.Chip(SEVERITIES["medium"], said))
    return blocks.AlertCard(
        severity=blocks.Chip(SEVERITIES.get(alert.severity or "", QUIET), screen.say(severity)),
        marks=marks,
        status=screen.say(status) if status else alert.status,
        who=name_subject(screen, alert),
        when=f"{screen.date_and_time(alert.timestamp)} · {screen.ago(alert.timestamp)}",
        description=alert.description or "",
        evidence=_evidence(screen, alert),
        decisions=[
            screen.say(message, user=user, time=screen.date_and_time(moment))
            for message, user, moment in (
                (texts.alerts.ACKNOWLEDGED_BY, alert.acknowledged_by, alert.acknowledged_at),
                (texts.alerts.RESOLVED_BY, alert.resolved_by, alert.resolved_at),
            )
            if user and moment
        ],
        notes=alert.resolution_notes or "",
    )


def _evidence(screen: Screen, alert: Alert) -> str:
    if alert.device_id is not None and alert.evidence_start is not None:
        return screen.say(texts.alerts.SINCE, time=screen.date_and_time(alert.evidence_start))
    if alert.evidence_events is None:
        return screen.say(texts.alerts.NO_EVIDENCE)
    return screen.say(
        texts.alerts.EVIDENCE,
        events=f"{alert.evidence_events:,}",
        total=f"{alert.evidence_total:,}" if alert.evidence_total is not None else screen.say(texts.common.NOT_SET),
        confidence=screen.percent(alert.evidence_confidence),
    )


def _minutes(screen: Screen, alert: Alert) -> Markup:
    counts = alert.evidence_minutes or []
    fullest = max(1, *(minute.total for minute in counts))
    is_fatigue = alert.alert_type == FATIGUE
    bars = [
        alert_blocks.MinuteBar(
            total=100 * minute.total / fullest,
            events=100 * minute.events / fullest,
            told=screen.say(
                texts.alerts.MINUTE,
                time=f"{screen.local(minute.start):%H:%M}",
                events=minute.events,
                total=minute.total,
            ),
        )
        for minute in counts
    ]
    return alert_blocks.minutes(
        bars,
        start=f"{screen.local(counts[0].start):%H:%M}",
        end=f"{screen.local(counts[-1].start):%H:%M}",
        legend=screen.say(texts.alerts.LEGEND_FATIGUE if is_fatigue else texts.alerts.LEGEND_STRESS),
        colour=EXPRESSIONS["fatigue" if is_fatigue else "stress"],
    )


def _facts(screen: Screen, alert: Alert) -> list[blocks.KeyFigure]:
    usual = screen.say(texts.alerts.NO_HISTORY)
    if alert.usual_share is not None:
        usual = screen.say(texts.alerts.USUAL_OF, share=f"{alert.usual_share:.0f} %", days=alert.usual_days)
    share = alert.evidence_events / alert.evidence_total if alert.evidence_events and alert.evidence_total else None
    facts = [
        blocks.KeyFigure(
            screen.say(texts.alerts.SHARE), screen.percent(share), help=screen.say(texts.alerts.SHARE_HELP)
        ),
        blocks.KeyFigure(screen.say(texts.alerts.USUAL), usual, help=screen.say(texts.alerts.USUAL_HELP)),
    ]
    if alert.error_chance is not None:
        said = describe_chance(screen, alert.error_chance)
        help_text = screen.say(texts.alerts.CHANCE_HELP)
        facts.append(blocks.KeyFigure(screen.say(texts.alerts.CHANCE), said, help=help_text))
    return facts


def _history_line(screen: Screen, step: AlertStepTaken) -> alert_blocks.HistoryLine:
    what = texts.alerts.STEPS.get(step.kind)
    said = screen.say(what) if what else step.kind
    return alert_blocks.HistoryLine(
        colour=_STEP_COLOURS.get(step.kind, QUIET),
        what=screen.say(texts.alerts.STEP_BY, what=said, user=step.user_id) if step.user_id else said,
        when=screen.date_and_time(step.timestamp),
        notes=step.notes or "",
    )
