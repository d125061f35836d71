"""Texts for people, each in Spanish and in English, and the language that is in effect before the settings are read."""

import os
from dataclasses import dataclass
from typing import Literal

Language = Literal["es", "en"]


@dataclass(frozen=True)
class Message:
    """One text for a person, in both languages. Catalogues of texts are constants of this type."""

    es: str
    en: str

    def text(self, language: Language) -> str:
        """Return the text in `language`."""
        return self.en if language == "en" else self.es


def spoken_language() -> Language:
    """Return the language that STRESSVISION_LANG asks for, without the settings: they may be what is wrong."""
    return "en" if os.environ.get("STRESSVISION_LANG") == "en" else "es"
