"""A drawing in millimetres from its top left corner, shown as SVG in HTML and as strokes in PDF."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Anchor = Literal["start", "middle", "end"]


class Value(BaseModel):
    """A frozen pydantic model."""

    model_config = ConfigDict(frozen=True)


class BarShape(Value):
    """A filled rectangle."""

    kind: Literal["bar"] = "bar"
    x: float
    y: float
    width: float
    height: float
    colour: str


class Stroke(Value):
    """A straight line; `width` is its thickness."""

    kind: Literal["stroke"] = "stroke"
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 0.2


class Dot(Value):
    """A circle; a hollow one has only its rim."""

    kind: Literal["dot"] = "dot"
    x: float
    y: float
    radius: float
    colour: str
    is_hollow: bool = False


class Label(Value):
    """Text on the baseline `y`; `size` in points."""

    kind: Literal["label"] = "label"
    x: float
    y: float
    text: str
    size: float = 7.5
    anchor: Anchor = "start"
    colour: str = "#3C4650"
    is_bold: bool = False


Shape = Annotated[BarShape | Stroke | Dot | Label, Field(discriminator="kind")]


class Drawing(Value):
    """Shapes and their bounds. `alt`: the description for screen readers."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    alt: str
