"""The contents of a document in one language, before it is HTML or PDF."""

from typing import Annotated, Literal

from pydantic import Field

from stressvision.core.texts import Language
from stressvision.documents.drawing import Drawing, Value


class FigureBox(Value):
    """One number with its label and what it is compared with."""

    label: str
    value: str
    note: str = ""
    colour: str = "#22303C"


class Figures(Value):
    """A grid of figure boxes."""

    kind: Literal["figures"] = "figures"
    items: tuple[FigureBox, ...]


class Heading(Value):
    """The title of a section."""

    kind: Literal["heading"] = "heading"
    text: str


class Paragraph(Value):
    """A paragraph; a note is set in small muted type."""

    kind: Literal["paragraph"] = "paragraph"
    text: str
    is_note: bool = False


class Chart(Value):
    """A titled drawing with an optional note."""

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
    """A table: every row has one cell per column."""

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
