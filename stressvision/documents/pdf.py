"""A document as PDF: A4, vector charts, and an embedded font with the Latin, Greek and Cyrillic letters of names."""

import unicodedata
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import cast

from anyascii import anyascii
from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from stressvision.documents.colours import GRID, INK, SEEN, SOFT_INK, STRESS
from stressvision.documents.document import (
    Block,
    Chart,
    Document,
    FigureBox,
    Figures,
    Heading,
    Paragraph,
    Table,
)
from stressvision.documents.drawing import BarShape, Dot, Drawing, Label, Stroke

MARGIN = 18.0
WIDTH = 210.0 - 2 * MARGIN
TOP = 24.0
BOTTOM = 20.0
POINT = 0.352778
FAMILY = "dejavu"
MISSING = "\u25a1"
"""Shown for a letter that neither the font has nor anyascii transliterates (李 is printed as Li)."""
_FONTS = Path(__file__).parent / "fonts"
_HEADING_HEIGHT = 12.0
_FEW_LINES = 30.0
_BOX_HEIGHT = 22.5
_BOX_GAP = 4.0
_BOXES_A_ROW = 3


def write_pdf(document: Document) -> bytes:
    """Return the document as a PDF file."""
    sheet = _Sheet(document)
    sheet.add_page()
    _open(sheet, document)
    for block, following in zip_longest(document.blocks, document.blocks[1:]):
        if isinstance(block, Heading):
            sheet.keep_together(_HEADING_HEIGHT + _least_height(sheet, following))
        _block(sheet, block)
    return bytes(sheet.output())


class _Sheet(FPDF):
    """The pages. fpdf2 calls `header` and `footer` on each of them."""

    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.add_font(FAMILY, "", _FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FAMILY, "B", _FONTS / "DejaVuSansCondensed-Bold.ttf")
        self._document = document
        self.set_margins(MARGIN, TOP, MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, BOTTOM)
        self.set_title(_plain(f"{document.title} - {document.subtitle}"))
        self.set_author(_plain(document.product))
        self.set_lang(document.language)
        self.set_creation_date(datetime.now(UTC))

    def header(self) -> None:
        """Draw the product and the confidentiality mark."""
        self.set_y(11)
        self._line(self._document.product, Align.L, SOFT_INK, size=8.5)
        self.set_y(11)
        self._line(self._document.confidential, Align.R, STRESS, size=8.5, style="B")
        self.set_draw_color(SEEN)
        self.set_line_width(0.6)
        self.line(MARGIN, 17.5, MARGIN + WIDTH, 17.5)
        self.set_y(TOP)

    def footer(self) -> None:
        """Draw the footer text and the page number."""
        self.set_draw_color(GRID)
        self.set_line_width(0.2)
        self.line(MARGIN, 297 - 16, MARGIN + WIDTH, 297 - 16)
        self.set_y(297 - 14.5)
        self._line(self._document.footer, Align.L, SOFT_INK, size=7.5)
        self.set_y(297 - 14.5)
        alias = self.str_alias_nb_pages
        label = self._document.page_label.format(page=self.page_no(), pages=alias)
        # fpdf2 measures the placeholder for the number of pages, which is wider than the number.
        self.set_x(MARGIN + self.get_string_width(alias) - self.get_string_width("0"))
        self._line(label, Align.R, SOFT_INK, size=7.5)

    def _line(self, text: str, align: Align, colour: str, *, size: float, style: str = "") -> None:
        self.set_font(FAMILY, style, size)
        self.set_text_color(colour)
        self.cell(WIDTH, 4, _plain(text), align=align)

    def write_text(self, text: str, *, size: float, colour: str = INK, style: str = "", leading: float = 1.35) -> None:
        """Write a paragraph of the width of the page."""
        self.set_x(MARGIN)
        self.set_font(FAMILY, style, size)
        self.set_text_color(colour)
        height = size * POINT * leading
        self.multi_cell(WIDTH, height, _plain(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def measure_text(self, text: str, *, size: float, leading: float = 1.35) -> float:
        """Return the height of a paragraph of the width of the page."""
        self.set_font(FAMILY, "", size)
        height = size * POINT * leading
        measured = self.multi_cell(WIDTH, height, _plain(text), dry_run=True, output=MethodReturnValue.HEIGHT)
        return cast("float", measured)

    def keep_together(self, height: float) -> None:
        """Start a new page where this one has less than `height` millimetres left."""
        if self.will_page_break(height):
            self.add_page()


def _least_height(sheet: _Sheet, block: Block | None) -> float:
    """Return the height that must fit below a heading on its page."""
    if isinstance(block, Chart):
        return _chart_height(block)
    if isinstance(block, Paragraph):
        return min(sheet.measure_text(block.text, size=_text_size(block)), _FEW_LINES)
    return _FEW_LINES


def _text_size(paragraph: Paragraph) -> float:
    return 8.5 if paragraph.is_note else 9.5


def _chart_height(chart: Chart) -> float:
    return chart.drawing.height * WIDTH / chart.drawing.width + 12


def _open(sheet: _Sheet, document: Document) -> None:
    sheet.write_text(document.title, size=20, style="B", leading=1.2)
    sheet.write_text(document.subtitle, size=11.5, colour=SOFT_INK)
    sheet.ln(2.5)
    for label, text in document.facts:
        top = sheet.get_y()
        sheet.write_text(label, size=8.5, colour=SOFT_INK)
        sheet.set_xy(MARGIN + 34, top)
        sheet.set_font(FAMILY, "", 8.5)
        sheet.set_text_color(INK)
        sheet.multi_cell(WIDTH - 34, 4.1, _plain(text), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    sheet.ln(2)


def _block(sheet: _Sheet, block: Block) -> None:
    match block:
        case Heading():
            sheet.ln(3)
            sheet.write_text(block.text, size=12.5, style="B")
            sheet.ln(1)
        case Paragraph():
            sheet.write_text(block.text, size=_text_size(block), colour=SOFT_INK if block.is_note else INK)
            sheet.ln(1.5)
        case Figures():
            _figures(sheet, block.items)
        case Chart():
            _chart(sheet, block)
        case Table():
            _table(sheet, block)


def _figures(sheet: _Sheet, items: tuple[FigureBox, ...]) -> None:
    width = (WIDTH - _BOX_GAP * (_BOXES_A_ROW - 1)) / _BOXES_A_ROW
    for start in range(0, len(items), _BOXES_A_ROW):
        sheet.keep_together(_BOX_HEIGHT + _BOX_GAP)
        top = sheet.get_y()
        for place, item in enumerate(items[start : start + _BOXES_A_ROW]):
            left = MARGIN + place * (width + _BOX_GAP)
            sheet.set_draw_color(GRID)
            sheet.set_line_width(0.25)
            sheet.rect(left, top, width, _BOX_HEIGHT, round_corners=True, corner_radius=1.5)
            _put(sheet, left + 3.5, top + 2.6, width - 7, item.label, 8, SOFT_INK)
            _put(sheet, left + 3.5, top + 7.8, width - 7, item.value, 17, item.colour, "B")
            _put(sheet, left + 3.5, top + 15.8, width - 7, item.note, 7.5, SOFT_INK)
        sheet.set_xy(MARGIN, top + _BOX_HEIGHT + _BOX_GAP)


def _put(sheet: _Sheet, x: float, y: float, width: float, text: str, size: float, colour: str, style: str = "") -> None:
    sheet.set_xy(x, y)
    sheet.set_font(FAMILY, style, size)
    sheet.set_text_color(colour)
    sheet.multi_cell(width, size * POINT * 1.25, _plain(text), align=Align.L)


def _chart(sheet: _Sheet, chart: Chart) -> None:
    drawing = chart.drawing
    scale = WIDTH / drawing.width
    sheet.keep_together(_chart_height(chart))
    sheet.write_text(chart.title, size=9.5, style="B")
    sheet.ln(1)
    _draw(sheet, drawing, MARGIN, sheet.get_y(), scale)
    sheet.set_xy(MARGIN, sheet.get_y() + drawing.height * scale + 1)
    if chart.note:
        sheet.write_text(chart.note, size=8, colour=SOFT_INK)
    sheet.ln(3)


def _draw(sheet: _Sheet, drawing: Drawing, left: float, top: float, scale: float) -> None:
    for shape in drawing.shapes:
        match shape:
            case BarShape():
                sheet.set_fill_color(shape.colour)
                place = (left + shape.x * scale, top + shape.y * scale)
                sheet.rect(*place, shape.width * scale, shape.height * scale, style="F")
            case Stroke():
                sheet.set_draw_color(shape.colour)
                sheet.set_line_width(shape.width * scale)
                sheet.line(
                    left + shape.x1 * scale, top + shape.y1 * scale, left + shape.x2 * scale, top + shape.y2 * scale
                )
            case Dot():
                sheet.set_draw_color(shape.colour)
                sheet.set_fill_color("#FFFFFF" if shape.is_hollow else shape.colour)
                sheet.set_line_width(0.4 * scale)
                sheet.circle(left + shape.x * scale, top + shape.y * scale, shape.radius * scale, style="DF")
            case Label():
                _write_label(sheet, shape, left, top, scale)
    sheet.set_xy(MARGIN, top)


def _write_label(sheet: _Sheet, label: Label, left: float, top: float, scale: float) -> None:
    text = _plain(label.text)
    sheet.set_font(FAMILY, "B" if label.is_bold else "", label.size * scale)
    sheet.set_text_color(label.colour)
    width = sheet.get_string_width(text)
    shift = {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    sheet.text(left + label.x * scale - shift, top + label.y * scale, text)


def _table(sheet: _Sheet, table: Table) -> None:
    sheet.set_x(MARGIN)
    sheet.set_font(FAMILY, "", 7.8)
    sheet.set_text_color(INK)
    sheet.set_fill_color("#FFFFFF")
    sheet.set_draw_color(GRID)
    sheet.set_line_width(0.2)
    with sheet.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=tuple(column.share for column in table.columns),
        headings_style=FontFace(emphasis="BOLD", color=SOFT_INK),
        line_height=4.1,
        padding=(1.1, 1.2),
        text_align=tuple(Align.R if column.is_number else Align.L for column in table.columns),
        width=WIDTH,
    ) as grid:
        for cells in (tuple(column.title for column in table.columns), *table.rows):
            row = grid.row()
            for cell in cells:
                row.cell(_plain(cell))
    sheet.ln(3)


def _plain(text: str) -> str:
    """Return the text composed (NFC); letters that the font lacks in Latin letters, invisible ones left out."""
    return "".join(_letter(letter) for letter in unicodedata.normalize("NFC", text))


def _letter(letter: str) -> str:
    if letter == "\n":
        return letter
    if unicodedata.category(letter) in {"Cc", "Cf"}:
        return ""
    if ord(letter) in _held():
        return letter
    if decomposed := "".join(part for part in unicodedata.normalize("NFKD", letter) if ord(part) in _held()):
        return decomposed
    return "" if unicodedata.combining(letter) or _is_selector(letter) else anyascii(letter) or MISSING


def _is_selector(letter: str) -> bool:
    """Return whether the character only selects a form of the one before it, such as the coloured one of an emoji."""
    return unicodedata.name(letter, "").startswith(("VARIATION SELECTOR", "EMOJI MODIFIER"))


@cache
def _held() -> frozenset[int]:
    with TTFont(_FONTS / "DejaVuSansCondensed.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())
