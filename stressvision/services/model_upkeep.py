"""Upkeep of the expression model: whether it is the one of its card, and whether its validation here still holds."""

import hashlib
import json
from datetime import date

from stressvision.core.config import Settings
from stressvision.core.errors import Message
from stressvision.domain.upkeep import Repair, RepairKind, repair_in_days, validation_days_left

_MODEL, _CARD = "expression.tflite", "expression.json"

_OTHER_CARD = Message(
    es="el archivo {model} no es el de su ficha {card}: los dispositivos de este equipo no lo usan",
    en="the file {model} is not the one of its card {card}: the devices of this machine do not use it",
)
_NEWER = Message(
    es="es del {dated}, posterior a su validación en esta planta ({validated})",
    en="it is of {dated}, later than its validation in this plant ({validated})",
)
_ENDS = Message(
    es="su validación en esta planta es del {validated} y vale un año",
    en="its validation in this plant is of {validated} and holds for a year",
)


def find_model_fault(settings: Settings, today: date) -> Repair | None:
    """Return the repair of the installed model; None where it is sound, or not installed on this machine."""
    try:
        content = (settings.models_dir / _MODEL).read_bytes()
        card = json.loads((settings.models_dir / _CARD).read_text("utf-8"))
        expected, dated = str(card["sha256"]), _read_date(card.get("dated"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if hashlib.sha256(content).hexdigest() != expected:
        detail = _OTHER_CARD.text(settings.lang).format(model=_MODEL, card=_CARD)
        return Repair(RepairKind.MODEL, is_urgent=True, detail=detail)
    validated = settings.validated_on
    left = validation_days_left(validated, dated, today)
    message = _NEWER if left == 0 and dated is not None and validated is not None and validated < dated else _ENDS
    return repair_in_days(RepairKind.MODEL, left, message.text(settings.lang).format(dated=dated, validated=validated))


def _read_date(value: object) -> date | None:
    """Return the day of a card; None for cards from before it was noted."""
    return date.fromisoformat(value) if isinstance(value, str) else None
