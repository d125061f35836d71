"""Small pieces of HTML that Streamlit has no element for. Everything that is filled in is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

STYLE = Path(__file__).parent / "style.css"

_EMPTY = Markup("")
_HEADER_CELL = Markup("<th{}>{}</th>")
_CELL = Markup("<td{}>{}</td>")


@dataclass(frozen=True)
class KeyFigure:
    label: str
    value: str
    colour: str = ""
    help: str = ""


@dataclass(frozen=True)
class FeedRow:
    colour: str
    who: str
    what: str
    confidence: str
    when: str


@dataclass(frozen=True)
class Chip:
    colour: str
    label: str


@dataclass(frozen=True)
class AlertCard:
    severity: Chip
    status: str
    who: str
    when: str
    description: str
    evidence: str
    decisions: Sequence[str]
    notes: str
    marks: Sequence[Chip] = ()


def heading(title: str) -> Markup:
    return Markup('<div class="sv head"><h1>{}</h1></div>').format(title)


def subheading(title: str) -> Markup:
    return Markup('<div class="sv"><h2>{}</h2></div>').format(title)


def small(text: str) -> Markup:
    return Markup('<p class="sv muted">{}</p>').format(text)


def notice(title: str, *sentences: str) -> Markup:
    paragraphs = _EMPTY.join(Markup("<p>{}</p>").format(sentence) for sentence in sentences)
    return Markup('<div class="sv notice" role="status"><strong>{}</strong>{}</div>').format(title, paragraphs)


def empty(sentence: str) -> Markup:
    return Markup('<p class="sv empty">{}</p>').format(sentence)


def banner(text: str) -> Markup:
    return Markup('<div class="sv banner" role="status">{}</div>').format(text)


def figures(items: Iterable[KeyFigure]) -> Markup:
    cells = (
        Markup('<div style="{}" title="{}"><dt>{}</dt><dd>{}</dd></div>').format(
            f"--tone:{item.colour}" if item.colour else "", item.help, item.label, item.value
        )
        for item in items
    )
    return Markup('<dl class="sv figures">{}</dl>').format(_EMPTY.join(cells))


def feed(rows: Iterable[FeedRow]) -> Markup:
    items = (
        Markup(
            '<li><span class="dot" style="--tone:{}"></span>'
            '<div><div class="who">{}</div><div class="muted">{}</div></div>'
            '<div class="when"><div>{}</div><div class="muted">{}</div></div></li>'
        ).format(row.colour, row.who, row.what, row.confidence, row.when)
        for row in rows
    )
    return Markup('<ul class="sv feed">{}</ul>').format(_EMPTY.join(items))


def chip(item: Chip) -> Markup:
    return Markup('<span class="chip" style="--tone:{}"><span class="dot"></span>{}</span>').format(
        item.colour, item.label
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str | Chip]], numbers: frozenset[int]) -> Markup:
    """`numbers`: the columns whose cells stand to the right."""
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
    decisions = _EMPTY.join(Markup('<p class="muted">{}</p>').format(decision) for decision in card.decisions)
    notes = Markup("<blockquote>{}</blockquote>").format(card.notes) if card.notes else _EMPTY
    marks = _EMPTY.join(chip(mark) for mark in card.marks)
    return Markup(
        '<div class="sv alert"><div class="top">{}{}<span class="muted">{}</span>'
        '<span class="muted push">{}</span></div><p class="who">{}</p>'
        '<p>{}</p><p class="muted">{}</p>{}{}</div>'
    ).format(
        chip(card.severity),
        marks,
        card.status,
        card.when,
        card.who,
        card.description,
        card.evidence,
        decisions,
        notes,
    )


def picture(title: str, sentence: str, url: str = "") -> Markup:
    """The stream at `url` covers the words, which stand there until it comes and where it does not."""
    stream = Markup('<img src="{}" alt="" referrerpolicy="no-referrer">').format(url) if url else _EMPTY
    return Markup('<div class="sv picture"><div><strong>{}</strong>{}</div>{}</div>').format(title, sentence, stream)


def caption(name: str, state: Chip, aside: str) -> Markup:
    return Markup('<div class="sv caption"><span class="name">{}</span>{}<span class="muted">{}</span></div>').format(
        name, chip(state), aside
    )


def now(label: str, state: Chip) -> Markup:
    return Markup(
        '<p class="sv now"><span class="muted">{}</span><span class="dot" style="--tone:{}"></span>{}</p>'
    ).format(label, state.colour, state.label)
