"""A document as one HTML page without scripts or external resources; charts are SVG."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

from markupsafe import escape

from stressvision.documents.document import Block, Chart, Document, Figures, Heading, Paragraph, Table
from stressvision.documents.drawing import BarShape, Dot, Drawing, Label, Shape, Stroke

POINT = 0.352778
"""Millimetres."""

_STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:#22303C;background:#fff;
max-width:56rem;margin:2rem auto;padding:0 1.25rem}
header{border-bottom:3px solid #2F7F8F;padding-bottom:.75rem}
.product{display:flex;justify-content:space-between;gap:1rem;color:#5A6772;font-size:.85rem}
.confidential{color:#B04E20;font-weight:600}
h1{font-size:1.7rem;margin:.4rem 0 0;line-height:1.2}h2{font-size:1.15rem;margin:2rem 0 .5rem}
.subtitle{color:#5A6772;margin:.2rem 0 0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;font-size:.85rem;margin:1rem 0}
dl.facts dt{color:#5A6772}dl.facts dd{margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1rem 0}
.figure{border:1px solid #DDE2E6;border-radius:6px;padding:.6rem .8rem}
.figure p{margin:0}.label,.note{color:#5A6772;font-size:.82rem}.value{font-size:1.6rem;font-weight:600;line-height:1.3}
figure{margin:1rem 0}figcaption{font-weight:600;margin-bottom:.3rem}svg{width:100%;height:auto;display:block}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #DDE2E6;vertical-align:top}
th{color:#5A6772;font-weight:600}.number{text-align:right;font-variant-numeric:tabular-nums}
footer{margin-top:2.5rem;border-top:1px solid #DDE2E6;padding-top:.6rem;color:#5A6772;font-size:.8rem}
@media print{body{margin:0;max-width:none;font-size:11px}figure,.figure,tr{break-inside:avoid}h2{break-after:avoid}
@page{size:A4;margin:16mm}}
"""
CONTENT_POLICY = (
    "default-src 'none'; frame-ancestors 'none'; style-src "
    f"'sha256-{b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""Allows the style of the page and nothing else."""


def write_html(document: Document) -> str:
    """Return the document as an HTML page."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    yield f'<!doctype html><html lang="{document.language}"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(document.title)} · {escape(document.subtitle)}</title><style>{_STYLE}</style></head><body>"
    yield f'<header><div class="product"><span>{escape(document.product)}</span>'
    yield f'<span class="confidential">{escape(document.confidential)}</span></div>'
    yield f'<h1>{escape(document.title)}</h1><p class="subtitle">{escape(document.subtitle)}</p></header><main>'
    yield '<dl class="facts">'
    for label, text in document.facts:
        yield f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
    yield "</dl>"
    for block in document.blocks:
        yield from _block(block)
    yield f"</main><footer>{escape(document.footer)}</footer></body></html>"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h2>{escape(block.text)}</h2>"
        case Paragraph():
            yield f"<p{' class=note' if block.is_note else ''}>{escape(block.text)}</p>"
        case Figures():
            yield '<div class="figures">'
            for item in block.items:
                yield f'<div class="figure"><p class="label">{escape(item.label)}</p>'
                yield f'<p class="value">{escape(item.value)}</p><p class="note">{escape(item.note)}</p></div>'
            yield "</div>"
        case Chart():
            yield f"<figure><figcaption>{escape(block.title)}</figcaption>{''.join(_svg(block.drawing))}"
            yield f'<p class="note">{escape(block.note)}</p></figure>' if block.note else "</figure>"
        case Table():
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    kinds = [" class=number" if column.is_number else "" for column in table.columns]
    yield '<div class="wide"><table><thead><tr>'
    for column, kind in zip(table.columns, kinds, strict=True):
        yield f"<th{kind}>{escape(column.title)}</th>"
    yield "</tr></thead><tbody>"
    for row in table.rows:
        cells = (f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(row, kinds, strict=True))
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"


def _svg(drawing: Drawing) -> Iterator[str]:
    size = f"0 0 {drawing.width:g} {drawing.height:g}"
    yield f'<svg viewBox="{size}" role="img" aria-label="{escape(drawing.alt)}" font-family="sans-serif">'
    for shape in drawing.shapes:
        yield _shape(shape)
    yield "</svg>"


def _shape(shape: Shape) -> str:
    match shape:
        case BarShape():
            place = f'x="{shape.x:.2f}" y="{shape.y:.2f}" width="{shape.width:.2f}" height="{shape.height:.2f}"'
            return f'<rect {place} fill="{shape.colour}"/>'
        case Stroke():
            place = f'x1="{shape.x1:.2f}" y1="{shape.y1:.2f}" x2="{shape.x2:.2f}" y2="{shape.y2:.2f}"'
            return f'<line {place} stroke="{shape.colour}" stroke-width="{shape.width:g}"/>'
        case Dot():
            place = f'cx="{shape.x:.2f}" cy="{shape.y:.2f}" r="{shape.radius:g}"'
            fill = "#fff" if shape.is_hollow else shape.colour
            return f'<circle {place} fill="{fill}" stroke="{shape.colour}" stroke-width="0.4"/>'
        case Label():
            weight = ' font-weight="600"' if shape.is_bold else ""
            look = f'font-size="{shape.size * POINT:.2f}" text-anchor="{shape.anchor}" fill="{shape.colour}"{weight}'
            return f'<text x="{shape.x:.2f}" y="{shape.y:.2f}" {look}>{escape(shape.text)}</text>'
