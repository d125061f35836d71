"""One person's figures over time and the time line of their alerts, each read audited."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from stressvision.db.engine.connection import Connection
from stressvision.db.queries.detections.hours import count_employee_hours
from stressvision.db.queries.people import figures as rows
from stressvision.db.queries.people.own import select_pauses
from stressvision.domain.calendar import DAY, day_of, day_window
from stressvision.domain.emotions import Emotion, percent
from stressvision.domain.evidence import USUAL_DAYS
from stressvision.domain.person_figures import (
    HISTORY,
    PersonPoint,
    Unit,
    add_usual_levels,
    join_days,
    require_period,
)
from stressvision.domain.reports import Window
from stressvision.domain.summaries import EmotionTotals
from stressvision.services.audit import submit_read
from stressvision.services.context import Actor, Context
from stressvision.services.people.employees import get_employee
from stressvision.services.permitted import withhold_emotions
from stressvision.wire.person import PersonEvent, PersonEvents, PersonFigure, PersonFigures
from stressvision.wire.reports import UsualLevel

EVENT_LIMIT = 500
_HOUR = timedelta(hours=1)


def read_person_figures(context: Context, employee_id: int, unit: Unit, hours: int, actor: Actor) -> PersonFigures:
    """Return one person's figures of the last `hours` by minute, hour or day; the read is audited.

    Hours have the usual level of the person at that hour. Days are those of the plant, from the first whole one.

    Raises:
        NotFound: There is no such employee.
        InvalidInput: The period is too long for the unit.
    """
    require_period(unit, hours)
    zone, now = ZoneInfo(context.settings.time_zone), context.clock()
    start = now - timedelta(hours=hours)
    with context.database.read() as connection:
        get_employee(connection, employee_id)
        if unit is Unit.DAY:
            start = day_window(day_of(start, zone) + DAY, zone).start
            points = _read_days(connection, employee_id, start, now, zone)
        elif unit is Unit.HOUR:
            start = start.replace(minute=0, second=0, microsecond=0)
            history = Window(start - HISTORY, now + _HOUR)
            points = add_usual_levels(_count(connection, employee_id, history, unit), zone, start)
        else:
            start = start.replace(second=0, microsecond=0)
            points = tuple(_count(connection, employee_id, Window(start, now + _HOUR), unit))
    asked = {"by": str(unit), "hours": hours}
    submit_read(context, actor, "read_person_figures", "employee", employee_id, asked).result()
    figures = _to_figures(employee_id, unit, Window(start, now), context.settings.time_zone, points)
    return withhold_emotions(context, figures)


def read_person_events(context: Context, employee_id: int, days: int, actor: Actor) -> PersonEvents:
    """Return the alerts, decisions, notes and pauses of one person over `days`; the read is audited. Raises NotFound.

    At most 500 steps, the newest.
    """
    since = context.clock() - timedelta(days=days)
    with context.database.read() as connection:
        get_employee(connection, employee_id)
        steps = rows.select_person_steps(connection, employee_id, since, EVENT_LIMIT)
        total = rows.count_person_steps(connection, employee_id, since)
        silences = rows.select_person_silences(connection, employee_id, since)
        own_pauses = select_pauses(connection, employee_id, since)
    submit_read(context, actor, "read_person_events", "employee", employee_id, {"days": days}).result()
    pauses = [event for silence in silences for event in _to_pause(silence, since, context.clock())]
    pauses += [
        PersonEvent(timestamp=pause.starts_at, kind="recognition_paused", ends_at=pause.ends_at) for pause in own_pauses
    ]
    events = [PersonEvent.model_validate(step) for step in steps] + pauses
    found = PersonEvents(
        employee_id=employee_id,
        since=since,
        events=sorted(events, key=lambda event: event.timestamp, reverse=True),
        total=total + len(pauses),
    )
    return withhold_emotions(context, found)


def _read_days(
    connection: Connection, employee_id: int, start: datetime, now: datetime, zone: ZoneInfo
) -> tuple[PersonPoint, ...]:
    """Return the summarised days, and the latest days added up from detections."""
    first, today = day_of(start, zone), day_of(now, zone)
    stored = dict(rows.select_person_days(connection, employee_id, first, today - DAY))
    open_from = max([first, *(day + DAY for day in stored), today - USUAL_DAYS * DAY])
    points = [PersonPoint(day_window(day, zone).start, totals) for day, totals in stored.items()]
    window = Window(day_window(min(open_from, today), zone).start, now + _HOUR)
    return (*points, *join_days(_count(connection, employee_id, window, Unit.HOUR), zone))


def _count(connection: Connection, employee_id: int, window: Window, unit: Unit) -> Iterator[PersonPoint]:
    if unit is Unit.MINUTE:
        counts = rows.count_minutes(connection, employee_id, window)
    else:
        counts = {own.hour: Counter(own.counts) for own in count_employee_hours(connection, employee_id, window)}
    for start, own in counts.items():
        shown = {emotion.value: own.get(emotion, 0) for emotion in Emotion}
        yield PersonPoint(start, EmotionTotals(sum(own.values()), shown))


def _to_figures(
    employee_id: int, unit: Unit, window: Window, time_zone: str, points: Iterable[PersonPoint]
) -> PersonFigures:
    own = tuple(points)
    totals = sum((point.totals for point in own), EmotionTotals())
    return PersonFigures(
        employee_id=employee_id,
        by=unit.value,
        start_timestamp=window.start,
        end_timestamp=window.end,
        time_zone=time_zone,
        total_detections=totals.total,
        emotion_counts={emotion.value: totals.counts.get(emotion, 0) for emotion in Emotion},
        stress_pct=percent(totals.stress, totals.total),
        fatigue_pct=percent(totals.fatigue, totals.total),
        points=[_to_figure(point) for point in own],
    )


def _to_figure(point: PersonPoint) -> PersonFigure:
    usual = None
    if point.usual_stress is not None and point.usual_fatigue is not None:
        usual = UsualLevel(
            stress_pct=point.usual_stress.share, fatigue_pct=point.usual_fatigue.share, days=point.usual_stress.days
        )
    return PersonFigure(
        start=point.start,
        total_detections=point.totals.total,
        counts=dict(point.totals.counts),
        stress_pct=percent(point.totals.stress, point.totals.total),
        fatigue_pct=percent(point.totals.fatigue, point.totals.total),
        usual=usual,
    )


def _to_pause(silence: rows.PersonSilenceRow, since: datetime, now: datetime) -> Iterator[PersonEvent]:
    if silence.starts_at >= since:
        yield PersonEvent(
            timestamp=silence.starts_at,
            kind="pause_begun",
            silence_id=silence.id,
            user_id=silence.created_by,
            notes=silence.reason,
            ends_at=silence.ends_at,
        )
    ended = silence.ended_at or silence.ends_at
    if since <= ended <= now:
        yield PersonEvent(timestamp=ended, kind="pause_ended", silence_id=silence.id, user_id=silence.ended_by)
