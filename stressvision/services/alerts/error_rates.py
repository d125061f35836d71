"""What the shipped expression model gets wrong, by its own card: models/expression.json."""

from functools import lru_cache
from pathlib import Path

import structlog
from pydantic import BaseModel, ValidationError

from stressvision.domain.emotions import STRESS_EMOTIONS, Emotion
from stressvision.domain.evidence import error_rate

log = structlog.get_logger()

MEASURED = ("not_calibrated_on", "all")
"""The half of the validation pictures that the calibration did not see, where the card has it."""


class _Measured(BaseModel):
    """`recall` names the classes in the order of the rows and columns of `confusion`."""

    recall: dict[str, float]
    confusion: list[list[int]]


class _Card(BaseModel):
    measured: dict[str, _Measured]


@lru_cache(maxsize=4)
def read_stress_error_rate(models_dir: Path) -> float | None:
    """The share of neutral faces that the model reads as stress or sadness; None where no card tells.

    Read once a process: what runs is the model that was there when it started.
    """
    path = models_dir / "expression.json"
    try:
        card = _Card.model_validate_json(path.read_bytes())
        measured = next(card.measured[name] for name in MEASURED if name in card.measured)
        return error_rate(measured.confusion, list(measured.recall), Emotion.NEUTRAL, map(str, STRESS_EMOTIONS))
    except (OSError, ValidationError, StopIteration, ValueError) as error:
        log.warning("no error rate: alerts go without it", card=str(path), reason=type(error).__name__)
        return None
