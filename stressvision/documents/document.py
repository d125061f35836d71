"""A document before it is HTML or PDF: what stands in it and in which order, in one language."""

from typing import Annotated, Literal

from pydantic import Field

from stressvision.core.errors import Language
from stressvision.documents.drawing import Drawing, Value


class FigureBox(Value):
    """One number that stands for itself, with what it is and what it is compared with."""

    label: str
    value: str
    note: str = ""
    colour: str = "#22303C"


class Figures(Value):
    kind: Literal["figures"] = "figures"
    items: tuple[FigureBox, ...]


class Heading(Value):
    kind: Literal["heading"] = "heading"
    text: str


class Paragraph(Value):
    kind: Literal["paragraph"] = "paragraph"
    text: str
    is_note: bool = False


class Chart(Value):
    kind: Literal["chart"] = "chart"
    title: str
    drawing: Drawing
    note: str = ""


class Column(Value):
    """`share` of the table's width, in any unit; numbers stand to the right."""

    title: str
    share: float
    is_number: bool = False


class Table(Value):
    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Annotated[Figures | Heading | Paragraph | Chart | Table, Field(discriminator="kind")]


class Document(Value):
    """`page_label` has the blanks {page} and {pages}. `facts`: label and text of what holds for all of it."""

    language: Language
    product: str
    title: str
    subtitle: str
    confidential: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    footer: str
    page_label: str
