"""HTML fragments of the evidence and the history of an alert. Every inserted value is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stressvision.dashboard.html import Chip, KeyFigure, chip

_EMPTY = Markup("")


@dataclass(frozen=True)
class MinuteBar:
    """One minute of the evidence: bar heights in percent of the highest minute, and a tooltip."""

    total: float
    events: float
    tooltip: str


@dataclass(frozen=True)
class HistoryLine:
    """One step of the history of an alert."""

    colour: str
    step: str
    time: str
    notes: str


def minutes(bars: Sequence[MinuteBar], start: str, end: str, legend: str, colour: str) -> Markup:
    """Return one bar per minute of the window; the part that the rule counts is coloured."""
    columns = _EMPTY.join(
        Markup('<i title="{}"><b style="height:{:.0f}%"></b><b class="events" style="height:{:.0f}%"></b></i>').format(
            bar.tooltip, bar.total, bar.events
        )
        for bar in bars
    )
    return Markup(
        '<figure class="sv minutes" style="--tone:{}" role="img" aria-label="{}"><div>{}</div>'
        '<figcaption><span>{}</span><span class="legend">{}</span><span>{}</span></figcaption></figure>'
    ).format(colour, legend, columns, start, legend, end)


def facts(items: Iterable[KeyFigure]) -> Markup:
    """Return a compact list of key figures."""
    cells = _EMPTY.join(
        Markup('<div title="{}"><dt>{}</dt><dd>{}</dd></div>').format(item.help, item.label, item.value)
        for item in items
    )
    return Markup('<dl class="sv facts">{}</dl>').format(cells)


def evidence(bars: Markup, facts: Markup) -> Markup:
    """Return the minute bars with the key figures beside them, or below on a narrow screen."""
    return Markup('<div class="sv evidence">{}{}</div>').format(bars, facts)


def history(lines: Iterable[HistoryLine]) -> Markup:
    """Return the steps of an alert, in the given order."""
    items = _EMPTY.join(
        Markup(
            '<li><span class="dot" style="--tone:{}"></span><div><div><span class="step">{}</span> '
            '<span class="muted">{}</span></div>{}</div></li>'
        ).format(
            line.colour,
            line.step,
            line.time,
            Markup("<blockquote>{}</blockquote>").format(line.notes) if line.notes else _EMPTY,
        )
        for line in lines
    )
    return Markup('<ol class="sv history">{}</ol>').format(items)


def strip(bars: Sequence[MinuteBar], label: str, colour: str) -> Markup:
    """Return the minutes of an alert as bars of a line of text's height."""
    columns = _EMPTY.join(
        Markup('<i><b style="height:{:.0f}%"></b><b class="events" style="height:{:.0f}%"></b></i>').format(
            bar.total, bar.events
        )
        for bar in bars
    )
    return Markup('<span class="strip-bars" style="--tone:{}" role="img" aria-label="{}">{}</span>').format(
        colour, label, columns
    )


def line(
    *,
    severity: Chip,
    subject: str,
    place: str,
    strip: Markup,
    now: str,
    usual: str,
    age: str,
    time: str,
    owner: Chip,
) -> Markup:
    """Return one alert as a line; on a narrow screen it wraps."""
    return Markup(
        '<div class="sv line" data-sv-subject="{}"><span>{}</span><span class="who"><b>{}</b><small>{}</small></span>'
        '<span class="bars">{}</span><span class="share"><b>{}</b><small>{}</small></span>'
        '<span class="age" title="{}">{}</span><span class="owner">{}</span></div>'
    ).format(subject, chip(severity), subject, place, strip, now, usual, time, age, chip(owner))


def lines(items: Iterable[Markup]) -> Markup:
    """Return several alerts as lines."""
    return Markup('<div class="sv earlier">{}</div>').format(_EMPTY.join(items))
