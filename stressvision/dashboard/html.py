"""HTML fragments that Streamlit has no element for. Every inserted value is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from markupsafe import Markup

STYLE = Path(__file__).parent / "style.css"

_EMPTY = Markup("")
_HEADER_CELL = Markup("<th{}>{}</th>")
_CELL = Markup("<td{}>{}</td>")


@dataclass(frozen=True)
class KeyFigure:
    """One number with its label; `help` is its tooltip, `colour` a CSS colour or empty.

    `note`: a line below the number. `is_withheld`: `value` is the reason why there is no number, on a hatched ground.
    """

    label: str
    value: str
    colour: str = ""
    help: str = ""
    is_withheld: bool = False
    note: str = ""


@dataclass(frozen=True)
class FeedRow:
    """One line of the live feed."""

    colour: str
    name: str
    expression: str
    confidence: str
    age: str


@dataclass(frozen=True)
class Chip:
    """A rounded label with a coloured dot."""

    colour: str
    label: str


@dataclass(frozen=True)
class AlertCard:
    """The texts of one alert card."""

    severity: Chip
    status: str
    subject: str
    time: str
    description: str
    evidence: str
    decisions: Sequence[str]
    notes: str
    marks: Sequence[Chip] = ()


def heading(title: str) -> Markup:
    """Return the title of a page."""
    return Markup('<div class="sv head"><h1>{}</h1></div>').format(title)


def subheading(title: str) -> Markup:
    """Return the title of a section."""
    return Markup('<div class="sv"><h2>{}</h2></div>').format(title)


def small(text: str) -> Markup:
    """Return a paragraph in muted type."""
    return Markup('<p class="sv muted">{}</p>').format(text)


def notice(title: str, *sentences: str) -> Markup:
    """Return a boxed message with a title and one paragraph per sentence."""
    paragraphs = _EMPTY.join(Markup("<p>{}</p>").format(sentence) for sentence in sentences)
    return Markup('<div class="sv notice" role="status"><strong>{}</strong>{}</div>').format(title, paragraphs)


def empty(sentence: str) -> Markup:
    """Return the message that replaces an empty list or chart."""
    return Markup('<p class="sv empty">{}</p>').format(sentence)


def withheld(title: str, sentence: str) -> Markup:
    """Return the hatched message in place of figures that rest on too few people."""
    return Markup('<div class="sv withheld notice" role="status"><strong>{}</strong><p>{}</p></div>').format(
        title, sentence
    )


def story(sentences: Iterable[str]) -> Markup:
    """Return a short account, one sentence a line."""
    return Markup('<div class="sv story">{}</div>').format(
        _EMPTY.join(Markup("<p>{}</p>").format(sentence) for sentence in sentences)
    )


def quote(name: str, time: str, words: str) -> Markup:
    """Return what a person wrote, with their name and the time."""
    return Markup(
        '<div class="sv alert"><p class="name">{}</p><p class="muted">{}</p><blockquote>{}</blockquote></div>'
    ).format(name, time, words)


def qr_code(source: str, alt: str) -> Markup:
    """Return a QR code. `source`: a data URI."""
    return Markup('<div class="sv qr"><img src="{}" alt="{}"></div>').format(source, alt)


def banner(text: str) -> Markup:
    """Return a one-line status message."""
    return Markup('<div class="sv banner" role="status">{}</div>').format(text)


def figures(items: Iterable[KeyFigure]) -> Markup:
    """Return a grid of key figures."""
    cells = (
        Markup('<div class="{}" style="{}" title="{}"><dt>{}</dt><dd>{}</dd>{}</div>').format(
            "withheld" if item.is_withheld else "",
            f"--tone:{item.colour}" if item.colour else "",
            item.help,
            item.label,
            item.value,
            Markup('<dd class="note">{}</dd>').format(item.note) if item.note else _EMPTY,
        )
        for item in items
    )
    return Markup('<dl class="sv figures">{}</dl>').format(_EMPTY.join(cells))


def feed(rows: Iterable[FeedRow]) -> Markup:
    """Return the list of the latest detections."""
    items = (
        Markup(
            '<li><span class="dot" style="--tone:{}"></span>'
            '<div><div class="name">{}</div><div class="muted">{}</div></div>'
            '<div class="age"><div>{}</div><div class="muted">{}</div></div></li>'
        ).format(row.colour, row.name, row.expression, row.confidence, row.age)
        for row in rows
    )
    return Markup('<ul class="sv feed">{}</ul>').format(_EMPTY.join(items))


def chip(item: Chip) -> Markup:
    """Return one chip."""
    return Markup('<span class="chip" style="--tone:{}"><span class="dot"></span>{}</span>').format(
        item.colour, item.label
    )


def chip_line(item: Chip) -> Markup:
    """Return one chip in a line of its own."""
    return Markup('<p class="sv">{}</p>').format(chip(item))


def status_strip(label: str, items: Iterable[Chip], at: str, pending: int, high: int) -> Markup:
    """Return the line with the state of the plant that stands above every page.

    `at`: time of the state; with it, and with the numbers of pending alerts and of those of high severity, the script
    of the page finds a screen that stands still, and counts in the title.
    """
    return Markup(
        '<div class="sv strip" role="status" aria-label="{}" data-sv-strip="{}" data-sv-pending="{}" data-sv-high="{}">'
        "{}</div>"
    ).format(label, at, pending, high, _EMPTY.join(chip(item) for item in items))


def reason(sentence: str) -> Markup:
    """Return the reason of an alert."""
    return Markup('<p class="sv reason">{}</p>').format(sentence)


def switches(names: Iterable[str]) -> Markup:
    """Return buttons that the script of the page labels and handles: what this browser does about new alerts."""
    buttons = (Markup('<button type="button" data-sv-switch="{}"></button>').format(name) for name in names)
    return Markup('<div class="sv switches">{}</div>').format(_EMPTY.join(buttons))


def confirmation(sentence: str, *, done: bool) -> Markup:
    """Return one line that confirms or refuses an action."""
    return Markup('<p class="sv confirmation {}" role="status">{}</p>').format("done" if done else "refused", sentence)


def signal(name: Literal["session", "logout", "stored"], value: str) -> Markup:
    """Return an invisible element that the script of the page reads."""
    return Markup('<span hidden data-sv-{}="{}"></span>').format(name, value)


def table(header: Sequence[str], rows: Iterable[Sequence[str | Chip]], numbers: frozenset[int]) -> Markup:
    """Return a table. Columns whose index is in `numbers` are aligned to the right."""
    head = _EMPTY.join(_HEADER_CELL.format(_aligned(index, numbers), name) for index, name in enumerate(header))
    body = _EMPTY.join(_row(row, numbers) for row in rows)
    return Markup('<div class="sv rows"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>').format(
        head, body
    )


def _row(cells: Sequence[str | Chip], numbers: frozenset[int]) -> Markup:
    filled = (_CELL.format(_aligned(index, numbers), _content(cell)) for index, cell in enumerate(cells))
    return Markup("<tr>{}</tr>").format(_EMPTY.join(filled))


def _aligned(column: int, numbers: frozenset[int]) -> Markup:
    return Markup(' class="number"') if column in numbers else _EMPTY


def _content(cell: str | Chip) -> str:
    return chip(cell) if isinstance(cell, Chip) else cell


def alert(card: AlertCard) -> Markup:
    """Return the head of an alert: severity, status, subject, description, decisions and notes."""
    decisions = _EMPTY.join(Markup('<p class="muted">{}</p>').format(decision) for decision in card.decisions)
    notes = Markup("<blockquote>{}</blockquote>").format(card.notes) if card.notes else _EMPTY
    marks = _EMPTY.join(chip(mark) for mark in card.marks)
    return Markup(
        '<div class="sv alert"><div class="top">{}{}<span class="muted">{}</span>'
        '<span class="muted push">{}</span></div><p class="name">{}</p>'
        '<p>{}</p><p class="muted">{}</p>{}{}</div>'
    ).format(
        chip(card.severity),
        marks,
        card.status,
        card.time,
        card.subject,
        card.description,
        card.evidence,
        decisions,
        notes,
    )


def step(title: str, state: Chip, about: str) -> Markup:
    """Return one of the first steps: its title, whether it was taken, and what it is for."""
    return Markup('<div class="sv step"><strong>{}</strong> {}<p class="muted">{}</p></div>').format(
        title, chip(state), about
    )


def now(label: str, state: Chip) -> Markup:
    """Return the current state of one person."""
    return Markup(
        '<p class="sv now"><span class="muted">{}</span><span class="dot" style="--tone:{}"></span>{}</p>'
    ).format(label, state.colour, state.label)
