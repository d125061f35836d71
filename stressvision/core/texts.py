"""Texts for people in Spanish and in English, and the language before the settings are loaded."""

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


def detect_language() -> Language:
    """Return the language of STRESSVISION_LANG without loading the settings, which may be invalid or not importable."""
    return "en" if os.environ.get("STRESSVISION_LANG") == "en" else "es"
