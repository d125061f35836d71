"""HTML of the page of cameras: the list with its bars, a picture, and what is watched drawn over it."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from stressvision.dashboard.html import Chip, chip

_EMPTY = Markup("")


@dataclass(frozen=True)
class HourBar:
    """One hour of a camera. `share`: 0 to 1 of it was watched; None before the camera's first hour."""

    share: float | None
    title: str


@dataclass(frozen=True)
class CameraRow:
    """The texts and bars of one camera."""

    name: str
    place: str
    state: Chip
    marks: Sequence[Chip]
    sentence: str
    summary: str
    bars: Sequence[HourBar]


def cameras(rows: Iterable[CameraRow]) -> Markup:
    """Return the list of cameras with their bars."""
    return Markup('<ul class="sv cameras">{}</ul>').format(_EMPTY.join(_camera(row) for row in rows))


def _camera(row: CameraRow) -> Markup:
    bars = _EMPTY.join(
        Markup('<i class="{}" title="{}"><b style="height:{}%"></b></i>').format(
            "none" if bar.share == 0 else "", bar.title, round(100 * (bar.share or 0))
        )
        for bar in row.bars
    )
    sentence = Markup('<p class="muted">{}</p>').format(row.sentence) if row.sentence else _EMPTY
    return Markup(
        '<li><div><div class="top"><span class="name">{}</span>{}{}</div><p class="muted">{}</p>{}</div>'
        '<figure role="img" aria-label="{}"><div>{}</div><figcaption>{}</figcaption></figure></li>'
    ).format(
        row.name,
        chip(row.state),
        _EMPTY.join(chip(mark) for mark in row.marks),
        row.place,
        sentence,
        row.summary,
        bars,
        row.summary,
    )


def picture(title: str, sentence: str, url: str = "") -> Markup:
    """Return a live picture. The image at `url` covers the texts, which stay visible while no image arrives."""
    stream = Markup('<img src="{}" alt="" referrerpolicy="no-referrer">').format(url) if url else _EMPTY
    return Markup('<div class="sv picture"><div><strong>{}</strong>{}</div>{}</div>').format(title, sentence, stream)


def view(
    url: str,
    masks: Sequence[Sequence[Sequence[float]]],
    zones: Sequence[Sequence[Sequence[float]]],
    draft: Sequence[Sequence[float]],
) -> Markup:
    """Return a picture with what is watched drawn over it. Corners: shares of width and height; `url`: may be empty."""
    shapes = [*((mask, "mask") for mask in masks), *((zone, "zone") for zone in zones), (draft, "draft")]
    # Streamlit removes SVG from its HTML.
    parts = _EMPTY.join(
        Markup('<i class="{}" style="clip-path: polygon({})"></i>').format(
            kind, ", ".join(f"{100 * x:.1f}% {100 * y:.1f}%" for x, y in corners)
        )
        for corners, kind in shapes
    )
    image = Markup('<img src="{}" alt="">').format(url) if url else _EMPTY
    return Markup('<div class="sv view">{}{}</div>').format(image, parts)


def caption(name: str, state: Chip, aside: str) -> Markup:
    """Return the line below a live picture."""
    return Markup('<div class="sv caption"><span class="name">{}</span>{}<span class="muted">{}</span></div>').format(
        name, chip(state), aside
    )


def data_address(jpeg: bytes) -> str:
    """Return a JPEG as the data address of a picture."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
