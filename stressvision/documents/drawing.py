"""A drawing, in millimetres from its top left corner: what HTML shows as SVG and PDF as its own strokes."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Anchor = Literal["start", "middle", "end"]


class Value(BaseModel):
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
    """A straight line, `width` thick."""

    kind: Literal["stroke"] = "stroke"
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float = 0.2


class Dot(Value):
    """A circle around its centre; hollow ones have only their rim."""

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
    """`alt`: what it shows, for who cannot see it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    alt: str
