"""Legal papers as documents: a Markdown template, filled in, as HTML or PDF."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import segno
from markdown_it import MarkdownIt
from markdown_it.token import Token

from stressvision.documents.document import Block, Chart, Column, Document, Heading, Paragraph, Table
from stressvision.documents.drawing import BarShape, Drawing

TEMPLATES = Path(__file__).parent / "templates"
NOTICE = "aviso-de-entrada"
"""The paper that carries a QR code."""
INK = "#22303C"
QR_MILLIMETRES = 40.0
_FIGURES_HERE = Paragraph(text="[tabla]")
"""Stands in a template for the model's figures."""
_INDENT = "• "
_WIDTH_FLOOR = 12
"""Characters: no column of a table is narrower."""


def list_papers() -> list[str]:
    """Return the names of the papers."""
    return sorted(path.stem for path in TEMPLATES.glob("*.md"))


def build_paper(name: str, facts: Mapping[str, str], figures: Table, *, product: str, address: str = "") -> Document:
    """Return one paper.

    Args:
        name: One of list_papers().
        facts: Text for each placeholder of the templates; a placeholder without one is an error.
        figures: The model's figures.
        product: Name shown at the top of each page.
        address: Where the notice's QR code leads; no code without it.
    """
    parsed = _parse((TEMPLATES / f"{name}.md").read_text("utf-8"), facts)
    blocks = [figures if block == _FIGURES_HERE else block for block in parsed]
    title, *rest = blocks
    if name == NOTICE and address:
        rest.append(_qr_code(address))
    return Document(
        language="es",
        product=product,
        title=title.text if isinstance(title, Heading) else name,
        subtitle=facts["empresa"],
        confidential="BORRADOR",
        facts=(("Fecha", facts["fecha"]),),
        blocks=tuple(rest),
        footer=f"{facts['empresa']} · {facts['fecha']} · Stress Vision {facts['version']}",
        page_label="Página {page} de {pages}",
    )


def _parse(text: str, facts: Mapping[str, str]) -> Iterator[Block]:
    tokens = iter(MarkdownIt("commonmark").enable("table").parse(text))
    prefix = ""
    for token in tokens:
        match token.type:
            case "heading_open":
                yield Heading(text=_text(next(tokens), facts))
            case "paragraph_open":
                yield Paragraph(text=prefix + _text(next(tokens), facts))
            case "bullet_list_open":
                prefix = _INDENT
            case "list_item_open" if token.info:
                prefix = f"{token.info}. "
            case "bullet_list_close" | "ordered_list_close":
                prefix = ""
            case "table_open":
                yield _table(tokens, facts)


def _text(token: Token, facts: Mapping[str, str]) -> str:
    """Return the words of an inline token, filled in after parsing: a setting's own marks stay as they are."""
    words = "".join(child.content if child.type != "softbreak" else " " for child in token.children or ())
    return words.format_map(facts)


def _table(tokens: Iterator[Token], facts: Mapping[str, str]) -> Table:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "table_close":
            break
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_text(token, facts))
    titles, *body = rows
    return Table(columns=tuple(_columns(titles, body)), rows=tuple(tuple(row) for row in body))


def _columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Column]:
    for place, title in enumerate(titles):
        longest = max([len(title), *(len(row[place]) for row in rows)])
        yield Column(title=title, share=max(longest, _WIDTH_FLOOR) ** 0.5)


def _qr_code(address: str) -> Chart:
    modules = [list(row) for row in segno.make(address, error="m").matrix_iter(border=2)]
    side = QR_MILLIMETRES / len(modules)
    shapes = tuple(
        BarShape(x=column * side, y=row * side, width=side, height=side, colour=INK)
        for row, line in enumerate(modules)
        for column, dark in enumerate(line)
        if dark
    )
    drawing = Drawing(width=170.0, height=QR_MILLIMETRES, shapes=shapes, alt=f"Código QR: {address}")
    return Chart(title="Más información", drawing=drawing, note=address)
