"""One colour per expression, severity and device state, readable on the light and the dark theme.

The five expression colours maximise the smallest difference of any pair: at least 0.06 in OKLab (Ottosson 2020) for
normal sight and for full protanopia, deuteranopia and tritanopia (Machado et al. 2009), with a contrast of at least 3:1
(WCAG 2.2, 1.4.11) to both backgrounds. A colour never stands without its word.
"""

from collections.abc import Mapping

EXPRESSIONS: Mapping[str, str] = {
    "neutral": "#79868F",
    "happy": "#1DA878",
    "stress": "#B04E20",
    "sad": "#4E77BC",
    "fatigue": "#C08A2C",
}
NOT_ANALYSED = "#8A939D"

SEVERITIES: Mapping[str, str] = {"high": "#B04E20", "medium": "#C08A2C", "low": "#79868F"}
STATES: Mapping[str, str] = {
    "watching": "#1DA878",
    "starting": "#4E77BC",
    "paused": "#4E77BC",
    "no_camera": "#C08A2C",
    "silent": "#B04E20",
}
QUIET = "#79868F"
ACCENT = "#4E77BC"


def expression_colour(expression: str | None) -> str:
    """Return the colour of an expression, or that of a face counted without analysis."""
    return EXPRESSIONS.get(expression or "", NOT_ANALYSED)
