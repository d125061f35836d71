"""`docs/settings.md`, generated: `python -m stressvision.core.settings_document > docs/settings.md`."""

import sys
from enum import Enum
from pathlib import Path

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from stressvision.core.config import PREFIX
from stressvision.core.settings.device import DeviceSettings
from stressvision.core.settings.installation import GeneralSettings, NetworkSettings, PlantSettings
from stressvision.core.settings.operation import AlertSettings, NotificationSettings, RetentionSettings
from stressvision.core.settings.types import Note

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

_HEAD = """# Settings

Read from the environment and from a `.env` file in the current folder. A misspelt key is an error that names the
nearest one. Names that the specification used are in the last column.

Generated from `stressvision/core/settings/` by `make settings`; change the descriptions there."""

_TABLE_HEAD = """| setting | default | unit | meaning | specification |
|---|---|---|---|---|"""


def render_document() -> str:
    """Return the document: a table per group of settings."""
    return "\n\n".join((_HEAD, *(_render_group(group) for group in GROUPS))) + "\n"


def _render_group(group: type[BaseModel]) -> str:
    rows = (_render_row(name, field) for name, field in group.model_fields.items())
    return "\n".join((f"## {group.__doc__}", "", _TABLE_HEAD, *rows))


def _render_row(name: str, field: FieldInfo) -> str:
    notes = [item for item in field.metadata if isinstance(item, Note)]
    default = "".join(note.default for note in notes) or _render_default(field.default)
    unit = "".join(note.unit for note in notes)
    named = "".join(f"`{note.specification}`" for note in notes if note.specification)
    cells = (f"`{PREFIX}{name.upper()}`", default, unit, str(field.description), named)
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
    sys.stdout.write(render_document())
