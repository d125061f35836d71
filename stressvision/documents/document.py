"""The contents of a document in one language, before it is HTML or PDF."""

from typing import Annotated, Literal

from pydantic import Field

from stressvision.core.errors import Language
from stressvision.documents.drawing import Drawing, Value


class FigureBox(Value):
    """One number with its label and what it is compared with."""

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
    """`share`: of the width of the table, in any unit. Numbers are aligned to the right."""

    title: str
    share: float
    is_number: bool = False


class Table(Value):
    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Annotated[Figures | Heading | Paragraph | Chart | Table, Field(discriminator="kind")]


class Document(Value):
    """A whole document. `facts`: label and text of what holds for all of it. `page_label` has {page} and {pages}."""

    language: Language
    product: str
    title: str
    subtitle: str
    confidential: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]
    footer: str
    page_label: str
