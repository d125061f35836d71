"""`docs/settings.md` and `docs/ajustes.md`, generated: `python -m stressvision.core.settings_document [es|en]`."""

import sys
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from stressvision.core.config import PREFIX
from stressvision.core.settings import spanish
from stressvision.core.settings.device import DeviceSettings
from stressvision.core.settings.installation import GeneralSettings, NetworkSettings, PlantSettings
from stressvision.core.settings.operation import AlertSettings, NotificationSettings, RetentionSettings
from stressvision.core.settings.types import Note
from stressvision.core.texts import Language, Message

GROUPS: tuple[type[BaseModel], ...] = (
    GeneralSettings,
    PlantSettings,
    NetworkSettings,
    AlertSettings,
    NotificationSettings,
    RetentionSettings,
    DeviceSettings,
)
"""In the order of the document."""

_HEAD = Message(
    en="""# Settings

Read from the environment and from a `.env` file in the current folder. A misspelt key is an error that names the
nearest one. Names that the specification used are in the last column.

*[Versión en español](ajustes.md)*

Generated from `stressvision/core/settings/` by `make settings`; change the descriptions there.""",
    es="""# Ajustes

Se leen del entorno y de un archivo `.env` en la carpeta actual. Una clave mal escrita es un error que nombra la más
parecida. La última columna tiene los nombres que usaba la especificación.

*[English version](settings.md)*

Generado desde `stressvision/core/settings/` con `make settings`; los textos se cambian allí.""",
)

_TABLE_HEAD = Message(
    en="""| setting | default | unit | meaning | specification |
|---|---|---|---|---|""",
    es="""| ajuste | valor por omisión | unidad | significado | especificación |
|---|---|---|---|---|""",
)


def render_document(language: Language) -> str:
    """Return the document: a table per group of settings."""
    return "\n\n".join((_HEAD.text(language), *(_render_group(group, language) for group in GROUPS))) + "\n"


def _render_group(group: type[BaseModel], language: Language) -> str:
    rows = (_render_row(name, field, language) for name, field in group.model_fields.items())
    title = str(group.__doc__)
    heading = spanish.GROUPS[title] if language == "es" else title
    return "\n".join((f"## {heading}", "", _TABLE_HEAD.text(language), *rows))


def _render_row(name: str, field: FieldInfo, language: Language) -> str:
    notes = [item for item in field.metadata if isinstance(item, Note)]
    default = "".join(note.default for note in notes) or _render_default(field.default)
    unit = "".join(note.unit for note in notes)
    meaning = str(field.description)
    if language == "es":
        default, unit, meaning = spanish.DEFAULTS.get(default, default), spanish.UNITS[unit], spanish.MEANINGS[name]
    named = "".join(f"`{note.specification}`" for note in notes if note.specification)
    cells = (f"`{PREFIX}{name.upper()}`", default, unit, meaning, named)
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)


def _render_default(value: object) -> str:
    """Return the default as it would be written in the environment."""
    text = str(value.value if isinstance(value, Enum) else value)
    if isinstance(value, bool):
        text = text.lower()
    elif isinstance(value, float):
        text = f"{value:g}"
    elif isinstance(value, tuple):
        text = ",".join(map(str, value))
    elif isinstance(value, Path):
        text = value.as_posix()
    elif value is None or isinstance(value, SecretStr):
        text = ""
    return f"`{text}`" if text else "none"


if __name__ == "__main__":
    sys.stdout.write(render_document("es" if sys.argv[1:] == ["es"] else "en"))
