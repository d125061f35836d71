"""The colours of the five expressions: distinguishable with colour blindness and on both themes."""

import itertools
import tomllib

import pytest

from stressvision.core.config import PROJECT_ROOT
from stressvision.dashboard.palette import EXPRESSIONS, NOT_ANALYSED, expression_colour
from stressvision.domain.emotions import Emotion

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SIGHTS = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}
# Ottosson 2020: linear RGB to OKLab.
CONES = ((0.41222147, 0.53633254, 0.05144599), (0.2119035, 0.68069955, 0.10739696), (0.08830246, 0.28171884, 0.6299787))
OKLAB = (
    (0.21045426, 0.79361779, -0.00407205),
    (1.97799849, -2.4285922, 0.4505937),
    (0.02590404, 0.78277177, -0.80867577),
)

Triple = tuple[float, ...]
THEME = tomllib.loads((PROJECT_ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]


def linear(colour: str) -> Triple:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)


def apply(matrix: tuple[Triple, ...], values: Triple) -> Triple:
    return tuple(sum(weight * value for weight, value in zip(row, values, strict=True)) for row in matrix)


def as_seen(colour: str, sight: str) -> Triple:
    seen = tuple(min(max(value, 0.0), 1.0) for value in apply(SIGHTS[sight], linear(colour)))
    return apply(OKLAB, tuple(value ** (1 / 3) for value in apply(CONES, seen)))


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_palette_covers_every_expression_and_matches_theme() -> None:
    assert list(EXPRESSIONS) == [emotion.value for emotion in Emotion]
    assert THEME["chartCategoricalColors"] == list(EXPRESSIONS.values())
    assert expression_colour(None) == NOT_ANALYSED


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_are_distinguishable(sight: str) -> None:
    for one, other in itertools.combinations(EXPRESSIONS.values(), 2):
        distance = sum((a - b) ** 2 for a, b in zip(as_seen(one, sight), as_seen(other, sight), strict=True)) ** 0.5
        assert distance >= 0.06, f"{one} and {other} look alike with {sight}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_contrast_with_background(theme: str) -> None:
    background = THEME[theme]["backgroundColor"]
    for colour in (*EXPRESSIONS.values(), NOT_ANALYSED):
        assert contrast(colour, background) >= 3, colour
    assert contrast(THEME[theme]["textColor"], background) >= 7
    assert contrast(THEME[theme]["primaryColor"], "#FFFFFF") >= 4.4, "the text of a primary button is white"
