"""Validation errors of pydantic in the user's language, and validators of fields."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic_core import PydanticCustomError

from stressvision.core.texts import Language

# By pydantic's error types and those of this project; other errors keep pydantic's English text.
_SPANISH: Mapping[str, str] = {
    "missing": "falta este campo",
    "extra_forbidden": "este campo no existe",
    "string_type": "debe ser un texto",
    "string_too_long": "es demasiado largo (longitud máxima: {max_length})",
    "string_too_short": "es demasiado corto (longitud mínima: {min_length})",
    "string_pattern_mismatch": "no tiene la forma esperada ({pattern})",
    "int_type": "debe ser un número entero",
    "int_parsing": "debe ser un número entero",
    "int_from_float": "debe ser un número entero",
    "float_type": "debe ser un número",
    "float_parsing": "debe ser un número",
    "finite_number": "debe ser un número finito",
    "bool_parsing": "debe ser verdadero o falso",
    "enum": "debe ser uno de: {expected}",
    "literal_error": "debe ser {expected}",
    "greater_than_equal": "debe ser mayor o igual que {ge}",
    "greater_than": "debe ser mayor que {gt}",
    "less_than_equal": "debe ser menor o igual que {le}",
    "less_than": "debe ser menor que {lt}",
    "too_short": "tiene muy pocos elementos (mínimo {min_length})",
    "too_long": "tiene demasiados elementos (máximo {max_length})",
    "dict_type": "debe ser un objeto JSON",
    "model_type": "debe ser un objeto JSON",
    "model_attributes_type": "debe ser un objeto JSON",
    "list_type": "debe ser una lista",
    "datetime_type": "debe ser una fecha ISO 8601, por ejemplo 2026-11-22T10:30:00Z",
    "datetime_invalid": "{spanish}",
    "datetime_naive": "una hora necesita su zona (Z o ±hh:mm)",
    "nul_character": "contiene el carácter nulo, que ninguna base de datos guarda",
    "confidence_missing": "emotion_confidence es obligatorio junto con emotion",
    "json_invalid": "el cuerpo no es JSON válido",
    "uuid_parsing": "debe ser un UUID",
    "path_not_file": "no hay tal archivo",
    "time_zone": "no existe esa zona horaria; por ejemplo: America/Lima",
    "unprintable": "no debe tener caracteres de control",
}


def describe_error(error: Mapping[str, Any], language: Language) -> str:
    """Return the text of one entry of `ValidationError.errors()`, without a full stop."""
    kind = str(error["type"])
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if language == "en" or kind not in _SPANISH:
        return str(error["msg"])
    if kind in {"too_short", "too_long"} and isinstance(error.get("input"), str):
        kind = f"string_{kind}"
    context = dict(error.get("ctx", {}))
    if "expected" in context:
        context["expected"] = str(context["expected"]).replace(" or ", " o ")
    return _SPANISH[kind].format_map(context)


def reject_unprintable(text: str) -> str:
    """Return the text. Raise PydanticCustomError where it has control characters."""
    if not text.isprintable():
        raise PydanticCustomError("unprintable", "Text should not hold control characters")
    return text


def validate_time_zone(name: str) -> str:
    """Return the name of a time zone unchanged.

    Raises:
        PydanticCustomError: this machine has no such time zone.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("time_zone", "there is no such time zone: use America/Lima, for example") from None
    return name
