"""HTML of what an alert rests on and of its history. Everything that is filled in is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stressvision.dashboard.html import KeyFigure

_EMPTY = Markup("")


@dataclass(frozen=True)
class MinuteBar:
    """One minute: heights in percent of the fullest one; `show_errors` is what a pointer that rests on it reads."""

    total: float
    events: float
    show_errors: str


@dataclass(frozen=True)
class HistoryLine:
    colour: str
    what: str
    when: str
    notes: str


def minutes(bars: Sequence[MinuteBar], start: str, end: str, legend: str, colour: str) -> Markup:
    """A bar for each minute of the window, the part that counts in colour."""
    columns = _EMPTY.join(
        Markup('<i title="{}"><b style="height:{:.0f}%"></b><b class="events" style="height:{:.0f}%"></b></i>').format(
            bar.show_errors, bar.total, bar.events
        )
        for bar in bars
    )
    return Markup(
        '<figure class="sv minutes" style="--tone:{}" role="img" aria-label="{}"><div>{}</div>'
        '<figcaption><span>{}</span><span class="legend">{}</span><span>{}</span></figcaption></figure>'
    ).format(colour, legend, columns, start, legend, end)


def facts(items: Iterable[KeyFigure]) -> Markup:
    cells = _EMPTY.join(
        Markup('<div title="{}"><dt>{}</dt><dd>{}</dd></div>').format(item.help, item.label, item.value)
        for item in items
    )
    return Markup('<dl class="sv facts">{}</dl>').format(cells)


def evidence(bars: Markup, show_errors: Markup) -> Markup:
    """The minutes, and beside them, where there is room, what to make of them."""
    return Markup('<div class="sv evidence">{}{}</div>').format(bars, show_errors)


def history(lines: Iterable[HistoryLine]) -> Markup:
    items = _EMPTY.join(
        Markup(
            '<li><span class="dot" style="--tone:{}"></span><div><div><span class="what">{}</span> '
            '<span class="muted">{}</span></div>{}</div></li>'
        ).format(
            line.colour,
            line.what,
            line.when,
            Markup("<blockquote>{}</blockquote>").format(line.notes) if line.notes else _EMPTY,
        )
        for line in lines
    )
    return Markup('<ol class="sv history">{}</ol>').format(items)
