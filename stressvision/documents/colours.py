"""The dashboard's colours (see dashboard/palette.py for how they were chosen), and ink for paper."""

from collections.abc import Mapping

EXPRESSIONS: Mapping[str, str] = {
    "neutral": "#79868F",
    "happy": "#1DA878",
    "stress": "#B04E20",
    "sad": "#4E77BC",
    "fatigue": "#C08A2C",
}
STRESS = EXPRESSIONS["stress"]
FATIGUE = EXPRESSIONS["fatigue"]
SEEN = "#2F7F8F"
UNSEEN = "#E8EBEE"
COUNT = "#C5CDD4"
GRID = "#DDE2E6"
INK = "#22303C"
SOFT_INK = "#5A6772"


def blend(share: float, full: str = SEEN, empty: str = UNSEEN) -> str:
    """Return the colour at `share` (0 to 1) of the way from `empty` to `full`."""
    ends = [[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in (empty, full)]
    mixed = (round(low + (high - low) * share) for low, high in zip(*ends, strict=True))
    return "#" + "".join(f"{part:02X}" for part in mixed)
